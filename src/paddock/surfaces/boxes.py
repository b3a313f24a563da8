"""Processes for strategies in Python: by this machine's clock, with the walls and the time that they need."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from paddock.runtime.confine import CALLS, LIMITS
from paddock.runtime.kept import Boxes
from paddock.runtime.sandbox import Allowance, Sandbox
from paddock.strategy.document import Document

OF_ONES_OWN: Final = Allowance()
OF_STRANGERS: Final = replace(OF_ONES_OWN, walls=frozenset({LIMITS, CALLS}))
TRIAL_S: Final = 300  # of a backtest: some hundred thousand bars
ANSWER_S: Final = 30  # of what somebody waits for


def boxes(allowance: Allowance) -> Boxes:
    """What makes the process of a strategy."""

    def box(document: Document, symbols: Sequence[str] | None) -> Sandbox:
        return Sandbox(document, symbols, seconds=time.monotonic, allowance=allowance)

    return box


def trials(*, strangers: bool, seconds: int = TRIAL_S) -> Boxes:
    """What makes the process of a strategy that is only tried: it has so long altogether, and remembers nothing."""
    allowed = OF_STRANGERS if strangers else OF_ONES_OWN
    return boxes(replace(allowed, cpu_s=seconds, life_s=seconds, remember=False))
