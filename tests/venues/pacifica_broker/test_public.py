"""Public data without any key, paged; and one client that many may hear."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest

from paddock.core.errors import Invalid, NotFound, Unavailable
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.faults import Fault
from paddock.venues.heard import Book, Gap, Trade
from paddock.venues.pacifica import client as client_module
from paddock.venues.pacifica import public
from paddock.venues.pacifica.archive import PacificaArchive
from paddock.venues.pacifica.codec import frames, queries
from paddock.venues.pacifica.codec.frames import Source, Subscription
from paddock.venues.pacifica.networks import CREDITS
from paddock.venues.transport.budget import Allowance, Reserves
from paddock.venues.transport.lost import Throttled
from tests.patience import until
from tests.venues.contract import ACCOUNT

from .staged import AMPLE, staged

MINUTE = 60_000


def test_tickers_books_and_trades(stage):
    read, client = stage.gateway.read, stage.gateway.client
    tickers = {each.symbol: each for each in read(public.tickers(client))}
    assert tickers["COIN"].mark_px == pytest.approx(100.0)
    book = read(public.book(client, "COIN"))
    assert book.bids[0].px < 100.1 and book.asks[0].px > 99.9 and len(book.bids) <= 10
    assert read(public.trades(client, "COIN"))
    for ask in (public.book, public.trades):
        with pytest.raises(NotFound):
            read(ask(client, "NOPE"))


def test_candles_of_any_span_come_in_pages_each_once(stage, monkeypatch):
    for n in range(12):
        stage.trade(100.0 + n)
    read, client, now = stage.gateway.read, stage.gateway.client, stage.clock.now_ts()
    start, end = now - 10 * MINUTE, now
    whole = read(public.candles(client, "COIN", "1m", start, end))
    assert [bar.open_ts for bar in whole] == sorted({bar.open_ts for bar in whole}) and len(whole) == 11
    asked = stage.calls("get:/kline")
    monkeypatch.setattr(queries, "MOST_CANDLES", 4)
    assert read(public.candles(client, "COIN", "1m", start, end)) == whole
    assert stage.calls("get:/kline") == asked + 3
    with pytest.raises(Invalid):
        read(public.candles(client, "COIN", "7m", start, end))


def test_funding_rates_come_in_pages_each_hour_once(stage, monkeypatch):
    for _ in range(9):
        stage.clock.advance(HOUR_MS)
        stage.simulator.step()
    read, client, now = stage.gateway.read, stage.gateway.client, stage.clock.now_ts()
    whole = read(public.rates(client, "COIN", 0, now))
    assert len(whole) == 9
    monkeypatch.setattr(public, "PAGE", 4)
    assert read(public.rates(client, "COIN", 0, now)) == whole
    before = stage.calls("get:/funding_rate/history")
    assert read(public.rates(client, "COIN", whole[6].venue_ts, now)) == whole[6:]
    assert stage.calls("get:/funding_rate/history") == before + 1


def test_funding_of_long_comes_though_no_attempt_gets_further_than_a_page(stage, monkeypatch):
    for _ in range(4):
        stage.clock.advance(HOUR_MS)
        stage.simulator.step()
    now = stage.clock.now_ts()
    whole = PacificaArchive(stage.gateway, lambda _: None).rates("COIN", 0, now)
    assert len(whole.rows) == 4
    monkeypatch.setattr(public, "PAGE", 1)
    for skip in range(1, 9):
        stage.simulator.faults.add(Fault.ERROR, "get:/funding_rate/history", skip=skip)  # every other one fails
    archive, found = PacificaArchive(stage.gateway, lambda _: None), None
    for _ in range(5):
        with suppress(Unavailable):
            found = found or archive.rates("COIN", 0, now)
    assert found == whole


def test_what_fills_the_lake_leaves_room_for_what_an_account_is_asked(tmp_path):
    """V12: a reading that waits holds up the worker."""
    scarce = Allowance(CREDITS, burst=600, refill=1, reserves=Reserves(read=150))  # hardly anything comes back
    others = [each for each in AMPLE if each.bucket != CREDITS]

    with staged(tmp_path, allowances=[scarce, *others]) as stage:
        archive, now = PacificaArchive(stage.gateway, lambda _: None), stage.clock.now_ts()
        for ask in (partial(archive.candles, "COIN", "1m"), partial(archive.rates, "COIN")):
            with pytest.raises(Throttled):
                for _ in range(600):
                    ask(now - MINUTE, now)
        assert stage.broker.open_orders(ACCOUNT) == []


def test_a_listing_that_was_read_stays_when_the_venue_is_down(stage):
    read, client = stage.gateway.read, stage.gateway.client
    listing = read(client.listed())
    stage.simulator.faults.add(Fault.ERROR, "get:/info", times=0)
    client._listed_s = float("-inf")
    assert read(client.listed(frozenset({"NEWER"}))).markets == listing.markets
    with stage.restarted() as other, pytest.raises(Unavailable):
        other.gateway.read(other.gateway.client.listed())


def test_several_hear_the_same_and_each_may_leave(stage):
    read, client = stage.gateway.read, stage.gateway.client
    heard = {1: [], 2: []}
    first, second = heard[1].append, heard[2].append
    asked = Subscription(Source.TRADES, "COIN")
    for hearer in (first, second):
        read(client.hear(asked, hearer))

    def met():
        stage.move(101.0)
        return all(any(isinstance(one.message, frames.News) for one in got) for got in heard.values())

    until(met)

    async def leave(hearer):
        client.unhear(asked, hearer)

    read(leave(first))
    before, count = len(heard[1]), len(heard[2])

    def more():
        stage.move(102.0)
        return len(heard[2]) > count

    until(more)
    assert len(heard[1]) == before
    assert all(isinstance(one, Trade) for news in heard[2] if isinstance(news.message, frames.News)
               for one in news.message.messages)  # fmt: skip
    read(leave(second))


def test_a_frame_with_a_lower_count_is_stale_and_one_with_the_same_is_news(stage):
    read, client = stage.gateway.read, stage.gateway.client
    heard = []
    changes = iter(["7", "9", "9", "8", "10"])

    def counted(text):
        import json

        said = json.loads(text)
        said["data"]["li"] = int(next(changes, "11"))
        return json.dumps(said)

    stage.simulator.faults.add(Fault.REWRITE, "frame:book", times=0, change=counted)
    read(client.hear(Subscription(Source.BOOK, "COIN", agg_level=1), heard.append))

    def met():
        stage.clock.advance(250)
        stage.simulator.step()
        return any(book.sequence == 11 for book in books(heard))

    until(met)
    counts = [book.sequence for book in books(heard)]
    assert counts == sorted(counts) and 8 not in counts and counts.count(9) <= 2


def books(heard):
    return [one for delivery in heard if not isinstance(delivery.message, Gap) for one in delivery.message.messages
            if isinstance(one, Book)]  # fmt: skip


def test_more_symbols_than_a_connection_takes_are_heard_over_several(stage, monkeypatch):
    monkeypatch.setattr(client_module, "MOST_OF_A_SOURCE", 1)
    read, client = stage.gateway.read, stage.gateway.client
    heard = []
    for symbol in ("COIN", "OTHER"):
        read(client.hear(Subscription(Source.TRADES, symbol), heard.append))
    assert len(client._lines) == 2

    def met():
        stage.move(101.0)
        stage.move(2.6, "OTHER")
        news = [one.message for one in heard if isinstance(one.message, frames.News)]
        return {trade.symbol for each in news for trade in each.messages} == {"COIN", "OTHER"}

    until(met)
