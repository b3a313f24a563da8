"""Fees, funding, scheduled cancels: what is charged, when, and to the micro-dollar."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.exchange import Builder, Refusal, Refused, Status
from paddock.venues.exchange.events import CancelReason, Funded, FundingSet, ScheduledCancel
from paddock.venues.exchange.funding import rate
from paddock.venues.exchange.rules import FeeTier, FundingRule, ScheduleRule
from paddock.venues.exchange.units import DAY_MS, HOUR_MS, RATE_ONE, USD, Rounding, scaled

from .kit import BUY, COIN, NO_FEES, RICH, SELL, START_TS, ask, make, money, told, trades, with_rules

RATES = FeeTier(0, 1_500_000, 4_500_000)  # 0.015 % and 0.045 %


class TestFees:
    def test_maker_and_taker_pay_their_rates_and_the_exchange_gets_them(self):
        exchange = make(with_rules(fee_tiers=(RATES,)))
        exchange.submit(ask("bob", SELL, 10, 100))
        exchange.submit(ask("ann", BUY, 10, 100))
        (trade,) = trades(exchange)
        assert (trade.maker.fee, trade.taker.fee, trade.value) == (150_000, 450_000, 1000 * USD)
        assert exchange.account("ann").balance == RICH - 450_000
        assert exchange.account("exchange").balance == 600_000

    @pytest.mark.parametrize(
        ("rounding", "fee", "rebate"), [(Rounding.UP, 46, -15), (Rounding.DOWN, 45, -15), (Rounding.NEAREST, 45, -15)]
    )
    def test_they_are_rounded_as_the_venue_does(self, rounding, fee, rebate):
        fine = replace(COIN, px_decimals=4)
        tiers = (FeeTier(0, -1_500_000, 4_500_000),)
        exchange = make(with_rules(fee_tiers=tiers, fee_rounding=rounding), fine, mark=1003)
        exchange.submit(ask("bob", SELL, 1, 1003))
        exchange.submit(ask("ann", BUY, 1, 1003))
        (trade,) = trades(exchange)
        assert (trade.taker.fee, trade.maker.fee) == (fee, rebate)

    @given(amount=st.integers(-(10**15), 10**15), at=st.integers(-(10**9), 10**9))
    def test_rounding_goes_where_its_name_says(self, amount, at):
        exact = amount * at
        up, down, near = (scaled(amount, at, rounding) for rounding in (Rounding.UP, Rounding.DOWN, Rounding.NEAREST))
        assert 0 <= up * RATE_ONE - exact < RATE_ONE
        assert abs(down) * RATE_ONE <= abs(exact) < (abs(down) + 1) * RATE_ONE and down * exact >= 0
        assert 2 * abs(near * RATE_ONE - exact) <= RATE_ONE

    def test_they_fall_with_what_was_traded_on_the_fortnight_before_today(self):
        tiers = (RATES, FeeTier(2000 * USD, 1_000_000, 4_000_000))
        exchange = make(with_rules(fee_tiers=tiers))
        for _ in range(2):
            exchange.submit(ask("bob", SELL, 10, 100))
            exchange.submit(ask("ann", BUY, 10, 100))
        assert (exchange.fees("ann").taker, exchange.fees("ann").volume) == (4_500_000, 2000 * USD)
        exchange.advance(START_TS + DAY_MS)
        assert exchange.fees("ann").taker == 4_000_000
        exchange.submit(ask("bob", SELL, 10, 100))
        exchange.submit(ask("ann", BUY, 10, 100))
        assert trades(exchange)[-1].taker.fee == 400_000
        exchange.advance(START_TS + 15 * DAY_MS)
        assert exchange.fees("ann").taker == 4_500_000
        assert dict(exchange.fees("ann").days) == {START_TS // DAY_MS: 2000 * USD, START_TS // DAY_MS + 1: 1000 * USD}

    def test_an_account_may_have_rates_of_its_own(self):
        exchange = make(with_rules(fee_tiers=(RATES,)))
        exchange.set_fees("ann", -300_000, 2_600_000)
        assert (exchange.fees("ann").maker, exchange.fees("ann").taker) == (-300_000, 2_600_000)
        exchange.submit(ask("ann", SELL, 10, 100))
        exchange.submit(ask("bob", BUY, 10, 100))
        assert trades(exchange)[0].maker.fee == -30_000

    def test_the_builder_is_paid_on_top(self):
        exchange = make(with_rules(fee_tiers=(RATES,)))
        exchange.submit(ask("bob", SELL, 10, 100, builder=Builder("dee", 1_000_000)))
        exchange.submit(ask("ann", BUY, 10, 100, builder=Builder("dee", 10_000_000)))
        (trade,) = trades(exchange)
        assert (trade.taker.fee, trade.taker.builder_fee) == (1_450_000, 1_000_000)
        assert (trade.maker.fee, trade.maker.builder_fee) == (250_000, 100_000)
        assert exchange.account("dee").balance == 1_100_000

    def test_realised_profit_is_gross_of_them(self):
        exchange = make(with_rules(fee_tiers=(RATES,)))
        exchange.submit(ask("bob", SELL, 10, 100))
        exchange.submit(ask("ann", BUY, 10, 100))
        exchange.submit(ask("bob", BUY, 10, 107))
        exchange.submit(ask("ann", SELL, 4))
        side = trades(exchange)[-1].taker
        assert (side.realised, side.start_lots, side.end_lots, side.end_cost) == (28 * USD, 10, 6, 600 * USD)
        assert exchange.account("ann").balance == RICH - 450_000 - side.fee + 28 * USD


class TestPositions:
    def test_a_fill_beyond_the_position_closes_it_and_opens_the_other_side(self):
        exchange = make()
        exchange.submit(ask("bob", SELL, 4, 100))
        exchange.submit(ask("bob", SELL, 6, 110))
        exchange.submit(ask("ann", BUY, 10, 110))
        assert exchange.position("ann", "COIN").entry == 106
        exchange.submit(ask("bob", BUY, 15, 108))
        exchange.submit(ask("ann", SELL, 15, 108))
        side = trades(exchange)[-1].taker
        assert (side.realised, side.start_lots, side.end_lots, side.end_cost) == (20 * USD, 10, -5, -540 * USD)
        assert exchange.position("ann", "COIN").entry == 108

    def test_cost_that_does_not_divide_is_all_gone_with_the_last(self):
        fine = replace(COIN, px_decimals=6)
        exchange = make(NO_FEES, fine)
        exchange.submit(ask("bob", SELL, 1, 100))
        exchange.submit(ask("bob", SELL, 2, 101))
        exchange.submit(ask("ann", BUY, 3, 101))
        realised = []
        for _ in range(3):
            exchange.submit(ask("bob", BUY, 1, 101))
            exchange.submit(ask("ann", SELL, 1, 101))
            realised.append(trades(exchange)[-1].taker.realised)
        assert realised == [0, 0, 1]  # the average is 100 2/3
        assert exchange.position("ann", "COIN").cost == 0


class TestFunding:
    def held(self, rules=NO_FEES, contract=COIN, oracle=100):
        exchange = make(rules, replace(contract, impact_value=1000 * USD), mark=0)
        exchange.set_prices("COIN", 100, oracle)
        exchange.submit(ask("bob", SELL, 1000, 100))
        exchange.submit(ask("ann", BUY, 1000, 100))
        return exchange

    @pytest.mark.parametrize(
        ("premium", "hourly"),
        [
            (0, 125_000),
            (-400_000_000, 125_000),
            (600_000_000, 125_000),
            (10_000_000_000, 11_875_000),
            (-10_000_000_000, -11_875_000),
            (900_000_000_000, 400_000_000),
            (-900_000_000_000, -400_000_000),
            (600_000_800, 125_000),
            (600_000_801, 125_000),
            (600_001_000, 125_001 - 1),
            (600_008_000, 125_010),
        ],
    )
    def test_the_rate_is_an_eighth_of_premium_and_interest_within_its_bounds(self, premium, hourly):
        assert rate(FundingRule(), premium) == pytest.approx(hourly, abs=1)
        assert rate(FundingRule(decimals=8), premium) % 100 == 0

    def test_longs_pay_shorts_on_the_hour_at_the_oracles_price(self):
        exchange = self.held(oracle=120)
        exchange.advance(START_TS + HOUR_MS - 1)
        assert told(exchange, Funded) == []
        exchange.advance(START_TS + HOUR_MS)
        (event,) = told(exchange, FundingSet)
        assert (event.ts, event.rate, event.premium, event.samples) == (START_TS + HOUR_MS, 125_000, 0, 720)
        paid = {it.account: (it.lots, it.amount, it.oracle, it.samples) for it in told(exchange, Funded)}
        assert paid == {"ann": (1000, -1_500_000, 120, 720), "bob": (-1000, 1_500_000, 120, 720)}
        assert exchange.account("ann").balance == RICH - 1_500_000
        exchange.advance(START_TS + 3 * HOUR_MS)
        assert exchange.account("ann").balance == RICH - 4_500_000
        assert exchange.position("ann", "COIN").funding_since_open == 4_500_000

    def test_the_premium_is_sampled_from_impact_prices(self):
        exchange = self.held()
        exchange.submit(ask("bob", BUY, 5, 110))  # impact bid of 1000 dollars: 5 at 110 and 4.5 at 100
        exchange.submit(ask("bob", BUY, 5, 100))
        exchange.submit(ask("cy", SELL, 1, 120))
        impact = 1000 / (5 + 450 / 100)
        assert float(exchange.market("COIN").impact_bid) == pytest.approx(impact)
        assert exchange.market("COIN").impact_ask == 0
        assert exchange.market("COIN").premium == int((impact - 100) / 100 * 10**12)
        exchange.advance(START_TS + HOUR_MS // 2)
        exchange.cancel_all("bob")
        exchange.advance(START_TS + HOUR_MS)
        (event,) = told(exchange, FundingSet)
        half = (impact - 100) / 100 / 2
        assert event.premium / 10**12 == pytest.approx(half)
        assert event.rate / RATE_ONE == pytest.approx((half - 0.0005) / 8, abs=1e-10)
        exchange.advance(START_TS + 2 * HOUR_MS)
        event = told(exchange, FundingSet)[-1]
        assert (event.premium, event.samples, event.rate) == (0, 720, 125_000)

    def test_the_running_rate_is_that_of_the_hour_so_far(self):
        exchange = self.held()
        assert exchange.market("COIN").next_rate == 125_000
        exchange.submit(ask("bob", BUY, 50, 110))
        exchange.advance(START_TS + 5_000)
        assert exchange.market("COIN").next_rate == (10**9 - 5 * 10**6) // 8
        assert exchange.market("COIN").rate == 0

    def test_an_isolated_position_pays_out_of_its_margin(self):
        exchange = make(NO_FEES, COIN)
        exchange.set_leverage("ann", "COIN", 10, isolated=True)
        exchange.submit(ask("bob", SELL, 1000, 100))
        exchange.submit(ask("ann", BUY, 1000, 100))
        before = exchange.account("ann").balance
        exchange.advance(START_TS + HOUR_MS)
        assert exchange.account("ann").balance == before
        assert exchange.position("ann", "COIN").margin == 10_000 * USD - 1_250_000

    def test_what_rounding_leaves_is_the_exchanges(self):
        exchange = make(with_rules(funding=FundingRule(rounding=Rounding.UP)), replace(COIN, px_decimals=6))
        exchange.submit(ask("bob", SELL, 3, 100))
        exchange.submit(ask("ann", BUY, 1, 100))
        exchange.submit(ask("cy", BUY, 2, 100))
        exchange.advance(START_TS + HOUR_MS)
        assert [it.amount for it in told(exchange, Funded)] == [0, -1, -1]
        assert exchange.account("exchange").balance == 2
        assert money(exchange) == 3 * RICH

    def test_a_changed_position_counts_its_funding_anew_but_one_open_counts_on(self):
        exchange = self.held()
        exchange.advance(START_TS + HOUR_MS)
        exchange.submit(ask("bob", BUY, 10, 100))
        exchange.submit(ask("ann", SELL, 10))
        held = exchange.position("ann", "COIN")
        assert (held.funding, held.funding_since_open, held.funding_since_change) == (1_250_000, 1_250_000, 0)


class TestScheduledCancel:
    def test_it_cancels_all_at_its_time(self):
        exchange = make()
        order = exchange.submit(ask("ann", BUY, 1, 90))
        other = exchange.submit(ask("bob", BUY, 1, 90))
        assert exchange.schedule_cancel("ann", START_TS + 5000) is None
        exchange.advance(START_TS + 4999)
        assert order.status is Status.OPEN
        exchange.advance(START_TS + 6000)
        assert (order.reason, order.changed_ts, other.status) == (CancelReason.SCHEDULED, START_TS + 5000, Status.OPEN)
        assert [(it.fired, it.cancelled) for it in told(exchange, ScheduledCancel)] == [(False, 0), (True, 1)]

    def test_what_is_due_at_the_same_time_comes_in_the_order_it_was_set(self):
        exchange = make()
        soon = exchange.submit(ask("ann", BUY, 1, 90, expires_ts=START_TS + 5000))
        exchange.schedule_cancel("ann", START_TS + 5000)
        late = exchange.submit(ask("ann", BUY, 1, 91, expires_ts=START_TS + 5000))
        exchange.advance(START_TS + 5000)
        assert (soon.reason, late.reason) == (CancelReason.EXPIRED, CancelReason.SCHEDULED)

    def test_it_can_be_put_off_and_taken_away(self):
        exchange = make()
        order = exchange.submit(ask("ann", BUY, 1, 90))
        exchange.schedule_cancel("ann", START_TS + 5000)
        exchange.advance(START_TS + 3000)
        exchange.schedule_cancel("ann", START_TS + 9000)
        exchange.advance(START_TS + 8999)
        assert order.status is Status.OPEN
        exchange.schedule_cancel("ann")
        exchange.advance(START_TS + 60_000)
        assert order.status is Status.OPEN

    def test_it_is_refused_too_soon_too_often_and_without_volume(self):
        exchange = make(with_rules(schedule=ScheduleRule(per_day=2, volume=100 * USD)))
        assert exchange.schedule_cancel("ann", START_TS + 5000) == Refused(Refusal.SCHEDULE_VOLUME, 0, 100 * USD)
        exchange.submit(ask("bob", SELL, 1, 100))
        exchange.submit(ask("ann", BUY, 1, 100))
        assert exchange.schedule_cancel("ann", START_TS + 4999) == Refused(Refusal.SCHEDULE_SOON, 4999, 5000)
        for fired in (1, 2):
            assert exchange.schedule_cancel("ann", START_TS + fired * 10_000) is None
            exchange.advance(START_TS + fired * 10_000)
        assert exchange.schedule_cancel("ann", START_TS + 90_000) == Refused(Refusal.SCHEDULE_COUNT, 2, 2)
        exchange.advance(START_TS + DAY_MS)
        assert exchange.schedule_cancel("ann", START_TS + DAY_MS + 5000) is None
