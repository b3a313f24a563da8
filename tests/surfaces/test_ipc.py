"""The Unix socket: one line each way, errors by name, for the owner only."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

import pytest

from paddock.core.errors import Code, NotRunning, Refused, TimedOut, Unavailable
from paddock.surfaces import ipc
from tests.patience import PATIENCE_S


class Asked:
    """A control that remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def state(self):
        self.calls.append("state")
        return {"mode": "paper"}

    def pause(self):
        self.calls.append("pause")
        return {"runs": 3}

    def resume(self):
        raise Refused(Code.USAGE, "a person stopped it")

    def emergency_close(self, symbol):
        self.calls.append(f"close {symbol}")
        return {"symbol": symbol}


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path: that of a socket has about 100 characters at most."""
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        yield Path(folder)


@contextmanager
def open_door(home: Path, control: ipc.Control | None):
    stop = Event()
    with ipc.door(home) as door, ThreadPoolExecutor(1) as pool:
        serving = pool.submit(door.serve, control, stop)
        try:
            yield
        finally:
            stop.set()
            serving.result(PATIENCE_S)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"", {"ok": False, "error": "invalid_json"}),
        (b"{", {"ok": False, "error": "invalid_json"}),
        (b"\xff\n", {"ok": False, "error": "invalid_json"}),
        (b"[" * 60_000, {"ok": False, "error": "invalid_json"}),
        (b"[]", {"ok": False, "error": "invalid_json"}),
        (b"{}", {"ok": False, "error": "unknown_command"}),
        (b'{"cmd": ["get_state"]}', {"ok": False, "error": "unknown_command"}),
        (b'{"cmd": "format_disk"}', {"ok": False, "error": "unknown_command"}),
        (b'{"cmd": "emergency_close"}', {"ok": False, "error": "symbol_required"}),
        (b'{"cmd": "emergency_close", "symbol": 7}', {"ok": False, "error": "symbol_required"}),
        (b'{"cmd": "emergency_close", "symbol": "\\ud800"}', {"ok": False, "error": "symbol_required"}),
        (b'{"cmd": "emergency_close", "symbol": "B\\u0000C"}', {"ok": False, "error": "symbol_required"}),
        (b'{"cmd": "get_state"}', {"ok": True, "mode": "paper"}),
        (b'{"cmd": "pause"}', {"ok": True, "runs": 3}),
        (b'{"cmd": "resume"}', {"ok": False, "error": "usage", "message": "a person stopped it"}),
        (b'{"cmd": "emergency_close", "symbol": "BTC"}', {"ok": True, "symbol": "BTC"}),
    ],
)
def test_each_line_has_its_reply(line, reply):
    assert ipc.answer(line, Asked()) == reply


def test_a_process_without_a_worker_says_so():
    assert ipc.answer(b'{"cmd": "pause"}', None) == {"ok": False, "error": "executor_not_available"}


def test_the_socket_answers_its_owner_and_is_gone_afterwards(home):
    control = Asked()
    with open_door(home, control):
        assert (home / ipc.NAME).stat().st_mode & 0o777 == 0o600
        assert ipc.ask(home, "get_state") == {"ok": True, "mode": "paper"}
        assert ipc.ask(home, "emergency_close", "BTC") == {"ok": True, "symbol": "BTC"}
    assert control.calls == ["state", "close BTC"]
    assert not (home / ipc.NAME).exists()


def test_callers_that_hang_up_or_say_too_much_do_not_stop_it(home):
    with open_door(home, Asked()):
        for said in (b"", b"{", b"x" * (2 * ipc.LONGEST)):
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(str(home / ipc.NAME))
                with suppress(BrokenPipeError):
                    caller.sendall(said)
        assert ipc.ask(home, "get_state")["ok"]


def test_a_second_process_is_refused_and_a_socket_left_behind_is_not_in_the_way(home):
    with open_door(home, Asked()), pytest.raises(Refused) as caught, ipc.door(home):
        pass
    assert caught.value.code == Code.ALREADY_RUNNING
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(home / ipc.NAME))
    with open_door(home, Asked()):
        assert ipc.ask(home, "get_state")["ok"]


def test_no_process_and_a_silent_process_are_told_apart(home, monkeypatch):
    with pytest.raises(NotRunning):
        ipc.ask(home, "get_state")
    monkeypatch.setattr(ipc, "TIMEOUT_S", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home / ipc.NAME))
        silent.listen()
        with pytest.raises(TimedOut) as caught:
            ipc.ask(home, "get_state")
    assert caught.value.exit_code == 5


def test_a_path_too_long_for_a_socket_is_named(tmp_path):
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    before = os.umask(0o022)
    os.umask(before)
    with pytest.raises(Unavailable) as caught, ipc.door(deep):
        pass
    assert caught.value.where == str(deep / ipc.NAME)
    assert os.umask(before) == before


def test_a_reply_is_one_line_of_json(home):
    with open_door(home, Asked()), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(home / ipc.NAME))
        caller.sendall(b'{"cmd": "get_state"}\n')
        data = caller.makefile("rb").read()
    assert data.count(b"\n") == 1
    assert json.loads(data)["ok"] is True
