"""Fences: the number that says which worker may write under a name, checked by the database in each transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Column, Connection, Text, select

from paddock.core.errors import Code, Refused
from paddock.journal.schema import Count, Ms, table

leases = table(
    "leases",
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),  # empty when it was given back
    Column("epoch", Count, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    CheckConstraint("epoch > 0", name="epoch"),
    clustered=True,
)


@dataclass(frozen=True, slots=True)
class Fence:
    """One holding of a lease; `epoch` grows by one each time that the lease changes hands."""

    name: str
    holder: str
    epoch: int


def check(conn: Connection, fence: Fence) -> None:
    """Raises Refused (database.fenced) when the lease has passed on since this fence was given."""
    row = conn.execute(select(leases.c.holder, leases.c.epoch).where(leases.c.name == fence.name)).first()
    if row is None or (row.holder, row.epoch) != (fence.holder, fence.epoch):
        seen = f"{row.holder or 'nobody'}, epoch {row.epoch}" if row else "no lease"
        raise Refused(
            Code.FENCED,
            f"{fence.holder} no longer holds {fence.name}",
            where=fence.name,
            seen=seen,
            rule=f"only the holder of epoch {fence.epoch} writes with it",
            suggestion="take the lease again before you write",
        )
