"""The event log, as it grows, to everybody who watches: read once for all of them, however many they are.

A watcher is fed from memory while it keeps up. One that falls behind, or comes back with the last position it saw,
reads from the database at its own pace until it has caught up; so nothing is lost, and nobody waits for the slowest.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from sqlalchemy import ColumnElement, Connection, select
from starlette.concurrency import run_in_threadpool

from paddock.core.errors import Code, PaddockError
from paddock.journal.database import Database
from paddock.journal.events import events, last_position
from paddock.surfaces.http.measure import Measure
from paddock.surfaces.http.owners import Owners, streams_of
from paddock.surfaces.http.problems import TooMany

BACKLOG: Final = 512  # events that wait in memory for one watcher
CHUNK: Final = 500  # events of one read
POLL_S: Final = 0.5  # how soon what another process wrote is seen
PAUSE_S: Final = 0.05  # events that come together go out together
HEARTBEAT_S: Final = 15.0
RETRY_MS: Final = 2_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """Which events a watcher sees: `key` names them in memory, `rows` in the log."""

    key: str
    rows: ColumnElement[bool]


def view_of_stream(stream: str) -> View:
    return View(stream, events.c.stream == stream)


def view_of_user(user_id: str) -> View:
    """The user's runs, bots and accounts, also those made later."""
    return View(_user_key(user_id), events.c.stream.in_(streams_of(user_id)))


def _user_key(user_id: str) -> str:
    return f"@{user_id}"


@dataclass(frozen=True, slots=True)
class _Item:
    """An event as everybody gets it, encoded once."""

    position: int
    sent: bytes


@dataclass(slots=True, eq=False)
class _Watcher:
    """`live`: it is fed from memory."""

    live: bool = False
    waiting: deque[_Item] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, item: _Item) -> None:
        if not self.live:
            return
        if len(self.waiting) < BACKLOG:
            self.waiting.append(item)
            self.woken.set()
        else:
            self.fall_behind()

    def fall_behind(self) -> None:
        """From here on it reads from the log, until it has caught up."""
        self.waiting.clear()
        self.live = False
        self.woken.set()


