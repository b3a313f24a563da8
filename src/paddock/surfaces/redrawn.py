"""A backtest that is done, done again to be drawn: a result holds what came of it, and not the bars."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, Final

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.engine.log import Run
from paddock.runtime.kept import Boxes
from paddock.surfaces.backtests import KIND, KIND_PYTHON, Wanted, kind_of, prepared, result_id, wanted_of
from paddock.surfaces.report import render, tell
from paddock.surfaces.report.series import one_chart
from paddock.surfaces.simulation import Ready

KEPT: Final = 4  # runs of each kind
WAITING: Final = 8  # that ask at once
PATIENCE_S: Final = 30.0


class Redrawn:
    """The newest runs are kept, so that each symbol of one is drawn at once. One of a kind is made at a time, and what
    is kept of it is changed by nobody else meanwhile.
    """

    def __init__(self, home: Path, boxes: Boxes) -> None:
        self._home, self._boxes = home, boxes
        self._making = {kind: Lock() for kind in (KIND, KIND_PYTHON)}
        self._kept = {kind: OrderedDict[str, tuple[Ready, Run]]() for kind in self._making}
        self._room = {kind: BoundedSemaphore(WAITING) for kind in self._making}

    def chart(self, name: str, request: str, symbol: str) -> dict[str, Any]:
        """Price and indicators of one symbol, and the equity of every bar. `request` is the job's, as JSON.

        Raises Invalid (data.symbol) for a symbol that is not in it, (run.range) when the data are others by now,
        Unavailable (serve.getting_ready) when many ask.
        """
        ready, run = self._run(name, request)
        if symbol not in ready.program.symbols:
            raise Invalid(
                Code.DATA_SYMBOL,
                f"{symbol} is not in this backtest",
                where="query.symbol",
                seen=symbol,
                rule=f"one of {', '.join(ready.program.symbols[:12])}",
            )
        return one_chart(run, ready.features, symbol)

    def report(self, name: str, request: str, document: dict[str, Any]) -> str:
        """The self-contained page of a result; raises as `chart` does."""
        ready, run = self._run(name, request)
        return render(run, document, tell(ready.document), ready.features)

    def _run(self, name: str, request: str) -> tuple[Ready, Run]:
        asked = wanted_of(json.loads(request))
        kind = kind_of(asked)
        making, room, kept = self._making[kind], self._room[kind], self._kept[kind]
        if not room.acquire(blocking=False):
            raise _busy()
        try:
            if not making.acquire(timeout=PATIENCE_S):
                raise _busy()
            try:
                if name not in kept:
                    kept[name] = self._made(name, asked)
                kept.move_to_end(name)
                while len(kept) > KEPT:
                    kept.popitem(last=False)
                return kept[name]
            finally:
                making.release()
        finally:
            room.release()

    def _made(self, name: str, asked: Wanted) -> tuple[Ready, Run]:
        if result_id(asked, self._home) != name:
            raise Invalid(
                Code.RUN_RANGE,
                "the data of this backtest have changed since",
                where="backtest_id",
                rule="a result is drawn over the bars that it was made of",
                suggestion="backtest again",
            )
        with prepared(asked, self._home, self._boxes) as ready:
            return ready, ready.run()


def _busy() -> Unavailable:
    return Unavailable(
        Code.GETTING_READY, "many backtests are being drawn", rule="one is made at a time", suggestion="ask again"
    )
