"""A bot at a venue, whole: a simulated Hyperliquid, `paddock serve` and the command line, each a process of its own.

The venue's truth is asked of the simulator itself, over the same wire as any client would.
"""

from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import polars as pl
import pytest
from sqlalchemy import select

from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.journal.ledger import Book, balance, check
from paddock.journal.rebuild import compare
from paddock.journal.verify import verify
from paddock.market.lake import Key, Lake
from paddock.runtime.parity import Parity, measure
from paddock.runtime.runs import run_of
from paddock.runtime.tables import runs
from paddock.runtime.tell import Tell
from paddock.strategy.templates.build import equity, graph, node, path
from paddock.surfaces.histories import Histories
from tests.patience import PATIENCE_S, until

from .test_serve import Serving, made, serving

SPEED = 60  # a bar of a minute in each second
LIMITS = ("--symbols", "*", "--order-usd", "5000", "--day-usd", "50000", "--leverage", "3")
OWNER = "local"


def enter_and_hold() -> dict[str, Any]:
    """Long whenever flat, with a stop that this market never reaches."""
    nodes = [
        node("start", "trigger"),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(10), leverage=2),
        node("stop", "set_stop_loss", stop_loss_pct=5),
    ]
    found = graph("hold", "Enter and hold.", nodes, [path("start", "flat", "buy", "stop")], {"max_leverage": 3})
    return found | {"scope": {"venue": "hyperliquid", "interval": "1m", "symbols": ["BTC"]}}


def market(home: Path) -> None:
    rows, px = [], 60_000.0
    for n in range(2_400):
        after = 60_000.0 * (1 + 0.01 * math.sin(n / 15)) + n % 7 * 3
        rows.append((n * 60_000, px, max(px, after) + 5, min(px, after) - 5, after, 40.0))
        px = after
    names = ["ts", "open", "high", "low", "close", "volume"]
    Lake(home).upsert(Key("hyperliquid", "BTC", "1m"), pl.DataFrame(rows, schema=names, orient="row"))


