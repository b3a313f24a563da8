"""The API: users, sessions, tokens, answers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint

from paddock.journal.migrations.steps import create
from paddock.journal.schema import Count

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create(
        "backtests",
        Column("backtest_id", Text, primary_key=True),
        Column("user_id", Text, nullable=False),
        Column("result_id", Text, nullable=False),
        Column("job_id", Text, nullable=False),
        Column("request", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        Index("ix_backtests_user_id_created_ts", "user_id", "created_ts"),
    )
    create(
        "idempotency",
        Column("user_id", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("digest", Text, nullable=False),
        Column("status", Count, nullable=False),
        Column("body", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Index("ix_idempotency_expires_ts", "expires_ts"),
        clustered=True,
    )
    create(
        "nonces",
        Column("nonce", Text, primary_key=True),
        Column("spent", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Index("ix_nonces_expires_ts", "expires_ts"),
    )
    create(
        "results",
        Column("result_id", Text, primary_key=True),
        Column("body", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
    )
    create(
        "sessions",
        Column("session_id", Text, primary_key=True),
        Column("user_id", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Index("ix_sessions_expires_ts", "expires_ts"),
    )
    create(
        "tokens",
        Column("token_id", Text, primary_key=True),
        Column("user_id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("scopes", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Index("ix_tokens_user_id_created_ts", "user_id", "created_ts"),
    )
    create(
        "users",
        Column("user_id", Text, primary_key=True),
        Column("method", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        CheckConstraint("method IN ('ethereum', 'solana', 'privy')", name="method_known"),
        UniqueConstraint("method", "subject"),
    )
