"""The strategy commands, and the examples of the documentation through them."""

import json
import re
import subprocess
import sys

import pytest

from paddock.strategy.blocks.catalogue import CATALOGUE
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.limits import MAX_DOCUMENT_BYTES
from paddock.strategy.schema import json_schema
from paddock.strategy.templates import TEMPLATES
from paddock.strategy.validate import load_document
from paddock.surfaces.cli.main import main
from tests.project import DOCS

from .documents import START, document, issue_example, node, path, scope
from .twins import python_document

PAGE = (DOCS / "strategies.md").read_text(encoding="utf-8")


@pytest.fixture
def paddock(capsys):
    def run(*arguments):
        code = main(["strategy", *map(str, arguments)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def file(tmp_path):
    def write(content, name="s.json"):
        target = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        target.write_text(text, encoding="utf-8")
        return target

    return write


def test_validate(paddock, file):
    code, out, err = paddock("validate", file(issue_example()))
    assert (code, err) == (0, "")
    assert out == f"RSI reversal: valid, version {strategy_hash(load_document(issue_example()))}\n"


def test_validate_shows_all_problems_and_exits_4(paddock, file):
    raw = issue_example()
    raw["nodes"][1]["params"] = {"perid": 14}
    raw["nodes"][2]["type"] = "no_open_positon"
    code, out, err = paddock("validate", file(raw))
    assert (code, out) == (4, "")
    assert 'did you mean "period"?' in err
    assert 'did you mean "no_open_position"?' in err
    assert "Traceback" not in err


def test_validate_prints_warnings(paddock, file):
    raw = document(
        [START, node("end", "close_position"), node("low", "rsi_below")], path("start", "end"), path("start", "low")
    )
    code, out, _ = paddock("validate", file(raw))
    assert code == 0
    assert out.startswith("warning: nodes.low")


@pytest.mark.parametrize("valid", [True, False])
def test_validate_as_json(paddock, file, valid):
    raw = issue_example() if valid else issue_example() | {"name": ""}
    code, out, err = paddock("validate", file(raw), "--json")
    report = json.loads(out)
    assert (code, err, report["valid"]) == (0 if valid else 4, "", valid)
    assert (report["strategy_hash"] is None) is not valid
    assert [p["where"] for p in report["problems"]] == ([] if valid else ["name"])


@pytest.mark.parametrize("command", ["validate", "explain"])
@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("momentun", "momentum"), ("momentun.json", "momentum"), ("nowhere/breakout.py", "breakout"), ("zzzz", "")],
)
def test_what_does_not_exist_exits_2(paddock, command, name, suggestion):
    code, out, err = paddock(command, name)
    assert (code, out) == (2, "")
    assert "strategy.not_found" in err
    assert suggestion in err


@pytest.mark.parametrize("text", ["{nope", "", "[1]", "[" * 50_000, '{"a": NaN}', " " * (MAX_DOCUMENT_BYTES + 10)])
def test_what_is_no_document_exits_4(paddock, file, text):
    code, _, err = paddock("validate", file(text))
    assert code == 4
    assert "Traceback" not in err


@pytest.mark.parametrize("name", TEMPLATES)
def test_explain_a_template(paddock, name):
    code, out, _ = paddock("explain", name)
    assert code == 0
    assert out.startswith(TEMPLATES[name].title)


def test_templates(paddock):
    code, out, _ = paddock("templates")
    assert code == 0
    assert re.findall(r"^\S+$", out, re.MULTILINE) == list(TEMPLATES)
    rows = json.loads(paddock("templates", "--json")[1])
    assert [row["name"] for row in rows] == list(TEMPLATES)


def test_blocks(paddock):
    _, out, _ = paddock("blocks")
    assert all(f"  {name} " in out for name in CATALOGUE)
    assert [row["type"] for row in json.loads(paddock("blocks", "--json")[1])] == list(CATALOGUE)
    _, out, _ = paddock("blocks", "has_open_position")
    assert out.startswith("has_position: ")
    (row,) = json.loads(paddock("blocks", "rsi_below", "--json")[1])
    assert [p["name"] for p in row["params"]] == ["symbol", "interval", "period", "value"]
    code, _, err = paddock("blocks", "rsi_belw")
    assert code == 2
    assert 'did you mean "rsi_below"?' in err


def test_schema(paddock):
    assert json.loads(paddock("schema")[1]) == json_schema()


def test_new_writes_a_valid_file_and_never_over_another(paddock, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = paddock("new", "My first!", "--template", "breakout")
    assert code == 0
    assert out == "wrote my-first.json; next: paddock strategy explain my-first.json\n"
    assert load_document((tmp_path / "my-first.json").read_bytes()).name == "My first!"
    code, _, err = paddock("new", "my first")
    assert code == 4
    assert "exists already" in err
    assert paddock("new", "my first", "--output", "other.json")[0] == 0
    assert paddock("new", "x", "--template", "nothing")[0] == 2
    assert paddock("new", "")[0] == 4


# Python files


def test_a_python_file_is_a_strategy(paddock, file):
    (source,) = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "class Dip" in block]
    code, out, err = paddock("validate", file(source, "dip.py"))
    assert (code, err) == (0, "")
    assert out.startswith("Buy the dip: valid")


def test_a_document_with_python_in_it(paddock, file):
    raw = python_document("sma-crossover", TEMPLATES["sma-crossover"].document())
    assert paddock("validate", file(raw))[0] == 0
    raw["python"]["class"] = "SmaCrosover"
    code, _, err = paddock("validate", file(raw))
    assert code == 4
    assert 'did you mean "SmaCrossover"?' in err


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("class Mine(", "line 1"),
        ("x = 1", "defines 0 strategy classes"),
        ("from paddock.strategy.python import Strategy\nclass A(Strategy): ...\nclass B(Strategy): ...", "A, B"),
        ("from paddock.strategy.python import Strategy\nclass A(Strategy): scope = {}", "scope.venue"),
        ("import sys\nsys.exit(0)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_python_file_that_is_none(paddock, file, source, words):
    code, _, err = paddock("validate", file(source, "mine.py"))
    assert code == 4
    assert words in err
    assert "Traceback" not in err


def test_a_python_file_that_is_no_text(paddock, tmp_path):
    target = tmp_path / "mine.py"
    target.write_bytes(b"\xff\xfe\x00")
    assert paddock("validate", target)[0] == 4


# The documentation


def test_the_document_of_the_page_is_valid(paddock, file):
    (raw,) = [block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "schema" in block]
    assert strategy_hash(load_document(raw)) == strategy_hash(load_document(issue_example()))


def test_the_waiver_of_the_page_is_valid():
    (waivers,) = [block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if "waivers" in block]
    raw = document([START, node("buy", "open_long")], path("start", "buy"), scope=scope("BTC"))
    assert load_document(raw | json.loads("{" + waivers + "}")).waivers


def test_checking_a_graph_loads_no_indicators():
    """A person who mends a strategy waits for the check after every change."""
    code = (
        "import sys; from paddock.surfaces.cli.main import main; main(['strategy', 'validate', 'breakout']); "
        "print({'numba', 'numpy', 'polars', 'talib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