class Hub:
    """One for each application; `run` is its one reader. All but the reads happens in the event loop."""

    def __init__(self, database: Database, measure: Measure, most: int) -> None:
        self._database = database
        self._gauge = measure.streams
        self._most = most
        self._owners = Owners()
        self._watchers: dict[str, set[_Watcher]] = {}
        self._count = 0
        self._position = 0
        self._news = asyncio.Event()
        self._closed = False

    async def run(self) -> None:
        """Passes on what is written, here or by another process, until it is closed."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._news.set)

        remove = self._database.after_commit(wake)
        try:
            while not self._closed:
                try:
                    await self._pass_on()
                except PaddockError as error:
                    log.warning("the event log cannot be read", error=str(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), POLL_S)
                self._news.clear()
                await asyncio.sleep(PAUSE_S)
        finally:
            remove()
            self.close()

    @property
    def closed(self) -> bool:
        """Nothing is passed on any more."""
        return self._closed

    def close(self) -> None:
        """Ends all streams; a client comes back with the last position it saw."""
        self._closed = True
        self._news.set()
        for watcher in [each for group in self._watchers.values() for each in group]:
            watcher.woken.set()

    def require_room(self) -> None:
        """Raises TooMany (request.rate) when there are as many streams as the server takes."""
        if self._count >= self._most:
            raise TooMany(
                Code.REQUEST_RATE, "too many open streams", retry_after_s=30, rule=f"at most {self._most} at once"
            )

    def begin(self, after: int | None) -> int:
        """The position that a stream begins behind: `after`, but no further than the end of the log (None: there)."""
        last = self._last()
        return last if after is None else min(after, last)

    async def watch(self, view: View, after: int, alive: Callable[[], bool]) -> AsyncIterator[bytes]:
        """Server-sent events behind position `after`; ends when `alive` says no."""
        watcher, cursor = _Watcher(), after
        self._enter(view, watcher)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            loop = asyncio.get_running_loop()
            checked = loop.time()
            while not self._closed:
                if loop.time() - checked >= HEARTBEAT_S:
                    checked = loop.time()
                    if not await run_in_threadpool(alive):
                        return
                if not watcher.live:
                    sent, cursor = await run_in_threadpool(self._catch_up, view, cursor)
                    watcher.live = cursor >= self._position
                elif watcher.waiting:
                    fresh = [item for item in watcher.waiting if item.position > cursor]
                    watcher.waiting.clear()
                    cursor = fresh[-1].position if fresh else cursor
                    sent = b"".join(item.sent for item in fresh)
                else:
                    sent = await self._idle(watcher)
                if sent:
                    yield sent
        finally:
            self._leave(view, watcher)

    async def _idle(self, watcher: _Watcher) -> bytes:
        """Waits for something to do; what to send when it did not come."""
        watcher.woken.clear()
        try:
            await asyncio.wait_for(watcher.woken.wait(), HEARTBEAT_S)
        except TimeoutError:
            return KEEPALIVE_COMMENT
        return b""

    def _enter(self, view: View, watcher: _Watcher) -> None:
        self._watchers.setdefault(view.key, set()).add(watcher)
        self._count += 1
        self._gauge.set(self._count)

    def _leave(self, view: View, watcher: _Watcher) -> None:
        group = self._watchers[view.key]
        group.discard(watcher)
        if not group:
            del self._watchers[view.key]
        self._count -= 1
        self._gauge.set(self._count)

    async def _pass_on(self) -> None:
        if not self._watchers:
            self._position = await run_in_threadpool(self._last)
            self._send_back()
            return
        while True:
            items, position = await run_in_threadpool(self._read, self._position)
            for keys, item in items:
                for key in keys:
                    for watcher in self._watchers.get(key, ()):
                        watcher.offer(item)
            self._position = position
            if len(items) < CHUNK:
                return

    def _send_back(self) -> None:
        """Who came while the end of the log was looked for may be in front of it, and reads what lies between."""
        for watcher in [each for group in self._watchers.values() for each in group]:
            watcher.fall_behind()

    def _last(self) -> int:
        with self._database.read() as conn:
            return last_position(conn)

    def _read(self, after: int) -> tuple[list[tuple[tuple[str, ...], _Item]], int]:
        """The next events with the keys of who sees them, and the position of the last."""
        with self._database.read() as conn:
            rows = _rows(conn, after, None)
            users = self._owners.of(conn, {row[1] for row in rows})
        found = [(_keys(row[1], users.get(row[1])), _Item(row[0], _encode(row))) for row in rows]
        return found, rows[-1][0] if rows else after

    def _catch_up(self, view: View, after: int) -> tuple[bytes, int]:
        """The next events of a view, and how far the log was looked through."""
        with self._database.read() as conn:
            last = last_position(conn)
            rows = _rows(conn, after, view.rows)
        return b"".join(map(_encode, rows)), rows[-1][0] if len(rows) == CHUNK else last


def _keys(stream: str, user_id: str | None) -> tuple[str, ...]:
    """The views that an event is in."""
    return (stream,) if user_id is None else (stream, _user_key(user_id))


_Row = tuple[int, str, int, str, int, str]


def _rows(conn: Connection, after: int, wanted: ColumnElement[bool] | None) -> list[_Row]:
    columns = (events.c.position, events.c.stream, events.c.seq, events.c.kind, events.c.ts, events.c.payload)
    query = select(*columns).where(events.c.position > after).order_by(events.c.position).limit(CHUNK)
    found = conn.execute(query if wanted is None else query.where(wanted))
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in found]


def _encode(row: _Row) -> bytes:
    """The payload goes out as it lies in the log: it is JSON already."""
    position, stream, seq, kind, ts, payload = row
    head = f'"position":{position},"stream":{json.dumps(stream)},"seq":{seq},"kind":"{kind}","ts":{ts}'
    return format_sse_event(data_str=f'{{{head},"payload":{payload}}}', event=kind, id=str(position))
