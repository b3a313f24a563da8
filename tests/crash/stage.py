"""One death: a database, a venue that survives it, and the way to the end of the scenario."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import select

from paddock.core.seams import ManualClock
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.rebuild import compare
from paddock.journal.tables import closures, fills, orders, positions
from paddock.journal.verify import verify
from tests.crash.venue import VenueServer

_BOOKS: Final = {
    orders: ("intent_id", "run_id", "symbol", "kind", "side", "lots", "traded", "state"),
    fills: ("account_id", "run_id", "intent_id", "symbol", "side", "lots", "px", "fee"),
    positions: ("account_id", "run_id", "symbol", "qty"),
    closures: ("run_id", "symbol"),
}


class Server(Protocol):
    """A venue that children reach at an address."""

    def close(self) -> None: ...


class Zygote:
    """Forks children that live and die on the scenario."""

    def __init__(self, scenario: str = "tests.crash.child", serve: Callable[[Path], Server] = VenueServer) -> None:
        command = [sys.executable, "-m", "tests.crash.zygote", scenario]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with tempfile.TemporaryDirectory() as scratch:
            server = serve(Path(scratch) / "venue.sock")
            assert self.child(f"sqlite:///{scratch}/own.db", Path(scratch) / "venue.sock", 0, "")["exit"] == 0
            server.close()

    def child(self, url: str, venue: Path, die_at: int | str, by: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"url": url, "venue": str(venue), "die_at": die_at, "by": by}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(60)


class Stage:
    """A database and a venue, and the way to the end of the scenario over one death."""

    def __init__(self, zygote: Zygote, url: str, folder: Path) -> None:
        self._zygote, self._url, self._address = zygote, url, folder / "venue.sock"
        self.server = VenueServer(self._address)
        assert zygote.child(url, self._address, "people", "")["exit"] == 0

    def live(self, die_at: int, by: str = "SIGKILL") -> dict[str, Any]:
        """Let a worker live, to the end or to its `die_at`th point (0: to the end), where it gets the signal."""
        return self._zygote.child(self._url, self._address, die_at, by)

    def end(self) -> dict[str, Any]:
        """All that must not depend on how often the worker died; checks what must hold in any case."""
        self.server.close()
        database = Database.open(self._url, clock=ManualClock(0))
        with database.write() as conn:
            broken = [*verify(conn), *compare(conn), *ledger.check(conn)]
            books = {
                table.name: sorted(tuple(row) for row in conn.execute(select(*(table.c[name] for name in names))).all())
                for table, names in _BOOKS.items()
            }
        database.close()
        assert broken == []
        assert self.server.unprotected == []
        return {**self.server.truth(), **books}
