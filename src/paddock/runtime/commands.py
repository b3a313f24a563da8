"""What was asked of runs, carried out by the worker that keeps them: the only place where a run's state changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select, update

from paddock.core.errors import Code, Invalid
from paddock.journal.events import Draft
from paddock.journal.fences import Fence
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.journal.schema import slices
from paddock.runtime.ending import give_back, is_idle, wind_up, without_entries
from paddock.runtime.kill import Kill
from paddock.runtime.lifecycle import KEPT, KillAction, RunState, StopMode, Wanted, require
from paddock.runtime.runner import Runner
from paddock.runtime.runs import COLUMNS, Run, run_from
from paddock.runtime.tables import runs
from paddock.runtime.wants import AnyWant

_log = structlog.get_logger()
AGAIN_MS = 5_000  # by the feed's clock: how often an end that is not reached is asked for again

_TOLD = {
    RunState.ACTIVE: EventKind.RUN_DEPLOYED,
    RunState.PAUSED: EventKind.RUN_PAUSED,
    RunState.STOPPED: EventKind.RUN_STOPPED,
    RunState.FAILED: EventKind.RUN_FAILED,
    RunState.QUARANTINED: EventKind.RUN_QUARANTINED,
}


class Commands:
    """Carries out, between two bars, what was asked of the runs of one runner."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._database, self._feed = runner.database, runner.watch.feed
        self._tried: dict[str, int] = {}
        self._drafts: list[Draft] = []
        self._changed: dict[str, dict[str, Any]] = {}  # columns of runs that are to be written
        self._swept: set[Kill] = set()

    def carry_out(self, fence: Fence | None, kills: Sequence[Kill]) -> None:
        """Honour kill switches, then do what is asked. Runs join and leave here, with the books as of the last bar."""
        kept, failures = self._runner.kept, self._runner.failures
        if not (failures or kills or self._asked_for()):
            return
        kept.broken = True  # until it is recorded, the runs may be others than these
        with self._database.write(fence) as conn:
            self._drafts, self._changed = [], {}
            failed = [self._fail(conn, run, failures[run.run_id]) for run in self._among(conn, failures)]
            self._write_runs(conn)
            self._honour(conn, kills)
            asked = self._asked(conn)
            joining = any(run.state is RunState.DRAFT and run.wanted is not Wanted.STOPPED for run in asked)
            if joining:
                kept.store(conn, kept.members)  # whoever stays goes on from here
            done = [self._do(conn, run, kept.last_ts) for run in asked]
            self._write_runs(conn)
            record(conn, self._drafts)
        failures.clear()
        kept.broken = False
        if joining:
            self._runner.reload()
        else:
            kept.note([*failed, *done])
        self._runner.desk.send(fence)
        self._sweep(kills)

    def _sweep(self, kills: Sequence[Kill]) -> None:
        """A switch that is told all also ends, once, the orders that somebody else placed."""
        self._swept.intersection_update(kills)
        new = [kill for kill in kills if kill.foreign and kill not in self._swept]
        if new:
            self._swept.update(new)
            unsure = self._runner.cut_off(new)
            _log.info("orders of others cancelled", unconfirmed=unsure)

    def _asked_for(self) -> bool:
        with self._database.read() as conn:
            return bool(self._asked(conn))

    def _asked(self, conn: Connection) -> list[Run]:
        wanted = select(*COLUMNS).where(
            runs.c.feed == self._feed.name, runs.c.shard == self._runner.shard, runs.c.asked == 1
        )
        found = [run_from(row) for row in conn.execute(wanted.order_by(runs.c.run_id))]
        return [run for run in found if self._is_due(run)]

    def _is_due(self, run: Run) -> bool:
        """An end that was asked for is not asked for again at once."""
        now = self._feed.clock.now_ts()
        return not (run.run_id in self._tried and now - self._tried[run.run_id] < AGAIN_MS)

    def _honour(self, conn: Connection, kills: Sequence[Kill]) -> None:
        """Ask of the runs that a kill switch covers what it says, whatever their owners asked."""
        for kill in kills:
            scope, _, name = kill.scope.partition(":")
            covered = update(runs).where(
                runs.c.feed == self._feed.name,
                runs.c.shard == self._runner.shard,
                runs.c.settled == 0,
            )
            if scope != "platform":
                covered = covered.where((runs.c.account_id if scope == "account" else runs.c.run_id) == name)
            reason = f"kill switch: {kill.reason}"
            if kill.action is KillAction.PAUSE:
                covered = covered.where(runs.c.wanted == Wanted.ACTIVE)
                conn.execute(covered.values(wanted=Wanted.PAUSED, asked=1, reason=reason))
            else:
                covered = covered.where(runs.c.stop_mode.is_distinct_from(StopMode.FLATTEN))
                values = {"wanted": Wanted.STOPPED, "stop_mode": StopMode.FLATTEN, "asked": 1, "reason": reason}
                conn.execute(covered.values(values))

    def _do(self, conn: Connection, run: Run, last_ts: int) -> Run:
        """Do what is asked of a run after the bar that opened at `last_ts`; gives it as it is now."""
        if run.wanted is Wanted.STOPPED:
            return self._stop(conn, run)
        if run.state is RunState.DRAFT:
            run = self._become(run, RunState.ACTIVE, begin_ts=last_ts + self._runner.watch.step_ms)
        if run.wanted is Wanted.PAUSED and run.state is RunState.ACTIVE:
            run = self._take_entries_back(conn, self._become(run, RunState.PAUSED))
        elif run.wanted is Wanted.ACTIVE and run.state is RunState.PAUSED:
            run = self._become(run, RunState.ACTIVE, told=EventKind.RUN_RESUMED)
        return self._set(run, asked=False)

    def _stop(self, conn: Connection, run: Run) -> Run:
        """Come nearer to the end: stopped at once where positions stay, else when all is closed; then settled."""
        now = self._feed.clock.now_ts()
        self._tried[run.run_id] = now
        idle = is_idle(conn, run.run_id)
        if not idle and (run.state is not RunState.STOPPED or run.stop_mode is not StopMode.KEEP):
            wants = wind_up(conn, run, run.decision + 1)
            run = self._want(conn, run, wants)
        if run.state is not RunState.STOPPED and (idle or run.stop_mode is not StopMode.FLATTEN):
            run = self._become(run, RunState.STOPPED, end_ts=now)
        if idle and run.state is RunState.STOPPED:
            give_back(conn, run, now)
            run = self._set(run, settled=True, asked=False)
            del self._tried[run.run_id]
        return run

    def _take_entries_back(self, conn: Connection, run: Run) -> Run:
        """Nothing may add to the positions of a run that makes no entries."""
        return self._want(conn, run, without_entries(conn, run, run.decision + 1))

    def _want(self, conn: Connection, run: Run, wants: Sequence[AnyWant]) -> Run:
        """Record what is wanted of the desk for a run as a decision of its own."""
        if not wants:
            return run
        self._runner.apply(conn, self._runner.desk.record(conn, wants))
        return self._set(run, decision=run.decision + 1)

    def _among(self, conn: Connection, run_ids: Iterable[str]) -> list[Run]:
        """Those of the runs that are kept."""
        found: list[Run] = []
        for part in slices(sorted(run_ids)):
            kept = select(*COLUMNS).where(runs.c.run_id.in_(part), runs.c.state.in_(KEPT))
            found += [run_from(row) for row in conn.execute(kept.order_by(runs.c.run_id))]
        return found

    def _fail(self, conn: Connection, run: Run, error: Invalid) -> Run:
        """Set a run aside whose strategy failed, or whose books disagree. Its protection stays; its owner stops it."""
        reason = f"{error.message} ({error.where})" if error.where else error.message
        state = RunState.QUARANTINED if error.code is Code.RUN_STATE else RunState.FAILED
        run = self._become(run, state, reason=reason, end_ts=self._feed.clock.now_ts())
        return self._take_entries_back(conn, run)

    def _become(self, run: Run, state: RunState, *, told: EventKind | None = None, **values: Any) -> Run:
        require(run.state, state)
        changed = self._set(run, state=state, **values)
        payload = {
            "run_id": run.run_id,
            "bot_id": run.bot_id,
            "version": run.version,
            "account_id": run.account_id,
            "feed": run.feed,
            "capital": run.capital,
            "from": run.state,
            "mode": changed.stop_mode,
            "reason": changed.reason,
        }
        stream = f"run:{run.run_id}"
        self._drafts.append(Draft(stream, told or _TOLD[state], self._feed.clock.now_ts(), payload))
        return changed

    def _set(self, run: Run, **values: Any) -> Run:
        """The run with other values, which `_write_runs` will write."""
        self._changed.setdefault(run.run_id, {}).update(values)
        return replace(run, **values)

    def _write_runs(self, conn: Connection) -> None:
        """Runs that change alike are written at once: thousands may join between two bars."""
        alike: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for run_id, values in self._changed.items():
            alike[tuple(values)].append({f"new_{name}": value for name, value in values.items()} | {"run": run_id})
        for names, rows in alike.items():
            new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
            conn.execute(update(runs).where(runs.c.run_id == bindparam("run")).values(new), rows)
        self._changed.clear()
