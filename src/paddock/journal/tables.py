"""Tables of the books: what orders, fills, positions, closures, decisions and equity come to, folded from the log."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Text

from paddock.core.orders import OrderState
from paddock.journal.schema import CanonicalJson, Count, Flag, Micro, Ms, Real, one_of, table

orders = table(
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
    Column("reduce_only", Flag, nullable=False),
    Column("reason", Count, nullable=False),
    Column("state", Text, nullable=False),
    Column("venue_order_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("intended_ts", Ms, nullable=False),
    Column("changed_ts", Ms, nullable=False),
    Index(None, "run_id", "intended_ts"),
    Index(None, "account_id", "state"),
    CheckConstraint("side IN (-1, 1) AND lots > 0 AND traded >= 0", name="order"),
    CheckConstraint(one_of("state", OrderState), name="state"),
)
fills = table(
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
    Column("fee", Micro, nullable=False),
    Column("maker", Flag, nullable=False),
    Column("venue_ts", Ms, nullable=False),
    Index(None, "run_id", "venue_ts"),
    Index(None, "account_id", "run_id", "symbol"),
    CheckConstraint("side IN (-1, 1) AND lots > 0 AND px > 0", name="fill"),
)
fundings = table(
    "fundings",
    Column("account_id", Text, primary_key=True),
    Column("payment_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("venue", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("px_decimals", Count, nullable=False),
    Column("qty_decimals", Count, nullable=False),
    Column("amount", Micro, nullable=False),
    Column("venue_ts", Ms, nullable=False),
    Index(None, "account_id", "run_id", "symbol"),
)
positions = table(
    "positions",
    Column("account_id", Text, primary_key=True),
    Column("run_id", Text, primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("venue", Text, nullable=False),
    Column("px_decimals", Count, nullable=False),
    Column("qty_decimals", Count, nullable=False),
    Column("qty", Count, nullable=False),  # signed lots
    Column("entry_ts", Ms, nullable=False),
    Column("cost", Micro, nullable=False),
    Column("fees", Micro, nullable=False),
    Column("funding", Micro, nullable=False),
    Column("lots", CanonicalJson, nullable=False),  # [fill id, entry_ts, lots, cost] of each, oldest first
    Column("realised", Micro, nullable=False),  # of all its closures
    Column("unattributed", Micro, nullable=False),  # funding that met no position
    Column("last_ts", Ms, nullable=False),  # the newest event in it, by `core.position.order_key`
    Column("last_fill", Flag, nullable=False),
    Column("last_id", Text, nullable=False),
    Index(None, "run_id"),
    clustered=True,
)
closures = table(
    "closures",
    Column("account_id", Text, primary_key=True),
    Column("fill_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("side", Count, nullable=False),
    Column("lots", Count, nullable=False),
    Column("entry_ts", Ms, nullable=False),
    Column("exit_ts", Ms, nullable=False),
    Column("cost", Micro, nullable=False),
    Column("exit_value", Micro, nullable=False),
    Column("realised", Micro, nullable=False),
    Column("fees", Micro, nullable=False),
    Column("funding", Micro, nullable=False),
    Column("matches", CanonicalJson, nullable=False),  # [lot's fill id, lots, cost, exit value, realised] of each
    Index(None, "run_id", "exit_ts"),
    Index(None, "account_id", "run_id", "symbol"),
    CheckConstraint("side IN (-1, 1) AND lots > 0", name="closure"),
)
decisions = table(
    "decisions",
    Column("run_id", Text, primary_key=True),
    Column("decision", Count, primary_key=True, autoincrement=False),
    Column("ts", Ms, nullable=False),
    Column("bar_ts", Ms, nullable=False),
    Column("detail", CanonicalJson, nullable=False),
    Index(None, "run_id", "ts"),
)
equity_points = table(
    "equity_points",
    Column("run_id", Text, primary_key=True),
    Column("ts", Ms, primary_key=True, autoincrement=False),
    Column("equity", Micro, nullable=False),
    Column("cash", Micro, nullable=False),
    clustered=True,
)

BOOKS: Final = (orders, fills, fundings, positions, closures, decisions, equity_points)
