"""What the venue's words for orders and trades mean in ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.pacifica.codec.reading import unclear

T = TypeVar("T")
_S = OrderState

# Events, or reasons of an end, that say more than the status beside them (after any other, such as `make` or `adjust`,
# the status counts), then statuses. An order that has an id was acknowledged, so that one which was turned away after
# all (`rejected`) is as good as cancelled: it was open for us.
STATES: Final[Mapping[str, OrderState]] = {
    "cancel": _S.CANCELED,
    "force_cancel": _S.CANCELED,
    "post_only_rejected": _S.CANCELED,
    "self_trade_prevented": _S.CANCELED,
    "expired": _S.EXPIRED,
    "open": _S.OPEN,
    "partially_filled": _S.PARTIAL,
    "filled": _S.FILLED,
    "cancelled": _S.CANCELED,
    "rejected": _S.CANCELED,
}
KINDS: Final[Mapping[str, OrderKind]] = {
    "limit": OrderKind.LIMIT,
    "market": OrderKind.MARKET,
    "stop_limit": OrderKind.STOP,
    "stop_market": OrderKind.STOP,
    "stop_loss_limit": OrderKind.STOP,
    "stop_loss_market": OrderKind.STOP,
    "take_profit_limit": OrderKind.TAKE,
    "take_profit_market": OrderKind.TAKE,
}
SIDES: Final[Mapping[str, Side]] = {"bid": Side.BUY, "ask": Side.SELL}
TRADE_SIDES: Final[Mapping[str, Side]] = {
    "open_long": Side.BUY,
    "close_short": Side.BUY,
    "open_short": Side.SELL,
    "close_long": Side.SELL,
}
MAKERS: Final[Mapping[str, bool]] = {"fulfill_maker": True, "fulfill_taker": False}
NORMAL: Final = "normal"  # the cause of a trade that its order made; any other is the venue's doing


def state_of(status: str, event: str = "") -> OrderState:
    """Where an order stands after an event; one that is not in the tables leaves it to the status.

    Raises Unknown (venue.unclear) for a status that is not known.
    """
    return STATES.get(event) or _known(STATES, status, "an order's status")


def kind_of(order_type: str) -> OrderKind:
    """Raises Unknown (venue.unclear)."""
    return _known(KINDS, order_type, "an order's type")


def side_of(side: str) -> Side:
    """Of an order or a position: bid or ask. Raises Unknown (venue.unclear)."""
    return _known(SIDES, side, "a side")


def trade_side_of(side: str) -> Side:
    """Of a trade: `open_long` and its like. Raises Unknown (venue.unclear)."""
    return _known(TRADE_SIDES, side, "a trade's side")


def is_maker(event_type: str) -> bool:
    """Raises Unknown (venue.unclear)."""
    return _known(MAKERS, event_type, "a trade's type")


def _known(table: Mapping[str, T], word: str, what: str) -> T:
    if word not in table:
        raise unclear(what, word, f"it is none of {', '.join(table)}")
    return table[word]
