"""How do threads that wait use a venue's client? It lives on a loop of its own, one for all bots of an installation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable
from types import TracebackType
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from paddock.core.errors import Unavailable, Unknown
from paddock.venues.transport.loop import Background
from paddock.venues.transport.lost import Does


class Client(Protocol):
    """Whatever lives on a loop from `open` to `close`."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


C = TypeVar("C", bound=Client)
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
BACKSTOP_MS: Final = 60_000  # longer than whatever bounds itself
_OPEN_MS: Final = 10_000


class Gateway(Generic[C]):
    """A client that is open until `close`; every call may be made from any thread but the loop's own."""

    def __init__(self, client: C, name: str) -> None:
        self.client = client
        self._loop = Background(name)
        self._loop.call(client.open(), _OPEN_MS, Does.READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._loop.call(self.client.close(), _OPEN_MS, Does.READ)
        self._loop.close()

    def read(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """What the coroutine gives or raises; Unavailable when nothing comes of it."""
        return self._loop.call(coroutine, BACKSTOP_MS, Does.READ)

    def read_each(
        self, asked: Iterable[K], question: Callable[[K], Coroutine[Any, Any, T]]
    ) -> dict[K, T | Unavailable | Unknown]:
        """What comes of a question about each, put all at once: an answer, or why there is none."""
        keys = tuple(asked)

        async def one(key: K) -> T | Unavailable | Unknown:
            try:
                return await question(key)
            except (Unavailable, Unknown) as error:
                return error

        async def each() -> list[T | Unavailable | Unknown]:
            return await asyncio.gather(*map(one, keys))

        return dict(zip(keys, self.read(each()), strict=True))

    def write(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The same for what may change something at the venue: Unknown when nothing comes of it."""
        return self._loop.call(coroutine, BACKSTOP_MS, Does.WRITE)
