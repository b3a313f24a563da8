"""The books are the fold of the log: whatever comes late, twice or in another order, they say the same."""

import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from paddock.core.errors import Code, Invalid
from paddock.core.fills import Fill, FundingPayment
from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import Usd, total
from paddock.core.orders import OrderState, Side
from paddock.core.position import fold
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.events import Draft, last_position
from paddock.journal.facts import Allocated, DecisionMade, Deposited, OrderChanged, Released, draft
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book
from paddock.journal.projections import booked, record
from paddock.journal.rebuild import compare, rebuild
from paddock.journal.tables import BOOKS, closures, decisions, equity_points, orders, positions
from tests.journal.given import fill, funding, intended


def told(*facts):
    return [draft(fact, getattr(fact, "venue_ts", 1)) for fact in facts]


def rows(conn, source):
    return [dict(row) for row in conn.execute(select(source)).mappings()]


def scenario():
    """A run with capital that buys twice, pays funding, and sells in parts through zero."""
    return told(
        Deposited("a1", 50_000_000),
        Allocated("a1", "r1", 20_000_000),
        intended(1),
        OrderChanged("r1", "i1", OrderState.SENT),
        OrderChanged("r1", "i1", OrderState.OPEN, "v1"),
        fill("f1", 10, 1, 6, 100.0),
        funding("p1", 15, -250),
        fill("f2", 20, 1, 4, 103.5, maker=True),
        DecisionMade("r1", 20, 20_000_100, 20_000_000, 1, {"because": ["x"]}),
        DecisionMade("r1", 20, 20_000_100, 20_000_000),
        fill("f3", 30, -1, 3, 110.25, intent_id="i2"),
        fill("f4", 30, -1, 12, 99.75, intent_id="i2"),
        funding("p2", 35, 40),
        Released("a1", "r1", 1_000_000),
    )


def test_the_books_of_a_run(database):
    with database.write() as conn:
        record(conn, scenario())
        (order,) = rows(conn, orders)
        assert (order["state"], order["traded"], order["venue_order_id"], order["changed_ts"]) == (
            "filled",
            10,
            "v1",
            20,
        )
        (position,) = rows(conn, positions)
        assert (position["qty"], position["cost"], position["lots"]) == (-5, 498_750, [["f4", 30, 5, 498_750]])
        first, second = rows(conn, closures)
        assert (first["fill_id"], first["lots"], first["entry_ts"], first["exit_ts"]) == ("f3", 3, 10, 30)
        assert [first["cost"], first["exit_value"], first["realised"]] == [304_200, 330_750, 26_550]
        assert [match[0] for match in second["matches"]] == ["f1", "f2"]
        assert [(row["decision"], row["detail"]) for row in rows(conn, decisions)] == [(1, {"because": ["x"]})]
        assert [(row["ts"], row["equity"]) for row in rows(conn, equity_points)] == [(1, 20_000_100)]
        realised = first["realised"] + second["realised"]
        assert ledger.balance(conn, "a1", "r1") == 19_000_000 - 400 - 210 + realised
        assert ledger.balance(conn, "a1", "r1", Book.REALISED) == -realised
        assert ledger.balance(conn, "a1", "") == 31_000_000
        assert ledger.balance(conn, "a1", book=Book.EXTERNAL) == -50_000_000
        assert ledger.check(conn) == []
        assert compare(conn) == []


def test_a_closure_is_told_as_it_happens(database):
    with database.write() as conn:
        made = record(conn, scenario())
        closed = [(event.stream, event.ts, event.payload) for event in made if event.kind is EventKind.POSITION_CLOSED]
        stored = rows(conn, closures)
    assert [(stream, ts, payload["fill_id"]) for stream, ts, payload in closed] == [
        ("run:r1", 30, "f3"),
        ("run:r1", 30, "f4"),
    ]
    for (_, _, payload), row in zip(closed, stored, strict=True):
        assert payload["pnl"] == row["realised"] - row["fees"] + row["funding"]
        assert {name: payload[name] for name in payload if name in row} == {
            name: row[name] for name in payload if name in row
        }


def test_a_fill_counts_once_however_often_it_comes(database):
    with database.write() as conn:
        record(conn, scenario())
        before = last_position(conn), [rows(conn, source) for source in BOOKS]
        assert (
            record(conn, told(fill("f1", 10, 1, 6, 100.0), fill("f1", 10, 1, 6, 100.0), funding("p1", 15, -250))) == []
        )
        assert (last_position(conn), [rows(conn, source) for source in BOOKS]) == before
        assert booked(conn, EventKind.FILL_BOOKED, "a1", ["f1", "f9"]) == {"f1"}
        assert booked(conn, EventKind.FUNDING_BOOKED, "a1", ["p1", "f1"]) == {"p1"}
        assert len(record(conn, told(fill("f1", 10, 1, 6, 100.0, account_id="a2", run_id="r2")))) == 1


