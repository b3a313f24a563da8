"""What does a frame of Hyperliquid's socket mean to a stream, and what of it may a slow reader lose?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from paddock.venues.heard import Candle, Trade
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.frames import frame
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.transport.frames import Acked, Answer, Data, Denied, Keep, Subscription

Reading = Data[said.Frame] | Acked | Denied | Answer[said.Frame] | None
_NOW: Final = (
    said.ContextsHeard | said.SpotHeard | said.AccountHeard | said.BalancesHeard | said.LeverageHeard
    | said.OpenOrdersHeard
)  # fmt: skip


class HyperliquidDialect:
    """`listing` gives the markets as they are known at the moment: quantities are counted in their lots."""

    def __init__(self, listing: Callable[[], Listing]) -> None:
        self._listing = listing

    @property
    def heartbeat(self) -> str:
        return subscriptions.PING

    def read(self, text: str) -> Reading:
        """Raises Unknown for what cannot be read."""
        heard = frame(text, self._listing())
        match heard:
            case said.Acknowledged(key, method):
                return Acked(key) if method == "subscribe" else None
            case said.Denied(key, reason):
                return Denied(key, reason)
            case said.Answered(request_id):
                return Answer(str(request_id), heard)
            case said.Idle() | said.Unread():
                return None
            case said.MarketHeard():
                return _market(heard)
            case _:
                return Data(heard.key, heard, Keep.LATEST if isinstance(heard, _NOW) else Keep.ALL)


def subscription(asked: subscriptions.Subscription, fresh_ms: int = 0) -> Subscription:
    """As a stream takes it; `fresh_ms`: how long it may be silent."""
    key = subscriptions.key(asked)
    return Subscription(key, subscriptions.subscribe(asked), subscriptions.unsubscribe(asked), fresh_ms)


def _market(heard: said.MarketHeard) -> Data[said.Frame]:
    first = heard.messages[0] if heard.messages else None
    if isinstance(first, Trade):
        return Data(heard.key, heard, Keep.EACH)
    slot = str(first.open_ts) if isinstance(first, Candle) else ""
    return Data(heard.key, heard, Keep.LATEST, slot)
