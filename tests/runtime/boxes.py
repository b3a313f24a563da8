"""Sandboxes for tests: a source in, and closes to show it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from paddock.market.feature import Feature
from paddock.runtime.sandbox import Allowance, Sandbox
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.expr import StateField
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from tests.patience import PATIENCE_S

SYMBOLS = ("S0", "S1")
PATIENT = Allowance(answer_s=PATIENCE_S, start_s=PATIENCE_S)
HEAD = """
from paddock.strategy.python import Strategy, close_position, equity_pct, open_long


class Mine(Strategy):
"""


def document(source: str, class_name: str = "Mine", symbols: Sequence[str] = SYMBOLS) -> Document:
    base = rescope(load_document(find_template("sma-crossover").document()), symbols=tuple(symbols))
    return replace(base, body=PythonCode(source, class_name))


def strategy(next_: str, init: str = "pass", before: str = "") -> str:
    """A source whose class does `next_` at each close."""
    lines = ["    def init(self, market):", *(f"        {line}" for line in init.strip().splitlines())]
    lines += ["    def next(self, view):", *(f"        {line}" for line in next_.strip().splitlines())]
    return before + HEAD + "\n".join(lines) + "\n"


@contextmanager
def started(source: str, memory: bytes | None = None, **allowed: Any) -> Iterator[Sandbox]:
    with Sandbox(document(source), seconds=time.monotonic, allowance=replace(PATIENT, **allowed)) as box:
        box.start(memory)
        yield box


@dataclass(frozen=True)
class Close:
    """One close at which every feature is `px`."""

    close_ts: int = 1
    px: float = 100.0
    present: tuple[str, ...] = SYMBOLS

    def value(self, feature: Feature) -> float:
        return self.px

    def before(self, symbol: str, feature: Feature) -> float:
        return self.px - 1

    def state(self, symbol: str, field: StateField) -> float:
        return 0.0
