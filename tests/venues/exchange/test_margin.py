"""What an account may risk, and where its positions end."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.exchange import Refusal, Refused, Status
from paddock.venues.exchange.events import CancelReason, LeverageChanged, MoneyMoved, Move, PositionChanged
from paddock.venues.exchange.rules import Contract, MarginTier
from paddock.venues.exchange.units import USD

from .kit import BUY, COIN, NO_FEES, RICH, SELL, ask, lots, make, money, told, with_rules

TIERED = replace(COIN, max_leverage=40, tiers=(MarginTier(1000 * USD, 20), MarginTier(5000 * USD, 3)))


def poor(amount=100, rules=NO_FEES, contract=COIN):
    """Ann has little, bob offers much."""
    exchange = make(rules, contract, deposits=(("ann", amount * USD), ("bob", RICH)))
    exchange.submit(ask("bob", SELL, 1000, 100))
    exchange.submit(ask("bob", BUY, 1000, 99))
    return exchange


class TestInitial:
    def test_an_order_needs_its_value_by_the_leverage(self):
        exchange = poor(100)
        assert exchange.submit(ask("ann", BUY, 11, 100)).refused == Refused(Refusal.MARGIN, 110 * USD, 100 * USD)
        assert exchange.submit(ask("ann", BUY, 10, 100)).status is Status.FILLED

    def test_open_orders_hold_margin_too_one_side_at_a_time(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 8, 50))
        exchange.submit(ask("ann", BUY, 8, 50))
        assert exchange.account("ann").reserved == 80 * USD
        assert exchange.submit(ask("ann", SELL, 8, 100)).refused is None
        assert exchange.account("ann").reserved == 80 * USD
        assert exchange.submit(ask("ann", BUY, 5, 50)).refused == Refused(Refusal.MARGIN, 105 * USD, 100 * USD)
        exchange.cancel_all("ann")
        assert exchange.account("ann").reserved == 0

    def test_of_an_order_that_traded_in_part_only_the_rest_is_an_open_order(self):
        exchange = make(deposits=(("ann", 100 * USD), ("bob", RICH)))
        exchange.submit(ask("bob", SELL, 5, 100))
        exchange.submit(ask("ann", BUY, 7, 100))
        assert exchange.account("ann").reserved == 70 * USD
        exchange.submit(ask("bob", SELL, 1, 100))
        assert exchange.account("ann").reserved == 70 * USD
        exchange.cancel_all("ann")
        assert exchange.account("ann").reserved == 60 * USD

    def test_what_only_reduces_needs_none(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 10, 100))
        exchange.set_prices("COIN", 96)
        assert exchange.account("ann").equity == 60 * USD
        assert exchange.submit(ask("ann", BUY, 1, 90)).refused is not None
        assert exchange.submit(ask("ann", SELL, 4, 120)).refused is None
        assert exchange.submit(ask("ann", SELL, 10)).status is Status.FILLED

    def test_turning_a_position_needs_what_the_new_one_needs(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 10, 100))
        assert exchange.submit(ask("ann", SELL, 20, 120)).refused == Refused(Refusal.MARGIN, 140 * USD, 100 * USD)
        assert exchange.submit(ask("ann", SELL, 16, 120)).refused is None

    def test_a_resting_order_that_can_no_longer_be_carried_is_cancelled_when_it_is_met(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 5, 100))
        resting = exchange.submit(ask("ann", BUY, 5, 98))
        exchange.cancel_all("bob")
        exchange.set_prices("COIN", 90)
        taker = exchange.submit(ask("bob", SELL, 5, 98))
        assert (resting.status, resting.reason) == (Status.CANCELLED, CancelReason.MARGIN)
        assert taker.status is Status.OPEN and lots(exchange, "ann") == 5

    def test_leverage_is_bounded_by_the_size_of_the_position(self):
        exchange = poor(10_000, contract=TIERED)
        assert exchange.submit(ask("ann", BUY, 9, 100)).refused is None
        assert exchange.submit(ask("ann", BUY, 2, 100)).refused == Refused(Refusal.LEVERAGE_TIER, 40, 20)
        assert exchange.set_leverage("ann", "COIN", 20) is None
        assert exchange.submit(ask("ann", BUY, 2, 100)).refused is None

    def test_profit_not_yet_realised_carries_more(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 10, 100))
        exchange.set_prices("COIN", 120)
        assert exchange.submit(ask("ann", BUY, 15, 100)).status is Status.FILLED


@given(value=st.integers(0, 10_000 * USD))
def test_maintenance_is_half_the_initial_margin_tier_by_tier(value):
    """Against the venues' formula: value * rate - deduction, each tier's deduction built from the one before."""
    deduction = rate = Fraction(0)
    expected = Fraction(0)
    for lower, leverage in ((0, 40), (1000 * USD, 20), (5000 * USD, 3)):
        deduction += lower * (Fraction(1, 2 * leverage) - rate)
        rate = Fraction(1, 2 * leverage)
        if value >= lower:
            expected = value * rate - deduction
    assert TIERED.maintenance(value) == -(-expected.numerator // expected.denominator)


class TestAccount:
    def test_the_sums_of_a_cross_account(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 6, 100))
        exchange.submit(ask("ann", BUY, 1, 90))
        exchange.set_prices("COIN", 110)
        view = exchange.account("ann")
        assert (view.balance, view.equity, view.cross_equity) == (100 * USD, 160 * USD, 160 * USD)
        assert (view.value, view.margin_used, view.reserved) == (660 * USD, 66 * USD, 75 * USD)
        assert (view.maintenance, view.withdrawable) == (33 * USD, 85 * USD)
        (held,) = view.positions
        assert (held.entry, held.cost, held.unrealised, held.leverage) == (100, 600 * USD, 60 * USD, 10)

    def test_a_tenth_of_the_value_stays_whatever_the_leverage(self):
        exchange = poor(1000, contract=replace(COIN, max_leverage=50))
        exchange.submit(ask("ann", BUY, 50, 100))
        assert exchange.account("ann").withdrawable == 500 * USD
        assert exchange.withdraw("ann", 500 * USD + 1) == Refused(Refusal.BALANCE, 500 * USD + 1, 500 * USD)
        assert exchange.withdraw("ann", 0) == Refused(Refusal.BALANCE, 0, 500 * USD)
        assert exchange.withdraw("ann", 500 * USD) is None
        assert exchange.account("ann").balance == 500 * USD

    def test_money_moves_between_accounts(self):
        exchange = poor(100)
        assert exchange.transfer("ann", "dee", 60 * USD) is None
        assert exchange.transfer("ann", "dee", 60 * USD) == Refused(Refusal.BALANCE, 60 * USD, 40 * USD)
        assert exchange.account("dee").balance == 60 * USD
        moved = told(exchange, MoneyMoved)[-2:]
        assert [(it.account, it.move, it.amount, it.other) for it in moved] == [
            ("ann", Move.TRANSFER, -60 * USD, "dee"),
            ("dee", Move.TRANSFER, 60 * USD, "ann"),
        ]

    @pytest.mark.parametrize("side", [BUY, SELL])
    @pytest.mark.parametrize("isolated", [False, True])
    def test_the_liquidation_price_is_where_equity_meets_maintenance(self, side, isolated):
        exchange = poor(150, contract=replace(COIN, px_decimals=2, max_leverage=20))
        exchange.set_prices("COIN", 10_000)
        exchange.cancel_all("bob")
        exchange.submit(ask("bob", SELL if side is BUY else BUY, 10, 10_000))
        exchange.set_leverage("ann", "COIN", 10, isolated=isolated)
        exchange.submit(ask("ann", side, 10, 10_000))
        exchange.set_prices("COIN", 9_900 if side is BUY else 10_100)
        px = exchange.position("ann", "COIN").liquidation_px
        margin = 100 if isolated else 150
        # 10 coins: margin + side * 10 * (px - 100) = 10 * px / 40, in dollars
        assert (
            px
            == (Fraction(1000 - margin) / Fraction(39, 4) if side is BUY else Fraction(1000 + margin) / Fraction(41, 4))
            * 100
        )
        inward = 1 if side is BUY else -1
        exchange.set_prices("COIN", int(px) + (1 if side is BUY else 0))
        assert lots(exchange, "ann") == 10 * inward
        exchange.set_prices("COIN", int(px) - inward + (0 if side is BUY else 1))
        assert exchange.account("ann").equity * 2 < 200 * USD

    def test_a_long_that_no_price_liquidates_has_none_above_zero(self):
        exchange = poor(10_000)
        exchange.submit(ask("ann", BUY, 10, 100))
        assert exchange.position("ann", "COIN").liquidation_px < 0
        assert exchange.position("bob", "COIN").liquidation_px > 1_000_000
        assert exchange.position("dee", "COIN").liquidation_px == 0

    def test_positions_that_share_an_account_share_its_equity(self):
        other = replace(COIN, symbol="GEM")
        exchange = make(NO_FEES, COIN, deposits=(("ann", 100 * USD), ("bob", RICH)))
        exchange = type(exchange)(NO_FEES, [COIN, other], exchange.now_ts, None)
        exchange.deposit("ann", 100 * USD)
        exchange.deposit("bob", RICH)
        for symbol in ("COIN", "GEM"):
            exchange.set_prices(symbol, 100)
            exchange.submit(ask("bob", SELL, 100, 100, symbol=symbol))
            exchange.submit(ask("ann", BUY, 5, 100, symbol=symbol))
        exchange.set_prices("GEM", 110)
        exchange.set_prices("COIN", 82)
        assert exchange.account("ann").equity == 60 * USD
        # moving alone, COIN may lose what the account has above the maintenance of both
        spare = 60 - (82 * 5 + 110 * 5) / 20
        assert float(exchange.position("ann", "COIN").liquidation_px) == pytest.approx(82 - spare / 5 / 0.95)


class TestLeverage:
    def test_it_is_within_the_contract_and_told(self):
        exchange = poor()
        assert exchange.set_leverage("ann", "COIN", 0) == Refused(Refusal.LEVERAGE, 0, 10)
        assert exchange.set_leverage("ann", "COIN", 11) == Refused(Refusal.LEVERAGE, 11, 10)
        assert exchange.set_leverage("ann", "COIN", 5) is None
        (event,) = told(exchange, LeverageChanged)
        assert (event.account, event.leverage, event.isolated) == ("ann", 5, False)

    def test_by_default_it_is_the_largest_or_the_venues(self):
        assert poor().position("ann", "COIN").leverage == 10
        exchange = poor(rules=with_rules(default_leverage=3))
        assert exchange.position("ann", "COIN").leverage == 3

    def test_lowering_it_with_a_position_needs_the_margin_or_is_forbidden(self):
        exchange = poor(100)
        exchange.submit(ask("ann", BUY, 5, 100))
        assert exchange.set_leverage("ann", "COIN", 4) == Refused(Refusal.MARGIN, 125 * USD, 100 * USD)
        assert exchange.position("ann", "COIN").leverage == 10
        assert exchange.set_leverage("ann", "COIN", 5) is None
        assert exchange.account("ann").margin_used == 100 * USD
        exchange = poor(100, with_rules(lower_leverage=False))
        exchange.set_leverage("ann", "COIN", 5)
        exchange.submit(ask("ann", BUY, 1, 100))
        assert exchange.set_leverage("ann", "COIN", 4) == Refused(Refusal.LEVERAGE_DOWN, 4, 5)
        assert exchange.set_leverage("ann", "COIN", 6) is None

    def test_the_margin_mode_stays_while_there_is_a_position(self):
        exchange = poor()
        assert exchange.set_margin_mode("ann", "COIN", isolated=True) is None
        exchange.submit(ask("ann", BUY, 5, 100))
        assert exchange.set_margin_mode("ann", "COIN", isolated=False) == Refused(Refusal.MARGIN_MODE, 5)
        only = poor(contract=replace(COIN, isolated_only=True))
        assert only.position("ann", "COIN").isolated
        assert only.set_margin_mode("ann", "COIN", isolated=False) == Refused(Refusal.ISOLATED_ONLY)


class TestIsolated:
    def held(self, leverage=5, size=10, funds=1000):
        exchange = poor(funds)
        exchange.set_leverage("ann", "COIN", leverage, isolated=True)
        exchange.submit(ask("ann", BUY, size, 100))
        return exchange

    def test_a_position_takes_its_margin_out_of_the_balance(self):
        exchange = self.held()
        view = exchange.account("ann")
        (held,) = view.positions
        assert (held.margin, view.balance, view.equity, view.cross_equity) == (
            200 * USD,
            800 * USD,
            1000 * USD,
            800 * USD,
        )
        assert [it.margin for it in told(exchange, PositionChanged) if it.account == "ann"] == [200 * USD]
        exchange.set_prices("COIN", 95)
        assert exchange.account("ann").cross_equity == 800 * USD
        assert exchange.position("ann", "COIN").margin_used == 150 * USD

    def test_closing_a_part_gives_its_share_back_with_the_profit(self):
        exchange = self.held()
        exchange.submit(ask("ann", SELL, 4, 99))
        assert exchange.position("ann", "COIN").margin == 120 * USD
        assert exchange.account("ann").balance == (800 + 80 - 4) * USD
        exchange.submit(ask("ann", SELL, 6, 99))
        assert exchange.account("ann").balance == 990 * USD

    def test_a_loss_beyond_the_share_stays_with_the_position_and_beyond_all_with_the_backstop(self):
        exchange = self.held(leverage=10)
        exchange.cancel_all("bob")
        exchange.submit(ask("bob", BUY, 10, 85))
        exchange.submit(ask("ann", SELL, 5))
        assert exchange.position("ann", "COIN").margin == 25 * USD
        exchange.submit(ask("ann", SELL, 5))
        assert exchange.account("ann").balance == 900 * USD
        assert exchange.account("backstop").balance == -50 * USD
        assert money(exchange) == RICH + 1000 * USD

    def test_open_orders_hold_margin_of_the_balance(self):
        exchange = self.held(funds=300)
        assert exchange.account("ann").withdrawable == 100 * USD
        exchange.submit(ask("ann", BUY, 4, 90))
        assert exchange.account("ann").reserved == 72 * USD
        assert exchange.submit(ask("ann", BUY, 2, 90)).refused == Refused(Refusal.MARGIN, 108 * USD, 100 * USD)

    def test_margin_is_added_and_what_is_free_taken_out(self):
        exchange = self.held()
        assert exchange.add_isolated_margin("ann", "COIN", 801 * USD) == Refused(Refusal.BALANCE, 801 * USD, 800 * USD)
        assert exchange.add_isolated_margin("ann", "COIN", 50 * USD) is None
        assert exchange.position("ann", "COIN").margin == 250 * USD
        assert exchange.add_isolated_margin("ann", "COIN", -51 * USD) == Refused(Refusal.BALANCE, 51 * USD, 50 * USD)
        assert exchange.add_isolated_margin("ann", "COIN", -50 * USD) is None
        moved = told(exchange, MoneyMoved)[-1]
        assert (moved.move, moved.amount, moved.balance, moved.symbol) == (Move.MARGIN, 50 * USD, 800 * USD, "COIN")

    def test_there_must_be_an_isolated_position(self):
        exchange = poor()
        assert exchange.add_isolated_margin("ann", "COIN", USD) == Refused(Refusal.NOT_ISOLATED)
        exchange.set_margin_mode("ann", "COIN", isolated=True)
        assert exchange.add_isolated_margin("ann", "COIN", USD) == Refused(Refusal.NO_POSITION)

    def test_lowering_leverage_tops_the_margin_up(self):
        exchange = self.held()
        assert exchange.set_leverage("ann", "COIN", 2) is None
        assert exchange.position("ann", "COIN").margin == 500 * USD
        assert exchange.set_leverage("ann", "COIN", 10) is None
        assert exchange.position("ann", "COIN").margin == 500 * USD
        poorer = self.held(funds=300)
        assert poorer.set_leverage("ann", "COIN", 2) == Refused(Refusal.MARGIN, 300 * USD, 100 * USD)

    def test_raising_it_moves_nothing(self):
        exchange = self.held()
        exchange.set_prices("COIN", 85)
        assert exchange.set_leverage("ann", "COIN", 10) is None
        assert exchange.position("ann", "COIN").margin == 200 * USD


def test_values_finer_than_a_micro_dollar_round_down_alike_for_both_sides():
    fine = Contract("COIN", px_decimals=5, qty_decimals=2, max_leverage=3)
    assert fine.micros(19) == 1 and fine.tick_lots(1) == 10
    exchange = make(NO_FEES, fine, mark=70_001)
    exchange.submit(ask("bob", SELL, 3, 70_001))
    exchange.submit(ask("ann", BUY, 3, 70_001))
    assert exchange.position("ann", "COIN").cost == -exchange.position("bob", "COIN").cost == 21_000
