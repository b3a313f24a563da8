"""The paper venue keeps the contract of venues, fills as a backtest does, and forgets nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from paddock.core.errors import Unavailable
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.runtime import paper
from paddock.runtime.paper import PaperVenue
from paddock.runtime.paper_tables import paper_events, paper_orders
from paddock.venues.broker import Accepted, Bracket, OrderUpdate, RejectCode, Rejected, VenueFill, VenueFunding
from tests.engine.halves import bar_at, first_difference
from tests.engine.market import market
from tests.engine.test_halves import HARSH, template
from tests.venues import contract
from tests.venues.contract import PX, Trader, VenueContract

from .paper_bridge import PaperBridge
from .papers import ACCOUNT, FEED, flat_bar, nothing_yet, stage_on

START = Decimal(10_000)
trader = contract.trader


@pytest.fixture
def stage(database):
    return stage_on(database)


class TestPaperVenue(VenueContract):
    """On both engines."""


# Parity


@pytest.mark.parametrize("costs", [Costs(), HARSH], ids=["usual", "harsh"])
def test_bots_at_the_paper_venue_are_their_backtests(database, costs):
    """All that they want passes the broker's protocol; the venue is another process every 25 bars."""
    tape = market()
    names = ("breakout", "maker-reclaim", "momentum", "trend-pullback", "twap-trend", "zscore-adx")
    programs = [template(name) for name in names]
    begin, end = 330, 500
    bridge = PaperBridge(database, programs, tape, costs, START, begin)
    for t in range(begin, end):
        if t % 25 == 0:
            bridge.reopen(t)
        bridge.step(bar_at(tape, t))
    for bot, program in enumerate(programs):
        run = backtest(program, tape, start_usd=START, costs=costs, window=(begin, end))
        assert first_difference(bridge, bot, run) == "", names[bot]
    assert sum(len(trades) for trades in bridge.trades) > 20
    books = {f"run-{bot}": int(bridge.live.slot(bot, "A").lots) for bot in range(len(programs))}
    held = {position.book: position.lots for position in bridge.paper.positions(ACCOUNT) if position.symbol == "A"}
    assert held == {book: lots for book, lots in books.items() if lots}


# What lasts


def everything(stage):
    broker = stage.broker
    return broker.positions(ACCOUNT), broker.open_orders(ACCOUNT), broker.events(ACCOUNT, "")


def test_a_restart_changes_nothing(stage, trader):
    trader.enter(bracket=Bracket(stop_pct=5.0, take_pct=7.0, stop_client_id="stop-1", take_client_id="take-1"))
    trader.place(OrderKind.LIMIT, Side.SELL, px=104.0, reduce_only=True, lots=400)
    resting = trader.place(OrderKind.LIMIT, px=90.0)
    before = everything(stage)
    stage.reopen()
    assert everything(stage) == before
    stage.trade(104.5)
    stage.reopen()
    stage.trade(94.0)
    second = contract.named(f"{trader.book}-2")
    assert [(f.client_id, f.lots) for f in trader.fills()][1:] == [(second, 400), ("stop-1", 600)]
    assert trader.open_ids() == {resting.client_id}


def test_a_bar_is_filled_once_however_often_it_comes(stage, trader):
    trader.place()
    bar = flat_bar(stage.clock.now_ts(), PX)
    assert stage.broker.advance(FEED, bar) == 1
    before = everything(stage)
    assert stage.broker.advance(FEED, bar) == 0
    stage.reopen()  # it knows the bars before this one only, as one who crashed before writing that it saw it
    assert stage.broker.advance(FEED, bar) == 0
    assert everything(stage) == before
    twap = trader.place(OrderKind.TWAP, slices=2, lots=1000)
    for _ in range(3):
        stage.clock.advance(60_000)
        stage.broker.advance(FEED, flat_bar(stage.clock.now_ts(), PX))
    assert [fill.lots for fill in trader.fills(twap.client_id)] == [500, 500]


def test_what_could_not_be_written_did_not_happen(stage, trader, monkeypatch):
    trader.enter()
    before = everything(stage)
    order = trader.order(OrderKind.LIMIT, px=90.0)
    bar = flat_bar(stage.clock.now_ts(), 90.0)

    def refuse(*_):
        raise Unavailable("database.disk", "the disk is full", seen="0 bytes", rule="a test")

    with monkeypatch.context() as broken:
        broken.setattr(paper, "store", refuse)
        for call in (lambda: stage.broker.place([order]), lambda: stage.broker.advance(FEED, bar)):
            with pytest.raises(Unavailable):
                call()
    assert everything(stage) == before
    assert isinstance(stage.broker.place([order])[0], Accepted)
    assert stage.broker.advance(FEED, bar) == 1
    assert [fill.client_id for fill in trader.fills()][1:] == [order.client_id]


