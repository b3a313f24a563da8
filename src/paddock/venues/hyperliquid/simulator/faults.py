"""What goes wrong on purpose, between the clients and the venue: scripted by steps, found by name.

A rule says where (`exchange:order`, `info:userFills`, `frame:orderUpdates`, with `*` for any), how many pass before it,
and how many it strikes. Rules are tried in the order they were added; the first that strikes is the one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final


class Fault(StrEnum):
    # of a request
    LOST = "lost"  # it never arrives, and no answer ever comes
    MUTE = "mute"  # it is done, and no answer ever comes
    RESET = "reset"  # it never arrives: the connection breaks
    RESET_DONE = "reset_done"  # it is done, then the connection breaks
    LATE = "late"  # it arrives `ms` later, and no answer ever comes
    DELAY = "delay"  # it is done, and answered `ms` later
    ERROR = "error"  # answered with a 502, not done
    ERROR_DONE = "error_done"  # done, but answered with a 502
    TRUNCATED = "truncated"  # done, and answered with half of the JSON
    GARBAGE = "garbage"  # done, and answered with a page of HTML
    THROTTLED = "throttled"  # answered with a 429, with a retry-after of `ms` where that is set, not done
    # of a frame
    SKIP = "skip"  # it is not sent
    TWICE = "twice"  # it is sent again after itself
    SWAP = "swap"  # it is sent after the one that follows it on its connection
    # of either
    REWRITE = "rewrite"  # `change` makes another text of it


DONE: Final = frozenset(
    {
        Fault.MUTE,
        Fault.RESET_DONE,
        Fault.DELAY,
        Fault.ERROR_DONE,
        Fault.TRUNCATED,
        Fault.GARBAGE,
        Fault.REWRITE,
    }
)
_FRAMES: Final = frozenset({Fault.SKIP, Fault.TWICE, Fault.SWAP})


@dataclass(slots=True)
class Rule:
    """`skip`: how many of its place pass first. `times`: how many it strikes then; 0: all."""

    fault: Fault
    where: str
    skip: int = 0
    times: int = 1
    ms: int = 0
    change: Callable[[str], str] = str
    struck: int = 0

    @property
    def over(self) -> bool:
        return bool(self.times) and self.struck >= self.times


class Faults:
    """`refusing`: no new sockets. `stalled`: sockets stay open, and nothing is sent on them. `cut`: see `cut_off`."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.refusing = self.stalled = False
        self.cuts = 0
        self.calls: dict[str, int] = {}

    def add(
        self,
        fault: Fault,
        where: str,
        *,
        skip: int = 0,
        times: int = 1,
        ms: int = 0,
        change: Callable[[str], str] = str,
    ) -> Rule:
        """Raises ValueError for a fault of frames on requests, or the other way round."""
        of_frame = where.startswith("frame:")
        if fault is not Fault.REWRITE and (fault in _FRAMES) != of_frame:
            raise ValueError(f"{fault} does not happen to {where}")
        rule = Rule(fault, where, skip, times, ms, change)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """All goes well again; what had been counted stays."""
        self.rules.clear()
        self.refusing = self.stalled = False

    def cut_off(self) -> None:
        """Break every socket that is open."""
        self.cuts += 1

    def strike(self, place: str) -> Rule | None:
        """The rule that strikes what happens at a place now."""
        self.calls[place] = self.calls.get(place, 0) + 1
        for rule in self.rules:
            if rule.over or not fnmatchcase(place, rule.where):
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            rule.struck += 1
            return rule
        return None


class Line:
    """The frames of one connection, as they really go out."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._held: list[str] = []

    def through(self, channel: str, text: str) -> list[str]:
        """What is sent now for a frame that should be."""
        if self._faults.stalled:
            return []
        rule = self._faults.strike(f"frame:{channel}")
        if rule is None:
            return self._released([text])
        if rule.fault is Fault.SWAP:
            self._held.append(text)
            return []
        texts = {Fault.SKIP: [], Fault.TWICE: [text, text]}.get(rule.fault, [rule.change(text)])
        return self._released(texts)

    def _released(self, texts: list[str]) -> list[str]:
        held, self._held = self._held, []
        return texts + held
