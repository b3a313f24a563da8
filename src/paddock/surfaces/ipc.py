"""The Unix socket of a running process: one JSON line there, one JSON line back.

{"cmd": "get_state" | "pause" | "resume" | "emergency_close", "symbol": …}  →  {"ok": true, …}
                                                                            →  {"ok": false, "error": …, …}
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final, Protocol

from paddock.core.errors import Code, NotRunning, PaddockError, Refused, TimedOut, Unavailable

NAME = "paddock.sock"
TIMEOUT_S = 2.0
POLL_S = 0.2
LONGEST = 64 * 1024  # bytes of a line
SYMBOL: Final = re.compile(r"[!-~]{1,64}")  # what no store takes for a text must not reach one
COMMANDS = ("get_state", "pause", "resume", "emergency_close")
Reply = dict[str, Any]


class Control(Protocol):
    """What can be asked of the process; every method may raise a PaddockError."""

    def state(self) -> Mapping[str, object]: ...

    def pause(self) -> Mapping[str, object]:
        """No entries until `resume`; exits and protection go on."""
        ...

    def resume(self) -> Mapping[str, object]: ...

    def emergency_close(self, symbol: str) -> Mapping[str, object]:
        """Leave every position in the symbol, and enter no more of it."""
        ...


def answer(line: bytes, control: Control | None) -> Reply:
    """The reply to one line; `control` is None in a process without a worker."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return _no("invalid_json")
    if not isinstance(request, dict):
        return _no("invalid_json")
    command, symbol = request.get("cmd"), request.get("symbol")
    if command not in COMMANDS:
        return _no("unknown_command")
    if command == "emergency_close" and not (isinstance(symbol, str) and SYMBOL.fullmatch(symbol)):
        return _no("symbol_required")
    if control is None:
        return _no("executor_not_available")
    try:
        match command:
            case "get_state":
                return _yes(control.state())
            case "pause":
                return _yes(control.pause())
            case "resume":
                return _yes(control.resume())
            case _:
                return _yes(control.emergency_close(str(symbol)))
    except PaddockError as error:
        return _no(str(error.code)) | {"message": error.message}


def _yes(content: Mapping[str, object]) -> Reply:
    return {"ok": True, **content}


def _no(error: str) -> Reply:
    return {"ok": False, "error": error}


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket in the home folder, for its owner only."""

    listener: socket.socket

    def serve(self, control: Control | None, stop: Event) -> None:
        """Answer one caller after another until `stop` is set."""
        self.listener.settimeout(POLL_S)
        while not stop.is_set():
            try:
                caller, _ = self.listener.accept()
            except TimeoutError:
                continue
            with caller, suppress(OSError):  # a caller that hung up or never finished its line is none of ours
                caller.settimeout(TIMEOUT_S)
                reply = answer(_line(caller), control)
                caller.sendall(json.dumps(reply, separators=(",", ":")).encode() + b"\n")


@contextmanager
def door(home: Path) -> Iterator[Door]:
    """The socket of this home, gone afterwards.

    Raises Refused (serve.already_running) when another process answers there, Unavailable (machine) when the machine
    makes no socket of that path.
    """
    path = home / NAME
    if _answers(path):
        raise Refused(
            Code.ALREADY_RUNNING,
            "another process runs the bots of this home",
            where=str(home),
            seen=str(path),
            rule="one process a home runs its bots",
            suggestion="stop that one, or give this one another PADDOCK_HOME",
        )
    listener = _listening(path)
    try:
        yield Door(listener)
    finally:
        listener.close()
        path.unlink(missing_ok=True)


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # of a process that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen()
    except OSError as error:
        listener.close()
        raise Unavailable(
            Code.MACHINE,
            f"no socket can be made: {error}",
            where=str(path),
            rule="the path of a socket is short (about 100 characters), its folder writable",
            suggestion="give this process a PADDOCK_HOME with a shorter path",
        ) from None
    finally:
        os.umask(mask)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(TIMEOUT_S)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def ask(home: Path, command: str, symbol: str | None = None) -> Reply:
    """The reply of the process of this home.

    Raises NotRunning when there is none, TimedOut when it does not answer within two seconds.
    """
    path = home / NAME
    request = {"cmd": command} if symbol is None else {"cmd": command, "symbol": symbol}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as call:
        call.settimeout(TIMEOUT_S)
        try:
            call.connect(str(path))
            call.sendall(json.dumps(request).encode() + b"\n")
            reply: Reply = json.loads(_line(call))
        except TimeoutError:
            raise TimedOut(
                Code.TIMEOUT,
                "the process does not answer",
                where=str(path),
                rule=f"a reply comes within {TIMEOUT_S:g} s",
                suggestion="paddock doctor",
            ) from None
        except (OSError, ValueError):
            raise not_running(str(path)) from None
    return reply


def not_running(where: str) -> NotRunning:
    return NotRunning(
        Code.NOT_RUNNING,
        "nothing is running there",
        where=where,
        rule="`paddock serve` keeps the bots going and answers",
        suggestion="start it with: paddock serve",
    )


def _line(stream: socket.socket) -> bytes:
    """Up to the end of a line, or what came of it before its end or LONGEST bytes."""
    data = b""
    while not data.endswith(b"\n") and len(data) < LONGEST:
        part = stream.recv(LONGEST)
        if not part:
            break
        data += part
    return data
