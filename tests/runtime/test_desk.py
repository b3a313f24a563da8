"""The order desk on its good days, on both databases: recorded, sent, filled, booked, cancelled, protected."""

import pytest

from paddock.core.orders import OrderKind, OrderState

from .desks import ACCOUNT, ATTACHED, BOOKS, BRACKET, COIN, PLAIN, RELATIVE, Setup

KINDS = {"plain": PLAIN, "attached": ATTACHED, "books": BOOKS, "relative": RELATIVE}
ALL = pytest.mark.parametrize("capabilities", KINDS.values(), ids=KINDS)


@ALL
def test_an_order_is_recorded_sent_filled_and_booked_once(database, capabilities):
    setup = Setup(database, capabilities)
    name = setup.order()
    assert setup.state(name) is OrderState.OPEN and setup.lots() == 0
    setup.desk.step()
    assert setup.state(name) is OrderState.FILLED and setup.lots() == setup.venue_lots() == 1000
    setup.rounds(5)
    assert len(setup.fill_ids()) == setup.at_venue(name) == 1


@ALL
def test_a_position_is_protected_until_it_is_gone(database, capabilities):
    setup = Setup(database, capabilities)
    setup.order(bracket=BRACKET)
    setup.rounds(2)
    assert [order.px for order in setup.levels()] == [95.0]
    assert [order.px for order in setup.levels(OrderKind.TAKE)] == [110.0]
    setup.venue.trade(COIN.symbol, 94.0)
    setup.rounds(3)
    assert setup.lots() == setup.venue_lots() == 0
    assert setup.venue.open_orders(ACCOUNT) == []
    assert all(intent.state not in (OrderState.OPEN, OrderState.SENT) for intent in setup.intents())


def test_a_cancelled_order_ends_and_the_kernel_is_told(database):
    setup = Setup(database)
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.desk.step()
    setup.cancel(name)
    setup.rounds(2)
    assert setup.state(name) is OrderState.CANCELED
    assert (name, OrderState.CANCELED) in setup.books.ended()
    assert setup.venue.open_orders(ACCOUNT) == []


def test_what_has_not_left_is_cancelled_without_asking_the_venue(database):
    setup = Setup(database)
    want = setup.want()
    setup.record(want)
    name = setup.intents()[0].intent_id
    setup.cancel(name)
    setup.rounds(2)
    assert setup.state(name) is OrderState.CANCELED and setup.venue.orders == []


def test_the_kernel_is_never_ahead_of_the_journal(database):
    setup = Setup(database, BOOKS)
    setup.order()
    setup.books.fail = RuntimeError("the disk is full")
    with pytest.raises(RuntimeError):
        setup.desk.collect([ACCOUNT])
    assert setup.books.forgotten == [frozenset({"run-1"})]
    assert setup.lots() == 0 and setup.fill_ids() == []
    setup.books.fail = None
    setup.desk.collect([ACCOUNT])
    assert setup.lots() == 1000
