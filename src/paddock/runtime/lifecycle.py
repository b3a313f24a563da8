"""How a run may change its state: one table, which the code obeys and the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paddock.core.errors import Code, Refused


class RunState(StrEnum):
    """Where a run stands. Only the worker that keeps it writes this; people write what they want (`Wanted`)."""

    DRAFT = "draft"  # deployed, and not yet taken up by a worker
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    QUARANTINED = "quarantined"


class Wanted(StrEnum):
    """What the owner last asked of a run."""

    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"


class StopMode(StrEnum):
    """What becomes of positions when a run stops."""

    KEEP = "keep"  # they stay, and their protection is tended until they are closed
    FLATTEN = "flatten"  # they are closed at market first
    HANDOVER = "handover"  # they stay, and their protection is the owner's from now on


class KillAction(StrEnum):
    """What a kill switch does to the runs that it covers."""

    STOP = "stop"  # everything is cancelled, every position closed, and the run stopped for good
    PAUSE = "pause"  # no more entries, until a person resumes


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the table: how runs come from one state to another."""

    source: RunState
    target: RunState
    by: str


_S = RunState
CHANGES: tuple[Change, ...] = (
    Change(_S.DRAFT, _S.ACTIVE, "deploy, once a worker took it up"),
    Change(_S.DRAFT, _S.STOPPED, "stop"),
    Change(_S.DRAFT, _S.FAILED, "its version cannot be run"),
    Change(_S.ACTIVE, _S.PAUSED, "pause, kill switch, dead-man's switch"),
    Change(_S.PAUSED, _S.ACTIVE, "resume"),
    Change(_S.ACTIVE, _S.STOPPED, "stop (keep, flatten, hand over), kill switch"),
    Change(_S.PAUSED, _S.STOPPED, "stop (keep, flatten, hand over), kill switch"),
    Change(_S.ACTIVE, _S.FAILED, "the strategy raised or took too long, its version is not known"),
    Change(_S.PAUSED, _S.FAILED, "the strategy raised or took too long, its version is not known"),
    Change(_S.ACTIVE, _S.QUARANTINED, "the journal does not verify, the books disagree"),
    Change(_S.PAUSED, _S.QUARANTINED, "the journal does not verify, the books disagree"),
    Change(_S.FAILED, _S.STOPPED, "stop"),
    Change(_S.QUARANTINED, _S.STOPPED, "stop"),
)
ALLOWED = {(change.source, change.target) for change in CHANGES}
KEPT = (_S.ACTIVE, _S.PAUSED)  # a worker decides for these at every bar


def targets(state: RunState) -> tuple[RunState, ...]:
    """What a run in `state` may become."""
    return tuple(change.target for change in CHANGES if change.source is state)


def require(source: RunState, target: RunState) -> None:
    """Raises Refused (run.lifecycle) when the table does not lead from `source` to `target`."""
    if (source, target) not in ALLOWED:
        may = ", ".join(targets(source))
        raise Refused(
            Code.RUN_LIFECYCLE,
            f"a run that is {source} cannot become {target}",
            where="state",
            seen=source,
            rule=f"from {source} a run may become {may}" if may else f"{source} is final",
            suggestion="deploy the bot again: that makes a new run" if source is RunState.STOPPED else "",
        )
