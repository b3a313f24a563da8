"""W7: many readers of one stream of events. Does each event that is written reach each of them, and how late?

`python -m bench.streams [--readers 1000] [--rate 50] [--seconds 10]`. Server and writer live in this process, the
readers in another, connected over loopback; all of them share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from socket import create_server

import numpy as np
import structlog

from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.events import PLATFORM, Draft, append
from paddock.journal.kinds import EventKind
from paddock.journal.upgrade import upgrade
from paddock.surfaces.house import house_on
from paddock.surfaces.http.credentials import digest
from paddock.surfaces.http.services import HttpSettings, Limits, Rate
from paddock.surfaces.live import live_on
from paddock.surfaces.settings import load
from paddock.surfaces.web import web_part

TOKEN = "token of a bench"
FREE = Rate(per_second=1e9, burst=1_000_000)
LIMITS = Limits(address=FREE, caller=FREE)  # all readers come at once
EVENT = re.compile(rb"^id: (\d+)\r?$", re.MULTILINE)
SENT = re.compile(rb'"sent":(\d+)')
GRACE_S = 15.0  # for what is still on its way when the last event was written


@dataclass(slots=True)
class Reader:
    """One connection: which events it got, and how late it had the newest of each part that arrived (ms)."""

    got: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    async def read(self, port: int, ready: asyncio.Semaphore, count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"retry: ")
        assert head.startswith(b"HTTP/1.1 200"), head
        ready.release()
        rest = b""
        while len(self.got) < count:
            part = await reader.read(2**20)
            if not part:
                return
            whole, mark, rest = (rest + part).rpartition(b"\n\n")
            found = EVENT.findall(whole)
            if mark and found:
                self.got += map(int, found)
                self.late.append((time.monotonic_ns() - int(SENT.findall(whole)[-1])) / 1e6)
        writer.close()


async def read_all(port: int, readers: int, count: int, seconds: float, parent: Connection) -> None:
    """Tells the parent when all are connected, and in the end what each of them got."""
    ready, every = asyncio.Semaphore(0), [Reader() for _ in range(readers)]
    tasks = []
    for reader in every:
        tasks.append(asyncio.create_task(reader.read(port, ready, count)))
        await ready.acquire()
    parent.send("ready")
    _, slow = await asyncio.wait(tasks, timeout=seconds + GRACE_S)
    for task in slow:
        task.cancel()
    parent.send([(reader.got, reader.late) for reader in every])


def reading(port: int, readers: int, count: int, seconds: float, parent: Connection) -> None:
    asyncio.run(read_all(port, readers, count, seconds, parent))


@contextmanager
def serving(database: Database, home: Path) -> Iterator[int]:
    """The API on a port of this machine."""
    listener = create_server(("127.0.0.1", 0), backlog=2_000)
    port = int(listener.getsockname()[1])
    stop = threading.Event()
    settings = HttpSettings(local_digest=digest(TOKEN), limits=LIMITS)
    house = house_on(database, ManualClock(0), CountingIds("bench"))
    with live_on(load({"PADDOCK_HOME": str(home)}), house, counts=False) as live:
        part = web_part(house, live.accounts, settings, home, listener, lambda: "")
        thread = threading.Thread(target=part.run, args=(stop,))
        thread.start()
        try:
            yield port
        finally:
            stop.set()
            thread.join()


def measure_streams(readers: int, rate: int, seconds: float, folder: Path) -> Iterator[str]:
    """Writes `rate` events a second, each in a transaction of its own, and says what became of them."""
    database = Database.open(f"sqlite:///{folder / 'paddock.db'}")
    upgrade(database)
    count = int(rate * seconds)
    ours, theirs = multiprocessing.Pipe()
    with serving(database, folder) as port:
        args = (port, readers, count, seconds, theirs)
        process = multiprocessing.get_context("spawn").Process(target=reading, args=args)
        process.start()
        ours.recv()
        start = time.monotonic()
        for n in range(count):
            time.sleep(max(0.0, start + n / rate - time.monotonic()))
            with database.write() as conn:
                append(conn, [Draft(PLATFORM, EventKind.FEED_STALE, n, {"sent": time.monotonic_ns()})])
        took = time.monotonic() - start
        results: list[tuple[list[int], list[float]]] = ours.recv()
        process.join()
    database.close()
    whole = sum(got == list(range(1, count + 1)) for got, _ in results)
    p50, p99 = np.percentile([late for _, times in results for late in times], (50, 99))
    lost = readers * count - sum(len(set(got)) for got, _ in results)
    yield f"{readers:,} readers, {count:,} events written in {took:.1f} s ({count / took:.0f} a second)"
    yield f"readers that got each event once and in order: {whole:,}; events lost: {lost:,}"
    yield f"late: p50 {p50:.0f} ms, p99 {p99:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder:
        for line in measure_streams(asked.readers, asked.rate, asked.seconds, Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
