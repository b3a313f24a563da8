"""Tables of the paper venue: its own truth, written in its own transactions, apart from the journal."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Text

from paddock.core.orders import OrderState
from paddock.journal.schema import CanonicalJson, Count, Flag, Ms, Real, one_of, table

paper_feeds = table(
    "paper_feeds",
    Column("feed", Text, primary_key=True),
    Column("last_ts", Ms, nullable=False),  # open of the last bar that was filled
    Column("revision", Count, nullable=False),  # moves with every change: who remembers another one reads again
)

paper_books = table(
    "paper_books",
    Column("book", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
)

# A book's position and working orders on one symbol, as long as there are any.
paper_seats = table(
    "paper_seats",
    Column("book", Text, ForeignKey("paper_books.book"), primary_key=True),
    Column("symbol", Text, primary_key=True),
    Column("account_id", Text, nullable=False, index=True),
    Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False, index=True),
    Column("lots", Count, nullable=False),
    Column("entry_px", Real, nullable=False),
    Column("named", CanonicalJson, nullable=False),  # client ids of its working orders and levels, by what they are
    Column("layout_id", Text, ForeignKey("layouts.layout_id"), nullable=False),
    Column("state", LargeBinary, nullable=False),
)

paper_orders = table(
    "paper_orders",
    Column("account_id", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("feed", Text, ForeignKey("paper_feeds.feed"), nullable=False),
    Column("request", CanonicalJson, nullable=False),
    Column("state", Text, CheckConstraint(one_of("state", OrderState), "state"), nullable=False),
    Column("filled", Count, CheckConstraint("filled >= 0", "filled"), nullable=False),
    Column("live", Flag, CheckConstraint("live IN (0, 1)", "live"), nullable=False),
    Column("ended_ts", Ms, nullable=True),  # by the venue's clock
    Index(None, "feed", "live"),
    Index(None, "account_id", "live"),
    Index(None, "account_id", "ended_ts"),
    clustered=True,
)

paper_events = table(
    "paper_events",
    Column("position", Count, primary_key=True, autoincrement=False),
    Column("account_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", CanonicalJson, nullable=False),
    Index(None, "account_id", "position"),
)
