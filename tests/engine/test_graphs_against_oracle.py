"""From the document to the last micro-dollar: the compiled graph in the engine does what the drawn graph says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from paddock.engine.backtest import backtest
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.orders_hash import orders_hash
from paddock.market.feature import Feature
from paddock.market.features import FeatureStore
from paddock.market.tape import Tape
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.program import Program
from paddock.strategy.validate import validate
from tests.oracle.compare import first_difference
from tests.oracle.coverage import events
from tests.oracle.documents import random_document, with_other_ids
from tests.oracle.generate import random_costs
from tests.oracle.graph import document_rules
from tests.oracle.liquidity import day_before
from tests.oracle.model import OracleRun
from tests.oracle.simulator import simulate_decisions
from tests.oracle.tapes import random_tape

START_USD = Decimal(10_000)
BATCH = 100


@dataclass(frozen=True)
class Drawn:
    seed: int
    document: dict[str, Any]
    tape: Tape
    costs: Costs

    def program(self, document: dict[str, Any] | None = None) -> Program | None:
        """None where validation finds the drawing contradictory."""
        checked = validate(document or self.document, self.tape.symbols).document
        return compile_strategy(checked, self.tape.symbols) if checked else None

    def by_engine(self, program: Program) -> Run:
        return backtest(program, self.tape, start_usd=START_USD, costs=self.costs)

    def by_oracle(self, program: Program) -> OracleRun:
        store = FeatureStore(self.tape)

        def value(feature: Feature, row: int) -> float:
            return float(store.column(feature)[row])

        rules = document_rules(self.document, value)
        return simulate_decisions(program.risk, rules, self.tape, self.costs, START_USD, None, day_before(self.tape))


def drawn(seed: int) -> Drawn:
    rng = Random(seed)
    tape = random_tape(rng, rng.randint(30, 80), rng.choice((1, 1, 2, 3)))
    return Drawn(seed, random_document(rng, tape), tape, random_costs(rng))


@pytest.mark.parametrize("first", range(0, 500, BATCH))
def test_random_graphs_on_random_tapes(first: int) -> None:
    found, checked, trades = [], 0, 0
    for seed in range(first, first + BATCH):
        case = drawn(seed)
        program = case.program()
        if program is None:
            continue
        checked += 1
        oracle = case.by_oracle(program)
        trades += len(oracle.trades)
        difference = first_difference(oracle, case.by_engine(program))
        if difference:
            found.append(f"drawn({seed}): {difference}")
    assert not found, f"{len(found)} of {checked} graphs differ\n" + "\n".join(found[:3])
    assert checked > 0.8 * BATCH and trades > 5 * checked


@pytest.mark.parametrize("seed", range(500, 540))
def test_ids_and_the_order_of_nodes_change_nothing(seed: int) -> None:
    case = drawn(seed)
    program, other = case.program(), case.program(with_other_ids(case.document, Random(seed)))
    if program is None or other is None:
        assert program is None and other is None
        return
    run = case.by_engine(program)
    assert orders_hash(case.by_engine(other)) == orders_hash(run)


def test_graphs_make_every_kind_of_exit() -> None:
    seen: Counter[str] = Counter()
    for case in map(drawn, range(60)):
        program = case.program()
        if program:
            seen += events(case.by_oracle(program))
    for name in ("stop_loss", "take_profit", "trailing_stop", "close_position", "reduce_position"):
        assert seen[f"exit: {name}"] > 5
