"""`paddock serve` as a process: it starts, answers, ends in time, and after a kill goes on where it stood."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from paddock.core.time import format_ts
from paddock.surfaces.cli.main import main
from paddock.surfaces.client import Api
from paddock.surfaces.ipc import ask
from tests.databases import Server, postgres  # noqa: F401  a fixture
from tests.patience import PATIENCE_S
from tests.project import ROOT

COMMAND = (sys.executable, "-m", "paddock.surfaces.cli.main", "serve")
PATIENT = (sys.executable, "-m", "tests.surfaces.patient", "serve")
LOOKS = ("show", "health", "metrics", "events", "decisions", "orders", "fills", "positions", "equity")


class Serving:
    """A `paddock serve` in its own process, up and answering."""

    def __init__(self, home: Path, process: subprocess.Popen[str], log: Path) -> None:
        self.home, self.process, self.written = home, process, log
        self.told = self._until_serving()
        self.url = found[1] if (found := re.search(r"API +(http://\S+)/api/v1", self.told)) else ""

    def _until_serving(self) -> str:
        lines = []
        for line in self.process.stdout or ():
            lines.append(line)
            if "Ctrl-C" in line:
                return "".join(lines)
        raise AssertionError(f"it ended with {self.process.wait()}: {self.written.read_text()}")

    def api(self) -> Api:
        return Api(self.url, self.home / "token", timeout_s=PATIENCE_S)

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_S)

    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.written.read_text().splitlines()]

    def events(self, kind: str, after: int = 0) -> Iterator[dict]:
        """Events of one kind behind a position, as they come; those before it are told first."""
        headers = {"Authorization": f"Bearer {(self.home / 'token').read_text().strip()}"}
        url = f"{self.url}/api/v1/me/stream?after={after}"
        with httpx2.stream("GET", url, headers=headers, timeout=PATIENCE_S, trust_env=False) as reply:
            assert reply.status_code == 200, reply.read()
            name = ""
            for line in reply.iter_lines():
                key, _, value = line.partition(": ")
                name = value if key == "event" else name
                if key == "data" and name == kind:
                    yield json.loads(value)


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path: that of a socket has about 100 characters at most."""
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        yield Path(folder)


