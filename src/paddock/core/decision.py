"""A decision and its reasons: what was found true, false or unknown at a bar's close, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from paddock.core.orders import Order, Refusal


class Verdict(IntEnum):
    """Of a condition: unknown is a value of its own, and never fires. The numbers make and = min, or = max."""

    FAILED = 0
    UNKNOWN = 1
    PASSED = 2

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Because:
    """One condition as it was found: its place in the strategy, its English sentence, and the values it compared.

    A value that was not known is None.
    """

    node: str
    sentence: str
    verdict: Verdict
    values: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a bot wanted on one symbol at `close_ts` (the bar's close, ms UTC), why, and what was refused."""

    bot: str
    symbol: str
    close_ts: int
    because: tuple[Because, ...]
    orders: tuple[Order, ...] = ()
    refusals: tuple[Refusal, ...] = ()
