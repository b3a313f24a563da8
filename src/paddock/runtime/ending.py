"""How a run ends: its working orders are cancelled, its positions closed if it is to be flat, its money goes back.

One that is paused, or set aside, only loses what would add to its positions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, exists, select, update

from paddock.core.orders import TERMINAL, OrderKind, Reason, Side
from paddock.journal.facts import Released, draft
from paddock.journal.intents import Action, intents
from paddock.journal.ledger import balance
from paddock.journal.projections import record
from paddock.journal.schema import slices
from paddock.journal.tables import orders, positions
from paddock.runtime.lifecycle import StopMode
from paddock.runtime.runs import Run
from paddock.runtime.tables import runs
from paddock.runtime.wants import AnyWant, CancelWant, Want

_WORKING = (OrderKind.MARKET, OrderKind.LIMIT, OrderKind.TWAP)


def open_lots(conn: Connection, run_id: str) -> dict[str, int]:
    """Signed lots of a run's open positions, by symbol."""
    wanted = select(positions.c.symbol, positions.c.qty).where(positions.c.run_id == run_id, positions.c.qty != 0)
    return dict(conn.execute(wanted.order_by(positions.c.symbol)).all())


def is_idle(conn: Connection, run_id: str) -> bool:
    """Whether nothing of a run is open, working, or of unknown outcome."""
    living = select(exists().where(intents.c.run_id == run_id, intents.c.state.not_in(sorted(TERMINAL))))
    return not open_lots(conn, run_id) and not conn.execute(living).scalar_one()


def wind_up(conn: Connection, run: Run, decision: int) -> list[AnyWant]:
    """What is left to want of a run that is to stop: no working order but its own market exits, and these if flat.

    Protection stays until the position is gone; what was handed over goes with it, since nobody else tends it.
    """
    legs = iter(range(1, 1_000_000, 2))
    who = (run.run_id, run.account_id, decision)
    flatten = run.stop_mode is StopMode.FLATTEN
    kinds: Sequence[OrderKind] = _WORKING
    if run.stop_mode is StopMode.HANDOVER and not open_lots(conn, run.run_id):
        kinds = tuple(OrderKind)
    wants: list[AnyWant] = []
    leaving = set()
    for row in _working(conn, run.run_id, kinds):
        if flatten and row.reduce_only and row.kind == OrderKind.MARKET:
            leaving.add(row.symbol)
        elif not row.cancelling:
            wants.append(CancelWant(*who, next(legs), row.symbol, row.intent_id))
    if flatten:
        wants += [
            Want(
                *who,
                leg=next(legs),
                symbol=symbol,
                kind=OrderKind.MARKET,
                side=Side.SELL if lots > 0 else Side.BUY,
                lots=abs(lots),
                reason=Reason.CLOSE_POSITION,
                ref_px=0.0,
                reduce_only=True,
            )
            for symbol, lots in open_lots(conn, run.run_id).items()
            if symbol not in leaving
        ]
    return wants


def without_entries(conn: Connection, run: Run, decision: int) -> list[AnyWant]:
    """The ends of what works and would add to a run's positions; its books do not know of them yet."""
    entries = [row for row in _working(conn, run.run_id) if not (row.reduce_only or row.cancelling)]
    return [
        CancelWant(run.run_id, run.account_id, decision, 2 * n + 1, row.symbol, row.intent_id, known=False)
        for n, row in enumerate(entries)
    ]


def give_back(conn: Connection, run: Run, now: int) -> None:
    """Return what a run has to its account."""
    amount = balance(conn, run.account_id, run.run_id)
    if amount:
        record(conn, [draft(Released(run.account_id, run.run_id, amount), now)])


def reopen(conn: Connection, run_ids: Collection[str]) -> None:
    """A fill that came after a run was settled is wound up like any other."""
    for part in slices(sorted(run_ids)):
        late = update(runs).where(runs.c.run_id.in_(part), runs.c.settled == 1)
        conn.execute(late.values(settled=0, asked=1))


def _working(conn: Connection, run_id: str, kinds: Sequence[OrderKind] = _WORKING) -> Sequence[Any]:
    asked = exists().where(
        intents.c.account_id == orders.c.account_id,
        intents.c.client_id == orders.c.intent_id,
        intents.c.action == Action.CANCEL,
        intents.c.state.not_in(sorted(TERMINAL)),
    )
    c = orders.c
    mine = (c.run_id == run_id, c.kind.in_([int(kind) for kind in kinds]), c.state.not_in(sorted(TERMINAL)))
    wanted = select(c.intent_id, c.symbol, c.kind, c.reduce_only, asked.label("cancelling")).where(*mine)
    return conn.execute(wanted.order_by(c.intended_ts, c.intent_id)).all()
