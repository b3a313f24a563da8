"""What a venue does not remember of our orders, kept in the database beside everything else about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import select

from paddock.journal.database import Database
from paddock.journal.schema import upsert
from paddock.runtime.live.tables import venue_notes
from paddock.venues.notes import Note

_NOTES: Final = TypeAdapter(list[Note])


class DatabaseNotes:
    """Implements NoteStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, account_id: str) -> Sequence[Note]:
        with self._database.read() as conn:
            mine = select(venue_notes.c.notes).where(venue_notes.c.account_id == account_id)
            text = conn.execute(mine).scalar_one_or_none()
        return () if text is None else _NOTES.validate_json(text)

    def save(self, account_id: str, notes: Sequence[Note]) -> None:
        with self._database.write() as conn:
            row = {"account_id": account_id, "notes": _NOTES.dump_json(list(notes)).decode()}
            upsert(conn, venue_notes, [row])
