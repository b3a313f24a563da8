"""`paddock doctor`: what stands in the way, and what mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from paddock.surfaces.cli.remote import Json

MARKS = {"well": "✓", "doubtful": "!", "broken": "✗"}


def doctor(
    *,
    home: Annotated[Path | None, Parameter(help="Home to look at; PADDOCK_HOME, or ~/.paddock.")] = None,
    json: Json = False,
) -> int:
    """Check clock, disk, database, permissions, port and settings; exits with 1 when something is broken."""
    from paddock.surfaces import settings
    from paddock.surfaces.doctor import Health, examine

    findings = list(examine(settings.load(home=home)))
    broken = any(finding.health is Health.BROKEN for finding in findings)
    if json:
        from paddock.surfaces.cli.terminal import show_json

        rows = [
            {"check": found.check, "health": found.health, "says": found.says, "mend": found.mend} for found in findings
        ]
        show_json({"healthy": not broken, "findings": rows})
        return int(broken)
    for found in findings:
        print(f"{MARKS[found.health]} {found.check}: {found.says}")
        if found.mend:
            print(f"    mend: {found.mend}")
    return int(broken)
