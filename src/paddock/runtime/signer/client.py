"""The signer as the rest of the program has it: typed orders go out, signed requests come back, never a key.

Its process is started when it is first needed, and again when it ended by itself, a few times a minute at most. What
it has to know (which keys sign, which markets there are) is told to it anew each time.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

from paddock.core.errors import Code, PaddockError, Unavailable
from paddock.venues.approvals.base import SignedDraft, Terms
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.operations import Order, SignedRequest
from paddock.venues.signing.policy import Policy
from paddock.venues.signing.wire import (
    HEAD,
    MOST_ANSWERED,
    Asked,
    Close,
    Kept,
    Look,
    Make,
    Markets,
    Open,
    Play,
    Reseal,
    Revoke,
    Rewrap,
    SelfTest,
    Sign,
    asked,
    frame,
    outcome,
    plain_markets,
    played_from,
    requests_from,
    sealed_from,
)

ANSWER_S: Final = 5.0
START_S: Final = 30.0
MOST_STARTS: Final = 5  # within a minute
Ring = Literal["as it is", "new key", "current key alone"]
_MINUTE_S: Final = 60.0
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where the signer finds what outlives it. `keys`: the master keys themselves, where they are not in the file."""

    key_file: Path
    tally: Path
    keys: str = field(default="", repr=False)

    @classmethod
    def in_home(cls, home: Path, keys: str = "") -> Keeping:
        return cls(home / "master.keys", home / "signer.tally", keys)


