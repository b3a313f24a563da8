"""Money that comes to an account of a venue, and goes from it, in its ledger: each transfer once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import Connection, func, select

from paddock.journal.facts import Deposited, draft
from paddock.journal.projections import record
from paddock.journal.schema import insert_new
from paddock.runtime.live.gateway import Transfer
from paddock.runtime.live.tables import transfers


def counted_ts(conn: Connection, account_id: str) -> int:
    """When the newest transfer of an account was that is booked; 0 for one whose money was never counted."""
    newest = select(func.max(transfers.c.venue_ts)).where(transfers.c.account_id == account_id)
    return conn.execute(newest).scalar_one() or 0


def book_transfers(conn: Connection, account_id: str, found: Iterable[Transfer], now_ts: int) -> None:
    """Those that were not booked before; what was there when it was first counted holds all from before that."""
    start = select(func.min(transfers.c.venue_ts)).where(transfers.c.account_id == account_id)
    start_ts: int = conn.execute(start).scalar_one() or 0
    for one in found:
        if one.venue_ts > start_ts and insert_new(conn, transfers, [{"account_id": account_id} | asdict(one)]):
            record(conn, [draft(Deposited(account_id, one.amount), now_ts)])
