"""Processes for strategies in Python, as this machine's clock and whoever may sign in ask for them."""

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


def boxes(allowance: Allowance) -> Boxes:
    """What makes the process of a strategy."""

    def box(document: Document, symbols: Sequence[str]) -> Sandbox:
        return Sandbox(document, symbols, seconds=time.monotonic, allowance=allowance)

    return box
