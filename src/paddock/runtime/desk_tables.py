"""What the order desk remembers beside the journal: how far it read, why entries stop, what guards each position."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Text

from paddock.journal.schema import CanonicalJson, Count, Ms, table

desk_cursors = table(
    "desk_cursors",
    Column("account_id", Text, primary_key=True),
    Column("cursor", Text, nullable=False),  # behind the last event that was booked
    Column("checkpoint", Text, nullable=False),  # the cursor when the books last agreed with the venue
    Column("reconciled_ts", Ms, nullable=False),
    clustered=True,
)

desk_blocks = table(
    "desk_blocks",
    Column("account_id", Text, primary_key=True),
    Column("book", Text, primary_key=True),  # a run, or empty: every run of the account
    Column("symbol", Text, primary_key=True),  # or empty: every symbol
    Column("reason", Text, primary_key=True),
    Column("detail", Text, nullable=False),
    Column("since_ts", Ms, nullable=False),
    clustered=True,
)

desk_foreign = table(
    "desk_foreign",
    Column("account_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("lots", Count, nullable=False),  # signed: what was there before the first run
    Column("orders", Count, nullable=False),  # that work and that nobody here placed
    clustered=True,
)

desk_levels = table(
    "desk_levels",
    Column("account_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("decision", Count, nullable=False),  # whose legs its orders are
    Column("leg", Count, nullable=False),
    Column("number", Count, nullable=False),  # of the last change of its orders
    Column("bracket", CanonicalJson, nullable=False),  # the levels that are wanted
    Column("bare_ts", Ms, nullable=False),  # since when its stop does not cover it; 0: it does
    CheckConstraint("number >= 0", name="counted"),
    Index(None, "account_id", "bare_ts"),
    clustered=True,
)
