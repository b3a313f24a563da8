"""Ratio, basis points and probability are exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.ratio import Bps, Probability, Ratio

from .values import ratios

probabilities = st.integers(0, 10_000).map(Probability)


@given(probabilities)
def test_a_probability_and_its_complement_make_exactly_one(p):
    assert p.parts + p.complement.parts == 10_000
    assert p.ratio + p.complement.ratio == Ratio(Fraction(1))
    assert p.complement.complement == p


@given(probabilities)
def test_a_probability_survives_a_round_trip_through_text(p):
    assert Probability.parse(str(p)) == p


@pytest.mark.parametrize("text", ["1.0001", "-0.1", "0.12345", "2", 0.5, True])
def test_what_is_not_a_probability_is_refused(text):
    with pytest.raises(Invalid):
        Probability.parse(text)


def test_a_probability_out_of_range_is_answered_with_the_nearest():
    with pytest.raises(Invalid) as caught:
        Probability(10_500)
    assert caught.value.suggestion == "10000"


@given(ratios, ratios)
def test_ratios_compute_exactly(a, b):
    assert (a + b) - b == a
    if b.value:
        assert a / b * b == a


def test_bps_and_ratio_are_read_and_written_as_decimal_strings():
    assert Bps.parse("4.5").ratio == Ratio.parse("0.00045")
    assert str(Bps.parse("-0.3")) == "-0.300000"
    assert str(Ratio(Fraction(1, 3))) == "0.333333333333"
    assert Bps.parse("1.5") + Bps.parse("3") == Bps.parse("4.5")
    assert Bps.parse("1.5") - Bps.parse("3") == -Bps.parse("1.5")
