"""The runs of one feed and shard that decide, with the books of each: built from the database, and from nothing else.

A run's state is stored when it changes, not at every bar. To go on, the books begin at the oldest state that is stored
and live through the bars since, as they did before; whatever was stored later is put in its place on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from paddock.core.errors import Invalid
from paddock.core.orders import Refusal
from paddock.engine.carried import LAYOUT
from paddock.engine.live import LiveSession
from paddock.journal.schema import insert_new, upsert
from paddock.market.tape import Tape
from paddock.runtime.legs import report_of
from paddock.runtime.lifecycle import KEPT, Wanted
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.seen import extended, read_bars
from paddock.runtime.tables import bot_versions, cohorts, layouts, run_states, runs
from paddock.runtime.wants import Fact
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.program import Program
from paddock.strategy.validate import load_document

LAYOUT_ID = hashlib.sha256(LAYOUT.encode()).hexdigest()[:16]
CHECKPOINT_BARS = 512  # a state that is older is stored again, so that going on stays quick
Asked = frozenset[tuple[str, str]]  # (symbol, reason) of entries that were refused at a bar


@dataclass(slots=True)
class Member:
    """A run that decides: its place in the session, and what of it is not in its books."""

    run: Run
    bot: int
    program: Program
    decision: int
    refused: Asked
    stored_bar: int  # the session's bar at which its state was stored last
    leaving: bool = False


@dataclass(slots=True)
class Kept:
    """Runs that decide together. After an error in a transaction it must be loaded again (`Kept.load`)."""

    feed: str
    shard: int
    session: LiveSession
    members: list[Member]
    last_ts: int
    broken: bool = False
    by_run: dict[str, Member] = field(init=False)

    def __post_init__(self) -> None:
        self.by_run = {member.run.run_id: member for member in self.members}

    # The desk's books

    def apply(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Book what a venue reported of runs that are kept here, and store their states."""
        told = [(member, fact) for fact in facts if (member := self.by_run.get(fact.run_id)) and not member.leaving]
        if told:
            self.broken = True  # until the transaction is over, these books are ahead of the database
            self.session.book([report_of(fact, member.bot) for member, fact in told])
            self.store(conn, {member.bot: member for member, _ in told}.values())
            self.broken = False

    def forget(self, run_ids: frozenset[str]) -> None:
        """The books are ahead of the database."""
        self.broken = self.broken or not run_ids.isdisjoint(self.by_run)

    def store(self, conn: Connection, members: Iterable[Member]) -> None:
        """Write the state of runs as it is after the last bar."""
        chosen = [member for member in members if not member.leaving]
        if not chosen:
            return
        states = self.session.states([member.bot for member in chosen])
        insert_new(conn, layouts, [{"layout_id": LAYOUT_ID, "layout": LAYOUT}])
        rows = [
            {
                "run_id": member.run.run_id,
                "bar_ts": self.last_ts,
                "layout_id": LAYOUT_ID,
                "state": state,
                "refused": sorted(member.refused),
            }
            for member, state in zip(chosen, states, strict=True)
        ]
        upsert(conn, run_states, rows)
        for member in chosen:
            member.stored_bar = self.session.bar

    def note(self, changed: Iterable[Run]) -> None:
        """Runs as they are now; one that is to stop, or is not kept any more, decides no further."""
        for run in changed:
            if member := self.by_run.get(run.run_id):
                member.run = run
                member.leaving = run.state not in KEPT or run.wanted is Wanted.STOPPED

    def old(self) -> list[Member]:
        """Runs whose state was stored too long ago."""
        return [member for member in self.members if self.session.bar - member.stored_bar >= CHECKPOINT_BARS]


def begun(conn: Connection, feed: str, shard: int, now_ts: int) -> None:
    """Let the runs of a shard begin after the bar that opened at `now_ts`, unless they did before."""
    insert_new(conn, cohorts, [{"feed": feed, "shard": shard, "last_ts": now_ts}])


