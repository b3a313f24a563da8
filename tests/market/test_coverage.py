"""Coverage is that of the run: a hole counts where it lies, and nowhere else."""

from __future__ import annotations

import polars as pl
import pytest

from paddock.core.errors import Code, Invalid
from paddock.core.time import HOUR_MS
from paddock.market.align import build_tape
from paddock.market.coverage import Coverage, coverage_of, gaps_of, require_coverage
from paddock.market.sift import sift
from paddock.market.tape import Tape
from paddock.surfaces.cli.main import main

from .candles import candles, without
from .tapes import START


def tape_of(*frames: pl.DataFrame) -> Tape:
    return build_tape(sift(pl.concat(frames), "1h").frame, "1h", venue="hyperliquid", source="test")


def at(bar: int) -> int:
    return START + bar * HOUR_MS


def holed() -> pl.DataFrame:
    return without(candles(3000), *range(1000, 1200))


def row(tape: Tape, bar: int) -> int:
    return int(tape.ts.searchsorted(at(bar)))


def test_a_hole_counts_in_the_run_that_it_lies_in():
    tape = tape_of(holed())
    (part,) = coverage_of(tape, row(tape, 957), row(tape, 1243))
    assert part == Coverage("BTC", at(957), at(1242), 86, 286, 200)
    assert part.ratio == pytest.approx(0.30, abs=0.01)
    with pytest.raises(Invalid) as refused:
        require_coverage([part], "1h")
    assert (refused.value.code, "30.1%" in refused.value.message) == (Code.DATA_COVERAGE, True)
    assert "longest gap 200 bars" in refused.value.seen


def test_holes_have_their_places():
    tape = tape_of(without(candles(300), 7, *range(100, 120), *range(200, 203)), candles(300, symbols=("ETH",)))
    assert gaps_of(tape, "BTC", 9) == [(at(7), at(8)), (at(100), at(120)), (at(200), at(203))]
    assert gaps_of(tape, "BTC", 2) == [(at(100), at(120)), (at(200), at(203))]
    assert gaps_of(tape, "ETH", 9) == []


def test_a_hole_outside_the_run_does_not_count():
    tape = tape_of(without(candles(300), *range(100, 200)))
    (part,) = coverage_of(tape, row(tape, 200), row(tape, 290))
    assert part == Coverage("BTC", at(200), at(289), 90, 90, 0)
    require_coverage([part], "1h")


def test_ninety_percent_is_enough_and_less_is_not():
    def whole(gone: int) -> tuple[Coverage, ...]:
        tape = tape_of(without(candles(100), *range(20, 20 + gone)))
        return coverage_of(tape, 0, tape.bars)

    require_coverage(whole(10), "1h")
    with pytest.raises(Invalid, match=r"89\.0%"):
        require_coverage(whole(11), "1h")


def test_listings_and_ends():
    clock = candles(100, symbols=("A",))
    late = candles(100, symbols=("B",))[60:]
    ended = candles(100, symbols=("C",))[:50]
    tape = tape_of(clock, late, ended)
    whole = {part.symbol: part for part in coverage_of(tape, 0, 100)}
    assert whole["B"] == Coverage("B", at(60), at(99), 40, 40, 0)
    assert whole["C"] == Coverage("C", at(0), at(49), 50, 50, 0)
    cut = {part.symbol: part for part in coverage_of(tape, 10, 100)}
    assert cut["B"] == Coverage("B", at(60), at(99), 40, 40, 0)
    assert cut["C"] == Coverage("C", at(10), at(99), 40, 90, 50)
    assert [part.symbol for part in coverage_of(tape, 10, 60)] == ["A", "C"]
    assert coverage_of(tape, 50, 60)[1] == Coverage("C", at(50), at(59), 0, 10, 10)
    assert coverage_of(tape, 5, 5) == ()


def test_the_command_judges_and_states_the_run(tmp_path, capsys):
    path = tmp_path / "candles.parquet"
    holed().write_parquet(path)

    def run(first: int, last: int, *more: str) -> tuple[int, str]:
        words = ["backtest", "sma-crossover", "--data", str(path), "--symbols", "BTC", "--home", str(tmp_path)]
        times = [pl.from_epoch(pl.Series([at(bar)]), "ms").dt.strftime("%Y-%m-%dT%H:%M")[0] for bar in (first, last)]
        code = main([*words, "--start", times[0], "--end", times[1], *more])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    code, said = run(957, 1243)
    assert (code, "30.1%" in said) == (4, True)
    code, said = run(957, 1243, "--allow-gaps")
    assert (code, "coverage 30.07 %" in said) == (0, True)
    code, said = run(1200, 1300)
    assert (code, "coverage 100 %" in said) == (0, True)
