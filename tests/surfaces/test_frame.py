"""The frame of the command: exit codes, one error shape, quick help, quiet interruptions."""

import json
import os
import subprocess
import sys

import pytest
from cyclopts import App

from paddock import __version__
from paddock.core.errors import Code, Invalid, NotFound, Problem, Refused, Unavailable, Unknown
from paddock.surfaces.cli import main as frame
from paddock.surfaces.cli.main import main

HEAVY = {"numba", "numpy", "polars", "pydantic", "talib"}
PROBLEMS = (
    Problem("node.type", "nodes.a.type", "rsi_belwo", "a node has a known type", 'did you mean "rsi_below"?'),
    Problem("node.id", "nodes.b", "", "a node has an id"),
)


@pytest.fixture
def failing(monkeypatch):
    """Makes `paddock work` raise what the test gives."""

    def give(error):
        app = App(name="paddock", result_action="return_value", suppress_keyboard_interrupt=False)

        @app.command
        def work(*, json: bool = False):
            raise error

        monkeypatch.setattr(frame, "app", app)

    return give


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "paddock.surfaces.cli.main", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, __version__, "")


def test_help_lists_the_commands_and_loads_nothing_heavy():
    code = (
        f"import sys; from paddock.surfaces.cli.main import main; main(['--help']); print({HEAVY} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *text, loaded = done.stdout.splitlines()
    assert loaded == "set()"
    for command in ("backtest", "data", "demo", "strategy"):
        assert any(re_line.startswith(f"│ {command} ") for re_line in text), done.stdout


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Invalid(Code.VALUE, "x"), 4),
        (NotFound(Code.DATA_NOT_FOUND, "x"), 2),
        (Refused(Code.VALUE, "x"), 1),
        (Unknown(Code.VALUE, "x"), 1),
        (Unavailable(Code.VALUE, "x"), 1),
        (ZeroDivisionError("x"), 1),
        (PermissionError(13, "Permission denied", "/etc/shadow"), 1),
        (KeyboardInterrupt(), 130),
    ],
    ids=repr,
)
def test_exit_codes(failing, error, code):
    failing(error)
    assert main(["work"]) == code


def test_what_a_command_returns_is_its_exit_code(monkeypatch):
    app = App(name="paddock", result_action="return_value", suppress_keyboard_interrupt=False)
    app.command(lambda: 4, name="four")
    app.command(lambda: None, name="none")
    monkeypatch.setattr(frame, "app", app)
    assert (main(["four"]), main(["none"])) == (4, 0)


def test_an_error_for_people_says_what_was_seen_the_rule_what_to_try_and_each_problem(failing, capsys):
    failing(
        Invalid(
            Code.STRATEGY_INVALID,
            "the strategy breaks 2 rules",
            where="s.json",
            seen="2 problems",
            rule="a strategy has none",
            suggestion="mend them",
            problems=PROBLEMS,
        )
    )
    assert main(["work"]) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error: the strategy breaks 2 rules [strategy.invalid]",
        "  where: s.json",
        "  saw: 2 problems",
        "  rule: a strategy has none",
        "  try: mend them",
        '  - nodes.a.type: saw rsi_belwo; a node has a known type (did you mean "rsi_below"?)',
        "  - nodes.b; a node has an id",
    ]


@pytest.mark.parametrize(
    "error",
    [
        Invalid(Code.STRATEGY_INVALID, "x", seen=1, problems=PROBLEMS),
        NotFound(Code.DATA_NOT_FOUND, "x"),
        OSError(28, "No space left on device", "out.html"),
        ZeroDivisionError("x"),
    ],
    ids=repr,
)
def test_with_json_every_error_has_the_one_shape_on_stdout(failing, capsys, error):
    failing(error)
    assert main(["work", "--json"]) != 0
    out, err = capsys.readouterr()
    assert err == ""
    body = json.loads(out)
    assert set(body) == {"error"}
    assert set(body["error"]) == {"kind", "code", "message", "where", "seen", "rule", "suggestion", "problems"}
    assert body["error"]["code"] in set(Code)
    for problem in body["error"]["problems"]:
        assert set(problem) == {"code", "where", "seen", "rule", "suggestion", "severity"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bcktest"], 'Did you mean "backtest"?'),
        (["--nope"], "--nope"),
        (["backtest", "--csh", "5"], "--cash"),
    ],
)
def test_a_wrong_command_line_is_invalid_input_with_a_suggestion(capsys, arguments, words):
    assert main(arguments) == 4
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "[usage]" in err
    assert words in err
    assert "--help" in err


def test_what_nobody_foresaw_is_one_line_and_a_hint(failing, capsys, monkeypatch):
    monkeypatch.delenv("PADDOCK_DEBUG", raising=False)
    failing(ZeroDivisionError("division\nby zero"))
    assert main(["work"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error: internal error, this is a bug: ZeroDivisionError: division by zero [internal]",
        "  try: set PADDOCK_DEBUG=1 to see where",
    ]


def test_with_debug_the_traceback_is_shown(failing, capsys, monkeypatch):
    monkeypatch.setenv("PADDOCK_DEBUG", "1")
    failing(ZeroDivisionError("x"))
    assert main(["work"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_setting_that_cannot_be_read_is_invalid_input(failing, capsys, monkeypatch):
    monkeypatch.setenv("PADDOCK_DEBUG", "perhaps")
    failing(ZeroDivisionError("x"))
    assert main(["work"]) == 4
    assert "[settings]" in capsys.readouterr().err


def test_what_the_machine_refused_is_no_bug(failing, capsys):
    failing(PermissionError(13, "Permission denied", "report.html"))
    assert main(["work"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: Permission denied [machine]")
    assert "where: report.html" in err


def test_a_reader_that_went_away_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "paddock.surfaces.cli.main", "--help"]
    with os.fdopen(writer, "w") as gone:
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
