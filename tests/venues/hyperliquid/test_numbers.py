"""Numbers as text, and what the venue would refuse."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.grid import Price
from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Bracket, Placement, RejectCode
from paddock.venues.hyperliquid.codec import numbers
from paddock.venues.hyperliquid.codec.numbers import (
    aggressive_px,
    lots,
    lots_text,
    micros,
    on_grid_towards,
    px_text,
    usd_text,
)
from paddock.venues.hyperliquid.codec.reading import Garbled
from paddock.venues.hyperliquid.codec.rules import CAPS, breach
from tests.venues.hyperliquid.recorded import listing

SPECS = st.integers(0, 5).map(
    lambda decimals: Instrument("hyperliquid", "X", px_decimals=6 - decimals, qty_decimals=decimals, sig_figs=5)
)


@st.composite
def grid_prices(draw):
    """An instrument and a price on its grid, from a few ticks to millions."""
    spec = draw(SPECS)
    ticks = draw(st.integers(1, 99_999)) * 10 ** draw(st.integers(0, 7))
    step = spec.step_ticks(ticks)
    return spec, Price(max(ticks // step, 1) * step, spec)


@given(grid_prices())
def test_a_price_has_one_spelling_that_means_it(given):
    spec, price = given
    text = px_text(spec, float(price.decimal))
    assert Decimal(text) == price.decimal and "e" not in text.lower()
    assert "." not in text or not text.endswith(("0", "."))
    assert numbers.px(text) == float(price.decimal)


@pytest.mark.parametrize(
    ("decimals", "px", "text"),
    [
        (5, 83767.0, "83767"),
        (5, 123456.0, "123456"),  # a whole number is always a price
        (4, 1670.1, "1670.1"),
        (0, 0.001565, "0.001565"),
        (1, 0.77389, "0.77389"),
        (0, 0.000001, "0.000001"),
    ],
)
def test_prices_are_written_as_the_venues_clients_write_them(decimals, px, text):
    assert px_text(Instrument("v", "X", px_decimals=6 - decimals, qty_decimals=decimals, sig_figs=5), px) == text


@pytest.mark.parametrize("px", [83767.5, 12345.67, 0.0, -1.0, math.nan, math.inf, 1e308, 0.01])
def test_a_price_off_the_grid_is_not_sent(px):
    with pytest.raises(Invalid):
        px_text(Instrument("v", "BTC", px_decimals=1, qty_decimals=5, sig_figs=5), px)


@given(st.integers(1, 10**15), SPECS)
def test_lots_go_out_and_come_back(count, spec):
    text = lots_text(spec, count)
    assert lots(text, spec.qty_decimals) == count == lots(text + ("0" if "." in text else ".0"), spec.qty_decimals)
    assert Decimal(text) == spec.qty(count)


@pytest.mark.parametrize(
    ("text", "decimals", "count"),
    [
        ("6.87634", 5, 687634),
        ("2000", 0, 2000),
        ("-1.1862", 4, -11862),
        ("-0.5", 1, -5),
        ("897134.8736000003", 4, 8971348736),
    ],
)
def test_lots_are_read_exactly_and_binary_noise_is_none(text, decimals, count):
    assert lots(text, decimals) == count


@pytest.mark.parametrize(
    ("text", "amount"), [("38252.7", 38252700000), ("4564270.1109969998", 4564270110997), ("-0.0000005", 0)]
)
def test_money_is_the_nearest_micro_dollar(text, amount):
    assert micros(text) == amount


@given(st.integers(-(10**15), 10**15))
def test_money_goes_out_and_comes_back(amount):
    assert micros(usd_text(amount)) == amount


@pytest.mark.parametrize("text", ["", "nan", "inf", "1e5", " 1", "1_0", "+1", "1.", ".5", "١", "1" * 31, "1\n", "--1"])
def test_what_is_no_plain_number_is_none(text):
    for read in (numbers.number, numbers.px, micros, lambda t: lots(t, 2)):
        with pytest.raises(Garbled):
            read(text)


@pytest.mark.parametrize("seen", [None, 1, 1.5, True, [], {}])
def test_a_number_that_is_no_text_is_none(seen):
    with pytest.raises(TypeError):
        numbers.number(seen)


def test_half_a_lot_is_none():
    with pytest.raises(Garbled):
        lots("1.25", 1)


@given(grid_prices(), st.sampled_from(Side), st.sampled_from([Decimal("0.05"), Decimal("0.1"), Decimal("0.001")]))
def test_an_aggressive_price_stays_within_its_bound_and_near_it(given, side, slippage):
    spec, price = given
    assume(price.ticks > 1000)
    bound = price.decimal * (1 + side * slippage)
    found = Decimal(repr(aggressive_px(spec, side, float(price.decimal), slippage)))
    step = spec.step_ticks(int(bound.scaleb(spec.px_decimals))) * spec.tick
    assert 0 <= (bound - found) * side < step * 10
    assert px_text(spec, float(found))


@given(SPECS, st.floats(1.0, 1e6), st.sampled_from(Side))
def test_a_bound_is_never_made_worse_by_rounding(spec, bound, side):
    rounded = on_grid_towards(spec, side, bound)
    assert (rounded - bound) * side <= 0
    assert px_text(spec, rounded)


def order(kind=OrderKind.LIMIT, symbol="ETH", lots=1000, px=2000.0, **more) -> Placement:
    named = {"client_id": "c", "account_id": "a", "book": "b", "sent_ts": 0, "expires_ts": 0, "side": Side.BUY}
    return Placement(symbol=symbol, kind=kind, lots=lots, px=px, **named | more)


def refused(placed: Placement, ref_px=2000.0, held=None, **more) -> RejectCode | None:
    found = breach(placed, listing()[placed.symbol], ref_px, held, **more)
    return found and found.code


def test_an_order_within_the_rules_is_not_refused():
    assert refused(order()) is None
    assert refused(order(OrderKind.MARKET, px=0.0)) is None
    assert refused(order(OrderKind.STOP, px=1900.0, side=Side.SELL, reduce_only=True), held=1000) is None
    assert refused(order(OrderKind.TWAP, px=0.0), minutes=5) is None
    assert refused(order(bracket=Bracket(stop_px=1900.0, take_px=2100.0))) is None


@pytest.mark.parametrize(
    ("placed", "code"),
    [
        (order(px=2000.01), RejectCode.TICK),
        (order(px=math.nan), RejectCode.TICK),
        (order(px=0.0), RejectCode.TICK),
        (order(OrderKind.STOP, px=0.0), RejectCode.TICK),
        (order(bracket=Bracket(stop_px=1999.99)), RejectCode.TICK),
        (order(lots=0), RejectCode.LOT),
        (order(lots=-5), RejectCode.LOT),
        (order(lots=49), RejectCode.MIN_NOTIONAL),
        (order(leverage=26.0), RejectCode.LEVERAGE),
        (order(px=3901.0), RejectCode.OTHER),
        (order(px=99.0, lots=9000), RejectCode.OTHER),
        (order(OrderKind.TRAIL, px=0.0, pct=5.0), RejectCode.NOT_ALLOWED),
        (order(bracket=Bracket(trail_pct=5.0)), RejectCode.NOT_ALLOWED),
        (order(OrderKind.TWAP, px=0.0, bracket=Bracket(stop_px=1900.0)), RejectCode.NOT_ALLOWED),
        (order(OrderKind.MARKET, px=0.0, lots=150_000_001), RejectCode.OTHER),
        (order(symbol="MATIC", px=0.5), RejectCode.HALTED),
    ],
)
def test_what_the_venue_would_refuse_is_refused_here(placed, code):
    assert refused(placed) is code


def test_the_smallest_notional_is_one_order_of_ten_dollars():
    assert refused(order(lots=50)) is None
    assert refused(order(OrderKind.MARKET, lots=49, px=0.0)) is RejectCode.MIN_NOTIONAL
    assert refused(order(OrderKind.MARKET, lots=49, px=0.0), ref_px=0.0) is None  # nobody knows


def test_only_closing_all_has_no_smallest_notional():
    part = order(OrderKind.MARKET, px=0.0, lots=40, side=Side.SELL, reduce_only=True)
    assert refused(part, held=41) is RejectCode.MIN_NOTIONAL
    assert refused(part, held=40) is None and refused(part, held=-40) is None
    assert refused(part, held=None) is None


def test_a_limit_order_may_be_worth_ten_times_a_market_order():
    lots = CAPS[0][1] // 10**6 * 10_000 // 2000
    assert refused(order(OrderKind.MARKET, px=0.0, lots=lots)) is None
    assert refused(order(OrderKind.MARKET, px=0.0, lots=lots + 1)) is RejectCode.OTHER
    assert refused(order(lots=lots * 10)) is None and refused(order(lots=lots * 10 + 1)) is RejectCode.OTHER


@pytest.mark.parametrize(
    ("minutes", "code"), [(4, RejectCode.NOT_ALLOWED), (1441, RejectCode.NOT_ALLOWED), (21, RejectCode.MIN_NOTIONAL)]
)
def test_a_twap_lasts_five_minutes_to_a_day_at_ten_dollars_a_minute(minutes, code):
    assert refused(order(OrderKind.TWAP, px=0.0, lots=1000), minutes=minutes) is code
