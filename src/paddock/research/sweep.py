"""A sweep: the same strategy with other numbers, over one tape. Every variant is a backtest like any other."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from paddock.core.errors import Code, Invalid, nearest
from paddock.core.time import interval_ms
from paddock.engine.backtest import block_of, check_window, finished, run_rules
from paddock.engine.costs import Costs
from paddock.engine.equity_stats import equity_stats, new_acc, summary
from paddock.engine.metrics import Metric, measure
from paddock.engine.pack import start_cash
from paddock.engine.session import Session
from paddock.engine.signals import pack_rules
from paddock.market.features import Feature, FeatureStore
from paddock.market.tape import Floats, Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.validate import load_document, load_variant

Grid = Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Trial:
    """One variant: the parameters that it was given, and what came of it."""

    params: Mapping[str, object]
    strategy_hash: str
    figures: Mapping[str, Metric]


class RecentFeatures(FeatureStore):
    """Keeps only the columns used last: neighbours on a grid share them, a thousand variants need not hold them all."""

    def __init__(self, tape: Tape, columns: int) -> None:
        super().__init__(tape)
        self._room = columns
        self._recent: dict[Feature, Floats] = {}

    def column(self, feature: Feature) -> Floats:
        column = self._recent.pop(feature, None)
        if column is None:
            while len(self._recent) >= self._room:
                del self._recent[next(iter(self._recent))]
            column = self.compute(feature)
        self._recent[feature] = column
        return column


def sweep(
    raw: Mapping[str, Any], grid: Grid, tape: Tape, *, start_usd: Decimal, costs: Costs,
    window: tuple[int, int] | None = None, threads: int = 1, columns: int = 2,
) -> tuple[Trial, ...]:  # fmt: skip
    """Backtest every combination of `grid` in its order; the number of trials is the number that any claim must bear.

    `raw` is a strategy document as plain values; a key of `grid` is "node.parameter", or "node,node.parameter" for
    nodes that change together. Each thread keeps at most `columns` feature columns. Raises Invalid for a key that the
    document does not have and for invalid variants.
    """
    check_keys(raw, grid)
    variants = list(combinations(grid))
    load_document(with_params(raw, variants[0]), tape.symbols)
    share = -(-len(variants) // threads)
    chunks = [variants[i : i + share] for i in range(0, len(variants), share)]

    def run(chunk: Sequence[Mapping[str, object]]) -> list[Trial]:
        store, begin, end = RecentFeatures(tape, columns), *check_window(window, tape)
        program = compile_strategy(load_variant(with_params(raw, chunk[0])), tape.symbols)
        session = Session(
            [program],
            tape,
            costs,
            [start_cash(start_usd)],
            [0],
            begin,
            end,
            keep=min(block_of(pack_rules([program])), end - begin),
        )
        return [trial(raw, params, store, session) for params in chunk]

    with ThreadPoolExecutor(threads) as pool:
        return tuple(itertools.chain.from_iterable(pool.map(run, chunks)))


def trial(raw: Mapping[str, Any], params: Mapping[str, object], store: FeatureStore, session: Session) -> Trial:
    """Backtest one variant and keep what it says: equity passes through in blocks and is never held whole."""
    tape = store.tape
    program = compile_strategy(load_variant(with_params(raw, params)), tape.symbols)
    session.restart([program])
    start = int(session.books.accounts["cash"][0])
    acc = new_acc(start, int(tape.ts[session.begin]), interval_ms(tape.interval))

    def fold(first: int, last: int) -> None:
        equity_stats(session.equity[0, : last - first], tape.ts[first:last], acc)

    run_rules(pack_rules([program]), store, session, fold)
    run = finished(program, tape, session.costs, session, start)
    return Trial(params, program.strategy_hash, measure(run, summary(acc)).figures)


def combinations(grid: Grid) -> Iterator[dict[str, object]]:
    """Every combination of the grid's values, the last key varying fastest."""
    for values in itertools.product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def with_params(raw: Mapping[str, Any], params: Mapping[str, object]) -> dict[str, Any]:
    """The document with the parameters of the grid's keys replaced."""
    document = copy.deepcopy(dict(raw))
    nodes = {node["id"]: node for node in document["nodes"]}
    for key, value in params.items():
        for name in names_in(key):
            nodes[name].setdefault("params", {})[key.rpartition(".")[2]] = value
    return document


def check_keys(raw: Mapping[str, Any], grid: Grid) -> None:
    """Raises Invalid (strategy.invalid) for a grid key that names no node of the document."""
    names = [node["id"] for node in raw.get("nodes", ())]
    for key in grid:
        for name in names_in(key):
            if name not in names:
                raise Invalid(
                    Code.STRATEGY_INVALID,
                    f'the grid varies "{key}", but the strategy has no node "{name}"',
                    where="grid",
                    seen=key,
                    rule="a key of the grid is a node's id (or several, with commas), a dot and a parameter",
                    suggestion=nearest(name, names),
                )


def names_in(key: str) -> list[str]:
    """The nodes that a grid key names."""
    return key.rpartition(".")[0].split(",")
