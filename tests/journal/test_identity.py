"""The equity identity: ledger and books say the same of every run, and what disagrees is named."""

import pytest
from sqlalchemy import text

from paddock.journal.identity import breaches
from paddock.journal.projections import record
from tests.journal.given import fill
from tests.journal.test_projections import scenario, told


@pytest.fixture
def conn(database):
    with database.write() as conn:
        record(conn, scenario())
        record(conn, told(fill("g1", 12, 1, 6, 99.0), fill("x1", 13, -1, 6, 99.0, run_id="", intent_id="")))
        yield conn


def test_the_books_of_a_run_agree_with_its_ledger(conn):
    assert breaches(conn, ["a1", "a2"]) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("UPDATE fills SET fee = fee + 1 WHERE fill_id = 'f1'", {"fees of a1 r1"}),
        ("UPDATE fundings SET amount = 0 WHERE payment_id = 'p1'", {"funding of a1 r1"}),
        ("UPDATE closures SET realised = 0 WHERE fill_id = 'f3'", {"realised of a1 r1"}),
        ("UPDATE positions SET qty = 7 WHERE run_id = ''", {"position of a1 - BTC"}),
        ("DELETE FROM fills WHERE fill_id = 'x1'", {"position of a1 - BTC", "fees of a1 -"}),
        ("UPDATE balances SET amount = 1 WHERE run_id = 'r1' AND book = 'cash'", {"sum of its books of a1 r1"}),
    ],
)
def test_each_disagreement_is_named(conn, change, where):
    conn.execute(text(change))
    assert {finding.where for finding in breaches(conn, ["a1"])} == where
    assert breaches(conn, ["a2"]) == []
