"""The table of operations in core/money.py, held row by row; money is neither made nor lost."""

import operator
import re
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core import money
from paddock.core.errors import Invalid
from paddock.core.grid import Price, Qty
from paddock.core.money import ZERO, Usd, fee, funding, notional, share, split, total
from paddock.core.ratio import Bps, Probability, Ratio

from .values import BTC, ETH, FREE, bps, prices, qtys, ratios, usds

SAMPLES = {
    "Usd": Usd(7_000_000),
    "Qty": Qty(300, FREE),
    "Price": Price(1500, FREE),
    "Ratio": Ratio(Fraction(3, 4)),
    "Bps": Bps(Fraction(9, 2)),
    "Probability": Probability(2500),
    "int": 3,
    "float": 0.5,
    "bool": True,
}
OURS = ["Usd", "Qty", "Price", "Ratio", "Bps", "Probability"]
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def table() -> dict[tuple[str, str, str], str]:
    """(left, operator, right) -> gives, read from the module's own words."""
    rows = re.findall(r"^\| (\w+) +\| ([-+*/ ]+?) +\| (\w+) +\| (\w+) +\|$", money.__doc__, re.MULTILINE)
    return {(left, sign, right): gives for left, signs, right, gives in rows for sign in signs.split()}


def test_the_table_is_found_whole():
    assert len(table()) == 17


@pytest.mark.parametrize(("left", "sign", "right"), list(product(SAMPLES, OPERATORS, SAMPLES)))
def test_what_the_table_says_is_legal_and_nothing_else(left, sign, right):
    if left not in OURS and right not in OURS:
        return  # Python's own numbers among themselves
    gives = table().get((left, sign, right))
    if gives is None:
        with pytest.raises(TypeError):
            OPERATORS[sign](SAMPLES[left], SAMPLES[right])
    else:
        assert type(OPERATORS[sign](SAMPLES[left], SAMPLES[right])).__name__ == gives


@pytest.mark.parametrize("name", OURS)
def test_unary_operations_of_the_table(name):
    signs, absolutes = {"Usd", "Qty", "Ratio", "Bps"}, {"Usd", "Qty", "Ratio"}
    for legal, operation in ((signs, operator.neg), (absolutes, abs)):
        if name in legal:
            assert type(operation(SAMPLES[name])).__name__ == name
        else:
            with pytest.raises(TypeError):
                operation(SAMPLES[name])


@pytest.mark.parametrize(("left", "right"), list(product(OURS, SAMPLES)))
@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_order_holds_within_one_type_only(left, right, compare):
    if left == right:
        assert compare(SAMPLES[left], SAMPLES[right]) is (compare in (operator.le, operator.ge))
    else:
        with pytest.raises(TypeError):
            compare(SAMPLES[left], SAMPLES[right])


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.truediv, operator.lt, operator.le])
def test_quantities_of_two_instruments_never_mix(operation):
    with pytest.raises(TypeError, match="BTC and ETH"):
        operation(Qty(1, BTC), Qty(1, ETH))


def test_prices_of_two_instruments_never_mix():
    for operation in (operator.truediv, operator.lt, operator.le):
        with pytest.raises(TypeError, match="BTC and ETH"):
            operation(Price(10, BTC), Price(10, ETH))
    with pytest.raises(TypeError, match="BTC and ETH"):
        notional(Price(10, BTC), Qty(1, ETH))


@pytest.mark.parametrize("raw", [1.0, True, "1", None])
def test_ledger_types_are_made_of_whole_numbers(raw):
    for make in (Usd, lambda x: Qty(x, BTC), lambda x: Price(x, BTC), Probability):
        with pytest.raises(TypeError):
            make(raw)
    for make in (Ratio, Bps):
        with pytest.raises(TypeError):
            make(raw)


def test_money_is_read_and_written_as_decimal_strings():
    assert Usd.parse("12.5") == Usd(12_500_000)
    assert str(Usd(-1)) == "-0.000001"
    assert str(Usd(1_234_567_890)) == "1234.567890"
    with pytest.raises(Invalid):
        Usd.parse("0.0000001")
    with pytest.raises(Invalid):
        Usd.parse("-1")
    assert Usd.parse("-1", negative=True) == Usd(-1_000_000)


@given(usds)
def test_money_survives_a_round_trip_through_text(amount):
    assert Usd.parse(str(amount), negative=True) == amount


@given(st.lists(usds))
def test_total_is_the_sum(amounts):
    assert total(amounts).micros == sum(amount.micros for amount in amounts)


@given(prices(), qtys())
def test_notional_is_the_nearest_micro_and_signed(px, qty):
    exact = Fraction(px.decimal) * Fraction(qty.decimal) * 10**6
    assert abs(notional(px, qty).micros - exact) <= Fraction(1, 2)
    assert notional(px, -qty) == -notional(px, qty)


@given(usds.map(abs), bps)
def test_a_fee_is_the_smallest_whole_amount_that_covers_it(value, rate):
    exact = value.micros * rate.value / 10_000
    assert exact <= fee(value, rate).micros < exact + 1


@given(usds, ratios)
def test_funding_is_rounded_against_the_holder_whoever_pays(value, rate):
    exact = -value.micros * rate.value
    assert exact - 1 < funding(value, rate).micros <= exact


def test_funding_of_a_long_and_a_short_leaves_the_remainder_with_the_house():
    rate = Ratio.parse("0.0000125")
    assert funding(Usd(1_000_001), rate) == Usd(-13)
    assert funding(Usd(-1_000_001), rate) == Usd(12)


@given(usds, st.integers(1, 10**6), st.data())
def test_a_share_and_its_rest_make_the_whole(amount, whole, data):
    part = data.draw(st.integers(0, whole))
    taken = share(amount, Qty(part, FREE), Qty(whole, FREE))
    assert abs(taken.micros - Fraction(amount.micros * part, whole)) <= Fraction(1, 2)
    assert share(amount, Qty(whole, FREE), Qty(whole, FREE)) == amount
    assert share(amount, Qty(0, FREE), Qty(whole, FREE)) == ZERO


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 2), (1, -2)])
def test_a_share_is_a_part_of_the_whole(part, whole):
    with pytest.raises(ValueError, match="is not a part of"):
        share(Usd(10), Qty(part, FREE), Qty(whole, FREE))


@given(usds, st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any), st.data())
def test_a_split_conserves_money_and_the_owner_has_the_remainder(amount, weights, data):
    owner = data.draw(st.integers(0, len(weights) - 1))
    parts = split(amount, weights, owner)
    assert total(parts) == amount
    for index, (part, weight) in enumerate(zip(parts, weights, strict=True)):
        exact = Fraction(amount.micros * weight, sum(weights))
        if index == owner:
            assert part.micros >= exact - 1
        else:
            assert exact - 1 < part.micros <= exact


@pytest.mark.parametrize("weights", [[0, 0], [1, -1, 3]])
def test_a_split_needs_something_to_divide_by(weights):
    with pytest.raises(ValueError, match="divide nothing"):
        split(Usd(10), weights, 0)
