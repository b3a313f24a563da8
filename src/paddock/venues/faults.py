"""What goes wrong on purpose between clients and a simulated venue, said in advance and step by step.

A rule has a place, in the venue's own words: `exchange:order` and `info:userFills` at Hyperliquid, `get:/orders` and
`post:/orders/create` at Pacifica, `frame:account_trades` for what is sent on sockets; `*` stands for anything in it. It
lets `skip` of its place pass and then strikes `times` of them (0: all). The first rule that strikes is the one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final


class Fault(StrEnum):
    # of a request
    LOST = "lost"  # it never arrives, and nobody answers
    MUTE = "mute"  # it is done, and nobody answers
    RESET = "reset"  # the connection breaks before it arrives
    RESET_DONE = "reset_done"  # it is done, and the connection breaks
    LATE = "late"  # it arrives `ms` later, and nobody answers
    DELAY = "delay"  # it is done, and answered `ms` later
    ERROR = "error"  # a 5xx (`status`), not done
    ERROR_DONE = "error_done"  # a 5xx (`status`), done all the same
    TRUNCATED = "truncated"  # done; half of the answer's JSON
    GARBAGE = "garbage"  # done; a page of HTML for an answer
    THROTTLED = "throttled"  # a 429, not done
    # of a frame
    SKIP = "skip"  # it is not sent
    TWICE = "twice"  # it is sent twice
    SWAP = "swap"  # it is sent after the next one of its connection
    # of either
    REWRITE = "rewrite"  # `change` makes another text of it


NOT_DONE: Final = frozenset({Fault.LOST, Fault.RESET, Fault.LATE, Fault.ERROR, Fault.THROTTLED})
UNANSWERED: Final = frozenset({Fault.LOST, Fault.MUTE, Fault.LATE, Fault.RESET, Fault.RESET_DONE})
_FRAMES: Final = frozenset({Fault.SKIP, Fault.TWICE, Fault.SWAP})


@dataclass(slots=True)
class Rule:
    """`struck`: how often it has. `ms` is by the clients' clock."""

    fault: Fault
    where: str
    skip: int = 0
    times: int = 1
    ms: int = 0
    status: int = 500
    change: Callable[[str], str] = str
    struck: int = 0

    def strikes(self, place: str) -> bool:
        """Whether it does now; counts what passes and what it strikes."""
        if (self.times and self.struck >= self.times) or not fnmatchcase(place, self.where):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.struck += 1
        return True


class Faults:
    """`refusing`: no new sockets. `stalled`: sockets stay open, and nothing is sent on them.

    `calls` counts what came to each place, `unanswered` the requests over HTTP that nobody answers, once what becomes
    of them has been done; `cuts` how often sockets were cut off.
    """

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.refusing = self.stalled = False
        self.cuts = self.unanswered = 0
        self.calls: dict[str, int] = {}

    def add(
        self,
        fault: Fault,
        where: str,
        *,
        skip: int = 0,
        times: int = 1,
        ms: int = 0,
        status: int = 500,
        change: Callable[[str], str] = str,
    ) -> Rule:
        """Raises ValueError for a fault of frames on requests, or the other way round."""
        if fault is not Fault.REWRITE and (fault in _FRAMES) != where.startswith("frame:"):
            raise ValueError(f"{fault} does not happen to {where}")
        rule = Rule(fault, where, skip, times, ms, status, change)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """From now on all goes well."""
        self.rules.clear()
        self.refusing = self.stalled = False

    def cut_off(self) -> None:
        """Break every socket that is open."""
        self.cuts += 1

    def strike(self, place: str) -> Rule | None:
        """The rule for what happens at a place now."""
        self.calls[place] = self.calls.get(place, 0) + 1
        return next((rule for rule in self.rules if rule.strikes(place)), None)


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
        if rule is not None and rule.fault is Fault.SWAP:
            self._held.append(text)
            return []
        held, self._held = self._held, []
        return _sent(rule, text) + held


def _sent(rule: Rule | None, text: str) -> list[str]:
    if rule is None:
        return [text]
    if rule.fault is Fault.REWRITE:
        return [rule.change(text)]
    return [text, text] if rule.fault is Fault.TWICE else []
