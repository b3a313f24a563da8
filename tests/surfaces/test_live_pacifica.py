"""A bot at a simulated Pacifica, whole: the venue, `paddock serve` and the command line, each a process of its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE_S

from .test_live_trading import LIMITS, cash_of, enter_and_hold, home, in_time, reached
from .test_serve import made

__all__ = ["home"]

SPEED = 30  # a bar of a minute in two seconds


class Venue:
    """The simulated venue as its own clients see it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **query: Any) -> Any:
        reply = httpx2.get(f"{self.url}/api/v1{path}", params=query, timeout=PATIENCE_S, trust_env=False)
        return reply.json()["data"]

    def worth(self, user: str) -> int:
        return round(float(self.ask("/account", account=user)["account_equity"]) * 1e6)

    def lots(self, user: str) -> float:
        held = self.ask("/positions", account=user)
        return sum(float(one["amount"]) * (1 if one["side"] == "bid" else -1) for one in held)

    def stops(self, user: str) -> list[float]:
        resting = self.ask("/orders", account=user)
        return [float(one["initial_amount"]) for one in resting if one["stop_price"] and one["reduce_only"]]

    def booked(self, user: str) -> list[str]:
        """The client id of each order that the venue ever booked."""
        rows = self.ask("/orders/history", account=user, limit=1000)
        return [row["client_order_id"] for row in rows if row["client_order_id"]]


@pytest.fixture
def venue() -> Iterator[Venue]:
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        words = ("simulate", "pacifica", "--speed", str(SPEED), "--port", "0", "--home", folder)
        command = [sys.executable, "-m", "tests.surfaces.patient", *words]
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


def bot_on_pacifica(folder: Path) -> Path:
    strategy, said = folder / "hold.json", enter_and_hold()
    strategy.write_text(json.dumps(said | {"scope": said["scope"] | {"venue": "pacifica"}}))
    return strategy


@pytest.mark.timeout(1800)  # three processes start, and may compile the engine before
def test_a_bot_trades_at_pacifica_from_the_wallet_to_the_last_micro_dollar(venue, home, monkeypatch, capsys):
    with reached(home, monkeypatch, "--feed", f"pacifica:1m:BTC@{venue.url}") as server:
        words = ("--network", "simulator", "--url", venue.url, "--name", "play", *LIMITS)
        account_id = made(capsys, "live", "connect", "pacifica", *words)["account_id"]
        account = made(capsys, "live", "fund", account_id, "--usd", "10000")
        assert account["status"] == "active", account
        made(capsys, "live", "enable", account_id)
        in_time(lambda: bool(server.api().get("/feeds")["items"]))
        bot = made(capsys, "bots", "create", "hold", str(bot_on_pacifica(home)))["bot_id"]
        run_id = made(capsys, "runs", "deploy", bot, "--account", account_id, "--capital", "9000")["run_id"]
        in_time(lambda: bool(made(capsys, "runs", "fills", run_id)["items"]))
        in_time(lambda: venue.stops(account["main"]) == [venue.lots(account["main"])])
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    main, held = account["main"], venue.lots(account["main"])
    assert venue.stops(main) == [held], "the venue keeps the stop while nobody is there"
    with reached(home, monkeypatch) as server:  # the feed comes back by itself
        in_time(lambda: made(capsys, "runs", "health", run_id)["condition"] == "healthy")
        assert venue.lots(main) == held and venue.stops(main) == [held]
        assert made(capsys, "runs", "stop", run_id, "--mode", "flatten")["wanted"] == "stopped"
        in_time(lambda: made(capsys, "runs", "show", run_id)["settled"])
        assert venue.lots(main) == 0 and venue.stops(main) == []
        worth = venue.worth(main)  # of what is flat nothing changes it any more
        in_time(lambda: cash_of(home, account_id) == worth)
        assert made(capsys, "live", "revoke", account_id)["status"] == "revoked"
        assert server.end() == 0
        assert [line for line in server.log() if line["level"] in {"error", "critical"}] == []
    ids = venue.booked(main)
    assert ids and len(ids) == len(set(ids)), "each intent reached the venue at most once"
