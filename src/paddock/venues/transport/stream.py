"""What does a venue tell as it happens? One WebSocket with its subscriptions, opened again whenever it is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from ssl import SSLContext
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.protocol import State

from paddock.core.errors import Unknown
from paddock.core.seams import Clock, RandomSource
from paddock.venues.transport.address import checked, verifying
from paddock.venues.transport.asking import Asking
from paddock.venues.transport.backoff import Backoff
from paddock.venues.transport.budget import Budget, Charges, Priority
from paddock.venues.transport.frames import Acked, Answer, Data, Delivery, Denied, Dialect, Step, Subscription
from paddock.venues.transport.inbox import Inbox
from paddock.venues.transport.lost import Does, Throttled, lost, unavailable
from paddock.venues.transport.opening import opened
from paddock.venues.transport.outage import Condition, Outage
from paddock.venues.transport.retry_after import retry_after_ms
from paddock.venues.transport.roster import Roster, Watch

T = TypeVar("T")
_HOWEVER_LONG_MS: Final = 86_400_000
_SLOW_DOWN: Final = (418, 429)


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in ms. After `stall_ms` without any frame the connection is opened again; one that lasted for `settled_ms`
    makes the pauses before that short again. `waiting`: how many frames wait for a slow consumer.
    """

    open_ms: int = 10_000
    heartbeat_ms: int = 20_000
    stall_ms: int = 45_000
    backoff_ms: int = 500
    backoff_most_ms: int = 30_000
    settled_ms: int = 30_000
    waiting: int = 5_000
    frame_bytes: int = 16 << 20


