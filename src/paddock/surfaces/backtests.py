"""Backtests as jobs: what was asked for is queued once, done by any worker, and its result belongs to its content.

Whoever asks the same of the same data gets the same result, which is computed once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Final

import structlog
from sqlalchemy import Connection, select

from paddock import __version__
from paddock.core.errors import Code, Invalid, PaddockError, Unavailable
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.result import document
from paddock.journal import jobs
from paddock.journal.database import Database
from paddock.journal.jobs import Job
from paddock.journal.schema import canonical_json, insert_new
from paddock.market.lake import Lake
from paddock.market.material import lake_keys
from paddock.runtime.boxed import boxed
from paddock.runtime.kept import Boxes
from paddock.strategy.canonical import canonical, strategy_hash
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.program import Program
from paddock.strategy.python import PythonProgram
from paddock.strategy.rescope import rescope
from paddock.strategy.validate import load_document
from paddock.surfaces.http.tables import results
from paddock.surfaces.parts import Part, require_going_on
from paddock.surfaces.simulation import Ready, Request, prepare_opened
from paddock.surfaces.strategies import Opened

KIND: Final = "backtest"
KIND_PYTHON: Final = "backtest.python"  # a queue of its own: these take long, and hold up no others
HOLD_MS: Final = 60_000  # how long a worker may be silent: as long as reading a large tape takes
TELL_S: Final = 0.5  # between two words on how far it is
AGAIN_MS: Final = 5_000
MOST_ROWS: Final = 500_000  # of a result: orders, fills and trades, up to 1 kB each while it is written down
IDLE_S: Final = 0.3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A backtest over the lake, as `simulation.Request` has it; the strategy is rescoped already."""

    strategy: Document
    start_ts: int | None
    end_ts: int | None
    start_usd: Decimal
    costs: Costs
    allow_gaps: bool


def wanted(
    strategy: Document,
    *,
    venue: str | None,
    symbols: tuple[str, ...],
    interval: str | None,
    start_ts: int | None,
    end_ts: int | None,
    start_usd: Decimal,
    costs: Costs,
    allow_gaps: bool,
) -> Wanted:
    """Raises Invalid (strategy.*) for a strategy that cannot be backtested so."""
    scoped = rescope(strategy, symbols=symbols, interval=interval, venue=venue)
    return Wanted(scoped, start_ts, end_ts, start_usd, costs, allow_gaps)


def kind_of(asked: Wanted) -> str:
    """The queue that it waits in."""
    return KIND_PYTHON if isinstance(asked.strategy.body, PythonCode) else KIND


def payload_of(asked: Wanted) -> dict[str, Any]:
    """As plain JSON values, for the job."""
    return {
        "strategy": canonical(asked.strategy),
        "start_ts": asked.start_ts,
        "end_ts": asked.end_ts,
        "start_usd": f"{asked.start_usd:f}",
        "costs": asdict(asked.costs),
        "allow_gaps": asked.allow_gaps,
    }


def wanted_of(payload: Mapping[str, Any]) -> Wanted:
    return Wanted(
        strategy=load_document(payload["strategy"]),
        start_ts=payload["start_ts"],
        end_ts=payload["end_ts"],
        start_usd=Decimal(payload["start_usd"]),
        costs=Costs(**payload["costs"]),
        allow_gaps=payload["allow_gaps"],
    )


def request_of(asked: Wanted, home: Path) -> Request:
    """The same, to be prepared over the lake under `home`."""
    return Request(
        strategy=asked.strategy.name,
        home=home,
        start_ts=asked.start_ts,
        end_ts=asked.end_ts,
        start_usd=asked.start_usd,
        costs=asked.costs,
        allow_gaps=asked.allow_gaps,
    )


@contextmanager
def prepared(asked: Wanted, home: Path, boxes: Boxes) -> Iterator[Ready]:
    """Ready to be run while this lasts: a strategy in Python runs in a process of its own, which ends with it."""
    with ExitStack() as held:

        def compiled(document: Document, symbols: Sequence[str] | None) -> Program | PythonProgram:
            if not isinstance(document.body, PythonCode):
                return compile_strategy(document, symbols)
            held.close()  # the process that told which symbols are read
            return held.enter_context(boxed(document, symbols, boxes))

        yield prepare_opened(request_of(asked, home), Opened(asked.strategy, compiled))


def result_id(asked: Wanted, home: Path) -> str:
    """The name of the result: a hash of the program, the strategy, the data it may see, the window and the costs.

    Raises NotFound and Invalid (data.*) when there is no such data.
    """
    lake, scope = Lake(home), asked.strategy.scope
    keys = lake_keys(lake, venue=scope.venue, interval=scope.interval, symbols=None)
    said = payload_of(asked) | {
        "strategy": strategy_hash(asked.strategy),
        "data": lake.fingerprint(keys, scope.venue),
        "version": __version__,
    }
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()