class Venue:
    """The simulated venue as its own clients see it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, **question: Any) -> Any:
        return httpx2.post(f"{self.url}/info", json=question, timeout=PATIENCE_S, trust_env=False).json()

    def worth(self, user: str) -> int:
        told = self.ask(type="clearinghouseState", user=user)["marginSummary"]["accountValue"]
        return round(float(told) * 1e6)

    def lots(self, user: str) -> float:
        held = self.ask(type="clearinghouseState", user=user)["assetPositions"]
        return sum(float(one["position"]["szi"]) for one in held)

    def stops(self, user: str) -> list[float]:
        resting = self.ask(type="frontendOpenOrders", user=user)
        return [float(one["sz"]) for one in resting if one["isTrigger"] and one["reduceOnly"]]

    def booked(self, user: str) -> list[str]:
        """The client id of each order that the venue ever booked."""
        rows = self.ask(type="historicalOrders", user=user)
        return [cloid for _, cloid in {(row["order"]["oid"], row["order"]["cloid"]) for row in rows} if cloid]


@pytest.fixture
def venue() -> Iterator[Venue]:
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        market(Path(folder))
        words = ("simulate", "hyperliquid", "--data", "hyperliquid:1m", "--speed", str(SPEED), "--port", "0")
        command = [sys.executable, "-m", "paddock.surfaces.cli.main", *words, "--home", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            told = ""
            for line in process.stdout or ():
                told += line
                if "Ctrl-C" in line:
                    break
            found = re.search(r"Base URL +(http://\S+)", told)
            assert found, told
            yield Venue(found[1])
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        yield Path(folder)


@contextmanager
def reached(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Iterator[Serving]:
    with serving(home, *words) as server:
        monkeypatch.setenv("PADDOCK_HOME", str(home))
        monkeypatch.setenv("PADDOCK_URL", server.url)
        yield server


def connected(capsys: pytest.CaptureFixture[str], venue: Venue) -> dict[str, Any]:
    """An account at the simulator with 10,000 dollars, switched on."""
    words = ("--network", "simulator", "--url", venue.url, "--name", "play", *LIMITS)
    account = made(capsys, "live", "connect", "hyperliquid", *words)
    found = made(capsys, "live", "fund", account["account_id"], "--usd", "10000")
    assert found["status"] == "active", found
    made(capsys, "live", "enable", account["account_id"])
    return found


def parity_of(home: Path, run_id: str) -> Parity:
    database = Database.open(f"sqlite:///{home}/paddock.db")
    tell = Tell(Histories(database, home), lambda _feed: Costs())
    with database.read() as conn:
        found = measure(conn, run_of(conn, OWNER, run_id), tell)
    database.close()
    return found


def cash_of(home: Path, account_id: str) -> int:
    """All that the ledger says the account has, in micro-dollars; the books are whole."""
    database = Database.open(f"sqlite:///{home}/paddock.db", busy_ms=60_000)
    with database.write() as conn:
        assert [*verify(conn), *compare(conn), *check(conn)] == []
        run_ids = conn.execute(select(runs.c.run_id).where(runs.c.account_id == account_id)).scalars().all()
        found = sum(balance(conn, account_id, run_id, Book.CASH) for run_id in ["", *run_ids])
    database.close()
    return found


def in_time(met: Callable[[], bool]) -> None:
    """Asked now and then: whoever answers has a bot to decide for."""
    until(met, every_s=0.5)


@pytest.mark.timeout(1800)  # three processes start, and may compile the engine before
def test_a_bot_trades_at_a_venue_from_the_wallet_to_the_last_micro_dollar(venue, home, monkeypatch, capsys):
    strategy = home / "hold.json"
    strategy.write_text(json.dumps(enter_and_hold()))
    feed = f"hyperliquid:1m:BTC@{venue.url}"
    with reached(home, monkeypatch, "--feed", feed) as server:
        in_time(lambda: bool(server.api().get("/feeds")["items"]))
        account = connected(capsys, venue)
        main, account_id = account["main"], account["account_id"]
        bot = made(capsys, "bots", "create", "hold", str(strategy))["bot_id"]
        paper = made(capsys, "accounts", "open", "paper", "--deposit", "9000")["account_id"]
        on_paper = made(capsys, "runs", "deploy", bot, "--account", paper, "--capital", "9000")["run_id"]
        run_id = made(capsys, "runs", "deploy", bot, "--account", account_id, "--capital", "9000")["run_id"]

        def filled(which: str) -> bool:
            return bool(made(capsys, "runs", "fills", which)["items"])

        in_time(lambda: filled(run_id) and filled(on_paper))
        in_time(lambda: venue.stops(main) == [venue.lots(main)])
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    assert venue.lots(main) in venue.stops(main), "the venue keeps the stop while nobody is there"
    held = venue.lots(main)
    with reached(home, monkeypatch) as server:  # the feed comes back by itself
        in_time(lambda: made(capsys, "runs", "health", run_id)["condition"] == "healthy")
        (feed_now,) = server.api().get("/feeds")["items"]
        lived = feed_now["last_ts"]
        in_time(lambda: server.api().get("/feeds")["items"][0]["last_ts"] > lived + 3 * 60_000)
        in_time(lambda: venue.stops(main) == [held])
        assert venue.lots(main) == held
        for one in (run_id, on_paper):
            explained(parity_of(home, one))
        assert made(capsys, "runs", "stop", run_id, "--mode", "flatten")["wanted"] == "stopped"
        in_time(lambda: made(capsys, "runs", "show", run_id)["settled"])
        assert venue.lots(main) == 0 and venue.stops(main) == []
        worth = venue.worth(main)  # of what is flat nothing changes it any more
        in_time(lambda: cash_of(home, account_id) == worth)

        # What the signer does not allow stops the bot, and says why.
        made(capsys, "live", "limit", account_id, "--symbols", "*", "--order-usd", "20", *LIMITS[4:])
        again = made(capsys, "runs", "deploy", bot, "--account", account_id, "--capital", "5000")["run_id"]
        in_time(lambda: made(capsys, "runs", "show", again)["state"] == "paused")
        assert "signer.policy" in made(capsys, "runs", "show", again)["reason"]
        made(capsys, "live", "limit", account_id, *LIMITS)
        made(capsys, "runs", "resume", again)
        in_time(lambda: venue.lots(main) > 0 and venue.stops(main) == [venue.lots(main)])

        assert made(capsys, "live", "revoke", account_id)["status"] == "revoked"
        in_time(lambda: made(capsys, "runs", "show", again)["state"] == "stopped")
        assert venue.lots(main) in venue.stops(main), "what is at the venue stays there"
        assert server.end() == 0
        assert [line for line in server.log() if line["level"] in {"error", "critical"}] == []
    ids = venue.booked(main)
    assert len(ids) == len(set(ids)), "each intent reached the venue at most once"


def explained(parity: Parity) -> None:
    """What a run and its backtest differ by is split, and the parts sum to it. A bar that came too late to decide on,
    on a machine that is busy, shows as an order of one alone.
    """
    parts = parity.signal + parity.timing + parity.fill + parity.fee + parity.funding
    assert parts == parity.total
    assert parity.orders > 0 or parity.only_live == parity.only_shadow == 1
    if not parity.only_live:
        assert abs(parity.signal) <= 5, parity
