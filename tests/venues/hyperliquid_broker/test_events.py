"""What happens to an account is told once, in order, without a hole: by REST, by the socket, over restarts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.runtime.kill import cut_off
from paddock.venues.broker import Bracket, Cancellation, OrderUpdate, VenueFill, VenueFunding
from paddock.venues.exchange import Request, Tif, TwapRequest
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.codec import info
from paddock.venues.hyperliquid.simulator import of_users
from paddock.venues.overdue import FIRST_MS
from tests import patience
from tests.venues.contract import ACCOUNT

from .staged import PACE, made, name, staged

HISTORIES = ("info:userFillsByTime", "info:historicalOrders", "info:userFunding")


def told(stage, cursor=""):
    return stage.broker.events(ACCOUNT, cursor)


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def until(stage, cursor, met):
    """Events from a cursor on, as they come, until some are met."""
    events = []

    def come():
        nonlocal cursor
        more, cursor = told(stage, cursor)
        events.extend(more)
        return met(events)

    patience.until(come)
    return events, cursor


def reads(stage):
    return [stage.simulator.faults.calls.get(place, 0) for place in HISTORIES]


@pytest.fixture
def heard(tmp_path):
    """With the socket; histories are read for what it missed alone."""
    with staged(tmp_path, listens=True, poll_ms=3_600_000) as stage:
        stage.trade(100.0)
        stage.cursor = told(stage)[1]
        patience.until(lambda: not stage.gateway.client.stale())
        stage.cursor = told(stage, stage.cursor)[1]
        yield stage


def test_the_socket_tells_at_once_what_the_histories_say_too(heard):
    before = reads(heard)
    order = heard.order(OrderKind.LIMIT, px=95.0)
    heard.broker.place([order])
    heard.move(94.0)
    live, _ = until(heard, heard.cursor, lambda events: len(events) == 3)
    assert reads(heard) == before
    with heard.restarted() as other:
        again = told(other)[0]
    assert of(VenueFill, again) == of(VenueFill, live) and set(again) <= set(live)
    (fill,) = of(VenueFill, live)
    assert (fill.client_id, fill.kind, fill.maker) == (order.client_id, OrderKind.LIMIT, True)
    assert [one.state for one in of(OrderUpdate, live)] == [OrderState.OPEN, OrderState.FILLED]


@pytest.mark.parametrize("fault", [Fault.TWICE, Fault.SWAP])
def test_frames_that_come_twice_or_in_another_order_change_nothing(heard, fault):
    """V6, V8."""
    heard.simulator.faults.add(fault, "frame:user*", times=0 if fault is Fault.TWICE else 1)
    orders = [heard.order(OrderKind.LIMIT, px=95.0 - n) for n in range(2)]
    heard.broker.place(orders)
    heard.move(92.0)
    live, _ = until(heard, heard.cursor, lambda events: len(of(VenueFill, events)) == 2 and len(events) >= 6)
    assert len({fill.fill_id for fill in of(VenueFill, live)}) == 2 and len(live) == 6


def test_what_the_socket_lost_is_read_when_it_is_back(heard):
    """V17: while it is down nothing is told; the gap is read, once."""
    heard.simulator.faults.refusing = True
    heard.simulator.faults.cut_off()
    heard.simulator.step()
    heard.broker.place([heard.order()])
    heard.simulator.faults.refusing = False
    live, cursor = until(heard, heard.cursor, lambda events: len(events) == 2)
    assert len(of(VenueFill, live)) == 1
    heard.broker.place([heard.order(side=Side.SELL, reduce_only=True)])
    more, _ = until(heard, cursor, lambda events: len(events) == 2)
    assert not {e.fill_id for e in of(VenueFill, more)} & {e.fill_id for e in of(VenueFill, live)}


def test_a_socket_that_falls_silent_is_found_out(tmp_path):
    with staged(tmp_path, listens=True, poll_ms=0, pace=replace(PACE, stall_ms=500)) as stage:
        stage.trade(100.0)
        _, cursor = told(stage)
        patience.until(lambda: not stage.gateway.client.stale())
        _, cursor = told(stage, cursor)
        stage.simulator.faults.stalled = True
        stage.broker.place([stage.order()])
        until(stage, cursor, lambda events: len(of(VenueFill, events)) == 1)


def test_a_cursor_goes_on_after_a_restart_and_at_the_same_millisecond(stage):
    stage.broker.place([stage.order()])
    first, cursor = told(stage)
    stage.broker.place([stage.order()])
    with stage.restarted() as other:
        more, behind = told(other, cursor)
        assert len(of(VenueFill, more)) == 1 and not set(first) & set(more)
        assert told(other, behind) == ([], behind)
    assert set(told(stage)[0]) == set(first + more)
    with pytest.raises(Invalid):
        told(stage, "another venue's")


def test_funding_comes_once_with_its_sign(stage):
    """V18."""
    stage.broker.place([stage.order(lots=100_000)])
    stage.clock.advance(HOUR_MS)
    stage.simulator.step()
    events, cursor = told(stage)
    (payment,) = of(VenueFunding, events)
    with stage.simulator.lock:
        assert payment.amount == -stage.simulator.exchange.position(stage.wallet.address, "COIN").funding
    assert payment.symbol == "COIN" and payment.amount != 0
    stage.clock.advance(HOUR_MS)
    stage.simulator.step()
    more = of(VenueFunding, told(stage, cursor)[0])
    assert len(more) == 1 and more[0].payment_id != payment.payment_id


def test_a_liquidation_is_nobodys_order(stage):
    """V19."""
    stage.broker.place([stage.order(lots=150_000_000 // 1000, leverage=20.0)])
    with stage.simulator.acting() as venue:
        venue.exchange.withdraw(stage.wallet.address, venue.exchange.account(stage.wallet.address).withdrawable)
    _, cursor = told(stage)
    for px in (99.0, 97.5, 96.0, 95.0, 90.0):
        stage.trade(px)
    fills = of(VenueFill, told(stage, cursor)[0])
    assert fills and {(fill.kind, fill.client_id) for fill in fills} == {(OrderKind.LIQUIDATION, "")}
    assert sum(fill.lots for fill in fills) == 150_000 and stage.broker.positions(ACCOUNT) == []


def test_a_stop_that_fires_is_told_by_its_own_id(stage):
    stop = name()
    stage.broker.place([stage.order(bracket=Bracket(stop_px=95.0, stop_client_id=stop))])
    _, cursor = told(stage)
    stage.trade(94.0)
    (fill,) = of(VenueFill, told(stage, cursor)[0])
    assert (fill.client_id, fill.kind) == (stop, OrderKind.STOP)


def test_what_a_person_trades_has_no_client_id(stage):
    """V23."""
    stage.broker.place([stage.order()])
    _, cursor = told(stage)
    with stage.simulator.acting() as venue:
        venue.exchange.submit(Request(stage.wallet.address, "COIN", Side.SELL, 400, 90_000, tif=Tif.IOC))
    (fill,) = of(VenueFill, told(stage, cursor)[0])
    assert (fill.client_id, fill.lots, fill.kind) == ("", 400, OrderKind.MARKET)


def test_a_persons_order_is_cancelled_by_its_number_together_with_ours(stage):
    """As the kill switch does when it is told to take all."""
    ours = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([ours])
    with stage.simulator.acting() as venue:
        venue.exchange.submit(Request(stage.wallet.address, "COIN", Side.BUY, 400, 80_000))
    assert {order.client_id for order in stage.broker.open_orders(ACCOUNT)} == {ours.client_id, ""}
    assert cut_off(stage.broker, ACCOUNT, stage.clock.now_ts(), everything=True) == []
    assert stage.broker.open_orders(ACCOUNT) == []


def test_a_cancellation_that_never_left_is_not_confirmed(stage):
    ours = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([ours])
    stage.vault.close(ACCOUNT)
    assert cut_off(stage.broker, ACCOUNT, stage.clock.now_ts(), everything=False) == [ours.client_id]


def test_an_order_whose_time_is_over_is_ended_by_the_next_process_too(stage):
    order = stage.order(OrderKind.LIMIT, px=90.0, cancel_ts=stage.clock.now_ts() + 30_000)
    stage.broker.place([order])
    stage.trade(95.0)
    with stage.restarted() as other:
        events, _ = told(other)
        assert of(OrderUpdate, events)[-1].state is OrderState.EXPIRED
        assert other.broker.open_orders(ACCOUNT) == []


def test_a_twap_is_ours_after_a_restart_even_when_its_answer_was_lost(stage):
    stage.simulator.faults.add(Fault.MUTE, "exchange:twapOrder")
    order = stage.order(OrderKind.TWAP, slices=4, lots=1000)
    stage.broker.place([order])
    stage.trade(100.0)
    with stage.restarted() as other:
        found = other.broker.find(ACCOUNT, order.client_id)
        assert found.state is OrderState.PARTIAL and found.filled == stage.truth() > 0
        assert [one.client_id for one in other.broker.open_orders(ACCOUNT)] == [order.client_id]
        fills = of(VenueFill, told(other)[0])
        assert {(fill.client_id, fill.kind) for fill in fills} == {(order.client_id, OrderKind.TWAP)}
        now = stage.clock.now_ts()
        other.broker.cancel([Cancellation(order.client_id, ACCOUNT, "COIN", now, now + 30_000)])
        assert other.broker.open_orders(ACCOUNT) == []
        assert other.broker.find(ACCOUNT, order.client_id).state is OrderState.CANCELED


@pytest.mark.parametrize("told_of", [True, False], ids=["the socket tells of it", "the history alone does"])
def test_the_trades_of_a_twap_whose_answer_was_lost_are_ours_on_the_socket_too(heard, told_of):
    stage = heard
    if not told_of:
        stage.simulator.faults.add(Fault.SKIP, "frame:userTwapHistory", times=0)
    stage.simulator.faults.add(Fault.MUTE, "exchange:twapOrder")
    order = stage.order(OrderKind.TWAP, slices=4, lots=1000)
    stage.broker.place([order])
    before = reads(stage)
    stage.trade(100.0)
    live, _ = until(stage, stage.cursor, lambda events: sum(fill.lots for fill in of(VenueFill, events)) > 0)
    assert {(fill.client_id, fill.kind) for fill in of(VenueFill, live)} == {(order.client_id, OrderKind.TWAP)}
    assert reads(stage) == before  # and no repair of the histories was needed for it
    assert stage.simulator.faults.calls.get("info:twapHistory", 0) == (0 if told_of else 1)
    updates = [one.state for one in of(OrderUpdate, live) if one.client_id == order.client_id]
    assert bool(updates) is told_of


def test_a_persons_twap_is_nobodys_also_while_one_of_ours_has_no_number(heard):
    stage = heard
    stage.simulator.faults.add(Fault.LOST, "exchange:twapOrder")
    stage.broker.place([stage.order(OrderKind.TWAP, slices=4, lots=1000)])
    with stage.simulator.acting() as venue:
        venue.exchange.submit_twap(TwapRequest(stage.wallet.address, "COIN", Side.BUY, 2000, 300_000))
    stage.trade(100.0)
    live, cursor = until(stage, stage.cursor, lambda events: bool(of(VenueFill, events)))
    assert {(fill.client_id, fill.kind) for fill in of(VenueFill, live)} == {("", OrderKind.TWAP)}
    asked = stage.simulator.faults.calls.get("info:twapHistory", 0)
    stage.trade(100.0)
    until(stage, cursor, lambda events: bool(of(VenueFill, events)))
    assert stage.simulator.faults.calls.get("info:twapHistory", 0) == asked


def test_a_trade_of_a_twap_that_the_venue_does_not_tell_of_yet_waits_for_its_name(stage):
    stage.broker.place([stage.order()])
    _, cursor = told(stage)
    stage.notes.save(ACCOUNT, [])
    order = stage.order(OrderKind.TWAP, slices=4, lots=1000)
    stage.broker.place([order])
    stage.trade(100.0)
    kept = [replace(note, twap_id=0) for note in stage.notes.load(ACCOUNT)]
    stage.notes.save(ACCOUNT, kept)  # as if the answer had been lost
    with stage.restarted() as other:
        stage.simulator.faults.add(Fault.REWRITE, "info:twapHistory", times=0, change=lambda _: "[]")
        with pytest.raises(Unavailable, match="not yet of that TWAP"):
            told(other, cursor)
        stage.simulator.faults.clear()
        fills = of(VenueFill, told(other, cursor)[0])
        assert fills and {fill.client_id for fill in fills} == {order.client_id}


def test_an_order_whose_end_cannot_be_asked_for_holds_up_no_news(stage, monkeypatch):
    """Each failure makes the next try later."""
    order = stage.order(OrderKind.LIMIT, px=90.0, cancel_ts=stage.clock.now_ts() + 30_000)
    stage.broker.place([order])
    tries = []

    def unwritable(*_):
        tries.append(stage.clock.now_ts())
        raise Unavailable(Code.VENUE_UNAVAILABLE, "nonces cannot be kept")

    reserve = stage.nonces.reserve
    monkeypatch.setattr(stage.nonces, "reserve", unwritable)
    stage.trade(95.0)
    for wait_ms in (0, 0, FIRST_MS, FIRST_MS, FIRST_MS, 2 * FIRST_MS):
        stage.clock.advance(wait_ms)
        assert told(stage)[0]
    assert [later - sooner for sooner, later in pairwise(tries)] == [FIRST_MS, 2 * FIRST_MS]
    assert [one.client_id for one in stage.broker.open_orders(ACCOUNT)] == [order.client_id]
    monkeypatch.setattr(stage.nonces, "reserve", reserve)
    stage.clock.advance(4 * FIRST_MS)
    assert of(OrderUpdate, told(stage)[0])[-1].state is OrderState.EXPIRED


def test_more_fills_than_a_page_holds_all_come(stage, monkeypatch):
    monkeypatch.setattr(info, "MOST_FILLS", 3)
    monkeypatch.setattr(of_users, "MOST_FILLS", 3)
    for _ in range(8):
        stage.broker.place([stage.order(lots=200)])
        stage.clock.advance(7)
    fills = of(VenueFill, told(stage)[0])
    assert len(fills) == 8 == len({fill.fill_id for fill in fills})


def test_a_reduce_only_order_says_what_it_traded_not_what_it_asked_for(stage):
    stage.broker.place([stage.order(lots=300)])
    stage.broker.place([exit_ := replace(stage.order(side=Side.SELL, reduce_only=True), lots=1000)])
    assert stage.broker.find(ACCOUNT, exit_.client_id).filled == 300


def test_who_is_closed_hears_no_more_and_others_go_on(heard):
    hearing = heard.gateway.client._hearing

    def hearers():
        return list(hearing._hearers.values())

    other = made(heard.gateway, heard.wallet, heard.vault, heard.nonces, heard.notes, listens=True, poll_ms=60_000)
    other.events(ACCOUNT, "")
    assert {len(each) for each in hearers()} == {2}
    heard.broker.close()
    assert {len(each) for each in hearers()} == {1}
    other.place([heard.order(OrderKind.LIMIT, px=95.0)])
    patience.until(lambda: of(OrderUpdate, other.events(ACCOUNT, heard.cursor)[0]))
    other.close()
    assert hearers() == []
