"""Prices and quantities lie on their instrument's grid; rounding to it goes in the named direction."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.grid import Price, Qty, round_px_down, round_px_up
from paddock.core.instrument import Instrument

from .values import BTC, FREE

decimals = st.decimals(min_value="0.00001", max_value="9999999", places=8)
instruments = st.builds(
    Instrument,
    venue=st.just("test"),
    symbol=st.just("X"),
    px_decimals=st.integers(0, 8),
    qty_decimals=st.just(2),
    sig_figs=st.sampled_from([0, 1, 3, 5]),
)


def on_grid(px: Decimal, instrument: Instrument) -> bool:
    """The venue's rule in its own words: decimals, and significant figures unless it is a whole number."""
    if px != round(px, instrument.px_decimals):
        return False
    figures = len(px.normalize().as_tuple().digits)
    return px == int(px) or not instrument.sig_figs or figures <= instrument.sig_figs


@given(instruments, decimals)
def test_rounding_lands_on_the_venues_grid_on_the_named_side(instrument, px):
    up = round_px_up(instrument, px)
    assert up.decimal >= px
    assert on_grid(up.decimal, instrument)
    try:
        down = round_px_down(instrument, px)
    except Invalid:
        assert up.decimal > px  # nothing on the grid lies below it but 0
        assert px < instrument.tick
    else:
        assert down.decimal <= px
        assert on_grid(down.decimal, instrument)
        assert (down == up) == on_grid(px, instrument)


@given(instruments, decimals, st.data())
def test_nothing_on_the_grid_lies_between_the_two_directions(instrument, px, data):
    assume(px >= instrument.tick)
    down, up = round_px_down(instrument, px), round_px_up(instrument, px)
    if up.ticks - down.ticks > 1:
        between = data.draw(st.integers(down.ticks + 1, up.ticks - 1))
        assert not on_grid(Decimal(between) * instrument.tick, instrument)


@given(instruments, decimals)
def test_a_price_is_accepted_exactly_when_it_is_on_the_grid(instrument, px):
    text = f"{px:f}"
    if on_grid(px, instrument):
        assert Price.parse(text, instrument).decimal == px
    else:
        with pytest.raises(Invalid) as caught:
            Price.parse(text, instrument)
        Price.parse(caught.value.suggestion, instrument)  # the suggestion is valid


@pytest.mark.parametrize(
    ("px", "down", "up"),
    [
        ("12345.6", "12345", "12346"),
        ("123456.7", "123456", "123457"),
        ("1234.56", "1234.5", "1234.6"),
        ("99999.5", "99999", "100000"),
        ("0.1", "0.1", "0.1"),
    ],
)
def test_five_significant_figures_as_hyperliquid_has_them(px, down, up):
    assert round_px_down(BTC, Decimal(px)).decimal == Decimal(down)
    assert round_px_up(BTC, Decimal(px)).decimal == Decimal(up)


@pytest.mark.parametrize("px", ["0", "-1", "NaN", "Infinity"])
def test_only_a_finite_price_above_zero_is_rounded(px):
    for rounding in (round_px_down, round_px_up):
        with pytest.raises(Invalid):
            rounding(BTC, Decimal(px))


@pytest.mark.parametrize("ticks", [0, -1, 1_234_567])
def test_a_price_off_the_grid_cannot_be_made(ticks):
    with pytest.raises(Invalid):
        Price(ticks, BTC)


def test_quantities_are_read_and_written_as_decimal_strings():
    assert Qty.parse("1.25", FREE) == Qty(125, FREE)
    assert str(Qty(-5, FREE)) == "-0.05"
    assert str(Price(1500, FREE)) == "1.500"
    assert Qty.parse("-1", FREE, negative=True) == Qty(-100, FREE)
    for text in ("1.255", "-1", "1e2"):
        with pytest.raises(Invalid):
            Qty.parse(text, FREE)


@given(st.integers(-(10**9), 10**9))
def test_a_quantity_survives_a_round_trip_through_text(lots):
    assert Qty.parse(str(Qty(lots, FREE)), FREE, negative=True) == Qty(lots, FREE)
