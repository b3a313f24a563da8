"""What a user's own code may do to a command: nothing to stdout, and its source runs once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paddock.surfaces.cli.main import main

SOURCE = """
print("source")
from paddock.strategy.python import Strategy


class Loud(Strategy):
    name = "Loud"
    scope = {"venue": "demo", "symbols": ["BTC"], "interval": "1d"}

    def init(self, market):
        print("init")

    def next(self, view):
        print("next")
"""
DOCUMENT = {
    "schema": "paddock/strategy@1",
    "kind": "python",
    "name": "Loud",
    "scope": {"venue": "demo", "symbols": ["BTC"], "interval": "1d"},
    "python": {"source": SOURCE, "class": "Loud"},
}


@pytest.mark.parametrize("name", ["loud.py", "loud.json"])
def test_what_a_strategy_prints_is_not_on_stdout_and_its_source_runs_once(
    tmp_path: Path, demo_home: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / name
    path.write_text(SOURCE if name.endswith(".py") else json.dumps(DOCUMENT), encoding="utf-8")
    capsys.readouterr()
    assert main(["backtest", str(path), "--home", str(demo_home), "--json"]) == 0
    out, err = capsys.readouterr()
    doc = json.loads(out)
    printed = err.split()
    assert printed.count("source") == 1
    assert printed.count("next") == doc["tape"]["bars"]
    assert set(printed) == {"source", "init", "next"}


@pytest.mark.parametrize("name", ["loud.py", "loud.json"])
def test_validate_prints_only_its_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = tmp_path / name
    path.write_text(SOURCE if name.endswith(".py") else json.dumps(DOCUMENT), encoding="utf-8")
    assert main(["strategy", "validate", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["valid"]
    assert err == "source\n"
