"""What does Hyperliquid still know of the past?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from paddock.core.instrument import Instrument
from paddock.core.time import HOUR_MS, interval_ms
from paddock.venues.archive import Page
from paddock.venues.heard import Candle, Rate
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.codec import info, standing
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.patience import Patient

_LAST: Final = Priority.HISTORY


class HyperliquidArchive:
    """The venue allows so much weight a minute: a question that is too early waits, by `wait` (of so many ms)."""

    keeps: Final = info.MOST_CANDLES

    def __init__(self, gateway: Gateway, wait: Callable[[int], None]) -> None:
        self._client, self._read = gateway.client, Patient(gateway, wait).read

    def now_ts(self) -> int:
        status = self._read(lambda: self._client.ask(info.exchange_status()))
        return standing.status(status).venue_ts

    def instrument(self, symbol: str) -> Instrument:
        return self._read(lambda: self._client.listed(frozenset({symbol})))[symbol].instrument

    def candles(self, symbol: str, interval: str, start_ts: int, end_ts: int) -> Page[Candle]:
        until_ts = min(end_ts + 1, start_ts + self.keeps * interval_ms(interval))
        rows = self._read(lambda: public.candles(self._client, symbol, interval, start_ts, until_ts - 1, _LAST))
        return Page(rows, until_ts)

    def rates(self, symbol: str, start_ts: int, end_ts: int) -> Page[Rate]:
        """The venue stamps a row up to 50 ms past its hour, so the last hour of the span is asked for whole."""
        last_ts = end_ts // HOUR_MS * HOUR_MS + HOUR_MS - 1
        said = self._read(lambda: public.rates_page(self._client, symbol, start_ts, last_ts, _LAST))
        rows = tuple(replace(rate, venue_ts=rate.venue_ts // HOUR_MS * HOUR_MS) for rate in said)
        return Page(rows, rows[-1].venue_ts + HOUR_MS if len(rows) >= info.MOST_RATES else end_ts + 1)
