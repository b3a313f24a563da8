"""The table of how an order may change, and that late fills are in it."""

from itertools import product

import pytest

from paddock.core.errors import Code, Invalid
from paddock.core.grid import Qty
from paddock.core.orders import TERMINAL, TRANSITIONS, Order, OrderKind, OrderState, Reason, Side, advance

from .values import FREE


@pytest.mark.parametrize(("state", "to"), list(product(OrderState, OrderState)))
def test_advance_allows_what_the_table_says_and_nothing_else(state, to):
    if to in TRANSITIONS[state]:
        assert advance(state, to) is to
    else:
        with pytest.raises(Invalid) as caught:
            advance(state, to)
        assert caught.value.code is Code.ORDER_TRANSITION


@pytest.mark.parametrize("state", [OrderState.CANCELED, OrderState.EXPIRED])
def test_a_fill_that_arrives_late_is_the_truth(state):
    assert advance(state, OrderState.FILLED) is OrderState.FILLED
    assert advance(state, OrderState.PARTIAL) is OrderState.PARTIAL


def test_every_state_is_in_the_table_and_reachable():
    assert set(TRANSITIONS) == set(OrderState)
    assert set().union(*TRANSITIONS.values()) | {OrderState.PENDING} == set(OrderState)


def test_an_unknown_order_is_resolved_by_evidence_only():
    assert OrderState.UNKNOWN not in TERMINAL
    assert TRANSITIONS[OrderState.UNKNOWN] >= {OrderState.OPEN, OrderState.FILLED, OrderState.NEVER_LANDED}
    assert OrderState.PENDING not in TRANSITIONS[OrderState.UNKNOWN]


def test_from_a_terminal_state_only_late_fills_lead_on():
    for state in TERMINAL:
        assert TRANSITIONS[state] <= {OrderState.PARTIAL, OrderState.FILLED}


def order(lots: int) -> Order:
    return Order("o-1", OrderKind.MARKET, Side.BUY, Qty(lots, FREE), Qty(0, FREE), Reason.ENTRY)


def test_an_order_fills_by_parts():
    working = order(10).become(OrderState.SENT).become(OrderState.OPEN).trade(Qty(4, FREE))
    assert (working.state, working.traded) == (OrderState.PARTIAL, Qty(4, FREE))
    done = working.trade(Qty(6, FREE))
    assert (done.state, done.traded) == (OrderState.FILLED, Qty(10, FREE))


def test_a_fill_after_the_cancel_counts():
    late = order(10).become(OrderState.CANCELED).trade(Qty(4, FREE))
    assert (late.state, late.traded) == (OrderState.PARTIAL, Qty(4, FREE))


def test_a_fill_beyond_the_size_counts():
    over = order(10).trade(Qty(10, FREE)).trade(Qty(1, FREE))
    assert (over.state, over.traded) == (OrderState.FILLED, Qty(11, FREE))


def test_an_order_that_was_refused_cannot_trade():
    with pytest.raises(Invalid):
        order(10).become(OrderState.REFUSED).trade(Qty(1, FREE))
