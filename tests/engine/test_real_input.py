"""The templates on recorded markets: ninety perpetuals by the hour, thirty-two by five minutes, a year of minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from paddock.core.errors import Code, Invalid
from paddock.core.orders import OrderKind
from paddock.core.rounding import nearest_int
from paddock.core.time import interval_ms
from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.orders_hash import orders_hash
from paddock.engine.result import document
from paddock.market.coverage import coverage_of, require_coverage
from paddock.market.load import load_tape
from paddock.market.tape import Floats, Ints, Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from paddock.surfaces.cli.main import main
from tests.market import real

pytestmark = real.needs_data
START = Decimal(10_000)
SLIPPAGE = 2e-4  # the default


@dataclass(frozen=True)
class Market:
    venue: str
    interval: str
    candles: Path
    funding: Path | None = None


MARKETS = {
    "hours": Market("hyperliquid", "1h", real.HL_1H, real.HL_FUNDING),
    "fives": Market("hyperliquid", "5m", real.HL_5M, real.HL_FUNDING),
    "minutes": Market("bitfinex", "1m", real.BITFINEX),
}
CASES = [(market, name) for market in MARKETS for name in TEMPLATES]
EVERY = pytest.mark.parametrize(("market", "name"), CASES)


@cache
def tape_of(market: str) -> Tape:
    known = MARKETS[market]
    paths = [path for path in (known.candles, known.funding) if path is not None]
    return load_tape(paths, venue=known.venue, interval=known.interval)


@cache
def run_of(market: str, name: str, bars: int | None = None) -> Run:
    """The template over all symbols of the market, or the first `bars` of it, at the costs that are on by default."""
    known, tape = MARKETS[market], tape_of(market)
    doc = rescope(
        load_document(find_template(name).document()), symbols=["*"], interval=known.interval, venue=known.venue
    )
    program = compile_strategy(doc, tape.symbols)
    assert program.symbols == tape.symbols
    return backtest(program, tape, start_usd=START, costs=Costs(), window=(0, bars or tape.bars))


@EVERY
def test_the_books_balance_to_the_microdollar(market: str, name: str) -> None:
    whole, bars = run_of(market, name), tape_of(market).bars
    entered = whole.trades["entry_bar"] + 1
    held = 0
    for until in (int(entered[0]), int(entered[len(entered) // 2]), bars):
        run = run_of(market, name, until) if until < bars else whole
        unrealised = sum(position.unrealised for position in run.positions)
        assert run.equity[-1] == run.cash + unrealised == whole.equity[until - 1]
        assert run.cash == run.start_equity + run.realised - run.fees + run.funding
        assert run.realised == run.trades["realised"].sum()
        assert run.fees == run.fills["fee"].sum()
        assert (run.trades["pnl"] == run.trades["realised"] - run.trades["fees"] + run.trades["funding"]).all()
        assert run.equity[-1] == paid(run) + run.funding + sum(worth(run))
        held += len(run.positions)
    assert len(whole.trades) >= 100
    assert held, "none of the three moments saw an open position"


def paid(run: Run) -> int:
    """The start less what every fill cost."""
    return run.start_equity - int((run.fills["side"].astype(np.int64) * run.fills["value"] + run.fills["fee"]).sum())


def worth(run: Run) -> Iterator[int]:
    """What every position that the fills leave is worth at its symbol's last close."""
    lots_by_symbol = {position.symbol: position.side * position.lots for position in run.positions}
    for row, symbol in enumerate(run.tape.symbols):
        lots = int(held_at(run, row)[-1])
        assert lots == lots_by_symbol.get(symbol, 0)
        if lots:
            close = run.tape.close[row, : run.end]
            px = Decimal(repr(float(close[~np.isnan(close)][-1])))
            value = nearest_int(float(abs(lots) * px.scaleb(6 - run.tape.instruments[row].qty_decimals)))
            yield value if lots > 0 else -value


def held_at(run: Run, symbol: int) -> Ints:
    """Lots held before each bar, and after the last."""
    fills = run.fills[run.fills["symbol"] == symbol]
    moved = np.zeros(run.end + 1, np.int64)
    np.add.at(moved, fills["bar"] + 1, fills["side"].astype(np.int64) * fills["lots"])
    return np.cumsum(moved)


