"""Binary noise decides nothing: floats round as the decimals that people read."""

from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from paddock.core.rounding import down_exact, down_int, nearest_exact, nearest_int, up_exact, up_int

prices = st.tuples(st.integers(1, 10**8), st.integers(0, 8))
lots = st.integers(-(10**7), 10**7)
scales = st.integers(0, 6)


@given(prices, lots, scales)
def test_a_product_of_floats_rounds_to_the_nearest_as_the_exact_product_does(price, lots, scale):
    ticks, decimals = price
    exact = Fraction(ticks, 10**decimals) * lots * 10**scale
    assume(abs(exact) < 10**12)
    assert nearest_int(lots * 10.0**scale * (ticks / 10**decimals)) == nearest_exact(exact)


@given(prices, lots, scales)
def test_a_product_of_floats_rounds_up_and_down_as_the_exact_product_does(price, lots, scale):
    ticks, decimals = price
    exact = Fraction(ticks, 10**decimals) * lots * 10**scale
    product = lots * 10.0**scale * (ticks / 10**decimals)
    assume(abs(exact) < 10**9)
    snapped = nearest_exact(exact) if abs(exact - nearest_exact(exact)) < Fraction(1, 10**6) else None
    assert down_int(product) == (down_exact(exact) if snapped is None else snapped)
    assert up_int(product) == (up_exact(exact) if snapped is None else snapped)


def test_halves_go_to_even():
    assert [nearest_int(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, -2.5)] == [0, 2, 2, 0, -2, -2]
    assert [nearest_exact(Fraction(n, 2)) for n in (1, 3, 5, -1, -3, -5)] == [0, 2, 2, 0, -2, -2]
    assert nearest_int(0.6319805 * 327e6) == 206657624


def test_noise_snaps_and_what_is_more_does_not():
    assert 0.29 / 0.01 != 29
    assert (down_int(0.29 / 0.01), up_int(0.29 / 0.01)) == (29, 29)
    assert (down_int(1234.00001), up_int(1234.00001)) == (1234, 1235)
    assert (down_int(-0.3), up_int(-0.3)) == (-1, 0)
