"""`python -m bench [W1 W2 W3 W4 W5 agreement startup memory] [--quick] [--no-cold]`: everything by default."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bench import ROOT, agreement, child, documents
from bench.fleet import measure_fleet
from bench.market import Arrays, real, synthetic
from bench.report import Row, Section, lines, ms, section_lines, write
from bench.stages import stages
from bench.startup import HELP_LIMIT_S, startup
from bench.timing import load, take_turns
from bench.workloads import PADDOCK, WORKLOADS, Workload

ORDER = (*WORKLOADS, "W5", "agreement", "startup", "memory")
FLEET_TARGET_MS = 2.0
MEMORY_TARGET = 2.0
ROUNDS = {"W1": 15, "W2": 15, "W3": 2, "W4": 7}
SLOW_S = 20.0  # a contender that has taken this long in a workload sits out its further rounds
COLD_RUNS = 3
AGREEMENT_BARS = 40_000


def measure_workload(workload: Workload, *, quick: bool, cold: bool) -> Section:
    arrays = workload.arrays(0.1 if quick else 1.0)
    contenders = workload.make(arrays)
    results = {name: contender.trades(contender.work()) for name, contender in contenders.items()}
    works = {name: contender.work for name, contender in contenders.items()}
    times = take_turns(works, 3 if quick else ROUNDS[workload.name], budget_s=SLOW_S)
    colds = cold_times(workload, arrays, list(contenders)) if cold and workload.name != "W3" else {}
    rows = tuple(
        Row(
            name,
            times[name].median * contender.scale,
            times[name].best * contender.scale,
            float(np.median(times[name].cpu)) * contender.scale,
            round(results[name] * contender.scale),
            contender.scale,
            contender.bare,
            colds.get(name),
        )
        for name, contender in contenders.items()
    )
    parts = {} if workload.name == "W3" else stages(documents.OF[workload.name], arrays, 3 if quick else 15)
    return Section(workload.name, workload.title, workload.target, rows, parts)


def cold_times(workload: Workload, arrays: Arrays, names: list[str]) -> dict[str, float]:
    """Best seconds of some cold starts, the contenders taking turns after one start that fills the caches."""
    with tempfile.TemporaryDirectory() as folder:
        child.save(arrays, Path(folder))
        runs = [
            {name: child.cold_seconds(workload.name, name, Path(folder)) for name in names}
            for _ in range(COLD_RUNS + 1)
        ]
    return {name: min(run[name] for run in runs[1:]) for name in names}


def show_workload(name: str, *, quick: bool, cold: bool) -> dict[str, Any]:
    section = measure_workload(WORKLOADS[name], quick=quick, cold=cold)
    print("\n".join(section_lines(section)), flush=True)
    return asdict(section)


def show_fleet(*, quick: bool) -> dict[str, Any]:
    times = measure_fleet(1_000 if quick else 10_000)
    print(f"### W5: one new bar for {times.bots:,} bots of mixed rules on 50 symbols\n")
    rows = [("", "ms a bar", "best")]
    rows.append((PADDOCK, ms(times.step.median), ms(times.step.best)))
    rows.append(("a data frame a bot (scaled)", ms(times.loop_ms), ""))
    print("\n".join(lines(rows)))
    print(
        f"\n{times.features:,} distinct features; {times.orders:,} orders in {len(times.step.wall)} bars; set up in "
        f"{times.setup_s:.1f} s. To reach: {FLEET_TARGET_MS:g} ms.\n",
        flush=True,
    )
    return {"bots": times.bots, "median": times.step.median, "best": times.step.best, "loop": times.loop_ms}


def show_agreement() -> dict[str, Any]:
    print("### Agreement: the same signals, filled at the next open\n")
    rows = [("", "trades", "theirs", "alike", "entry bar", "worst px", "end USD", "")]
    markets = {"made": synthetic(AGREEMENT_BARS), "bitfinex 2019": real()}
    for market, arrays in markets.items():
        if arrays is None:
            print(f"({market}: the data folder is not there)")
            continue
        part = arrays.head(AGREEMENT_BARS)
        for case in agreement.cases(part):
            ours = agreement.by_paddock(case, part)
            for peer, run in agreement.PEERS.items():
                c = agreement.compare(ours, run(case, part))
                cells = (c.ours, c.theirs, c.alike, c.entry_bar_exits)
                differences = (f"{c.worst_px:.1e}", f"{c.end_usd:.1e}")
                rows.append((f"{case.name}; {market}; {peer}", *map(str, cells), *differences, c.unexplained))
    print("\n".join(lines(rows)), "\n", flush=True)
    return {"rows": rows}


def show_startup() -> dict[str, Any]:
    times = startup()
    print("### Start\n")
    print("\n".join(lines([("", "best s"), *((name, f"{taken:.2f}") for name, taken in times.items())])))
    print(f"\nTo reach: `paddock --help` in {HELP_LIMIT_S:g} s.\n", flush=True)
    return times


def show_memory() -> dict[str, Any]:
    found = child.memory()
    print("### Memory of a sweep over a year of minutes, two threads\n")
    print(
        f"The tape is {found['tape_mb']:.1f} MB; the process grew by {found['grown_mb']:.1f} MB, "
        f"{found['ratio']:.2f} times the tape. To reach: {MEMORY_TARGET:g}.\n",
        flush=True,
    )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(ORDER)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the bars and few rounds: to see that it works")
    parser.add_argument("--no-cold", action="store_true", help="leave out the starts of cold processes")
    options = parser.parse_args()
    unknown = set(options.parts) - set(ORDER)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(ORDER)}")
    figures: dict[str, Any] = {"quick": options.quick, "load_before": load()}
    for part in options.parts or ORDER:
        if part in WORKLOADS:
            figures[part] = show_workload(part, quick=options.quick, cold=not options.no_cold)
        elif part == "W5":
            figures[part] = show_fleet(quick=options.quick)
        else:
            shown = {"agreement": show_agreement, "startup": show_startup, "memory": show_memory}[part]
            figures[part] = shown()
    figures["load_after"] = load()
    print(f"Load {figures['load_before']:.1f} before, {figures['load_after']:.1f} after.")
    print(f"Written to {write(ROOT / 'bench' / 'results', figures).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
