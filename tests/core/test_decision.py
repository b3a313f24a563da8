"""A decision speaks the words and numbers of the three-valued algebra."""

from itertools import product

import pytest

from paddock.core.decision import Because, Decision, Verdict
from paddock.core.orders import Refusal
from paddock.engine.explain import VERDICTS
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN


def test_verdicts_are_those_of_the_algebra():
    assert (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED) == (FALSE, UNKNOWN, TRUE)
    assert {verdict.value: verdict.label for verdict in Verdict} == VERDICTS


@pytest.mark.parametrize(("a", "b"), list(product(Verdict, Verdict)))
def test_and_is_the_least_or_the_greatest_and_unknown_never_hides_what_is_known(a, b):
    assert (min(a, b) is Verdict.PASSED) == (a is b is Verdict.PASSED)
    assert (max(a, b) is Verdict.FAILED) == (a is b is Verdict.FAILED)
    if Verdict.FAILED in (a, b):
        assert min(a, b) is Verdict.FAILED
    if Verdict.PASSED in (a, b):
        assert max(a, b) is Verdict.PASSED


def test_a_decision_keeps_its_reasons_and_refusals():
    low = Because("low", "RSI(14) is below 30", Verdict.PASSED, (("RSI(14)", 28.5), ("threshold", 30.0)))
    flat = Because("flat", "there is no open position", Verdict.UNKNOWN, (("position", None),))
    decision = Decision("bot", "BTC", 1_735_689_600_000, (low, flat), refusals=(Refusal.COOLDOWN,))
    assert decision.orders == ()
    assert min(reason.verdict for reason in decision.because) is Verdict.UNKNOWN
    with pytest.raises(AttributeError):
        decision.bot = "another"
