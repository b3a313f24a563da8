"""What is asked of a venue over the network before it is traded at, and of whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from paddock.runtime.live.rows import Connection
from paddock.venues.approvals.base import Approvals
from paddock.venues.signing.operations import SignedRequest

COUNTED: Final = "counted"  # the kind of what is no transfer: up to its time there are no others to come


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of the checklist: what was seen, what should be, and the one thing that mends it."""

    name: str
    passed: bool
    seen: str
    rule: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came to an account, or went from it (below 0), in micro-dollars; `kind` is the venue's word."""

    transfer_id: str
    kind: str
    amount: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class Money:
    """An account's cash at `venue_ts`, without the profit of open positions; and what moved since it was asked for.

    A venue that mixes transfers with much else says how far they were read, by one of kind COUNTED and no amount.
    """

    cash: int
    venue_ts: int
    transfers: tuple[Transfer, ...]


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

    def money(self, since_ts: int) -> Money:
        """What the account has there, and what came and went from `since_ts` on, beside trading and funding."""
        ...


@dataclass(frozen=True, slots=True)
class Links:
    """How each venue is reached: what its owners sign, and who asks it.

    Both raise Invalid (data.venue) for a venue that is not known, Unavailable where something is not installed.
    """

    approvals: Callable[[str], Approvals]
    gateway: Callable[[Connection], Gateway]
