"""Intents are durable before they leave, once each, and end only as the table of states allows."""

from dataclasses import replace

import pytest

from paddock.core.errors import Code, Invalid
from paddock.core.orders import OrderState
from paddock.journal import intents
from paddock.journal.intents import Action, Settlement, intent_id
from tests.journal.given import intent


@pytest.fixture
def conn(database):
    with database.write() as conn:
        yield conn


def due(conn, now_ts=0):
    return [one.decision for one in intents.due(conn, ["a1", "a2"], now_ts)]


def test_an_id_is_a_function_of_the_decision_alone():
    assert len({intent_id(run, decision, leg) for run in ("r1", "r11") for decision in (1, 11) for leg in (0, 1)}) == 8
    assert len(intent_id("r1", 7, 0)) == 32


def test_an_intent_comes_back_as_it_was(conn):
    first = intent(1)
    intents.record(conn, [first, intent(2, account_id="a2", action=Action.CANCEL)])
    assert intents.get(conn, [first.intent_id, "none"]) == {first.intent_id: first}
    assert intents.by_client_id(conn, "a1", [first.client_id]) == {first.client_id: first}
    assert intents.by_client_id(conn, "a2", [first.client_id, intent(2).client_id]) == {}
    assert due(conn) == [1, 2]
    assert [one.decision for one in intents.due(conn, ["a2"], 0)] == [2]


def test_the_same_intent_again_is_the_same_intent(conn):
    intents.record(conn, [intent(1)])
    intents.mark_sent(conn, [intent(1).intent_id], 5)
    intents.settle(conn, [Settlement(intent(1).intent_id, OrderState.OPEN, "v1")])
    intents.record(conn, [intent(1)])
    assert due(conn) == []
    assert intents.get(conn, [intent(1).intent_id])[intent(1).intent_id].state is OrderState.OPEN


@pytest.mark.parametrize(
    "changed",
    [
        {"request": {"symbol": "BTC", "lots": 6, "px": 0.1}},
        {"account_id": "a2"},
        {"client_id": "other"},
        {"expires_ts": 1},
        {"parent": "p"},
        {"after": "p"},
        {"action": Action.CANCEL},
    ],
)
def test_the_same_id_with_another_content_is_a_fault(conn, changed):
    intents.record(conn, [intent(1)])
    with pytest.raises(Invalid) as caught:
        intents.record(conn, [intent(1, **changed)])
    assert (caught.value.code, caught.value.where) == (Code.INTENT_CONFLICT, next(iter(changed)))


def test_the_outbox_keeps_the_order_and_what_ended_leaves_it(conn):
    intents.record(conn, [intent(n) for n in (3, 1, 2)])
    assert due(conn) == [3, 1, 2]
    names = [intent(n).intent_id for n in (3, 1)]
    intents.mark_sent(conn, names, 77)
    assert due(conn) == [2]
    assert [one.decision for one in intents.unresolved(conn, ["a1"])] == [1, 3]
    intents.settle(
        conn, [Settlement(names[0], OrderState.OPEN, "v3"), Settlement(names[1], OrderState.REFUSED, error="margin")]
    )
    assert intents.unresolved(conn, ["a1"]) == []
    assert [one.decision for one in intents.live(conn, ["a1"])] == [2, 3]
    opened, refused = intents.get(conn, names)[names[0]], intents.get(conn, names)[names[1]]
    assert (opened.state, opened.venue_order_id, opened.sent_ts, opened.attempts) == (OrderState.OPEN, "v3", 77, 1)
    assert (refused.state, refused.error) == (OrderState.REFUSED, "margin")
    with pytest.raises(Invalid) as caught:
        intents.settle(conn, [Settlement(names[1], OrderState.OPEN)])
    assert caught.value.code is Code.ORDER_TRANSITION


def test_an_unknown_intent_is_asked_for_and_sent_again_as_it_was(conn):
    name = intent(1).intent_id
    intents.record(conn, [intent(1)])
    intents.mark_sent(conn, [name], 10)
    intents.settle(conn, [Settlement(name, OrderState.UNKNOWN, next_ts=50, not_found=1, error="timeout")])
    assert due(conn, 100) == []
    (unknown,) = intents.unresolved(conn, ["a1"])
    assert (unknown.state, unknown.next_ts, unknown.not_found) == (OrderState.UNKNOWN, 50, 1)
    intents.queue(conn, [name])
    intents.queue(conn, [name])
    assert (due(conn, 49), due(conn, 50)) == ([], [1])
    intents.mark_sent(conn, [name], 60)
    (again,) = intents.unresolved(conn, ["a1"])
    assert (again.state, again.attempts, again.request) == (OrderState.UNKNOWN, 2, intent(1).request)
    intents.settle(conn, [Settlement(name, OrderState.NEVER_LANDED)])
    assert (due(conn, 100), intents.live(conn, ["a1"])) == ([], [])


def test_what_waits_for_another_leaves_only_once_that_was_at_the_venue(conn):
    new, old = intent(1), intent(1, leg=1, action=Action.CANCEL)
    old = replace(old, after=new.intent_id)
    intents.record(conn, [new, old])
    assert [one.leg for one in intents.due(conn, ["a1"], 0)] == [0]
    intents.mark_sent(conn, [new.intent_id], 5)
    assert intents.due(conn, ["a1"], 0) == []
    intents.settle(conn, [Settlement(new.intent_id, OrderState.OPEN)])
    assert [one.leg for one in intents.due(conn, ["a1"], 0)] == [1]


def test_what_waits_for_a_refused_one_never_leaves(conn):
    new = intent(1)
    intents.record(conn, [new, replace(intent(1, leg=1), after=new.intent_id)])
    intents.mark_sent(conn, [new.intent_id], 5)
    intents.settle(conn, [Settlement(new.intent_id, OrderState.REFUSED)])
    assert intents.due(conn, ["a1"], 10**12) == []


def test_a_leg_with_a_parent_waits_to_be_queued(conn):
    leg = intent(1, leg=1, parent=intent(1).intent_id)
    intents.record(conn, [intent(1), leg])
    assert [one.leg for one in intents.due(conn, ["a1"], 0)] == [0]
    intents.queue(conn, [leg.intent_id])
    assert [one.leg for one in intents.due(conn, ["a1"], 0)] == [0, 1]


def test_a_venue_that_could_not_be_reached_leaves_it_in_the_outbox(conn):
    name = intent(1).intent_id
    intents.record(conn, [intent(1)])
    intents.mark_sent(conn, [name], 5)
    intents.settle(conn, [Settlement(name, OrderState.PENDING, next_ts=90)])
    assert (due(conn, 89), due(conn, 90)) == ([], [1])
