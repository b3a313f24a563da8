"""What the API keeps: who may ask, what was answered, and what was computed once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint

from paddock.journal.schema import Count, Flag, Ms, table

users = table(
    "users",
    Column("user_id", Text, primary_key=True),
    Column("method", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    UniqueConstraint("method", "subject"),
    CheckConstraint("method IN ('ethereum', 'solana', 'privy')", name="method_known"),
)

# Of a secret only the SHA-256 is kept: who reads the database can sign in as nobody.
sessions = table(
    "sessions",
    Column("session_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Index(None, "expires_ts"),
)

tokens = table(
    "tokens",
    Column("token_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Index(None, "user_id", "created_ts"),
)

# A nonce that was issued, or a proof that was shown: `spent` turns 1 once, and the row stays until it cannot matter.
nonces = table(
    "nonces",
    Column("nonce", Text, primary_key=True),
    Column("spent", Flag, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Index(None, "expires_ts"),
)

# `status` 0 while the request is being answered.
idempotency = table(
    "idempotency",
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("status", Count, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Index(None, "expires_ts"),
    clustered=True,
)

# What a user asked for. The result belongs to the request's content, and is computed once for all who ask the same.
backtests = table(
    "backtests",
    Column("backtest_id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("result_id", Text, nullable=False),
    Column("job_id", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    Index(None, "user_id", "created_ts"),
)

results = table(
    "results",
    Column("result_id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
)
