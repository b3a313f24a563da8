"""The log: what is appended comes back as it was, in order, sealed, and cannot be changed."""

from paddock.journal.events import Draft, append, read
from paddock.journal.kinds import EventKind


def test_what_is_appended_comes_back(database):
    drafts = [Draft(f"run:{n % 2}", EventKind.RUN_PAUSED, n, {"n": n, "px": 0.1, "w": "é"}) for n in range(5)]
    with database.write() as conn:
        made = append(conn, drafts)
    with database.read() as conn:
        assert read(conn, limit=10) == made
