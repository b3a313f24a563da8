"""What a venue tells once and forgets, into the lake: trades and books as they come, candles and funding in time.

It stands here because this is the lowest room that knows both venues and the lake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from paddock.core.errors import NotFound
from paddock.core.instrument import Instrument
from paddock.core.seams import Clock
from paddock.core.time import HOUR_MS
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.recording import BookSeen, GapSeen, Kind, Level, Recording, Row, TradeSeen
from paddock.runtime.download import Brought, Span, download_candles, download_rates, reach_ts
from paddock.venues import heard
from paddock.venues.archive import Archive
from paddock.venues.heard import Book, Gap, Trade
from paddock.venues.ticks import Tick, TickSource

FLUSH_MS: Final = 5_000  # what waits longer is written
BATCH: Final = 2_000  # so many rows are written at once
BOOK_MS: Final = 1_000  # one book in so long, the newest
KNOWN: Final = 1_000  # trades, so that a stream that begins again tells none twice
HISTORY_MS: Final = HOUR_MS  # between two looks for new candles and funding: a venue remembers days of them


def keep_history(
    archive: Archive, lake: Lake, place: str, symbols: Sequence[str], interval: str, *, new: bool = False
) -> list[Brought]:
    """Bring candles and funding up to now, and the instruments; gives what was brought of each series.

    Funding is asked for from the last hour of the lake on, and candles too if only `new` ones are wanted: what a venue
    does not have from before would else be asked for each time. Raises what the archive raises; what came before stays.
    """
    known = [archive.instrument(symbol) for symbol in symbols]
    lake.save_instruments(place, [replace(instrument, venue=place) for instrument in known])
    span = Span(None, None, archive.now_ts())
    reaching_ts = reach_ts(archive, interval, span.now_ts)
    brought = []
    for symbol in symbols:
        key = Key(place, symbol, interval)
        candles = replace(span, since_ts=_last_ts(lake, key) if new else None)
        brought.append(download_candles(archive, lake, key, candles, _silently))
        funding = replace(span, since_ts=_last_ts(lake, replace(key, interval=FUNDING)) or reaching_ts)
        brought.append(download_rates(archive, lake, symbol, place, funding, _silently))
    return brought


def _last_ts(lake: Lake, key: Key) -> int | None:
    try:
        return lake.stored(key).last_ts
    except NotFound:
        return None


class Recorder:
    """Trades and books of some symbols, kept as `place` in the lake. Of what was heard the last seconds alone are in
    memory: what ends the process loses no more.
    """

    def __init__(
        self, source: TickSource, lake: Lake, place: str, instruments: Mapping[str, Instrument], clock: Clock
    ) -> None:
        self._source, self._clock, self._symbols = source, clock, tuple(instruments)
        self._series: dict[tuple[str, Kind], _Series] = {}
        for symbol, instrument in instruments.items():
            for kind in Kind:
                recording = Recording(lake, place, symbol, kind)
                self._series[symbol, kind] = _SERIES[kind](recording, instrument.qty_decimals)
        self._listens = False
        self.kept = 0

    def step(self) -> None:
        """Write what is due, and take in what was heard. Raises Unavailable, or Unknown, while the venue cannot be
        heard, and OSError where nothing can be written: until it can, nothing more is taken in.
        """
        now_ts = self._clock.now_ts()
        for series in self._series.values():
            if series.due(now_ts):
                self.kept += series.flush()
        if not self._listens:
            self._source.listen(self._symbols)
            self._listens = True
        for tick in self._source.heard():
            self._series[tick.symbol, tick.kind].take(tick)

    def close(self) -> None:
        """Hear nothing more, and write all that waits. Raises as `step` does."""
        self._source.close()
        for tick in self._source.heard():
            self._series[tick.symbol, tick.kind].take(tick)
        for series in self._series.values():
            self.kept += series.flush()


class _Series:
    """What waits to be written of one recording."""

    def __init__(self, recording: Recording, decimals: int) -> None:
        self._recording, self._decimals = recording, decimals
        self._rows: list[Row] = []

    def take(self, tick: Tick) -> None:
        if isinstance(tick.message, Gap):
            self._rows.append(GapSeen(tick.seen_ts, tick.message.reason))

    def due(self, now_ts: int) -> bool:
        return bool(self._rows) and (len(self._rows) >= BATCH or now_ts - self._rows[0].seen_ts >= FLUSH_MS)

    def flush(self) -> int:
        """How many rows were written; they wait on when that fails."""
        self._recording.append(self._rows)
        count, self._rows = len(self._rows), []
        return count

    def _qty(self, lots: int) -> float:
        """In base units."""
        return float(lots / 10**self._decimals)


class _Trades(_Series):
    """Each trade once: a stream that begins tells the last few again."""

    def __init__(self, recording: Recording, decimals: int) -> None:
        super().__init__(recording, decimals)
        self._known = dict.fromkeys(recording.last(KNOWN)["trade_id"].drop_nulls())

    def take(self, tick: Tick) -> None:
        super().take(tick)
        trade = tick.message
        if isinstance(trade, Trade) and trade.trade_id not in self._known:
            if trade.trade_id:
                self._known[trade.trade_id] = None
            if len(self._known) > KNOWN:
                del self._known[next(iter(self._known))]
            qty = self._qty(trade.lots)
            self._rows.append(TradeSeen(tick.seen_ts, trade.venue_ts, trade.trade_id, int(trade.side), trade.px, qty))


class _Books(_Series):
    """The newest book of each second, where it is another one than before."""

    def __init__(self, recording: Recording, decimals: int) -> None:
        super().__init__(recording, decimals)
        self._newest: Tick | None = None
        self._written: Book | None = None
        self._written_ts = 0

    def take(self, tick: Tick) -> None:
        if isinstance(tick.message, Gap):
            self._settle()
            self._written = None  # what is behind a gap is told, whatever it is
        super().take(tick)
        if isinstance(tick.message, Book):
            if self._newest is not None and tick.seen_ts - self._written_ts >= BOOK_MS:
                self._settle()
            self._newest = tick

    def due(self, now_ts: int) -> bool:
        if self._newest is not None and now_ts - self._written_ts >= BOOK_MS:
            self._settle()
        return super().due(now_ts)

    def flush(self) -> int:
        self._settle()
        return super().flush()

    def _settle(self) -> None:
        """The book that waits becomes a row."""
        tick, self._newest = self._newest, None
        if tick is None or not isinstance(tick.message, Book):
            return
        book = tick.message
        if self._written is None or (book.bids, book.asks) != (self._written.bids, self._written.asks):
            self._rows.append(BookSeen(tick.seen_ts, book.venue_ts, self._levels(book.bids), self._levels(book.asks)))
            self._written, self._written_ts = book, tick.seen_ts

    def _levels(self, levels: Iterable[heard.Level]) -> tuple[Level, ...]:
        return tuple((level.px, self._qty(level.lots)) for level in levels)


_SERIES: Final = {Kind.TRADES: _Trades, Kind.BOOKS: _Books}


def _silently(_done: int, _of: int) -> None:
    pass
