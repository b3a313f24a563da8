"""A user's Python strategy, live, in a process of its own that can reach nothing but the other end of a socket.

What comes back is a stranger's: it is bounded, parsed strictly, and held to the rules of any strategy before it counts.
A strategy that raises, stalls, dies or talks nonsense fails alone: its process is gone when the error is raised.
"""

from __future__ import annotations

import base64
import contextlib
import math
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.market.feature import Feature
from paddock.market.features import FEATURES
from paddock.runtime.confine import LIMITS
from paddock.runtime.replies import Confined, Decided, Reply, Started, check_bounds, failed, features_of, plain
from paddock.runtime.wire import HEAD, frame, seen_as_json
from paddock.strategy.compiler import scope_symbols
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.program import Action, Program
from paddock.strategy.python import in_order, program_of, stop_waived
from paddock.strategy.view import Declared, Observation

K = TypeVar("K")
R = TypeVar("R", bound=Reply)
MOST_REPLY = 1 << 20  # bytes
CHUNK = 1 << 16
ENDING_S = 0.2  # how long a process may take to end once its connection is closed


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a strategy may use: seconds to answer and to start, memory, and processor time over its whole life.

    `life_s` is how long it may live altogether. Where nobody asks what it remembers, it does not `remember`. Without
    the `walls` (see docs/sandbox.md) it does not start.
    """

    answer_s: float = 1.0
    start_s: float = 10.0
    memory_mb: int = 512
    cpu_s: int = 3_600
    life_s: float = math.inf
    remember: bool = True
    walls: frozenset[str] = frozenset({LIMITS})


class Sandbox:
    """One run of a Python document on `symbols` (those of the tape): `start` it, `decide` bar by bar, `stop` it.

    `seconds` is a monotonic clock; `scope` is what it trades. After `start`, `program` and `features` are known, and
    `walls` names what holds the process in (see docs/sandbox.md). `memory` is the strategy object after its last
    answer, for `start` to take it up again in another process; None where it cannot be kept, and `forgotten` says why.
    """

    def __init__(
        self,
        document: Document,
        symbols: Sequence[str] | None = None,
        *,
        seconds: Callable[[], float],
        allowance: Allowance = Allowance(),
    ) -> None:
        assert isinstance(document.body, PythonCode)
        self._document, self._body = document, document.body
        self.scope, self._known = scope_symbols(document.scope, symbols), symbols
        self._seconds, self._allowance = seconds, allowance
        self._declared: tuple[Declared, ...] = ()
        self._present: tuple[str, ...] = ()
        self._asked = 0
        self._inbox = bytearray()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._deadline, self._ends = 0.0, math.inf
        self.program: Program | None = None
        self.features: tuple[Feature, ...] = ()
        self.walls: frozenset[str] = frozenset()
        self.memory: bytes | None = None
        self.forgotten = ""

    def start(self, memory: bytes | None = None) -> None:
        """Run the source and `init` in a new process; `memory` takes up a strategy where it was left.

        Raises Invalid: strategy.python when that fails, value.feature, data.interval and data.symbol for what it asked
        to read; and Unavailable (machine) when there is no process to be had.
        """
        self.stop()
        self._asked = 0
        self._ends = self._seconds() + self._allowance.life_s
        self._inbox.clear()
        self._spawn()
        self._say(
            {
                "source": self._body.source,
                "class": self._body.class_name,
                "scope": self.scope,
                "interval": self._document.scope.interval,
                "stop_waived": stop_waived(self._document),
                "defaults": {name: spec.defaults for name, spec in FEATURES.items()},
                "memory_mb": self._allowance.memory_mb,
                "cpu_s": self._allowance.cpu_s,
                "walls": sorted(self._allowance.walls),
                "memory": base64.b64encode(memory).decode() if memory else None,
                "remember": self._allowance.remember,
            },
            self._allowance.start_s,
        )
        self.walls = frozenset(self._next(Confined).walls)
        started = self._next(Started)
        with self._or_gone():
            self._declared = started.asked_for()
            self.features = features_of(self._declared, self.scope, self._document.scope.interval, self._known)
        self.program = program_of(self._document, self.scope, self.features)

    def decide(self, seen: Observation) -> tuple[Action, ...]:
        """The actions of this close in firing order, as `strategy.python.Decider.decide` gives them.

        Raises Invalid (strategy.python) when the strategy fails in any way.
        """
        ((_, given),) = decide_all({None: (self, seen)})
        if isinstance(given, Invalid):
            raise given
        return given

    def ask(self, seen: Observation) -> None:
        """Show the strategy a close without waiting for what it says to it."""
        self._asked += 1
        self._present = seen.present
        shown = seen_as_json(seen, self.scope, self._declared)
        self._say({"n": self._asked, "ts": seen.close_ts, "seen": shown}, self._allowance.answer_s)

    def answer(self) -> tuple[Action, ...] | None:
        """What it decided, or None where that has not all arrived; call it when `fileno` can be read."""
        self._receive()
        body = self._frame()
        if body is None:
            return None
        decided = self._understood(Decided, body)
        with self._or_gone():
            for action in decided.actions:
                check_bounds(action)
            waived = stop_waived(self._document)
            return in_order(decided.actions, self.scope, self._present, stop_waived=waived)

    def left(self) -> float:
        """Seconds until the answer is late."""
        return self._deadline - self._seconds()

    def late(self) -> Invalid:
        """End a process that has not answered in time, and say so."""
        self.stop()
        if self._seconds() >= self._ends:
            limit = self._allowance.life_s
            return failed("took too long", f"more than {limit:g} s altogether", f"here it has {limit:g} s for all bars")
        limit = self._allowance.answer_s if self._asked else self._allowance.start_s
        return failed("took too long", f"more than {limit:g} s", f"an answer takes up to {limit:g} s")

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def fresh(self) -> bool:
        """Whether it runs and was asked nothing yet."""
        return self.running and not self._asked

    def fileno(self) -> int:
        assert self._socket is not None
        return self._socket.fileno()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _spawn(self) -> None:
        try:
            self._socket, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-s", "-P", "-X", "utf8", "-m", "paddock.runtime.box", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    cwd="/",
                    # Sets in one order in every process; no threads that were there before the walls.
                    env={"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"},
                )
        except OSError as error:
            self.stop()
            raise Unavailable(
                Code.MACHINE,
                "no process could be started for the strategy",
                where="python",
                seen=str(error),
                rule="a living Python strategy has a process of its own",
                suggestion="let the server have more processes or memory",
            ) from None

    def _say(self, message: Mapping[str, object], within_s: float) -> None:
        self._deadline = min(self._seconds() + within_s, self._ends)
        if self._socket is None:
            raise failed("is not running", "no process", "a strategy that failed is not asked again")
        if self._seconds() >= self._ends:
            raise self.late()
        self._socket.settimeout(max(self.left(), 0.001))
        try:
            self._socket.sendall(frame(message))
        except TimeoutError:
            raise self.late() from None
        except OSError:
            raise self._ended() from None

    def _next(self, kind: type[R]) -> R:
        """The next reply, waited for."""
        while (body := self._frame()) is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self, selectors.EVENT_READ)
                if self.left() <= 0:
                    raise self.late()
                if selector.select(self.left()):
                    self._receive()
        return self._understood(kind, body)

    def _receive(self) -> None:
        """Take what is there; the socket is known to have something."""
        assert self._socket is not None
        try:
            part = self._socket.recv(CHUNK)
        except OSError:
            part = b""
        if not part:
            raise self._ended()
        self._inbox += part

    def _frame(self) -> bytes | None:
        """The body of a frame that has wholly arrived."""
        if len(self._inbox) < HEAD.size:
            return None
        (size,) = HEAD.unpack_from(self._inbox)
        if size > MOST_REPLY:
            raise self._nonsense(f"an answer of {size} bytes")
        if len(self._inbox) < HEAD.size + size:
            return None
        body = bytes(self._inbox[HEAD.size : HEAD.size + size])
        del self._inbox[: HEAD.size + size]
        return body

    def _understood(self, kind: type[R], body: bytes) -> R:
        """The reply in `body`; raises the problem that it tells."""
        try:
            reply = kind.model_validate_json(body)
            memory = None if reply.memory is None else base64.b64decode(reply.memory, validate=True)
        except (ValidationError, ValueError) as error:
            raise self._nonsense(plain(str(error))) from None
        if reply.problem is not None:
            self.stop()
            told = {name: plain(text) for name, text in reply.problem.model_dump().items()}
            message, where, seen = told["message"], told["where"], told["seen"]
            rule, suggestion = told["rule"], told["suggestion"]
            raise Invalid(Code.STRATEGY_PYTHON, message, where=where, seen=seen, rule=rule, suggestion=suggestion)
        if reply.n != self._asked:
            raise self._nonsense("an answer to what was not asked")
        self.memory, self.forgotten = memory, plain(reply.forgotten)
        return reply

    def _nonsense(self, seen: str) -> Invalid:
        self.stop()
        return failed("gave an answer that is none", seen, "only the platform writes to the strategy's socket")

    def _ended(self) -> Invalid:
        """Why the process has gone, or that it does not listen any more."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDING_S)
        code = self._process.returncode
        self.stop()
        if code is None:
            return failed("closed its connection", "no answer", "a strategy leaves its descriptors alone")
        seen = f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return failed("ended its process", seen, "a strategy stays within its memory and processor time, and returns")

    @contextlib.contextmanager
    def _or_gone(self) -> Iterator[None]:
        """Whatever is refused in here ends the process too."""
        try:
            yield
        except Invalid:
            self.stop()
            raise