@EVERY
def test_fills_lie_within_bars_that_traded(market: str, name: str) -> None:
    run, tape = run_of(market, name), tape_of(market)
    fills, trades = run.fills, run.trades
    assert not np.isnan(tape.close[fills["symbol"], fills["bar"]]).any()
    assert (fills["ts"] == tape.ts[fills["bar"]]).all()
    assert within(tape, fills["symbol"], fills["bar"], fills["px"], np.where(fills["maker"] == 1, 0.0, SLIPPAGE))
    assert (trades["exit_ts"] == tape.ts[trades["exit_bar"]]).all()
    assert within(tape, trades["symbol"], trades["exit_bar"], trades["exit_px"], SLIPPAGE)
    assert (trades["entry_bar"] <= trades["exit_bar"]).all()


def within(tape: Tape, symbol: Ints, bar: Ints, px: Floats, slipped: Floats | float) -> bool:
    """Do the prices lie between low and high of their bars, a tick and the slippage aside?"""
    high, low = tape.high[symbol, bar] * (1 + slipped), tape.low[symbol, bar] * (1 - slipped)
    return bool(((px <= high + ticks(tape, symbol)) & (px >= low - ticks(tape, symbol))).all())


def ticks(tape: Tape, symbol: Ints) -> Floats:
    return np.array([10.0**-instrument.px_decimals for instrument in tape.instruments])[symbol]


@EVERY
def test_what_is_decided_at_a_close_is_done_later_at_an_open(market: str, name: str) -> None:
    run, tape = run_of(market, name), tape_of(market)
    orders, fills = run.orders[run.fills["order"]], run.fills
    decided = orders["kind"] <= OrderKind.TWAP
    assert not np.isnan(tape.close[orders["symbol"], orders["bar"]]).any()
    assert (fills["bar"][decided] > orders["bar"][decided]).all()
    assert (fills["ts"][decided] >= orders["ts"][decided]).all()
    at_open = (orders["kind"] == OrderKind.MARKET) | (orders["kind"] == OrderKind.TWAP)
    done = fills[at_open]
    expected = tape.open[done["symbol"], done["bar"]] * (1 + SLIPPAGE * done["side"])
    assert (abs(done["px"] - expected) <= ticks(tape, done["symbol"])).all()
    assert len(done) or name == "maker-reclaim"


@EVERY
def test_funding_is_paid_by_what_was_held_at_each_stamp(market: str, name: str) -> None:
    """Worked out again from the recorded rates; each payment is rounded, so each may be a micro-dollar off."""
    run, tape, source = run_of(market, name), tape_of(market), MARKETS[market].funding
    if source is None:
        assert run.funding == 0
        return
    due, payments = 0.0, 0
    for (symbol,), stamped in rates_by_symbol(source).items():
        if symbol not in tape.symbols:
            continue
        row = tape.row(symbol)
        present = np.flatnonzero(~np.isnan(tape.close[row]))
        stamps, rates = stamped["ts"].to_numpy(), stamped["rate"].to_numpy()
        payable = (stamps >= tape.ts[present[0]]) & (stamps <= tape.ts[present[-1]])
        bars = present[np.searchsorted(tape.ts[present], stamps[payable])]
        assert (tape.ts[bars] - stamps[payable]).max() <= 24 * 3_600_000
        lots = held_at(run, row)[bars]
        value = lots * tape.open[row, bars] * 10.0 ** (6 - tape.instruments[row].qty_decimals)
        due -= float((value * rates[payable]).sum())
        payments += np.count_nonzero(lots)
    assert payments > 50
    assert run.funding == pytest.approx(due, abs=1.5 * payments)


@cache
def rates_by_symbol(source: Path) -> dict[tuple[object, ...], pl.DataFrame]:
    return (
        pl.read_parquet(source, columns=["symbol", "ts", "rate"])
        .sort("symbol", "ts")
        .partition_by("symbol", as_dict=True)
    )


@EVERY
def test_the_result_says_it_all_as_json(market: str, name: str) -> None:
    run = run_of(market, name)
    result = document(run)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert result["orders_hash"] == orders_hash(run)
    assert len(result["trades"]) == result["metrics"]["trades"]["value"] == len(run.trades)
    assert Decimal(result["account"]["end_usd"]) == Decimal(int(run.equity[-1])) / 1_000_000
    assert all((metric["value"] is None) == ("reason" in metric) for metric in result["metrics"].values())
    assert result["costs"]["off"] == []


