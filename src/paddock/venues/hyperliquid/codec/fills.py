"""Trades and funding of an account, as the venue books them.

`closedPnl` is before fees, which are booked beside it; a fee is positive when paid, holds the builder's, and is
rounded up to whole micro-dollars. Funding is positive when received.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Side
from paddock.core.rounding import up_exact
from paddock.venues.broker import VenueFill, VenueFunding
from paddock.venues.hyperliquid.codec.ids import client_id_of
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.known import Known, known
from paddock.venues.hyperliquid.codec.numbers import exact, lots, micros, number, px
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, flag, obj, reads, side, text, whole

_QUOTE: Final = "USDC"
_FINEST: Final = 8  # decimals of an amount at the venue; what is finer is binary noise


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A fill that took part in one; `user` is who was liquidated, empty where the venue does not say."""

    user: str
    mark_px: float
    method: str


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade of an account. Money is micro-dollars: a fee in another token is worth what it costs at this price.

    `fill_id` is unique in an account, and its order is that of time. `start` is the signed position before, in units
    of the base asset. `direction` is the venue's word ("Open Long", "Short > Long"…). `twap_id` is 0 outside of a TWAP.
    """

    fill_id: str
    oid: int
    client_id: str
    symbol: str
    side: Side
    lots: int
    px: float
    fee: int
    builder_fee: int
    closed_pnl: int
    maker: bool
    venue_ts: int
    start: float
    direction: str
    twap_id: int = 0
    liquidation: Liquidation | None = None

    def liquidated(self, user: str) -> bool:
        """Whether it is this account that was liquidated, not the other side's."""
        return self.liquidation is not None and self.liquidation.user == user.lower()

    def fill(self, user: str, kind: OrderKind | None = None) -> VenueFill:
        """For the desk. `kind` is that of its order where we placed it; what a stranger's was can only be guessed."""
        if self.liquidated(user):
            kind = OrderKind.LIQUIDATION
        elif kind is None:
            kind = OrderKind.TWAP if self.twap_id else OrderKind.LIMIT if self.maker else OrderKind.MARKET
        return VenueFill(
            self.fill_id,
            "" if kind is OrderKind.LIQUIDATION else self.client_id,
            "",
            self.symbol,
            kind,
            self.side,
            self.lots,
            self.px,
            self.fee,
            self.maker,
            self.venue_ts,
        )


@reads("fills")
def fills(message: Any, listing: Listing) -> Known[Fill]:
    """In the order of the message: newest first of `userFills`, oldest first by time. Raises Unknown."""
    return known(message, listing, _fill)


@reads("fills of TWAPs")
def twap_fills(message: Any, listing: Listing) -> Known[Fill]:
    """Of `userTwapSliceFills`, which name their TWAP beside the fill. Raises Unknown."""
    rows = [obj(row) for row in arr(message)]
    return known([obj(row["fill"]) | {"twapId": row["twapId"]} for row in rows], listing, _fill)


@reads("funding payments")
def payments(message: Any) -> tuple[VenueFunding, ...]:
    """Of `userFunding`, and of the socket, where a row holds what is a `delta` there. Raises Unknown.

    One is known by its hour and market: both ways of hearing of it give the same id.
    """
    return tuple(payment(row) for row in arr(message))


@reads("a funding payment")
def payment(message: Any) -> VenueFunding:
    """Raises Unknown; also where the time is missing, which one source has it be in single events [?]."""
    row = obj(message)
    delta = obj(row.get("delta", row))
    venue_ts, coin = whole(row["time"]), text(delta["coin"])
    if delta.get("type", "funding") != "funding":
        raise Garbled(f"not funding: {delta['type']!r:.40}")
    return VenueFunding(f"{venue_ts:014d}-{coin}", "", coin, micros(delta["usdc"]), venue_ts)


def _fill(row: dict[str, Any], market: Market) -> Fill:
    venue_ts, oid = whole(row["time"]), whole(row["oid"])
    twap_id, liquidation = row.get("twapId"), row.get("liquidation")
    return Fill(
        _fill_id(row, venue_ts, oid),
        oid,
        client_id_of(row.get("cloid")),
        market.symbol,
        side(row["side"]),
        lots(row["sz"], market.instrument.qty_decimals),
        px(row["px"]),
        _fee(row["fee"], row, market),
        _fee(row.get("builderFee") or "0", row, market),
        micros(row["closedPnl"]),
        not flag(row["crossed"]),
        venue_ts,
        number(row["startPosition"]),
        text(row["dir"]),
        0 if twap_id is None else whole(twap_id),
        None if liquidation is None else _liquidation(liquidation),
    )


def _fill_id(row: dict[str, Any], venue_ts: int, oid: int) -> str:
    """From the trade's id; replies of 2023 have none, and there position and size tell an order's fills apart."""
    if "tid" in row:
        return f"{venue_ts:014d}-{whole(row['tid']):020d}"
    return f"{venue_ts:014d}-{oid}-{text(row['startPosition'])}-{text(row['sz'])}"


def _fee(said: str, row: dict[str, Any], market: Market) -> int:
    amount = Fraction(round(exact(said), _FINEST))
    if market.base and row.get("feeToken", _QUOTE) == market.base:
        amount *= Fraction(exact(row["px"]))
    return up_exact(amount * MICROS)


def _liquidation(said: Any) -> Liquidation:
    row = obj(said)
    user = row.get("liquidatedUser")
    return Liquidation("" if user is None else text(user).lower(), px(row["markPx"]), text(row["method"]))
