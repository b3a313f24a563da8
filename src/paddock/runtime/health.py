"""How is a run? One function says so, for every surface: the worst thing that is true of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from paddock.core.orders import OrderState
from paddock.journal.intents import intents
from paddock.journal.schema import slices
from paddock.runtime.desk_tables import desk_blocks
from paddock.runtime.feeds import feed_records
from paddock.runtime.kill import Kill, account_scope, engaged, run_scope
from paddock.runtime.lifecycle import KEPT, RunState
from paddock.runtime.runs import Run


class Condition(StrEnum):
    """From the best to the worst."""

    HEALTHY = "healthy"
    WAITING = "waiting"  # nobody has taken it up, or it is on its way to where it was asked
    PAUSED = "paused"
    DEGRADED = "degraded"  # it goes on, but not with everything
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run is not well, since `since_ts` (ms UTC) where that is known. `about` names the feed, or the scope of a
    switch: the run, its account or the platform."""

    kind: str  # of its state: "state"; else "stale", "kill", "frozen", "blocked", "unknown_order"
    about: str
    text: str
    since_ts: int | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """`condition` is the worst of what `reasons` say; no reason: all is well."""

    condition: Condition
    reasons: tuple[Reason, ...]


_OF_STATE = {
    RunState.DRAFT: Condition.WAITING,
    RunState.ACTIVE: Condition.HEALTHY,
    RunState.PAUSED: Condition.PAUSED,
    RunState.STOPPED: Condition.STOPPED,
    RunState.FAILED: Condition.FAILED,
    RunState.QUARANTINED: Condition.FAILED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What may stand in the way of some runs: feeds that are silent and since when, switches that are engaged, blocks
    of their accounts (rows), and by run the orders of which nobody knows what became."""

    stale: Mapping[str, int]
    kills: Sequence[Kill]
    blocks: Sequence[Row[Any]]
    unknown: Mapping[str, Sequence[str]]


def health_of(conn: Connection, run: Run) -> Health:
    """What stands between a run and doing what it is there for."""
    return judged(run, facts_of(conn, [run]))


def facts_of(conn: Connection, wanted: Sequence[Run]) -> Facts:
    """Of these runs; as many questions for one as for many."""
    kept = [run for run in wanted if run.state in KEPT]
    accounts = sorted({run.account_id for run in kept})
    blocks = select(desk_blocks).where(desk_blocks.c.account_id.in_(accounts))
    c, unknown = intents.c, defaultdict[str, list[str]](list)
    for part in slices(sorted(run.run_id for run in kept)):
        lost = select(c.run_id, c.intent_id).where(c.run_id.in_(part), c.state == OrderState.UNKNOWN)
        for run_id, name in conn.execute(lost.where(c.account_id.in_(accounts))):
            unknown[run_id].append(name)
    return Facts(
        stale={feed.feed: feed.stale_ts for feed in feed_records(conn) if feed.stale_ts is not None},
        kills=engaged(conn),
        blocks=conn.execute(blocks.order_by(desk_blocks.c.symbol, desk_blocks.c.reason)).all(),
        unknown=unknown,
    )


def judged(run: Run, facts: Facts) -> Health:
    """The one judgement of a run's health."""
    found: list[tuple[Condition, Reason]] = []
    own = run_scope(run.run_id)
    if run.state is not RunState.ACTIVE:
        found.append((_OF_STATE[run.state], Reason("state", own, stated(run), run.end_ts)))
    if run.asked and run.state in KEPT:
        found.append((Condition.WAITING, Reason("state", own, f"it is to be {run.wanted}")))
    found += [(Condition.DEGRADED, reason) for reason in limits(run, facts)]
    order = list(Condition)
    worst = max((condition for condition, _ in found), key=order.index, default=Condition.HEALTHY)
    return Health(worst, tuple(reason for _, reason in found))


def stated(run: Run) -> str:
    """Its state, and why it is in it."""
    return f"{run.state}: {run.reason}" if run.reason else str(run.state)


def limits(run: Run, facts: Facts) -> Iterator[Reason]:
    """What stands in the way of a run that is kept going."""
    if run.state not in KEPT:
        return
    account = account_scope(run.account_id)
    if run.feed in facts.stale:
        yield Reason("stale", run.feed, "the feed is silent: nothing is decided on it", facts.stale[run.feed])
    for kill in facts.kills:
        if kill.covers(run.account_id, run.run_id):
            what = kill.scope.partition(":")[0]
            yield Reason("kill", kill.scope, f"the {what}'s kill switch is engaged: {kill.reason}", kill.engaged_ts)
    for row in _blocks(run, facts):
        why = f"no entries on {row.symbol or 'any market'}: {row.reason.replace('_', ' ')}"
        kind = "blocked" if row.book or row.symbol else "frozen"
        yield Reason(kind, account, f"{why}, {row.detail}" if row.detail else why, row.since_ts)
    lost = len(facts.unknown.get(run.run_id, ()))
    if lost:
        what = "an order" if lost == 1 else f"{lost} orders"
        yield Reason("unknown_order", run_scope(run.run_id), f"nobody knows what became of {what}")


def _blocks(run: Run, facts: Facts) -> list[Row[Any]]:
    return [row for row in facts.blocks if row.account_id == run.account_id and row.book in ("", run.run_id)]
