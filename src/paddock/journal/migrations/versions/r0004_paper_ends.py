"""The paper venue knows when an order ended, so that it can forget it."""

from __future__ import annotations

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Text

from paddock.journal.migrations.steps import create
from paddock.journal.schema import Count

revision = "0004"
down_revision = "0003"

_ORDER_STATE = (
    "state IN ('pending', 'sent', 'unknown', 'open', 'partial', 'filled', "
    "'canceled', 'expired', 'refused', 'never_landed')"
)
_KNOWN = "account_id, client_id, feed, request, state, filled, live"
# Orders that are over ended at the last bar at the latest.
_ENDED = """
CASE WHEN live = 1 THEN NULL
ELSE (SELECT last_ts FROM paper_feeds WHERE paper_feeds.feed = paper_orders_before.feed) END
"""


def upgrade() -> None:
    op.execute("CREATE TABLE paper_orders_before AS SELECT * FROM paper_orders")
    op.drop_table("paper_orders")  # SQLite adds a column, but not where a new table has it
    create(
        "paper_orders",
        Column("account_id", Text, primary_key=True),
        Column("client_id", Text, primary_key=True),
        Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
        Column("request", Text, nullable=False),
        Column("state", Text, CheckConstraint(_ORDER_STATE, name="state"), nullable=False),
        Column("filled", Count, CheckConstraint("filled >= 0", name="filled"), nullable=False),
        Column("live", Count, CheckConstraint("live IN (0, 1)", name="live"), nullable=False),
        Column("ended_ts", Count, nullable=True),
        Index("ix_paper_orders_account_id_ended_ts", "account_id", "ended_ts"),
        Index("ix_paper_orders_account_id_live", "account_id", "live"),
        Index("ix_paper_orders_feed_live", "feed", "live"),
        clustered=True,
    )
    op.execute(f"INSERT INTO paper_orders ({_KNOWN}, ended_ts) SELECT {_KNOWN}, {_ENDED} FROM paper_orders_before")
    op.drop_table("paper_orders_before")
