"""`paddock data` as a person types it: what it prints, how it exits, what it leaves on the disk."""

from __future__ import annotations

import json
import subprocess
import sys

import polars as pl
import pytest

from paddock.surfaces.cli.main import main

from ..market.candles import candles, changed, without
from ..market.tapes import START


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "candles.parquet"
    candles(300, symbols=("BTC", "kPEPE")).write_parquet(path)
    return path


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["data", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def test_from_an_empty_lake_to_an_export(capsys, home, file, tmp_path):
    assert "is empty" in run(capsys, "list")[1]
    assert not home.exists()
    code, out, _ = run(capsys, "import", file, "--venue", "hyperliquid")
    assert (code, out) == (0, "candles.parquet: 1h of 2 symbols, 600 rows added, 0 changed, 0 as they were\n")
    code, out, _ = run(capsys, "list")
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        ["hyperliquid", "BTC", "1h"],
        ["hyperliquid", "kPEPE", "1h"],
    ]
    code, out, _ = run(capsys, "show", "hyperliquid", "BTC", "--rows", 2)
    assert (code, len(out.splitlines())) == (0, 5)
    assert out.splitlines()[-1].startswith("2024-01-13 11:00")
    code, out, _ = run(capsys, "export", tmp_path / "out.csv", "--venue", "hyperliquid", "--start", "2024-01-13")
    assert (code, pl.read_csv(tmp_path / "out.csv").height) == (0, 24)
    assert "24 rows of 2 symbols" in out


def test_documents(capsys, home, file):
    run(capsys, "import", file, "--venue", "hyperliquid")
    listed = json.loads(run(capsys, "list", "--json")[1])
    assert listed["home"] == str(home)
    first = listed["series"][0]
    assert {k: first[k] for k in ("venue", "symbol", "interval", "rows")} == {
        "venue": "hyperliquid",
        "symbol": "BTC",
        "interval": "1h",
        "rows": 300,
    }
    shown = json.loads(run(capsys, "show", "hyperliquid", "BTC", "--rows", "1", "--json")[1])
    assert shown["series"] == first
    assert shown["rows"][0]["ts"] == START + 299 * 3_600_000
    code, out, _ = run(capsys, "verify", "--json")
    assert (code, json.loads(out)["errors"]) == (0, 0)
    assert json.loads(out)["sets"][0]["findings"] == []


def test_verify_says_where_and_exits_with_4_on_errors(capsys, home, tmp_path):
    frame = without(changed(candles(300), 40, high=0.5), 100, 101, 200)
    frame.write_parquet(tmp_path / "broken.parquet")
    code, out, _ = run(capsys, "verify", tmp_path / "broken.parquet")
    assert code == 4
    assert "error high_below_low" in out
    assert "BTC: 1 at 2024-01-02 16:00" in out
    assert "BTC: 3 in 2 places, the longest 2 at 2024-01-05 04:00 to 2024-01-05 05:00" in out
    _, every, _ = run(capsys, "verify", tmp_path / "broken.parquet", "--all")
    assert "BTC: 1 at 2024-01-09 08:00" in every
    code, out, _ = run(capsys, "verify", tmp_path / "broken.parquet", "--json")
    assert code == 4
    gap = next(f for f in json.loads(out)["sets"][0]["findings"] if f["code"] == "gap")
    assert [span["rows"] for span in gap["spans"]] == [2, 1]


def test_verify_shortens_long_lists(capsys, home, tmp_path):
    symbols = tuple(f"S{i}" for i in range(8))
    candles(50, symbols=symbols).filter(pl.int_range(pl.len()) % 50 != 20).write_parquet(tmp_path / "many.parquet")
    assert "and 3 more symbols" in run(capsys, "verify", tmp_path / "many.parquet")[1]
    every = run(capsys, "verify", tmp_path / "many.parquet", "--all")[1]
    assert all(f"{symbol}: 1 at" in every for symbol in symbols)


def test_clean_data_has_nothing_to_report(capsys, home, file):
    code, out, _ = run(capsys, "verify", file)
    assert (code, out) == (0, "candles.parquet: 600 rows of 2 symbols, 1h\n  nothing to report\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["import", "--venue", "hyperliquid"], 4, "nothing to import"),
        (["import", "FILE"], 4, "--venue"),
        (["import", "nope.parquet", "--venue", "hyperliquid"], 2, "does not exist"),
        (["import", "FILE", "--venue", "Hyper/liquid"], 4, "cannot be a venue"),
        (["import", "FILE", "--venue", "hyperliquid", "--symbols", "BTCC"], 2, 'did you mean "BTC"'),
        (["show", "hyperliquid", "BTC"], 2, "paddock data list"),
        (["show", "hyperliquid", "BTC", "--interval", "1x"], 4, "is not an interval"),
        (["show", "hyperliquid", "BTC", "--start", "soon"], 4, "is not a time"),
        (["export", "out.parquet", "--venue", "hyperliquid"], 2, "no such series"),
        (["verify", "--venue", "hyperliquid"], 2, "holds nothing"),
        (["verify", "nope.csv"], 2, "does not exist"),
        (["verify", "FILE", "--symbols", "ETH"], 2, "holds nothing (of ETH)"),
    ],
)
def test_mistakes_say_how_to_mend_them(capsys, home, file, arguments, code, said):
    got, out, err = run(capsys, *(str(file) if word == "FILE" else word for word in arguments))
    assert (got, out) == (code, "")
    assert said in err


def test_a_mistake_is_one_document_with_json(capsys, home):
    code, out, err = run(capsys, "show", "hyperliquid", "BTC", "--json")
    assert (code, err) == (2, "")
    assert json.loads(out)["error"]["code"] == "data.not_found"


def test_home_may_be_named(capsys, home, file, tmp_path):
    run(capsys, "import", file, "--venue", "hyperliquid", "--home", tmp_path / "other")
    assert (tmp_path / "other" / "lake" / "hyperliquid" / "BTC").is_dir()
    assert not home.exists()


def test_importing_the_command_loads_nothing_heavy():
    code = "import sys, paddock.surfaces.cli.data; print({'numba', 'numpy', 'polars', 'talib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
