"""The oracle itself, against what was worked out by hand; and that the random cases are not vacuous."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from paddock.core.time import HOUR_MS
from paddock.market.features import FeatureStore
from paddock.strategy.program import OrderType

from .coverage import never
from .generate import random_case
from .run import oracle_run
from .scenario import FREE, Scenario, unmet
from .scenarios import SCENARIOS, buy
from .simulator import simulate


def by_oracle(scenario: Scenario, **rest):
    tape = scenario.tape()
    store = FeatureStore(tape)
    return simulate(
        scenario.program(),
        tape,
        scenario.costs,
        scenario.start_usd,
        value=lambda feature, row: store.column(feature)[row],
        **rest,
    )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_was_worked_out_by_hand(scenario: Scenario) -> None:
    assert not unmet(scenario, by_oracle(scenario))


def test_scenarios_have_names_of_their_own() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("slices", [1, 4])
def test_impact_belongs_to_the_whole_order(slices: int) -> None:
    """Y = 1, daily volatility 4 %, a hundredth of the daily volume: 2/3 * 40 bps, however it is cut."""
    scenario = Scenario(
        "impact",
        [100] * 6,
        [(0, buy(1_000_000.0, order=OrderType.TWAP, duration_ms=slices * HOUR_MS))],
        costs=replace(FREE, impact=1.0),
        start_usd=Decimal(2_000_000),
    )
    run = by_oracle(scenario, impact=lambda symbol, row: (0.04, 100_000 * 100.0))
    paid = sum(fill.value for fill in run.fills)
    assert sum(fill.lots for fill in run.fills) == 100_000 and len(run.fills) == slices
    assert paid / 1e12 - 1 == pytest.approx(0.0026667, abs=1e-4)


def test_everything_happens_in_the_random_cases() -> None:
    assert never(oracle_run(random_case(seed)) for seed in range(400)) == []
