"""What goes wrong between us and the venue: no order is doubled, and none is called dead or alive without proof."""

from __future__ import annotations

from contextlib import suppress

import pytest

from paddock.core.errors import PaddockError, Unavailable
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import Accepted, Bracket, Cancellation, RejectCode, Rejected, Unclear, VenueFill
from paddock.venues.faults import Fault
from paddock.venues.pacifica import following
from paddock.venues.pacifica.gateway import Gateway
from tests.venues.contract import ACCOUNT

from .staged import client, made, name, staged

ORDER = "post:/orders/create*"
BOOKED = (Fault.MUTE, Fault.RESET_DONE, Fault.ERROR_DONE, Fault.TRUNCATED, Fault.GARBAGE)  # V1, V4, V5
NOT_BOOKED = (Fault.LOST, Fault.RESET, Fault.ERROR)  # V3, V4


def fills(stage, cursor=""):
    return [event for event in stage.broker.events(ACCOUNT, cursor)[0] if isinstance(event, VenueFill)]


def cancellation(stage, order):
    now = stage.clock.now_ts()
    return Cancellation(order.client_id, ACCOUNT, order.symbol, now, now + 30_000)


def sent(stage):
    return sum(stage.calls(f"post:/orders/{path}") for path in ("create", "create_market"))


@pytest.mark.parametrize("fault", BOOKED)
def test_an_order_whose_answer_is_lost_is_unclear_and_then_found_once(stage, fault):
    order = stage.order()
    stage.simulator.faults.add(fault, ORDER)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Unclear) and outcome.reason
    found = stage.broker.find(ACCOUNT, order.client_id)
    assert (found.state, found.filled) == (OrderState.FILLED, 1000) and stage.truth() == 1000
    assert [fill.client_id for fill in fills(stage)] == [order.client_id]
    with stage.restarted() as other:
        assert other.broker.find(ACCOUNT, order.client_id).state is OrderState.FILLED


@pytest.mark.parametrize("fault", NOT_BOOKED)
def test_an_order_that_never_arrives_is_unclear_and_not_found(stage, fault):
    order = stage.order()
    stage.simulator.faults.add(fault, ORDER)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Unclear)
    assert stage.broker.find(ACCOUNT, order.client_id) is None and stage.truth() == 0


def test_an_order_that_arrives_late_is_found_later(stage):
    """V2."""
    order = stage.order()
    stage.simulator.faults.add(Fault.LATE, ORDER, ms=5_000)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Unclear) and stage.broker.find(ACCOUNT, order.client_id) is None
    stage.clock.advance(5_000)
    stage.simulator.step()
    assert stage.broker.find(ACCOUNT, order.client_id).state is OrderState.FILLED


def test_an_order_that_arrives_after_its_last_moment_is_not_booked(stage):
    order = stage.order()
    stage.simulator.faults.add(Fault.LATE, ORDER, ms=40_000)
    assert isinstance(stage.broker.place([order])[0], Unclear)
    stage.clock.advance(40_000)
    stage.simulator.step()
    assert stage.broker.find(ACCOUNT, order.client_id) is None and stage.truth() == 0


def test_an_order_that_is_beyond_what_is_looked_through_is_not_said_to_be_missing(stage, monkeypatch):
    monkeypatch.setattr(following, "PAGE", 1)
    monkeypatch.setattr(following, "MOST_PAGES", 2)
    for _ in range(3):
        stage.broker.place([stage.order(OrderKind.LIMIT, px=90.0)])
    with stage.restarted() as other, pytest.raises(Unavailable):
        other.broker.find(ACCOUNT, name())


HISTORY = "get:/orders/history"


def test_an_order_is_found_on_any_page_though_no_attempt_gets_further_than_one(stage, monkeypatch):
    """V12."""
    monkeypatch.setattr(following, "PAGE", 1)
    orders = [stage.order(lots=200) for _ in range(4)]
    for order in orders:
        stage.broker.place([order])
    for skip in range(1, 9):
        stage.simulator.faults.add(Fault.ERROR, HISTORY, skip=skip)  # every other one fails
    found = None
    with stage.restarted() as other:
        for _ in range(5):
            with suppress(Unavailable):
                found = found or other.broker.find(ACCOUNT, orders[0].client_id)
    assert found is not None and found.state is OrderState.FILLED


def test_a_search_that_goes_on_sees_what_came_since_it_began(stage, monkeypatch):
    monkeypatch.setattr(following, "PAGE", 1)
    for _ in range(2):
        stage.broker.place([stage.order(lots=200)])
    late = stage.order(lots=200)
    stage.simulator.faults.add(Fault.ERROR, HISTORY, skip=1)
    with stage.restarted() as other:
        with pytest.raises(Unavailable):
            other.broker.find(ACCOUNT, late.client_id)
        stage.broker.place([late])
        assert other.broker.find(ACCOUNT, late.client_id).state is OrderState.FILLED


def test_all_of_a_bracket_is_unclear_together(stage):
    stop = name()
    order = stage.order(bracket=Bracket(stop_px=90.0, stop_client_id=stop))
    stage.simulator.faults.add(Fault.MUTE, ORDER)
    assert isinstance(stage.broker.place([order])[0], Unclear)
    assert stage.broker.find(ACCOUNT, stop).state is OrderState.OPEN


