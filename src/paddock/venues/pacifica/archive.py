"""What does Pacifica still know of the past? As far as we know it forgets nothing, from its first day on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from paddock.core.instrument import Instrument
from paddock.core.time import HOUR_MS, interval_ms
from paddock.venues.archive import Page
from paddock.venues.heard import Candle, Rate
from paddock.venues.pacifica import public
from paddock.venues.pacifica.candles import REMEMBERED
from paddock.venues.pacifica.codec import queries
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.patience import Patient

OPENED_TS: Final = 1_748_736_000_000  # June 2025: its first market is of the second day
_LAST: Final = Priority.HISTORY


class PacificaArchive:
    """The venue allows so many credits a minute: a question that is too early waits, by `wait` (of so many ms)."""

    keeps: Final = REMEMBERED

    def __init__(self, gateway: Gateway, wait: Callable[[int], None]) -> None:
        self._client, self._read = gateway.client, Patient(gateway, wait).read
        self._begun: dict[str, tuple[public.Pages[Sequence[Rate]], list[Rate]]] = {}  # funding, by symbol

    def now_ts(self) -> int:
        return max(each.venue_ts for each in self._read(lambda: public.tickers(self._client)))

    def instrument(self, symbol: str) -> Instrument:
        return self._read(lambda: self._client.listed(frozenset({symbol})))[symbol].instrument

    def candles(self, symbol: str, interval: str, start_ts: int, end_ts: int) -> Page[Candle]:
        from_ts = max(start_ts, OPENED_TS)
        until_ts = min(end_ts + 1, from_ts + queries.MOST_CANDLES * interval_ms(interval))
        if from_ts > end_ts:
            return Page((), end_ts + 1)
        rows = self._read(lambda: public.candles(self._client, symbol, interval, from_ts, until_ts - 1, _LAST))
        return Page(rows, until_ts)

    def rates(self, symbol: str, start_ts: int, end_ts: int) -> Page[Rate]:
        """All of the span: the venue tells the newest first. A row is stamped a while past its hour. Who asks again
        after an error goes on with the page that did not come: hours since the first page are not among it.
        """
        last_ts = end_ts // HOUR_MS * HOUR_MS + HOUR_MS - 1
        history, said = self._begun.setdefault(symbol, (public.rate_pages(self._client, symbol, _LAST), []))
        while (page := self._read(history.page)) is not None:
            said += page
            if any(rate.venue_ts < start_ts for rate in page):
                break
        del self._begun[symbol]
        found = public.hourly(said, start_ts, last_ts)
        return Page(tuple(replace(rate, venue_ts=rate.venue_ts // HOUR_MS * HOUR_MS) for rate in found), end_ts + 1)
