"""Backtests that are run again to be drawn are kept by kind, so that no two change what is kept at a time."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from paddock.engine.costs import Costs
from paddock.runtime.sandbox import Allowance
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from paddock.surfaces.backtests import Wanted, payload_of
from paddock.surfaces.boxes import boxes
from paddock.surfaces.redrawn import KEPT, Redrawn
from tests.runtime.rig import in_python
from tests.strategy.twins import SOURCES


def request(strategy: dict) -> str:
    """As a job has it."""
    asked = Wanted(load_document(strategy), None, None, Decimal(10_000), Costs(), allow_gaps=False)
    return json.dumps(payload_of(asked))


def test_what_is_drawn_in_python_leaves_what_is_kept_of_graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    redrawn, made = Redrawn(tmp_path, boxes(Allowance())), []
    monkeypatch.setattr(redrawn, "_made", lambda name, wanted: made.append(name) or (name, wanted))
    graph = request(find_template("sma-crossover").document())
    python = request(in_python(SOURCES["rsi-mean-reversion"], "RsiMeanReversion"))
    many = [(f"python {n}", python) for n in range(KEPT + 1)]
    for name, asked in [("graph", graph), *many, ("graph", graph), many[-1], many[0]]:
        redrawn._run(name, asked)
    assert made == ["graph", *(name for name, _ in many), "python 0"], "the newest are kept"