class Loader:
    """Builds what is kept. Programs are compiled once for each version."""

    def __init__(self, feed: str, history: Tape) -> None:
        self._feed, self._history = feed, history
        self._programs: dict[str, Program] = {}

    def load(self, conn: Connection, shard: int, failed: Callable[[Run, Invalid], None]) -> Kept:
        """The runs of a shard that was `begun` and that are to decide, as they were after its last bar.

        A run whose version cannot be compiled, or whose state does not fit it, is told to `failed` and left out.
        """
        last_ts = conn.execute(
            select(cohorts.c.last_ts).where(cohorts.c.feed == self._feed, cohorts.c.shard == shard)
        ).scalar_one()
        found = [(run, row) for run, row in _rows(conn, self._feed, shard) if self._compiles(conn, run, failed)]
        bars = read_bars(conn, self._feed, int(self._history.ts[-1]), last_ts)
        first = min([_stored_ts(run, row) for run, row in found], default=last_ts)
        begin = sum(bar.ts <= first for bar in bars)
        tape = extended(self._history, bars[:begin])
        programs = [self._programs[run.strategy_hash] for run, _ in found]
        session = LiveSession(programs, tape, starts=[run.capital for run, _ in found])
        fresh = session.states(range(len(found)))
        members = [
            Member(run, bot, programs[bot], run.decision, _asked(row), session.bar)
            for bot, (run, row) in enumerate(found)
        ]
        waiting = sorted(
            ((_stored_ts(run, row), bot, row) for bot, (run, row) in enumerate(found)), key=lambda one: one[:2]
        )
        nothing = np.full(len(session.slots), Refusal.PAUSED, np.int8)
        at = 0
        for bar in [*bars[begin:], None]:
            while at < len(waiting) and (bar is None or waiting[at][0] < bar.ts):
                _, bot, row = waiting[at]
                at += 1
                members[bot].stored_bar = session.bar
                if row.bytes is None:
                    session.restore(bot, fresh[bot])
                else:
                    session.restore(bot, row.bytes, row.layout)
            if bar is not None:
                session.close(bar, nothing)  # whatever acted was stored: an entry that shows up here was refused then
        return Kept(self._feed, shard, session, members, last_ts)

    def _compiles(self, conn: Connection, run: Run, failed: Callable[[Run, Invalid], None]) -> bool:
        if run.strategy_hash in self._programs:
            return True
        wanted = select(bot_versions.c.document).where(
            bot_versions.c.bot_id == run.bot_id, bot_versions.c.version == run.version
        )
        try:
            document = load_document(conn.execute(wanted).scalar_one())
            self._programs[run.strategy_hash] = compile_strategy(document, self._history.symbols)
        except Invalid as error:
            failed(run, error)
            return False
        return True


def _rows(conn: Connection, feed: str, shard: int) -> list[tuple[Run, Any]]:
    """Runs that are to decide, by id, with their stored states (None without one)."""
    wanted = (
        select(
            *COLUMNS,
            run_states.c.bar_ts,
            run_states.c.state.label("bytes"),
            run_states.c.refused,
            layouts.c.layout,
        )
        .outerjoin(run_states, run_states.c.run_id == runs.c.run_id)
        .outerjoin(layouts, layouts.c.layout_id == run_states.c.layout_id)
        .where(runs.c.feed == feed, runs.c.shard == shard, runs.c.state.in_(KEPT), runs.c.wanted != Wanted.STOPPED)
        .order_by(runs.c.run_id)
    )
    return [(run_from(row[: len(COLUMNS)]), row) for row in conn.execute(wanted)]


def _stored_ts(run: Run, row: Any) -> int:
    """The bar after which a run's state was stored; before its first bar it has none."""
    assert run.begin_ts is not None
    return run.begin_ts - 1 if row.bar_ts is None else int(row.bar_ts)


def _asked(row: Any) -> Asked:
    return frozenset((symbol, reason) for symbol, reason in row.refused or ())
