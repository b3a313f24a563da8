"""Bars of a venue as they close: heard from its stream, and read where the stream may have missed something.

A bar has closed for a symbol when the stream begins the next one without a gap in between. Otherwise, a while after
its time is over, the venue is asked, and its answer is the bar. What nobody traded is missing, as it is in a tape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol, TypeVar

import numpy as np

from paddock.core.errors import Code, Invalid, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.core.time import HOUR_MS, format_ts, interval_ms
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape
from paddock.venues.heard import Answer, Candle, Gap, Rate

T = TypeVar("T")

GRACE_MS: Final = 5_000  # how long after its time a bar may still change, and the next one be late
MOST_BARS: Final = 500  # of one poll, on the way to the present
_SPACING_MS: Final = HOUR_MS  # of funding


class CandleSource(Protocol):
    """A venue's candles of one interval. All calls raise Unavailable, or Unknown, when it does not answer.

    What is asked of several symbols is asked at once, and one that is not answered holds up no other.
    """

    @property
    def interval(self) -> str: ...

    @property
    def remembered(self) -> int:
        """How many bars back the venue can be asked for."""
        ...

    def listen(self, symbols: Sequence[str]) -> None:
        """Hear candles of these symbols from now on."""
        ...

    def heard(self) -> Sequence[Candle | Gap]:
        """What was heard since the last call, in order. A Gap names a symbol, of which something may be missing."""
        ...

    def candles(self, symbols: Sequence[str], start_ts: int, end_ts: int) -> Mapping[str, Answer[Candle]]:
        """Those that open from `start_ts` to `end_ts`, oldest first; the last may still be forming."""
        ...

    def rates(self, since_ts: Mapping[str, int], end_ts: int) -> Mapping[str, Answer[Rate]]:
        """What was charged from each symbol's `since_ts` to `end_ts`, oldest first."""
        ...


class VenueFeed:
    """Implements Feed over a venue. `history` is the tape of the symbols before the first bar that is lived."""

    def __init__(
        self, name: str, source: CandleSource, history: Tape, clock: Clock, *, grace_ms: int = GRACE_MS
    ) -> None:
        """Raises Invalid (data.interval) for a history of another interval."""
        if source.interval != history.interval:
            raise Invalid(
                Code.DATA_INTERVAL,
                f"the history of {name} has bars of {history.interval}",
                seen=history.interval,
                rule=f"the history of a feed has its interval, {source.interval}",
            )
        self._name, self._source, self._history, self._clock = name, source, history, clock
        self._step, self._grace_ms = interval_ms(history.interval), grace_ms
        self._symbols = [_Forming(symbol, self._step) for symbol in history.symbols]
        self._by_symbol = {one.symbol: one for one in self._symbols}
        self._funded = history.funding_open.shape[1] > 0
        self._next_ts = int(history.ts[-1]) + self._step
        self._listens = False
        self._paid = False  # whether funding was asked about in this poll

    @property
    def name(self) -> str:
        return self._name

    @property
    def clock(self) -> Clock:
        return self._clock

    def history(self) -> Tape:
        return self._history

    def start(self, after_ts: int) -> None:
        """Raises Invalid (data.coverage) when the venue no longer remembers the bars that follow."""
        self._next_ts = after_ts + self._step
        oldest_ts = self._clock.now_ts() - self._source.remembered * self._step
        if self._next_ts < oldest_ts:
            raise Invalid(
                Code.DATA_COVERAGE,
                f"the venue has forgotten the bars after {format_ts(after_ts)}",
                where=self._name,
                seen=format_ts(after_ts),
                rule=f"it remembers the last {self._source.remembered} bars, from {format_ts(oldest_ts)} on",
                suggestion="download what is missing, and give the feed another name",
            )
        known = self._history.funding_last[:, -1] if self._funded else np.full(len(self._symbols), math.nan)
        for one, rate in zip(self._symbols, known, strict=True):
            one.begin(after_ts, float(rate))
        self._listens = False

    def poll(self) -> list[Bar]:
        """Closed bars, in order, none left out but those in which nobody traded anything.

        Raises Unavailable, or Unknown, when bars are due that were not heard, and the venue does not answer; those
        before them are given first.
        """
        if not self._listens:
            self._source.listen(self._history.symbols)
            self._listens = True
        for heard in self._source.heard():
            if isinstance(heard, Gap):
                self._by_symbol[heard.subscription].miss()
            else:
                self._by_symbol[heard.symbol].hear(heard)
        bars: list[Bar] = []
        try:
            bars.extend(self._closed())
        except (Unavailable, Unknown):
            if not bars:
                raise
        return bars

    def _closed(self) -> Iterator[Bar]:
        """What can be had with one answer of each kind: others wait for this."""
        now_ts, self._paid = self._clock.now_ts(), False
        for _ in range(MOST_BARS):
            open_ts = self._next_ts
            if now_ts < open_ts + self._step or not self._complete(open_ts, now_ts):
                return
            bar = self._bar(open_ts)
            self._next_ts += self._step
            for one in self._symbols:
                one.forget(open_ts)
            if bar is not None:
                yield bar

    def _complete(self, open_ts: int, now_ts: int) -> bool:
        """Whether all that is to be known of a bar is; it is asked for when it is overdue."""
        missing = [one for one in self._symbols if not one.knows(open_ts)]
        if missing and now_ts < open_ts + self._step + self._grace_ms:
            return False
        if missing:
            found = self._source.candles([one.symbol for one in missing], open_ts, now_ts)
            _each(missing, found, lambda one, candles: one.read(candles, now_ts - self._grace_ms))
        return self._pay(open_ts + self._step)

    def _pay(self, close_ts: int) -> bool:
        """Read the rates that were charged before a bar's close, when there may be new ones; False when that was done
        in this poll already."""
        due = [one for one in self._symbols if self._funded and one.owes(close_ts - 1)]
        if due and self._paid:
            return False
        if due:
            self._paid = True
            found = self._source.rates({one.symbol: one.paid_ts + 1 for one in due}, close_ts - 1)
            _each(due, found, lambda one, rates: one.pay(rates, close_ts - 1))
        return True

    def _bar(self, open_ts: int) -> Bar | None:
        candles = [one.candle(open_ts) for one in self._symbols]
        if all(candle is None for candle in candles):
            return None
        opens, high, low, close, volume = _columns([_row(candle) for candle in candles])
        bar = Bar(open_ts, opens, high, low, close, volume)
        if not self._funded:
            return bar
        at_open, inside, last = _columns([one.funding(open_ts) for one in self._symbols])
        return replace(bar, funding_open=at_open, funding_inside=inside, funding_last=last)


