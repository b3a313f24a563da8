"""The process in which a user's strategy runs live: it takes observations from a sandbox and answers with actions.

Started as `python -m paddock.runtime.box <descriptor>`, with nothing but that descriptor to talk through. It
imports what the strategy needs, gives up its rights, and only then runs the strategy's source.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import importlib
import json
import os
import pickle
import sys
import zlib
from collections.abc import Iterator
from typing import Any

from paddock.core.errors import Code, Invalid
from paddock.market.feature import Feature
from paddock.runtime.confine import confine
from paddock.runtime.user_code import load_python
from paddock.runtime.wire import FIELDS, HEAD, action_as_json, frame
from paddock.strategy.expr import StateField
from paddock.strategy.python import Decider, Strategy, UserCode, initialised
from paddock.strategy.view import Declared, Market

# What a strategy may import. Once its source runs, no file can be opened: whatever is not loaded by then is not there.
MODULES = frozenset(
    {
        *("abc", "array", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions"),
        *("functools", "heapq", "itertools", "json", "math", "numbers", "numpy", "operator", "random", "re"),
        *("statistics", "string", "textwrap", "time", "types", "typing"),
    }
)
_BEHIND = {"datetime": ("_strptime",), "numpy": ("numpy.random", "numpy.linalg", "numpy.fft")}  # what they load late
MOST_MEMORY = 256 << 10  # bytes that a strategy may keep of itself


class Declaring(Market):
    """A market that notes what is asked for and leaves it to the other side whether that exists."""

    def __init__(self, symbols: tuple[str, ...], interval: str, defaults: dict[str, list[float]]) -> None:
        super().__init__(symbols, interval)
        self._defaults = defaults

    def feature(self, name: str, *params: float, interval: str | None = None, symbol: str | None = None) -> Declared:
        chosen = tuple(float(value) for value in params or self._defaults.get(name, ()))
        declared = Declared(name, chosen, interval or self.interval, symbol)
        self.asked.append(declared)
        return declared


class Shown:
    """An `Observation` as it was told."""

    def __init__(self, message: dict[str, Any], declared: list[Declared]) -> None:
        shown: dict[str, dict[str, list[float]]] = message["seen"]
        self.close_ts: int = message["ts"]
        self.present = tuple(shown)
        self._state = {symbol: told["state"] for symbol, told in shown.items()}
        self._now: dict[Feature, float] = {}
        self._before: dict[tuple[str, Feature], float] = {}
        for symbol, told in shown.items():
            for one, now, before in zip(declared, told["now"], told["before"], strict=True):
                feature = one.of(symbol)
                self._now[feature], self._before[symbol, feature] = now, before

    def value(self, feature: Feature) -> float:
        return self._now[feature]

    def before(self, symbol: str, feature: Feature) -> float:
        return self._before[symbol, feature]

    def state(self, symbol: str, field: StateField) -> float:
        return self._state[symbol][FIELDS.index(field)]


def messages(descriptor: int) -> Iterator[dict[str, Any]]:
    """What the other side says, until it has gone."""
    while head := _exactly(descriptor, HEAD.size):
        yield json.loads(_exactly(descriptor, *HEAD.unpack(head)))


def _exactly(descriptor: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def say(descriptor: int, message: dict[str, object]) -> None:
    data = frame(message)
    while data:
        data = data[os.write(descriptor, data) :]


def load_modules(source: str) -> None:
    """Import what the source imports at its top or deeper, as far as it may; running it tells what is missing."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for root in {name.partition(".")[0] for name in names} & MODULES:
                for name in (root, *_BEHIND.get(root, ())):
                    with contextlib.suppress(ImportError):
                        importlib.import_module(name)


def seed_chance(source: str) -> None:
    """Let `random` and `numpy.random` begin alike in every run of a source, as far as it has imported them."""
    seed = zlib.crc32(source.encode("utf-8", "surrogatepass"))
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed(seed)


def remembered(strategy: Strategy) -> dict[str, object]:
    """The strategy object as it can be taken up again elsewhere, or why it cannot."""
    try:
        with UserCode("being kept"):
            memory = pickle.dumps(strategy)
    except Invalid as error:
        return {"forgotten": error.message}
    if len(memory) > MOST_MEMORY:
        return {"forgotten": f"the strategy keeps {len(memory)} bytes; up to {MOST_MEMORY} can be kept"}
    return {"memory": base64.b64encode(memory).decode()}


def serve(descriptor: int) -> None:
    """Start the strategy that the first message holds, then answer one observation after the other."""
    said = messages(descriptor)
    start = next(said)
    load_modules(start["source"])
    seed_chance(start["source"])
    walls = confine(start["memory_mb"], start["cpu_s"])
    if missing := sorted({*start["walls"]} - {*walls}):
        raise Invalid(
            Code.STRATEGY_PYTHON,
            "this machine cannot hold a strategy in as it is asked to",
            where="python",
            seen=f"no wall of {' and '.join(missing)}",
            rule="a strategy runs behind the walls that the settings ask for",
        )
    say(descriptor, {"n": 0, "walls": walls})
    market = Declaring(tuple(start["scope"]), start["interval"], start["defaults"])
    strategy = initialised(load_python(start["source"], start["class"]), market)
    if start["memory"]:
        with UserCode("being taken up"):
            strategy = pickle.loads(base64.b64decode(start["memory"]))
    declared = list(market.asked)
    asked = [[one.name, one.params, one.interval, one.symbol] for one in declared]
    kept = remembered if start["remember"] else lambda _: {}
    say(descriptor, {"n": 0, "declared": asked, **kept(strategy)})
    decider = Decider(strategy, market.symbols, stop_waived=start["stop_waived"])
    for message in said:
        actions = decider.decide(Shown(message, declared))
        say(descriptor, {"n": message["n"], "actions": list(map(action_as_json, actions)), **kept(strategy)})


def main() -> None:
    descriptor = int(sys.argv[1])
    try:
        serve(descriptor)
    except Invalid as error:
        told = {name: str(getattr(error, name)) for name in ("message", "where", "seen", "rule", "suggestion")}
        say(descriptor, {"n": 0, "problem": told})


if __name__ == "__main__":
    main()
