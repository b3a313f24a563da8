"""How failures look on a terminal, whatever they quote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paddock.core.errors import Code, Invalid, Problem
from paddock.strategy.templates import find_template
from paddock.strategy.validate import validate
from paddock.surfaces.cli.failure import LONGEST, human
from paddock.surfaces.cli.main import main

EVIL = "\x1b]0;owned\x07\x9b2J\r\u202e"


def test_a_failure_shows_control_codes_and_never_sends_them() -> None:
    error = Invalid(
        Code.USAGE, EVIL, where=EVIL, seen=EVIL, rule=EVIL, suggestion=EVIL, problems=[Problem(EVIL, "", EVIL, EVIL)]
    )
    lines = human(error).splitlines()
    assert len(lines) == 6
    assert all(line.isprintable() for line in lines)
    assert "\\x1b]0;owned\\x07\\x9b2J\\r\\u202e" in lines[0]


def test_what_is_wrong_alone_is_told_once() -> None:
    one = Problem("request", "body.name", "x", "it is longer")
    head = {"where": one.where, "seen": one.seen, "rule": one.rule}
    assert len(human(Invalid(Code.USAGE, "no", problems=[one], **head)).splitlines()) == 4
    assert len(human(Invalid(Code.USAGE, "no", problems=[one, one], **head)).splitlines()) == 6
    helped = Problem("request", "body.name", "x", "it is longer", "xx")
    assert "xx" in human(Invalid(Code.USAGE, "no", problems=[helped], **head))
    assert "body.name" in human(Invalid(Code.USAGE, "no", problems=[one]))


def test_a_failure_does_not_fill_the_screen() -> None:
    shown = human(Invalid(Code.USAGE, "short", seen="x" * 1_000_000)).splitlines()[1]
    assert shown.endswith("x…")
    assert len(shown) < LONGEST + 20


@pytest.mark.parametrize("key", ["name", "description"])
def test_a_strategy_has_no_control_codes_in_its_texts(key: str) -> None:
    document = find_template("sma-crossover").document()
    assert validate(document | {key: "two\nlines"}).document is not None
    report = validate(document | {key: f"a{EVIL}"})
    assert report.document is None
    assert [problem.where for problem in report.problems] == [key]


def test_a_hostile_file_does_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = find_template("sma-crossover").document()
    document["nodes"][0]["id"] = f"a{EVIL}"
    document[EVIL] = 1
    (tmp_path / "s.json").write_text(json.dumps(document | {"name": EVIL}), encoding="utf-8")
    assert main(["strategy", "validate", str(tmp_path / "s.json")]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert all(line.isprintable() for line in err.splitlines())
