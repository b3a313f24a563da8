"""Trading live: connections of accounts to venues, and what their owners signed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Text

from paddock.journal.migrations.steps import create
from paddock.journal.schema import Count

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create(
        "connections",
        Column("connection_id", Text, primary_key=True),
        Column("account_id", Text, ForeignKey("accounts.account_id"), nullable=False),
        Column("owner", Text, nullable=False),
        Column("venue", Text, nullable=False),
        Column("network", Text, nullable=False),
        Column("url", Text, nullable=False),
        Column("main", Text, nullable=False),
        Column("agent", Text, nullable=False),
        Column("agent_name", Text, nullable=False),
        Column("chain_id", Text, nullable=False),
        Column("policy", Text, nullable=False),
        Column("builder", Text, nullable=False),
        Column("builder_fee", Count, nullable=False),
        Column("blob", LargeBinary, nullable=True),
        Column("status", Text, nullable=False),
        Column("live", Count, nullable=False),
        Column("reason", Text, nullable=False),
        Column("expires_ts", Count, nullable=True),
        Column("created_ts", Count, nullable=False),
        Column("changed_ts", Count, nullable=False),
        CheckConstraint("network IN ('mainnet', 'testnet', 'simulator')", name="network"),
        CheckConstraint("status IN ('draft', 'active', 'revoked', 'expired')", name="status"),
        CheckConstraint("live IN (0, 1) AND (live = 0 OR status = 'active')", name="live"),
        CheckConstraint("(blob IS NULL) = (status IN ('revoked', 'expired'))", name="blob"),
        Index("ix_connections_account_id_status", "account_id", "status"),
        Index("ix_connections_owner", "owner"),
    )
    create(
        "connection_approvals",
        Column("connection_id", Text, ForeignKey("connections.connection_id"), primary_key=True),
        Column("number", Count, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("scheme", Text, nullable=False),
        Column("message", Text, nullable=False),
        Column("exact", Text, nullable=False),
        Column("signature", Text, nullable=False),
        Column("made_ts", Count, nullable=False),
        Column("until_ts", Count, nullable=False),
        Column("signed_ts", Count, nullable=True),
        Column("sent_ts", Count, nullable=True),
        CheckConstraint("kind IN ('agent', 'builder')", name="kind"),
        CheckConstraint("scheme IN ('eip712', 'ed25519')", name="scheme"),
        CheckConstraint("number > 0", name="counted"),
        clustered=True,
    )
