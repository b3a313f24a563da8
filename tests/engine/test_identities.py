"""What holds for every run: the books balance, names do not matter, and neither does the future."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from paddock.core.instrument import Instrument
from paddock.core.rounding import nearest_int
from paddock.engine.backtest import backtest
from paddock.engine.log import Run
from paddock.engine.orders_hash import orders_hash
from paddock.market.feature import Feature
from paddock.strategy.expr import State
from paddock.strategy.program import Action
from tests.oracle.generate import Case, cases, random_case
from tests.oracle.tapes import cut, renamed

DECIDED = ["bar", "ts", "symbol", "kind", "side", "reason", "tif", "capped", "lots", "px", "leverage"]
EXAMPLES = settings(max_examples=60, deadline=None)


def run_of(case: Case) -> Run:
    return backtest(case.program, case.tape, start_usd=case.start_usd, costs=case.costs, window=case.window)


def unrealised(run: Run) -> int:
    return sum(position.unrealised for position in run.positions)


@EXAMPLES
@given(cases(max_bars=30))
def test_the_books_balance_at_every_bar(case: Case) -> None:
    """equity = cash + positions at mark = start + closures - fees + funding + unrealised, to the micro-dollar."""
    whole = run_of(case)
    start, end = case.window
    for until in range(start + 1, end + 1):
        run = run_of(replace(case, window=(start, until)))
        assert run.equity.tolist() == whole.equity[: until - start].tolist()
        assert run.equity[-1] == run.cash + unrealised(run)
        assert run.cash == run.start_equity + run.realised - run.fees + run.funding
        assert run.realised == run.trades["realised"].sum()
        assert run.fees == run.fills["fee"].sum()
        assert (run.trades["pnl"] == run.trades["realised"] - run.trades["fees"] + run.trades["funding"]).all()
        if not run.positions:
            assert run.equity[-1] == run.start_equity + run.trades["pnl"].sum()


@EXAMPLES
@given(cases())
def test_equity_is_what_was_paid_and_what_is_held(case: Case) -> None:
    """Without funding: start, less what every fill cost, plus what is held, each symbol at its last close."""
    case = replace(case, costs=replace(case.costs, funding=False))
    run = run_of(case)
    paid = run.fills["side"].astype(np.int64) * run.fills["value"] + run.fills["fee"]
    held = run.fills["side"].astype(np.int64) * run.fills["lots"]
    for row in range(*case.window):
        done = run.fills["bar"] <= row
        worth = 0
        for s, instrument in enumerate(case.tape.instruments):
            lots = int(held[done & (run.fills["symbol"] == s)].sum())
            worth += int(np.sign(lots)) * value_of(instrument, abs(lots), last_close(case, s, row)) if lots else 0
        assert run.equity[row - run.start] == run.start_equity - int(paid[done].sum()) + worth


def value_of(instrument: Instrument, lots: int, px: float) -> int:
    return nearest_int(float(lots * Decimal(repr(px)).scaleb(6 - instrument.qty_decimals)))


def last_close(case: Case, symbol: int, row: int) -> float:
    seen = case.tape.close[symbol, : row + 1]
    return float(seen[~np.isnan(seen)][-1])


@EXAMPLES
@given(cases())
def test_what_comes_later_changes_nothing(case: Case) -> None:
    start, end = case.window
    whole = run_of(case)
    for rows in range(start + 1, end, 3):
        early = run_of(replace(case, tape=cut(case.tape, rows), window=(start, rows)))
        assert early.equity.tolist() == whole.equity[: rows - start].tolist()
        known = whole.orders[whole.orders["bar"] < rows]
        assert early.orders[DECIDED].tolist() == known[DECIDED].tolist()
        for name in ("fills", "refusals"):
            table = getattr(whole, name)
            assert getattr(early, name).tolist() == table[table["bar"] < rows].tolist()


@pytest.mark.parametrize("seed", range(40))
def test_the_order_of_symbols_changes_nothing(seed: int) -> None:
    case = random_case(seed, symbols=3)
    plain = told(run_of(case), {name: name for name in case.tape.symbols})
    for names in permutations(case.tape.symbols):
        mapping = dict(zip(case.tape.symbols, names, strict=True))
        program = with_symbols(case.program, mapping)
        program = replace(program, symbols=tuple(sorted(program.symbols)))
        other = replace(case, tape=renamed(case.tape, mapping), program=program)
        assert told(run_of(other), {new: old for old, new in mapping.items()}) == plain


@pytest.mark.parametrize("seed", range(40))
def test_names_of_nodes_change_nothing(seed: int) -> None:
    case = random_case(seed)
    rules = tuple(replace(rule, node=f"z{len(case.program.rules) - i}") for i, rule in enumerate(case.program.rules))
    other = replace(case, program=replace(case.program, rules=rules))
    assert orders_hash(run_of(other)) == orders_hash(run_of(case))


def told(run: Run, names: dict[str, str]) -> list[Any]:
    """Everything that happened, by the symbols' first names, in an order that does not depend on them."""
    named = {s: names[symbol] for s, symbol in enumerate(run.tape.symbols)}
    story: list[Any] = [run.equity.tolist(), run.cash]
    for table in (run.orders, run.fills, run.trades, run.refusals):
        rest = [name for name in table.dtype.names if name not in ("symbol", "order")]
        story.append(sorted((named[int(row["symbol"])], tuple(row[rest].tolist())) for row in table))
    return story


def with_symbols(value: Any, names: dict[str, str]) -> Any:
    """The same program, policy, rule or expression about other symbols."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(with_symbols(item, names) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: with_symbols(getattr(value, field.name), names) for field in fields(value)}
        return type(value)(**changed)
    return value


def test_every_symbol_of_a_program_is_renamed() -> None:
    names = {"S0": "T0"}
    feature, state = Feature("S0", "1h", "close"), State("S0", field=0)
    assert with_symbols((feature, state, Action(0, "S0")), names) == (
        Feature("T0", "1h", "close"),
        State("T0", field=0),
        Action(0, "T0"),
    )
