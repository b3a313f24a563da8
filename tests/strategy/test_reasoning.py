"""What is called a contradiction is one: no values of what is read make it true."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.market.feature import Feature
from paddock.strategy.expr import FALSE, TRUE, All, Any, Const, Not, Op, State, StateField, Test
from paddock.strategy.reasoning import Budget, ever_true_together, impossible

from .kleene import evaluate

X, Y, Z = (Feature("BTC", "1h", name) for name in "xyz")
LEVELS = (1.0, 2.0)
POSSIBLE = (0.5, 1.0, 1.5, 2.0, 2.5)
COMPARE = {Op.GT: float.__gt__, Op.LT: float.__lt__, Op.GE: float.__ge__, Op.LE: float.__le__}

tests = st.builds(
    Test,
    st.sampled_from(list(COMPARE)),
    st.sampled_from([X, Y, Z]),
    st.one_of(st.sampled_from(LEVELS).map(Const), st.sampled_from([X, Y, Z])),
)
exprs = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def value_of(side, values):
    return side.value if isinstance(side, Const) else values[side]


def truth(values):
    def of(test):
        return TRUE if COMPARE[test.op](value_of(test.left, values), value_of(test.right, values)) else FALSE

    return of


def can_be_true(expr):
    spaces = product(POSSIBLE, repeat=3)
    return any(evaluate(expr, truth(dict(zip((X, Y, Z), point, strict=True)))) == TRUE for point in spaces)


@settings(max_examples=200, deadline=None)
@given(exprs)
def test_a_contradiction_that_is_found_is_there(expr):
    if impossible(expr, Budget(10_000)):
        assert not can_be_true(expr)


def never(*parts):
    return impossible(All(parts), Budget(1000))


QTY = State("BTC", StateField.QTY)
HELD = Any((Test(Op.GT, QTY, Const(0.0)), Test(Op.LT, QTY, Const(0.0))))
FLAT = All((Test(Op.GE, QTY, Const(0.0)), Test(Op.LE, QTY, Const(0.0))))


def test_contradictions_that_people_write():
    assert never(Test(Op.LT, X, Const(30.0)), Test(Op.GT, X, Const(70.0)))
    assert never(Test(Op.LT, X, Const(30.0)), Test(Op.GT, X, Const(30.0)))
    assert never(Test(Op.LT, X, Const(30.0)), Test(Op.CROSS_ABOVE, X, Const(70.0)))
    assert never(Test(Op.GT, X, Y), Test(Op.LT, X, Y))
    assert never(Test(Op.GT, X, Y), Test(Op.GT, Y, X))
    assert never(HELD, FLAT)
    assert never(FLAT, Test(Op.GT, QTY, Const(0.0)))
    assert never(Test(Op.GT, X, Const(1.0)), Not(Test(Op.GT, X, Const(1.0))))
    assert never(Not(Any((Test(Op.GT, X, Const(1.0)), Test(Op.LT, Y, Const(1.0))))), Test(Op.GT, X, Const(3.0)))


def test_upper_and_lower_bands_do_not_cross():
    close = Feature("BTC", "1h", "close")
    high, low = (Feature("BTC", "1h", name, (20.0,)) for name in ("highest", "lowest"))
    assert never(Test(Op.GT, close, high), Test(Op.LT, close, low))
    assert not never(Test(Op.LT, close, high), Test(Op.GT, close, low))


def test_what_can_be_is_left_alone():
    assert not never(Test(Op.LT, X, Const(30.0)), Test(Op.GT, Y, Const(70.0)))
    assert not never(Test(Op.GE, X, Const(30.0)), Test(Op.LE, X, Const(30.0)))
    assert not never(HELD, Test(Op.GT, QTY, Const(0.0)))
    assert ever_true_together(Test(Op.LT, X, Const(5.0)), Test(Op.GT, X, Const(3.0)), Budget(100))


def test_without_budget_nothing_is_claimed():
    assert not impossible(All((Test(Op.LT, X, Const(1.0)), Test(Op.GT, X, Const(2.0)))), Budget(1))
