"""The feed of a venue over the simulated Hyperliquid: bars as they close, by the socket and without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from paddock.core.errors import Unavailable
from paddock.market.align import build_tape
from paddock.runtime.venue_feed import GRACE_MS, VenueFeed
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.candles import HyperliquidCandles
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import IP
from paddock.venues.transport.lost import Throttled
from tests.patience import until
from tests.venues.impatience import leave

from .staged import AMPLE, client

MINUTE = 60_000
HOUR = 60 * MINUTE
COLUMNS = ("open", "high", "low", "close", "volume")


def whole(stage):
    now = stage.clock.now_ts()
    read = stage.gateway.read(public.candles(stage.gateway.client, "COIN", "1m", now - 100 * MINUTE, now))
    closed = [bar for bar in read if bar.open_ts + MINUTE <= now]
    rows = [{"symbol": "COIN", "ts": bar.open_ts} | {name: getattr(bar, name) for name in COLUMNS} for bar in closed]
    return build_tape(pl.DataFrame(rows), "1m", venue="hyperliquid", source="the venue", instruments={})


@pytest.fixture
def feed(stage):
    for n in range(3):
        stage.trade(100.0 + n)
    history = whole(stage)
    made = VenueFeed("hyperliquid-1m", HyperliquidCandles(stage.gateway, "1m"), history, stage.clock)
    made.start(int(history.ts[-1]))
    return made


def bars_until(feed, count):
    bars = []

    def come():
        bars.extend(feed.poll())
        return len(bars) >= count

    until(come)
    return bars


def later(stage, ms, px=0.0):
    """In steps between which the socket is heard of: the venue closes one that was silent for a minute."""
    for part in (ms // 2, ms - ms // 2):
        stage.clock.advance(part)
        pongs = stage.simulator.faults.calls["frame:pong"]
        until(lambda pongs=pongs: stage.simulator.faults.calls["frame:pong"] > pongs)
    if px:
        stage.move(px)


def listening(stage, feed):
    feed.poll()
    until(lambda: not stage.gateway.client.stale() and "frame:pong" in stage.simulator.faults.calls)
    feed.poll()


def agree(bars, tape):
    for bar in bars:
        row = int(np.searchsorted(tape.ts, bar.ts))
        assert [getattr(bar, name)[0] for name in COLUMNS] == [getattr(tape, name)[0, row] for name in COLUMNS]


def test_bars_come_by_the_socket_without_a_question(stage, feed):
    listening(stage, feed)
    later(stage, MINUTE, 103.0)
    later(stage, GRACE_MS)
    bars = bars_until(feed, 1)  # it began before anybody listened
    asked = stage.simulator.faults.calls["info:candleSnapshot"]
    for n in range(3):
        later(stage, MINUTE - GRACE_MS * (n == 0), 104.0 + n)
        bars += bars_until(feed, 1)
    assert [bar.close[0] for bar in bars] == [102.01, 103.01, 104.01, 105.01]
    assert stage.simulator.faults.calls["info:candleSnapshot"] == asked
    agree(bars, whole(stage))


def test_bars_come_by_questions_while_the_socket_is_down_and_not_at_all_when_all_is(stage, feed):
    stage.simulator.faults.refusing = True
    feed.poll()
    stage.trade(104.0)
    stage.trade(105.0)
    stage.clock.advance(GRACE_MS)
    bars = bars_until(feed, 2)
    agree(bars, whole(stage))
    stage.trade(106.0)
    stage.clock.advance(GRACE_MS)
    stage.simulator.faults.add(Fault.ERROR, "info:*", times=0)
    with pytest.raises(Unavailable):
        feed.poll()
    stage.simulator.faults.clear()
    assert len(bars + bars_until(feed, 1)) == 3


def test_a_cut_in_the_middle_is_mended(stage, feed):
    listening(stage, feed)
    stage.trade(103.0)
    stage.simulator.faults.cut_off()
    stage.simulator.step()
    for px in (104.0, 99.0, 101.0):
        stage.trade(px)
    stage.clock.advance(GRACE_MS)
    bars = bars_until(feed, 4)
    assert len(bars) == 4
    agree(bars, whole(stage))


def test_a_turn_that_is_not_given_now_is_not_waited_for(stage):
    """Who polls honours kill switches, too: it would wait an hour here."""
    for n in range(3):
        stage.trade(100.0 + n)
    history = whole(stage)
    allowances = [replace(one, refill=120, per_ms=HOUR) if one.bucket == IP else one for one in AMPLE]
    stage.simulator.faults.refusing = True
    with Gateway(client(stage.url, stage.clock, allowances=allowances, wait_ms=24 * HOUR)) as gateway:
        source = HyperliquidCandles(gateway, "1m")
        feed = VenueFeed("hyperliquid-1m", source, history, stage.clock)
        feed.start(int(history.ts[-1]))
        feed.poll()
        stage.trade(104.0)
        stage.clock.advance(GRACE_MS)
        asked = stage.simulator.faults.calls["info:candleSnapshot"]
        leave(gateway, IP, 0)
        with pytest.raises(Throttled):
            feed.poll()
        leave(gateway, IP, 0)
        assert isinstance(source.rates({"COIN": 0}, stage.clock.now_ts())["COIN"], Throttled)
        assert stage.simulator.faults.calls["info:candleSnapshot"] == asked
        leave(gateway, IP, 1_000)
        bars = feed.poll()
        assert bars
        agree(bars, whole(stage))
