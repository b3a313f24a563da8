"""`paddock journal`: what happened, whether it was touched, and what it comes to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from paddock.surfaces.cli.db import Home, opened
from paddock.surfaces.cli.remote import Json

if TYPE_CHECKING:
    from paddock.journal.findings import Finding

app = App(name="journal", help="The journal: verify, replay, export. Works on the database itself.")
WRONG = 1  # the exit code when something was found


@app.command
def verify(*, home: Home = None, json: Json = False) -> int:
    """Look for anything that was changed, lost or added, and for books that the log does not come to.

    Checks the hash chain of every stream, sums the ledger and each run's equity, folds the whole log again and
    compares. Exits with 1 when something is found. Nothing is changed; writers wait meanwhile.
    """
    from sqlalchemy import select

    from paddock.journal import ledger
    from paddock.journal.identity import breaches
    from paddock.journal.rebuild import compare
    from paddock.journal.upgrade import require_current
    from paddock.journal.verify import verify as chain

    with opened(home) as database:
        require_current(database)
        with database.write() as conn:
            accounts = conn.execute(select(ledger.balances.c.account_id).distinct()).scalars().all()
            found = [*chain(conn), *ledger.check(conn), *breaches(conn, accounts), *compare(conn)]
    if json:
        from paddock.surfaces.cli.terminal import show_json

        show_json({"sound": not found, "findings": [_row(finding) for finding in found]})
    else:
        for finding in found:
            print(finding)
        print(f"{len(found)} findings" if found else "the journal is sound, and the books are what it comes to")
    return WRONG if found else 0


@app.command
def replay(*, home: Home = None) -> None:
    """Make the books anew from the log: orders, fills, positions, closures, decisions, equity, balances."""
    from paddock.journal.rebuild import rebuild
    from paddock.journal.upgrade import require_current

    with opened(home) as database:
        require_current(database)
        with database.write() as conn:
            count = rebuild(conn)
    print(f"folded {count:,} events")


@app.command
def export(
    path: Annotated[Path, Parameter(help="File to write: one event a line, as JSON.")], /, *, home: Home = None
) -> None:
    """Write the whole log to a file, one JSON object a line, in order."""
    from paddock.journal.backup import export as write_out
    from paddock.journal.upgrade import require_current

    with opened(home) as database:
        require_current(database)
        with database.read(patient=True) as conn:
            count = write_out(conn, path)
    print(f"{path}: {count:,} events")


def _row(finding: Finding) -> dict[str, str]:
    return {"what": finding.what, "where": finding.where, "seen": finding.seen, "expected": finding.expected}
