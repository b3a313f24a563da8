"""Both sides of a comparison, on the same case."""

from __future__ import annotations

from paddock.market.features import Feature, FeatureStore

from .generate import Case
from .liquidity import day_before
from .model import OracleRun
from .simulator import simulate


def oracle_run(case: Case) -> OracleRun:
    store = FeatureStore(case.tape)

    def value(feature: Feature, row: int) -> float:
        return float(store.column(feature)[row])

    return simulate(
        case.program, case.tape, case.costs, case.start_usd, case.window, value=value, impact=day_before(case.tape)
    )
