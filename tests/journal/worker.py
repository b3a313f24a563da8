"""A worker in a process of its own: it takes what it is told to, and writes with it after a line on its input.

python -m tests.journal.worker <lease|job> <database>
"""

from __future__ import annotations

import sys

from paddock.core.errors import PaddockError
from paddock.journal import jobs, leases
from paddock.journal.database import Database
from paddock.journal.events import Draft, append
from paddock.journal.kinds import EventKind

DRAFT = Draft("platform", EventKind.KILL_ENGAGED, 1, {"by": "worker"})
TTL_MS = 300


def main(kind: str, url: str) -> None:
    database = Database.open(url)
    if kind == "lease":
        held = leases.acquire(database, "runner", "worker", TTL_MS)
    else:
        held = jobs.claim(database, ["work"], "worker", TTL_MS)
    print("holds" if held else "holds nothing", flush=True)
    sys.stdin.readline()
    try:
        if kind == "lease":
            with database.write(held) as conn:
                append(conn, [DRAFT])
        else:
            with database.write() as conn:
                append(conn, [DRAFT])
                jobs.finish(conn, held, {"by": "worker"}, 1)
    except PaddockError as error:
        print(error.code, flush=True)
    else:
        print("written", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
