"""Time, ids and chance of the real machine, which the composition root passes down."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, which may jump: durations are measured elsewhere."""

    def now_ts(self) -> int:
        return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class RandomIds:
    """32 hex digits: the time in ms, so that ids sort by it, then 80 bits that nobody can guess."""

    def next_id(self) -> str:
        return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


@dataclass(frozen=True, slots=True)
class SystemRandom:
    """Chance that nobody can guess."""

    def below(self, bound: int) -> int:
        return secrets.randbelow(bound)
