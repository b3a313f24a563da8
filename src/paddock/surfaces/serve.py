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

import structlog
from sqlalchemy.engine import make_url

from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.lake import Lake
from paddock.surfaces import logs
from paddock.surfaces.house import House, house_on
from paddock.surfaces.ipc import Door, door
from paddock.surfaces.listen import Address, listening
from paddock.surfaces.machine import RandomIds, SystemClock
from paddock.surfaces.parts import Part, run_together, until_signalled
from paddock.surfaces.replay import Replay
from paddock.surfaces.secret import LocalToken, keep_private, local_token
from paddock.surfaces.settings import Settings
from paddock.surfaces.web import http_settings, web_part

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
    """How to serve, as it was asked for. `demo`: the demo's market and bots are made where they are absent."""

    role: Role = Role.ALL
    address: Address = field(default_factory=Address)
    allow_remote: bool = False
    replays: tuple[Replay, ...] = ()
    demo: bool = False


Announce = Callable[[Address | None, LocalToken], None]
"""Takes where the API is reached, None without one."""


def serve(configured: Settings, wish: Wish, announce: Announce) -> int:
    """Serve until SIGTERM or SIGINT; gives the exit code. `announce` is called when all is about to run.

    Raises what stands in the way of starting: Refused (serve.exposed, serve.already_running), Unavailable
    (serve.port_in_use, machine, database.*), Invalid (settings, database.url), NotFound and Invalid (data.*).
    """
    keep_private()
    database = Database.open(configured.database_url)
    configured.home.mkdir(parents=True, exist_ok=True)
    token = local_token(configured.token_file)
    _log_to_stderr(configured, token)
    stop = Event()
    with ExitStack() as held, closing(database):
        listener = held.enter_context(_listener(configured, wish)) if wish.role.answers else None
        entrance = held.enter_context(door(configured.home)) if wish.role.works else None
        upgrade(database)
        house = house_on(database, SystemClock(), RandomIds())
        parts = [*_working(configured, wish, house, entrance), *_answering(configured, wish, house, token, listener)]
        held.enter_context(until_signalled(stop))  # before this a signal ends the process at once: nothing has begun
        announce(_reached(wish.address, listener), token)
        log.info("serving", role=wish.role, database=database.dialect, pid=os.getpid())
        ending = run_together(parts, stop, within_s=END_WITHIN_S)
    log.info("ended", failed=ending.failed, late=ending.late)
    if ending.late:
        os._exit(1)  # what hangs would hold up an orderly exit for ever; whatever it did not commit was never done
    return 1 if ending.failed else 0


def _log_to_stderr(configured: Settings, token: LocalToken) -> None:
    as_json = configured.log == "json" or (configured.log == "auto" and not sys.stderr.isatty())
    logs.configure(as_json=as_json, secrets=[token.text, make_url(configured.database_url).password or ""])


def _listener(configured: Settings, wish: Wish) -> socket.socket:
    return listening(wish.address, guarded=configured.reach.guarded, allow_remote=wish.allow_remote)


def _reached(address: Address, listener: socket.socket | None) -> Address | None:
    """Where it listens: port 0 is any that is free."""
    return replace(address, port=listener.getsockname()[1]) if listener else None


def _working(configured: Settings, wish: Wish, house: House, entrance: Door | None) -> list[Part]:
    if entrance is None:
        return []
    from paddock.surfaces.work import working  # brings the engine, which a process that only answers can do without

    strangers = configured.reach.guarded
    return working(house, Lake(configured.home), wish.replays, demo=wish.demo, strangers=strangers, entrance=entrance)


def _answering(
    configured: Settings, wish: Wish, house: House, token: LocalToken, listener: socket.socket | None
) -> list[Part]:
    if listener is None:
        return []
    http = http_settings(token.text, configured.reach, wish.address)
    return [web_part(house, http, configured.home, listener)]
