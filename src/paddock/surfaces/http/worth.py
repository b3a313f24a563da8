"""What is a run worth now, and how far is that below its highest? Of many runs with as few questions as of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Connection, case, func, literal, select

from paddock.journal.ledger import Book, balances
from paddock.journal.schema import slices
from paddock.journal.tables import equity_points
from paddock.runtime.runs import Run
from paddock.runtime.tables import runs
from paddock.surfaces.http.held import Held

_BOOKED: Final = (Book.REALISED, Book.FEES, Book.FUNDING)  # what was earned stands below 0 there
_Known = tuple[int, int]  # the newest point that was read, and the highest until then


@dataclass(frozen=True, slots=True)
class Worth:
    """Micro-dollars. `unrealised` is None where a position has no price; `peak` is the highest equity of its decisions,
    0 before the first."""

    capital: int
    booked: int
    unrealised: int | None
    peak: int

    @property
    def equity(self) -> int | None:
        """None where a position has no price."""
        return None if self.unrealised is None else self.capital + self.booked + self.unrealised

    @property
    def drawdown_pct(self) -> float | None:
        """How far it is below its highest worth that is known, 0 or less."""
        if self.equity is None:
            return None
        peak = max(self.capital, self.equity, self.peak)
        return round(100 * (self.equity - peak) / peak, 6)


class Peaks:
    """The highest equity of runs when they decided. A long life is read once, then only what came since."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def of(self, conn: Connection, run_ids: Sequence[str]) -> dict[str, int]:
        """By run, micro-dollars; without those that decided nothing yet."""
        for part in slices(run_ids, 3):
            self._known |= self._read(conn, part)
        return {run_id: self._known[run_id][1] for run_id in run_ids if run_id in self._known}

    def _read(self, conn: Connection, run_ids: Sequence[str]) -> dict[str, _Known]:
        known = {run_id: self._known[run_id] for run_id in run_ids if run_id in self._known}
        seen = {run_id: literal(ts, BigInteger) for run_id, (ts, _) in known.items()}
        p = equity_points.c
        mine = p.run_id == runs.c.run_id
        newer = mine & (p.ts >= (case(seen, value=runs.c.run_id, else_=0) if seen else literal(0)))
        highest = select(func.max(p.equity)).where(newer).scalar_subquery()
        last = select(func.max(p.ts)).where(mine).scalar_subquery()
        rows = conn.execute(select(runs.c.run_id, last, highest).where(runs.c.run_id.in_(run_ids)))
        return {
            run_id: (int(ts), max(int(high), known.get(run_id, (0, 0))[1]))
            for run_id, ts, high in rows
            if high is not None
        }


def worths(
    conn: Connection, wanted: Sequence[Run], held: Mapping[str, Sequence[Held]], peaks: Peaks
) -> dict[str, Worth]:
    """Of each of these runs, which hold so much."""
    booked, highest = _booked(conn, wanted), peaks.of(conn, sorted(run.run_id for run in wanted))
    return {
        run.run_id: Worth(
            run.capital,
            booked.get(run.run_id, 0),
            _unrealised(held.get(run.run_id, ())),
            highest.get(run.run_id, 0),
        )
        for run in wanted
    }


def _unrealised(held: Sequence[Held]) -> int | None:
    made = [one.unrealised for one in held]
    return None if None in made else sum(one for one in made if one is not None)


def _booked(conn: Connection, wanted: Sequence[Run]) -> dict[str, int]:
    """Realised, less fees, and funding."""
    c, found = balances.c, dict[str, int]()
    account_ids = sorted({run.account_id for run in wanted})
    for part in slices(sorted(run.run_id for run in wanted)):
        mine = (c.account_id.in_(account_ids), c.run_id.in_(part), c.book.in_(_BOOKED))
        rows = conn.execute(select(c.run_id, func.sum(c.amount)).where(*mine).group_by(c.run_id))
        found |= {run_id: -int(amount) for run_id, amount in rows}
    return found
