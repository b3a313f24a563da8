"""Why did a run do what it did at a bar? It is replayed up to there; few in Python at a time, and none waited for long.

A strategy in Python answers bar by bar, so that a long life takes long: whoever asks again finds it done. What it saw
and returned is kept; what became of its orders is read anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock
from typing import Final

from paddock.core.errors import Code, Unavailable
from paddock.engine.explain import BarReading, CodeReading
from paddock.engine.result import Document
from paddock.journal.database import Database
from paddock.runtime.runs import Run
from paddock.runtime.tell import Tell, Told, document_of
from paddock.strategy.document import PythonCode
from paddock.strategy.program import Program
from paddock.surfaces.explanation import explanation_document
from paddock.surfaces.parts import require_going_on

AT_ONCE: Final = 2
WAITING: Final = 8
OF_ONE: Final = 2  # owner: what one asks leaves room for others
KEPT: Final = 64
PATIENCE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a strategy saw and returned at a bar, and the program of its scope."""

    program: Program
    reading: BarReading | CodeReading


@dataclass(frozen=True, slots=True)
class Replay:
    """One that is under way or done, and who asked for it."""

    owner: str
    made: Future[Found]


class Readings:
    """Explanations of bars (`paddock/explanation@1`)."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database, self._tell = database, tell
        self._pool = ThreadPoolExecutor(AT_ONCE, "reading")
        self._replays: OrderedDict[tuple[str, int], Replay] = OrderedDict()
        self._lock, self._stop = Lock(), Event()

    def close(self) -> None:
        """Begin no replay any more; those under way end at their next bar."""
        with self._lock:
            self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def read(self, run: Run, at_ts: int) -> Document:
        """The bar of a run that contains `at_ts` (ms UTC).

        Raises Invalid: run.range before its first bar, run.explain where none contains it, strategy.python when the
        strategy fails on the way; Unavailable: serve.getting_ready for what takes long, machine without a process,
        request.closed after `close`.
        """
        with self._database.read() as conn:
            scripted = isinstance(document_of(conn, run).body, PythonCode)
            opened_ts = self._tell.opened(conn, run, at_ts)
        if not scripted:
            with self._told(run) as told:
                return explanation_document(told.lived, told.explain(at_ts))
        made = self._begun(run, opened_ts)
        try:
            found = made.result(PATIENCE_S)
        except TimeoutError:
            raise _busy("the strategy is run once more, up to this bar") from None
        except CancelledError:
            require_going_on(self._stop)
            raise
        with self._database.read() as conn:
            return explanation_document(self._tell.record(conn, run, found.program), found.reading)

    def _begun(self, run: Run, opened_ts: int) -> Future[Found]:
        """A replay that is under way, or was made; one that failed is made again."""
        key = (run.run_id, opened_ts)
        with self._lock:
            require_going_on(self._stop)
            known = self._replays.get(key)
            if known is None or (known.made.done() and known.made.exception() is not None):
                going = [one.owner for one in self._replays.values() if not one.made.done()]
                if len(going) >= WAITING or going.count(run.owner) >= OF_ONE:
                    raise _busy("many strategies are being run once more")
                self._replays[key] = known = Replay(run.owner, self._pool.submit(self._replayed, run, opened_ts))
            self._replays.move_to_end(key)
            while len(self._replays) > KEPT:
                self._replays.popitem(last=False)
            return known.made

    def _replayed(self, run: Run, opened_ts: int) -> Found:
        with self._told(run) as told:
            reading = told.explain(opened_ts, lambda *_: require_going_on(self._stop))
            return Found(told.lived.program, reading)

    @contextmanager
    def _told(self, run: Run) -> Iterator[Told]:
        with ExitStack() as held:
            with self._database.read() as conn:
                told = held.enter_context(self._tell.told(conn, run))
            yield told


def _busy(doing: str) -> Unavailable:
    return Unavailable(
        Code.GETTING_READY, doing, rule=f"it is waited for up to {PATIENCE_S:g} s", suggestion="ask again"
    )
