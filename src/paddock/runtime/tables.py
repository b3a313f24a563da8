"""What living bots are made of: tables of accounts, bots and their versions, runs, feeds, and switches."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text

from paddock.journal.schema import CanonicalJson, Count, Flag, Micro, Ms, one_of, table
from paddock.runtime.lifecycle import KillAction, RunState, StopMode, Wanted

accounts = table(
    "accounts",
    Column("account_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("venue", Text, nullable=False),  # "paper", or the venue at which it trades
    Column("opened_ts", Ms, nullable=False),
    Index(None, "owner"),
)

bots = table(
    "bots",
    Column("bot_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Count, nullable=False),  # the newest
    Column("created_ts", Ms, nullable=False),
    Column("changed_ts", Ms, nullable=False),
    Column("deleted_ts", Ms, nullable=True),
    Index(None, "owner"),
)

bot_versions = table(
    "bot_versions",
    Column("bot_id", Text, ForeignKey("bots.bot_id"), primary_key=True),
    Column("version", Count, primary_key=True),
    Column("strategy_hash", Text, nullable=False),
    Column("document", CanonicalJson, nullable=False),
    Column("created_ts", Ms, nullable=False),
    CheckConstraint("version >= 1", name="counts"),
    clustered=True,
)

feeds = table(
    "feeds",
    Column("feed", Text, primary_key=True),
    Column("venue", Text, nullable=False),
    Column("interval", Text, nullable=False),
    Column("symbols", CanonicalJson, nullable=False),  # sorted; the columns of its bars
    Column("source", Text, nullable=False),
    Column("anchor_ts", Ms, nullable=False),  # open of its first bar: features count from there
    Column("begin_ts", Ms, nullable=False),  # open of the last bar of its history; what came later was lived
    Column("last_ts", Ms, nullable=False),  # open of its newest bar
    Column("stale_ts", Ms, nullable=True),  # since when it does not move
)

seen_bars = table(
    "seen_bars",
    Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
    Column("ts", Ms, primary_key=True),  # open of the bar
    Column("columns", LargeBinary, nullable=False),  # float64, little endian: the fields of a Bar, each [S]
)

venue_feeds = table(
    "venue_feeds",
    Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
    Column("network", Text, nullable=False),
    Column("url", Text, nullable=False),  # of a simulator; empty for the venue itself
    Column("instruments", CanonicalJson, nullable=False),  # as they were when it began, in the order of its symbols
)

runs = table(
    "runs",
    Column("run_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("version", Count, nullable=False),
    Column("strategy_hash", Text, nullable=False),
    Column("account_id", Text, ForeignKey("accounts.account_id"), nullable=False),
    Column("feed", Text, ForeignKey("feeds.feed"), nullable=False),
    Column("shard", Count, nullable=False),  # of its account: a worker keeps all runs of a feed and shard, or none
    Column("capital", Micro, nullable=False),
    Column("state", Text, nullable=False),
    Column("wanted", Text, nullable=False),
    Column("stop_mode", Text, nullable=True),  # none while nobody asked to stop
    Column("asked", Flag, nullable=False),  # 1 while its worker has something left to do for it
    Column("reason", Text, nullable=False),  # why it is in this state, for people
    Column("decision", Count, nullable=False),  # how many it made: the number of the last
    Column("deployed_ts", Ms, nullable=False),
    Column("begin_ts", Ms, nullable=True),  # open of the first bar it saw
    Column("end_ts", Ms, nullable=True),  # when it stopped or failed
    Column("settled", Flag, nullable=False),  # 1 when its capital went back to the account
    ForeignKeyConstraint(["bot_id", "version"], ["bot_versions.bot_id", "bot_versions.version"]),
    CheckConstraint(one_of("state", RunState), name="state"),
    CheckConstraint(one_of("wanted", Wanted), name="wanted"),
    CheckConstraint(one_of("stop_mode", StopMode), name="stop_mode"),
    CheckConstraint("capital > 0", name="capital"),
    CheckConstraint("decision >= 0", name="counts"),
    CheckConstraint("asked IN (0, 1) AND settled IN (0, 1)", name="flags"),
    Index(None, "owner"),
    Index(None, "bot_id"),
    Index(None, "account_id"),
    Index(None, "feed", "shard", "asked"),
)

cohorts = table(
    "cohorts",
    Column("feed", Text, ForeignKey("feeds.feed"), primary_key=True),
    Column("shard", Count, primary_key=True),
    Column("last_ts", Ms, nullable=False),  # open of the last bar that its runs were decided at
    clustered=True,
)

layouts = table(
    "layouts",
    Column("layout_id", Text, primary_key=True),
    Column("layout", Text, nullable=False),
)

run_states = table(
    "run_states",
    Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
    Column("bar_ts", Ms, nullable=False),  # open of the last bar that it was decided at before this state
    Column("layout_id", Text, ForeignKey("layouts.layout_id"), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("memory", LargeBinary, nullable=True),  # what a Python strategy remembers
    Column("refused", CanonicalJson, nullable=False),  # [symbol, reason] of the entries that it keeps asking for
)

kills = table(
    "kills",
    Column("scope", Text, primary_key=True),  # "platform", "account:<id>", "run:<id>"
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("foreign", Flag, nullable=False),  # 1: orders that are not ours are cancelled as well
    Column("by", Text, nullable=False),
    Column("engaged_ts", Ms, nullable=False),
    CheckConstraint(one_of("action", KillAction), name="action"),
    CheckConstraint('"foreign" IN (0, 1)', name="foreign"),
)

watches = table(
    "watches",
    Column("name", Text, primary_key=True),
    Column("limit_ms", Count, nullable=False),
    Column("touched_ts", Ms, nullable=False),  # in the database's time
)

parities = table(
    "parities",
    Column("run_id", Text, ForeignKey("runs.run_id"), primary_key=True),
    Column("ts", Ms, nullable=False),
    Column("report", CanonicalJson, nullable=False),
)
