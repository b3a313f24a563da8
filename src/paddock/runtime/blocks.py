"""Why are no entries made, and where: what the desk found that a person, or time, has to settle."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, select

from paddock.journal import intents
from paddock.journal.intents import Action
from paddock.journal.schema import insert_new
from paddock.runtime.desk_tables import desk_blocks
from paddock.venues.broker import Capabilities


class BlockReason(StrEnum):
    UNKNOWN = "order_unknown"  # it ends when the order is resolved; the others end with `lift`
    UNEXPECTED = "unexpected_fill"  # of an order that is not ours, that had ended, or beyond its size
    CONFLICT = "fill_conflict"  # one fill id with two contents
    MISMATCH = "position_mismatch"  # the venue holds something else than our fills come to
    FROZEN = "frozen"  # the books disagree with each other
    SILENT = "venue_silent"  # it does not answer, so nobody knows what happened


@dataclass(frozen=True, slots=True)
class Block:
    """No entries of `book` (a run; empty: of any) on `symbol` (empty: on any) of an account."""

    account_id: str
    book: str
    symbol: str
    reason: BlockReason
    detail: str
    since_ts: int


def raise_blocks(conn: Connection, blocks: Collection[Block]) -> int:
    """Raise blocks; one that stands already stays as it is. Gives how many are new."""
    return insert_new(conn, desk_blocks, [asdict(block) for block in blocks])


def lift(conn: Connection, account_id: str, reasons: Collection[BlockReason], symbol: str | None = None) -> None:
    """Take blocks away, of one symbol or of all."""
    gone = delete(desk_blocks).where(desk_blocks.c.account_id == account_id, desk_blocks.c.reason.in_(sorted(reasons)))
    conn.execute(gone if symbol is None else gone.where(desk_blocks.c.symbol == symbol))


def standing(conn: Connection, capabilities: dict[str, Capabilities]) -> list[Block]:
    """All blocks of these accounts: those that were raised, and one for each unknown order that could add exposure."""
    accounts = sorted(capabilities)
    raised = conn.execute(
        select(desk_blocks).where(desk_blocks.c.account_id.in_(accounts)).order_by(*desk_blocks.primary_key.columns)
    )
    blocks = [
        Block(row.account_id, row.book, row.symbol, BlockReason(row.reason), row.detail, row.since_ts) for row in raised
    ]
    for intent in intents.unresolved(conn, accounts):
        if intent.action is Action.PLACE:
            book = "" if capabilities[intent.account_id].netting else intent.run_id
            symbol = str(intent.request["symbol"])
            since = intent.sent_ts
            blocks.append(Block(intent.account_id, book, symbol, BlockReason.UNKNOWN, intent.intent_id, since))
    return blocks
