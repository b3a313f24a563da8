"""The runtime: accounts, bots, feeds, runs, the paper venue, and what the order desk remembers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text

from paddock.journal.migrations.steps import create
from paddock.journal.schema import Count, Real

revision = "0002"
down_revision = "0001"

_ORDER_STATE = (
    "state IN ('pending', 'sent', 'unknown', 'open', 'partial', 'filled', "
    "'canceled', 'expired', 'refused', 'never_landed')"
)


def upgrade() -> None:
    create(
        "accounts",
        Column("account_id", Text, primary_key=True),
        Column("owner", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("venue", Text, nullable=False),
        Column("opened_ts", Count, nullable=False),
        Index("ix_accounts_owner", "owner"),
    )
    create(
        "bots",
        Column("bot_id", Text, primary_key=True),
        Column("owner", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("version", Count, nullable=False),
        Column("created_ts", Count, nullable=False),
        Column("changed_ts", Count, nullable=False),
        Column("deleted_ts", Count, nullable=True),
        Index("ix_bots_owner", "owner"),
    )
    create(
        "desk_blocks",
        Column("account_id", Text, primary_key=True),
        Column("book", Text, primary_key=True),
        Column("symbol", Text, primary_key=True),
        Column("reason", Text, primary_key=True),
        Column("detail", Text, nullable=False),
        Column("since_ts", Count, nullable=False),
        clustered=True,
    )
    create(
        "desk_cursors",
        Column("account_id", Text, primary_key=True),
        Column("cursor", Text, nullable=False),
        Column("checkpoint", Text, nullable=False),
        Column("reconciled_ts", Count, nullable=False),
        clustered=True,
    )
    create(
        "desk_foreign",
        Column("account_id", Text, primary_key=True),
        Column("symbol", Text, primary_key=True),
        Column("lots", Count, nullable=False),
        Column("orders", Count, nullable=False),
        clustered=True,
    )
    create(
        "desk_levels",
        Column("account_id", Text, primary_key=True),
        Column("run_id", Text, primary_key=True),
        Column("symbol", Text, primary_key=True),
        Column("decision", Count, nullable=False),
        Column("leg", Count, nullable=False),
        Column("number", Count, nullable=False),
        Column("bracket", Text, nullable=False),
        Column("bare_ts", Count, nullable=False),
        CheckConstraint("number >= 0", name="counted"),
        Index("ix_desk_levels_account_id_bare_ts", "account_id", "bare_ts"),
        clustered=True,
    )
    create(
        "feeds",
        Column("feed", Text, primary_key=True),
        Column("venue", Text, nullable=False),
        Column("interval", Text, nullable=False),
        Column("symbols", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("anchor_ts", Count, nullable=False),
        Column("begin_ts", Count, nullable=False),
        Column("last_ts", Count, nullable=False),
        Column("stale_ts", Count, nullable=True),
    )
    create(
        "kills",
        Column("scope", Text, primary_key=True),
        Column("action", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("foreign", Count, nullable=False),
        Column("by", Text, nullable=False),
        Column("engaged_ts", Count, nullable=False),
        CheckConstraint("action IN ('stop', 'pause')", name="action"),
        CheckConstraint('"foreign" IN (0, 1)', name="foreign"),
    )
    create(
        "layouts",
        Column("layout_id", Text, primary_key=True),
        Column("layout", Text, nullable=False),
    )
    create(
        "paper_events",
        Column("position", Count, primary_key=True, autoincrement=False),
        Column("account_id", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("body", Text, nullable=False),
        Index("ix_paper_events_account_id_position", "account_id", "position"),
    )
    create(
        "paper_feeds",
        Column("feed", Text, primary_key=True),
        Column("last_ts", Count, nullable=False),
        Column("revision", Count, nullable=False),
    )
    create(
        "watches",
        Column("name", Text, primary_key=True),
        Column("limit_ms", Count, nullable=False),
        Column("touched_ts", Count, nullable=False),
    )
    create(
        "bot_versions",
        Column("bot_id", Text, ForeignKey("bots.bot_id"), primary_key=True),
        Column("version", Count, primary_key=True, autoincrement=False),
        Column("strategy_hash", Text, nullable=False),
        Column("document", Text, nullable=False),
        Column("created_ts", Count, nullable=False),
        CheckConstraint("version >= 1", name="counts"),
        clustered=True,
    )
    create(
        "cohorts",
        Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
        Column("shard", Count, primary_key=True, autoincrement=False),
        Column("last_ts", Count, nullable=False),
        clustered=True,
    )
    create(
        "paper_books",
        Column("book", Text, primary_key=True),
        Column("account_id", Text, nullable=False),
        Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
    )
    create(
        "paper_orders",
        Column("account_id", Text, primary_key=True),
        Column("client_id", Text, primary_key=True),
        Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
        Column("request", Text, nullable=False),
        Column("state", Text, CheckConstraint(_ORDER_STATE, name="state"), nullable=False),
        Column("filled", Count, CheckConstraint("filled >= 0", name="filled"), nullable=False),
        Column("live", Count, CheckConstraint("live IN (0, 1)", name="live"), nullable=False),
        Index("ix_paper_orders_account_id_live", "account_id", "live"),
        Index("ix_paper_orders_feed_live", "feed", "live"),
        clustered=True,
    )
    create(
        "seen_bars",
        Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
        Column("ts", Count, primary_key=True, autoincrement=False),
        Column("columns", LargeBinary, nullable=False),
    )
    create(
        "paper_seats",
        Column("book", Text, ForeignKey("paper_books.book"), primary_key=True),
        Column("symbol", Text, primary_key=True),
        Column("account_id", Text, nullable=False),
        Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
        Column("lots", Count, nullable=False),
        Column("entry_px", Real, nullable=False),
        Column("named", Text, nullable=False),
        Column("layout_id", Text, ForeignKey("layouts.layout_id"), nullable=False),
        Column("state", LargeBinary, nullable=False),
        Index("ix_paper_seats_account_id", "account_id"),
        Index("ix_paper_seats_feed", "feed"),
    )
    create(
        "runs",
        Column("run_id", Text, primary_key=True),
        Column("owner", Text, nullable=False),
        Column("bot_id", Text, nullable=False),
        Column("version", Count, nullable=False),
        Column("strategy_hash", Text, nullable=False),
        Column("account_id", Text, ForeignKey("accounts.account_id"), nullable=False),
        Column("feed", Text, ForeignKey("feeds.feed"), nullable=False),
        Column("shard", Count, nullable=False),
        Column("capital", Count, nullable=False),
        Column("state", Text, nullable=False),
        Column("wanted", Text, nullable=False),
        Column("stop_mode", Text, nullable=True),
        Column("asked", Count, nullable=False),
        Column("reason", Text, nullable=False),
        Column("decision", Count, nullable=False),
        Column("deployed_ts", Count, nullable=False),
        Column("begin_ts", Count, nullable=True),
        Column("end_ts", Count, nullable=True),
        Column("settled", Count, nullable=False),
        CheckConstraint("capital > 0", name="capital"),
        CheckConstraint("decision >= 0", name="counts"),
        CheckConstraint("asked IN (0, 1) AND settled IN (0, 1)", name="flags"),
        CheckConstraint("state IN ('draft', 'active', 'paused', 'stopped', 'failed', 'quarantined')", name="state"),
        CheckConstraint("stop_mode IN ('keep', 'flatten', 'handover')", name="stop_mode"),
        CheckConstraint("wanted IN ('active', 'paused', 'stopped')", name="wanted"),
        ForeignKeyConstraint(["bot_id", "version"], ["bot_versions.bot_id", "bot_versions.version"]),
        Index("ix_runs_account_id", "account_id"),
        Index("ix_runs_bot_id", "bot_id"),
        Index("ix_runs_feed_shard_asked", "feed", "shard", "asked"),
        Index("ix_runs_owner", "owner"),
    )
    create(
        "parities",
        Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
        Column("ts", Count, nullable=False),
        Column("report", Text, nullable=False),
    )
    create(
        "run_states",
        Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
        Column("bar_ts", Count, nullable=False),
        Column("layout_id", Text, ForeignKey("layouts.layout_id"), nullable=False),
        Column("state", LargeBinary, nullable=False),
        Column("memory", LargeBinary, nullable=True),
        Column("refused", Text, nullable=False),
    )
