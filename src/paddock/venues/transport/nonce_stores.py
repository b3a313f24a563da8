"""Where is it kept which nonces are gone? In memory for simulations, in files for a signer without a database.

A signer is a process of its own that reaches no database; a file for each signer is the least that survives it.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from paddock.core.errors import Code, Unavailable
from paddock.market.files import replace_file, sync


class MemoryNonces:
    """Nonces of the signers of one process, for any thread; gone with it."""

    def __init__(self) -> None:
        self._ends: dict[str, int] = {}
        self._lock = Lock()

    def reserve(self, signer: str, least: int, count: int) -> int:
        with self._lock:
            first = max(least, self._ends.get(signer, 0))
            self._ends[signer] = first + count
            return first


class FileNonces:
    """One file for each signer in a folder, for any number of processes of one machine.

    The lock is the operating system's, so it ends with its holder; each file is replaced whole, or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def reserve(self, signer: str, least: int, count: int) -> int:
        """Unavailable when the disk does not keep it, or what it kept is damaged."""
        path = self._folder / signer.encode().hex()  # some disks do not tell cases apart
        try:
            with self._alone():
                first = max(least, _end(path))
                replace_file(path, lambda temporary: temporary.write_text(f"{first + count}\n"))
                sync(self._folder)
                return first
        except (OSError, ValueError) as error:
            raise Unavailable(
                Code.VENUE_UNAVAILABLE,
                f"the nonces of {signer} cannot be kept: {error}",
                where=str(path),
                rule="no nonce is used that a restart could use again",
                suggestion="make the folder writable; if the file is damaged, approve a new agent key",
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _end(path: Path) -> int:
    """Up to where nonces are gone; ValueError for a file that says no number."""
    return int(path.read_text()) if path.exists() else 0