def test_of_orders_that_leave_together_each_has_its_own_outcome(stage):
    first, second = stage.order(OrderKind.LIMIT, px=90.0), stage.order(OrderKind.LIMIT, px=91.0)
    stage.simulator.faults.add(Fault.THROTTLED, ORDER)
    outcomes = stage.broker.place([first, second])
    assert sorted(type(one).__name__ for one in outcomes) == ["Accepted", "Rejected"]
    (rejected,) = [one for one in outcomes if isinstance(one, Rejected)]
    assert rejected.code is RejectCode.RATE_LIMIT and rejected.retry_after_ms > 0
    with stage.restarted() as other:
        assert len(other.broker.open_orders(ACCOUNT)) == 1


def test_a_429_is_a_refusal_with_a_time_and_until_then_nothing_is_asked(stage):
    """V12."""
    order = stage.order()
    stage.simulator.faults.add(Fault.THROTTLED, ORDER)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.RATE_LIMIT and outcome.retry_after_ms >= 500
    before = dict(stage.simulator.faults.calls)
    with pytest.raises(Unavailable):
        stage.broker.equity(ACCOUNT)
    assert stage.simulator.faults.calls == before and stage.truth() == 0


def test_a_cancellation_that_a_fill_overtook_is_refused_and_the_fill_counts(stage):
    """V9."""
    order = stage.order(OrderKind.LIMIT, px=95.0)
    assert isinstance(stage.broker.place([order])[0], Accepted)
    stage.move(94.0)
    (outcome,) = stage.broker.cancel([cancellation(stage, order)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER
    assert sum(fill.lots for fill in fills(stage)) == 1000


@pytest.mark.parametrize("fault", [Fault.MUTE, Fault.LOST, Fault.GARBAGE])
def test_a_cancellation_without_an_answer_is_unclear(stage, fault):
    order = stage.order(OrderKind.LIMIT, px=95.0)
    stage.broker.place([order])
    stage.simulator.faults.add(fault, "post:/orders/cancel")
    assert isinstance(stage.broker.cancel([cancellation(stage, order)])[0], Unclear)
    gone = stage.broker.find(ACCOUNT, order.client_id).state is OrderState.CANCELED
    assert gone is (fault is not Fault.LOST)


def test_reading_never_says_unclear_only_not_now(stage):
    for fault in (Fault.MUTE, Fault.RESET, Fault.ERROR):
        stage.simulator.faults.clear()
        stage.simulator.faults.add(fault, "get:*", times=0)
        for ask in (stage.broker.positions, stage.broker.open_orders, lambda name: stage.broker.events(name, "")):
            with pytest.raises(Unavailable):
                ask(ACCOUNT)


def test_what_cannot_be_read_is_an_error_of_ours_and_leaves_no_hole(stage):
    """V5, of reads: where a reading broke off it goes on, and what it had is not asked for again."""
    stage.broker.place([stage.order()])
    stage.simulator.faults.add(Fault.GARBAGE, "get:/orders/history")
    with pytest.raises(PaddockError):
        stage.broker.events(ACCOUNT, "")
    events, _ = stage.broker.events(ACCOUNT, "")
    assert len(events) == 2
    assert (stage.calls("get:/trades/history"), stage.calls("get:/orders/history")) == (1, 2)


def test_where_nothing_listens_nothing_was_sent(stage):
    with Gateway(client("http://127.0.0.1:9", stage.clock)) as gateway:
        broker = made(gateway, stage.wallet, stage.vault, stage.notes)
        with pytest.raises(Unavailable):
            broker.place([stage.order()])


def test_a_revoked_agent_is_not_allowed_and_is_asked_no_more_than_told(stage):
    """V24: each try costs one request, and says why."""
    stage.broker.place([stage.order()])
    stage.revoke()
    before = sent(stage)
    (outcome,) = stage.broker.place([stage.order()])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    assert "not authorized" in outcome.message
    assert sent(stage) == before + 1 and stage.truth() == 1000


def test_what_the_signer_forbids_never_leaves(stage):
    stage.broker.place([stage.order(lots=1000)])
    before = sent(stage)
    (outcome,) = stage.broker.place([stage.order(lots=12_000_000)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    stage.vault.close(ACCOUNT)
    (outcome,) = stage.broker.place([stage.order(side=Side.SELL, reduce_only=True)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    assert sent(stage) == before


def test_a_wrong_tick_that_the_venue_calls_an_internal_error_is_refused_here(stage):
    before = sent(stage)
    (outcome,) = stage.broker.place([stage.order(OrderKind.LIMIT, px=90.001)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.TICK and sent(stage) == before


def test_a_clock_of_ours_that_is_a_little_ahead_does_not_matter(stage):
    """The venue takes nothing that was signed in its future."""
    now = stage.clock.now_ts()
    order = stage.order(sent_ts=now + 1_500, expires_ts=now + 30_000)
    assert isinstance(stage.broker.place([order])[0], Accepted)


def test_a_venue_that_is_down_from_the_start_is_an_outage_not_a_crash(tmp_path):
    with staged(tmp_path) as stage, stage.restarted() as other:
        stage.simulator.faults.add(Fault.ERROR, "get:*", times=0)
        with pytest.raises(Unavailable):
            other.broker.place([other.order()])
        stage.simulator.faults.clear()
        stage.trade(100.0)
        assert isinstance(other.broker.place([other.order()])[0], Accepted)


def test_an_exit_leaves_although_the_venue_answers_no_question(stage):
    stage.broker.place([stage.order()])
    stage.simulator.faults.add(Fault.ERROR, "get:*", times=0)
    (outcome,) = stage.broker.place([stage.order(side=Side.SELL, reduce_only=True)])
    assert isinstance(outcome, Accepted) and stage.truth() == 0
