"""How a connection may change its state: one table, which the code obeys and the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paddock.core.errors import Code, Refused


class Status(StrEnum):
    """Where a connection stands. Trading live is switched on and off apart, while it is active."""

    DRAFT = "draft"  # an agent's key is made, and approvals wait for the owner's signature
    ACTIVE = "active"  # the venue takes the agent's orders
    REVOKED = "revoked"  # the key is destroyed
    EXPIRED = "expired"  # the approval has run out, and the key is destroyed


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the table."""

    source: Status
    target: Status
    by: str


CHANGES: tuple[Change, ...] = (
    Change(Status.DRAFT, Status.ACTIVE, "the venue names the agent among those of the account"),
    Change(Status.DRAFT, Status.REVOKED, "revoke"),
    Change(Status.DRAFT, Status.EXPIRED, "its end has come"),
    Change(Status.ACTIVE, Status.REVOKED, "revoke"),
    Change(Status.ACTIVE, Status.EXPIRED, "its end has come"),
)
ALLOWED = {(change.source, change.target) for change in CHANGES}
LIVING = (Status.DRAFT, Status.ACTIVE)  # an account has one of these at most


def targets(status: Status) -> tuple[Status, ...]:
    """What a connection in `status` may become."""
    return tuple(change.target for change in CHANGES if change.source is status)


def require(source: Status, target: Status) -> None:
    """Raises Refused (live.state) when the table does not lead from `source` to `target`."""
    if (source, target) not in ALLOWED:
        raise wrong_state(source, f"it cannot become {target}")


def too_late(until_ts: int, now: int) -> Refused:
    return Refused(
        Code.LIVE_STATE,
        "the draft is too old to be signed",
        where="signature",
        seen=now,
        rule=f"the venue takes it until {until_ts}",
        suggestion="ask for new drafts: paddock live drafts --renew",
    )


def wrong_state(status: Status, why: str) -> Refused:
    may = ", ".join(targets(status))
    return Refused(
        Code.LIVE_STATE,
        f"the connection is {status}: {why}",
        where="status",
        seen=status,
        rule=f"from {status} a connection may become {may}" if may else f"{status} is final",
        suggestion="" if may else "connect the account anew",
    )
