"""What venues report: fills and funding payments, each with an id under which it counts once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from paddock.core.errors import Code, Invalid
from paddock.core.grid import Price, Qty
from paddock.core.money import Usd, notional
from paddock.core.orders import Side


@dataclass(frozen=True, slots=True)
class Fill:
    """Part of an order that traded. `fill_id` is the venue's own, unique in an account; `qty` is above 0.

    `venue_ts` is when it traded (ms UTC); `fee` is positive when paid, negative when it is a rebate.
    """

    fill_id: str
    order_id: str
    venue_ts: int
    side: Side
    qty: Qty
    px: Price
    fee: Usd

    def __post_init__(self) -> None:
        if self.qty.lots <= 0 or self.px.instrument != self.qty.instrument:
            raise Invalid(
                Code.FILL,
                f"fill {self.fill_id} is not a trade of one instrument",
                where="qty",
                seen=f"{self.qty} {self.qty.instrument.symbol} at {self.px} {self.px.instrument.symbol}",
                rule="a fill has a quantity above 0, and its price is of the same instrument",
            )

    @property
    def event_id(self) -> str:
        return self.fill_id

    @property
    def value(self) -> Usd:
        return notional(self.px, self.qty)

    @property
    def signed_qty(self) -> Qty:
        return self.qty * int(self.side)


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """Funding of one interval: `amount` is received when positive, paid when negative."""

    payment_id: str
    venue_ts: int
    amount: Usd

    @property
    def event_id(self) -> str:
        return self.payment_id


Event = TypeVar("Event", Fill, FundingPayment)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each event once, by venue time then id, however often and in whatever order it arrived.

    Raises Invalid (fill.conflict) when one id came with two contents.
    """
    known: dict[str, Event] = {}
    for event in events:
        if known.setdefault(event.event_id, event) != event:
            raise Invalid(
                Code.FILL_CONFLICT,
                f"{event.event_id} was reported twice with different contents",
                where=event.event_id,
                seen=event,
                rule=f"the first report was {known[event.event_id]}",
            )
    return sorted(known.values(), key=lambda event: (event.venue_ts, event.event_id))
