"""Money that comes to an account of a venue, and goes from it, in its ledger: each transfer once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, func, select

from paddock.journal.facts import Deposited, draft
from paddock.journal.projections import record
from paddock.journal.schema import insert_new, upsert
from paddock.runtime.live.gateway import COUNTED, Transfer
from paddock.runtime.live.tables import transfers


def counted_ts(conn: Connection, account_id: str) -> int:
    """Up to when the transfers of an account are booked; 0 for one whose money was never counted."""
    newest = select(func.max(transfers.c.venue_ts)).where(transfers.c.account_id == account_id)
    return conn.execute(newest).scalar_one() or 0


def book_transfers(conn: Connection, account_id: str, found: Iterable[Transfer], now_ts: int) -> None:
    """Those that were not booked before; what was there when it was first counted holds all from before that."""
    start = select(func.min(transfers.c.venue_ts)).where(transfers.c.account_id == account_id)
    start_ts: int = conn.execute(start).scalar_one() or 0
    for one in found:
        row = {"account_id": account_id} | asdict(one)
        if one.kind == COUNTED:
            upsert(conn, transfers, [row])
        elif one.venue_ts > start_ts and insert_new(conn, transfers, [row]):
            record(conn, [draft(Deposited(account_id, one.amount), now_ts)])
