"""The engine does, order for order and micro-dollar for micro-dollar, what the oracle does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from paddock.engine.backtest import backtest
from paddock.engine.log import Run
from tests.oracle.compare import first_difference
from tests.oracle.generate import Case, cases, random_case
from tests.oracle.run import oracle_run
from tests.oracle.scenario import Scenario, unmet
from tests.oracle.scenarios import SCENARIOS

BATCH = 100


def engine_run(case: Case) -> Run:
    return backtest(case.program, case.tape, start_usd=case.start_usd, costs=case.costs, window=case.window)


def differences(seeds: range) -> list[str]:
    found = []
    for seed in seeds:
        case = random_case(seed)
        difference = first_difference(oracle_run(case), engine_run(case))
        if difference:
            found.append(f"random_case({seed}): {difference}")
    return found


@pytest.mark.parametrize("first", range(0, 1000, BATCH))
def test_random_programs_on_random_tapes(first: int) -> None:
    found = differences(range(first, first + BATCH))
    assert not found, f"{len(found)} of {BATCH} runs differ\n" + "\n".join(found[:3])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(10_000, 12_000, 250))
def test_many_more_random_programs(first: int) -> None:
    found = differences(range(first, first + 250))
    assert not found, f"{len(found)} of 250 runs differ\n" + "\n".join(found[:3])


@settings(max_examples=150, deadline=None)
@given(cases())
def test_programs_that_shrink(case: Case) -> None:
    assert first_difference(oracle_run(case), engine_run(case)) is None


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_was_worked_out_by_hand(scenario: Scenario) -> None:
    run = backtest(scenario.program(), scenario.tape(), start_usd=scenario.start_usd, costs=scenario.costs)
    assert not unmet(scenario, run)