@pytest.mark.parametrize("changed", [{"px": 100.01}, {"lots": 7}, {"fee": 99}, {"run_id": "r2"}])
def test_one_id_with_two_contents_is_raised(database, changed):
    with database.write() as conn:
        record(conn, scenario())
        with pytest.raises(Invalid) as caught:
            record(conn, told(fill("f1", 10, 1, **{"lots": 6, "px": 100.0} | changed)))
    assert (caught.value.code, caught.value.where) == (Code.FILL_CONFLICT, next(iter(changed)))


def end_of(conn, facts, cut):
    """What the books say after facts that came in one batch, or one by one."""
    for batch in [facts] if cut else [[fact] for fact in facts]:
        record(conn, told(*batch))
    assert compare(conn) == []
    assert ledger.check(conn) == []
    kept = [row | {"last_ts": 0, "last_id": "", "last_fill": 0} for row in rows(conn, positions)]
    books = [ledger.balance(conn, "a1", "r1", book) for book in Book]
    return kept, sorted(rows(conn, closures), key=str), books, sorted(rows(conn, orders), key=str)


def test_any_order_of_arrival_and_any_repeat_comes_to_the_same(fresh_url):
    facts = [fill("a", 10, 1, 2, 10.0), fill("b", 20, 1, 3, 11.0), fill("c", 30, -1, 1, 12.0), funding("p", 25, -7)]
    database = Database.open(fresh_url("sqlite"))
    ends = []
    for order in itertools.permutations(facts):
        for cut in (True, False):
            with pytest.raises(ZeroDivisionError), database.write() as conn:
                ends.append(end_of(conn, [*order, *order[:2]], cut))
                _ = 1 / 0
    database.close()
    assert all(end == ends[0] for end in ends)
    ((position,), _, _, _) = ends[0]
    assert position["qty"] == 4


lots = st.integers(1, 9)
payments_of_a_run = st.lists(st.tuples(st.integers(0, 12), st.integers(-50, 50)), max_size=4)
facts_of_a_run = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([1, -1]), lots, st.integers(900, 1100), st.sampled_from("BE")),
    min_size=1,
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts_of_a_run, st.randoms(use_true_random=False), payments_of_a_run)
def test_the_books_equal_the_fold_of_the_core(database, made, chance, paid):
    symbols = {"B": "BTC", "E": "ETH"}
    fills = [
        fill(f"f{n:02d}", ts, side, qty, px / 100, symbol=symbols[which])
        for n, (ts, side, qty, px, which) in enumerate(made)
    ]
    payments = [funding(f"p{n}", ts, amount) for n, (ts, amount) in enumerate(paid)]
    facts = [*fills, *payments]
    chance.shuffle(facts)
    with pytest.raises(ZeroDivisionError), database.write() as conn:
        while facts:
            count = chance.randint(1, 4)
            record(conn, told(*facts[:count]))
            facts = facts[count:]
        for row in rows(conn, positions):
            instrument = Instrument("paper", row["symbol"], px_decimals=2, qty_decimals=3)
            whole = fold(
                instrument,
                [core_fill(one, instrument) for one in fills if one.symbol == row["symbol"]],
                [core_funding(one) for one in payments if one.symbol == row["symbol"]],
            )
            assert (row["qty"], row["cost"], row["entry_ts"], row["fees"], row["funding"], row["unattributed"]) == (
                whole.position.qty.lots,
                whole.position.cost.micros,
                whole.position.entry_ts,
                whole.position.fees.micros,
                whole.position.funding.micros,
                whole.unattributed_funding.micros,
            )
            assert row["realised"] == total(one.realised for one in whole.closures).micros
            stored = conn.execute(select(closures.c.fill_id).where(closures.c.symbol == row["symbol"])).scalars()
            assert sorted(stored) == sorted(one.fill_id for one in whole.closures)
        realised = sum(row["realised"] for row in rows(conn, positions))
        assert ledger.balance(conn, "a1", "r1", Book.REALISED) == -realised
        assert ledger.balance(conn, "a1", "r1") == realised - 100 * len(fills) + sum(one.amount for one in payments)
        assert ledger.check(conn) == []
        assert compare(conn) == []
        _ = 1 / 0


