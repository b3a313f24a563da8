"""What is asked of a venue over the network before it is traded at, and of whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from paddock.runtime.live.rows import Connection
from paddock.venues.approvals.base import Approvals
from paddock.venues.signing.operations import SignedRequest


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of the checklist: what was seen, what should be, and the one thing that mends it."""

    name: str
    passed: bool
    seen: str
    rule: str
    mend: str = ""


class Gateway(Protocol):
    """Every call may raise Unavailable (nothing was sent) and Unknown (it may have arrived)."""

    def submit(self, request: SignedRequest) -> None:
        """Hand an approval in. Raises Refused with the venue's words."""
        ...

    def approved(self) -> bool:
        """Whether the venue names the connection's agent among those of the account."""
        ...

    def inspect(self) -> Sequence[Finding]:
        """What stands for and against trading there now: clock, agent, margin, balance, allowance."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """How each venue is reached: what its owners sign, and who asks it.

    Both raise Invalid (data.venue) for a venue that is not known, Unavailable where something is not installed.
    """

    approvals: Callable[[str], Approvals]
    gateway: Callable[[Connection], Gateway]
