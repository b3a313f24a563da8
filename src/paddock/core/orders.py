"""Orders, the reasons behind them, and the one table of how an order may change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from paddock.core.errors import Code, Invalid
from paddock.core.grid import Price, Qty


class Side(IntEnum):
    BUY = 1
    SELL = -1


class OrderKind(IntEnum):
    MARKET = 0
    LIMIT = 1
    TWAP = 2
    STOP = 3
    TAKE = 4
    TRAIL = 5
    LIQUIDATION = 6


class Tif(IntEnum):
    """Time in force: rest until cancelled, fill now or cancel, or rest only (post-only)."""

    GTC = 0
    IOC = 1
    ALO = 2


class Reason(IntEnum):
    """Why an order exists; `label` is the word used in every document."""

    ENTRY = 0
    CLOSE_POSITION = 1
    REDUCE_POSITION = 2
    STOP_LOSS = 3
    TAKE_PROFIT = 4
    TRAILING_STOP = 5
    LIQUIDATION = 6
    TIMEOUT = 7
    DRAWDOWN = 8

    @property
    def label(self) -> str:
        return self.name.lower()


class Refusal(IntEnum):
    """Why an entry was not admitted, or (CAPPED) made smaller."""

    CAPPED = 0
    DRAWDOWN_HALT = 1
    DAILY_LOSS = 2
    SYMBOL_NOT_ALLOWED = 3
    LEVERAGE_LIMIT = 4
    ENTRY_WORKING = 5
    OPPOSITE_POSITION = 6
    ALREADY_IN_POSITION = 7
    COOLDOWN = 8
    COOLDOWN_AFTER_STOP = 9
    MAX_OPEN_POSITIONS = 10
    BELOW_LOT = 11
    BELOW_MIN_NOTIONAL = 12
    INSUFFICIENT_MARGIN = 13
    NO_STOP_DISTANCE = 14
    PAUSED = 15
    ORDER_UNKNOWN = 16
    OPPOSITE_ON_ACCOUNT = 17
    FEED_STALE = 18
    FROZEN = 19

    @property
    def label(self) -> str:
        return self.name.lower()


class OrderState(StrEnum):
    """Where an order stands. `UNKNOWN` is a state of its own: it may be at the venue or not."""

    PENDING = "pending"
    SENT = "sent"
    UNKNOWN = "unknown"
    OPEN = "open"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REFUSED = "refused"
    NEVER_LANDED = "never_landed"


_S = OrderState
TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    _S.PENDING: frozenset({_S.SENT, _S.OPEN, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REFUSED}),
    # Back to pending: it provably never left (no connection, too many requests).
    _S.SENT: frozenset({_S.PENDING, _S.OPEN, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REFUSED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.OPEN, _S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REFUSED, _S.NEVER_LANDED}),
    _S.OPEN: frozenset({_S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.UNKNOWN}),
    _S.PARTIAL: frozenset({_S.PARTIAL, _S.FILLED, _S.CANCELED, _S.EXPIRED, _S.UNKNOWN}),
    _S.FILLED: frozenset(),
    # A venue may report a fill after it reported the cancel: the fill is the truth.
    _S.CANCELED: frozenset({_S.PARTIAL, _S.FILLED}),
    _S.EXPIRED: frozenset({_S.PARTIAL, _S.FILLED}),
    _S.REFUSED: frozenset(),
    _S.NEVER_LANDED: frozenset(),
}

TERMINAL = frozenset({_S.FILLED, _S.CANCELED, _S.EXPIRED, _S.REFUSED, _S.NEVER_LANDED})


def advance(state: OrderState, to: OrderState) -> OrderState:
    """The new state; raises Invalid (order.transition) when the table does not allow it."""
    if to not in TRANSITIONS[state]:
        allowed = ", ".join(sorted(TRANSITIONS[state])) or "nothing"
        raise Invalid(
            Code.ORDER_TRANSITION,
            f"an order that is {state} cannot become {to}",
            seen=to,
            rule=f"from {state} an order may become {allowed}",
        )
    return to


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it was wanted, and where it stands. `px` is a limit or a trigger; None for market and TWAP.

    A change gives a new order; `traded` is how much of it has traded so far.
    """

    order_id: str
    kind: OrderKind
    side: Side
    qty: Qty
    traded: Qty
    reason: Reason
    px: Price | None = None
    tif: Tif = Tif.GTC
    reduce_only: bool = False
    state: OrderState = OrderState.PENDING

    def become(self, state: OrderState) -> Order:
        """Raises Invalid (order.transition) when the table does not allow it."""
        return replace(self, state=advance(self.state, state))

    def trade(self, qty: Qty) -> Order:
        """After one more fill of `qty`; a fill beyond the order's size counts, since it happened."""
        traded = self.traded + qty
        state = OrderState.PARTIAL if traded < self.qty else OrderState.FILLED
        if self.state is not OrderState.FILLED:
            state = advance(self.state, state)
        return replace(self, traded=traded, state=state)
