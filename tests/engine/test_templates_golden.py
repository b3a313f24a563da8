"""Every template over the demo market: all statistics and the orders hash are what they were.

After a change that is meant, `python -m tests.engine.write_golden` writes golden/*.json again.
"""

from __future__ import annotations

from copy import deepcopy

import pytest

from paddock.market.tape import Tape
from paddock.strategy.templates import TEMPLATES
from tests.engine.write_golden import FOLDER, differences, golden_tape, read_golden, statistics

EVERY = pytest.mark.parametrize("name", TEMPLATES)


@pytest.fixture(scope="module")
def tape() -> Tape:
    return golden_tape()


@EVERY
def test_all_statistics_and_orders_are_what_they_were(name: str, tape: Tape) -> None:
    changed = list(differences(read_golden(name), statistics(name, tape)))
    assert not changed, "\n".join([f"{name} on the demo market changed:", *changed])


@EVERY
def test_a_golden_run_wins_some_and_loses_some(name: str) -> None:
    metrics = read_golden(name)["metrics"]
    assert metrics["trades"] > 100
    assert metrics["wins"] > 10
    assert metrics["losses"] > 10
    assert float(metrics["fees_usd"]) > 0
    assert float(metrics["funding_usd"]) != 0


def test_each_template_has_its_golden_and_no_two_are_alike() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(TEMPLATES)
    assert len({read_golden(name)["orders_hash"] for name in TEMPLATES}) == len(TEMPLATES)


def test_what_changed_is_named() -> None:
    golden = read_golden("breakout")
    found = deepcopy(golden)
    found["metrics"]["exposure_pct"] *= 1 + 1e-12
    assert list(differences(golden, found)) == []

    found["metrics"]["exposure_pct"] *= 1 + 1e-8
    found["metrics"]["trades"] += 1
    found["account"]["end_usd"] += "1"
    found["metrics"]["track_record_needed_days"] = 0.0
    found["orders_hash"] = "0" * 64
    del found["metrics"]["sqn"]
    found["metrics"]["omega"] = 1.0
    assert [line.partition(":")[0] for line in differences(golden, found)] == [
        "account.end_usd",
        "metrics.exposure_pct",
        "metrics.omega",
        "metrics.sqn",
        "metrics.track_record_needed_days",
        "metrics.trades",
        "orders_hash",
    ]
