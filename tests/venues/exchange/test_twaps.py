"""Large orders in slices: when, how large, and when they end."""

from dataclasses import replace

import pytest

from paddock.venues.exchange import Builder, Refusal, Refused, TwapRequest
from paddock.venues.exchange.events import TwapChanged, TwapSliced, TwapState
from paddock.venues.exchange.rules import TwapRule
from paddock.venues.exchange.twap import Twap
from paddock.venues.exchange.units import RATE_ONE, USD

from .kit import BUY, COIN, NO_FEES, SELL, START_TS, ask, lots, make, told, trades, with_rules

SLICE_MS = 30_000


def twap(account="ann", side=BUY, size=50, minutes=2, **more):
    return TwapRequest(account, "COIN", side, size, minutes * 60_000, **more)


def slices(exchange):
    return [(event.ts - START_TS, event.lots, event.filled) for event in told(exchange, TwapSliced)]


def deep(rules=None):
    exchange = make(rules) if rules else make()
    exchange.submit(ask("bob", SELL, 10_000, 101))
    exchange.submit(ask("bob", BUY, 10_000, 99))
    return exchange


def test_equal_slices_one_at_once_and_one_each_half_minute():
    exchange = deep()
    started = exchange.submit_twap(twap())
    assert isinstance(started, Twap) and started.slices == 5
    exchange.advance(START_TS + 600_000)
    assert slices(exchange) == [(step * SLICE_MS, 10, 10) for step in range(5)]
    assert (started.state, started.filled, started.value) == (TwapState.FINISHED, 50, 50 * 101 * USD)
    assert [event.state for event in told(exchange, TwapChanged)] == [TwapState.RUNNING, TwapState.FINISHED]
    assert {trade.taker.twap_id for trade in trades(exchange)} == {started.twap_id}


def test_what_does_not_divide_comes_with_the_last():
    exchange = deep()
    exchange.submit_twap(twap(size=53))
    exchange.advance(START_TS + 600_000)
    assert [wanted for _, wanted, _ in slices(exchange)] == [10, 11, 10, 11, 11]


def test_it_catches_up_at_most_threefold():
    exchange = make()
    started = exchange.submit_twap(twap(size=100, minutes=2))
    exchange.advance(START_TS + 3 * SLICE_MS - 1)
    exchange.submit(ask("bob", SELL, 10_000, 101))
    exchange.advance(START_TS + 600_000)
    assert slices(exchange) == [
        (0, 20, 0),
        (SLICE_MS, 40, 0),
        (2 * SLICE_MS, 60, 0),
        (3 * SLICE_MS, 60, 60),
        (4 * SLICE_MS, 40, 40),
    ]
    assert started.filled == 100


def test_it_ends_with_its_time_whatever_has_filled():
    exchange = make()
    started = exchange.submit_twap(twap())
    exchange.advance(START_TS + 120_000)
    assert (started.state, started.filled, started.sent) == (TwapState.FINISHED, 0, 5)


def test_a_slice_does_not_trade_beyond_its_slippage():
    exchange = make()
    exchange.submit(ask("bob", SELL, 5, 103))
    exchange.submit(ask("bob", SELL, 5, 104))
    exchange.submit_twap(twap())
    assert slices(exchange) == [(0, 10, 5)]
    exchange.submit_twap(twap("cy", slippage=RATE_ONE * 4 // 100))
    assert slices(exchange)[-1] == (0, 10, 5)


def test_a_reduce_only_one_needs_a_position_and_ends_without_one():
    exchange = deep()
    assert exchange.submit_twap(twap(side=SELL, reduce_only=True)) == Refused(Refusal.REDUCE_ONLY, 0)
    exchange.submit(ask("ann", BUY, 15))
    started = exchange.submit_twap(twap(side=SELL, reduce_only=True))
    exchange.advance(START_TS + 600_000)
    assert [filled for *_, filled in slices(exchange)] == [10, 5]
    assert (started.state, lots(exchange, "ann")) == (TwapState.ENDED, 0)


def test_it_can_be_cancelled_once_by_its_owner():
    exchange = deep()
    started = exchange.submit_twap(twap(client_id="big"))
    assert exchange.cancel_twap("bob", started.twap_id) == Refused(Refusal.NOT_OPEN, started.twap_id)
    assert exchange.cancel_twap("ann", "big") is started
    assert exchange.cancel_twap("ann", started.twap_id) == Refused(Refusal.NOT_OPEN, started.twap_id)
    exchange.advance(START_TS + 600_000)
    assert len(slices(exchange)) == 1 and started.state is TwapState.CANCELLED
    assert exchange.twap(started.twap_id) is started and exchange.twaps("ann") == [started]


def test_random_slices_differ_and_still_fill_all_and_are_the_same_each_time():
    def run():
        exchange = deep()
        exchange.submit_twap(twap(size=5000, minutes=10, randomised=True))
        exchange.advance(START_TS + 3_600_000)
        return [wanted for _, wanted, _ in slices(exchange)]

    sizes = run()
    assert len(set(sizes)) > 5 and sum(sizes) == 5000
    assert sizes == run()


def test_slices_pay_the_builder():
    exchange = deep()
    exchange.submit_twap(twap(builder=Builder("cy", RATE_ONE // 1000)))
    assert trades(exchange)[0].taker.builder_fee == 1_010_000


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (twap(size=0), Refused(Refusal.ZERO_SIZE)),
        (twap(minutes=4), Refused(Refusal.TWAP_DURATION, 240_000, 300_000)),
        (twap(minutes=1441), Refused(Refusal.TWAP_DURATION, 86_460_000, 86_400_000)),
        (twap(size=11, minutes=120), Refused(Refusal.TWAP_MIN_VALUE, 1100 * USD, 1200 * USD)),
        (twap(size=12, minutes=120), None),
    ],
)
def test_its_length_and_value_are_bounded(asked, refused):
    exchange = deep(with_rules(twap=TwapRule(min_ms=300_000, max_ms=86_400_000, min_value=10 * USD)))
    answer = exchange.submit_twap(asked)
    assert isinstance(answer, Twap) if refused is None else answer == refused


def test_slices_have_no_smallest_value():
    exchange = make(NO_FEES, replace(COIN, min_value=500 * USD))
    exchange.submit(ask("bob", SELL, 50, 101))
    exchange.submit_twap(twap(size=10))
    assert slices(exchange) == [(0, 2, 2)]
