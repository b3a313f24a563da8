"""How does a whole fleet stand? Every bot's runs with their worth, gathered with as few questions as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, func, literal, select

from paddock.journal.ledger import Book, balances
from paddock.journal.schema import slices
from paddock.journal.tables import decisions, equity_points
from paddock.runtime.bots import Bot
from paddock.runtime.health import Facts, facts_of
from paddock.runtime.lifecycle import RunState
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.tables import accounts, parities, run_states, runs
from paddock.surfaces.http.held import Held, held_by

POINTS: Final = 48  # of equity that are shown of a run
_BOOKED: Final = (Book.REALISED, Book.FEES, Book.FUNDING)  # what was earned stands below 0 there


@dataclass(frozen=True, slots=True)
class Curve:
    """A run's equity when it decided, at times that lie evenly between its first and its last; and the highest."""

    points: Sequence[tuple[int, int]]
    peak: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """Runs of some bots, and what is known of them by run. Money is micro-dollars."""

    bots: Sequence[Bot]
    runs: Mapping[str, Sequence[Run]]  # by bot: those that go on, else the newest
    accounts: Mapping[str, str]  # names, by id
    facts: Facts
    held: Mapping[str, Sequence[Held]]
    booked: Mapping[str, int]
    curves: Mapping[str, Curve]
    parities: Mapping[str, tuple[int, float]]  # when, and basis points a day
    decided: Mapping[str, int]
    refused: Mapping[str, Sequence[tuple[str, str]]]  # symbol and reason of entries that are asked for in vain

    def unrealised(self, run_id: str) -> int | None:
        """Of all positions of a run; None where one has no price."""
        made = [one.unrealised for one in self.held.get(run_id, ())]
        return None if None in made else sum(one for one in made if one is not None)

    def equity(self, run: Run) -> int | None:
        """What a run is worth now; None where a position has no price."""
        unrealised = self.unrealised(run.run_id)
        return None if unrealised is None else run.capital + self.booked.get(run.run_id, 0) + unrealised

    def drawdown_pct(self, run: Run) -> float | None:
        """How far a run is below its highest worth that is known, 0 or less."""
        now, curve = self.equity(run), self.curves.get(run.run_id)
        if now is None:
            return None
        peak = max(run.capital, now, curve.peak if curve else 0)
        return round(100 * (now - peak) / peak, 6)


def fleet_of(conn: Connection, owner: str, bots: Sequence[Bot]) -> Fleet:
    """Everything of these bots' runs. The number of questions does not grow with them."""
    shown = _runs(conn, owner, [bot.bot_id for bot in bots])
    every = [run for found in shown.values() for run in found]
    ids = sorted(run.run_id for run in every)
    names = select(accounts.c.account_id, accounts.c.name).where(accounts.c.owner == owner)
    return Fleet(
        bots=bots,
        runs=shown,
        accounts=dict(conn.execute(names).all()),
        facts=facts_of(conn, every),
        held=held_by(conn, every),
        booked=_booked(conn, every),
        curves=_curves(conn, ids),
        parities=_parities(conn, ids),
        decided=_decided(conn, ids),
        refused=_refused(conn, ids),
    )


def _runs(conn: Connection, owner: str, bot_ids: Sequence[str]) -> dict[str, list[Run]]:
    """By bot, the newest first."""
    newest = func.row_number().over(
        partition_by=runs.c.bot_id, order_by=(runs.c.deployed_ts.desc(), runs.c.run_id.desc())
    )
    found: defaultdict[str, list[Run]] = defaultdict(list)
    for part in slices(bot_ids):
        ranked = select(*COLUMNS, newest.label("nth")).where(runs.c.owner == owner, runs.c.bot_id.in_(part)).subquery()
        wanted = select(*(ranked.c[column.name] for column in COLUMNS))
        goes_on = (ranked.c.state != RunState.STOPPED) | (ranked.c.nth == 1)
        for row in conn.execute(wanted.where(goes_on).order_by(ranked.c.nth)):
            run = run_from(row)
            found[run.bot_id].append(run)
    return {bot: [run for run in each if run.state is not RunState.STOPPED] or each for bot, each in found.items()}


def _booked(conn: Connection, wanted: Sequence[Run]) -> dict[str, int]:
    """Realised, less fees, and funding."""
    c, found = balances.c, dict[str, int]()
    account_ids = sorted({run.account_id for run in wanted})
    for part in slices(sorted(run.run_id for run in wanted)):
        mine = (c.account_id.in_(account_ids), c.run_id.in_(part), c.book.in_(_BOOKED))
        rows = conn.execute(select(c.run_id, func.sum(c.amount)).where(*mine).group_by(c.run_id))
        found |= {run_id: -int(amount) for run_id, amount in rows}
    return found


def _curves(conn: Connection, run_ids: Sequence[str]) -> dict[str, Curve]:
    """Each point is found by its key: a long life has more of them than anybody wants to read."""
    p = equity_points.c
    first = select(literal(0).label("n")).cte("steps", recursive=True)
    steps = first.union_all(select(first.c.n + 1).where(first.c.n < POINTS - 1))
    found: dict[str, Curve] = {}
    for part in slices(run_ids):
        spans = (
            select(
                p.run_id, func.min(p.ts).label("first"), func.max(p.ts).label("last"), func.max(p.equity).label("peak")
            )
            .where(p.run_id.in_(part))
            .group_by(p.run_id)
            .subquery()
        )
        ts = spans.c.first + (spans.c.last - spans.c.first) * steps.c.n // (POINTS - 1)
        at = equity_points.alias()
        value = (
            select(at.c.equity).where(at.c.run_id == spans.c.run_id, at.c.ts <= ts).order_by(at.c.ts.desc()).limit(1)
        )
        points: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        peaks: dict[str, int] = {}
        wanted = select(spans.c.run_id, ts, value.scalar_subquery(), spans.c.peak).join(steps, literal(True))
        for run_id, when, equity, peak in conn.execute(wanted.order_by(spans.c.run_id, steps.c.n)):
            peaks[run_id] = int(peak)
            if not points[run_id] or points[run_id][-1][0] != when:
                points[run_id].append((int(when), int(equity)))
        found |= {run_id: Curve(points[run_id], peaks[run_id]) for run_id in points}
    return found


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
