"""Commands that speak to a running server: a real one, on a real socket."""

from __future__ import annotations

import ast
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from paddock.journal.database import Database
from paddock.journal.events import Draft, append
from paddock.journal.kinds import EventKind
from paddock.journal.upgrade import upgrade
from paddock.runtime.accounts import PAPER
from paddock.runtime.blocks import Block, BlockReason, raise_blocks, standing
from paddock.runtime.tables import feeds
from paddock.surfaces import client, settings
from paddock.surfaces.cli.main import main
from paddock.surfaces.demo_bots import ensure_demo_bots
from paddock.surfaces.house import House, house_on
from paddock.surfaces.listen import Address, listening
from paddock.surfaces.live import live_on
from paddock.surfaces.machine import RandomIds, SystemClock
from paddock.surfaces.secret import local_token
from paddock.surfaces.web import http_settings, web_part
from tests.patience import PATIENCE_S
from tests.project import PACKAGE, sources, tree

Command = Callable[..., Any]


@contextmanager
def answering(home: Path) -> Iterator[tuple[House, str]]:
    """A server on a database of its own, and where it is."""
    database = Database.open(f"sqlite:///{home}/paddock.db")
    upgrade(database)
    house = house_on(database, SystemClock(), RandomIds())
    address = Address(port=0)
    listener = listening(address, guarded=False, allow_remote=False)
    configured = settings.load({"PADDOCK_HOME": str(home)})
    http = http_settings(local_token(home / "token").text, configured.reach, address)
    stop = Event()
    with live_on(configured, house, counts=True) as live:
        serving = Thread(target=web_part(house, live.accounts, http, home, listener, lambda: "").run, args=(stop,))
        serving.start()
        try:
            yield house, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            serving.join(PATIENCE_S)
            database.close()
    assert not serving.is_alive()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    with capture_logs(), answering(tmp_path) as (house, url):  # or the server's log would stand among the answers
        monkeypatch.setenv("PADDOCK_URL", url)
        yield house


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Where a server is on which nobody has anything, for tests that leave it so."""
    home = tmp_path_factory.mktemp("empty")
    with capture_logs(), answering(home) as (_, url):
        yield {"PADDOCK_HOME": str(home), "PADDOCK_URL": url}


@pytest.fixture
def reached(empty: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in empty.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Command:
    """What a command answers with --json; it must succeed."""

    def ask(*words: str) -> Any:
        capsys.readouterr()
        assert main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_bots_from_their_creation_to_their_end(house, asked, capsys):
    made = asked("bots", "create", "mine", "breakout", "--venue", "demo")
    assert made["name"] == "mine"
    copy = asked("bots", "clone", made["bot_id"], "other")
    assert {bot["name"] for bot in asked("bots", "list")["items"]} == {"mine", "other"}
    assert asked("bots", "show", copy["bot_id"])["version"] == 1
    (version,) = asked("bots", "versions", made["bot_id"])["items"]
    assert version["strategy"]["scope"]["venue"] == "demo"
    assert main(["bots", "delete", copy["bot_id"]]) == 0
    assert [bot["name"] for bot in asked("bots", "list")["items"]] == ["mine"]
    assert main(["bots", "list"]) == 0
    assert made["bot_id"] in capsys.readouterr().out


def test_lists_go_on_over_pages(house, asked, monkeypatch):
    monkeypatch.setattr("paddock.surfaces.cli.remote.PAGE", 2)
    for number in range(5):
        house.accounts.open("local", f"a{number}", 1_000_000)
    assert [item["name"] for item in asked("accounts", "list")["items"]] == [f"a{number}" for number in range(5)]
    part = asked("accounts", "list", "--limit", "3")
    assert len(part["items"]) == 3
    assert part["next"]


def test_an_account_of_play_money(house, asked, capsys):
    made = asked("accounts", "open", "play", "--deposit", "2500.50")
    assert (made["cash_usd"], made["free_usd"]) == ("2500.500000", "2500.500000")
    assert main(["accounts", "list"]) == 0
    assert "2,500.50" in capsys.readouterr().out
    more = asked("accounts", "deposit", made["account_id"], "0.000001")
    assert (more["cash_usd"], more["free_usd"]) == ("2500.500001", "2500.500001")
    assert main(["accounts", "deposit", made["account_id"], "-5"]) == 4
    assert main(["accounts", "deposit", made["account_id"], "0"]) == 4


@pytest.fixture
def deployed(house) -> str:
    """A run on a feed that no worker brings any more."""
    feed = {"feed": "demo-1h", "venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH", "SOL"], "source": "test"}
    with house.database.write() as conn:
        conn.execute(insert(feeds), feed | dict.fromkeys(("anchor_ts", "begin_ts", "last_ts"), 1_750_000_000_000))
    return ensure_demo_bots(house)[0].run_id


def test_what_a_run_did_is_shown_before_it_did_anything(deployed, asked, capsys):
    (run, *_) = asked("runs", "list")["items"]
    assert (run["run_id"], run["pnl_usd"]) == (deployed, None)
    assert asked("runs", "metrics", deployed)["pnl_usd"] is None
    assert asked("runs", "health", deployed)["condition"] == "waiting"
    for word in ("health", "metrics", "decisions", "equity"):
        assert main(["runs", word, deployed]) == 0
        assert capsys.readouterr().out
    assert main(["runs", "list"]) == 0
    assert re.search(r"sma-crossover +draft, to be active +10,000.00 +–", capsys.readouterr().out)


def test_events_are_the_newest_and_go_on_in_both_directions(house, deployed, asked, capsys):
    drafts = [Draft(f"run:{run}", EventKind.RUN_PAUSED, n, {}) for n in range(6) for run in (deployed, "other")]
    with house.database.write() as conn:
        noted = [event.position for event in append(conn, drafts)][::2]

    def seen(*words: str) -> list[int]:
        return [event["position"] for event in asked("runs", "events", deployed, *words)["items"]]

    assert seen()[-6:] == noted
    assert seen("--limit", "2") == noted[-2:]
    assert seen("--limit", "2", "--before", str(noted[-2])) == noted[-4:-2]
    assert seen("--limit", "2", "--after", str(noted[1])) == noted[2:4]
    assert seen("--after", str(noted[-1])) == []
    capsys.readouterr()
    assert main(["runs", "events", deployed, "--limit", "2"]) == 0
    assert f"--before {noted[-2]}" in capsys.readouterr().out
    assert main(["runs", "events", deployed, "--limit", "2", "--after", str(noted[0])]) == 0
    assert f"--after {noted[2]}" in capsys.readouterr().out
    assert main(["runs", "events", deployed, "--before", "5", "--after", "1"]) == 4


def test_a_list_that_is_cut_says_so(house, capsys):
    for number in range(3):
        house.accounts.open("local", f"a{number}", 1_000_000)
    assert main(["accounts", "list", "--limit", "2"]) == 0
    assert "--limit" in capsys.readouterr().out
    assert main(["accounts", "list"]) == 0
    assert "--limit" not in capsys.readouterr().out


def test_who_has_looked_lets_an_account_enter_again(house, asked):
    account = asked("accounts", "open", "play")["account_id"]

    def odd() -> list[str]:
        with house.database.read() as conn:
            return [block.symbol for block in standing(conn, {account: PAPER})]

    with house.database.write() as conn:
        raise_blocks(conn, [Block(account, "", symbol, BlockReason.UNEXPECTED, "odd", 1) for symbol in ("A", "B")])
    assert asked("accounts", "lift", account, "--symbol", "B")["account_id"] == account
    assert odd() == ["A"]
    asked("accounts", "lift", account)
    assert odd() == []
    assert main(["accounts", "lift", "nobody-has-it"]) == 2


def test_the_kill_switch(house, asked, capsys):
    assert main(["kill", "platform", "--why", "looks wrong"]) == 0
    (kill,) = asked("kill", "list")["items"]
    assert (kill["scope"], kill["action"], kill["reason"]) == ("platform", "stop", "looks wrong")
    assert main(["kill", "release", "platform"]) == 0
    assert asked("kill", "list")["items"] == []
    assert main(["kill", "release", "platform"]) == 2
    assert main(["kill", "run", "nobody-has-it"]) == 2


def test_the_status_comes_over_the_api_where_there_is_no_socket(house, asked, capsys):
    state = asked("status")
    assert (state["mode"], state["runs"], state["feeds"]) == ("paper", {}, [])
    assert main(["status"]) == 0
    assert "on paper" in capsys.readouterr().out


def test_a_run_that_cannot_begin_says_all_that_stands_in_its_way(house, asked, capsys):
    bot = asked("bots", "create", "mine", "breakout", "--venue", "demo")["bot_id"]
    account = asked("accounts", "open", "play")["account_id"]
    words = ("runs", "deploy", bot, "--account", account, "--capital", "1000")
    assert main([*words]) == 2
    told = capsys.readouterr().err
    assert "feed.not_found" in told
    assert "paddock serve --demo" in told
    assert asked("runs", "list")["items"] == []


@pytest.mark.parametrize(
    "words",
    [
        *(("runs", word, "nobody-has-it") for word in ("show", "pause", "resume", "events", "orders", "fills")),
        *(("runs", word, "nobody-has-it") for word in ("health", "metrics", "decisions", "equity")),
        ("accounts", "deposit", "nobody-has-it", "5"),
        ("runs", "positions", "nobody-has-it"),
        ("runs", "stop", "nobody-has-it", "--mode", "keep"),
        ("runs", "why", "nobody-has-it", "--at", "2025-01-01"),
        ("bots", "show", "nobody-has-it"),
    ],
)
def test_what_nobody_has_is_not_found(reached, words, capsys):
    assert main([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "not_found"


HOSTILE = [
    *("../status", "..", ".", "../../../healthz", "x/../../status", "..%2Fstatus", "%2e%2e/status", "a/b", "a\\b"),
    *("a?limit=1", "a#b", "", " ", "a\r\nX-Y: z", "\0", "\udcff", "\N{FULLWIDTH SOLIDUS}", "x" * 5_000, "{}", "{0}"),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_in_an_id_it_is_a_part_of_the_path(hostile, reached, capsys):
    """Each of these once asked for another path, such as that of the status, and was answered."""
    asks = [
        *(["runs", word, hostile] for word in ("show", "pause", "events", "parity")),
        ["bots", "delete", hostile],
        ["accounts", "lift", hostile],
    ]
    for words in asks:
        assert main(words) in {2, 4}, words
        assert re.search(r"\[(request|request.path|[a-z]+.not_found)\]", capsys.readouterr().err), words


@pytest.mark.parametrize(
    "words",
    [
        ("bots", "create", "\udcff", "breakout"),
        ("runs", "list", "--bot", "\udcff"),
        ("kill", "platform", "--why", "a\ud800b"),
        ("accounts", "open", "\udcff"),
    ],
)
def test_bytes_that_are_no_text_are_refused(words, reached, capsys):
    assert main(words) == 4
    assert "[usage]" in capsys.readouterr().err


def test_a_token_that_is_not_there_is_named(house, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path / "elsewhere"))
    assert main(["runs", "list"]) == 1
    told = capsys.readouterr().err
    assert f"no file {tmp_path / 'elsewhere' / 'token'}" in told
    assert "PADDOCK_TOKEN_FILE" in told


def test_no_command_writes_an_id_into_a_path():
    """The session quotes what it is given; what is in the path already it must take as meant."""
    for path in sources(PACKAGE / "surfaces" / "cli"):
        for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name in {"get", "post", "delete", "listed"}:
                assert not any(isinstance(part, ast.JoinedStr) for part in call.args), f"{path.name}:{call.lineno}"


def test_a_wrong_token_is_refused(house, tmp_path, monkeypatch, capsys):
    other = tmp_path / "other"
    local_token(other)
    monkeypatch.setenv("PADDOCK_TOKEN_FILE", str(other))
    assert main(["bots", "list"]) == 1


def test_nothing_that_answers_is_told_by_the_exit_code(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        monkeypatch.setenv("PADDOCK_URL", f"http://127.0.0.1:{gone.getsockname()[1]}")
    assert main(["runs", "list"]) == 3
    assert main(["status"]) == 3
    assert "paddock serve" in capsys.readouterr().err


def test_no_answer_in_time_is_told_by_the_exit_code(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    monkeypatch.setattr(client, "TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PADDOCK_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert main(["runs", "list", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "timeout"


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"SSH-2.0-other\r\n"])
def test_a_stranger_who_answers_is_no_server_of_ours(said, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("PADDOCK_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")

        def stranger() -> None:
            caller, _ = listener.accept()
            with caller:
                caller.recv(65536)
                caller.sendall(said)

        thread = Thread(target=stranger)
        thread.start()
        code = main(["runs", "list", "--json"])
        thread.join(PATIENCE_S)
    assert code in {1, 3}
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_running"


def test_an_account_is_connected_limited_and_revoked(house, asked, capsys):
    limits = ("--symbols", "BTC,ETH", "--order-usd", "100", "--day-usd", "1000", "--leverage", "3")
    made = asked("live", "connect", "hyperliquid", "--main", "0x" + "ab" * 20, "--name", "real", *limits)
    account = made["account_id"]
    assert (made["status"], made["network"], made["policy"]["symbols"]) == ("draft", "testnet", ["BTC", "ETH"])
    assert asked("live", "list")["items"] == [made] == [asked("live", "show", account)]
    (draft,) = asked("live", "drafts", account)["items"]
    assert main(["live", "drafts", account]) == 0
    assert draft["message"] in capsys.readouterr().out
    assert main(["live", "approve", account, "agent", "0x" + "11" * 65]) == 1
    assert "main address" in capsys.readouterr().err
    assert asked("live", "limit", account, *limits[:-1], "2")["policy"]["max_leverage"] == 2
    assert main(["live", "check", account]) == 1
    assert main(["live", "enable", account]) == 1
    assert asked("live", "disable", account, "--why", "a walk")["reason"] == "a walk"
    assert asked("live", "refresh", account)["status"] == "draft"
    assert main(["live", "rotate"]) == 1
    assert "stop paddock serve" in capsys.readouterr().err
    assert asked("live", "revoke", account)["status"] == "revoked"
