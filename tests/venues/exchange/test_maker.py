"""The market maker and the tape: a person alone finds somebody to trade with, the same each time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from paddock.core.seams import SeededRandom
from paddock.venues.exchange import Exchange, Status
from paddock.venues.exchange.events import OrderChanged
from paddock.venues.exchange.maker import MarketMaker, Quoting
from paddock.venues.exchange.tape import Candle, Point, Tape, points
from paddock.venues.exchange.units import RATE_ONE, USD

from .kit import BUY, COIN, NO_FEES, RICH, SELL, START_TS, ask, lots, money, told, trades

BTC = replace(COIN, symbol="BTC", px_decimals=1, qty_decimals=5, sig_figs=5, max_leverage=40)
ETH = replace(BTC, symbol="ETH", px_decimals=2, qty_decimals=4)
MINUTE_MS = 60_000


def stage(quoting=None, contracts=(BTC,)):
    exchange = Exchange(NO_FEES, contracts, START_TS, SeededRandom(1))
    exchange.deposit("ann", RICH)
    return exchange, [MarketMaker(exchange, contract.symbol, quoting) for contract in contracts]


def test_it_quotes_a_deep_book_around_the_price():
    exchange, (maker,) = stage(Quoting(spread=RATE_ONE // 1000, gap=RATE_ONE // 2000, levels=5, value=10_000 * USD))
    maker.move(650_000)
    depth, market = exchange.depth("BTC"), exchange.market("BTC")
    assert (len(depth.bids), len(depth.asks), market.mark, market.oracle) == (5, 5, 650_000, 650_000)
    assert market.bid <= 650_000 - 325 and market.ask >= 650_000 + 325 and market.ask - market.bid < 650 + 2 * 325
    assert all(level.px % 10 == 0 for level in (*depth.bids, *depth.asks))
    worth = [level.px * level.lots for level in depth.bids]
    assert all(9_000 * USD <= value <= 10_100 * USD for value in worth)
    order = exchange.submit(ask("ann", BUY, 10_000, symbol="BTC"))
    assert order.status is Status.FILLED and order.value <= 6_510 * USD


def test_it_fills_up_and_follows():
    exchange, (maker,) = stage()
    maker.move(650_000)
    whole = exchange.depth("BTC")
    exchange.submit(ask("ann", BUY, 100_000, symbol="BTC"))
    assert exchange.depth("BTC").asks != whole.asks
    maker.move(650_000)
    assert exchange.depth("BTC").asks == whole.asks
    maker.move(700_000)
    assert exchange.market("BTC").bid < 700_000 < exchange.market("BTC").ask


def test_a_small_move_leaves_most_quotes_where_they_stand():
    exchange, (maker,) = stage()
    maker.move(650_000)
    before = {order.order_id for order in exchange.open_orders("maker")}
    maker.move(650_060)
    after = {order.order_id for order in exchange.open_orders("maker")}
    assert len(before & after) >= 36


def test_what_the_price_passes_is_filled_at_its_own_price():
    exchange, (maker,) = stage()
    maker.move(650_000)
    low = exchange.submit(ask("ann", BUY, 1000, 640_000, symbol="BTC"))
    high = exchange.submit(ask("ann", SELL, 2000, 660_000, symbol="BTC"))
    maker.move(641_000)
    assert low.status is Status.OPEN
    maker.move(630_000)
    assert low.status is Status.FILLED and low.value == 640_000 * 1000
    maker.move(670_000)
    assert high.status is Status.FILLED and trades(exchange)[-1].px == 660_000


def test_volume_trades_in_the_direction_of_the_move_and_touches_resting_orders():
    exchange, (maker,) = stage()
    maker.move(650_000)
    inside = exchange.submit(ask("ann", SELL, 300, 649_990, symbol="BTC"))
    maker.move(650_010, lots=1000)
    assert inside.status is Status.FILLED
    assert [trade.taker.side for trade in trades(exchange)] == [BUY] * len(trades(exchange))
    assert sum(trade.lots for trade in trades(exchange)) >= 1000
    maker.move(649_000, lots=1000)
    assert trades(exchange)[-1].taker.side is SELL


def test_a_premium_shows_in_the_funding():
    exchange, (maker,) = stage(Quoting(premium=RATE_ONE // 100))
    maker.move(650_000)
    assert exchange.market("BTC").oracle == 643_564
    assert exchange.market("BTC").next_rate > 1_000_000


def test_the_makers_are_quiet_and_money_is_still_all_there():
    exchange, (maker,) = stage()
    for px in (650_000, 655_000, 640_000):
        maker.move(px, lots=5000)
        exchange.submit(ask("ann", BUY, 1000, symbol="BTC"))
    assert {event.account for event in told(exchange, OrderChanged)} == {"ann"}
    assert money(exchange) == RICH
    assert lots(exchange, "ann", "BTC") == 3000


candles = st.tuples(*[st.integers(5_000, 20_000)] * 4).map(
    lambda px: Candle(START_TS, px[0], max(px), min(px), px[1], lots=1000)
)


@given(candle=candles, steps=st.integers(1, 7))
def test_points_go_through_open_both_extremes_and_close(candle, steps):
    path = list(points([candle], MINUTE_MS, steps))
    assert (path[0].px, path[-1].px) == (candle.open, candle.close)
    assert (max(it.px for it in path), min(it.px for it in path)) == (candle.high, candle.low)
    assert (path[0].ts, path[-1].ts) == (START_TS, START_TS + MINUTE_MS - 1)
    assert [it.ts for it in path] == sorted({it.ts for it in path}) and len(path) == 3 * steps + 1
    assert sum(it.lots for it in path) == candle.lots


def test_a_rising_candle_falls_first():
    path = [it.px for it in points([Candle(START_TS, 100, 110, 90, 105)], MINUTE_MS, 1)]
    assert path == [100, 90, 110, 105]
    path = [it.px for it in points([Candle(START_TS, 100, 110, 90, 95)], MINUTE_MS, 1)]
    assert path == [100, 110, 90, 95]


def test_a_tape_plays_several_markets_in_order_and_the_exchange_keeps_time():
    exchange, (btc, eth) = stage(contracts=(BTC, ETH))
    tape = Tape(
        exchange,
        [
            (btc, [Point(START_TS, 650_000), Point(START_TS + 2000, 651_000)]),
            (eth, [Point(START_TS + 1000, 250_000), Point(START_TS + 3000, 251_000)]),
        ],
    )
    tape.advance(START_TS + 1500)
    assert (exchange.market("BTC").mark, exchange.market("ETH").mark) == (650_000, 250_000)
    assert (exchange.now_ts, tape.next_ts) == (START_TS + 1500, START_TS + 2000)
    order = exchange.submit(ask("ann", BUY, 1, 100_000, symbol="ETH", expires_ts=START_TS + 2500))
    tape.advance(START_TS + 9000)
    assert (exchange.market("BTC").mark, exchange.market("ETH").mark) == (651_000, 251_000)
    assert order.changed_ts == START_TS + 2500 and tape.next_ts is None


def test_the_same_tape_tells_the_same_story():
    def run():
        exchange, (maker,) = stage()
        track = points(
            [Candle(START_TS + n * MINUTE_MS, 650_000, 652_000, 647_000, 651_000, 10_000) for n in range(3)], MINUTE_MS
        )
        tape = Tape(exchange, [(maker, track)])
        for second in range(0, 180, 7):
            tape.advance(START_TS + second * 1000)
            exchange.submit(ask("ann", BUY if second % 2 else SELL, 500, symbol="BTC"))
        return exchange.events()

    assert run() == run()
