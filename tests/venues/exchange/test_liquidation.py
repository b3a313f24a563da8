"""Who can no longer carry a position loses it: to the book first, to the backstop in the end."""

from dataclasses import replace

import pytest

from paddock.venues.exchange import Status, TwapRequest
from paddock.venues.exchange.events import CancelReason, Liquidated, Method, MoneyMoved, Move, TwapState
from paddock.venues.exchange.rules import FeeTier, LiquidationRule
from paddock.venues.exchange.units import RATE_ONE, USD

from .kit import BUY, COIN, NO_FEES, RICH, SELL, START_TS, ask, lots, make, money, stop, told, trades, with_rules


def held(size=10, funds=100, rules=NO_FEES, bids=(), isolated=False, contract=COIN):
    """Ann is long at 100, ten times her money; bob's bids are what the book then has."""
    exchange = make(rules, contract, deposits=(("ann", funds * USD), ("bob", RICH)))
    exchange.set_leverage("ann", "COIN", 10, isolated=isolated)
    exchange.submit(ask("bob", SELL, size, 100))
    exchange.submit(ask("ann", BUY, size, 100))
    for px, many in bids:
        exchange.submit(ask("bob", BUY, many, px))
    return exchange


def test_above_maintenance_nothing_happens():
    exchange = held(bids=[(95, 10)])
    exchange.set_prices("COIN", 95)
    assert exchange.account("ann").equity == 50 * USD
    assert exchange.account("ann").maintenance == 47_500_000
    assert told(exchange, Liquidated) == [] and lots(exchange, "ann") == 10


def test_below_it_the_position_goes_to_the_book_and_what_is_left_stays_the_accounts():
    exchange = held(bids=[(94, 4), (93, 20)])
    order = exchange.submit(ask("ann", SELL, 1, 130))
    exchange.set_prices("COIN", 94)
    (event,) = told(exchange, Liquidated)
    assert (event.account, event.symbol, event.method) == ("ann", "", Method.LIQUIDATION)
    assert (event.equity, event.maintenance, event.value) == (40 * USD, 47 * USD, 940 * USD)
    assert (order.status, order.reason) == (Status.CANCELLED, CancelReason.LIQUIDATED)
    assert [(it.px, it.lots, it.method, it.liquidated) for it in trades(exchange)[1:]] == [
        (94, 4, Method.LIQUIDATION, "ann"),
        (93, 6, Method.LIQUIDATION, "ann"),
    ]
    assert exchange.account("ann").balance == (100 - 4 * 6 - 6 * 7) * USD


def test_it_does_not_sell_beyond_its_slippage():
    exchange = held(bids=[(85, 5), (84, 5)])
    exchange.set_prices("COIN", 94)
    assert lots(exchange, "ann") == 5
    assert [it.px for it in trades(exchange)[1:]] == [85]


def test_far_below_the_backstop_takes_it_at_the_mark_and_keeps_the_rest():
    exchange = held(bids=[(92, 20)])
    exchange.set_prices("COIN", 93)  # equity 30, two thirds of maintenance 31
    (event,) = told(exchange, Liquidated)
    assert event.method is Method.BACKSTOP
    trade = trades(exchange)[-1]
    assert (trade.px, trade.lots, trade.method, trade.liquidated) == (93, 10, Method.BACKSTOP, "ann")
    assert (trade.maker.account, trade.maker.realised, trade.maker.fee) == ("ann", -70 * USD, 0)
    assert (lots(exchange, "ann"), lots(exchange, "backstop")) == (0, 10)
    assert (exchange.account("ann").balance, exchange.account("backstop").balance) == (0, 30 * USD)
    moved = told(exchange, MoneyMoved)[-1]
    assert (moved.move, moved.amount, moved.balance) == (Move.BACKSTOP, -30 * USD, 0)


def test_beyond_all_money_the_backstop_bears_it():
    exchange = held()
    exchange.set_prices("COIN", 80)
    assert (exchange.account("ann").balance, exchange.account("backstop").balance) == (0, -100 * USD)
    assert money(exchange) == RICH + 100 * USD


def test_a_position_that_nobody_bought_goes_to_the_backstop_when_it_has_fallen_further():
    exchange = held()
    exchange.set_prices("COIN", 94)
    assert lots(exchange, "ann") == 10
    exchange.set_prices("COIN", 93)
    assert lots(exchange, "ann") == 0


