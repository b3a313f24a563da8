"""`paddock backtest` and `paddock demo` as a user meets them: output, files, errors, exit codes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from paddock.surfaces.cli.main import main
from paddock.surfaces.cli.screen import BLOCKS, drawdown_line, sparkline
from paddock.surfaces.figures import GROUPS
from tests.engine.test_result import ResultModel

HOUR = 3_600_000
START = 1_735_689_600_000  # 2025-01-01
BARS = 24 * 40
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def strategy(**scope: Any) -> dict[str, Any]:
    """The shape of the specification: buy RSI below 30, bracket of 2 % and 4 %."""
    return {
        "schema": "paddock/strategy@1",
        "kind": "graph",
        "name": "RSI reversal",
        "scope": {"venue": "hyperliquid", "symbols": ["BTC"], "interval": "1h"} | scope,
        "risk": {"max_leverage": 3, "max_open_positions": 5, "cooldown_seconds": 0},
        "nodes": [
            {"id": "start", "type": "trigger"},
            {"id": "low", "type": "rsi_below", "params": {"period": 14, "value": 40}},
            {"id": "flat", "type": "no_open_position"},
            {
                "id": "buy",
                "type": "open_long",
                "params": {"size": {"mode": "notional_usd", "value": 1000}, "leverage": 2},
            },
            {"id": "stop", "type": "set_stop_loss", "params": {"stop_loss_pct": 2}},
            {"id": "take", "type": "set_take_profit", "params": {"take_profit_pct": 4}},
        ],
        "edges": [
            {"source": a, "target": b}
            for a, b in [("start", "low"), ("low", "flat"), ("flat", "buy"), ("buy", "stop"), ("buy", "take")]
        ],
    }


def candles(symbols: tuple[str, ...] = ("BTC", "ETH"), bars: int = BARS) -> pl.DataFrame:
    rng = np.random.default_rng(4)
    frames = []
    for symbol in symbols:
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.008, bars)))
        open_ = np.append(100.0, close[:-1])
        frames.append(
            pl.DataFrame(
                {
                    "symbol": [symbol] * bars,
                    "ts": START + HOUR * np.arange(bars),
                    "open": open_,
                    "high": np.maximum(open_, close) * 1.002,
                    "low": np.minimum(open_, close) * 0.998,
                    "close": close,
                    "volume": np.full(bars, 50.0),
                }
            )
        )
    return pl.concat(frames)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with candles and a strategy."""
    folder = tmp_path_factory.mktemp("desk")
    candles().write_parquet(folder / "bars.parquet")
    candles().write_csv(folder / "bars.csv")
    (folder / "s.json").write_text(json.dumps(strategy()), encoding="utf-8")
    rates = pl.DataFrame({"symbol": "BTC", "ts": START + HOUR * np.arange(BARS), "rate": np.full(BARS, 1e-5)})
    rates.write_parquet(folder / "funding.parquet")
    return folder


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def backtest(desk: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str, name: str = "s.json", data: str | None = "bars.parquet") -> tuple[int, str, str]:
        files = ["--data", str(desk / data)] if data else []
        code = main(["backtest", str(desk / name), *files, "--home", str(desk / "home"), *words])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def result_of(answer: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = answer
    assert (code, err) == (0, "")
    return json.loads(out)


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_json_prints_exactly_the_result_document(backtest: Run) -> None:
    doc = result_of(backtest("--json"))
    ResultModel.model_validate(doc)
    assert doc["strategy_name"] == "RSI reversal"
    assert doc["tape"]["symbols"] == ["BTC"]
    assert doc["tape"]["bars"] == BARS
    assert len(doc["trades"]) > 5
    assert doc["account"]["start_usd"] == "10000.00"


def test_the_account_adds_up(backtest: Run) -> None:
    doc = result_of(backtest("--json"))
    closed = sum(Decimal(trade["pnl_usd"]) for trade in doc["trades"])
    open_ = sum(Decimal(position["unrealised_usd"]) for position in doc["open_positions"])
    moved = Decimal(doc["account"]["end_usd"]) - Decimal(doc["account"]["start_usd"])
    pending = Decimal(doc["metrics"]["fees_usd"]["value"]) - sum(Decimal(t["fees_usd"]) for t in doc["trades"])
    assert moved == closed + open_ - pending


def test_people_see_every_metric_a_curve_and_the_warnings_without_colour_codes(backtest: Run) -> None:
    code, out, err = backtest()
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert set(out) & set(BLOCKS)
    assert "Worst drawdown" in out
    assert "The tape has no funding rates" in out
    for labels in GROUPS.values():
        for label in labels.values():
            assert label in out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []


def test_report_and_trades_are_written_and_named(backtest: Run, tmp_path: Path) -> None:
    page, table = tmp_path / "r.html", tmp_path / "t.csv"
    doc = result_of(backtest("--json", "--report", str(page), "--trades", str(table)))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [{key: str(value) for key, value in trade.items()} for trade in doc["trades"]]
    _, out, _ = backtest("--report", str(page), "--trades", str(table))
    assert f"Report {page}" in out
    assert f"Trades {table}" in out


def test_the_file_format_does_not_change_the_run(backtest: Run) -> None:
    parquet, text = (result_of(backtest("--json", data=name)) for name in ("bars.parquet", "bars.csv"))
    assert parquet["orders_hash"] == text["orders_hash"]


def test_the_same_command_prints_the_same_bytes(backtest: Run) -> None:
    assert backtest("--json") == backtest("--json")


# --- options ----------------------------------------------------------------------------------------------------------


def test_costs_are_on_by_default_and_named_when_off(backtest: Run) -> None:
    doc = result_of(backtest("--json"))
    assert doc["costs"]["off"] == []
    assert Decimal(doc["metrics"]["fees_usd"]["value"]) > 0
    free = result_of(backtest("--json", "--taker-bps", "0", "--maker-bps", "0", "--slippage-bps", "0", "--no-funding"))
    assert free["costs"]["off"] == ["taker_fee", "maker_fee", "slippage", "funding"]
    assert free["metrics"]["fees_usd"]["value"] == "0.00"
    assert "costs_off" in {warning["code"] for warning in free["warnings"]}
    _, out, _ = backtest("--no-funding")
    assert "Switched off: funding" in out
    assert "OFF: funding" in out


def test_every_cost_option_arrives(backtest: Run) -> None:
    words = [
        "--taker-bps",
        "7",
        "--maker-bps",
        "3",
        "--slippage-bps",
        "5",
        "--impact",
        "0.8",
        "--latency-ms",
        "250",
        "--participation-pct",
        "10",
        "--touch",
    ]
    costs = result_of(backtest("--json", *words))["costs"]
    assert costs == {
        "fees": {"BTC": {"taker_bps": 7.0, "maker_bps": 3.0}},
        "slippage_bps": 5.0,
        "impact": 0.8,
        "latency_ms": 250.0,
        "funding": False,
        "participation_pct": 10.0,
        "touch": True,
        "off": [],
    }


def test_funding_is_read_from_a_file_and_paid(backtest: Run, desk: Path) -> None:
    doc = result_of(backtest("--json", "--funding", str(desk / "funding.parquet")))
    assert (doc["tape"]["funding_coverage"], doc["costs"]["funding"]) == (1, True)
    assert Decimal(doc["metrics"]["funding_usd"]["value"]) < 0
    off = result_of(backtest("--json", "--funding", str(desk / "funding.parquet"), "--no-funding"))
    assert off["metrics"]["funding_usd"]["value"] == "0.00"


def test_symbols_and_interval_replace_the_scope(backtest: Run) -> None:
    both = result_of(backtest("--json", "--symbols", "ETH,BTC"))
    assert both["tape"]["symbols"] == ["BTC", "ETH"]
    assert result_of(backtest("--json", "--symbols", "*"))["orders_hash"] == both["orders_hash"]
    four = result_of(backtest("--json", "--interval", "4h"))
    assert (four["tape"]["interval"], four["tape"]["bars"]) == ("4h", BARS // 4)
    assert len({both["strategy_hash"], four["strategy_hash"], result_of(backtest("--json"))["strategy_hash"]}) == 3


def test_start_and_end_choose_bars_but_not_what_is_known(backtest: Run) -> None:
    whole = result_of(backtest("--json"))
    part = result_of(backtest("--json", "--start", "2025-01-11", "--end", "2025-01-21T12:00"))
    assert part["tape"]["start_ts"] == START + 10 * 24 * HOUR
    assert part["tape"]["end_ts"] == START + (20 * 24 + 12) * HOUR
    late = [o for o in whole["orders"] if o["reason"] == "entry" and o["ts"] > START + 11 * 24 * HOUR]
    assert late[0]["ts"] in {order["ts"] for order in part["orders"]}


def test_cash(backtest: Run) -> None:
    doc = result_of(backtest("--json", "--cash", "2500.50"))
    assert doc["account"]["start_usd"] == "2500.50"


def test_a_template_runs_by_name(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sma_crossover", "--data", str(desk / "bars.parquet"), "--symbols", "BTC", "--json"]
    code = main(["backtest", *words, "--home", str(desk / "home")])
    doc = json.loads(capsys.readouterr().out)
    assert code == 0
    assert doc["strategy_name"] == "SMA crossover"


PYTHON = """
from paddock.strategy.python import Strategy, close_position, notional_usd, open_long


class Dip(Strategy):
    name = "Dip"
    scope = {"venue": "hyperliquid", "symbols": ["BTC"], "interval": "1h"}

    def init(self, market):
        self.rsi = market.feature("rsi", 14)

    def next(self, view):
        for market in view:
            rsi = market.value(self.rsi)
            if rsi is not None and rsi < 40 and market.position.is_flat:
                yield open_long(
                    market.symbol, notional_usd(1000), leverage=2, stop_loss_pct=2, take_profit_pct=4
                )
"""


def test_a_python_file_runs_and_does_what_the_graph_does(backtest: Run, desk: Path) -> None:
    (desk / "dip.py").write_text(PYTHON, encoding="utf-8")
    doc, graph = result_of(backtest("--json", name="dip.py")), result_of(backtest("--json"))
    assert doc["strategy_name"] == "Dip"
    assert doc["orders_hash"] == graph["orders_hash"]
    assert doc["strategy_hash"] != graph["strategy_hash"]
    decided = next(order for order in doc["orders"] if order["reason"] == "entry")["ts"] - HOUR
    stamp = np.datetime_as_string(np.datetime64(decided, "ms"), unit="m")
    code, out, _ = backtest("--explain", str(stamp), name="dip.py")
    assert (code, "next returned open long BTC" in out, "BTC RSI(14)" in out) == (0, True, True)


def test_a_python_strategy_that_fails_says_where(backtest: Run, desk: Path) -> None:
    (desk / "bad.py").write_text(PYTHON.replace("rsi < 40", "rsi < nothing"), encoding="utf-8")
    code, out, err = backtest(name="bad.py")
    assert (code, out) == (4, "")
    assert "strategy.python" in err
    assert "line 15" in err


# --- why at a bar -----------------------------------------------------------------------------------------------------


def test_explain_says_why_and_why_not(backtest: Run) -> None:
    order = next(o for o in result_of(backtest("--json"))["orders"] if o["reason"] == "entry")
    decided = order["ts"] - HOUR  # a decision is made at the close of its bar
    stamp = np.datetime_as_string(np.datetime64(decided + HOUR // 2, "ms"), unit="m")
    why = result_of(backtest("--explain", str(stamp), "--json"))
    assert why["ts"] == decided
    assert why["rules"][0]["verdict"] == "passed"
    assert why["orders"] == [order]
    rsi, flat = why["rules"][0]["guard"]["parts"]
    assert rsi["left"] == "RSI(14)"
    assert (flat["says"], flat["verdict"]) == ("no open position", "passed")
    assert rsi["left_value"] < 40
    code, out, _ = backtest("--explain", str(stamp))
    assert code == 0
    assert "✓ open long BTC" in out
    assert f"→ buy {order['qty']} BTC" in out
    _, out, _ = backtest("--explain", "2025-01-01T03:00")
    assert "? open long BTC" in out
    assert "not known" in out
    assert "nothing was ordered" in out


# --- errors -----------------------------------------------------------------------------------------------------------

WRONG: list[tuple[list[str], int, str, str]] = [
    (["--cash", "0"], 4, "run.account", "at least 1"),
    (["--cash", "0.99"], 4, "run.account", "at least 1"),
    (["--cash", "-5"], 4, "run.account", "at least 1"),
    (["--cash", ""], 4, "run.account", "not an amount"),
    (["--cash", "lots"], 4, "run.account", "not an amount"),
    (["--cash", "nan"], 4, "run.account", "at least 1"),
    (["--cash", "1e12"], 4, "run.account", "at most"),
    (["--taker-bps", "much"], 4, "usage", "float"),
    (["--taker-bps", "nan"], 4, "run.costs", "taker_bps"),
    (["--slippage-bps", "-1"], 4, "run.costs", "slippage_bps"),
    (["--participation-pct", "0"], 4, "run.costs", "participation_pct"),
    (["--impact", "1e9"], 4, "run.costs", "impact"),
    (["--latency-ms", "60001"], 4, "run.costs", "latency_ms"),
    (["--start", "2025-02-01", "--end", "2025-01-01"], 4, "run.range", "not before"),
    (["--start", "2030-01-01"], 4, "run.range", "the tape goes from 2025-01-01"),
    (["--end", "2020-01-01"], 4, "run.range", "the tape goes from"),
    (["--start", "yesterday"], 4, "value", "ISO"),
    (["--symbols", "DOGE"], 2, "data.symbol", "DOGE"),
    (["--symbols", ","], 4, "usage", "names no symbol"),
    (["--interval", "7h"], 4, "", "7h"),
    (["--interval", "1m"], 4, "data.interval", "1m"),
    (["--explain", "2031-01-01"], 4, "run.explain", "goes from"),
    (["--explain", "2025-01-02", "--report", "x.html"], 4, "usage", "--report"),
    (["--explain", "2025-01-02", "--trades", "x.csv"], 4, "usage", "--trades"),
    (["--report", "x", "--trades", "./x"], 4, "usage", "same file"),
    (["--trades", "no/such/folder/t.csv"], 1, "machine", "no such folder"),
    (["--report", "."], 1, "machine", "a folder"),
    (["--nonsense"], 4, "usage", "nonsense"),
]


@pytest.mark.parametrize(("words", "code", "name", "text"), WRONG, ids=[" ".join(case[0]) for case in WRONG])
def test_what_makes_no_sense_is_refused_with_its_rule(
    backtest: Run, words: list[str], code: int, name: str, text: str
) -> None:
    got, out, err = backtest(*words)
    assert (got, out) == (code, "")
    assert "Traceback" not in err
    assert name in err
    assert text in err
    got, out, _ = backtest(*words, "--json")
    assert got == code
    assert name in json.loads(out)["error"]["code"]


def test_what_does_not_exist_is_not_found(backtest: Run, desk: Path) -> None:
    assert backtest(name="absent.json")[0] == 2
    assert backtest(data="absent.parquet")[0] == 2
    code, _, err = backtest(data=None)
    assert (code, "paddock data import" in err, "paddock demo" in err) == (2, True, True)
    assert main(["backtest", "sma-crosover", "--home", str(desk / "home")]) == 2


def test_rates_need_candles(backtest: Run, desk: Path) -> None:
    code, _, err = backtest("--funding", str(desk / "funding.parquet"), data=None)
    assert code == 4
    assert "--data" in err


def test_a_broken_strategy_is_invalid(backtest: Run, desk: Path) -> None:
    raw = strategy()
    raw["nodes"][1]["params"]["period"] = -1
    (desk / "broken.json").write_text(json.dumps(raw), encoding="utf-8")
    code, out, err = backtest(name="broken.json")
    assert (code, out) == (4, "")
    assert "period" in err


def test_files_are_looked_at_before_the_run(backtest: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paddock.surfaces.cli.perform.simulate", lambda *_, **__: pytest.fail("it was run"))
    assert backtest("--report", str(tmp_path / "no" / "r.html"))[0] == 1
    assert backtest("--report", str(tmp_path / "r"), "--trades", str(tmp_path / "r"))[0] == 4


def test_fees_of_a_symbol_without_a_specification_are_said_to_be_assumed(backtest: Run) -> None:
    def assumed(*words: str) -> list[str]:
        warnings = result_of(backtest("--json", *words))["warnings"]
        return [warning["message"] for warning in warnings if warning["code"] == "assumed_fees"]

    said = "Fees assumed: no specification of BTC on hyperliquid; taker 4.5, maker 1.5 bps."
    assert assumed() == assumed("--taker-bps", "4") == [said]
    assert assumed("--taker-bps", "4", "--maker-bps", "1") == []
    assert "no specification of BTC and 1 other symbol" in assumed("--symbols", "BTC,ETH")[0]


def test_an_unwritable_report_is_one_line(backtest: Run, tmp_path: Path) -> None:
    code, _, err = backtest("--report", str(tmp_path / "no" / "such" / "folder" / "r.html"))
    assert code == 1
    assert "Traceback" not in err


# --- demo -------------------------------------------------------------------------------------------------------------


def test_demo_shows_three_runs_on_generated_data_and_where_their_reports_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--home", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "Generated, not recorded" in out
    pages = sorted((tmp_path / "reports").glob("*.html"))
    assert len(pages) == 3
    for page in pages:
        assert str(page) in out.replace("\n", "")
        assert "The data is generated" in page.read_text(encoding="utf-8")
    assert main(["demo", "--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out == out
    assert main(["backtest", "breakout", "--home", str(tmp_path)]) == 2
    assert "--venue demo" in capsys.readouterr().err
    assert main(["backtest", "breakout", "--home", str(tmp_path), "--venue", "demo", "--symbols", "SOL"]) == 0


# --- pieces -----------------------------------------------------------------------------------------------------------


def test_sparkline() -> None:
    assert sparkline([1.0, 2.0, 3.0]) == "▁▅█"
    assert sparkline([5.0, 5.0]) == "▄▄"
    assert len(sparkline(list(range(1000)), 48)) == 48
    assert sparkline(list(range(1000)), 48)[-1] == "█"


def test_drawdown_line() -> None:
    worst = {"pct": 12.5, "peak_ts": START, "trough_ts": START + HOUR, "recovered_ts": None}
    assert drawdown_line(worst) == "−12.50 % from 2025-01-01 00:00 to 2025-01-01 01:00 UTC, not recovered by the end"
    assert "recovered 2025-01-01 02:00" in drawdown_line(worst | {"recovered_ts": START + 2 * HOUR})
    assert drawdown_line(None) == "none, equity never fell"


def test_help_is_quick_to_load() -> None:
    """Heavy modules wait until a command is run."""
    code = (
        "import sys; from paddock.surfaces.cli.main import main; main(['backtest', '--help'])\n"
        "heavy = {'numpy', 'numba', 'polars', 'talib', 'rich.progress'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the recorded data are not beside the project")
def test_real_candles_run_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(SHARED / "hl_candles" / "hl_perp_1h.parquet"), str(SHARED / "funding" / "hl_funding.parquet")]
    path = tmp_path / "s.json"
    path.write_text(json.dumps(strategy(symbols=["BTC", "kPEPE"])), encoding="utf-8")
    assert main(["backtest", str(path), "--data", *files, "--home", str(tmp_path), "--json"]) == 0
    doc = json.loads(capsys.readouterr().out)
    ResultModel.model_validate(doc)
    assert doc["tape"]["funding_coverage"] > 0.99
    assert Decimal(doc["metrics"]["funding_usd"]["value"]) != 0
