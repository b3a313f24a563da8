"""Facts that the books are folded from: the events whose payload the projections and the ledger read.

A fact is an event's payload with types; every other kind of event is for readers only. Money is int micro-dollars,
quantities int lots, times int ms UTC, sides and kinds the numbers of `core.orders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from paddock.core.orders import OrderState
from paddock.journal.events import Draft, Event
from paddock.journal.kinds import EventKind


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """What a run wanted at the close of the bar that opened at `bar_ts`; `decision` is None when it wanted nothing."""

    run_id: str
    bar_ts: int
    equity: int
    cash: int
    decision: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderIntended:
    """A leg that places an order; `px` is 0 for none."""

    run_id: str
    account_id: str
    intent_id: str
    decision: int
    leg: int
    symbol: str
    kind: int
    side: int
    lots: int
    px: float
    reduce_only: bool
    reason: int


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order's new state, except what its fills say; `note` is the venue's reason."""

    run_id: str
    intent_id: str
    state: OrderState
    venue_order_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FillBooked:
    """A fill, under the id that counts once in its account.

    Ids of fills at the same `venue_ts` sort as they happened. `run_id` and `intent_id` are empty for a fill that no
    run caused; the decimals are those of the instrument's grid.
    """

    run_id: str
    account_id: str
    fill_id: str
    intent_id: str
    venue: str
    symbol: str
    px_decimals: int
    qty_decimals: int
    kind: int
    side: int
    lots: int
    px: float
    fee: int
    maker: bool
    venue_ts: int


@dataclass(frozen=True, slots=True)
class FundingBooked:
    """Funding of one interval: `amount` is received when positive."""

    run_id: str
    account_id: str
    payment_id: str
    venue: str
    symbol: str
    px_decimals: int
    qty_decimals: int
    amount: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class Deposited:
    """Money from outside; negative when it was taken out."""

    account_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Allocated:
    """Capital that a run got from its account."""

    account_id: str
    run_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Released:
    """Money that went from a run back to its account."""

    account_id: str
    run_id: str
    amount: int


Fact = DecisionMade | OrderIntended | OrderChanged | FillBooked | FundingBooked | Deposited | Allocated | Released

_STATES: Final = {
    EventKind.ORDER_SENT: OrderState.SENT,
    EventKind.ORDER_OPENED: OrderState.OPEN,
    EventKind.ORDER_REFUSED: OrderState.REFUSED,
    EventKind.ORDER_UNKNOWN: OrderState.UNKNOWN,
    EventKind.ORDER_CANCELED: OrderState.CANCELED,
    EventKind.ORDER_EXPIRED: OrderState.EXPIRED,
    EventKind.ORDER_NEVER_LANDED: OrderState.NEVER_LANDED,
}
TYPES: Final[dict[EventKind, type[Fact]]] = {
    EventKind.DECISION_MADE: DecisionMade,
    EventKind.ORDER_INTENDED: OrderIntended,
    **dict.fromkeys(_STATES, OrderChanged),
    EventKind.FILL_BOOKED: FillBooked,
    EventKind.FUNDING_BOOKED: FundingBooked,
    EventKind.ACCOUNT_DEPOSITED: Deposited,
    EventKind.ACCOUNT_ALLOCATED: Allocated,
    EventKind.ACCOUNT_RELEASED: Released,
}
_KINDS: Final = {made: kind for kind, made in TYPES.items() if made is not OrderChanged}
_KIND_OF_STATE: Final = {state: kind for kind, state in _STATES.items()}
FIELDS: Final[dict[type[Fact], tuple[str, ...]]] = {
    made: tuple(item.name for item in fields(made)) for made in TYPES.values()
}


def draft(fact: Fact, ts: int) -> Draft:
    """A fact as the draft of an event of its run, or of its account; KeyError for a state that only fills can tell."""
    kind = _KIND_OF_STATE[fact.state] if isinstance(fact, OrderChanged) else _KINDS[type(fact)]
    run_id = getattr(fact, "run_id", "")
    of_account = kind.startswith("account.") or not run_id
    stream = f"account:{getattr(fact, 'account_id', '')}" if of_account else f"run:{run_id}"
    return Draft(stream, kind, ts, {name: getattr(fact, name) for name in FIELDS[type(fact)]})


def fact_of(event: Event | Draft) -> Fact | None:
    """The fact in an event, if the books read it."""
    made = TYPES.get(event.kind)
    if made is OrderChanged:
        return OrderChanged(**{**event.payload, "state": OrderState(event.payload["state"])})
    return made(**event.payload) if made else None
