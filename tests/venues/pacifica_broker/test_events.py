"""What happens to an account is told once, in order, without a hole: by REST, by sockets, over restarts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from paddock.core.errors import Invalid, Unavailable
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.runtime.kill import cut_off
from paddock.venues.broker import Bracket, Cancellation, OrderUpdate, VenueFill, VenueFunding
from paddock.venues.exchange import Request, Tif
from paddock.venues.exchange.units import HOUR_MS
from paddock.venues.faults import Fault
from paddock.venues.pacifica import following
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS
from tests import patience
from tests.venues.contract import ACCOUNT

from .staged import OWNER, PACE, made, name, staged

HISTORIES = ("get:/trades/history", "get:/orders/history", "get:/funding/history")


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
    return [stage.calls(place) for place in HISTORIES]


def persons(stage, lots, side, px, tif=Tif.IOC):
    """An order that a person places elsewhere; `px` in dollars."""
    with stage.simulator.acting() as venue:
        venue.exchange.submit(Request(OWNER, "COIN", side, lots, px * 10**PX_DECIMALS, tif=tif))


@pytest.fixture
def heard(tmp_path):
    """With sockets; histories are read for what they missed alone."""
    with staged(tmp_path, listens=True, poll_ms=3_600_000) as stage:
        stage.trade(100.0)
        stage.cursor = told(stage)[1]
        patience.until(lambda: not stage.gateway.client.stale())
        stage.cursor = told(stage, stage.cursor)[1]
        yield stage


def test_sockets_tell_at_once_what_the_histories_say_too(heard):
    before = reads(heard)
    order = heard.order(OrderKind.LIMIT, px=95.0)
    heard.broker.place([order])
    heard.move(94.0)
    live, _ = until(heard, heard.cursor, lambda events: len(events) == 3)
    assert reads(heard) == before
    with heard.restarted() as other:
        again = told(other)[0]
    assert of(VenueFill, again) == of(VenueFill, live)
    (fill,) = of(VenueFill, live)
    assert (fill.client_id, fill.kind, fill.maker) == (order.client_id, OrderKind.LIMIT, True)
    assert [one.state for one in of(OrderUpdate, live)] == [OrderState.OPEN, OrderState.FILLED]


@pytest.mark.parametrize("fault", [Fault.TWICE, Fault.SWAP])
def test_frames_that_come_twice_or_in_another_order_change_nothing(heard, fault):
    """V6, V8."""
    heard.simulator.faults.add(fault, "frame:account_*", times=0 if fault is Fault.TWICE else 1)
    orders = [heard.order(OrderKind.LIMIT, px=95.0 - n) for n in range(2)]
    heard.broker.place(orders)
    heard.move(92.0)
    live, _ = until(heard, heard.cursor, lambda events: len(of(VenueFill, events)) == 2 and len(events) >= 6)
    assert len({fill.fill_id for fill in of(VenueFill, live)}) == 2 and len(live) == 6


def test_what_the_sockets_lost_is_read_when_they_are_back(heard):
    """V17: while they are down nothing is told; the gap is read, once."""
    heard.simulator.faults.refusing = True
    heard.simulator.faults.cut_off()
    heard.simulator.step()
    heard.broker.place([heard.order()])
    heard.simulator.faults.refusing = False
    live, cursor = until(heard, heard.cursor, lambda events: len(of(VenueFill, events)) == 1)
    heard.broker.place([heard.order(side=Side.SELL, reduce_only=True)])
    more, _ = until(heard, cursor, lambda events: len(of(VenueFill, events)) == 1)
    assert not {e.fill_id for e in of(VenueFill, more)} & {e.fill_id for e in of(VenueFill, live)}


def test_sockets_that_fall_silent_are_found_out(tmp_path):
    """V17."""
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
    """V18: also where the venue tells of it twice."""
    stage.broker.place([stage.order(lots=100_000)])
    stage.clock.advance(HOUR_MS)
    stage.simulator.step()
    stage.simulator.repeat_funding(OWNER)
    events, cursor = told(stage)
    (payment,) = of(VenueFunding, events)
    with stage.simulator.lock:
        assert payment.amount == -stage.simulator.exchange.position(OWNER, "COIN").funding
    assert payment.symbol == "COIN" and payment.amount != 0
    stage.clock.advance(HOUR_MS)
    stage.simulator.step()
    more = of(VenueFunding, told(stage, cursor)[0])
    assert len(more) == 1 and more[0].payment_id != payment.payment_id


def test_funding_is_read_though_no_socket_tells_of_it(heard, monkeypatch):
    """V18."""
    heard.broker.place([heard.order(lots=100_000)])
    _, cursor = until(heard, heard.cursor, lambda events: len(of(VenueFill, events)) >= 1)
    heard.clock.advance(HOUR_MS)
    heard.simulator.step()
    until(heard, cursor, lambda events: len(of(VenueFunding, events)) == 1)


def test_a_liquidation_is_nobodys_order(stage):
    """V19."""
    stage.broker.place([stage.order(lots=150_000, leverage=20.0)])
    with stage.simulator.acting() as venue:
        venue.exchange.withdraw(OWNER, venue.exchange.account(OWNER).withdrawable)
    _, cursor = told(stage)
    for px in (99.0, 97.5, 96.0, 95.0, 90.0):
        stage.trade(px)
    fills = of(VenueFill, told(stage, cursor)[0])
    assert fills and {(fill.kind, fill.client_id) for fill in fills} == {(OrderKind.LIQUIDATION, "")}
    assert sum(fill.lots for fill in fills) == 150_000 and stage.broker.positions(ACCOUNT) == []


def test_a_stop_that_fires_is_told_by_its_own_id_to_another_process_too(stage):
    stop = name()
    stage.broker.place([stage.order(bracket=Bracket(stop_px=95.0, stop_client_id=stop))])
    _, cursor = told(stage)
    stage.trade(94.0)
    with stage.restarted() as other:
        for each in (stage, other):
            (fill,) = of(VenueFill, told(each, cursor)[0])
            assert (fill.client_id, fill.kind) == (stop, OrderKind.STOP)


def test_what_a_person_trades_has_no_client_id(stage):
    """V23."""
    stage.broker.place([stage.order()])
    _, cursor = told(stage)
    persons(stage, 400, Side.SELL, 90)
    (fill,) = of(VenueFill, told(stage, cursor)[0])
    assert (fill.client_id, fill.lots, fill.side) == ("", 400, Side.SELL)
    assert fill.kind is OrderKind.LIMIT, "it is none of a bracket that ours did not have"


def test_a_persons_order_is_cancelled_by_its_number_together_with_ours(stage):
    """V23: as the kill switch does when it is told to take all."""
    ours = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([ours])
    persons(stage, 400, Side.BUY, 80, Tif.GTC)
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
    stage.simulator.faults.add(Fault.MUTE, "post:/orders/twap/create")
    order = stage.order(OrderKind.TWAP, slices=4, lots=1000)
    stage.broker.place([order])
    stage.trade(100.0)
    with stage.restarted() as other:
        found = other.broker.find(ACCOUNT, order.client_id)
        assert found.state is OrderState.PARTIAL and found.filled == stage.truth() > 0
        assert [one.client_id for one in other.broker.open_orders(ACCOUNT)] == [order.client_id]
        fills = of(VenueFill, told(other)[0])
        assert {fill.client_id for fill in fills} == {order.client_id}
        now = stage.clock.now_ts()
        other.broker.cancel([Cancellation(order.client_id, ACCOUNT, "COIN", now, now + 30_000)])
        assert other.broker.open_orders(ACCOUNT) == []
        assert other.broker.find(ACCOUNT, order.client_id).state is OrderState.CANCELED


def test_more_fills_than_a_page_holds_all_come(stage, monkeypatch):
    monkeypatch.setattr(following, "PAGE", 3)
    for _ in range(8):
        stage.broker.place([stage.order(lots=200)])
        stage.clock.advance(7)
    events, _ = told(stage)
    assert len(of(VenueFill, events)) == 8 == len({fill.fill_id for fill in of(VenueFill, events)})
    assert len(of(OrderUpdate, events)) == 8


def test_pages_that_broke_off_are_read_again_whole(stage, monkeypatch):
    """V17: what was read of the newest does not hide what lies behind it."""
    monkeypatch.setattr(following, "PAGE", 2)
    for _ in range(5):
        stage.broker.place([stage.order(lots=200)])
    stage.simulator.faults.add(Fault.GARBAGE, "get:/trades/history", skip=1)
    with pytest.raises(Exception, match="cannot be read"):
        told(stage)
    assert len(of(VenueFill, told(stage)[0])) == 5


def test_a_history_is_read_to_its_end_though_no_attempt_gets_further_than_a_page(stage, monkeypatch):
    """V12: what is told to wait goes on where it was."""
    monkeypatch.setattr(following, "PAGE", 1)
    for _ in range(4):
        stage.broker.place([stage.order(lots=200)])
    for skip in range(1, 9):
        stage.simulator.faults.add(Fault.ERROR, "get:/trades/history", skip=skip)  # every other one fails
    events = []
    for _ in range(5):
        with suppress(Unavailable):
            events = events or told(stage)[0]
    assert len({fill.fill_id for fill in of(VenueFill, events)}) == 4 == len(of(VenueFill, events))


def test_an_order_that_ends_long_after_it_was_placed_is_heard_of_however_the_history_is_sorted(stage, monkeypatch):
    old = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([old])
    _, cursor = told(stage)
    stage.clock.advance(HOUR_MS)
    stage.simulator.step()
    stage.simulator.faults.add(Fault.REWRITE, "get:/orders/history", times=0, change=lambda _: EMPTY)
    with stage.simulator.acting() as venue:
        venue.exchange.cancel_all(OWNER, "COIN")
    (ended,) = of(OrderUpdate, told(stage, cursor)[0])
    assert (ended.client_id, ended.state) == (old.client_id, OrderState.CANCELED)


EMPTY = '{"success":true,"data":[],"error":null,"code":null,"next_cursor":"","has_more":false}'


def test_a_reduce_only_order_says_what_it_traded_not_what_it_asked_for(stage):
    stage.broker.place([stage.order(lots=300)])
    stage.broker.place([exit_ := replace(stage.order(side=Side.SELL, reduce_only=True), lots=1000)])
    assert stage.broker.find(ACCOUNT, exit_.client_id).filled == 300


def test_who_is_closed_hears_no_more_and_others_go_on(heard):
    def hearers():
        return [each for line in heard.gateway.client._lines for each in line.hearing._hearers.values()]

    other = made(heard.gateway, heard.wallet, heard.vault, heard.notes, listens=True, poll_ms=60_000)
    other.events(ACCOUNT, "")
    assert {len(each) for each in hearers()} == {2}
    heard.broker.close()
    assert {len(each) for each in hearers()} == {1}
    other.place([heard.order(OrderKind.LIMIT, px=95.0)])
    patience.until(lambda: of(OrderUpdate, other.events(ACCOUNT, heard.cursor)[0]))
    other.close()
    assert hearers() == []
