"""Streams lose nothing: over restarts, among servers, for the slow, and for those who must not see everything."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

import httpx2
import pytest

from paddock.core.errors import Code, Unavailable
from paddock.journal.database import Database
from paddock.journal.events import Draft, append
from paddock.journal.kinds import EventKind
from paddock.strategy.templates import find_template
from paddock.surfaces.http import hub as hub_module
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.hub import BACKLOG, Hub, view_of_stream, view_of_user
from paddock.surfaces.http.measure import Measure
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.services import Limits
from tests.patience import PATIENCE_S

from .server import served
from .world import NOW, World

HOSTS = frozenset({"127.0.0.1"})


@dataclass(frozen=True)
class Sse:
    id: int
    event: str
    data: dict


def write(database: Database, stream: str, count: int, first: int = 0) -> None:
    drafts = [Draft(stream, EventKind.FEED_STALE, NOW + n, {"n": n}) for n in range(first, first + count)]
    with database.write() as conn:
        append(conn, drafts)


def parsed(lines: Iterator[str]) -> Iterator[Sse]:
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            found[name] = value
        elif "data" in found:
            yield Sse(int(found["id"]), found["event"], json.loads(found["data"]))
            found = {}


@contextmanager
def watching(url: str, token: str, path: str = "/api/v1/stream", **headers: str) -> Iterator[Iterator[Sse]]:
    shown = {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    with (
        httpx2.Client(base_url=url, headers=shown, timeout=PATIENCE_S, trust_env=False) as client,
        client.stream("GET", path) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield parsed(answer.iter_lines())


def take(events: Iterator[Sse], count: int) -> list[Sse]:
    return [next(events) for _ in range(count)]


def test_a_stream_goes_on_after_a_restart_without_a_gap(world: World):
    token = world.token("ann")
    write(world.database, "platform", 5)
    with (
        served(create_app(world.services(hosts=HOSTS))) as url,
        watching(url, token, "/api/v1/stream?after=0") as events,
    ):
        seen = take(events, 3)
    write(world.database, "platform", 5, first=5)
    with (
        served(create_app(world.services(hosts=HOSTS))) as url,
        watching(url, token, Last_Event_ID=str(seen[-1].id)) as events,
    ):
        seen += take(events, 7)
        write(world.database, "platform", 2, first=10)
        seen += take(events, 2)
    assert [each.data["payload"]["n"] for each in seen] == list(range(12))
    assert [each.id for each in seen] == list(range(1, 13))
    assert {each.event for each in seen} == {"feed.stale"}
    assert set(seen[0].data) == {"position", "stream", "seq", "kind", "ts", "payload"}


def test_what_one_process_writes_is_seen_at_all_servers(world: World, databases):
    token = world.token("ann")
    elsewhere = databases()
    with (
        served(create_app(world.services(hosts=HOSTS))) as first,
        served(create_app(world.services(hosts=HOSTS))) as second,
        watching(first, token, "/api/v1/stream?after=0") as one,
        watching(second, token, "/api/v1/stream?after=0") as two,
    ):
        for n in range(4):
            write(elsewhere, "platform", 1, first=n)
            assert next(one).data["payload"] == next(two).data["payload"] == {"n": n}


def test_who_comes_without_a_position_sees_what_is_new(world: World):
    write(world.database, "platform", 3)
    with served(create_app(world.services(hosts=HOSTS))) as url, watching(url, world.token("ann")) as events:
        write(world.database, "platform", 1, first=3)
        assert next(events).data["payload"] == {"n": 3}


def test_a_position_beyond_the_end_waits_for_what_comes(world: World):
    write(world.database, "platform", 3)
    with (
        served(create_app(world.services(hosts=HOSTS))) as url,
        watching(url, world.token("ann"), Last_Event_ID="99999999999999999999999") as events,
    ):
        write(world.database, "platform", 1, first=3)
        assert next(events).data["payload"] == {"n": 3}


def test_my_stream_holds_what_is_mine_and_what_becomes_mine(world: World):
    services = world.services(hosts=HOSTS)
    strategy = find_template("sma-crossover").document()
    services.bots.create("ann", "before", strategy)
    services.bots.create("bob", "of bob", strategy)
    with (
        served(create_app(services)) as url,
        watching(url, world.token("ann"), "/api/v1/me/stream?after=0") as events,
    ):
        assert next(events).data["payload"]["name"] == "before"
        services.bots.create("bob", "of bob too", strategy)
        services.accounts.open("ann", "play", 5_000_000)
        services.bots.create("ann", "after", strategy)
        write(world.database, "user:ann", 1)
        kinds = [(each.event, each.data["payload"].get("name")) for each in take(events, 4)]
    assert [kind for kind, _ in kinds] == ["account.opened", "account.deposited", "bot.created", "feed.stale"]
    assert kinds[2][1] == "after"


def test_anothers_run_cannot_be_watched(world: World):
    client = world.client(world.token("bob"))
    assert client.get("/api/v1/runs/run-1/stream").status_code == 404


def test_there_are_as_many_streams_as_the_server_takes(world: World):
    services = world.services(hosts=HOSTS, limits=Limits(streams=1))
    token = world.token("ann")
    write(world.database, "platform", 1)
    with served(create_app(services)) as url, watching(url, token, "/api/v1/stream?after=0") as events:
        next(events)
        shown = {"Authorization": f"Bearer {token}"}
        answer = httpx2.get(f"{url}/api/v1/stream", headers=shown, timeout=PATIENCE_S, trust_env=False)
        assert answer.status_code == 429


def test_a_revoked_token_watches_no_longer(world: World, monkeypatch):
    monkeypatch.setattr(hub_module, "HEARTBEAT_S", 0.05)
    services = world.services(hosts=HOSTS)
    shown = {"Authorization": f"Bearer {world.token('ann', frozenset({Scope.READ}))}"}
    write(world.database, "platform", 1)
    with (
        served(create_app(services)) as url,
        httpx2.Client(base_url=url, headers=shown, timeout=PATIENCE_S, trust_env=False) as client,
        client.stream("GET", "/api/v1/stream?after=0") as answer,
    ):
        lines = answer.iter_lines()
        assert any(line.startswith("data: ") for line in lines)
        assert any(line == ": ping" for line in lines)
        token_id = client.get("/api/v1/tokens").json()["items"][0]["token_id"]
        client.delete(f"/api/v1/tokens/{token_id}")
        assert {line for line in lines if line} <= {": ping"}


def positions(chunk: bytes) -> list[int]:
    return [int(line[4:]) for line in chunk.decode().splitlines() if line.startswith("id: ")]


async def until(hub: Hub, view, last: int, *, slow: bool = False, after: int = 0) -> list[int]:
    """Positions that a watcher got, up to `last`; a slow one lets everything pile up first."""
    seen: list[int] = []
    async with aclosing(hub.watch(view, after, lambda: True)) as chunks:
        async for chunk in chunks:
            seen += positions(chunk)
            if seen and seen[-1] >= last:
                return seen
            if slow:
                while hub._position < last:
                    await asyncio.to_thread(hub._last)
    return seen


@pytest.mark.parametrize("slow", [False, True])
def test_who_reads_slowly_gets_everything_too(world: World, slow):
    total = 3 * BACKLOG
    view = view_of_stream("platform")

    async def scenario() -> list[list[int]]:
        hub = Hub(world.database, Measure(), 100)
        reader = asyncio.create_task(hub.run())
        watchers = [asyncio.create_task(until(hub, view, total, slow=slow)) for _ in range(20)]
        for n in range(0, total, 32):
            await asyncio.to_thread(write, world.database, "platform", 32, n)
        found = await asyncio.wait_for(asyncio.gather(*watchers), PATIENCE_S)
        hub.close()
        await reader
        return found

    assert all(found == list(range(1, total + 1)) for found in asyncio.run(scenario()))


def test_who_comes_while_the_end_is_looked_for_misses_nothing(world: World):
    """The hub looks for the end of the log while nobody watches; then somebody comes, and then something happens."""
    looking, written = threading.Event(), threading.Event()

    async def scenario() -> list[int]:
        hub = Hub(world.database, Measure(), 100)
        last = hub._last

        def slow() -> int:
            looking.set()
            assert written.wait(PATIENCE_S)
            return last()

        hub._last = slow
        reader = asyncio.create_task(hub.run())
        await asyncio.to_thread(looking.wait, PATIENCE_S)
        watcher = asyncio.create_task(until(hub, view_of_stream("platform"), 1))
        while not any(each.live for group in hub._watchers.values() for each in group):
            await asyncio.to_thread(last)
        await asyncio.to_thread(write, world.database, "platform", 1)
        written.set()
        try:
            return await asyncio.wait_for(watcher, PATIENCE_S)
        finally:
            hub.close()
            await reader

    assert asyncio.run(scenario()) == [1]


def test_a_user_who_reads_slowly_gets_their_own_and_nothing_else(world: World):
    services = world.services()
    strategy = find_template("sma-crossover").document()
    mine, theirs = (services.bots.create(owner, "b", strategy).bot_id for owner in ("ann", "bob"))
    total = 2 + 4 * BACKLOG

    async def scenario() -> list[int]:
        hub = Hub(world.database, Measure(), 100)
        reader = asyncio.create_task(hub.run())
        watcher = asyncio.create_task(until(hub, view_of_user("ann"), total, slow=True))
        for n in range(0, 2 * BACKLOG, 64):
            await asyncio.to_thread(write, world.database, f"bot:{theirs}", 64, n)
            await asyncio.to_thread(write, world.database, f"bot:{mine}", 64, n)
        found = await asyncio.wait_for(watcher, PATIENCE_S)
        hub.close()
        await reader
        return found

    found = asyncio.run(scenario())
    wanted = [1] + [p for p in range(3, total + 1) if (p - 3) // 64 % 2]
    assert found == wanted


def test_the_stream_outlives_a_database_that_is_away(world: World, monkeypatch):
    view, away = view_of_stream("platform"), [3]
    read = Hub._read

    def failing(self, after):
        if away[0]:
            away[0] -= 1
            raise Unavailable(Code.MACHINE, "away")
        return read(self, after)

    monkeypatch.setattr(Hub, "_read", failing)

    async def scenario() -> list[int]:
        hub = Hub(world.database, Measure(), 100)
        reader = asyncio.create_task(hub.run())
        watcher = asyncio.create_task(until(hub, view, 3))
        await asyncio.to_thread(write, world.database, "platform", 3)
        found = await asyncio.wait_for(watcher, PATIENCE_S)
        hub.close()
        await reader
        return found

    assert asyncio.run(scenario()) == [1, 2, 3]