def core_funding(one):
    return FundingPayment(one.payment_id, one.venue_ts, Usd(one.amount))


def core_fill(one, instrument):
    ticks = Price(round(one.px * 100), instrument)
    return Fill(one.fill_id, "", one.venue_ts, Side(one.side), Qty(one.lots, instrument), ticks, Usd(one.fee))


def test_a_fill_that_comes_after_the_end_of_its_order_counts(database):
    with database.write() as conn:
        record(conn, told(intended(1), OrderChanged("r1", "i1", OrderState.CANCELED, note="asked")))
        record(conn, told(fill("f1", 10, 1, 4, 100.0)))
        (order,) = rows(conn, orders)
        assert (order["state"], order["traded"], order["note"]) == ("partial", 4, "asked")
        record(conn, told(fill("f2", 11, 1, 7, 100.0)))  # one lot more than was ordered: it happened
        (order,) = rows(conn, orders)
        assert (order["state"], order["traded"]) == ("filled", 11)
        record(conn, told(OrderChanged("r1", "i1", OrderState.OPEN)))
        assert rows(conn, orders)[0]["state"] == "filled"


def test_a_fill_of_nobodys_order_is_the_accounts(database):
    with database.write() as conn:
        (event,) = record(conn, told(fill("f1", 10, 1, 4, 100.0, run_id="", intent_id="")))
        assert event.stream == "account:a1"
        assert [(row["run_id"], row["qty"]) for row in rows(conn, positions)] == [("", 4)]
        assert rows(conn, orders) == []


def test_rebuilding_gives_what_was_kept(database):
    with database.write() as conn:
        events = scenario()
        random.Random(1).shuffle(events)
        for event in events:
            record(conn, [event])
        before = [rows(conn, source) for source in (*BOOKS, ledger.entries, ledger.balances)]
        conn.execute(text("DELETE FROM positions"))
        conn.execute(text("UPDATE balances SET amount = 0"))
        assert rebuild(conn) == last_position(conn)
        after = [rows(conn, source) for source in (*BOOKS, ledger.entries, ledger.balances)]
        assert [sorted(map(str, part)) for part in after] == [sorted(map(str, part)) for part in before]


@pytest.mark.parametrize(
    ("change", "where", "seen"),
    [
        ("UPDATE fills SET px = 100.5 WHERE fill_id = 'f1'", "fills a1 f1", "{'px': 100.5}"),
        ("UPDATE positions SET qty = -4", "positions a1 r1 BTC", "{'qty': -4}"),
        ("DELETE FROM closures WHERE fill_id = 'f3'", "closures a1 f3", "nothing"),
        ("UPDATE orders SET state = 'open'", "orders i1", "{'state': 'open'}"),
        ("UPDATE equity_points SET equity = 1", "equity_points r1 1", "{'equity': 1}"),
        (
            "UPDATE balances SET amount = 1 WHERE run_id = 'r1' AND book = 'fees'",
            "balances a1 r1 fees",
            "{'amount': 1}",
        ),
        ("INSERT INTO entries VALUES ('x', 1, 1, 'a1', 'r1', 'fees', 3)", "entries x 1", None),
        ("DELETE FROM decisions", "decisions r1 1", "nothing"),
        ("DELETE FROM fundings WHERE payment_id = 'p1'", "fundings a1 p1", "nothing"),
    ],
)
def test_a_book_that_was_changed_is_found_and_named(database, change, where, seen):
    with database.write() as conn:
        record(conn, scenario())
        conn.execute(text(change))
        found = {finding.where: finding for finding in compare(conn)}
        assert where in found
        if seen is not None:
            assert found[where].seen == seen
        assert where in {finding.where for finding in compare(conn)}  # comparing has mended nothing


def test_comparing_changes_nothing(database):
    with database.write() as conn:
        record(conn, scenario())
        before = [rows(conn, source) for source in (*BOOKS, ledger.entries, ledger.balances)]
        conn.execute(text("UPDATE positions SET qty = -4"))
        compare(conn)
        assert rows(conn, positions)[0]["qty"] == -4
        conn.execute(text("UPDATE positions SET qty = -5"))
        assert [rows(conn, source) for source in (*BOOKS, ledger.entries, ledger.balances)] == before


def test_free_events_pass_through(database):
    with database.write() as conn:
        (event,) = record(conn, [Draft("platform", EventKind.FEED_STALE, 1, {"feed": "x"})])
        assert event.position == 1
