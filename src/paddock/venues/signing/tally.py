"""What has been signed today, and which agents may sign no more: kept so that neither is forgotten when a process ends.

A file of fixed size is mapped into memory, since the signer can write no other way: what is stored outlives the
process at once, and the machine when the system has written it (within half a minute on Linux).
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from paddock.core.errors import Code, Invalid, Refused

DAY_MS: Final = 86_400_000

_MAGIC: Final = b"paddock tally 1\n"
_MARKS: Final = 1 << 20  # bytes, of which an agent that is revoked sets a few
_MARKS_EACH: Final = 4
_SLOTS: Final = 1024
_RECORD: Final = struct.Struct("<32sqq")  # agent, day, micro-dollars
_SUM: Final = struct.Struct("<I")
_COPY: Final = 64
_FIRST: Final = len(_MAGIC) + _MARKS
_SIZE: Final = _FIRST + _SLOTS * 2 * _COPY


class Tally(Protocol):
    """`agent` names a key for good; `day` counts from 1970 (UTC) and never goes back for an agent."""

    def spent(self, agent: str, day: int) -> int:
        """Micro-dollars of notional that were signed on that day, or on a later one that is there already."""
        ...

    def add(self, agent: str, day: int, notional: int) -> None:
        """Count more. Raises Refused (signer.policy) where that cannot be."""
        ...

    def revoke(self, agent: str) -> None: ...

    def revoked(self, agent: str) -> bool: ...


class FileTally:
    """A tally in a file. Of several that want to count, the first does (`counts`); all of them revoke and see it."""

    def __init__(self, path: Path, *, counts: bool = True) -> None:
        """Raises Invalid (settings) for a file that is no tally."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._handle = handle  # the lock lasts as long as it
        self.counts = counts and _locked(handle)
        if os.fstat(handle).st_size == 0:
            os.ftruncate(handle, _SIZE)
            os.pwrite(handle, _MAGIC, 0)
        if os.fstat(handle).st_size != _SIZE or os.pread(handle, len(_MAGIC), 0) != _MAGIC:
            os.close(handle)
            raise Invalid(
                Code.SETTINGS,
                "this is no tally of the signer",
                where=str(path),
                rule="the file is the signer's own",
                suggestion="put it aside: the day's count begins anew",
            )
        self._map = mmap.mmap(handle, _SIZE)
        self._slots = {agent: (slot, day, spent) for slot, agent, day, spent in self._read()}

    def close(self) -> None:
        self._map.close()
        os.close(self._handle)

    def spent(self, agent: str, day: int) -> int:
        _, at, spent = self._slots.get(_name(agent), (0, -1, 0))
        return spent if at >= day else 0

    def add(self, agent: str, day: int, notional: int) -> None:
        if not self.counts:
            raise Refused(
                Code.SIGNER_POLICY,
                "another process of this home signs its orders",
                where="day_usd",
                rule="one process counts what a day has come to, and it alone signs what may open something",
                suggestion="give this process a PADDOCK_HOME of its own",
            )
        name = _name(agent)
        slot, at, spent = self._slots.get(name, (-1, day, 0))
        if slot < 0:
            slot = self._free(day)
        kept = (slot, max(at, day), (spent if at >= day else 0) + notional)
        self._write(name, *kept)
        self._slots[name] = kept

    def revoke(self, agent: str) -> None:
        for place in _marks(agent):
            self._map[place] = 1

    def revoked(self, agent: str) -> bool:
        return all(self._map[place] for place in _marks(agent))

    def _free(self, day: int) -> int:
        """A slot that nobody has, or whose day is over."""
        taken = {slot for slot, _, _ in self._slots.values()}
        for slot in range(_SLOTS):
            if slot not in taken:
                return slot
        for name, (slot, at, _) in self._slots.items():
            if at < day:
                del self._slots[name]
                return slot
        raise Refused(
            Code.SIGNER_POLICY,
            "no more keys can be counted today",
            where="day_usd",
            seen=_SLOTS,
            rule=f"a day is counted for at most {_SLOTS} keys",
        )

    def _read(self) -> Iterator[tuple[int, bytes, int, int]]:
        for slot in range(_SLOTS):
            copies = [copy for n in range(2) if (copy := self._copy(slot, n))]
            if copies:
                yield (slot, *max(copies, key=lambda copy: copy[1:]))

    def _copy(self, slot: int, number: int) -> tuple[bytes, int, int] | None:
        """One of the two copies of a slot; None when it was never written, or not wholly."""
        start = _FIRST + (2 * slot + number) * _COPY
        raw = self._map[start : start + _RECORD.size]
        (checksum,) = _SUM.unpack_from(self._map, start + _RECORD.size)
        if checksum != zlib.crc32(raw) or not any(raw):
            return None
        agent, day, spent = _RECORD.unpack(raw)
        return agent, day, spent

    def _write(self, agent: bytes, slot: int, day: int, spent: int) -> None:
        """One copy after the other, so that whenever the process dies one of them is whole."""
        raw = _RECORD.pack(agent, day, spent)
        raw += _SUM.pack(zlib.crc32(raw))
        for number in range(2):
            start = _FIRST + (2 * slot + number) * _COPY
            self._map[start : start + len(raw)] = raw


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@lru_cache(maxsize=_SLOTS)
def _name(agent: str) -> bytes:
    return hashlib.sha256(agent.encode()).digest()


@lru_cache(maxsize=_SLOTS)
def _marks(agent: str) -> list[int]:
    """Where an agent's marks lie. Single bytes that only ever become 1: many may write them at once.

    Another agent has all of them with a chance below one in a billion, and then it cannot sign.
    """
    numbers = struct.unpack(
        f"<{_MARKS_EACH}I", hashlib.sha256(b"revoked\n" + agent.encode()).digest()[: 4 * _MARKS_EACH]
    )
    return [len(_MAGIC) + number % _MARKS for number in numbers]
