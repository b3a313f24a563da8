"""What stands for and against trading live, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paddock.core.errors import Code, Problem, Refused
from paddock.runtime.live.gateway import Finding
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.states import Status


@dataclass(frozen=True, slots=True)
class Checked:
    """A connection and what its checklist found."""

    connection: Connection
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        return all(finding.passed for finding in self.findings)


def active(connection: Connection) -> Finding:
    passed = connection.status is Status.ACTIVE
    seen = connection.status if passed else connection.reason or connection.status
    rule = "the venue takes the agent's orders"
    return Finding(
        "approval", passed, seen, rule, "" if passed else "sign the drafts with the wallet of the main address"
    )


def not_ready(failing: Sequence[Finding]) -> Refused:
    problems = [
        Problem(f"live.{each.name.replace(' ', '_')}", each.name, each.seen, each.rule, each.mend) for each in failing
    ]
    return Refused(
        Code.LIVE_CHECKLIST,
        f"{len(failing)} thing{'s stand' if len(failing) > 1 else ' stands'} against trading live",
        where=failing[0].name,
        seen=failing[0].seen,
        rule=failing[0].rule,
        suggestion=failing[0].mend,
        problems=problems,
    )
