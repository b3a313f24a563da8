"""Public data without any key, paged; and one client that many may hear."""

from __future__ import annotations

from functools import partial

import pytest

from paddock.core.errors import Invalid, NotFound, Unavailable
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.archive import HyperliquidArchive
from paddock.venues.hyperliquid.codec import info, said, subscriptions
from paddock.venues.hyperliquid.networks import IP
from paddock.venues.hyperliquid.simulator import of_markets
from paddock.venues.transport.budget import Allowance, Reserves
from paddock.venues.transport.lost import Throttled
from tests.patience import until
from tests.venues.contract import ACCOUNT

from .staged import AMPLE, staged

MINUTE = 60_000


def test_mids_books_trades_and_contexts(stage):
    read, client = stage.gateway.read, stage.gateway.client
    assert read(public.mids(client)).px["COIN"] == pytest.approx(100.0, rel=1e-3)
    book = read(public.book(client, "COIN"))
    assert book.bids[0].px < 100.1 and book.asks[0].px > 99.9 and len(book.bids) <= 20
    assert read(public.trades(client, "COIN"))
    assert read(public.contexts(client))["COIN"].mark_px == pytest.approx(100.0)
    with pytest.raises(NotFound):
        read(public.book(client, "NOPE"))


def test_candles_of_any_span_come_in_pages_each_once(stage, monkeypatch):
    for n in range(12):
        stage.trade(100.0 + n)
    read, client, now = stage.gateway.read, stage.gateway.client, stage.clock.now_ts()
    start, end = now - 10 * MINUTE, now
    whole = read(public.candles(client, "COIN", "1m", start, end))
    assert [bar.open_ts for bar in whole] == sorted({bar.open_ts for bar in whole}) and len(whole) == 11
    asked = stage.simulator.faults.calls["info:candleSnapshot"]
    monkeypatch.setattr(info, "MOST_CANDLES", 4)
    few = read(public.candles(client, "COIN", "1m", start, end))
    assert few == whole[-len(few) :] and 4 <= len(few) <= 5
    assert stage.simulator.faults.calls["info:candleSnapshot"] == asked + 2
    with pytest.raises(Invalid):
        read(public.candles(client, "COIN", "7m", start, end))


def test_funding_rates_come_in_pages_each_hour_once(stage, monkeypatch):
    for _ in range(9):
        stage.clock.advance(HOUR_MS)
        stage.simulator.step()
    read, client, now = stage.gateway.read, stage.gateway.client, stage.clock.now_ts()
    whole = read(public.rates(client, "COIN", 0, now))
    assert len(whole) == 9
    monkeypatch.setattr(info, "MOST_RATES", 4)
    monkeypatch.setattr(of_markets, "MOST_RATES", 4)
    assert read(public.rates(client, "COIN", 0, now)) == whole
    assert len(read(public.rates_page(client, "COIN", whole[4].venue_ts, now))) == 4


def test_what_fills_the_lake_leaves_room_for_what_an_account_is_asked(tmp_path):
    """V12: a reading that waits holds up the worker."""
    scarce = Allowance(IP, burst=300, refill=1, reserves=Reserves(read=60))  # hardly anything comes back
    others = [each for each in AMPLE if each.bucket != IP]

    with staged(tmp_path, allowances=[scarce, *others]) as stage:
        archive, now = HyperliquidArchive(stage.gateway, lambda _: None), stage.clock.now_ts()
        for ask in (partial(archive.candles, "COIN", "1m"), partial(archive.rates, "COIN")):
            with pytest.raises(Throttled):
                for _ in range(300):
                    ask(now - MINUTE, now)
        assert stage.broker.open_orders(ACCOUNT) == []


def test_a_listing_that_was_read_stays_when_the_venue_is_down(stage):
    read, client = stage.gateway.read, stage.gateway.client
    listing = read(client.listed())
    stage.simulator.faults.add(Fault.ERROR, "info:meta", times=0)
    client._listed_s = float("-inf")
    assert read(client.listed(frozenset({"NEWER"}))).markets == listing.markets
    with stage.restarted() as other, pytest.raises(Unavailable):
        other.gateway.read(other.gateway.client.listed())


def test_several_hear_the_same_and_each_may_leave(stage):
    read, client = stage.gateway.read, stage.gateway.client
    heard = {1: [], 2: []}
    first, second = heard[1].append, heard[2].append
    asked = subscriptions.trades("COIN")
    key = read(client.hear(asked, first))
    read(client.hear(asked, second))

    def met(who):
        return any(isinstance(one.message, said.MarketHeard) and one.message.messages for one in heard[who])

    def both():
        stage.trade(101.0)
        return met(1) and met(2)

    until(both)

    async def leave():
        client.unhear(key, first)

    read(leave())
    before, count = len(heard[1]), len(heard[2])

    def more():
        stage.trade(102.0)
        return len(heard[2]) > count

    until(more)
    assert len(heard[1]) == before
