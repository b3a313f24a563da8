"""How do the runs of an account end when its key is gone, and what do they leave at the venue?"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, func, select, update

from paddock.core.orders import TERMINAL, OrderKind
from paddock.journal.tables import orders
from paddock.runtime.lifecycle import StopMode, Wanted
from paddock.runtime.tables import runs

_LEVELS = (OrderKind.STOP, OrderKind.TAKE)


def hand_over(conn: Connection, account_id: str, why: str) -> None:
    """Stop them; what is at the venue stays there, and is the owner's from now on.

    A level that was being moved may rest there twice then, since nobody can cancel the older one: the run says so.
    """
    living = update(runs).where(runs.c.account_id == account_id, runs.c.settled == 0)
    conn.execute(living.values(wanted=Wanted.STOPPED, stop_mode=StopMode.HANDOVER, asked=1, reason=why))
    for run_id, symbols in _doubled(conn, account_id).items():
        told = f"{why}; {', '.join(symbols)} may have an older stop or target at the venue beside the newer: cancel it"
        conn.execute(living.where(runs.c.run_id == run_id).values(reason=told))


def _doubled(conn: Connection, account_id: str) -> dict[str, list[str]]:
    """By run the symbols with several stops, or targets, of which nobody knows that they ended."""
    c = orders.c
    levels = (c.account_id == account_id, c.kind.in_(_LEVELS), c.state.not_in(sorted(TERMINAL)))
    several = select(c.run_id, c.symbol).where(*levels).group_by(c.run_id, c.symbol, c.kind).having(func.count() > 1)
    found: dict[str, list[str]] = defaultdict(list)
    for run_id, symbol in conn.execute(several.distinct().order_by(c.run_id, c.symbol)):
        found[run_id].append(symbol)
    return found
