"""Numbers enter and leave as plain decimal strings, and nothing else gets in."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid
from paddock.core.number import parse_decimal, to_text

REFUSED = [
    True,
    False,
    None,
    1,
    1.5,
    float("nan"),
    Decimal("1"),
    "",
    " 1",
    "1 ",
    "+1",
    "1.",
    ".5",
    "1e3",
    "1e999",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "1_000",
    "1,5",
    "0x10",
    "١٢",
    "--1",
    "9" * 31,
    "0." + "9" * 31,
    b"1",
]


@pytest.mark.parametrize("seen", REFUSED, ids=repr)
def test_anything_but_a_plain_decimal_string_is_refused(seen):
    with pytest.raises(Invalid) as caught:
        parse_decimal(seen, "size", negative=True)
    assert caught.value.code is Code.NUMBER
    assert caught.value.where == "size"
    assert caught.value.seen == repr(seen)[:60]
    assert caught.value.rule


@pytest.mark.parametrize(
    ("seen", "suggestion"),
    [("1e3", 'write "1000"'), (" 12 ", 'write "12"'), (12.5, 'write "12.5"'), ("NaN", ""), (True, ""), ("1e999", "")],
)
def test_another_spelling_of_a_number_is_answered_with_the_plain_one(seen, suggestion):
    with pytest.raises(Invalid) as caught:
        parse_decimal(seen, "size")
    assert caught.value.suggestion == suggestion


def test_a_negative_number_only_where_it_is_allowed():
    assert parse_decimal("-1.5", "pnl", negative=True) == Decimal("-1.5")
    with pytest.raises(Invalid) as caught:
        parse_decimal("-1.5", "size")
    assert caught.value.suggestion == 'write "1.5"'


def test_too_many_decimals_are_answered_with_the_nearest_value():
    assert parse_decimal("1.2300", "usd", decimals=2) == Decimal("1.23")
    with pytest.raises(Invalid) as caught:
        parse_decimal("1.239", "usd", decimals=2)
    assert caught.value.suggestion == 'write "1.24"'


@given(st.integers(-(10**20), 10**20), st.integers(0, 9))
def test_text_and_value_are_one_to_one(units, decimals):
    value = Fraction(units, 10**decimals)
    text = to_text(value, decimals)
    assert Fraction(parse_decimal(text, "x", negative=True)) == value
    assert len(text.partition(".")[2]) == decimals


@given(st.fractions(), st.integers(0, 6))
def test_text_is_at_most_half_a_unit_away(value, decimals):
    assert abs(Fraction(to_text(value, decimals)) - value) <= Fraction(1, 2 * 10**decimals)
