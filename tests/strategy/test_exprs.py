"""Simplifying a guard never changes what it says, in three-valued logic."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.market.feature import Feature
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN, All, Any, Const, Literal, Not, Op, Test
from paddock.strategy.exprs import FALSE as NEVER
from paddock.strategy.exprs import TRUE as ALWAYS
from paddock.strategy.exprs import Terms

from .kleene import evaluate

ATOMS = [Test(Op.GT, Feature("BTC", "1h", name), Const(0.0)) for name in "abcd"]
A, B, C, D = ATOMS

exprs = st.recursive(
    st.sampled_from([*ATOMS, Literal(True), Literal(False)]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=4).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=14,
)


def same_meaning(left, right):
    for values in product((FALSE, UNKNOWN, TRUE), repeat=len(ATOMS)):
        truth = dict(zip(ATOMS, values, strict=True)).__getitem__
        assert evaluate(left, truth) == evaluate(right, truth), values


@settings(max_examples=150, deadline=None)
@given(exprs)
def test_a_term_means_what_its_expression_means(expr):
    same_meaning(expr, Terms().of(expr).expr)


@settings(max_examples=60, deadline=None)
@given(st.lists(exprs, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_parts_come_in_an_order_that_building_cannot_change(parts, chance):
    shuffled = list(parts)
    chance.shuffle(shuffled)
    for group in (All, Any):
        assert Terms().of(group(tuple(parts))).expr == Terms().of(group(tuple(shuffled))).expr


def term(expr):
    return Terms().of(expr).expr


def test_x_or_not_x_is_not_true_when_x_is_unknown():
    assert term(Any((A, Not(A)))) != Literal(True)


def test_the_laws():
    assert term(All((A, A))) == A
    assert term(All((A, Literal(True)))) == A
    assert term(All((A, Literal(False)))) == Literal(False)
    assert term(Any((A, Literal(True)))) == Literal(True)
    assert term(Not(Not(A))) == A
    assert term(Any((A, All((A, B))))) == A
    assert term(All((A, Any((A, B))))) == A
    assert term(All((All((A, B)), C))) == term(All((A, B, C)))
    assert term(Any(())) == Literal(False)
    assert term(All(())) == Literal(True)


def test_a_common_part_of_alternatives_is_taken_out():
    assert term(Any((All((A, B)), All((A, C))))) == term(All((A, Any((B, C)))))


def test_equal_terms_are_one_object():
    terms = Terms()
    assert terms.of(All((A, B))) is terms.of(All((B, A)))
    assert terms.of(Literal(True)) is ALWAYS
    assert terms.of(Literal(False)) is NEVER


def test_size_counts_tests():
    assert Terms().of(All((A, Any((B, Not(C)))))).size == 3
