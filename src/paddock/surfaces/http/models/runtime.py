"""Bots, runs, accounts and kill switches on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book
from paddock.runtime.health import Condition
from paddock.runtime.lifecycle import KillAction, RunState, StopMode, Wanted
from paddock.surfaces.http.models.base import (
    FEED_FORM,
    SCOPE_FORM,
    SCOPED_FORM,
    Answered,
    Document,
    Id,
    Money,
    Name,
    Note,
    ProblemModel,
    Sent,
    Signed,
    Symbol,
    Ts,
)

AsWord = Field(strict=False)  # an enumeration comes as its word


class BotWanted(Sent):
    name: Name
    strategy: Document


class BotChange(Sent):
    """What is left out stays. A new strategy makes a new version; runs keep the version they began with."""

    name: Name | None = None
    strategy: Document | None = None


class BotCopy(Sent):
    name: Name


class BotModel(Answered):
    """`version` is the newest."""

    bot_id: str
    name: str
    version: int
    created_ts: Ts
    changed_ts: Ts


class VersionModel(Answered):
    """`strategy` is the canonical document, `strategy_hash` its SHA-256."""

    version: int
    strategy_hash: str
    created_ts: Ts
    strategy: dict[str, Any]


class ReportModel(Answered):
    """`strategy_hash` is null when there is an error among the problems.

    `sentences` is what each node says that can be read, by its id.
    """

    valid: bool
    strategy_hash: str | None
    problems: list[ProblemModel]
    sentences: dict[str, str]


class RunWanted(Sent):
    """`feed` by default that of the strategy's venue and interval, `version` by default the newest."""

    bot_id: Id
    account_id: Id
    capital_usd: Money
    feed: Annotated[str, Field(pattern=FEED_FORM)] | None = None
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class StopWanted(Sent):
    """`keep`: positions stay protected until they close; `flatten`: closed at market; `handover`: yours to protect."""

    mode: Annotated[StopMode, AsWord]


class RunModel(Answered):
    """`state` is where it stands, `wanted` what was asked of it; `asked` until that is done.

    `pnl_usd` is as of its last decision, null before the first.
    """

    run_id: str
    bot_id: str
    version: int
    strategy_hash: str
    account_id: str
    feed: str
    capital_usd: str
    pnl_usd: Signed | None
    state: RunState
    wanted: Wanted
    stop_mode: StopMode | None
    asked: bool
    reason: str
    decision: int
    deployed_ts: Ts
    begin_ts: Ts | None
    end_ts: Ts | None
    settled: bool


class EventModel(Answered):
    """An entry of the log. `digest` seals it and all before it in its stream."""

    position: int
    stream: str
    seq: int
    kind: EventKind
    ts: Ts
    payload: dict[str, Any]
    digest: str


class DecisionModel(Answered):
    """What was wanted at the close of the bar that opened at `bar_ts`, and why."""

    decision: int
    ts: Ts
    bar_ts: Ts
    detail: dict[str, Any]


class OrderModel(Answered):
    """`qty` and `filled` are null where the symbol's grid is not known yet; `px` is null without a limit or trigger."""

    order_id: str
    decision: int
    leg: int
    symbol: str
    side: str
    kind: str
    reason: str
    state: str
    lots: int
    filled_lots: int
    qty: str | None
    filled: str | None
    px: str | None
    reduce_only: bool
    venue_order_id: str
    note: str
    decided_ts: Ts
    changed_ts: Ts


class OrderHistory(Answered):
    """An order, and the entries of its run's log that are about it."""

    order: OrderModel
    events: list[EventModel]


class FillModel(Answered):
    """`order_id` is empty for a fill that no order of ours caused."""

    fill_id: str
    order_id: str
    symbol: str
    side: str
    kind: str
    qty: str
    px: str
    fee_usd: Signed
    maker: bool
    venue_ts: Ts


class ClosureModel(Answered):
    """A fill that reduced or closed a position; `pnl_usd` is after fees and funding."""

    fill_id: str
    symbol: str
    side: str
    lots: int
    entry_ts: Ts
    exit_ts: Ts
    realised_usd: Signed
    fees_usd: Signed
    funding_usd: Signed
    pnl_usd: Signed


class EquityModel(Answered):
    """At a bar's close at which something was decided."""

    ts: Ts
    equity_usd: Signed
    cash_usd: Signed


class MetricsModel(Answered):
    """What a run came to so far, by its books; `equity_usd` is that of its last decision, null before the first.

    `booked_usd` is realised less fees and with funding, `unrealised_usd` that of its positions at the last closes, and
    `worth_usd` both with the capital: null where a position has no price. `drawdown_pct` is how far `worth_usd` lies
    below the highest that was known. All are of one moment.

    `result` has the equity of every close, and all other figures.
    """

    capital_usd: str
    equity_usd: Signed | None
    pnl_usd: Signed | None
    return_pct: float | None
    realised_usd: Signed
    fees_usd: Signed
    funding_usd: Signed
    booked_usd: Signed
    unrealised_usd: Signed | None
    worth_usd: Signed | None
    drawdown_pct: float | None
    points: int
    closures: int
    wins: int
    win_rate_pct: float | None
    orders: int
    fills: int
    decisions: int


class BlockModel(Answered):
    """Why there are no entries: on a symbol, or on all ("")."""

    symbol: str
    reason: str
    detail: str
    since_ts: Ts


class ReasonModel(Answered):
    """Why a run is not well, in words, and since when."""

    text: str
    since_ts: Ts | None


class HealthModel(Answered):
    """`condition` is the worst of what `reasons` say. `unresolved` orders have no proven state."""

    condition: Condition
    reasons: list[ReasonModel]
    state: RunState
    feed_last_ts: Ts | None
    feed_stale_ts: Ts | None
    unresolved: int
    unprotected: list[str]
    blocks: list[BlockModel]


class ParityModel(Answered):
    """The run against a backtest over the bars that it saw; both null before the first measurement."""

    ts: Ts | None
    report: dict[str, Any] | None


class AccountWanted(Sent):
    """An account of paper, with play money in it."""

    name: Name
    deposit_usd: Money = "0"


class DepositWanted(Sent):
    amount_usd: Money


class LiftWanted(Sent):
    symbol: Annotated[Symbol, Field(description="only this one, else all")] | None = None


class AccountModel(Answered):
    """`cash_usd` is all of it, `free_usd` what no run has; `frozen` says why there are no entries, if so."""

    account_id: str
    name: str
    venue: str
    frozen: str
    opened_ts: Ts
    cash_usd: Signed
    free_usd: Signed


class EntryModel(Answered):
    """A line of the ledger. The lines of one `txn` sum to zero; `run_id` is empty for the account's own."""

    txn: str
    line: int
    ts: Ts
    run_id: str
    book: Book
    amount_usd: Signed


class SwitchWanted(Sent):
    """`scope` is run or account, with its `id`, or platform."""

    scope: Annotated[str, Field(pattern=SCOPE_FORM)]
    id: Annotated[str, Field(pattern=SCOPED_FORM)] = ""


class KillWanted(SwitchWanted):
    """`stop` cancels, closes and ends; `pause` stops entries. `foreign`: orders that are not ours are cancelled too."""

    action: Annotated[KillAction, AsWord] = KillAction.STOP
    reason: Note = ""
    foreign: bool = False


class KillModel(Answered):
    scope: str
    action: KillAction
    reason: str
    foreign: bool
    by: str
    engaged_ts: Ts
