"""Candles of one interval for a feed: heard from the socket, and read from `/info`."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from paddock.core.time import interval_ms
from paddock.venues.heard import Answer, Candle, Gap, Rate
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.codec import info, said, subscriptions
from paddock.venues.hyperliquid.codec.said import Frame
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.transport.frames import Delivery


class HyperliquidCandles:
    """For any one thread but the gateway's own. Raises Unavailable, or Unknown, when the venue does not answer.

    Who asks tends orders too, and does not wait for a turn: what the budget does not give now is Throttled.
    """

    remembered = info.MOST_CANDLES

    def __init__(self, gateway: Gateway, interval: str) -> None:
        """Raises Invalid (data.interval)."""
        interval_ms(interval)
        self._gateway, self._client, self.interval = gateway, gateway.client, interval
        self._symbols: dict[str, str] = {}
        self._listening: set[str] = set()
        self._waiting: deque[Candle | Gap] = deque()  # appended on the loop, taken elsewhere

    def listen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            asked = subscriptions.candles(symbol, self.interval)
            key = subscriptions.key(asked)
            if key not in self._listening:
                self._symbols[key] = symbol
                self._gateway.read(self._client.hear(asked, self._hear))
                self._listening.add(key)

    def heard(self) -> list[Candle | Gap]:
        return [self._waiting.popleft() for _ in range(len(self._waiting))]

    def candles(self, symbols: Sequence[str], start_ts: int, end_ts: int) -> Mapping[str, Answer[Candle]]:
        return self._gateway.read_each(
            symbols,
            lambda symbol: public.candles(self._client, symbol, self.interval, start_ts, end_ts, at_once=True),
        )

    def rates(self, since_ts: Mapping[str, int], end_ts: int) -> Mapping[str, Answer[Rate]]:
        return self._gateway.read_each(
            since_ts, lambda symbol: public.rates(self._client, symbol, since_ts[symbol], end_ts, at_once=True)
        )

    def _hear(self, delivery: Delivery[Frame]) -> None:
        match delivery.message:
            case Gap(_, reason):
                self._waiting.append(Gap(self._symbols[delivery.key], reason))
            case said.MarketHeard(messages=messages):
                self._waiting.extend(one for one in messages if isinstance(one, Candle))