def test_two_processes_never_do_a_thing_twice(stage, trader):
    """Each reads what the other wrote before it changes anything."""
    other = PaperVenue(stage.database, stage.clock)
    other.attach(FEED, nothing_yet(), Costs())
    entry = trader.place()
    bar = flat_bar(stage.clock.now_ts(), PX)
    assert other.advance(FEED, bar) == 1
    assert stage.broker.advance(FEED, bar) == 0
    exit_order = trader.order(side=Side.SELL, reduce_only=True)
    assert isinstance(stage.broker.place([exit_order])[0], Accepted)
    assert other.place([exit_order]) == [Accepted(exit_order.client_id)]
    stage.clock.advance(60_000)
    other.advance(FEED, flat_bar(stage.clock.now_ts(), PX))
    assert [fill.client_id for fill in trader.fills()] == [entry.client_id, exit_order.client_id]
    assert trader.lots() == 0


def test_a_venue_that_does_not_see_a_market_yet_says_so(stage, trader):
    late = PaperVenue(stage.database, stage.clock)
    for call in (lambda: late.place([trader.order()]), lambda: late.advance(FEED, flat_bar(stage.clock.now_ts(), PX))):
        with pytest.raises(Unavailable, match="does not see"):
            call()
    assert late.positions(ACCOUNT) == [] and late.find(ACCOUNT, "nobody") is None


# What it forgets


def rows_of(stage, table):
    with stage.database.read() as conn:
        return conn.execute(select(table)).all()


def test_what_nobody_can_ask_for_is_forgotten_and_nothing_else(stage, trader):
    ended = trader.enter()
    asked = trader.enter(lots=500)  # its end was not heard of
    rests = trader.place(OrderKind.LIMIT, px=50.0)
    before_ts = stage.clock.now_ts()
    late = trader.place(OrderKind.LIMIT, Side.SELL, px=200.0, reduce_only=True)
    assert isinstance(trader.cancel(late), Accepted)
    events, cursor = stage.broker.events(ACCOUNT, "")
    middle = str(rows_of(stage, paper_events)[0].position + 1)
    held = stage.broker.positions(ACCOUNT)
    for _ in range(2):
        assert stage.broker.forget(ACCOUNT, middle, before_ts, [asked.client_id])
        assert stage.broker.events(ACCOUNT, "") == (events[1:], cursor)
        known = [stage.broker.find(ACCOUNT, one.client_id) for one in (ended, asked, rests, late)]
        assert [one.state if one else None for one in known] == [
            None,
            OrderState.FILLED,
            OrderState.OPEN,
            OrderState.CANCELED,
        ]
    assert (stage.broker.positions(ACCOUNT), trader.open_ids()) == (held, {rests.client_id})
    assert trader.refused(ended) is RejectCode.EXPIRED  # the same bytes again would be another order now


def test_events_go_on_behind_those_that_were_forgotten(stage, trader):
    trader.enter()
    events, cursor = stage.broker.events(ACCOUNT, "")
    stage.broker.forget(ACCOUNT, cursor, 0, [])
    assert stage.broker.events(ACCOUNT, "") == (events[-1:], cursor)
    stage.reopen()
    trader.enter()
    told, further = stage.broker.events(ACCOUNT, cursor)
    assert len(told) == 1 and int(further) == int(cursor) + 1


def test_it_forgets_a_part_at_a_time(stage, trader, monkeypatch):
    monkeypatch.setattr(paper, "MOST_FORGOTTEN", 2)
    for _ in range(5):
        trader.enter()
    _, cursor = stage.broker.events(ACCOUNT, "")
    calls = 1
    while not stage.broker.forget(ACCOUNT, cursor, stage.clock.now_ts() + 1, []):
        calls += 1
    assert calls == 3
    assert (len(rows_of(stage, paper_events)), rows_of(stage, paper_orders)) == (1, [])


# What paper does that other venues may not


