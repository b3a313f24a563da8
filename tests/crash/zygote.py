"""Starts the children: one process that has lived the scenario itself, and forks a child for each death.

What it loaded and compiled on its own way its children have from birth; without it each would take a second longer.
Its standard input brings one JSON line for each child ({"url", "venue", "die_at", "by"}; the first one is its own); it
answers with its exit (negative: the signal that ended it) and, where it lived to the end, the points that it passed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from pathlib import Path
from signal import Signals

import structlog

from paddock.core.seams import ManualClock
from tests.crash.child import live, people
from tests.crash.scenario import FIRST_ROW, MARKET


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asked = json.loads(sys.stdin.readline())
    people(asked["url"], ManualClock(int(MARKET.ts[FIRST_ROW])))
    _answer(0, " ".join(live(asked["url"], Path(asked["venue"]), 0)))
    for line in sys.stdin:
        asked = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _be(asked, writer)
        os.close(writer)
        with os.fdopen(reader) as told:
            passed = told.read()
        _, status = os.waitpid(child, 0)
        _answer(os.waitstatus_to_exitcode(status), passed)


def _answer(code: int, passed: str) -> None:
    print(json.dumps({"exit": code, "passed": passed.split()}), flush=True)


def _be(asked: dict[str, object], writer: int) -> None:
    code = 1
    try:
        if asked["die_at"] == "people":
            people(str(asked["url"]), ManualClock(int(MARKET.ts[FIRST_ROW])))
            passed: list[str] = []
        else:
            passed = live(
                str(asked["url"]), Path(str(asked["venue"])), int(str(asked["die_at"])), Signals[str(asked["by"])]
            )
        os.write(writer, " ".join(passed).encode())
        code = 0
    except BaseException:  # noqa: BLE001  # the fork must not go on as its parent
        traceback.print_exc()
    os._exit(code)


if __name__ == "__main__":
    main()
