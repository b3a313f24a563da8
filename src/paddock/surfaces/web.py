"""The API as a part of the process: uvicorn on a socket that is open already, ended when the process is told to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from socket import socket
from threading import Event
from typing import TYPE_CHECKING

import uvicorn

from paddock.core.errors import Code, PaddockError
from paddock.runtime.tell import Tell
from paddock.surfaces.boxes import ANSWER_S, trials
from paddock.surfaces.histories import Histories
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.credentials import digest
from paddock.surfaces.http.services import HttpSettings, Services, SignIn
from paddock.surfaces.listen import Address
from paddock.surfaces.parts import Part
from paddock.surfaces.preview import Previews
from paddock.surfaces.readings import Readings
from paddock.surfaces.redrawn import Redrawn
from paddock.surfaces.settings import Reach

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from paddock.runtime.live.service import LiveAccounts
    from paddock.surfaces.house import House

GRACE_S = 3  # for requests that are being answered


def web_part(
    house: House,
    live: LiveAccounts,
    http: HttpSettings,
    home: Path,
    listener: socket,
    getting_ready: Callable[[], str],
    strangers: bool = True,
) -> Part:
    """Answers on `listener`, which it closes, also while the process gets ready. `strangers` may sign in."""
    histories = Histories(house.database, home)
    tell = Tell(histories, lambda _feed: house.paper, trials(strangers=strangers, seconds=ANSWER_S))
    readings = Readings(house.database, tell)
    app = create_app(
        Services(
            database=house.database,
            clock=house.clock,
            ids=house.ids,
            entropy=os.urandom,
            timer=time.perf_counter,
            home=home,
            settings=http,
            bots=house.bots,
            runs=house.runs,
            accounts=house.accounts,
            kills=house.kills,
            live=live,
            histories=histories,
            previews=Previews(home),
            redrawn=Redrawn(home, trials(strangers=strangers)),
            tell=tell,
            readings=readings,
            getting_ready=getting_ready,
        )
    )

    def run(stop: Event) -> None:
        server = _Server(app, stop)
        try:
            server.run(sockets=[listener])
        finally:
            readings.close()
        if not server.started:
            raise PaddockError(Code.INTERNAL, "the API did not start")

    return Part("web", run)


class _Server(uvicorn.Server):
    """Leaves signals to the process, and its callers when the process ends."""

    def __init__(self, app: Starlette, stop: Event) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._app, self._stop = app, stop

    async def on_tick(self, counter: int) -> bool:
        return self._stop.is_set() or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._app.state.hub.close()  # or its readers would hold their connections for the whole grace
        await super().shutdown(sockets)


def http_settings(token: str, reach: Reach, address: Address) -> HttpSettings:
    """Raises OSError when the key of Privy cannot be read."""
    own = HttpSettings(local_digest=digest(token))
    here = {address.host} if address.local else set()
    return HttpSettings(
        local_digest=own.local_digest,
        hosts=own.hosts | here | frozenset(reach.hosts),
        origins=reach.origins,
        secure=reach.https,
        sign_in=SignIn(
            domains=frozenset(reach.sign_in_domains),
            privy_app_id=reach.privy_app_id,
            privy_key="" if reach.privy_key is None else reach.privy_key.read_text(encoding="ascii"),
            admins=frozenset(reach.admins),
        ),
    )
