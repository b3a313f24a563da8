"""TWAPs as the venue shows them. No source shows one: the names are those that the venue's clients look for [?]."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange.events import TwapChanged, TwapState
from paddock.venues.exchange.twap import Twap
from paddock.venues.pacifica.simulator import words
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.numbers import decimal, px_near

Row = dict[str, Any]

_STATUS: Final = {
    TwapState.RUNNING: "open",
    TwapState.FINISHED: "filled",
    TwapState.CANCELLED: "cancelled",
    TwapState.ENDED: "cancelled",
}
_EVENTS: Final = {
    TwapState.RUNNING: "twap_created",
    TwapState.FINISHED: "fulfill_market",
    TwapState.CANCELLED: "cancel",
    TwapState.ENDED: "force_cancel",
}


def named(twap: Twap, coin: Coin) -> Row:
    """As it is now: a row of `/orders/twap` and `/orders/twap/history`."""
    asked = twap.asked
    return {
        "order_id": twap.twap_id,
        "client_order_id": asked.client_id or None,
        "symbol": coin.symbol,
        "side": words.SIDES[asked.side],
        "amount": decimal(asked.lots, coin.qty_decimals),
        "filled_amount": decimal(twap.filled, coin.qty_decimals),
        "average_filled_price": _average(coin, twap.value, twap.filled),
        "reduce_only": asked.reduce_only,
        "duration_in_seconds": asked.duration_ms // 1000,
        "order_status": _status(twap.state, twap.filled),
        "created_at": twap.started_ts,
        "updated_at": twap.changed_ts,
    }


def happened(event: TwapChanged, twap: Twap, coin: Coin, history_id: int) -> Row:
    """A row of `/orders/twap/history_by_id`."""
    return named(twap, coin) | {
        "history_id": history_id,
        "filled_amount": decimal(event.filled, coin.qty_decimals),
        "average_filled_price": _average(coin, event.value, event.filled),
        "event_type": _EVENTS[event.state],
        "order_status": _status(event.state, event.filled),
        "updated_at": event.ts,
    }


def lettered(twap: Twap, coin: Coin) -> Row:
    """A row of the channel `account_twap_orders`."""
    asked = twap.asked
    return {
        "i": twap.twap_id,
        "I": asked.client_id or None,
        "u": asked.account,
        "s": coin.symbol,
        "d": words.SIDES[asked.side],
        "a": decimal(asked.lots, coin.qty_decimals),
        "f": decimal(twap.filled, coin.qty_decimals),
        "p": _average(coin, twap.value, twap.filled),
        "os": _status(twap.state, twap.filled),
        "r": asked.reduce_only,
        "ct": twap.started_ts,
        "ut": twap.changed_ts,
    }


def update(event: TwapChanged, twap: Twap, coin: Coin, li: int) -> Row:
    """An event of the channel `account_twap_order_updates`."""
    return lettered(twap, coin) | {
        "f": decimal(event.filled, coin.qty_decimals),
        "p": _average(coin, event.value, event.filled),
        "oe": _EVENTS[event.state],
        "os": _status(event.state, event.filled),
        "ut": event.ts,
        "li": li,
    }


def _status(state: TwapState, filled: int) -> str:
    return "partially_filled" if state is TwapState.RUNNING and filled else _STATUS[state]


def _average(coin: Coin, value: int, filled: int) -> str:
    return px_near(coin.contract.tick_lots(value) / filled if filled else Fraction(0))
