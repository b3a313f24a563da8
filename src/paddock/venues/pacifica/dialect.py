"""What does a frame of Pacifica's socket mean to a stream, and what of it may a slow reader lose?

Frames of an account do not say whose they are: a connection tells of one account, or of none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from paddock.core.errors import NotFound
from paddock.venues.heard import Candle, Trade
from paddock.venues.pacifica.codec import frames
from paddock.venues.pacifica.codec.frames import Frame, Source, frame
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.reading import unclear
from paddock.venues.pacifica.codec.socket_replies import SocketReply
from paddock.venues.transport.frames import Acked, Answer, Data, Denied, Keep, Subscription, repeating

Reading = Data[Frame] | Acked | Denied | Answer[Frame] | None
_ALL: Final = (frames.OrderEvents, frames.AccountTrades, frames.MarginModeSet, frames.LeverageSet)


class PacificaDialect:
    """`account` is whose the connection is, "" for nobody's; `listing` gives the markets as they are known now."""

    def __init__(self, listing: Callable[[], Listing], account: str = "") -> None:
        self._listing, self._account = listing, account

    @property
    def heartbeat(self) -> str:
        return frames.PING

    def read(self, text: str) -> Reading:
        """Raises Unknown for what cannot be read, quantities of a market that is not listed among it."""
        try:
            heard = frame(text, self._listing())
        except NotFound as error:
            raise unclear("a frame", text, error.message) from error
        match heard:
            case frames.Subscribed(subscription, on):
                return Acked(key(subscription)) if on else None
            case SocketReply():
                return Answer(heard.request_id, heard) if heard.request_id else Denied("", heard.error)
            case frames.Pong() | frames.Unheard():
                return None
            case frames.News():
                return self._market(heard)
            case _:
                source = _source(heard)
                # What happened is never too old: it is kept by its own id. What is so now may be.
                keep, number = (Keep.ALL, None) if isinstance(heard, _ALL) else (Keep.LATEST, _sequence(heard))
                return Data(self._key(source), heard, keep, number=number)

    def _market(self, news: frames.News) -> Data[Frame] | None:
        if not news.messages:
            return None
        first = news.messages[0]
        match first:
            case Trade(symbol=symbol):
                return Data(self._key(news.source, symbol), news, Keep.EACH)
            case Candle(symbol=symbol, interval=interval, open_ts=open_ts):
                return Data(self._key(news.source, symbol, interval), news, Keep.LATEST, str(open_ts))
            case _:
                symbol = "" if news.source is Source.PRICES else str(getattr(first, "symbol", ""))
                return Data(self._key(news.source, symbol), news, Keep.LATEST, number=news.sequence or None)

    def _key(self, source: str, symbol: str = "", interval: str = "") -> str:
        return _joined(self._account, source, symbol, interval)


def key(asked: frames.Subscription) -> str:
    """What a subscription is known by: its account, source, symbol and interval."""
    return _joined(asked.account, asked.source, asked.symbol, asked.interval)


def subscription(asked: frames.Subscription, fresh_ms: int = 0) -> Subscription:
    """As a stream takes it; `fresh_ms`: how long it may be silent."""
    begin, end = (json.dumps(said, separators=(",", ":")) for said in (asked.subscribe, asked.unsubscribe))
    return Subscription(key(asked), begin, end, fresh_ms, repeating)


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)


def _source(heard: Frame) -> Source:
    match heard:
        case frames.AccountNow():
            return Source.ACCOUNT_INFO
        case frames.PositionsNow():
            return Source.ACCOUNT_POSITIONS
        case frames.AccountTrades():
            return Source.ACCOUNT_TRADES
        case frames.MarginModeSet():
            return Source.ACCOUNT_MARGIN
        case frames.LeverageSet():
            return Source.ACCOUNT_LEVERAGE
        case frames.OpenOrders(source) | frames.OrderEvents(source):
            return source
        case _:
            raise TypeError(f"{type(heard).__name__} is of no subscription")


def _sequence(heard: Frame) -> int | None:
    return getattr(heard, "sequence", 0) or None