class TestLarge:
    RULES = with_rules(liquidation=LiquidationRule(whole_below=500 * USD))

    def test_a_fifth_first_then_all_for_half_a_minute(self):
        exchange = held(bids=[(94, 100)], rules=self.RULES)
        exchange.set_prices("COIN", 94)
        assert lots(exchange, "ann") == 8
        exchange.advance(START_TS + 29_999)
        exchange.set_prices("COIN", 94)
        assert lots(exchange, "ann") == 8  # 40 dollars carry 8 coins again
        exchange.set_prices("COIN", 93)
        assert lots(exchange, "ann") == 0

    def test_after_it_a_fifth_again(self):
        exchange = held(bids=[(94, 2)], rules=self.RULES)
        exchange.set_prices("COIN", 94)
        exchange.advance(START_TS + 30_000)
        exchange.submit(ask("bob", BUY, 100, 93))
        exchange.set_prices("COIN", 93)
        assert lots(exchange, "ann") == 7


def test_the_largest_goes_first_and_the_rest_stays_when_that_is_enough():
    gem = replace(COIN, symbol="GEM")
    exchange = type(make())(NO_FEES, [COIN, gem], START_TS, None)
    exchange.deposit("ann", 100 * USD)
    exchange.deposit("bob", RICH)
    for symbol, size in (("COIN", 7), ("GEM", 3)):
        exchange.set_prices(symbol, 100)
        exchange.submit(ask("bob", SELL, size, 100, symbol=symbol))
        exchange.submit(ask("ann", BUY, size, 100, symbol=symbol))
        exchange.submit(ask("bob", BUY, size, 99, symbol=symbol))
    exchange.set_prices("GEM", 82)
    assert (lots(exchange, "ann", "COIN"), lots(exchange, "ann", "GEM")) == (0, 3)


class TestIsolated:
    def test_only_its_own_margin_counts_and_only_its_orders_go(self):
        exchange = held(funds=1000, bids=[(95, 3), (94, 30)], isolated=True)
        own = exchange.submit(ask("ann", SELL, 1, 130))
        exchange.set_prices("COIN", 94)
        (event,) = told(exchange, Liquidated)
        assert (event.symbol, event.equity, event.method) == ("COIN", 40 * USD, Method.LIQUIDATION)
        assert own.reason is CancelReason.LIQUIDATED
        assert exchange.account("ann").balance == (1000 - 3 * 5 - 7 * 6) * USD

    def test_the_backstop_takes_its_margin_and_no_more(self):
        exchange = held(funds=1000, isolated=True)
        exchange.set_prices("COIN", 92)
        assert (exchange.account("ann").balance, exchange.account("backstop").balance) == (900 * USD, 20 * USD)
        exchange = held(funds=1000, isolated=True)
        exchange.set_prices("COIN", 80)
        assert (exchange.account("ann").balance, exchange.account("backstop").balance) == (900 * USD, -100 * USD)


def test_a_trade_may_be_what_liquidates():
    exchange = make(
        with_rules(fee_tiers=(FeeTier(0, 0, RATE_ONE * 6 // 100),)), deposits=(("ann", 100 * USD), ("bob", RICH))
    )
    exchange.submit(ask("bob", SELL, 10, 100))
    exchange.submit(ask("bob", BUY, 10, 99))
    exchange.submit(ask("ann", BUY, 10, 100))
    assert told(exchange, Liquidated) and lots(exchange, "ann") == 0


def test_the_liquidated_may_pay_a_fee():
    rules = with_rules(liquidation=LiquidationRule(fee_rate=RATE_ONE // 100, fee_of_maintenance=RATE_ONE // 10))
    exchange = held(bids=[(94, 100)], rules=rules)
    exchange.set_prices("COIN", 94)
    assert trades(exchange)[-1].taker.fee == 9_400_000
    rules = with_rules(liquidation=LiquidationRule(fee_rate=RATE_ONE // 1000, fee_of_maintenance=RATE_ONE // 10))
    exchange = held(bids=[(94, 100)], rules=rules)
    exchange.set_prices("COIN", 94)
    assert trades(exchange)[-1].taker.fee == 4_700_000


def test_waiting_orders_and_twaps_end_with_it():
    exchange = held(bids=[(94, 100)])
    waiting = exchange.submit(stop("ann", SELL, 80))
    twap = exchange.submit_twap(TwapRequest("ann", "COIN", BUY, 100, 600_000))
    exchange.set_prices("COIN", 94)
    assert (waiting.reason, twap.state) == (CancelReason.LIQUIDATED, TwapState.ENDED)


@pytest.mark.parametrize("side", [BUY, SELL])
def test_a_short_is_liquidated_as_a_long_is(side):
    exchange = make(deposits=(("ann", 100 * USD), ("bob", RICH)))
    other = SELL if side is BUY else BUY
    exchange.submit(ask("bob", other, 10, 100))
    exchange.submit(ask("ann", side, 10, 100))
    px = 94 if side is BUY else 106
    exchange.submit(ask("bob", side, 10, px))
    exchange.set_prices("COIN", px)
    assert (lots(exchange, "ann"), exchange.account("ann").balance) == (0, 40 * USD)
