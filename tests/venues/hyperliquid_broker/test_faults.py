"""What goes wrong between us and the venue: no order is doubled, and none is called dead or alive without proof."""

from __future__ import annotations

import pytest

from paddock.core.errors import PaddockError, Unavailable
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import Accepted, Bracket, Cancellation, RejectCode, Rejected, Unclear, VenueFill
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.gateway import Gateway
from tests.venues.contract import ACCOUNT

from .staged import client, made, name, staged

ORDER = "exchange:order"
BOOKED = (Fault.MUTE, Fault.RESET_DONE, Fault.ERROR_DONE, Fault.TRUNCATED, Fault.GARBAGE)  # V1, V4, V5
NOT_BOOKED = (Fault.LOST, Fault.RESET, Fault.ERROR)  # V3, V4


def fills(stage, cursor=""):
    return [event for event in stage.broker.events(ACCOUNT, cursor)[0] if isinstance(event, VenueFill)]


def cancellation(stage, order):
    now = stage.clock.now_ts()
    return Cancellation(order.client_id, ACCOUNT, order.symbol, now, now + 30_000)


@pytest.mark.parametrize("fault", BOOKED)
def test_an_order_whose_answer_is_lost_is_unclear_and_then_found_once(stage, fault):
    order = stage.order()
    stage.simulator.faults.add(fault, ORDER)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Unclear) and outcome.reason
    found = stage.broker.find(ACCOUNT, order.client_id)
    assert (found.state, found.filled) == (OrderState.FILLED, 1000) and stage.truth() == 1000
    assert [fill.client_id for fill in fills(stage)] == [order.client_id]


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


def test_all_of_a_bracket_is_unclear_together(stage):
    stop = name()
    order = stage.order(bracket=Bracket(stop_px=90.0, stop_client_id=stop))
    stage.simulator.faults.add(Fault.MUTE, ORDER)
    assert isinstance(stage.broker.place([order])[0], Unclear)
    assert stage.broker.find(ACCOUNT, stop).state is OrderState.OPEN


def test_of_orders_that_leave_in_two_actions_each_has_its_own_outcome(stage):
    now = stage.clock.now_ts()
    first = stage.order(OrderKind.LIMIT, px=90.0, expires_ts=now + 10_000)
    second = stage.order(OrderKind.LIMIT, px=91.0, expires_ts=now + 20_000)
    stage.simulator.faults.add(Fault.THROTTLED, ORDER)
    outcomes = stage.broker.place([first, second])
    codes = sorted(type(one).__name__ for one in outcomes)
    assert codes == ["Accepted", "Rejected"]
    (rejected,) = [one for one in outcomes if isinstance(one, Rejected)]
    assert rejected.code is RejectCode.RATE_LIMIT and rejected.retry_after_ms > 0
    with stage.restarted() as other:
        assert len(other.broker.open_orders(ACCOUNT)) == 1


@pytest.mark.parametrize("told_ms", [0, 3_000])
def test_a_429_is_a_refusal_with_a_time_and_until_then_nothing_is_asked(stage, told_ms):
    """V12: with a retry-after and without."""
    order = stage.order()
    stage.broker.equity(ACCOUNT)
    stage.simulator.faults.add(Fault.THROTTLED, ORDER, ms=told_ms)
    (outcome,) = stage.broker.place([order])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.RATE_LIMIT
    assert outcome.retry_after_ms >= max(told_ms - 500, 500)
    before = dict(stage.simulator.faults.calls)
    for _ in range(3):
        with pytest.raises(Unavailable):
            stage.broker.place([order])
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
    stage.simulator.faults.add(fault, "exchange:cancelByCloid")
    assert isinstance(stage.broker.cancel([cancellation(stage, order)])[0], Unclear)
    gone = stage.broker.find(ACCOUNT, order.client_id).state is OrderState.CANCELED
    assert gone is (fault is not Fault.LOST)


def test_reading_never_says_unclear_only_not_now(stage):
    stage.broker.equity(ACCOUNT)
    for fault in (Fault.MUTE, Fault.RESET, Fault.ERROR):
        stage.simulator.faults.clear()
        stage.simulator.faults.add(fault, "info:*", times=0)
        for ask in (stage.broker.positions, stage.broker.open_orders, lambda name: stage.broker.events(name, "")):
            with pytest.raises(Unavailable):
                ask(ACCOUNT)


def test_what_cannot_be_read_is_an_error_of_ours_and_leaves_no_hole(stage):
    """V5, of reads: a page of events that broke off is read again, whole."""
    stage.broker.place([stage.order()])
    stage.simulator.faults.add(Fault.GARBAGE, "info:historicalOrders")
    with pytest.raises(PaddockError):
        stage.broker.events(ACCOUNT, "")
    events, _ = stage.broker.events(ACCOUNT, "")
    assert len(events) == 2


def test_where_nothing_listens_nothing_was_sent(stage):
    with Gateway(client("http://127.0.0.1:9", stage.clock)) as gateway:
        broker = made(gateway, stage.wallet, stage.vault, stage.nonces, stage.notes)
        with pytest.raises(Unavailable):
            broker.place([stage.order()])


def test_a_revoked_agent_is_not_allowed_and_is_asked_no_more_than_told(stage):
    """V24: each try costs one request, and says why."""
    stage.broker.place([stage.order()])
    stage.revoke()
    before = stage.simulator.faults.calls[ORDER]
    (outcome,) = stage.broker.place([stage.order()])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    assert "does not exist" in outcome.message
    assert stage.simulator.faults.calls[ORDER] == before + 1 and stage.truth() == 1000


def test_what_the_signer_forbids_never_leaves(stage):
    stage.broker.place([stage.order(lots=1000)])
    before = dict(stage.simulator.faults.calls).get(ORDER)
    (outcome,) = stage.broker.place([stage.order(lots=40_000_000)])
    assert isinstance(outcome, Rejected) and outcome.code in (RejectCode.NOT_ALLOWED, RejectCode.OTHER)
    stage.vault.close(ACCOUNT)
    (outcome,) = stage.broker.place([stage.order(side=Side.SELL, reduce_only=True)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    assert stage.simulator.faults.calls[ORDER] == before


def test_a_nonce_is_never_used_again_over_a_restart(stage):
    for _ in range(3):
        with stage.restarted() as other:
            outcomes = other.broker.place([other.order(OrderKind.LIMIT, px=90.0 + n) for n in range(3)])
            assert all(isinstance(one, Accepted) for one in outcomes)
    assert len(stage.broker.open_orders(ACCOUNT)) == 9


def test_a_venue_that_is_down_from_the_start_is_an_outage_not_a_crash(tmp_path):
    with staged(tmp_path) as stage, stage.restarted() as other:
        stage.simulator.faults.add(Fault.ERROR, "info:*", times=0)
        with pytest.raises(Unavailable):
            other.broker.place([other.order()])
        stage.simulator.faults.clear()
        stage.trade(100.0)
        assert isinstance(other.broker.place([other.order()])[0], Accepted)