class Stream(Generic[T]):
    """The socket of a venue, from `async with` on; T is what its dialect makes of a frame.

    Iterating gives what is heard. At the beginning of each subscription, and whenever something may have been missed
    (after a reconnect or a stall, at a jump in its sequence, by a consumer that was too slow), comes a Gap: from then
    on it is heard, and what was before has to be read in another way.
    """

    def __init__(
        self,
        url: str,
        dialect: Dialect[T],
        clock: Clock,
        random: RandomSource,
        budget: Budget,
        *,
        pace: Pace | None = None,
        connect: Charges | None = None,
        sent: Charges | None = None,
        headers: Mapping[str, str] | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        """`connect` and `sent`: what a connection and a frame of ours cost. Invalid for a plain address elsewhere."""
        self._url, self._headers = checked(url, "wss"), headers or {}
        self._tls = (tls or verifying()) if self._url.startswith("wss:") else None
        self._dialect, self._clock, self._budget = dialect, clock, budget
        self._pace, self._connect, self._sent = pace or Pace(), connect or {}, sent or {}
        self._backoff = Backoff(random, self._pace.backoff_ms, self._pace.backoff_most_ms)
        self._roster = Roster()
        self._inbox: Inbox[T] = Inbox(self._pace.waiting)
        self._asking: Asking[T] = Asking()
        self._changes: asyncio.Queue[str] = asyncio.Queue()  # frames that begin and end subscriptions
        self._socket: ClientConnection | None = None
        self._garbled = ""
        self._closing = False
        self._runner: asyncio.Task[None] | None = None
        self._outage = Outage(Condition.DOWN, clock.now_ts(), "it was not started")

    @property
    def outage(self) -> Outage:
        return self._outage

    def stale(self, now_ts: int) -> frozenset[str]:
        """The subscriptions on which nothing may be decided: not served, or silent for longer than they may be."""
        return self._roster.stale(now_ts)

    def seen_ts(self, key: str) -> int:
        """When the last frame of a subscription came on this connection; 0 when none did."""
        watch = self._roster.get(key)
        return watch.seen_ts if watch else 0

    async def __aenter__(self) -> Self:
        self._runner = asyncio.create_task(self._run(), name=f"stream {self._url}")
        self._runner.add_done_callback(self._ended)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Say goodbye to the venue and end; iteration ends after what waits. Open requests get no answer."""
        self._closing = True
        if self._socket is not None:
            await self._socket.close()
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.wait([self._runner])

    def add(self, subscription: Subscription) -> None:
        """Hear this from now on, over all reconnects; nothing happens when it is heard already."""
        if self._roster.add(subscription) and self._socket is not None:
            self._changes.put_nowait(subscription.subscribe)
            self._judge()

    def drop(self, key: str) -> None:
        """Hear it no longer."""
        subscription = self._roster.drop(key)
        if subscription is not None and self._socket is not None:
            self._changes.put_nowait(subscription.unsubscribe)
            self._judge()

    async def __aiter__(self) -> AsyncIterator[Delivery[T]]:
        while (delivery := await self._inbox.get()) is not None:
            yield delivery

    async def ask(
        self,
        request_id: str,
        text: str,
        does: Does,
        priority: Priority,
        wait_ms: int,
        charges: Charges | None = None,
    ) -> T:
        """Send a request over the socket, and what the venue answers to it. `charges` are beside those of any frame;
        `request_id` is one that no request before had, whose late answer would be taken for this one's.

        Unavailable: not connected, or a READ without an answer. Throttled: the budget says later. Unknown: a WRITE
        may have left, and no answer tells.
        """
        deadline = asyncio.get_running_loop().time() + wait_ms / 1000
        await self._budget.take(Counter(self._sent) + Counter(charges or {}), priority, wait_ms)
        socket = self._socket
        if socket is None or socket.state is not State.OPEN:
            raise unavailable(f"request {request_id}: the stream is down, {self._outage.reason}")
        answer = self._asking.begin(request_id, does)
        try:
            async with asyncio.timeout_at(deadline):
                await socket.send(text)
                return await answer
        except TimeoutError:
            raise lost(does, f"request {request_id}: there was no answer within {wait_ms} ms") from None
        except ConnectionClosed as error:
            raise lost(does, f"request {request_id}: {_words(error)}") from None
        finally:
            self._asking.end(request_id)

    async def _run(self) -> None:
        while not self._closing:
            reason = await self._connection()
            self._lose(reason)
            await asyncio.sleep(self._backoff.next_ms() / 1000)

    async def _connection(self) -> str:
        """Open a connection and hear it until it ends; why it ended, or did not begin."""
        try:
            await self._budget.take(self._connect, Priority.OPEN, _HOWEVER_LONG_MS)
            socket = await opened(self._url, self._headers, self._tls, self._pace.open_ms, self._pace.frame_bytes)
        except Throttled as error:
            return error.message
        except InvalidStatus as error:
            return self._refused(error)
        except (OSError, WebSocketException) as error:
            return f"no connection: {_words(error)}"
        began = asyncio.get_running_loop().time()
        try:
            return await self._session(socket)
        finally:
            self._socket = None
            socket.transport.abort()
            if asyncio.get_running_loop().time() - began >= self._pace.settled_ms / 1000:
                self._backoff.reset()

    def _refused(self, error: InvalidStatus) -> str:
        status = error.response.status_code
        if status in _SLOW_DOWN:
            headers = {name.lower(): value for name, value in error.response.headers.raw_items()}
            self._budget.throttle(self._connect, retry_after_ms(headers, self._clock.now_ts()))
        return f"no connection: the venue answered with status {status}"

    async def _session(self, socket: ClientConnection) -> str:
        self._socket, self._garbled = socket, ""
        self._changes = asyncio.Queue()
        for watch in self._roster:
            self._changes.put_nowait(watch.subscription.subscribe)
        self._judge()
        parts = (self._listen(socket), self._beat(socket), self._subscribe(socket))
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return ended.pop().result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self, socket: ClientConnection) -> str:
        while True:
            await self._inbox.room()
            try:
                async with asyncio.timeout(self._pace.stall_ms / 1000):
                    frame = await socket.recv()
            except TimeoutError:
                return f"it was silent for {self._pace.stall_ms} ms"
            except ConnectionClosed as error:
                return _words(error)
            self._hear(frame)

    async def _beat(self, socket: ClientConnection) -> str:
        while True:
            await asyncio.sleep(self._pace.heartbeat_ms / 1000)
            self._garbled = ""  # what was wrong for a moment is not wrong for ever
            self._judge()
            try:
                await self._budget.take(self._sent, Priority.CANCEL, _HOWEVER_LONG_MS)
                await socket.send(self._dialect.heartbeat)
            except Throttled as error:
                return error.message
            except ConnectionClosed as error:
                return _words(error)

    async def _subscribe(self, socket: ClientConnection) -> str:
        while True:
            text = await self._changes.get()
            try:
                await self._budget.take(self._sent, Priority.OPEN, _HOWEVER_LONG_MS)
                await socket.send(text)
            except Throttled as error:
                return error.message
            except ConnectionClosed as error:
                return _words(error)

    def _hear(self, frame: str | bytes) -> None:
        now_ts = self._clock.now_ts()
        if isinstance(frame, bytes):
            self._garble("a binary frame", now_ts)
            return
        try:
            reading = self._dialect.read(frame)
        except Unknown as error:
            self._garble(error.message, now_ts)
            return
        match reading:
            case Data():
                self._take_in(reading, now_ts)
            case Acked():
                self._serve(self._roster.get(reading.key), now_ts)
            case Denied():
                self._deny(reading)
            case Answer():
                self._asking.answer(reading.request_id, reading.message)

    def _take_in(self, data: Data[T], now_ts: int) -> None:
        watch = self._roster.get(data.key)
        if watch is None:  # it was dropped, and this was on its way
            return
        self._serve(watch, now_ts)
        watch.seen_ts = now_ts
        step = watch.step(data.number)
        if step is Step.STALE:
            return
        if step is Step.JUMP:
            self._inbox.gap(data.key, f"its sequence jumps to {data.number}", now_ts)
        self._inbox.put(data, now_ts)

    def _serve(self, watch: Watch | None, now_ts: int) -> None:
        if watch is None or watch.served:
            return
        self._inbox.gap(watch.subscription.key, watch.begin(), now_ts)
        self._judge()

    def _deny(self, denied: Denied) -> None:
        watch = self._roster.get(denied.key)
        if watch is not None and not watch.served:
            watch.denied = denied.reason
        else:
            self._garbled = f"the venue refuses: {denied.reason}"
        self._judge()

    def _garble(self, what: str, now_ts: int) -> None:
        """A frame that nobody can read may have been of any subscription."""
        self._garbled = f"a frame cannot be read: {what}"
        for watch in self._roster:
            self._inbox.gap(watch.subscription.key, self._garbled, now_ts)
        self._judge()

    def _judge(self) -> None:
        """Say anew what condition the connection is in."""
        reason = self._roster.missing() or self._garbled
        condition = Condition.DEGRADED if reason else Condition.UP
        self._outage = self._outage.now(condition, self._clock.now_ts(), reason)

    def _lose(self, reason: str) -> None:
        self._outage = self._outage.now(Condition.DOWN, self._clock.now_ts(), reason)
        self._roster.lose(reason)
        self._asking.lose(reason)

    def _ended(self, runner: asyncio.Task[None]) -> None:
        """However it ends, nobody waits for what does not come; a defect of ours ends the iteration as itself."""
        failure = None if runner.cancelled() else runner.exception()
        self._socket = None
        self._lose("it was closed" if failure is None else f"it failed: {type(failure).__name__}")
        self._inbox.close(failure)


def _words(error: OSError | WebSocketException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