def stored(conn: Connection, name: str) -> str | None:
    """The result document as JSON text; None where it was not computed yet."""
    return conn.execute(select(results.c.body).where(results.c.result_id == name)).scalar()


def _written(run: Run) -> str:
    """The result document as JSON text. Raises Invalid (run.range) for a run that did more than can be kept."""
    rows = len(run.orders) + len(run.fills) + len(run.trades)
    if rows > MOST_ROWS:
        raise Invalid(
            Code.RUN_RANGE,
            "the backtest did more than a result can hold",
            seen=f"{len(run.orders)} orders, {len(run.fills)} fills, {len(run.trades)} trades",
            rule=f"they are at most {MOST_ROWS} together",
            suggestion="test fewer bars, or fewer symbols",
        )
    return json.dumps(document(run), separators=(",", ":"), allow_nan=False)


class _Canceled(Exception):
    """Its owner no longer wants it."""


class Backtester:
    """A worker of the queue of one `kind`. `seconds` is a monotonic clock, `holder` names the worker, `boxes` makes
    processes for strategies in Python."""

    def __init__(
        self, database: Database, home: Path, seconds: Callable[[], float], holder: str, boxes: Boxes, kind: str = KIND
    ) -> None:
        self._database, self._home, self._boxes = database, home, boxes
        self._seconds, self._holder, self.kind = seconds, holder, kind

    def step(self, stop: Event | None = None) -> bool:
        """Do one job, if there is one; when `stop` is set meanwhile it goes back into the queue.

        Raises Unavailable and Unknown; what a job itself raises, whatever it is, is its own end.
        """
        job = jobs.claim(self._database, [self.kind], self._holder, HOLD_MS)
        if job is None:
            return False
        try:
            self._do(job, stop or Event())
        except _Canceled:
            with self._database.write() as conn:
                jobs.canceled(conn, job, self._database.now_ts(conn))
        except PaddockError as error:
            if error.code is Code.FENCED:
                log.warning("another worker has taken over", job_id=job.job_id)
                return True
            if error.code is Code.REQUEST_CLOSED:
                self._given_back(job)
            else:
                self._ended(job, error)
        except Exception:
            log.error("a backtest could not be done", job_id=job.job_id, exc_info=True)
            self._ended(job, PaddockError(Code.INTERNAL, "a bug of ours", where=job.job_id, rule="the log has more"))
        return True

    def _given_back(self, job: Job) -> None:
        """For the process that comes after this one, however often that ends in the middle of it."""
        with self._database.write() as conn:
            jobs.give_back(conn, job, self._database.now_ts(conn))

    def _ended(self, job: Job, error: PaddockError) -> None:
        """Without a result: for good, or to be tried again."""
        told = json.dumps(error.as_dict()["error"])
        with self._database.write() as conn:
            now = self._database.now_ts(conn)
            jobs.fail(conn, job, told, now, retry_ms=AGAIN_MS if isinstance(error, Unavailable) else None)

    def _do(self, job: Job, stop: Event) -> None:
        name = job.payload["result_id"]
        with self._database.read() as conn:
            known = stored(conn, name) is not None
        body = None if known else self._computed(job, stop)
        with self._database.write() as conn:
            now = self._database.now_ts(conn)
            if body is not None:
                insert_new(conn, results, [{"result_id": name, "body": body, "created_ts": now}])
            jobs.finish(conn, job, {"result_id": name}, now)

    def _computed(self, job: Job, stop: Event) -> str:
        asked = wanted_of(job.payload["wanted"])
        tell = self._teller(job, stop)
        with prepared(asked, self._home, self._boxes) as ready:
            tell(0, 1)
            return _written(ready.run(tell))

    def _teller(self, job: Job, stop: Event) -> Callable[[int, int], None]:
        """Says how far a job is, now and then, and stops it when it is not wanted any more."""
        last = self._seconds() - TELL_S

        def tell(done: int, total: int) -> None:
            nonlocal last
            require_going_on(stop)
            if self._seconds() - last >= TELL_S:
                last = self._seconds()
                if jobs.heartbeat(self._database, job, HOLD_MS, min(1.0, done / max(total, 1))).cancel:
                    raise _Canceled

        return tell


def backtest_part(backtester: Backtester) -> Part:
    """The queue, worked on as a part of the process; bots live on without it."""

    def run(stop: Event) -> None:
        while not stop.is_set():
            try:
                busy = backtester.step(stop)
            except PaddockError as error:
                log.warning("the queue cannot be worked on", error=str(error))
                busy = False
            if not busy:
                stop.wait(IDLE_S)

    return Part(f"queue of {backtester.kind}", run, vital=False)