@pytest.mark.parametrize("market", MARKETS)
def test_coverage_is_stated_as_recorded(market: str) -> None:
    known, run = MARKETS[market], run_of(market, "sma-crossover")
    result = document(run)
    traded = pl.read_parquet(known.candles).filter(pl.col("volume") > 0)
    if "symbol" not in traded.columns:
        traded = traded.with_columns(symbol=pl.lit(run.tape.symbols[0]))
    counted = traded.group_by("symbol").agg(
        pl.len(), pl.col("ts").min().alias("first"), pl.col("ts").max().alias("last")
    )
    step = interval_ms(known.interval)
    stated = {
        symbol: (part["bars"], part["first_ts"], part["last_ts"], part["expected"])
        for symbol, part in result["tape"]["coverage"].items()
    }
    assert stated == {
        symbol: (bars, first, last, (last - first) // step + 1) for symbol, bars, first, last in counted.iter_rows()
    }
    warned = {warning["code"] for warning in result["warnings"]}
    assert ("coverage" in warned) == any(bars < 0.99 * expected for bars, _, _, expected in stated.values())
    assert ("no_funding_data" in warned) == (known.funding is None)
    assert (result["tape"]["funding_coverage"] or 0) > 0.999 or known.funding is None
    assert result["tape"]["bars"] == traded["ts"].n_unique()


def test_the_recorded_gaps_are_told_of() -> None:
    warned = {warning["code"] for warning in document(run_of("minutes", "breakout"))["warnings"]}
    assert {"coverage", "no_funding_data"} <= warned


def spoiled(how: str) -> pl.DataFrame:
    """The hours of two markets, one of them as a bad recording would have them."""
    frame = pl.read_parquet(real.HL_1H).filter(pl.col("symbol").is_in(["BTC", "ETH"])).with_row_index("n")
    here, nth = pl.col("symbol") == "ETH", pl.col("n") % 8 == 3
    if how == "lost":
        return frame.filter(~(here & nth)).drop("n")
    if how == "nobody traded":
        return frame.with_columns(volume=pl.when(here & nth).then(0.0).otherwise("volume")).drop("n")
    one = pl.col("n") == frame.filter(here)["n"][1000]
    column, value = {"high below low": ("high", pl.col("low") * 0.9), "negative price": ("low", -pl.col("low"))}[how]
    return frame.with_columns(pl.when(one).then(value).otherwise(column).alias(column)).drop("n")


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("lost", Code.DATA_COVERAGE),
        ("nobody traded", Code.DATA_COVERAGE),
        ("high below low", Code.DATA_IMPOSSIBLE),
        ("negative price", Code.DATA_IMPOSSIBLE),
    ],
)
def test_a_spoiled_recording_is_refused_unless_told(how: str, code: Code, tmp_path: Path) -> None:
    path = tmp_path / "hl_perp_1h.parquet"
    spoiled(how).write_parquet(path)
    with pytest.raises(Invalid) as refused:
        tape = load_tape([path], venue="hyperliquid", interval="1h")
        require_coverage(coverage_of(tape, 0, tape.bars), "1h")
    assert refused.value.code is code
    assert "allow-gaps" in refused.value.suggestion
    eth = load_tape([path], venue="hyperliquid", interval="1h", symbols=["ETH"], allow_gaps=True)
    (part,) = coverage_of(eth, 0, eth.bars)
    assert 0 < part.bars < part.expected
    btc = load_tape([path], venue="hyperliquid", interval="1h", symbols=["BTC"])
    assert coverage_of(btc, 0, btc.bars)[0].ratio > 0.99


def test_the_command_refuses_a_spoiled_recording_until_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hl_perp_1h.parquet"
    spoiled("lost").write_parquet(path)
    words = ["backtest", "rsi-mean-reversion", "--data", str(path), "--symbols", "BTC,ETH", "--json"]
    words += ["--home", str(tmp_path)]
    assert main(words) == 4
    capsys.readouterr()
    assert main([*words, "--allow-gaps"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["tape"]["coverage"]["ETH"]["ratio"] < 0.9
    assert "coverage" in {warning["code"] for warning in result["warnings"]}
