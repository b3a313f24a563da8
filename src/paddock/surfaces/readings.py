"""Why did a run do what it did at a bar? It is replayed up to there; few in Python at a time, and none waited for long.

A strategy in Python answers bar by bar, so that a long life takes long: whoever asks again finds it done.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock
from typing import Final

from paddock.core.errors import Code, Unavailable
from paddock.engine.result import Document
from paddock.journal.database import Database
from paddock.runtime.runs import Run
from paddock.runtime.tell import Tell, document_of
from paddock.strategy.document import PythonCode
from paddock.surfaces.explanation import explanation_document

AT_ONCE: Final = 2
WAITING: Final = 8
KEPT: Final = 64
PATIENCE_S: Final = 3.0


class Readings:
    """Explanations of bars (`paddock/explanation@1`)."""

    def __init__(self, database: Database, tell: Tell) -> None:
        self._database, self._tell = database, tell
        self._pool = ThreadPoolExecutor(AT_ONCE, "reading")
        self._made: OrderedDict[tuple[str, int], Future[Document]] = OrderedDict()
        self._lock = Lock()

    def read(self, run: Run, at_ts: int) -> Document:
        """The bar of a run that contains `at_ts` (ms UTC).

        Raises Invalid: run.range before its first bar, run.explain where none contains it, strategy.python when the
        strategy fails on the way; Unavailable: serve.getting_ready for what takes long, machine without a process.
        """
        with self._database.read() as conn:
            scripted = isinstance(document_of(conn, run).body, PythonCode)
        if not scripted:
            return self._read(run, at_ts)
        made = self._begun(run, at_ts)
        try:
            return made.result(PATIENCE_S)
        except TimeoutError:
            raise _busy("the strategy is run once more, up to this bar") from None

    def _begun(self, run: Run, at_ts: int) -> Future[Document]:
        """A replay that is under way, or was made; one that failed is made again."""
        key = (run.run_id, at_ts)
        with self._lock:
            known = self._made.get(key)
            if known is None or (known.done() and known.exception() is not None):
                if sum(not made.done() for made in self._made.values()) >= WAITING:
                    raise _busy("many strategies are being run once more")
                self._made[key] = self._pool.submit(self._read, run, at_ts)
            self._made.move_to_end(key)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return self._made[key]

    def _read(self, run: Run, at_ts: int) -> Document:
        with ExitStack() as held:
            with self._database.read() as conn:
                told = held.enter_context(self._tell.told(conn, run))
            return explanation_document(told.lived, told.explain(at_ts))


def _busy(doing: str) -> Unavailable:
    return Unavailable(
        Code.GETTING_READY, doing, rule=f"it is waited for up to {PATIENCE_S:g} s", suggestion="ask again"
    )