class SignerProcess:
    """Safe to share among threads; one request at a time is with the process. `seconds` is a monotonic clock.

    One of a home's processes `counts` what the day has come to, and it alone signs what may open something: `counting`
    once it runs. `ring`: what is done to the file of master keys before.

    Every call raises Unavailable (signer.unavailable) when no process is to be had, or it does not answer; nothing was
    signed then. Besides, what the signer itself refuses.
    """

    def __init__(
        self, keeping: Keeping, seconds: Callable[[], float], *, counts: bool = True, ring: Ring = "as it is"
    ) -> None:
        self._keeping, self._seconds, self._counts, self._ring = keeping, seconds, counts, ring
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)
        self._opened: dict[str, tuple[Sealed, bool]] = {}
        self._markets: dict[tuple[str, Network], Markets] = {}
        self._ring_ns = 0  # when the file of master keys was written that the process has read
        self.walls: frozenset[str] = frozenset()
        self.counting = False

    def __repr__(self) -> str:
        return f"SignerProcess({self._process.pid if self._process else 'not started'})"

    def sign(self, order: Order) -> list[SignedRequest]:
        return requests_from(self._ask(Sign(order)))

    def list_markets(self, venue: str, network: Network, markets: Mapping[str, Any]) -> None:
        told = Markets(venue, network, plain_markets(markets))
        with self._turn:
            known = self._markets.get((venue, network))
            if known is not None and known.markets == told.markets:
                return
            self._told(told)
            self._markets[venue, network] = told

    def make(self, wanted: Grant) -> Sealed:
        """A new key for `wanted`; the agent that it names is the one of the key."""
        return sealed_from(self._ask(Make(wanted)))

    def play(self, wanted: Grant, terms: Terms) -> tuple[Sealed, list[SignedDraft]]:
        """A new key of an owner who is made up for a simulator, and that owner's approvals."""
        return played_from(self._ask(Play(wanted, terms)))

    def reseal(self, sealed: Sealed, policy: Policy) -> Sealed:
        """The same key under another policy."""
        return sealed_from(self._ask(Reseal(_kept(sealed), policy)))

    def rewrap(self, sealed: Sealed) -> Sealed:
        """The same key under the current master key."""
        return sealed_from(self._ask(Rewrap(_kept(sealed))))

    def open(self, sealed: Sealed, *, closing: bool) -> None:
        """Let a key sign from now on; `closing`: only what takes risk away."""
        with self._turn:
            account_id = sealed.grant.account_id
            if self._opened.get(account_id) == (sealed, closing) and self._running():
                return
            self._opened.pop(account_id, None)
            self._told(Open(_kept(sealed), closing))
            self._opened[account_id] = sealed, closing

    def close(self, account_id: str) -> None:
        """Let nothing more be signed for an account; a process that is not there signs nothing anyway."""
        with self._turn:
            self._opened.pop(account_id, None)
            if self._running():
                self._told(Close(account_id))

    def revoke(self, grant: Grant) -> None:
        """Let this key sign nothing more, ever."""
        with self._turn:
            self._opened.pop(grant.account_id, None)
            self._told(Revoke(grant))

    def self_test(self, account_id: str) -> None:
        """Would the key of an account sign?"""
        self._ask(SelfTest(account_id))

    def look(self) -> Mapping[str, Any]:
        """By account that is signed for: its agent, whether only exits pass, and what its day has come to."""
        found: Mapping[str, Any] = self._ask(Look())
        return found

    def opened(self) -> frozenset[str]:
        """The accounts that are signed for, as far as this side knows."""
        return frozenset(self._opened)

    def stop(self) -> None:
        """End the process; it starts again with the next request."""
        with self._turn:
            self._end()

    def __enter__(self) -> SignerProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _ask(self, request: Asked) -> Any:
        with self._turn:
            return self._told(request)

    def _told(self, request: Asked) -> Any:
        """The outcome of a request, asked once more of a new process if this one was gone."""
        body = asked(request)
        if self._running():
            with contextlib.suppress(_Gone):
                return self._exchange(body)
        self._start()
        try:
            return self._exchange(body)
        except _Gone:
            raise _unavailable(
                "its process ended while it was asked", "see whether the machine has memory left"
            ) from None

    def _running(self) -> bool:
        """Whether its process is there, and knows the master keys as they are: it cannot read them again."""
        return self._process is not None and self._process.poll() is None and self._ring_ns == self._ring_of()

    def _ring_of(self) -> int:
        try:
            return self._keeping.key_file.stat().st_mtime_ns
        except OSError:
            return 0

    def _start(self) -> None:
        self._end()
        now = self._seconds()
        if len(self._starts) == MOST_STARTS and now - self._starts[0] < _MINUTE_S:
            raise _unavailable(f"it ended {MOST_STARTS} times within a minute", "wait a minute")
        self._starts.append(now)
        self._spawn()
        try:
            told = self._exchange(self._first(), START_S)
            self.walls, self.counting = frozenset(told["walls"]), told["counts"]
            self._ring, self._ring_ns = "as it is", self._ring_of()  # done once
            self._tell_all()
        except _Gone:
            raise _unavailable(
                "its process ended at once", "install what it needs: pip install 'paddock[venues]'"
            ) from None
        except PaddockError:
            self._end()
            raise

    def _first(self) -> bytes:
        keeping = self._keeping
        files = {"key_file": str(keeping.key_file), "tally": str(keeping.tally)}
        return json.dumps({"keys": keeping.keys, "counts": self._counts, "ring": self._ring, **files}).encode()

    def _tell_all(self) -> None:
        """What the process has to know. A key that does not open any more is left shut: asking for it tells why."""
        for markets in self._markets.values():
            self._exchange(asked(markets))
        for sealed, closing in self._opened.values():
            with contextlib.suppress(PaddockError):
                self._exchange(asked(Open(_kept(sealed), closing)))

    def _spawn(self) -> None:
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-s", "-P", "-X", "utf8", "-m", "paddock.runtime.signer.process"]
        try:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
                env={"PYTHONHASHSEED": "0"},
            )
        except OSError as error:
            self._end()
            raise _unavailable(str(error), "let the server have more processes or memory") from None
        finally:
            theirs.close()

    def _exchange(self, body: bytes, within_s: float = ANSWER_S) -> Any:
        """Raises what the answer tells; _Gone when the process is. One that answers nothing, or nonsense, is ended."""
        assert self._socket is not None
        self._socket.settimeout(within_s)
        try:
            self._socket.sendall(frame(body))
            (size,) = HEAD.unpack(self._exactly(HEAD.size))
            if size > MOST_ANSWERED:
                raise ValueError("an answer is shorter")
            return outcome(self._exactly(size))
        except TimeoutError:
            self._end()
            raise _unavailable(f"no answer came within {within_s:g} s", "try again") from None
        except OSError:
            self._end()
            raise _Gone from None
        except (ValueError, LookupError, TypeError):
            self._end()
            raise _unavailable("its answer was none", "report it") from None

    def _exactly(self, size: int) -> bytes:
        assert self._socket is not None
        data = b""
        while len(data) < size:
            part = self._socket.recv(min(size - len(data), _CHUNK))
            if not part:
                raise ConnectionResetError
            data += part
        return data

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class _Gone(Exception):
    """The process is not there any more."""


def _kept(sealed: Sealed) -> Kept:
    return Kept(sealed.grant, sealed.blob)


def _unavailable(why: str, suggestion: str) -> Unavailable:
    return Unavailable(
        Code.SIGNER_UNAVAILABLE,
        f"the signer cannot be asked: {why}",
        where="signer",
        rule="orders are signed by a process of its own; nothing was signed",
        suggestion=suggestion,
    )