def decide_all(asked: Mapping[K, tuple[Sandbox, Observation]]) -> Iterator[tuple[K, tuple[Action, ...] | Invalid]]:
    """Ask all at once and give each one's actions, or why it failed, in the order in which they come.

    One that is slow keeps nobody waiting but whoever takes the last of these.
    """
    waiting: dict[K, Sandbox] = {}
    with selectors.DefaultSelector() as selector:
        for key, (box, seen) in asked.items():
            try:
                box.ask(seen)
            except Invalid as error:
                yield key, error
                continue
            waiting[key] = box
            selector.register(box.fileno(), selectors.EVENT_READ, key)
        while waiting:
            left = max(0.0, min(box.left() for box in waiting.values()))
            ready = {item.data for item, _ in selector.select(left)}
            for key, box in list(waiting.items()):
                descriptor = box.fileno()
                given = _given(box, key in ready)
                if given is not None:
                    selector.unregister(descriptor)
                    del waiting[key]
                    yield key, given


def _given(box: Sandbox, ready: bool) -> tuple[Action, ...] | Invalid | None:
    """What a box says now: its actions, why it failed, or nothing yet."""
    try:
        actions = box.answer() if ready else None
    except Invalid as error:
        return error
    return box.late() if actions is None and box.left() <= 0 else actions
