"""How does a whole fleet stand? Every bot's runs with their worth, gathered with as few questions as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, and_, case, exists, func, literal, select

from paddock.journal.schema import slices
from paddock.journal.tables import decisions, equity_points, positions
from paddock.runtime.bots import Bot
from paddock.runtime.health import Facts, facts_of
from paddock.runtime.lifecycle import RunState
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.tables import accounts, parities, run_states, runs
from paddock.surfaces.http.held import Held, held_by
from paddock.surfaces.http.worth import Peaks, Worth, worths

POINTS: Final = 48  # of equity that are shown of a run
_STEPS: Final = [literal(60_000 << doubled, BigInteger) for doubled in range(30)]  # ms between them: a minute, two, ...


@dataclass(frozen=True, slots=True)
class Fleet:
    """Runs of some bots, and what is known of them by run. Money is micro-dollars, times are ms UTC."""

    bots: Sequence[Bot]
    runs: Mapping[str, Sequence[Run]]  # by bot: those that go on or still hold something, else the newest
    accounts: Mapping[str, str]  # names, by id
    facts: Facts
    held: Mapping[str, Sequence[Held]]
    worth: Mapping[str, Worth]
    curves: Mapping[str, Sequence[tuple[int, int]]]  # equity when it decided, and when
    parities: Mapping[str, tuple[int, float]]  # when, and basis points a day
    decided: Mapping[str, int]
    refused: Mapping[str, Sequence[tuple[str, str]]]  # symbol and reason of entries that are asked for in vain


def fleet_of(conn: Connection, owner: str, bots: Sequence[Bot], peaks: Peaks) -> Fleet:
    """Everything of these bots' runs. The number of questions does not grow with them."""
    shown = _runs(conn, owner, [bot.bot_id for bot in bots])
    every = [run for found in shown.values() for run in found]
    ids = sorted(run.run_id for run in every)
    held = held_by(conn, every)
    names = select(accounts.c.account_id, accounts.c.name).where(accounts.c.owner == owner)
    return Fleet(
        bots=bots,
        runs=shown,
        accounts=dict(conn.execute(names).all()),
        facts=facts_of(conn, every),
        held=held,
        worth=worths(conn, every, held, peaks),
        curves=_curves(conn, ids),
        parities=_parities(conn, ids),
        decided=_decided(conn, ids),
        refused=_refused(conn, ids),
    )


def _runs(conn: Connection, owner: str, bot_ids: Sequence[str]) -> dict[str, list[Run]]:
    """By bot, the newest first. What a stopped run keeps stands on like any other position."""
    newest = func.row_number().over(
        partition_by=runs.c.bot_id, order_by=(runs.c.deployed_ts.desc(), runs.c.run_id.desc())
    )
    shown: defaultdict[str, list[Run]] = defaultdict(list)
    last: dict[str, Run] = {}
    for part in slices(bot_ids):
        ranked = select(*COLUMNS, newest.label("nth")).where(runs.c.owner == owner, runs.c.bot_id.in_(part)).subquery()
        held = exists().where(positions.c.run_id == ranked.c.run_id, positions.c.qty != 0)
        stands = ((ranked.c.state != RunState.STOPPED) | held).label("stands")
        wanted = select(*(ranked.c[column.name] for column in COLUMNS), stands)
        for row in conn.execute(wanted.where(stands | (ranked.c.nth == 1)).order_by(ranked.c.nth)):
            run = run_from(row[:-1])
            last.setdefault(run.bot_id, run)
            if row.stands:
                shown[run.bot_id].append(run)
    return {bot_id: shown.get(bot_id) or [run] for bot_id, run in last.items()}


def _curves(conn: Connection, run_ids: Sequence[str]) -> dict[str, list[tuple[int, int]]]:
    """At the first decision and the last, and between them on a grid whose step doubles as a run grows old: what was
    drawn stays where it is. Each point is found by its key, since a long life has more of them than anybody reads."""
    p = equity_points.c
    first = select(literal(0).label("n")).cte("steps", recursive=True)
    steps = first.union_all(select(first.c.n + 1).where(first.c.n < POINTS - 1))
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for part in slices(run_ids):
        ends = [select(end(p.ts)).where(p.run_id == runs.c.run_id).scalar_subquery() for end in (func.min, func.max)]
        spans = select(runs.c.run_id, ends[0].label("first"), ends[1].label("last")).where(runs.c.run_id.in_(part))
        span = spans.cte("spans").prefix_with("MATERIALIZED").c  # else both ends are looked up again for each point
        step = case(*((span.last - span.first < (POINTS - 2) * each, each) for each in _STEPS), else_=_STEPS[-1])
        on_grid = (span.first // step + steps.c.n) * step
        ts = case((steps.c.n == 0, span.first), (on_grid > span.last, span.last), else_=on_grid)
        at = equity_points.alias()
        value = select(at.c.equity).where(at.c.run_id == span.run_id, at.c.ts <= ts).order_by(at.c.ts.desc()).limit(1)
        wanted = select(span.run_id, ts, value.scalar_subquery()).where(span.first.is_not(None))
        for run_id, when, equity in conn.execute(wanted.join(steps, literal(True)).order_by(span.run_id, steps.c.n)):
            if not found[run_id] or found[run_id][-1][0] != when:
                found[run_id].append((int(when), int(equity)))
    return dict(found)


def _parities(conn: Connection, run_ids: Sequence[str]) -> dict[str, tuple[int, float]]:
    found: dict[str, tuple[int, float]] = {}
    for part in slices(run_ids):
        for run_id, ts, report in conn.execute(select(parities).where(parities.c.run_id.in_(part))):
            found[run_id] = ts, float(report["bps_a_day"]["total"])
    return found


def _decided(conn: Connection, run_ids: Sequence[str]) -> dict[str, int]:
    """When the last decision of each run was."""
    last = and_(decisions.c.run_id == runs.c.run_id, decisions.c.decision == runs.c.decision)
    found: dict[str, int] = {}
    for part in slices(run_ids):
        wanted = select(runs.c.run_id, decisions.c.ts).join(decisions, last).where(runs.c.run_id.in_(part))
        found |= dict(conn.execute(wanted).all())
    return found


def _refused(conn: Connection, run_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, Any] = {}
    for part in slices(run_ids):
        wanted = select(run_states.c.run_id, run_states.c.refused).where(run_states.c.run_id.in_(part))
        found |= {run_id: [tuple(one) for one in refused] for run_id, refused in conn.execute(wanted)}
    return found
