"""Trading at venues: where feeds are heard, money that came and went there, and notes of orders."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Text

from paddock.journal.migrations.steps import create
from paddock.journal.schema import Count

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create(
        "venue_feeds",
        Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
        Column("network", Text, nullable=False),
        Column("url", Text, nullable=False),
        Column("instruments", Text, nullable=False),
    )
    create(
        "transfers",
        Column("account_id", Text, ForeignKey("accounts.account_id"), primary_key=True),
        Column("transfer_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("amount", Count, nullable=False),
        Column("venue_ts", Count, nullable=False),
        clustered=True,
    )
    create(
        "venue_notes",
        Column("account_id", Text, ForeignKey("accounts.account_id"), primary_key=True),
        Column("notes", Text, nullable=False),
    )
