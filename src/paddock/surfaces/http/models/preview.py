"""Strategies looked at while they are written: what one would have done, what changed, and what it is in Python."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from paddock.strategy.difference import Kind
from paddock.surfaces.http.models.base import VENUE_FORM, Answered, Document, ProblemModel, Sent, Signed, Symbol, Ts
from paddock.surfaces.preview import MOST_BARS

Candle = tuple[int, float, float, float, float, float | None]


class PreviewWanted(Sent):
    """The last `bars` of one symbol; left out, the strategy's venue and the first symbol of it that has candles."""

    strategy: Document
    venue: Annotated[str, Field(pattern=VENUE_FORM)] | None = None
    symbol: Symbol | None = None
    bars: Annotated[int, Field(ge=10, le=MOST_BARS)] = 500


class LineModel(Answered):
    """An indicator at each candle, null where it is not known; `pane` is price, or own."""

    label: str
    pane: str
    values: list[float | None]


class MarkModel(Answered):
    """A fill in the bar that opened at `ts`. `kind` is entry or exit, `side` that of the position, long or short.

    `node` is what asked for it, null for protection and where several nodes ask for the same.
    """

    ts: Ts
    px: float
    kind: str
    side: str
    reason: str
    node: str | None
    pnl_usd: Signed | None


class PreviewModel(Answered):
    """What the strategy would have done with 10,000 dollars, flat before the first candle, at the usual costs.

    `candles` are [ts, open, high, low, close, volume]; `symbols` can be asked for; `levels` are what the lines of the
    pane `own` are held against, in `unit`. `trades` and `net_pnl_usd` are over all symbols that were run; `problems`
    are warnings.
    """

    venue: str
    symbol: str
    symbols: list[str]
    interval: str
    source: str
    coverage: float
    candles: list[Candle]
    lines: list[LineModel]
    levels: list[float]
    unit: str
    marks: list[MarkModel]
    trades: int
    net_pnl_usd: Signed
    problems: list[ProblemModel]


class DifferenceWanted(Sent):
    before: Document
    after: Document


class ChangeModel(Answered):
    """`where` is a path in a document, `what` a line of English; `before` and `after` are values with their units."""

    kind: Kind
    where: str
    what: str
    before: str
    after: str


class DifferenceModel(Answered):
    """What changed in meaning; layout and order are none. `same`: both name the same version."""

    same: bool
    changes: list[ChangeModel]


class ScriptWanted(Sent):
    strategy: Document


class ScriptModel(Answered):
    """A Python source, and the strategy class in it."""

    class_name: str
    source: str
