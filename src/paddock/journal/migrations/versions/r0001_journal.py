"""The journal: the log, intents, the ledger, the books, leases, jobs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint

from paddock.journal.migrations.steps import create, keep
from paddock.journal.schema import Count, Real

revision = "0001"
down_revision = None

_ORDER_STATE = (
    "state IN ('pending', 'sent', 'unknown', 'open', 'partial', 'filled', "
    "'canceled', 'expired', 'refused', 'never_landed')"
)


def upgrade() -> None:
    create(
        "balances",
        Column("account_id", Text, primary_key=True),
        Column("run_id", Text, primary_key=True),
        Column("book", Text, primary_key=True),
        Column("amount", Count, nullable=False),
        CheckConstraint("book IN ('cash', 'external', 'fees', 'funding', 'realised')", name="book"),
        clustered=True,
    )
    create(
        "closures",
        Column("account_id", Text, primary_key=True),
        Column("fill_id", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("side", Count, nullable=False),
        Column("lots", Count, nullable=False),
        Column("entry_ts", Count, nullable=False),
        Column("exit_ts", Count, nullable=False),
        Column("cost", Count, nullable=False),
        Column("exit_value", Count, nullable=False),
        Column("realised", Count, nullable=False),
        Column("fees", Count, nullable=False),
        Column("funding", Count, nullable=False),
        Column("matches", Text, nullable=False),
        CheckConstraint("side IN (-1, 1) AND lots > 0", name="closure"),
        Index("ix_closures_account_id_run_id_symbol", "account_id", "run_id", "symbol"),
        Index("ix_closures_run_id_exit_ts", "run_id", "exit_ts"),
    )
    create(
        "decisions",
        Column("run_id", Text, primary_key=True),
        Column("decision", Count, primary_key=True, autoincrement=False),
        Column("ts", Count, nullable=False),
        Column("bar_ts", Count, nullable=False),
        Column("detail", Text, nullable=False),
        Index("ix_decisions_run_id_ts", "run_id", "ts"),
    )
    create(
        "entries",
        Column("txn_key", Text, primary_key=True),
        Column("line", Count, primary_key=True, autoincrement=False),
        Column("ts", Count, nullable=False),
        Column("account_id", Text, nullable=False),
        Column("run_id", Text, nullable=False),
        Column("book", Text, nullable=False),
        Column("amount", Count, nullable=False),
        CheckConstraint("book IN ('cash', 'external', 'fees', 'funding', 'realised')", name="book"),
        Index("ix_entries_account_id_run_id_book", "account_id", "run_id", "book"),
        clustered=True,
    )
    keep("entries")
    create(
        "equity_points",
        Column("run_id", Text, primary_key=True),
        Column("ts", Count, primary_key=True, autoincrement=False),
        Column("equity", Count, nullable=False),
        Column("cash", Count, nullable=False),
        clustered=True,
    )
    create(
        "events",
        Column("position", Count, primary_key=True, autoincrement=False),
        Column("stream", Text, nullable=False),
        Column("seq", Count, nullable=False),
        Column("kind", Text, nullable=False),
        Column("ts", Count, nullable=False),
        Column("payload", Text, nullable=False),
        Column("digest", Text, nullable=False),
        CheckConstraint("position > 0 AND seq > 0", name="counted"),
        CheckConstraint("length(digest) = 64", name="digest"),
        UniqueConstraint("stream", "seq"),
        Index("ix_events_stream_position", "stream", "position"),
    )
    keep("events")
    create(
        "fills",
        Column("account_id", Text, primary_key=True),
        Column("fill_id", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("intent_id", Text, nullable=False),
        Column("venue", Text, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("px_decimals", Count, nullable=False),
        Column("qty_decimals", Count, nullable=False),
        Column("kind", Count, nullable=False),
        Column("side", Count, nullable=False),
        Column("lots", Count, nullable=False),
        Column("px", Real, nullable=False),
        Column("fee", Count, nullable=False),
        Column("maker", Count, nullable=False),
        Column("venue_ts", Count, nullable=False),
        CheckConstraint("side IN (-1, 1) AND lots > 0 AND px > 0", name="fill"),
        Index("ix_fills_account_id_run_id_symbol", "account_id", "run_id", "symbol"),
        Index("ix_fills_run_id_venue_ts", "run_id", "venue_ts"),
    )
    create(
        "fundings",
        Column("account_id", Text, primary_key=True),
        Column("payment_id", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("venue", Text, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("px_decimals", Count, nullable=False),
        Column("qty_decimals", Count, nullable=False),
        Column("amount", Count, nullable=False),
        Column("venue_ts", Count, nullable=False),
        Index("ix_fundings_account_id_run_id_symbol", "account_id", "run_id", "symbol"),
    )
    create(
        "intents",
        Column("intent_id", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("account_id", Text, nullable=False),
        Column("decision", Count, nullable=False),
        Column("leg", Count, nullable=False),
        Column("action", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("request", Text, nullable=False),
        Column("decided_ts", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Column("parent", Text, nullable=False),
        Column("after", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("venue_order_id", Text, nullable=False),
        Column("sent_ts", Count, nullable=False),
        Column("attempts", Count, nullable=False),
        Column("next_ts", Count, nullable=False),
        Column("not_found", Count, nullable=False),
        Column("error", Text, nullable=False),
        CheckConstraint("action IN ('place', 'cancel')", name="action"),
        CheckConstraint("attempts >= 0 AND not_found >= 0", name="counted"),
        CheckConstraint(_ORDER_STATE, name="state"),
        UniqueConstraint("run_id", "decision", "leg"),
        Index("ix_intents_account_id_client_id", "account_id", "client_id"),
        Index("ix_intents_account_id_state", "account_id", "state"),
    )
    create(
        "jobs",
        Column("job_id", Text, primary_key=True),
        Column("position", Count, nullable=False),
        Column("kind", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("owner", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("attempts", Count, nullable=False),
        Column("max_attempts", Count, nullable=False),
        Column("due_ts", Count, nullable=False),
        Column("holder", Text, nullable=False),
        Column("expires_ts", Count, nullable=False),
        Column("progress", Real, nullable=False),
        Column("cancel", Count, nullable=False),
        Column("result", Text, nullable=True),
        Column("error", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        Column("ended_ts", Count, nullable=False),
        CheckConstraint("attempts >= 0 AND max_attempts > 0", name="counted"),
        CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
        CheckConstraint("state IN ('queued', 'running', 'done', 'dead', 'canceled')", name="state"),
        UniqueConstraint("key"),
        UniqueConstraint("position"),
        Index("ix_jobs_owner_position", "owner", "position"),
        Index("ix_jobs_state_due_ts", "state", "due_ts"),
    )
    create(
        "leases",
        Column("name", Text, primary_key=True),
        Column("holder", Text, nullable=False),
        Column("epoch", Count, nullable=False),
        Column("expires_ts", Count, nullable=False),
        CheckConstraint("epoch > 0", name="epoch"),
        clustered=True,
    )
    create(
        "orders",
        Column("intent_id", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
        Column("account_id", Text, nullable=False),
        Column("decision", Count, nullable=False),
        Column("leg", Count, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("kind", Count, nullable=False),
        Column("side", Count, nullable=False),
        Column("lots", Count, nullable=False),
        Column("traded", Count, nullable=False),
        Column("px", Real, nullable=False),
        Column("reduce_only", Count, nullable=False),
        Column("reason", Count, nullable=False),
        Column("state", Text, nullable=False),
        Column("venue_order_id", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("intended_ts", Count, nullable=False),
        Column("changed_ts", Count, nullable=False),
        CheckConstraint("side IN (-1, 1) AND lots > 0 AND traded >= 0", name="order"),
        CheckConstraint(_ORDER_STATE, name="state"),
        Index("ix_orders_account_id_state", "account_id", "state"),
        Index("ix_orders_run_id_intended_ts", "run_id", "intended_ts"),
    )
    create(
        "outbox",
        Column("position", Count, primary_key=True, autoincrement=False),
        Column("intent_id", Text, nullable=False),
        Column("account_id", Text, nullable=False),
        UniqueConstraint("intent_id"),
    )
    create(
        "positions",
        Column("account_id", Text, primary_key=True),
        Column("run_id", Text, primary_key=True),
        Column("symbol", Text, primary_key=True),
        Column("venue", Text, nullable=False),
        Column("px_decimals", Count, nullable=False),
        Column("qty_decimals", Count, nullable=False),
        Column("qty", Count, nullable=False),
        Column("entry_ts", Count, nullable=False),
        Column("cost", Count, nullable=False),
        Column("fees", Count, nullable=False),
        Column("funding", Count, nullable=False),
        Column("lots", Text, nullable=False),
        Column("realised", Count, nullable=False),
        Column("unattributed", Count, nullable=False),
        Column("last_ts", Count, nullable=False),
        Column("last_fill", Count, nullable=False),
        Column("last_id", Text, nullable=False),
        Index("ix_positions_run_id", "run_id"),
        clustered=True,
    )
    create(
        "schedules",
        Column("name", Text, primary_key=True),
        Column("looked_ts", Count, nullable=False),
        clustered=True,
    )
    create(
        "stream_heads",
        Column("stream", Text, primary_key=True),
        Column("seq", Count, nullable=False),
        Column("digest", Text, nullable=False),
        CheckConstraint("seq > 0", name="counted"),
        clustered=True,
    )
