"""Double entry: nothing is posted that does not sum to zero, and nothing twice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from paddock.core.errors import Code, Invalid
from paddock.journal import ledger
from paddock.journal.ledger import Book, Line, Transaction


def deposit(key="d1", amount=1_000_000, account="a1"):
    lines = Line(account, "", Book.CASH, amount), Line(account, "", Book.EXTERNAL, -amount)
    return Transaction(key, 5, lines)


def test_what_is_posted_is_in_the_balances(database):
    with database.write() as conn:
        ledger.post(conn, [deposit(), deposit("d2", 5)])
        ledger.post(conn, [deposit("d3", 7, "a2")])
        assert ledger.balance(conn, "a1") == 1_000_005
        assert ledger.balance(conn, "a1", "") == 1_000_005
        assert ledger.balance(conn, "a1", "r1") == 0
        assert ledger.balance(conn, "a2", book=Book.EXTERNAL) == -7
        assert ledger.check(conn) == []


def test_what_does_not_sum_to_zero_is_refused_whole(database):
    with pytest.raises(Invalid) as caught, database.write() as conn:
        ledger.post(conn, [deposit(), Transaction("x", 5, (Line("a1", "", Book.CASH, 1),))])
    assert caught.value.code is Code.LEDGER
    with database.read() as conn:
        assert ledger.balance(conn, "a1") == 0


def test_a_cause_counts_once(database):
    with database.write() as conn:
        ledger.post(conn, [deposit(), deposit()])
        ledger.post(conn, [deposit()])
        assert ledger.balance(conn, "a1") == 1_000_000
        with pytest.raises(Invalid) as caught:
            ledger.post(conn, [deposit(amount=2)])
        assert caught.value.code is Code.LEDGER_CONFLICT


amounts = st.integers(-(2**53), 2**53)
moves = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "r"]), st.sampled_from(list(Book)), amounts))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_balances_are_the_sums_of_entries_and_all_of_them_zero(database, moved):
    told = [
        Transaction(f"{n}", n, (Line(account, run, Book.CASH, -amount), Line(account, run, book, amount)))
        for n, (account, run, book, amount) in enumerate(moved)
    ]
    undone = database.write()
    with pytest.raises(ZeroDivisionError), undone as conn:
        for start in range(0, len(told), 3):
            ledger.post(conn, told[start : start + 3])
        assert ledger.check(conn) == []
        assert int(conn.execute(text("SELECT COALESCE(SUM(amount), 0) FROM balances")).scalar_one()) == 0
        ledger.rebuild_balances(conn)
        assert ledger.check(conn) == []
        _ = 1 / 0


def test_each_kind_of_disagreement_is_found_and_named(database):
    with database.write() as conn:
        ledger.post(conn, [deposit()])
        conn.execute(text("UPDATE balances SET amount = amount + 1 WHERE book = 'cash'"))
        (balance,) = ledger.check(conn)
        assert (balance.where, balance.seen, balance.expected) == ("balances a1 - cash", "1000001", "1000000")
        conn.execute(text("INSERT INTO entries VALUES ('x', 1, 1, 'a1', 'r1', 'fees', 3)"))
        assert {finding.where for finding in ledger.check(conn)} == {
            *("entries x", "entries a1 r1", "balances a1 - cash", "balances a1 r1 fees"),
        }
