"""`paddock serve`, put together: database, feeds, worker, API and socket, started and ended as one."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from threading import Event
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.engine import make_url

from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.lake import Lake
from paddock.runtime.live.service import LiveAccounts
from paddock.surfaces import logs
from paddock.surfaces.house import House, house_on
from paddock.surfaces.ipc import Door, door
from paddock.surfaces.listen import Address, listening
from paddock.surfaces.live import Live, live_on, live_parts, sign_for_all
from paddock.surfaces.machine import RandomIds, SystemClock
from paddock.surfaces.parts import Part, run_together, until_signalled
from paddock.surfaces.replay import Replay
from paddock.surfaces.secret import LocalToken, keep_private, local_token
from paddock.surfaces.settings import Settings
from paddock.surfaces.start import Start
from paddock.surfaces.web import http_settings, web_part

if TYPE_CHECKING:
    from paddock.core.seams import Clock
    from paddock.runtime.place import Place
    from paddock.surfaces.venue_feeds import VenueFeeds
    from paddock.surfaces.venue_wish import VenueWish
    from paddock.surfaces.work import Playing
    from paddock.venues.transport.gateway import Gateway

END_WITHIN_S = 10.0

log = structlog.get_logger(__name__)


class Role(StrEnum):
    """What a process does; several on one database may share it out."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"

    @property
    def works(self) -> bool:
        return self is not Role.WEB

    @property
    def answers(self) -> bool:
        return self is not Role.WORKER


@dataclass(frozen=True, slots=True)
class Wish:
    """How to serve, as it was asked for. `demo`: the demo's market and bots are made where they are absent. `record`:
    what the venues of feeds tell is kept.
    """

    role: Role = Role.ALL
    address: Address = field(default_factory=Address)
    allow_remote: bool = False
    replays: tuple[Replay, ...] = ()
    feeds: tuple[VenueWish, ...] = ()
    record: bool = True
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Notices:
    """What is called with where the API is reached (None without one): `ready` when all runs, `waiting` before, with
    what takes long; the API answers then already."""

    ready: Callable[[Address | None, LocalToken], None]
    waiting: Callable[[Address | None, str], None]


def serve(configured: Settings, wish: Wish, notices: Notices) -> int:
    """Serve until SIGTERM or SIGINT; gives the exit code.

    Raises what stands in the way of starting: Refused (serve.exposed, serve.already_running), Unavailable
    (serve.port_in_use, machine, database.*), Invalid (settings, database.url), NotFound and Invalid (data.*).
    """
    keep_private()
    database = Database.open(configured.database_url)
    configured.home.mkdir(parents=True, exist_ok=True)
    token = local_token(configured.token_file)
    _log_to_stderr(configured, token)
    stop, clock = Event(), SystemClock()
    played = _played(configured, wish, clock) if wish.role.works else None
    with ExitStack() as held, closing(database):
        listener = held.enter_context(_listener(configured, wish)) if wish.role.answers else None
        entrance = held.enter_context(door(configured.home)) if wish.role.works else None
        upgrade(database)
        house, reached = house_on(database, clock, RandomIds(), configured.paper), _reached(wish.address, listener)
        live = held.enter_context(live_on(configured, house, counts=wish.role.works))
        start = Start(lambda what: notices.waiting(reached, what), lambda: _ready(wish, house, notices, reached, token))
        parts = [
            *(_working(configured, wish, house, played, start, entrance, live) if played and entrance else []),
            *(live_parts(live.accounts) if wish.role.works else []),
            *(_answering(configured, wish, house, live.accounts, token, listener, start) if listener else []),
        ]
        held.enter_context(until_signalled(stop))  # before this a signal ends the process at once: nothing has begun
        if played is None:
            start.ready()
        ending = run_together(parts, stop, within_s=END_WITHIN_S)
    log.info("ended", failed=ending.failed, late=ending.late)
    if ending.late or start.doing:
        # What hangs, or compiles, would hold up an orderly exit; whatever it did not commit was never done.
        os._exit(1 if ending.late or ending.failed else 0)
    return 1 if ending.failed else 0


def _ready(wish: Wish, house: House, notices: Notices, reached: Address | None, token: LocalToken) -> None:
    notices.ready(reached, token)
    log.info("serving", role=wish.role, database=house.database.dialect, pid=os.getpid())


def _log_to_stderr(configured: Settings, token: LocalToken) -> None:
    as_json = configured.log == "json" or (configured.log == "auto" and not sys.stderr.isatty())
    logs.configure(as_json=as_json, secrets=_secrets(configured, token))


def _secrets(configured: Settings, token: LocalToken) -> list[str]:
    return [token.text, make_url(configured.database_url).password or "", *configured.master_keys.split()]


def _listener(configured: Settings, wish: Wish) -> socket.socket:
    return listening(wish.address, guarded=configured.reach.guarded, allow_remote=wish.allow_remote)


def _reached(address: Address, listener: socket.socket | None) -> Address | None:
    """Where it listens: port 0 is any that is free."""
    return replace(address, port=listener.getsockname()[1]) if listener else None


def _played(configured: Settings, wish: Wish, clock: Clock) -> Playing:
    from paddock.surfaces.work import playing  # brings the engine, which a process that only answers can do without

    return playing(wish.replays, Lake(configured.home), clock, demo=wish.demo)


def _working(
    configured: Settings, wish: Wish, house: House, played: Playing, start: Start, entrance: Door, live: Live
) -> list[Part]:
    from paddock.surfaces.trading import trading
    from paddock.surfaces.venue_feeds import VenueFeeds
    from paddock.surfaces.work import working

    lake, strangers = Lake(configured.home), configured.reach.guarded
    market_of = trading(house.database, configured.home, live, house.paper)
    heard = VenueFeeds(house.database, lake, live.venues, market_of, wish.feeds)
    if heard.wanted:
        sign_for_all(live.accounts)
    parts = working(
        house,
        lake,
        played,
        start,
        demo=wish.demo,
        strangers=strangers,
        entrance=entrance,
        heard=heard if heard.wanted else None,
    )
    return [*parts, *(_recording(lake, live, heard) if wish.record else [])]


def _recording(lake: Lake, live: Live, heard: VenueFeeds) -> list[Part]:
    from paddock.surfaces.recording import recorded_of, recording_parts

    def reach(place: Place) -> Callable[[], Gateway[Any]]:
        return lambda: live.venues.at(place).gateway

    wanted = recorded_of(heard.wanted)
    return [part for place, one in wanted.items() for part in recording_parts(one, lake, reach(place), vital=False)]


def _answering(
    configured: Settings,
    wish: Wish,
    house: House,
    live: LiveAccounts,
    token: LocalToken,
    listener: socket.socket,
    start: Start,
) -> list[Part]:
    http = http_settings(token.text, configured.reach, wish.address)
    strangers = configured.reach.guarded
    return [web_part(house, live, http, configured.home, listener, lambda: start.doing, strangers=strangers)]
