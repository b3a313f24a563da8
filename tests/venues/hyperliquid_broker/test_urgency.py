"""What takes risk away waits for nothing that only an entry needs, and one symbol for no other."""

from __future__ import annotations

import pytest

from paddock.core.errors import Unavailable
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Accepted, Cancellation, RejectCode, Rejected
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.client import LISTING_MS
from paddock.venues.hyperliquid.networks import ALLOWANCES, IP
from paddock.venues.hyperliquid.simulator.terms import Terms
from tests.venues.contract import ACCOUNT

from .staged import COINS, staged

FOR_ENTRIES = ("info:userRateLimit", "info:allMids", "info:activeAssetData")


def silent(stage, *places):
    for place in places:
        stage.simulator.faults.add(Fault.LOST, place, times=0)


def calls(stage, places=FOR_ENTRIES):
    return [stage.simulator.faults.calls.get(place, 0) for place in places]


def stop(stage, **more):
    return stage.order(OrderKind.STOP, Side.SELL, px=95.0, reduce_only=True, **more)


def close(stage, **more):
    return stage.order(side=Side.SELL, reduce_only=True, **more)


@pytest.fixture
def held(tmp_path):
    """With positions in two symbols."""
    with staged(tmp_path) as stage:
        stage.trade(100.0)
        stage.trade(2.5, "OTHER")
        assert all(isinstance(one, Accepted) for one in stage.broker.place([stage.order(), other(stage)]))
        yield stage


def other(stage, **more):
    return stage.order(symbol="OTHER", lots=1000, **more)


def test_a_stop_asks_for_nothing_else(held):
    before = calls(held, (*FOR_ENTRIES, "info:meta"))
    (outcome,) = held.broker.place([stop(held)])
    assert isinstance(outcome, Accepted) and calls(held, (*FOR_ENTRIES, "info:meta")) == before


def test_in_one_batch_with_entries_what_reduces_leaves_although_the_entries_cannot(held):
    with held.restarted() as again:
        again.broker.place([stop(again, lots=1)])
        silent(held, *FOR_ENTRIES)
        entry, bound, unbound, stopped = again.broker.place(
            [again.order(), close(again, bound_px=90.0, lots=400), close(again, lots=100), stop(again)]
        )
        assert isinstance(bound, Accepted) and isinstance(stopped, Accepted)
        for waiting in (entry, unbound):
            assert isinstance(waiting, Rejected) and waiting.code is RejectCode.RATE_LIMIT and waiting.retry_after_ms
        assert held.truth() == 600
        with pytest.raises(Unavailable):
            again.broker.place([again.order()])


def test_a_leverage_that_is_not_known_holds_up_the_entries_of_its_symbol_alone(held):
    with held.restarted() as again:
        held.simulator.faults.add(Fault.LOST, "info:activeAssetData")  # of the first that is asked for
        waiting, taken = again.broker.place([again.order(leverage=3.0), other(again, leverage=2.0)])
        assert isinstance(waiting, Rejected) and waiting.code is RejectCode.RATE_LIMIT
        assert isinstance(taken, Accepted) and held.truth() == 1000


def test_a_reply_to_a_question_that_cannot_be_read_leaves_nothing_unclear(held):
    held.simulator.faults.add(Fault.GARBAGE, "info:allMids", times=0)
    with pytest.raises(Unavailable):
        held.broker.place([held.order()])
    assert held.truth() == 1000


def test_with_nothing_left_for_readers_what_reduces_and_cancels_still_leaves(tmp_path):
    """V12: the questions of a batch are as urgent as the batch, and an old listing does for an exit."""
    with staged(tmp_path, terms=Terms(coins=COINS), allowances=ALLOWANCES) as stage:
        stage.trade(100.0)
        resting = stage.order(OrderKind.LIMIT, px=90.0)
        assert all(isinstance(one, Accepted) for one in stage.broker.place([stage.order(), resting]))
        client = stage.gateway.client

        async def use_up():
            client._budget.reset(IP, 60)  # of which readers and entries may take none

        stage.gateway.read(use_up())
        with pytest.raises(Unavailable):
            stage.broker.open_orders(ACCOUNT)
        stage.gateway.read(use_up())
        client._listed_s = listed_s = client._listed_s - LISTING_MS / 1000
        now = stage.clock.now_ts()
        (gone,) = stage.broker.cancel([Cancellation(resting.client_id, ACCOUNT, "COIN", now, now + 30_000)])
        outcomes = stage.broker.place([stop(stage), close(stage, lots=400)])
        assert all(isinstance(one, Accepted) for one in [gone, *outcomes]) and stage.truth() == 600
        assert client._listed_s == listed_s  # nobody waited for a newer one
