"""A server for tests: real storage, a clock that stands still, and chance that repeats itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import MagicMock

from fastapi import FastAPI
from starlette.testclient import TestClient

from paddock.core.seams import CountingIds, ManualClock, SeededRandom
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.live.gateway import Links
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.wish import Keys
from paddock.runtime.runs import Runs
from paddock.runtime.tell import Tell
from paddock.surfaces.boxes import trials
from paddock.surfaces.histories import Histories
from paddock.surfaces.http import credentials, users
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.credentials import Sort, mint
from paddock.surfaces.http.scopes import ALL, EVERYDAY, Scope
from paddock.surfaces.http.services import HttpSettings, Limits, Rate, Services, SignIn
from paddock.surfaces.live import links
from paddock.surfaces.preview import Previews
from paddock.surfaces.readings import Readings
from paddock.surfaces.redrawn import Redrawn
from paddock.surfaces.venues import Venues

NOW = 1_750_000_000_000
LOCAL_TOKEN = "local-canary-3f9d1c5e8b7a2046-token"
HOST = "app.example.org"
FREE = Rate(per_second=1e9, burst=1_000_000)
LIMITS = Limits(address=FREE, caller=FREE, anonymous=FREE, body_ms=60_000)


def settings(**changes) -> HttpSettings:
    made = HttpSettings(
        local_digest=credentials.digest(LOCAL_TOKEN),
        hosts=frozenset({HOST, "testserver"}),
        origins=("https://friend.example",),
        secure=True,
        limits=LIMITS,
        sign_in=SignIn(domains=frozenset({HOST})),
    )
    return replace(made, **changes)


@dataclass
class World:
    """One database and as many servers on it as a test wants."""

    database: Database
    home: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    chance: SeededRandom = field(default_factory=lambda: SeededRandom(7))
    ticks: itertools.count = field(default_factory=itertools.count)
    keys: Keys = field(default_factory=MagicMock)  # in the place of the signer's process
    links: Links = field(default_factory=lambda: links(Venues(ManualClock(NOW), SeededRandom(7)), MagicMock()))

    def entropy(self, count: int) -> bytes:
        return bytes(self.chance.below(256) for _ in range(count))

    def services(self, **changes) -> Services:
        ids, histories = CountingIds("id"), Histories(self.database, self.home)
        tell = Tell(histories, lambda _feed: Costs(), trials(strangers=False))
        return Services(
            database=self.database,
            clock=self.clock,
            ids=ids,
            entropy=self.entropy,
            timer=lambda: next(self.ticks) / 1e6,
            home=self.home,
            settings=settings(**changes),
            bots=Bots(self.database, self.clock, CountingIds("bot")),
            runs=Runs(self.database, self.clock, CountingIds("run")),
            accounts=Accounts(self.database, self.clock, CountingIds("account")),
            kills=Kills(self.database, self.clock),
            live=LiveAccounts(self.database, self.clock, CountingIds("connection"), self.keys, self.links),
            histories=histories,
            previews=Previews(self.home),
            redrawn=Redrawn(self.home, trials(strangers=False)),
            tell=tell,
            readings=Readings(self.database, tell),
            getting_ready=lambda: "",
        )

    def client(
        self,
        token: str | None = None,
        services: Services | None = None,
        *,
        app: FastAPI | None = None,
        address: str = "192.0.2.1",
        **changes,
    ) -> TestClient:
        """Asks an application of its own, or `app`, from an address."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return TestClient(
            app or create_app(services or self.services(**changes)),
            base_url=f"https://{HOST}",
            headers=headers,
            raise_server_exceptions=False,
            client=(address, 50_000),
        )

    def token(self, user_id: str, scopes: frozenset[Scope] = EVERYDAY, expires_ts: int = users.NEVER) -> str:
        minted = mint(Sort.TOKEN, self.entropy)
        made = users.Token(minted.id, "a token", scopes, self.clock.ts, expires_ts)
        with self.database.write() as conn:
            users.make_token(conn, user_id, made, minted)
        return minted.text

    def admin(self) -> str:
        return self.token("root", ALL)
