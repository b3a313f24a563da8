"""What is kept of connections to venues: the agent, its sealed key and limits, and what the owner was asked to sign."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Text

from paddock.journal.schema import CanonicalJson, Count, Flag, Micro, Ms, one_of, table
from paddock.runtime.live.states import Status
from paddock.venues.approvals.base import Kind, Scheme
from paddock.venues.signing.grant import Network

START: Final = "start"  # the transfer of what was there at first

connections = table(
    "connections",
    Column("connection_id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.account_id"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("venue", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("url", Text, nullable=False),  # of a simulator; empty for the venue itself
    Column("main", Text, nullable=False),  # the address whose money it is
    Column("agent", Text, nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("chain_id", Text, nullable=False),  # of the owner's wallet, empty for the venue's usual one
    Column("policy", CanonicalJson, nullable=False),
    Column("builder", Text, nullable=False),
    Column("builder_fee", Count, nullable=False),  # tenths of a basis point
    Column("blob", LargeBinary, nullable=True),  # the agent's key, sealed; none once it is destroyed
    Column("status", Text, nullable=False),
    Column("live", Flag, nullable=False),  # 1 while orders may open something
    Column("reason", Text, nullable=False),  # why it is so, for people
    Column("expires_ts", Ms, nullable=True),
    Column("created_ts", Ms, nullable=False),
    Column("changed_ts", Ms, nullable=False),
    CheckConstraint(one_of("network", Network), name="network"),
    CheckConstraint(one_of("status", Status), name="status"),
    CheckConstraint("live IN (0, 1) AND (live = 0 OR status = 'active')", name="live"),
    CheckConstraint("(blob IS NULL) = (status IN ('revoked', 'expired'))", name="blob"),
    Index(None, "account_id", "status"),
    Index(None, "owner"),
)

connection_approvals = table(
    "connection_approvals",
    Column("connection_id", Text, ForeignKey("connections.connection_id"), primary_key=True),
    Column("number", Count, primary_key=True),  # of its connection, from 1
    Column("kind", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("message", Text, nullable=False),  # what the wallet is given
    Column("exact", Text, nullable=False),  # the very bytes that are signed, in hex
    Column("signature", Text, nullable=False),  # as it came; empty before
    Column("made_ts", Ms, nullable=False),
    Column("until_ts", Ms, nullable=False),
    Column("signed_ts", Ms, nullable=True),
    Column("sent_ts", Ms, nullable=True),  # when the venue had it
    CheckConstraint(one_of("kind", Kind), name="kind"),
    CheckConstraint(one_of("scheme", Scheme), name="scheme"),
    CheckConstraint("number > 0", name="counted"),
    clustered=True,
)

transfers = table(
    "transfers",
    Column("account_id", Text, ForeignKey("accounts.account_id"), primary_key=True),
    Column("transfer_id", Text, primary_key=True),  # START for what was there at first
    Column("kind", Text, nullable=False),  # in the venue's words
    Column("amount", Micro, nullable=False),  # below 0 where it went out
    Column("venue_ts", Ms, nullable=False),
    clustered=True,
)

venue_notes = table(
    "venue_notes",
    Column("account_id", Text, ForeignKey("accounts.account_id"), primary_key=True),
    Column("notes", Text, nullable=False),  # of its orders: what the venue does not remember of them
)
