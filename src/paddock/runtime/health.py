"""How is a run? One function says so, for every surface: the worst thing that is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, select

from paddock.core.orders import OrderState
from paddock.journal.intents import intents
from paddock.runtime.desk_tables import desk_blocks
from paddock.runtime.feeds import feed_record
from paddock.runtime.kill import engaged_over
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
class Health:
    """`condition` is the worst of what `reasons` say; no reason: all is well."""

    condition: Condition
    reasons: tuple[str, ...]


_OF_STATE = {
    RunState.DRAFT: Condition.WAITING,
    RunState.ACTIVE: Condition.HEALTHY,
    RunState.PAUSED: Condition.PAUSED,
    RunState.STOPPED: Condition.STOPPED,
    RunState.FAILED: Condition.FAILED,
    RunState.QUARANTINED: Condition.FAILED,
}


def health_of(conn: Connection, run: Run) -> Health:
    """What stands between a run and doing what it is there for."""
    found: list[tuple[Condition, str]] = []
    if run.state is not RunState.ACTIVE:
        found.append((_OF_STATE[run.state], f"{run.state}: {run.reason}" if run.reason else str(run.state)))
    if run.asked and run.state in KEPT:
        found.append((Condition.WAITING, f"it is to be {run.wanted}"))
    if run.state in KEPT:
        found += [(Condition.DEGRADED, reason) for reason in _limits(conn, run)]
    order = list(Condition)
    worst = max((condition for condition, _ in found), key=order.index, default=Condition.HEALTHY)
    return Health(worst, tuple(reason for _, reason in found))


def _limits(conn: Connection, run: Run) -> list[str]:
    found: list[str] = []
    stale_ts = feed_record(conn, run.feed).stale_ts
    if stale_ts is not None:
        found.append(f"the feed {run.feed} is silent since {stale_ts}")
    kill = engaged_over(conn, run.account_id, run.run_id)
    if kill is not None:
        found.append(f"the kill switch of {kill.scope} is engaged: {kill.reason}")
    blocks = select(desk_blocks.c.symbol, desk_blocks.c.reason).where(
        desk_blocks.c.account_id == run.account_id, desk_blocks.c.book.in_(("", run.run_id))
    )
    found += [f"no entries on {symbol or 'any symbol'}: {reason}" for symbol, reason in conn.execute(blocks)]
    unknown = select(intents.c.intent_id).where(intents.c.run_id == run.run_id, intents.c.state == OrderState.UNKNOWN)
    found += [f"nobody knows what became of order {name}" for name in conn.execute(unknown).scalars()]
    return found
