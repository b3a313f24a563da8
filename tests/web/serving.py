"""A `paddock serve --demo` of its own for the tests in a browser: started, killed and started again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from paddock.journal.database import Database
from paddock.surfaces.http import users
from paddock.surfaces.http.models.base import MAX_TS
from paddock.surfaces.http.scopes import ALL, EVERYDAY, LOCAL_USER

COMMAND = (sys.executable, "-m", "paddock.surfaces.cli.main", "serve", "--demo")
PATIENCE_S = 200.0  # compiling the engine on a busy machine; passes long before


class Served:
    """Answers at `url`; `token` opens everything. After `kill` it is `start`ed again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home, self._port = home, "0"
        self.start()

    def start(self) -> None:
        log = (self.home / "serve.log").open("a")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PADDOCK_")}
        self._process = subprocess.Popen(
            [*COMMAND, "--port", self._port],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment | {"PADDOCK_HOME": str(self.home), "PADDOCK_LOG": "json"},
        )
        told = ""
        for line in self._process.stdout or ():
            told += line
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(f"it ended: {told}\n{(self.home / 'serve.log').read_text()[-4000:]}")
        self.url = re.findall(r"http://127\.0\.0\.1:\d+", told)[0]
        self._port = self.url.rpartition(":")[2]

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def session(self) -> str:
        """What the cookie of the demo's owner holds."""
        return self.session_of(LOCAL_USER)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def session_of(self, user_id: str) -> str:
        """What the cookie of somebody else holds who signed in."""
        database = Database.open(f"sqlite:///{self.home}/paddock.db")
        try:
            with database.write() as conn:
                return users.open_session(
                    conn, user_id, ALL if user_id == LOCAL_USER else EVERYDAY, 0, MAX_TS, os.urandom
                ).text
        finally:
            database.close()