def test_only_books_that_were_enlisted_trade_and_only_for_their_account(stage):
    stranger = Trader(stage, "run-9")
    assert stranger.refused(stranger.order()) is RejectCode.NOT_ALLOWED
    stage.broker.enlist({"run-9": "account-2"}, FEED)
    assert stranger.refused(stranger.order()) is RejectCode.NOT_ALLOWED
    known = Trader(stage)
    assert known.refused(replace(known.order(), symbol="NONE")) is RejectCode.NOT_ALLOWED


def test_a_new_order_takes_the_place_of_the_one_that_works(stage, trader):
    bracket = Bracket(stop_pct=5.0, stop_client_id="stop-1")
    first = trader.place(OrderKind.LIMIT, px=90.0, bracket=bracket)
    second = trader.place(OrderKind.LIMIT, px=91.0)
    assert trader.open_ids() == {second.client_id}
    assert trader.ends(first.client_id) == trader.ends("stop-1") == [OrderState.CANCELED]


def test_a_moved_stop_takes_the_place_of_the_old_one(stage, trader):
    trader.enter(bracket=Bracket(stop_pct=5.0, trail_pct=9.0, stop_client_id="stop-1"))
    moved = trader.place(OrderKind.STOP, Side.SELL, px=97.0, reduce_only=True)
    assert trader.open_ids() == {"stop-1", moved.client_id}  # it still names the trailing stop
    trail = trader.place(OrderKind.TRAIL, Side.SELL, pct=2.0, reduce_only=True)
    assert trader.open_ids() == {trail.client_id, moved.client_id}
    stage.trade(110.0)
    stage.trade(107.0)
    assert [fill.kind for fill in trader.fills(trail.client_id)] == [OrderKind.TRAIL]
    assert trader.lots() == 0 and trader.open_ids() == set()


def test_cancelled_protection_protects_no_more(stage, trader):
    entry = trader.place(OrderKind.LIMIT, px=99.0, bracket=Bracket(stop_pct=5.0, take_pct=5.0,
                         stop_client_id="stop-1", take_client_id="take-1"))  # fmt: skip
    stop = trader.order(client_id="stop-1")
    assert isinstance(trader.cancel(stop), Accepted)  # before the entry filled
    stage.trade(98.0)
    assert trader.fills(entry.client_id) and trader.open_ids() == {"take-1"}
    stage.trade(80.0)
    assert trader.lots() == 1000
    assert isinstance(trader.cancel(trader.order(client_id="take-1")), Accepted)
    stage.trade(200.0)
    assert trader.lots() == 1000
    outcome = trader.cancel(stop)
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER


def test_levels_want_a_position(stage, trader):
    for kind in (OrderKind.STOP, OrderKind.TAKE, OrderKind.TRAIL):
        assert trader.refused(trader.order(kind, Side.SELL, pct=1.0, reduce_only=True)) is RejectCode.REDUCE_ONLY


def test_leverage_of_an_open_position_moves_its_liquidation(stage, trader):
    trader.enter(leverage=2.0)
    for _ in range(2):
        stage.broker.set_leverage(ACCOUNT, trader.book, "COIN", 10.0)
    stage.reopen()
    stage.trade(89.0)
    assert [(f.kind, f.client_id) for f in trader.fills()][-1] == (OrderKind.LIQUIDATION, "")
    stage.broker.set_leverage(ACCOUNT, trader.book, "COIN", 5.0)  # nothing is open


def test_events_say_when_in_the_bar_it_was(database):
    """Fills at the open carry its time, those within the bar its last millisecond; funding is a payment."""
    tape = market()
    bridge = PaperBridge(database, [template("breakout")], tape, Costs(), START, 330)
    bridge.run(500)
    events, _ = bridge.paper.events(ACCOUNT, "")
    fills = [event for event in events if isinstance(event, VenueFill)]
    opens = set(tape.ts.tolist())
    assert {fill.within for fill in fills} == {True, False}
    assert all((fill.venue_ts in opens) is not fill.within for fill in fills)
    assert all((fill.venue_ts + 1) % 3_600_000 == 0 for fill in fills if fill.within)
    payments = [event for event in events if isinstance(event, VenueFunding)]
    assert sum(event.amount for event in payments) == int(bridge.live.books.accounts[0].funding) != 0
    updates = [event for event in events if isinstance(event, OrderUpdate)]
    assert all(event.state in (OrderState.CANCELED, OrderState.EXPIRED) for event in updates)
    assert len({event.payment_id for event in payments}) == len(payments)
