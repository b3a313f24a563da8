"""A finding: one thing that is not as it should be, and where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is wrong `where` (a stream and number, a table and key, an account); `seen` instead of `expected`."""

    what: str
    where: str
    seen: str = ""
    expected: str = ""

    def __str__(self) -> str:
        tail = f": saw {self.seen}, expected {self.expected}" if self.seen or self.expected else ""
        return f"{self.where}: {self.what}{tail}"
