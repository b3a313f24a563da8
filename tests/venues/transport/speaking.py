"""A small language over a WebSocket, and a venue that speaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from paddock.core.errors import Code, Unknown
from paddock.core.seams import ManualClock, SeededRandom
from paddock.venues.heard import Gap
from paddock.venues.transport.budget import Allowance, Budget
from paddock.venues.transport.frames import Acked, Answer, Data, Delivery, Denied, Keep, Subscription
from paddock.venues.transport.stream import Pace, Stream

from .harness import LONG_MS

NOW_TS = 1_767_268_800_000
PACE = Pace(open_ms=LONG_MS, heartbeat_ms=50, stall_ms=LONG_MS, backoff_ms=4, backoff_most_ms=32, settled_ms=60_000)
CONNECTIONS = Allowance("connections", burst=1_000, refill=1_000)
FRAMES = Allowance("frames", burst=1_000, refill=1_000)


class Plain:
    """JSON with one meaning for each first key; a message is the text that came with it."""

    heartbeat = '{"ping":1}'

    def read(self, text: str) -> Data[str] | Acked | Denied | Answer[str] | None:
        try:
            frame = json.loads(text)
        except ValueError:
            raise Unknown(Code.VENUE_UNCLEAR, f"no JSON: {text[:20]}") from None
        match frame:
            case {"ack": key}:
                return Acked(key)
            case {"deny": key, "why": why}:
                return Denied(key, why)
            case {"answer": request_id, "text": said}:
                return Answer(request_id, said)
            case {"on": key, "text": said, **more}:
                return Data(key, said, Keep(more.get("keep", "all")), more.get("slot", ""), more.get("n"))
            case {"pong": _}:
                return None
        raise Unknown(Code.VENUE_UNCLEAR, f"what is {text[:20]}")


def subscription(key: str, **changes: Any) -> Subscription:
    return Subscription(key, json.dumps({"sub": key}), json.dumps({"unsub": key}), **changes)


@dataclass(eq=False)
class Talk:
    """One connection, as the venue sees it."""

    socket: ServerConnection
    frames: list[dict[str, Any]] = field(default_factory=list)

    @property
    def subscribed(self) -> list[str]:
        return [frame["sub"] for frame in self.frames if "sub" in frame]

    async def say(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def news(self, key: str, text: str, **more: Any) -> None:
        await self.say(on=key, text=text, **more)

    def reset(self) -> None:
        self.socket.transport.abort()


@dataclass
class Venue:
    """A venue that acknowledges each subscription, answers heartbeats, and says what a test tells it."""

    port: int = 0
    talks: list[Talk] = field(default_factory=list)
    acknowledges: bool = True
    answers_pings: bool = True
    greeting: Callable[[Talk], Any] | None = None

    @property
    def talk(self) -> Talk:
        return self.talks[-1]

    async def serve(self, socket: ServerConnection) -> None:
        talk = Talk(socket)
        self.talks.append(talk)
        with suppress(ConnectionClosed):
            if self.greeting is not None:
                await self.greeting(talk)
            async for text in socket:
                frame = json.loads(text)
                talk.frames.append(frame)
                if "sub" in frame and self.acknowledges:
                    await talk.say(ack=frame["sub"])
                if "ping" in frame and self.answers_pings:
                    await talk.say(pong=1)

    async def talks_are(self, count: int) -> Talk:
        """The newest connection, once there have been so many and it was told what is wanted."""
        while len(self.talks) < count or not self.talk.frames:
            await asyncio.wait([asyncio.ensure_future(asyncio.Event().wait())], timeout=0.002)
        return self.talk


@asynccontextmanager
async def speaking(venue: Venue | None = None, **options: Any) -> AsyncIterator[Venue]:
    venue = venue or Venue()
    async with serve(venue.serve, "127.0.0.1", 0, ping_interval=None, **options) as server:
        venue.port = next(iter(server.sockets)).getsockname()[1]
        yield venue


def stream(port: int, *, clock: ManualClock | None = None, budget: Budget | None = None, **options: Any) -> Stream[str]:
    asked = budget or Budget([CONNECTIONS, FRAMES], asyncio.get_running_loop().time)
    given = {"pace": PACE, "connect": {"connections": 1}, "sent": {"frames": 1}, **options}
    return Stream(f"ws://127.0.0.1:{port}", Plain(), clock or ManualClock(NOW_TS), SeededRandom(7), asked, **given)


def words(delivery: Delivery[str]) -> tuple[str, str]:
    """Key and text, or the reason of a gap in brackets."""
    message = delivery.message
    return delivery.key, f"[{message.reason}]" if isinstance(message, Gap) else message


class Ears:
    """What a consumer heard."""

    def __init__(self, heard: Stream[str]) -> None:
        self._iterator = aiter(heard)

    async def next(self) -> tuple[str, str]:
        return words(await anext(self._iterator))

    async def some(self, count: int) -> list[tuple[str, str]]:
        return [await self.next() for _ in range(count)]

    async def delivery(self) -> Delivery[str]:
        return await anext(self._iterator)
