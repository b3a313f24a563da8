"""Backtests on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from paddock.journal.jobs import JobState
from paddock.surfaces.http.models.base import (
    INTERVAL_FORM,
    VENUE_FORM,
    Answered,
    Document,
    ErrorModel,
    Id,
    Money,
    Sent,
    Symbol,
    Ts,
)

Bps = Annotated[float, Field(ge=-10, le=1_000, allow_inf_nan=False, strict=False)]


class CostsWanted(Sent):
    """Fees left out are the instrument's own."""

    taker_bps: Bps | None = None
    maker_bps: Bps | None = None
    slippage_bps: Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False, strict=False)] = 2.0
    impact: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, strict=False)] = 0.0
    funding: bool = True
    participation_pct: Annotated[float, Field(ge=0.0001, le=100, allow_inf_nan=False, strict=False)] | None = None
    touch: bool = False
    latency_ms: Annotated[float, Field(ge=0, le=60_000, allow_inf_nan=False, strict=False)] = 0.0


class BacktestWanted(Sent):
    """Of a strategy as a document, or of a bot (its newest version, or the one named).

    `venue`, `symbols` and `interval` replace those of the strategy's scope. The run covers bars that open at or after
    `start_ts` and before `end_ts`.
    """

    strategy: Document | None = None
    bot_id: Id | None = None
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    venue: Annotated[str, Field(pattern=VENUE_FORM)] | None = None
    symbols: Annotated[list[Symbol], Field(max_length=500)] = Field(default_factory=list)
    interval: Annotated[str, Field(pattern=INTERVAL_FORM)] | None = None
    start_ts: Ts | None = None
    end_ts: Ts | None = None
    start_usd: Money = "10000"
    costs: CostsWanted = CostsWanted()
    allow_gaps: bool = False

    @model_validator(mode="after")
    def _one_strategy(self) -> BacktestWanted:
        if (self.strategy is None) == (self.bot_id is None):
            raise ValueError("names a strategy or a bot_id, one of them")
        return self


class BacktestModel(Answered):
    """`progress` goes from 0 to 1. `result_id` names the content: equal requests over equal data share it."""

    backtest_id: str
    result_id: str
    state: JobState
    progress: float
    strategy_name: str
    strategy_hash: str
    wanted: dict[str, Any]
    created_ts: Ts
    error: ErrorModel | None


class CurveModel(Answered):
    """An indicator at each candle, null where it is not known."""

    label: str
    v: list[float | None]


class EquityCurve(Answered):
    """Equity at the closes `t`: the least, greatest and last of each merged stretch in US dollars, the deepest
    drawdown in %, and what the same money would be worth spread over the symbols and held, before costs."""

    step_ms: int
    t: list[Ts]
    low: list[float]
    high: list[float]
    last: list[float]
    drawdown: list[float]
    hold: list[float]


class ChartModel(Answered):
    """What there is to draw of one symbol of a backtest. Bars are merged into candles of `step_ms` that open at `t`.

    `lines` are on the scale of the price, `oscillators` on one of their own in `unit`, held against `levels`.
    """

    symbol: str
    decimals: int
    step_ms: int
    t: list[Ts]
    o: list[float]
    h: list[float]
    l: list[float]
    c: list[float]
    lines: list[CurveModel]
    oscillators: list[CurveModel]
    levels: list[float]
    unit: str
    equity: EquityCurve


class FigureModel(Answered):
    """One metric of several backtests, in their order; null where it has no value."""

    name: str
    unit: str
    values: list[str | float | None]


class Comparison(Answered):
    backtests: list[BacktestModel]
    figures: list[FigureModel]
