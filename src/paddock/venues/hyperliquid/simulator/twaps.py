"""TWAPs as the venue shows them."""

from __future__ import annotations

from typing import Any, Final

from paddock.venues.exchange.events import TwapChanged, TwapState
from paddock.venues.exchange.twap import Twap
from paddock.venues.hyperliquid.simulator.listing import Coin
from paddock.venues.hyperliquid.simulator.numbers import decimal, usd
from paddock.venues.hyperliquid.simulator.orders import side

_STATUS: Final = {
    TwapState.RUNNING: "activated",
    TwapState.FINISHED: "finished",
    TwapState.CANCELLED: "terminated",
    TwapState.ENDED: "terminated",
}


def state(twap: Twap, coin: Coin, filled: int | None = None, value: int | None = None) -> dict[str, Any]:
    """As it is now, or as it was with so much done."""
    asked = twap.asked
    return {
        "coin": coin.name,
        "user": asked.account,
        "side": side(asked.side),
        "sz": decimal(asked.lots, coin.sz_decimals),
        "executedSz": decimal(twap.filled if filled is None else filled, coin.sz_decimals),
        "executedNtl": usd(twap.value if value is None else value),
        "minutes": asked.duration_ms // 60_000,
        "reduceOnly": asked.reduce_only,
        "randomize": asked.randomised,
        "timestamp": twap.started_ts,
    }


def told(event: TwapChanged, twap: Twap, coin: Coin) -> dict[str, Any]:
    """A row of `twapHistory`; its time is in seconds."""
    return {
        "time": event.ts // 1000,
        "state": state(twap, coin, event.filled, event.value),
        "status": {"status": _STATUS[event.state]},
        "twapId": event.twap_id,
    }
