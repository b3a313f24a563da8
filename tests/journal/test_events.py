"""The log: what is appended comes back as it was, in order, sealed, and cannot be changed."""

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from paddock.core.errors import Code, Refused
from paddock.journal.database import Database
from paddock.journal.events import Draft, append, last_position, read
from paddock.journal.kinds import EventKind
from paddock.journal.verify import journal_hash, verify


def drafts(count: int, streams: int = 2) -> list[Draft]:
    return [Draft(f"run:{n % streams}", EventKind.RUN_PAUSED, n, {"n": n, "px": 0.1, "w": "é\n"}) for n in range(count)]


def test_what_is_appended_comes_back(database):
    with database.write() as conn:
        made = append(conn, drafts(5)) + append(conn, drafts(2))
    assert [(event.position, event.stream, event.seq) for event in made] == [
        *((n + 1, f"run:{n % 2}", n // 2 + 1) for n in range(5)),
        *((6, "run:0", 4), (7, "run:1", 3)),
    ]
    with database.read() as conn:
        assert read(conn, limit=10) == made
        assert read(conn, after=2, limit=2) == made[2:4]
        assert read(conn, streams=["run:1"], after=2, limit=10) == [made[3], made[6]]
        assert read(conn, streams=[], limit=10) == []
        assert last_position(conn) == 7


def test_a_transaction_that_fails_leaves_no_gap(database):
    with database.write() as conn:
        append(conn, drafts(1))
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        append(conn, drafts(3))
        _ = 1 / 0
    with database.write() as conn:
        assert [event.position for event in append(conn, drafts(1))] == [2]
        assert verify(conn) == []


def test_an_unknown_stream_is_refused(database):
    with database.write() as conn:
        for name in ("", "run:", "bots:1", "run:a b", "run:a\n", "platform2"):
            with pytest.raises(ValueError, match="stream"):
                append(conn, [Draft(name, EventKind.RUN_PAUSED, 1, {})])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_does_not_know_is_refused(database, value):
    with database.write() as conn, pytest.raises(ValueError, match="JSON"):
        append(conn, [Draft("platform", EventKind.RUN_PAUSED, 1, {"px": value})])


@pytest.mark.parametrize("table", ["events", "entries"])
@pytest.mark.parametrize(
    ("statement", "engines"),
    [
        ("UPDATE {0} SET ts = 2", ("sqlite", "postgresql")),
        ("DELETE FROM {0}", ("sqlite", "postgresql")),
        ("INSERT OR REPLACE INTO {0} SELECT * FROM {0}", ("sqlite",)),
        ("TRUNCATE {0}", ("postgresql",)),
    ],
)
def test_the_log_and_the_ledger_only_grow(database, table, statement, engines):
    if database.dialect not in engines:
        pytest.skip(f"{database.dialect} has no such statement")
    with database.write() as conn:
        append(conn, drafts(1))
        conn.execute(text("INSERT INTO entries VALUES ('k', 1, 1, 'a', '', 'cash', 5)"))
    with pytest.raises(DBAPIError, match="only grows"), database.write() as conn:
        conn.execute(text(statement.format(table)))


def test_the_same_drafts_make_the_same_bytes_on_every_engine(fresh_url):
    told = set()
    for engine in ("sqlite", "postgresql", "sqlite"):
        database = Database.open(fresh_url(engine))
        with database.write() as conn:
            append(conn, drafts(20, 7))
            told.add(journal_hash(conn))
        database.close()
    assert len(told) == 1


def test_p11_an_event_of_a_newer_version_is_refused(database):
    with database.write() as conn:
        conn.execute(
            text("INSERT INTO events VALUES (1, 'platform', 1, 'moon.landed', 1, '{}', :digest)"), {"digest": "0" * 64}
        )
    with database.read() as conn, pytest.raises(Refused) as caught:
        read(conn, limit=1)
    assert (caught.value.code, caught.value.seen) == (Code.DATABASE_VERSION, "moon.landed")


def test_ten_thousand_events_are_appended_in_a_quarter_of_a_second(fresh_url):
    """Of the processor, and in the best of some: other programs run here too."""
    database = Database.open(fresh_url("sqlite"))
    took = []
    for n in range(5):
        payload = {"bar_ts": n, "equity": 10**10 + n, "cash": 10**10, "decision": n, "detail": {}}
        made = [Draft(f"run:{k}", EventKind.DECISION_MADE, n, payload) for k in range(10_000)]
        begin = time.process_time()
        with database.write() as conn:
            append(conn, made)
        took.append(time.process_time() - begin)
    database.close()
    assert min(took) < 0.25
