"""Strategies and data on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from paddock.surfaces.http.models.base import Answered, Document, Sent, Symbol, Ts


class StrategyShown(Sent):
    """`symbols` are those that exist, where they are known."""

    strategy: Document
    symbols: Annotated[list[Symbol], Field(max_length=500)] | None = None


class Reading(Answered):
    """A strategy in plain English: where it acts, what it does at each close (lines of each rule), what it may risk.

    `rule_nodes` are the nodes of `rules`, in the same order; `sentences` is what each node says, by its id.
    """

    name: str
    strategy_hash: str
    text: str
    description: str
    where: str
    rules: list[list[str]]
    rule_nodes: list[str]
    sentences: dict[str, str]
    risk: list[str]


class ParamModel(Answered):
    """A parameter. `schema` is the JSON Schema of its values; of words `choices` are those to show, of a market
    `chooses` says so."""

    name: str
    label: str
    default: Any
    unit: str
    help: str
    form: Annotated[dict[str, Any], Field(alias="schema")]
    choices: list[str] | None
    chooses: str | None


class BlockModel(Answered):
    """A part of a graph, or the risk policy, with what a builder needs to offer it.

    `role` is trigger, logic, condition, action or policy; `doc` is its documentation.
    """

    type: str
    title: str
    family: str
    role: str
    doc: str
    aliases: list[str]
    params: list[ParamModel]


class TemplateModel(Answered):
    name: str
    title: str
    description: str
    strategy: dict[str, Any]


class SeriesModel(Answered):
    """Candles of an interval, or funding; `first_ts` and `last_ts` are the stamps of its ends."""

    venue: str
    symbol: str
    interval: str
    first_ts: Ts
    last_ts: Ts
    rows: int
    size_bytes: int


class CandlesModel(Answered):
    """Bars that opened at `ts`, oldest first, in columns; null where the symbol has no such bar."""

    venue: str
    symbol: str
    interval: str
    step_ms: int
    px_decimals: int
    ts: list[Ts]
    open: list[float | None]
    high: list[float | None]
    low: list[float | None]
    close: list[float | None]
    volume: list[float | None]


class LineModel(Answered):
    """An indicator at each bar: in the price's own pane (`price`), or in one below it (`own`)."""

    label: str
    pane: str
    values: list[float | None]


class IndicatorsModel(Answered):
    """What a run's rules read of a symbol, at bars that opened at `ts`; null where it is not known.

    `thresholds` are the constants that the lines of the pane below are held against, in `unit`.
    """

    ts: list[Ts]
    lines: list[LineModel]
    thresholds: list[float]
    unit: str


class CoverageModel(Answered):
    """`ratio` of the bars between the first and the last that are there.

    `gaps` are the longest stretches without a bar, from a time to the next bar, by time.
    """

    symbol: str
    ratio: float
    bars: int
    expected: int
    first_ts: Ts
    last_ts: Ts
    longest_gap_bars: int
    gaps: list[tuple[Ts, Ts]]


class FeedModel(Answered):
    """A market that runs can be put on; `stale_ts` is since when it does not move."""

    feed: str
    venue: str
    interval: str
    symbols: list[str]
    source: str
    begin_ts: Ts
    last_ts: Ts
    stale_ts: Ts | None
