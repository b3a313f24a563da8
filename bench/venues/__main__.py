"""`python -m bench.venues [wire] [updates] [hearing] [signing] [flow]`: some five minutes for all of it."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Iterator
from functools import partial

import structlog

from bench.timing import load
from bench.venues import flow, hearing, signing, updates, wire

PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "wire": partial(wire.measure, 60),
    "updates": partial(updates.measure, 300),
    "hearing": partial(hearing.measure, 10),
    "signing": partial(signing.measure, 50),
    "flow": partial(flow.measure, 60),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all where none is named")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in asked.parts or PARTS:
        print(f"\n{name} (load {load():.1f})", flush=True)
        for line in PARTS[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
