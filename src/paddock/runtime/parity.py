"""The parity meter: beside a run stands the backtest of the same version over the bars that the run really saw.

What the two differ by is split. Of orders that both decided: the price that the same lots got, as *fill* where both
filled in the same bar and as *timing* where not; *fee* and *funding* are what was paid; *signal* is the rest: orders
that only one of the two decided, lots that only one of them filled, and what follows. The parts add up exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from paddock.core.orders import OrderKind
from paddock.core.time import DAY_MS, interval_ms
from paddock.engine.log import Run as Record
from paddock.journal.events import Draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.journal.schema import upsert
from paddock.runtime.runs import Run
from paddock.runtime.tables import parities
from paddock.runtime.tell import Tell

Key = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Parity:
    """Live less shadow, in micro-dollars; a part is above 0 where the living run did better.

    `only_live` and `only_shadow` count orders that one of the two decided alone, `differing` those whose fills differ;
    `days` is the time both were compared over. `bps_a_day` is `total` in basis points of the capital.
    """

    bars: int
    days: float
    orders: int
    only_live: int
    only_shadow: int
    differing: int
    signal: int
    timing: int
    fill: int
    fee: int
    funding: int
    total: int
    bps_a_day: dict[str, float]

    @property
    def exact(self) -> bool:
        """Whether the two did the same, order for order, fill for fill and to the last micro-dollar."""
        odd = (self.only_live, self.only_shadow, self.differing)
        parts = (self.signal, self.timing, self.fill, self.fee, self.funding, self.total)
        return not any(odd) and not any(parts)


@dataclass(slots=True)
class Filled:
    """An order's fills together: lots, their value, and the bar and price of each."""

    side: int
    lots: int
    value: int
    fills: list[tuple[int, int, float]]


PARTS = ("signal", "timing", "fill", "fee", "funding", "total")


def measure(conn: Connection, run: Run, tell: Tell) -> Parity:
    """Compare a run with its shadow. Raises as `Tell.told` and `Told.again`."""
    with tell.told(conn, run) as told:
        return compared(told.lived, told.again())


def compared(live: Record, shadow: Record) -> Parity:
    """What the first made of the same bars, less what the second did."""
    ours, theirs = _orders(live), _orders(shadow)
    both = ours.keys() & theirs.keys()
    timing = fill = differing = 0
    for key in both:
        one, other = ours[key], theirs[key]
        differing += one.fills != other.fills
        lots = min(one.lots, other.lots)
        if lots:
            better = -one.side * (round(one.value * lots / one.lots) - round(other.value * lots / other.lots))
            same_time = [bar for bar, _, _ in one.fills] == [bar for bar, _, _ in other.fills]
            timing, fill = (timing, fill + better) if same_time else (timing + better, fill)
    fee, funding = shadow.fees - live.fees, live.funding - shadow.funding
    total = _end(live) - _end(shadow)
    bars = live.end - live.start
    days = bars * interval_ms(live.tape.interval) / DAY_MS
    parts = {
        "signal": total - timing - fill - fee - funding,
        "timing": timing,
        "fill": fill,
        "fee": fee,
        "funding": funding,
        "total": total,
    }
    return Parity(
        bars=bars,
        days=days,
        orders=len(both),
        only_live=len(ours.keys() - both),
        only_shadow=len(theirs.keys() - both),
        differing=differing,
        **parts,
        bps_a_day={name: parts[name] / live.start_equity * 10_000 / days for name in PARTS},
    )


def store(conn: Connection, run: Run, parity: Parity, now: int) -> None:
    """Keep the newest comparison of a run, and tell it."""
    report = asdict(parity)
    upsert(conn, parities, [{"run_id": run.run_id, "ts": now, "report": report}])
    record(conn, [Draft(f"run:{run.run_id}", EventKind.PARITY_MEASURED, now, report)])


def latest(conn: Connection, run_id: str) -> dict[str, Any] | None:
    """The newest comparison that was kept, with its `ts`; None before the first."""
    row = conn.execute(select(parities.c.ts, parities.c.report).where(parities.c.run_id == run_id)).one_or_none()
    return None if row is None else {"ts": row.ts, **row.report}


def _end(run: Record) -> int:
    return int(run.equity[-1]) if len(run.equity) else run.start_equity


def _orders(run: Record) -> dict[Key, Filled]:
    """Orders by what names them on both sides: symbol, side, kind, when they were decided, and which of those it is.

    Protection is named by the decision before it on its symbol, so that it is the same whenever it is touched.
    """
    fills: defaultdict[int, list[tuple[int, int, float]]] = defaultdict(list)
    values: defaultdict[int, int] = defaultdict(int)
    for fill in _tuples(run.fills, "order", "bar", "lots", "px", "value"):
        order, bar, lots, px, value = fill
        fills[order].append((bar, lots, px))
        values[order] += value
    found: dict[Key, Filled] = {}
    decided: dict[int, int] = {}
    for n, (ts, symbol, kind, side) in enumerate(_tuples(run.orders, "ts", "symbol", "kind", "side")):
        if kind < OrderKind.STOP:
            decided[symbol] = ts
        key = (symbol, side, kind, decided.get(symbol, 0), 0)
        while key in found:
            key = (*key[:4], key[4] + 1)
        mine = fills[n]
        found[key] = Filled(side, sum(lots for _, lots, _ in mine), values[n], mine)
    return found


def _tuples(rows: np.ndarray[Any, Any], *columns: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(rows[column].tolist() for column in columns), strict=True)
