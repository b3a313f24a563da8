"""Leases: who does what among any number of workers, in the database's time and with a number that only grows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from paddock.journal.database import Database
from paddock.journal.fences import Fence, leases


def acquire(database: Database, name: str, holder: str, ttl_ms: int) -> Fence | None:
    """Take a lease that nobody holds, or that ran out, for `ttl_ms`; None while another holds it.

    Who holds it already gets it anew, with a higher epoch: what an earlier process of that name still does is refused.
    """
    with database.write() as conn:
        now = database.now_ts(conn)
        row = conn.execute(select(leases).where(leases.c.name == name)).first()
        if row is None:
            conn.execute(insert(leases).values(name=name, holder=holder, epoch=1, expires_ts=now + ttl_ms))
            return Fence(name, holder, 1)
        if row.holder not in ("", holder) and row.expires_ts > now:
            return None
        taken = Fence(name, holder, row.epoch + 1)
        conn.execute(
            update(leases)
            .where(leases.c.name == name)
            .values(holder=holder, epoch=taken.epoch, expires_ts=now + ttl_ms)
        )
        return taken


def renew(database: Database, held: Sequence[Fence], ttl_ms: int) -> list[Fence]:
    """Hold leases for `ttl_ms` from now; gives those that are still held: the rest has passed to others."""
    with database.write() as conn:
        until = database.now_ts(conn) + ttl_ms
        return [
            fence for fence in held if conn.execute(update(leases).where(_is(fence)).values(expires_ts=until)).rowcount
        ]


def release(database: Database, held: Sequence[Fence]) -> None:
    """Give leases back, so that others need not wait; those that have passed on are left alone."""
    if held:
        with database.write() as conn:
            conn.execute(update(leases).where(or_(*(_is(fence) for fence in held))).values(holder="", expires_ts=0))


def _is(fence: Fence) -> ColumnElement[bool]:
    return and_(leases.c.name == fence.name, leases.c.holder == fence.holder, leases.c.epoch == fence.epoch)
