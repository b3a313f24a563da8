"""The runs of one feed and shard that decide, with the books of each: built from the database, and from nothing else.

A run's state is stored when it changes, not at every bar. To go on, the books begin at the oldest state that is stored
and live through the bars since, as they did before; whatever was stored later is put in its place on the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, select, tuple_

from paddock.core.errors import Code, Invalid
from paddock.core.orders import Refusal
from paddock.engine.carried import LAYOUT, LAYOUT_ID
from paddock.engine.live import LiveSession
from paddock.journal.schema import insert_new, slices, upsert
from paddock.journal.tables import positions
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.closes import Closes
from paddock.runtime.legs import report_of
from paddock.runtime.lifecycle import KEPT, Wanted
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.sandbox import Sandbox, decide_all
from paddock.runtime.seen import lived, read_bars
from paddock.runtime.tables import bot_versions, cohorts, layouts, run_states, runs
from paddock.runtime.wants import Fact
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.program import Action, Program
from paddock.strategy.validate import load_variant

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
    box: Sandbox | None = None  # of a strategy in Python
    leaving: bool = False


@dataclass(slots=True)
class Kept:
    """Runs that decide together. After an error in a transaction it must be loaded again (`Kept.load`)."""

    feed: str
    shard: int
    session: LiveSession
    closes: Closes
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
            was, self.broken = self.broken, True  # an error here leaves these books ahead of the database
            self.session.book([report_of(fact, member.bot) for member, fact in told])
            self.store(conn, {member.bot: member for member, _ in told}.values())
            self.broken = was

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
                "memory": member.box.memory if member.box else None,
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
                member.run, member.decision = run, run.decision
                member.leaving = run.state not in KEPT or run.wanted is Wanted.STOPPED

    def due(self) -> list[Member]:
        """Runs whose state is to be stored whatever they do: too long ago, or with a memory that nothing else tells."""
        return [
            member
            for member in self.members
            if member.box is not None or self.session.bar - member.stored_bar >= CHECKPOINT_BARS
        ]

    def ask(self, bar: Bar) -> tuple[dict[int, tuple[Action, ...]], dict[str, Invalid]]:
        """What strategies in Python want at the close of `bar`, by bot; and runs that failed by it, which leave."""
        self.closes.move(bar)
        asked = {
            member.bot: (member.box, seen)
            for member in self.members
            if member.box is not None
            and not member.leaving
            and (seen := self.closes.of(member.bot, member.program.symbols)).present
        }
        actions: dict[int, tuple[Action, ...]] = {}
        failures: dict[str, Invalid] = {}
        for bot, given in decide_all(asked):
            if isinstance(given, Invalid):
                self.members[bot].leaving = True
                failures[self.members[bot].run.run_id] = given
            elif given:
                actions[bot] = given
        return dict(sorted(actions.items())), failures

    def close(self) -> None:
        """End the processes of strategies."""
        for member in self.members:
            if member.box is not None:
                member.box.stop()


def begun(conn: Connection, feed: str, shard: int, now_ts: int) -> None:
    """Let the runs of a shard begin after the bar that opened at `now_ts`, unless they did before."""
    insert_new(conn, cohorts, [{"feed": feed, "shard": shard, "last_ts": now_ts}])


Boxes = Callable[[Document, Sequence[str] | None], Sandbox]
Failed = Callable[[str, Invalid], None]  # of a run's id


class Loader:
    """Builds what is kept. Graphs are compiled once for each version; `boxes` makes processes for Python."""

    def __init__(self, feed: str, history: Tape, boxes: Boxes | None = None) -> None:
        self._feed, self._history, self._boxes = feed, history, boxes
        self._programs: dict[str, Program] = {}

    def load(self, conn: Connection, shard: int, failed: Failed) -> Kept:
        """The runs of a shard that was `begun` and that are to decide, as they were after its last bar.

        A run whose version cannot be run, or whose state does not fit it, is told to `failed` and left out.
        """
        last_ts = conn.execute(
            select(cohorts.c.last_ts).where(cohorts.c.feed == self._feed, cohorts.c.shard == shard)
        ).scalar_one()
        rows = _rows(conn, self._feed, shard)
        documents = _documents(conn, [run for run, _ in rows if run.strategy_hash not in self._programs])
        found = [
            (run, row, *prepared)
            for run, row in rows
            if (prepared := self._prepared(run, row, documents.get((run.bot_id, run.version)), failed))
        ]
        first = min([_stored_ts(run, row) for run, row, *_ in found], default=last_ts)
        tape = lived(conn, self._feed, self._history, first) if found else self._history  # nobody asks what was
        since = read_bars(conn, self._feed, int(tape.ts[-1]), last_ts) if found else []
        features = tuple(dict.fromkeys(feature for *_, box in found if box for feature in box.features))
        programs = [program for _, _, program, _ in found]
        session = LiveSession(programs, tape, starts=[run.capital for run, *_ in found], features=features)
        members = [
            Member(run, bot, program, run.decision, _asked(row), session.bar, box)
            for bot, (run, row, program, box) in enumerate(found)
        ]
        kept = Kept(self._feed, shard, session, Closes(session, tape, features), members, last_ts)
        _live_through(kept, [row for _, row, *_ in found], since, failed)
        _compare(conn, kept, failed)
        return kept

    def _prepared(self, run: Run, row: Any, raw: object, failed: Failed) -> tuple[Program, Sandbox | None] | None:
        """The program of a run, and the process that decides for it if it is in Python; `raw` is its document."""
        if run.strategy_hash in self._programs:
            return self._programs[run.strategy_hash], None
        try:
            document = load_variant(raw)
            if isinstance(document.body, PythonCode):
                return self._started(document, row)
            self._programs[run.strategy_hash] = compile_strategy(document, self._history.symbols)
        except Invalid as error:
            failed(run.run_id, error)
            return None
        return self._programs[run.strategy_hash], None

    def _started(self, document: Document, row: Any) -> tuple[Program, Sandbox]:
        """A process that goes on with what its strategy remembers. Raises Invalid (strategy.python)."""
        if self._boxes is None or (row.bytes is not None and row.memory is None):
            what = "is not run by this worker" if self._boxes is None else "cannot go on: its memory could not be kept"
            raise Invalid(
                Code.STRATEGY_PYTHON,
                f"a strategy in Python {what}",
                where="python",
                seen=document.name,
                rule="a strategy runs in a process of its own, and what it remembers can be stored",
            )
        box = self._boxes(document, self._history.symbols)
        box.start(row.memory)
        assert box.program is not None
        return box.program, box


def _live_through(kept: Kept, rows: Sequence[Any], bars: Sequence[Bar], failed: Failed) -> None:
    """Give each run its state where it belongs among `bars`, and live through them without deciding anything new."""
    session = kept.session
    fresh = session.states(range(len(rows)))
    waiting = sorted((_stored_ts(member.run, row), member.bot) for member, row in zip(kept.members, rows, strict=True))
    nothing = np.full(len(session.slots), Refusal.PAUSED, np.int8)
    at = 0
    for bar in [*bars, None]:
        stored: defaultdict[str, dict[int, bytes]] = defaultdict(dict)  # by layout and bot
        while at < len(waiting) and (bar is None or waiting[at][0] < bar.ts):
            member = kept.members[waiting[at][1]]
            row, at = rows[member.bot], at + 1
            member.stored_bar = session.bar
            state, layout = row.bytes or fresh[member.bot], row.layout or LAYOUT
            try:
                session.require_fit(member.bot, state, layout)
                stored[layout][member.bot] = state
            except Invalid as error:
                member.leaving = True
                failed(member.run.run_id, error)
        for layout, states in stored.items():
            session.restore(list(states), list(states.values()), layout)
        if bar is not None:
            session.close(bar, nothing)  # whatever acted was stored: an entry that shows up here was refused then
            kept.closes.move(bar)


def _compare(conn: Connection, kept: Kept, failed: Failed) -> None:
    """Set runs aside whose books hold something else than the fills in the journal come to."""
    slots, symbols = kept.session.slots, kept.session.symbols
    held = {
        (kept.members[bot].run.run_id, symbols[symbol]): lots
        for bot, symbol, lots in zip(*(slots[name].tolist() for name in ("bot", "symbol", "lots")), strict=True)
        if lots
    }
    told = {(run_id, symbol): lots for run_id, symbol, lots in _positions(conn, kept)}
    for run_id, symbol in sorted(key for key in held.keys() | told.keys() if held.get(key, 0) != told.get(key, 0)):
        member = kept.by_run[run_id]
        if not member.leaving:
            member.leaving = True
            error = Invalid(
                Code.RUN_STATE,
                "the books of a run are not what its fills come to",
                where=symbol,
                seen=f"{held.get((run_id, symbol), 0)} lots",
                rule=f"its fills come to {told.get((run_id, symbol), 0)} lots",
            )
            failed(member.run.run_id, error)


def _positions(conn: Connection, kept: Kept) -> Iterator[tuple[str, str, int]]:
    for part in slices(sorted(kept.by_run)):
        wanted = select(positions.c.run_id, positions.c.symbol, positions.c.qty)
        yield from conn.execute(wanted.where(positions.c.run_id.in_(part), positions.c.qty != 0))


def _documents(conn: Connection, wanted: Sequence[Run]) -> dict[tuple[str, int], object]:
    """The documents of the versions that runs are pinned to, by bot and version."""
    c = bot_versions.c
    found: dict[tuple[str, int], object] = {}
    for part in slices(sorted({(run.bot_id, run.version) for run in wanted}), 2):
        rows = conn.execute(select(c.bot_id, c.version, c.document).where(tuple_(c.bot_id, c.version).in_(part)))
        found.update({(bot_id, version): document for bot_id, version, document in rows})
    return found


def _rows(conn: Connection, feed: str, shard: int) -> list[tuple[Run, Any]]:
    """Runs that are to decide, by id, with their stored states (None without one)."""
    wanted = (
        select(
            *COLUMNS,
            run_states.c.bar_ts,
            run_states.c.state.label("bytes"),
            run_states.c.memory,
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
