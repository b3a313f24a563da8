"""The venue is the truth for quantity, the journal for intent; what is not ours is counted and left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from paddock.core.errors import Refused
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.fences import Fence
from paddock.journal.identity import breaches
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import Book, balances
from paddock.runtime import reconcile
from paddock.venues.broker import Cancellation, Placement
from paddock.venues.fake import Fault, Script, Step

from .desks import ACCOUNT, BOOKS, BRACKET, COIN, PLAIN, RUN, S, Setup

O = OrderState


@pytest.fixture
def sqlite(fresh_url):
    database = Database.open(fresh_url("sqlite"))
    yield database
    database.close()


@pytest.fixture
def make(sqlite):
    return lambda capabilities=PLAIN, **more: Setup(sqlite, capabilities, **more)


def told(setup: Setup, kind: EventKind) -> list:
    with setup.database.read() as conn:
        return [event.payload for event in read(conn, limit=100_000) if event.kind is kind]


def everything(setup: Setup) -> list:
    with setup.database.read() as conn:
        return read(conn, limit=100_000)


def by_hand(setup: Setup, **more) -> Placement:
    now = setup.clock.now_ts()
    order = Placement("", ACCOUNT, "", COIN.symbol, OrderKind.LIMIT, Side.BUY, 500, now, now + 30_000, px=80.0)
    order = replace(order, **more)
    setup.venue.place([order])
    return order


def test_what_was_there_before_is_somebody_elses(make):
    setup = make()
    setup.venue._position(ACCOUNT, "", COIN.symbol).book(-700, 100.0)
    by_hand(setup)
    setup.rounds(2)
    assert {"symbol": "COIN", "lots": -700} in told(setup, EventKind.ACCOUNT_FOREIGN)
    assert {"symbol": "COIN", "orders": 1} in told(setup, EventKind.ACCOUNT_FOREIGN)
    setup.order(bracket=BRACKET)
    setup.rounds(130)
    assert setup.reasons() == set() and setup.lots() == 1000
    cancelled = {call.client_id for call in setup.wire.calls if isinstance(call, Cancellation)}
    assert "" not in cancelled and len(told(setup, EventKind.ACCOUNT_FOREIGN)) == 2


def test_reconciling_twice_does_what_doing_it_once_did(make):
    setup = make(script=Script(place={0: Step(Fault.ACCEPT_THEN_TIMEOUT)}))
    setup.order(kind=OrderKind.LIMIT, px=90.0)
    by_hand(setup)
    setup.desk.reconcile([ACCOUNT])
    before = everything(setup)
    setup.desk.reconcile([ACCOUNT])
    setup.restart()
    setup.desk.reconcile([ACCOUNT])
    assert everything(setup) == before
    assert len(told(setup, EventKind.ACCOUNT_RECONCILED)) == 0 or setup.intents()[0].state is O.OPEN


def test_an_order_that_ended_without_a_word_is_found_out(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.rounds(2)
    setup.venue.orders[0].state = O.CANCELED
    setup.rounds(61)
    assert setup.state(name) is O.CANCELED and (name, O.CANCELED) in setup.books.ended()
    assert told(setup, EventKind.ACCOUNT_RECONCILED) == [{"adopted": [name]}]


def test_a_read_that_failed_proves_nothing(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.rounds(2)
    before = everything(setup)
    setup.wire.script = Script(read={n: Step(Fault.UNREACHABLE) for n in range(1000)})
    setup.rounds(120)
    assert setup.state(name) is O.OPEN and everything(setup) == before


def test_books_that_contradict_each_other_freeze_the_account_and_name_the_rows(make):
    setup = make(BOOKS)
    setup.order()
    setup.rounds(2)
    with setup.database.read() as conn:
        assert breaches(conn, [ACCOUNT]) == []
    with setup.database.write() as conn:
        conn.execute(update(balances).where(balances.c.book == Book.FEES).values(amount=1))
    setup.restart()
    setup.rounds(61)
    assert setup.reasons() == {"frozen"}
    (frozen,) = told(setup, EventKind.ACCOUNT_FROZEN)
    assert frozen["rows"][0].startswith(f"fees of {ACCOUNT} {RUN}: ledger and books disagree")


def test_whoever_wants_to_write_does_not_wait_for_the_books_to_be_compared(make, monkeypatch):
    setup = make(BOOKS)
    compared = []

    def writing_meanwhile(conn, accounts):
        with setup.database.write():  # an error within another transaction of this thread
            compared.append(accounts)
        return breaches(conn, accounts)

    monkeypatch.setattr(reconcile, "breaches", writing_meanwhile)
    setup.order()
    setup.rounds(3)
    assert compared == [[ACCOUNT]]
    setup.rounds(2 * 3600, every=60)
    assert len(compared) == 3


def test_books_are_compared_again_when_what_was_found_could_not_be_written(make, monkeypatch):
    setup = make(BOOKS)
    setup.order()
    setup.rounds(2)
    with setup.database.write() as conn:
        conn.execute(update(balances).where(balances.c.book == Book.FEES).values(amount=1))
    setup.restart()
    with monkeypatch.context() as broken:
        broken.setattr(reconcile, "raise_blocks", lambda *_: 1 / 0)
        setup.clock.advance(61 * S)
        with pytest.raises(ZeroDivisionError):
            setup.desk.step()
    setup.rounds(2)
    assert setup.reasons() == {"frozen"}


def test_a_worker_that_lost_its_lease_neither_writes_nor_sends(make):
    setup = make()
    setup.record(setup.want())
    for act in (setup.desk.send, setup.desk.step):
        with pytest.raises(Refused):
            act(Fence("desk", "old worker", 1))
    assert setup.wire.calls == [] and setup.intents()[0].state is O.PENDING


def test_no_symbol_of_others_stops_the_desk(make):
    setup = make()
    setup.order()
    setup.venue._instruments["OTHER"] = replace(COIN, symbol="OTHER")
    setup.venue.trade_by_hand(ACCOUNT, "OTHER", Side.BUY, 10, 5.0)
    setup.rounds(2)
    assert setup.lots() == 1000 and any(fact["symbol"] == "OTHER" for fact in told(setup, EventKind.ACCOUNT_FOREIGN))