@contextmanager
def serving(home: Path, *words: str, command: Sequence[str] = PATIENT) -> Iterator[Serving]:
    environment = {name: value for name, value in os.environ.items() if name not in {"PADDOCK_URL", "PADDOCK_HOME"}}
    written = home / f"{len(list(home.iterdir()))}.log"
    with written.open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", "0", *words],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment | {"PADDOCK_HOME": str(home)},
        )
    try:
        yield Serving(home, process, written)
    finally:
        process.kill()
        process.communicate()


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to end at once."""
    environment = os.environ | {"PADDOCK_HOME": str(home)}
    port = () if "--port" in words else ("--port", "0")
    return subprocess.run(
        [*COMMAND, *port, *words], capture_output=True, text=True, check=False, env=environment, timeout=PATIENCE_S
    )


def test_the_token_is_told_once_and_opens_the_api(home):
    with serving(home, "--role", "web") as server:
        token = (home / "token").read_text().strip()
        assert token in server.told
        with server.api() as api:
            assert api.get("/bots")["items"] == []
        for secret in ("token", "paddock.db", "paddock.db-wal"):
            assert (home / secret).stat().st_mode & 0o077 == 0, secret
        assert server.end() == 0
    with serving(home, "--role", "web") as again:
        assert token not in again.told
        assert token not in again.written.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_within_its_bound_also_while_somebody_listens(home, number):
    with serving(home, "--role", "web", command=COMMAND) as server:
        headers = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
        url = f"{server.url}/api/v1/me/stream"
        with httpx2.stream("GET", url, headers=headers, timeout=PATIENCE_S, trust_env=False) as reply:
            assert reply.status_code == 200
            assert server.end(number) == 0
        ended = server.log()[-1]
        assert (ended["event"], ended["failed"], ended["late"]) == ("ended", [], [])


def test_a_port_in_use_and_an_open_host_are_refused(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = run(home, "--role", "web", "--port", str(other.getsockname()[1]))
    assert (done.returncode, "serve.port_in_use" in done.stderr) == (1, True)
    done = run(home, "--role", "web", "--host", "0.0.0.0")
    assert (done.returncode, "serve.exposed" in done.stderr) == (1, True)


@pytest.mark.parametrize("words", [("--replay", "demo"), ("--replay", "demo:1h", "--speed", "0"), ("--role", "boss")])
def test_a_wish_that_cannot_be_met_is_invalid(home, words):
    done = run(home, *words)
    assert done.returncode == 4, done.stderr


def test_a_database_that_is_none_is_invalid(home, monkeypatch):
    monkeypatch.setenv("PADDOCK_DATABASE_URL", "mysql://me:hunter2@host/db")
    done = run(home, "--role", "web")
    assert (done.returncode, "hunter2" in done.stderr) == (4, False)


def test_a_replay_of_what_is_not_there_is_not_found(home):
    assert run(home, "--replay", "nowhere:1h").returncode == 2


def positions_after(events: Iterator[dict], count: int) -> int:
    for _ in range(count):
        position = next(events)["position"]
    return position


@pytest.fixture
def market(home: Path, demo_home: Path) -> Path:
    """The home, with the generated market in it already."""
    shutil.copytree(demo_home / "lake", home / "lake")
    return home


def test_the_demo_trades_and_goes_on_after_a_kill(market, monkeypatch, capsys):
    """What `make run` starts: three bots on paper; killed in the middle of it, started again."""
    home = market
    with serving(home, "--demo") as server:
        seen = positions_after(server.events("fill.booked"), 3)
        with server.api() as api:
            before = api.get("/runs")["items"]
            assert [run["state"] for run in before] == ["active"] * 3
        state = ask(home, "get_state")
        assert state["ok"]
        assert state["runs"] == {"active": 3}
        assert state["tick_count"] > 0
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    with serving(home, "--demo") as server:
        assert positions_after(server.events("fill.booked", after=seen), 1) > seen
        with server.api() as api:
            after = api.get("/runs")["items"]
            assert [run["run_id"] for run in after] == [run["run_id"] for run in before]
            fills = api.get("/runs/{}/fills", after[-1]["run_id"])["items"]
        assert ask(home, "get_state")["tick_count"] > state["tick_count"]
        assert len({fill["fill_id"] for fill in fills}) == len(fills)
        monkeypatch.setenv("PADDOCK_HOME", str(home))
        monkeypatch.setenv("PADDOCK_URL", server.url)
        look_at(after[-1]["run_id"], fills[0])
        told = capsys.readouterr().out
        assert re.search(r"breakout +active +10,000.00 +-?[\d,]+\.\d\d", told), "its profit"
        assert re.search(r"enter \w+ \((buy|sell)\) +close of", told), "why it entered"
        assert server.end() == 0
        assert [line for line in server.log() if line["level"] in {"error", "critical"}] == []
    assert main(["journal", "verify"]) == 0


def look_at(run_id: str, fill: dict) -> None:
    """All that a person can ask of a run on the command line."""
    for words in (("status",), ("runs", "list"), *(("runs", word, run_id) for word in LOOKS)):
        assert main([*words]) == 0, words
        assert main([*words, "--json"]) == 0, words
    assert main(["runs", "why", run_id, "--at", format_ts(fill["venue_ts"])]) == 0


def test_a_second_worker_of_one_home_is_refused_and_the_socket_steers(market):
    home = market
    with serving(home, "--demo") as server:
        next(server.events("run.deployed"))
        done = run(home, "--role", "worker")
        assert (done.returncode, "serve.already_running" in done.stderr) == (1, True)
        assert ask(home, "pause") == {"ok": True, "paused": True}
        assert ask(home, "get_state")["risk_allowed"] is False
        next(server.events("run.paused"))
        assert len(ask(home, "resume")["runs"]) == 3
        next(server.events("run.resumed"))
        assert ask(home, "resume")["error"] == "kill.not_engaged"
        symbol = next(server.events("fill.booked"))["payload"]["symbol"]
        while not (closed := ask(home, "emergency_close", symbol)["runs"]):
            next(server.events("fill.booked"))
        next(event for event in server.events("run.stopped") if event["stream"] == f"run:{closed[0]}")
        with server.api() as api:
            assert api.get("/runs/{}/positions", closed[0])["items"] == []


def test_roles_share_the_work_on_postgresql(market, postgres: Server, monkeypatch, capsys):  # noqa: F811  the fixture
    """A process that only works, and one that only answers: what is asked of one is done by the other."""
    monkeypatch.setenv("PADDOCK_DATABASE_URL", postgres.create("shared"))
    monkeypatch.setenv("PADDOCK_HOME", str(market))
    with (
        serving(market, "--role", "worker", "--replay", "demo:1h", "--stepped") as worker,
        serving(market, "--role", "web") as web,
    ):
        assert worker.url == ""
        monkeypatch.setenv("PADDOCK_URL", web.url)
        bot = made(capsys, "bots", "create", "mine", "breakout", "--venue", "demo")["bot_id"]
        account = made(capsys, "accounts", "open", "play", "--deposit", "5000")["account_id"]
        run_id = made(capsys, "runs", "deploy", bot, "--account", account, "--capital", "5000")["run_id"]
        assert next(web.events("fill.booked"))["stream"] == f"run:{run_id}"
        assert made(capsys, "runs", "stop", run_id, "--mode", "flatten")["wanted"] == "stopped"
        next(web.events("run.stopped"))
        assert (worker.end(), web.end()) == (0, 0)
    assert main(["journal", "verify"]) == 0


def made(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)
