"""A Python strategy that is tried, not kept: its source in a sandbox, as a program that backtests run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from paddock.core.errors import Code, Invalid
from paddock.runtime.kept import Boxes
from paddock.runtime.sandbox import Sandbox
from paddock.strategy.document import Document
from paddock.strategy.program import Action
from paddock.strategy.python import PythonProgram
from paddock.strategy.view import Observation

# Of a whole run, in a process that others share: each action leaves rows behind, and each value takes 8 bytes.
MOST_ACTIONS = 100_000
MOST_VALUES = 1 << 24


@contextmanager
def boxed(document: Document, symbols: Sequence[str] | None, boxes: Boxes) -> Iterator[PythonProgram]:
    """A Python document as `strategy.python.compile_python` makes it, but its code runs in a process of its own, which
    ends with this.

    `symbols` are those of the tape. Raises Invalid (strategy.python, value.feature, data.interval, data.symbol) when
    the strategy cannot be started, Unavailable (machine) when there is no process to be had.
    """
    with boxes(document, symbols) as box:
        box.start()
        assert box.program is not None
        yield PythonProgram(box.program, box.scope, box.features, lambda: Tried(box), MOST_VALUES)


class Tried:
    """One run of what is in a box."""

    def __init__(self, box: Sandbox) -> None:
        if not box.fresh:
            box.start()
        self._box, self._left = box, MOST_ACTIONS

    def decide(self, seen: Observation) -> tuple[Action, ...]:
        actions = self._box.decide(seen)
        self._left -= len(actions)
        if self._left < 0:
            raise Invalid(
                Code.STRATEGY_PYTHON,
                "the strategy acts too often",
                where="next",
                seen=f"more than {MOST_ACTIONS} actions",
                rule=f"at most {MOST_ACTIONS} actions in a run",
            )
        return actions
