"""The signer's process: it takes requests from one socket, and gives signed ones back, until the other end has gone.

Started as `python -m paddock.runtime.signer.process <descriptor>`. It reads the master keys and opens its count of the
day, gives up its rights (see docs/sandbox.md), and only then hears what it is asked.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from paddock.core.errors import PaddockError
from paddock.runtime.confine import confine
from paddock.venues.approvals.base import Approvals
from paddock.venues.approvals.hyperliquid import HyperliquidApprovals
from paddock.venues.approvals.pacifica import PacificaApprovals
from paddock.venues.signing.answer import answered
from paddock.venues.signing.dialect import Dialect
from paddock.venues.signing.hyperliquid import Hyperliquid
from paddock.venues.signing.keystore import KeyRing, add_key, drop_old_keys, key_file, parse_keys
from paddock.venues.signing.pacifica import Pacifica
from paddock.venues.signing.tally import FileTally
from paddock.venues.signing.vault import Vault
from paddock.venues.signing.wire import HEAD, MOST_ASKED, done, failed, frame, too_large

TRIES, PAUSE_S = 20, 0.1
FRAME_S: Final = 5  # within which a frame that has begun is there
MEMORY_MB: Final = 1024
CPU_S: Final = 10**9  # it lives as long as its parent
_NOT_DUMPABLE: Final = 4  # of prctl: no other process of the user may look into this one


@dataclass(frozen=True, slots=True)
class Start:
    """The first thing that is said. `keys` are the master keys themselves; empty where `key_file` holds them.

    `counts`: this process signs orders, and so keeps the count of the day. `ring`: what is done to the file first.
    """

    keys: str
    key_file: Path
    tally: Path
    counts: bool
    ring: Literal["as it is", "new key", "current key alone"]


_start: Final = TypeAdapter(Start)


@dataclass(frozen=True, slots=True)
class SystemClock:
    def now_ts(self) -> int:
        return time.time_ns() // 1_000_000


class Unfinished(Exception):
    """A frame that stopped in its middle, or one that is too large to read."""


def frames(descriptor: int) -> Iterator[bytes]:
    """The bodies of what is said, until the other side has gone. Raises Unfinished."""
    parent = os.getppid()
    while head := _read(descriptor, HEAD.size, parent):
        (size,) = HEAD.unpack(head)
        if size > MOST_ASKED:
            raise Unfinished
        yield _read(descriptor, size, 0)


def _read(descriptor: int, size: int, parent: int) -> bytes:
    """Exactly `size` bytes; none when the other side has gone before the first, or is another than `parent`."""
    data = b""
    while len(data) < size:
        try:
            part = os.read(descriptor, size - len(data))
        except BlockingIOError:  # FRAME_S have passed
            if parent and not data and os.getppid() == parent:
                continue
            raise Unfinished from None
        if not part:
            return b""
        data += part
    return data


def say(descriptor: int, body: bytes) -> None:
    data = frame(body)
    while data:
        data = data[os.write(descriptor, data) :]


def serve(descriptor: int) -> None:
    said = frames(descriptor)
    try:
        vault, tally = _begin(_start.validate_json(next(said)))
    except (PaddockError, OSError) as error:
        say(descriptor, failed(error))
        return
    walls = confine(MEMORY_MB, CPU_S)
    say(descriptor, done({"walls": walls, "counts": tally.counts}))
    try:
        for body in said:
            say(descriptor, answered(vault, body))
    except Unfinished:
        say(descriptor, too_large())


def _begin(start: Start) -> tuple[Vault, FileTally]:
    tally = _tally(start)
    keys = parse_keys(start.keys, "the environment") if start.keys else _ring(start, change=tally.counts)
    dialects: dict[str, Dialect] = {"hyperliquid": Hyperliquid(), "pacifica": Pacifica()}
    for each in dialects.values():
        each.address(each.new_secret(os.urandom))  # whatever is loaded late is loaded now: later no file opens
    approvals: dict[str, Approvals] = {"hyperliquid": HyperliquidApprovals(), "pacifica": PacificaApprovals()}
    return Vault(KeyRing(keys, os.urandom), tally, SystemClock(), os.urandom, dialects, approvals), tally


def _ring(start: Start, *, change: bool) -> list[bytes]:
    """The master keys of the file, after what was to be done to it; that is left undone while another process signs."""
    if change and start.ring == "new key":
        return add_key(start.key_file, os.urandom)
    if change and start.ring == "current key alone":
        drop_old_keys(start.key_file)
    return key_file(start.key_file, os.urandom)


def _tally(start: Start) -> FileTally:
    """The count, once a signer before us has let go of it: it may still be ending."""
    for _ in range(TRIES):
        tally = FileTally(start.tally, counts=start.counts)
        if tally.counts == start.counts:
            break
        tally.close()
        time.sleep(PAUSE_S)
    return tally


def hide() -> None:
    """Let no other process of the user read this one's memory, and leave no image of it when it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_NOT_DUMPABLE, 0, 0, 0, 0)


def main() -> None:
    hide()
    descriptor = int(sys.argv[1])
    with socket.socket(fileno=descriptor) as channel:
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            channel.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", FRAME_S, 0))
        serve(descriptor)


if __name__ == "__main__":
    main()
