"""Is trading live switched on for an account? The one question that whatever starts a run asks."""

from __future__ import annotations

from sqlalchemy import Connection, select

from paddock.core.errors import Code, Refused
from paddock.runtime.live.tables import connections


def is_live(conn: Connection, account_id: str) -> bool:
    on = select(connections.c.live).where(connections.c.account_id == account_id, connections.c.live == 1)
    return conn.execute(on.limit(1)).first() is not None


def require_live(conn: Connection, account_id: str) -> None:
    """Raises Refused (live.off)."""
    if not is_live(conn, account_id):
        raise Refused(
            Code.LIVE_OFF,
            "trading live is off for this account",
            where="account_id",
            seen=account_id,
            rule="an account of a venue takes runs, and resumes them, while it is switched on",
            suggestion=f"paddock live enable {account_id}",
        )
