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
    """A strategy in plain English: where it acts, what it does at each close (lines of each rule), what it may risk."""

    name: str
    strategy_hash: str
    text: str
    description: str
    where: str
    rules: list[list[str]]
    risk: list[str]


class BlockModel(Answered):
    """A part of a graph, with what a builder needs to offer it."""

    type: str
    title: str
    family: str
    aliases: list[str]
    params: list[dict[str, Any]]


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


class CoverageModel(Answered):
    """`ratio` of the bars between the first and the last that are there."""

    symbol: str
    ratio: float
    bars: int
    expected: int
    first_ts: Ts
    last_ts: Ts
    longest_gap_bars: int


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
