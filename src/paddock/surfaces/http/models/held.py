"""What runs hold, and how a fleet of them stands, on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from paddock.runtime.guards import Protection
from paddock.runtime.health import Condition
from paddock.runtime.watched import LevelKind
from paddock.surfaces.http.models.base import Answered, Signed, Ts
from paddock.surfaces.http.models.runtime import BotModel, ReasonModel, RunModel

Why = Annotated[dict[str, str], Field(description="why a value is null that may be there, by its name")]


class LotModel(Answered):
    """What is left of one opening fill; a position is closed first in, first out."""

    fill_id: str
    opened_ts: Ts
    qty: str
    entry_px: str
    unrealised_usd: Signed | None


class PositionModel(Answered):
    """`entry_px` is the average; `fees_usd` and `funding_usd` are those of what is still open.

    `mark_px` is the close at `mark_ts`; `notional_usd` and `unrealised_usd` (without fees and funding) are at it.
    `protection` says whether an acknowledged stop covers the whole position, since `protected_since_ts`, or since
    `bare_since_ts` does not. A level that is null is not there, unless `unknown` says otherwise.
    """

    symbol: str
    side: str
    qty: str
    entry_px: str
    opened_ts: Ts
    cost_usd: Signed
    fees_usd: Signed
    funding_usd: Signed
    realised_usd: Signed
    mark_px: str | None
    mark_ts: Ts | None
    notional_usd: Signed | None
    unrealised_usd: Signed | None
    leverage: float | None
    protection: Protection
    stop_px: str | None
    take_px: str | None
    trail_px: str | None
    liquidation_px: str | None
    protected_since_ts: Ts | None
    bare_since_ts: Ts | None
    unknown: Why
    lots: list[LotModel]


class LevelModel(Answered):
    """A price that was watched from `since_ts` until `until_ts`, or still.

    `order_ts` is when what put it there was acknowledged, or on paper decided or filled.
    """

    kind: LevelKind
    px: str
    since_ts: Ts
    until_ts: Ts | None
    order_ts: Ts


class FleetPoint(Answered):
    ts: Ts
    equity_usd: Signed


class FleetParity(Answered):
    """How far a run is from its backtest, in basis points of its capital a day."""

    ts: Ts
    bps_a_day: float


class FleetRun(Answered):
    """A run with all that a dashboard shows of it.

    `booked_usd` is realised less fees and with funding, `unrealised_usd` that of all positions at their marks;
    `equity_usd` is both with the capital. They are null where a position has no price. `drawdown_pct` is how far
    `equity_usd` lies below the highest that was known. `equity` is what it was worth when it decided: first,
    last, and between them at few times, which stay as they are until a longer life has every other one left out.
    """

    run: RunModel
    condition: Condition
    reasons: list[ReasonModel]
    booked_usd: Signed
    unrealised_usd: Signed | None
    equity_usd: Signed | None
    drawdown_pct: float | None
    parity: FleetParity | None
    last_decision_ts: Ts | None
    positions: list[PositionModel]
    equity: list[FleetPoint]


class FleetRow(Answered):
    """A bot with a run that goes on or still holds something, else its newest; both null for one never deployed."""

    bot: BotModel
    account: str | None
    current: FleetRun | None


class AlertModel(Answered):
    """Something that wants a person: `what` it is about (a bot, an account, a feed, or everything), and the bots that
    it touches.

    `kind` is failed, unprotected, breach, frozen, blocked, stale, unknown_order or kill.
    """

    kind: str
    what: str
    text: str
    since_ts: Ts | None
    bot_ids: list[str]


class FleetModel(Answered):
    """Bots by their ids, a row for each run that goes on or holds something, and what wants a person among them."""

    items: list[FleetRow]
    next: str | None
    alerts: list[AlertModel]