class _Forming:
    """One symbol: its candles that were not given yet, and its funding that was not paid yet."""

    def __init__(self, symbol: str, step: int) -> None:
        self.symbol, self._step = symbol, step
        self._newest: Candle | None = None  # as it was heard last; it may still change
        self._final: dict[int, Candle] = {}
        self._read_ts = 0  # all that opened before is known
        self.paid_ts, self._rates, self._last = 0, list[Rate](), math.nan
        self._asked_ts = 0  # until when funding was asked about

    def begin(self, after_ts: int, last_rate: float) -> None:
        self._newest, self._final, self._read_ts = None, {}, 0
        self.paid_ts, self._rates, self._last = after_ts + self._step - 1, [], last_rate
        self._asked_ts = 0

    def miss(self) -> None:
        """What is forming may never be told whole."""
        self._newest = None

    def hear(self, candle: Candle) -> None:
        before = self._newest
        if before is not None and candle.open_ts < before.open_ts:
            self._final |= {candle.open_ts: candle} if candle.open_ts in self._final else {}
            return
        if before is not None and candle.open_ts > before.open_ts:
            self._final[before.open_ts] = before
        self._newest = candle

    def read(self, candles: Sequence[Candle], closed_ts: int) -> None:
        """What the venue answered; bars that closed by `closed_ts` do not change any more."""
        self._final |= {one.open_ts: one for one in candles if one.open_ts + self._step <= closed_ts}
        self._read_ts = closed_ts // self._step * self._step

    def knows(self, open_ts: int) -> bool:
        return open_ts in self._final or open_ts < self._read_ts

    def candle(self, open_ts: int) -> Candle | None:
        """None where nobody traded, or where it cannot be true."""
        found = self._final.get(open_ts)
        return found if found is not None and found.volume > 0 and _possible(found) else None

    def forget(self, open_ts: int) -> None:
        self._final = {ts: candle for ts, candle in self._final.items() if ts > open_ts}

    def owes(self, until_ts: int) -> bool:
        """Whether something that nobody asked about may have been charged by then."""
        known_ts = max(self.paid_ts // _SPACING_MS * _SPACING_MS + _SPACING_MS, self._asked_ts + 1)
        return until_ts >= known_ts

    def pay(self, rates: Sequence[Rate], until_ts: int) -> None:
        """All that was charged by `until_ts`, and was not told before."""
        self._asked_ts = until_ts
        for rate in rates:
            if rate.venue_ts > self.paid_ts:
                self._rates.append(rate)
                self.paid_ts = rate.venue_ts

    def funding(self, open_ts: int) -> tuple[float, float, float]:
        """Of a bar: paid at its open or in the gap before it, paid inside, and the last rate known; told once."""
        if self.candle(open_ts) is None:
            return 0.0, 0.0, math.nan
        at_open = math.fsum(rate.rate for rate in self._rates if rate.venue_ts <= open_ts)
        inside = math.fsum(rate.rate for rate in self._rates if rate.venue_ts > open_ts)
        self._last = self._rates[-1].rate if self._rates else self._last
        self._rates = []
        return at_open, inside, self._last


def _each(
    asked: Sequence[_Forming], answers: Mapping[str, Answer[T]], take: Callable[[_Forming, Sequence[T]], None]
) -> None:
    """Take what was answered; then raise why something was not."""
    failed: Unavailable | Unknown | None = None
    for one in asked:
        answer = answers[one.symbol]
        if isinstance(answer, Unavailable | Unknown):
            failed = failed or answer
        else:
            take(one, answer)
    if failed is not None:
        raise failed


def _possible(candle: Candle) -> bool:
    prices = (candle.open, candle.high, candle.low, candle.close)
    sound = all(math.isfinite(px) and px > 0 for px in prices) and math.isfinite(candle.volume)
    return sound and candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high


def _columns(rows: Sequence[tuple[float, ...]]) -> list[Floats]:
    return [np.array(column) for column in zip(*rows, strict=True)]


def _row(candle: Candle | None) -> tuple[float, float, float, float, float]:
    if candle is None:
        return (math.nan,) * 5
    return candle.open, candle.high, candle.low, candle.close, candle.volume
