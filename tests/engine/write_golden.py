"""What each template does on the demo market, pinned in golden/*.json.

`python -m tests.engine.write_golden` writes the files again and says what changed; read it before you commit it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.result import document
from paddock.market.demo import generate, instrument
from paddock.market.lake import FUNDING
from paddock.market.load import DEMO_VENUE, tape_from
from paddock.market.material import Material
from paddock.market.tape import Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from paddock.surfaces import kernel_cache
from tests.project import ROOT

FOLDER = Path(__file__).parent / "golden"
SEED = 7
RELATIVE = 1e-9  # of a float; everything else is exact
Golden = dict[str, Any]


def golden_tape() -> Tape:
    """A year of the demo market: six hourly symbols with funding, the last quarter decided by five-minute bars."""
    frames: dict[str, list[pl.DataFrame]] = {}
    instruments = {}
    for coin, parts in generate(SEED):
        instruments[coin.symbol] = instrument(coin)
        for name, frame in parts.items():
            frames.setdefault(name, []).append(frame.with_columns(symbol=pl.lit(coin.symbol)))
    joined = {name: pl.concat(parts).sort("symbol", "ts") for name, parts in frames.items()}
    rates = joined.pop(FUNDING)
    material = Material(joined, rates, instruments, frozenset(), "demo")
    return tape_from(material, venue=DEMO_VENUE, interval="1h", funding=True, allow_gaps=False)


def tape_hash(tape: Tape) -> str:
    """Tells a change of the market from a change of the engine."""
    digest = hashlib.sha256(repr((tape.symbols, tape.instruments)).encode())
    assert tape.fine is not None
    columns = (tape.ts, tape.open, tape.high, tape.low, tape.close, tape.volume, tape.funding_open, tape.funding_inside)
    for column in (*columns, tape.fine.open, tape.fine.high, tape.fine.low, tape.fine.start, tape.fine.end):
        digest.update(column.tobytes())
    return digest.hexdigest()


def statistics(name: str, tape: Tape) -> Golden:
    """Everything that is pinned of one template: what it is, what it ran on, and all that came of it."""
    doc = rescope(load_document(find_template(name).document()), symbols=["*"], venue=DEMO_VENUE)
    run = backtest(compile_strategy(doc, tape.symbols), tape, start_usd=Decimal(10_000), costs=Costs())
    result = document(run)
    return {
        "tape_hash": tape_hash(tape),
        "strategy_hash": result["strategy_hash"],
        "orders_hash": result["orders_hash"],
        "account": result["account"],
        "metrics": {key: metric["value"] for key, metric in result["metrics"].items()},
        "worst_drawdown": result["worst_drawdown"],
    }


def differences(golden: Golden, found: Golden, path: str = "") -> Iterator[str]:
    """One line for each value that changed, came or went."""
    for key in sorted({*golden, *found}):
        here = f"{path}.{key}" if path else key
        if key not in found:
            yield f"{here}: {golden[key]!r} is gone"
        elif key not in golden:
            yield f"{here}: {found[key]!r} is new"
        elif isinstance(golden[key], dict) and isinstance(found[key], dict):
            yield from differences(golden[key], found[key], here)
        elif not _same(golden[key], found[key]):
            yield f"{here}: {golden[key]!r} became {found[key]!r}"


def _same(golden: object, found: object) -> bool:
    if isinstance(golden, float) and isinstance(found, float):
        return math.isclose(golden, found, rel_tol=RELATIVE)
    return type(golden) is type(found) and golden == found


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def read_golden(name: str) -> Golden:
    golden: Golden = json.loads(path_of(name).read_text(encoding="utf-8"))
    return golden


def main() -> None:
    kernel_cache.use(ROOT / ".cache")
    tape = golden_tape()
    FOLDER.mkdir(exist_ok=True)
    for name in TEMPLATES:
        found = statistics(name, tape)
        before = read_golden(name) if path_of(name).exists() else {}
        changed = list(differences(before, found))
        path_of(name).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        print(f"{name}: {len(changed)} changed", *changed, sep="\n  ")


if __name__ == "__main__":
    main()
