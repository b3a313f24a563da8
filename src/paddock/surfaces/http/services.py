"""All that the API works with, handed in by whoever starts it; nothing here is global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from paddock.core.seams import Clock, IdSource
from paddock.journal.database import Database
from paddock.market.tape import Tape
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.runs import Runs
from paddock.runtime.tell import Tell
from paddock.surfaces.http.credentials import Entropy
from paddock.surfaces.http.worth import Peaks
from paddock.surfaces.preview import Previews
from paddock.surfaces.readings import Readings
from paddock.surfaces.redrawn import Redrawn

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
BUILT: Final = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of `burst` requests that fills with `per_second`."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """`address` is for all requests from an address, whoever makes them; many people may share one."""

    body_bytes: int = 1_048_576
    body_ms: int = 15_000
    address: Rate = Rate(per_second=300.0, burst=1_000)
    caller: Rate = Rate(per_second=50.0, burst=200)
    anonymous: Rate = Rate(per_second=5.0, burst=30)
    streams: int = 5_000
    session_ms: int = 7 * DAY_MS
    nonce_ms: int = 5 * MINUTE_MS
    key_ms: int = DAY_MS


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may sign in besides the holder of the local token. Without domains nobody can with a wallet.

    `domains` are authorities of pages (`app.example.org`, `localhost:5173`) that may ask for a signature. `admins` are
    subjects (address or DID) that get the scope admin. `privy_key` is the application's public key, PEM.
    """

    domains: frozenset[str] = frozenset()
    ethereum_chains: frozenset[int] = frozenset({1})
    solana_chains: frozenset[str] = frozenset({"mainnet"})
    privy_app_id: str = ""
    privy_key: str = ""
    admins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """`hosts` are the names that this server answers to, `origins` pages of other origins that may call it.

    `secure`: it is reached over https only, so that the cookie never travels otherwise. `local_digest` is
    `credentials.digest` of the local token. `site` is the folder of the web app, as it was built.
    """

    local_digest: str = field(repr=False)
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})
    origins: tuple[str, ...] = ()
    secure: bool = False
    site: Path = BUILT
    limits: Limits = Limits()
    sign_in: SignIn = SignIn()


@dataclass(frozen=True, slots=True)
class Services:
    """`timer` gives seconds that only go forward, for durations.

    `getting_ready` says what is done before bots can be kept going; empty once they are. `histories` gives the bars
    before those that runs lived, by feed.
    """

    database: Database
    clock: Clock
    ids: IdSource
    entropy: Entropy = field(repr=False)
    timer: Callable[[], float]
    home: Path
    settings: HttpSettings
    bots: Bots
    runs: Runs
    accounts: Accounts
    kills: Kills
    live: LiveAccounts
    tell: Tell
    histories: Callable[[str], Tape]
    previews: Previews
    redrawn: Redrawn
    readings: Readings
    getting_ready: Callable[[], str]
    peaks: Peaks = field(default_factory=Peaks)
