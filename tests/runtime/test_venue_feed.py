"""Bars that are lived from a venue are those that its candles make afterwards, whatever the stream loses."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.core.seams import ManualClock, SeededRandom
from paddock.core.time import HOUR_MS, MINUTE_MS
from paddock.market.align import build_tape, truncate
from paddock.runtime import venue_feed
from paddock.runtime.venue_feed import GRACE_MS, VenueFeed
from paddock.venues.heard import Candle, Gap, Rate

SYMBOLS = ("A", "B")
START = 490_000 * HOUR_MS + 57 * MINUTE_MS
BARS, BEGIN = 12, 3
COLUMNS = ("open", "high", "low", "close", "volume")


def candle(symbol: str, n: int, volume: float) -> Candle:
    px = 100.0 + n + (0.5 if symbol == "B" else 0.0)
    return Candle(symbol, "1m", START + n * MINUTE_MS, px, px + 1, px - 1, px + 0.25, volume, 3)


RATES = [Rate(symbol, 1e-5, START + 3 * MINUTE_MS + 20) for symbol in SYMBOLS]


def tape_of(candles, rates=RATES):
    rows = [
        {"symbol": c.symbol, "ts": c.open_ts, **{name: getattr(c, name) for name in COLUMNS}}
        for c in sorted(candles, key=lambda c: (c.symbol, c.open_ts))
    ]
    stamps = pl.DataFrame([{"symbol": r.symbol, "ts": r.venue_ts, "rate": r.rate} for r in rates])
    early = pl.DataFrame([{"symbol": name, "ts": START - HOUR_MS, "rate": 2e-5} for name in SYMBOLS])
    return build_tape(
        pl.DataFrame(rows), "1m", venue="v", source="s", rates=pl.concat([early, stamps]).sort("symbol", "ts")
    )


@dataclass
class Venue:
    """Its candles as they are in the end; `says` is what the stream tells next."""

    clock: ManualClock
    whole: list[Candle]
    interval: str = "1m"
    remembered: int = 5_000
    says: list[Candle | Gap] = field(default_factory=list)
    down: bool = False
    asked: int = 0
    paid: list[tuple[str, ...]] = field(default_factory=list)  # whose funding was asked about, question by question
    listening: tuple[str, ...] = ()

    def listen(self, symbols):
        self._up()
        self.listening = tuple(symbols)

    def heard(self):
        told, self.says = self.says, []
        return told

    def candles(self, symbols, start_ts, end_ts):
        self._up()
        self.asked += len(symbols)
        now = min(end_ts, self.clock.now_ts())
        return {name: [c for c in self.whole if c.symbol == name and start_ts <= c.open_ts <= now] for name in symbols}

    def rates(self, since_ts, end_ts):
        self._up()
        self.paid.append(tuple(since_ts))
        now = min(end_ts, self.clock.now_ts())
        return {
            name: [r for r in RATES if r.symbol == name and start_ts <= r.venue_ts <= now]
            for name, start_ts in since_ts.items()
        }

    def _up(self):
        if self.down:
            raise Unavailable(Code.VENUE_UNAVAILABLE, "it is down")


def whole(volumes=None):
    volumes = volumes or [1.0] * (BARS * 2)
    return [candle(name, n, volumes[n * 2 + k]) for n in range(BARS) for k, name in enumerate(SYMBOLS)]


def made(candles=None, clock_n=BEGIN):
    venue = Venue(ManualClock(START + clock_n * MINUTE_MS), candles or whole())
    history = truncate(tape_of(venue.whole), BEGIN)
    feed = VenueFeed("coin", venue, history, venue.clock)
    feed.start(int(history.ts[-1]))
    return feed, venue


def bar_is(bar, tape):
    row = int(np.searchsorted(tape.ts, bar.ts))
    assert tape.ts[row] == bar.ts
    for name in (*COLUMNS, "funding_open", "funding_inside", "funding_last"):
        np.testing.assert_array_equal(getattr(bar, name), getattr(tape, name)[:, row], err_msg=name)


def lived(feed, venue, until=BARS):
    bars = feed.poll()
    while venue.clock.now_ts() < START + until * MINUTE_MS + GRACE_MS:
        venue.clock.advance(10_000)
        bars += feed.poll()
    return bars


@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.5]), min_size=BARS * 2, max_size=BARS * 2),
    st.integers(0, 2**32),
    st.sampled_from([0, 3, 8]),
)
def test_lived_bars_are_those_of_a_tape_made_afterwards(volumes, seed, losing):
    volumes[: BEGIN * 2] = [1.0] * (BEGIN * 2)
    candles, chance = whole(volumes), SeededRandom(seed)
    tape = tape_of(candles)
    feed, venue = made(candles)
    bars = []
    for now in range(venue.clock.now_ts(), START + BARS * MINUTE_MS + 2 * GRACE_MS, 5_000):
        venue.clock.ts = now
        for c in candles:
            age = now - c.open_ts
            if not 0 <= age <= MINUTE_MS:
                continue
            if chance.below(10) < losing:
                venue.says.append(Gap(c.symbol, "lost"))
            elif c.volume or chance.below(2):
                share = min(age / (MINUTE_MS - 5_000), 1.0)
                venue.says.append(replace(c, volume=c.volume * share, close=c.close if share == 1.0 else c.open))
        if chance.below(3):
            with suppress(Unavailable):
                bars += feed.poll()
            venue.down = losing > 0 and chance.below(4) == 0
    venue.down = False
    bars += lived(feed, venue)
    assert [bar.ts for bar in bars] == [int(ts) for ts in tape.ts[BEGIN:]]
    for bar in bars:
        bar_is(bar, tape)


def test_a_bar_comes_at_once_when_the_next_one_begins_and_nobody_is_asked():
    feed, venue = made()
    for name in SYMBOLS:
        venue.says.append(candle(name, BEGIN, 1.0))
    venue.clock.advance(MINUTE_MS + 100)
    assert feed.poll() == []
    for name in SYMBOLS:
        venue.says.append(candle(name, BEGIN + 1, 0.1))
    (bar,) = feed.poll()
    assert bar.ts == START + BEGIN * MINUTE_MS and venue.asked == 0
    assert feed.poll() == []


def test_a_bar_that_nobody_heard_comes_after_its_time_from_the_venue():
    feed, venue = made()
    venue.clock.advance(MINUTE_MS + GRACE_MS - 1)
    assert feed.poll() == [] and venue.asked == 0
    venue.clock.advance(1)
    assert [bar.ts for bar in feed.poll()] == [START + BEGIN * MINUTE_MS] and venue.asked == 2


def test_a_venue_that_is_down_gives_nothing_says_so_and_nothing_is_lost():
    feed, venue = made()
    venue.down = True
    with pytest.raises(Unavailable):
        feed.poll()
    venue.clock.advance(5 * MINUTE_MS)
    venue.down = False
    assert len(feed.poll()) == 4 and venue.listening == SYMBOLS
    venue.down = True
    venue.clock.advance(2 * MINUTE_MS)
    with pytest.raises(Unavailable):
        feed.poll()


def absent(until):
    """A feed that knows one bar, a while later."""
    venue = Venue(ManualClock(START + until * MINUTE_MS + GRACE_MS), whole())
    feed = VenueFeed("coin", venue, truncate(tape_of(venue.whole), 1), venue.clock)
    feed.start(START)
    return feed, venue


def test_bars_before_one_that_the_venue_does_not_complete_are_given_and_what_was_answered_is_not_asked_again():
    feed, venue = absent(5)
    heard = {"B": None, "A": Unavailable(Code.VENUE_UNAVAILABLE, "not now")}
    rates, venue.rates = (
        venue.rates,
        lambda since_ts, end_ts: {name: heard[name] or found for name, found in rates(since_ts, end_ts).items()},
    )
    assert [bar.ts for bar in feed.poll()] == [START + MINUTE_MS, START + 2 * MINUTE_MS], "before the hour"
    with pytest.raises(Unavailable):
        feed.poll()
    heard["A"] = None
    assert [bar.ts for bar in feed.poll()] == [START + 3 * MINUTE_MS, START + 4 * MINUTE_MS]
    assert venue.paid == [SYMBOLS, ("A",), ("A",)], "all at once"


def test_a_poll_waits_for_one_answer_about_funding(monkeypatch):
    monkeypatch.setattr(venue_feed, "_SPACING_MS", MINUTE_MS)
    feed, venue = absent(5)
    bars = 0
    for polls in range(1, 5):
        bars += len(feed.poll())
        assert venue.paid == [SYMBOLS] * polls and bars == polls


def test_after_a_long_absence_all_that_is_missing_comes_unless_it_is_forgotten():
    feed, venue = made(clock_n=BARS)
    assert [bar.ts for bar in lived(feed, venue, BARS)] == [START + n * MINUTE_MS for n in range(BEGIN, BARS)]
    venue.remembered = 2
    with pytest.raises(Invalid) as refused:
        feed.start(START)
    assert refused.value.code is Code.DATA_COVERAGE


def test_a_candle_that_cannot_be_true_is_missing():
    bad = [
        replace(c, low=c.high + 1) if c.symbol == "A" and c.open_ts == START + BEGIN * MINUTE_MS else c for c in whole()
    ]
    feed, venue = made()
    venue.whole = bad
    bars = lived(feed, venue, BEGIN + 1)
    assert np.isnan(bars[0].close[0]) and not np.isnan(bars[0].close[1])


def test_a_history_of_another_interval_is_refused():
    _, venue = made()
    with pytest.raises(Invalid):
        VenueFeed("coin", replace(venue, interval="5m"), tape_of(venue.whole), venue.clock)
