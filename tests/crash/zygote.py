"""Starts the children: one process that has lived the scenario itself, and forks a child for each death.

Its argument names the scenario, a module or what is in one (`people`, `live`, START_TS). What it loaded and compiled on
its own way its children have from birth; without it each would take a second longer. Its standard input brings one JSON
line for each child ({"url", "venue", "die_at", "by"}; the first one is its own); it answers with its exit (negative:
the signal that ended it) and, where it lived to the end, the points that it passed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from pathlib import Path
from pkgutil import resolve_name
from signal import Signals
from typing import Any

import structlog

from paddock.core.seams import ManualClock


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    scenario = resolve_name(sys.argv[1])
    asked = json.loads(sys.stdin.readline())
    scenario.people(asked["url"], ManualClock(scenario.START_TS))
    _answer(0, " ".join(scenario.live(asked["url"], Path(asked["venue"]), 0)))
    for line in sys.stdin:
        asked = json.loads(line)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _be(scenario, asked, writer)
        os.close(writer)
        with os.fdopen(reader) as told:
            passed = told.read()
        _, status = os.waitpid(child, 0)
        _answer(os.waitstatus_to_exitcode(status), passed)


def _answer(code: int, passed: str) -> None:
    print(json.dumps({"exit": code, "passed": passed.split()}), flush=True)


def _be(scenario: Any, asked: dict[str, object], writer: int) -> None:
    code = 1
    try:
        if asked["die_at"] == "people":
            scenario.people(str(asked["url"]), ManualClock(scenario.START_TS))
            passed: list[str] = []
        else:
            passed = scenario.live(
                str(asked["url"]), Path(str(asked["venue"])), int(str(asked["die_at"])), Signals[str(asked["by"])]
            )
        os.write(writer, " ".join(passed).encode())
        code = 0
    except BaseException:  # noqa: BLE001  # the fork must not go on as its parent
        traceback.print_exc()
    os._exit(code)


if __name__ == "__main__":
    main()
