"""A `paddock serve --demo` of its own for the tests in a browser: started, killed and started again.

Besides the holder of the local token, wallets sign in there, and accounts of an application at Privy.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from paddock.journal.database import Database
from paddock.surfaces.http import users
from paddock.surfaces.http.models.base import MAX_TS
from paddock.surfaces.http.scopes import ALL, LOCAL_USER

COMMAND = (sys.executable, "-m", "paddock.surfaces.cli.main", "serve", "--demo")
PRIVY_APP = "app-of-the-tests"
TRIES = 5  # of ports: another process may take one before the server does


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Served:
    """Answers at `url`; `token` opens everything. After `kill` it is `start`ed again at the same address."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.privy_key = ec.generate_private_key(ec.SECP256R1())
        public = self.privy_key.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        (home / "privy.pem").write_bytes(public.public_bytes(serialization.Encoding.PEM, form))
        for _ in range(TRIES):
            self._port = free_port()
            try:
                self.start()
            except AssertionError as ended:
                if "port_in_use" not in str(ended):
                    raise
            else:
                return
        raise AssertionError(f"none of {TRIES} ports stayed free")

    def start(self) -> None:
        log = (self.home / "serve.log").open("a")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PADDOCK_")}
        self._process = subprocess.Popen(
            [*COMMAND, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment | self._settings(),
        )
        told = ""
        for line in self._process.stdout or ():
            told += line
            if "Ctrl-C" in line:
                break
        else:
            raise AssertionError(f"it ended: {told}\n{(self.home / 'serve.log').read_text()[-4000:]}")

    def _settings(self) -> dict[str, str]:
        return {
            "PADDOCK_HOME": str(self.home),
            "PADDOCK_LOG": "json",
            "PADDOCK_SIGN_IN_DOMAINS": f"127.0.0.1:{self._port}",
            "PADDOCK_PRIVY_APP_ID": PRIVY_APP,
            "PADDOCK_PRIVY_KEY_FILE": str(self.home / "privy.pem"),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def session(self) -> str:
        """What the cookie of the demo's owner holds."""
        database = Database.open(f"sqlite:///{self.home}/paddock.db")
        try:
            with database.write() as conn:
                return users.open_session(conn, LOCAL_USER, ALL, 0, MAX_TS, os.urandom).text
        finally:
            database.close()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()
