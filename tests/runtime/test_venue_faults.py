"""Each fault of a venue (V1 to V19 of the catalogue), and what must hold under it. The traces of the order protocol."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from sqlalchemy import select

from paddock.core.errors import Code, Unavailable
from paddock.core.orders import TERMINAL, OrderKind, OrderState, Side, Tif
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.kinds import EventKind
from paddock.journal.tables import fundings, orders, positions
from paddock.runtime.desk import OrderDesk
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.quotes import Quote
from paddock.venues.broker import OrderUpdate, RejectCode, VenueFill, VenueFunding
from paddock.venues.fake import Fault, Mode, Script, Step
from paddock.venues.fake.venue import Rate
from paddock.venues.transport.lost import Throttled

from .desks import ACCOUNT, ATTACHED, BOOKS, BRACKET, COIN, PLAIN, RUN, START, UNSURE, S, Setup

O = OrderState


@pytest.fixture
def sqlite(fresh_url):
    database = Database.open(fresh_url("sqlite"))
    yield database
    database.close()


@pytest.fixture
def make(sqlite):
    return lambda capabilities=PLAIN, **more: Setup(sqlite, capabilities, **more)


def events(setup: Setup, kind: EventKind) -> list:
    with setup.database.read() as conn:
        return [event for event in read(conn, limit=100_000) if event.kind is kind]


def killed_before_sending(setup: Setup) -> str:
    """The worker dies after it marked an order as sent, before a byte left."""

    class Killed(BaseException):
        pass

    def die(_):
        raise Killed

    setup.venue.place, alive = die, setup.venue.place
    with pytest.raises(Killed):
        setup.order()
    setup.venue.place = alive
    setup.restart()
    return setup.intents()[0].intent_id


def killed_before_the_answer_was_recorded(setup: Setup) -> str:
    class Killed(BaseException):
        pass

    alive = setup.venue.place

    def die(placements):
        alive(placements)
        raise Killed

    setup.venue.place = die
    with pytest.raises(Killed):
        setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.venue.place = alive
    setup.restart()
    return setup.intents()[0].intent_id


# --- the traces of the order protocol ---


@dataclass(frozen=True)
class Trace:
    """A script, what is done under it, and where it must end."""

    script: dict
    wait_s: int
    path: list[OrderState]
    booked: int
    capabilities: object = PLAIN
    start: object = lambda setup: setup.order(kind=OrderKind.LIMIT, px=90.0)
    pause_s: int = 0


TRACES = {
    "accept": Trace({}, 5, [O.OPEN], 1),
    "accept_then_timeout": Trace({0: Step(Fault.ACCEPT_THEN_TIMEOUT)}, 5, [O.UNKNOWN, O.OPEN], 1),
    "drop": Trace({0: Step(Fault.DROP)}, 60, [O.UNKNOWN, O.NEVER_LANDED], 0, UNSURE),
    "late": Trace({0: Step(Fault.LATE, ms=20 * S)}, 60, [O.UNKNOWN, O.OPEN], 1, UNSURE),
    "refuse": Trace({0: Step(Fault.REFUSE, RejectCode.MIN_NOTIONAL)}, 5, [O.REFUSED], 0),
    "killed_before_recording_the_ack": Trace({}, 5, [O.OPEN], 1, start=killed_before_the_answer_was_recorded),
    "killed_before_sending_dedups": Trace({}, 5, [O.OPEN], 1, start=killed_before_sending),
    "killed_before_sending_dedup_unverified": Trace({}, 60, [O.NEVER_LANDED], 0, UNSURE, killed_before_sending),
    "killed_restart_after_expiry": Trace({}, 10, [O.NEVER_LANDED], 0, PLAIN, killed_before_sending, pause_s=60),
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_trace(make, trace):
    setup = make(trace.capabilities, script=Script(place=trace.script))
    setup.venue.trade(COIN.symbol, 100.0)
    name = trace.start(setup)
    path = [setup.state(name)]
    setup.clock.advance(trace.pause_s * S)
    for _ in range(trace.wait_s):
        setup.rounds(1)
        path += [setup.state(name)] if setup.state(name) is not path[-1] else []
    if path[0] is O.SENT:
        path = [state for state in path[1:] if state is not O.UNKNOWN]
    path = [O.OPEN if state is O.FILLED else state for state in path]
    assert path == trace.path
    assert setup.at_venue(name) == trace.booked
    assert len(setup.intents()) == 1


def test_trace_fills_twice_then_cancel_then_another_fill(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.venue.fill(name, 300, 90.0)
    fill = next(event for event in setup.venue.events(ACCOUNT, "")[0] if isinstance(event, VenueFill))
    setup.venue.tell(ACCOUNT, fill)
    setup.venue.end(name, O.CANCELED, "asked for")
    setup.rounds(2)
    setup.venue.fill(name, 200, 90.0)
    setup.rounds(2)
    assert setup.lots() == setup.venue_lots() == 500 and len(setup.fill_ids()) == 2
    assert setup.state(name) is O.CANCELED and setup.at_venue(name) == len(setup.intents()) == 1


# --- V1 to V5: what became of it? ---


def test_v01_accepted_and_the_reply_lost(make):
    setup = make(script=Script(place={0: Step(Fault.ACCEPT_THEN_TIMEOUT)}))
    name = setup.order()
    assert setup.state(name) is O.UNKNOWN and setup.reasons() == {"order_unknown"}
    setup.rounds(3)
    assert setup.state(name) is O.FILLED and setup.at_venue(name) == 1 and setup.reasons() == set()
    assert setup.lots() == 1000


@pytest.mark.parametrize("capabilities", [PLAIN, UNSURE], ids=["dedups", "unsure"])
def test_v02_accepted_late_after_it_was_not_found(make, capabilities):
    dropped = dict.fromkeys(range(1, 100), Step(Fault.DROP))
    setup = make(capabilities, script=Script(place=dropped | {0: Step(Fault.LATE, ms=20 * S)}))
    name = setup.order()
    setup.rounds(5)
    assert setup.reasons() == {"order_unknown"}
    setup.rounds(40)
    assert setup.state(name) is O.FILLED and setup.at_venue(name) == 1 and setup.lots() == 1000


def test_v02_accepted_at_the_last_moment_by_a_clock_that_is_behind(make):
    setup = make(UNSURE, skew_ms=-4 * S, script=Script(place={0: Step(Fault.LATE, ms=33 * S)}))
    name = setup.order()
    setup.rounds(40)
    assert setup.state(name) is O.FILLED and setup.at_venue(name) == 1


def test_v03_never_received(make):
    setup = make(UNSURE, script=Script(place={0: Step(Fault.DROP)}))
    name = setup.order()
    setup.rounds(34)
    assert setup.state(name) is O.UNKNOWN
    setup.rounds(6)
    assert setup.state(name) is O.NEVER_LANDED and (name, O.NEVER_LANDED) in setup.books.ended()
    again = setup.order()
    setup.rounds(2)
    assert again != name and setup.state(again) is O.FILLED and len(setup.venue.orders) == 1


@pytest.mark.parametrize("queued", [False, True])
def test_v03_what_was_cancelled_is_not_sent_again(make, queued):
    """Not by who looks for it, and not where a copy waits to leave already."""
    setup = make(script=Script(place={0: Step(Fault.DROP)}))
    name = setup.order()
    assert setup.state(name) is O.UNKNOWN
    if queued:
        setup.clock.advance(S)
        setup.desk.resolve()
    setup.cancel(name)
    setup.rounds(60)
    assert setup.state(name) is O.NEVER_LANDED
    assert setup.venue.orders == [] and setup.lots() == 0


def test_v03_an_exit_that_was_cancelled_is_not_tried_again(make):
    setup = make(UNSURE, script=Script(place={1: Step(Fault.DROP)}))
    setup.order()
    setup.rounds(2)
    leave = setup.leave()
    assert setup.state(leave) is O.UNKNOWN
    setup.cancel(leave)
    setup.rounds(120)
    assert setup.state(leave) is O.NEVER_LANDED and setup.lots() == 1000


@pytest.mark.parametrize(("fault", "ends"), [(Fault.ERROR_BOOKED, O.FILLED), (Fault.ERROR_LOST, O.NEVER_LANDED)])
def test_v04_a_server_error_is_no_refusal(make, fault, ends):
    setup = make(UNSURE, script=Script(place={0: Step(fault)}))
    name = setup.order()
    assert setup.state(name) is O.UNKNOWN
    setup.rounds(45)
    assert setup.state(name) is ends and not events(setup, EventKind.ORDER_REFUSED)


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.BROKEN])
def test_v05_a_reply_that_cannot_be_read(make, fault):
    setup = make(script=Script(place={0: Step(fault)}))
    name = setup.order()
    assert setup.state(name) is O.UNKNOWN
    setup.rounds(3)
    assert setup.state(name) is O.FILLED and setup.at_venue(name) == 1


def test_v05_too_few_answers_tell_nothing(make):
    setup = make()
    setup.wire.place = lambda placements: setup.venue.place(placements)[1:]
    name = setup.order()
    assert setup.state(name) is O.UNKNOWN
    setup.rounds(3)
    assert setup.state(name) is O.FILLED and setup.at_venue(name) == 1


# --- V6 to V11: fills ---


def test_v06_the_same_fill_again_and_again(make):
    setup = make(BOOKS)
    setup.order()
    for _ in range(3):
        setup.rounds(1)
        setup.wire.repeat = 3
    fill = next(event for event in setup.venue.events(ACCOUNT, "")[0] if isinstance(event, VenueFill))
    setup.venue.tell(ACCOUNT, fill)
    setup.venue.tell(ACCOUNT, fill)
    setup.restart()
    setup.rounds(3)
    assert setup.lots() == setup.venue_lots() == 1000 and len(setup.fill_ids()) == 1


def test_v06_one_id_with_two_contents_counts_as_it_first_came_and_stops_entries(make):
    setup = make()
    setup.order()
    setup.rounds(2)
    fill = next(event for event in setup.venue.events(ACCOUNT, "")[0] if isinstance(event, VenueFill))
    setup.venue.tell(ACCOUNT, replace(fill, lots=2000))
    setup.rounds(2)
    assert setup.lots() == 1000 and setup.reasons() == {"fill_conflict"}


def test_v07_two_fills_that_differ_by_id_only(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.venue.fill(name, 300, 90.0)
    setup.venue.fill(name, 300, 90.0)
    setup.rounds(2)
    assert setup.lots() == 600 and len(setup.fill_ids()) == 2


@pytest.mark.parametrize("order", list(permutations(range(5))), ids=lambda order: "".join(map(str, order)))
def test_v08_events_in_any_order(make, order):
    setup = make(script=Script(place={0: Step(Fault.ACCEPT_THEN_TIMEOUT)}))
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    now = setup.clock.now_ts()
    fill = VenueFill("f1", name, RUN, COIN.symbol, OrderKind.LIMIT, Side.BUY, 400, 90.0, 5, True, now)
    told = [
        OrderUpdate(name, O.OPEN, now),
        fill,
        replace(fill, fill_id="f2", lots=600, fee=7),
        OrderUpdate(name, O.FILLED, now),
        fill,
    ]
    del setup.venue._events[ACCOUNT][:]
    for number in order:
        setup.venue.tell(ACCOUNT, told[number])
        setup.desk.collect([ACCOUNT])
    assert setup.lots() == 1000 and setup.state(name) is O.FILLED and setup.fill_ids() == ["f1", "f2"]
    with setup.database.read() as conn:
        assert ledger.balance(conn, ACCOUNT, RUN, ledger.Book.FEES) == 12


def test_v08_a_page_back_to_front(make):
    setup = make()
    name = setup.order(bracket=BRACKET)
    setup.wire.swap = True
    setup.rounds(3)
    assert setup.state(name) is O.FILLED and setup.lots() == 1000 and len(setup.levels()) == 1


def test_v08_a_smaller_level_is_done_before_its_fill_is_told(make):
    """The level of an entry that filled in part is as large as that, whichever is told first."""
    setup = make(ATTACHED)
    setup.venue.trade(COIN.symbol, 100.0, lots=400)
    setup.order(bracket=BRACKET)
    setup.venue.trade(COIN.symbol, 100.0)
    setup.rounds(2)
    (stop,) = setup.levels()
    setup.venue.trade(COIN.symbol, 94.0)
    setup.wire.swap = True
    setup.rounds(2)
    assert setup.lots() == 0 and setup.state(stop.client_id) is O.FILLED
    with setup.database.read() as conn:
        told = conn.execute(select(orders).where(orders.c.intent_id == stop.client_id)).one()
    assert (told.state, told.traded) == (O.CANCELED, 400)


def test_v09_cancelled_and_filled_all_the_same(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.cancel(name)
    setup.rounds(2)
    setup.venue.fill(name, 400, 90.0)
    setup.rounds(2)
    assert setup.lots() == setup.venue_lots() == 400 and setup.state(name) is O.CANCELED
    setup.venue.fill(name, 600, 90.0)
    setup.rounds(2)
    assert setup.lots() == 1000 and setup.state(name) is O.FILLED


@pytest.mark.parametrize("how", ["cancel", "expire", "ioc"])
def test_v10_the_rest_of_a_partial_fill(make, how):
    setup = make()
    if how == "ioc":
        setup.venue.trade(COIN.symbol, 90.0, lots=300)
        name = setup.order(kind=OrderKind.LIMIT, px=90.0, tif=Tif.IOC)
    else:
        ends = setup.clock.now_ts() + 10 * S if how == "expire" else 0
        name = setup.order(kind=OrderKind.LIMIT, px=90.0, cancel_ts=ends)
        setup.venue.trade(COIN.symbol, 90.0, lots=300)
    setup.rounds(2)
    if how == "cancel":
        setup.cancel(name)
    if how == "expire":
        setup.clock.advance(10 * S)
        setup.venue.trade(COIN.symbol, 99.0)
    setup.rounds(2)
    assert setup.state(name) is (O.EXPIRED if how == "expire" else O.CANCELED)
    with setup.database.read() as conn:
        held = conn.execute(select(positions)).one()
    assert (held.qty, held.cost) == (300, 300 * 90_000) and setup.venue_lots() == 300
    assert setup.books.ended() == [(name, setup.state(name))]


def test_v11_one_lot_too_many_is_booked_and_stops_entries(make):
    setup = make()
    name = setup.order(kind=OrderKind.LIMIT, px=90.0)
    setup.venue.fill(name, 1001, 89.5)
    setup.rounds(2)
    assert setup.lots() == setup.venue_lots() == 1001
    assert setup.reasons() == {"unexpected_fill"}
    with setup.database.write() as conn:
        setup.desk.lift(conn, ACCOUNT, COIN.symbol)
    assert setup.reasons() == set()


@pytest.mark.parametrize("capabilities", [PLAIN, ATTACHED, BOOKS], ids=["plain", "attached", "books"])
def test_v11_what_an_entry_fills_after_its_position_was_left_is_protected(make, capabilities):
    setup = make(capabilities)
    name = setup.order(bracket=BRACKET)
    setup.rounds(2)
    setup.leave()
    setup.rounds(3)
    assert setup.lots() == 0 and setup.levels() == []
    setup.venue.fill(name, 200, 100.0)
    setup.rounds(9)
    assert setup.lots() == setup.venue_lots() == 200 and setup.reasons() == {"unexpected_fill"}
    assert [(level.lots, level.px) for level in setup.levels()] == [(200, 95.0)]
    setup.restart()
    setup.rounds(3)
    assert len(setup.levels()) == 1
    setup.venue.trade(COIN.symbol, 94.0)
    setup.rounds(3)
    assert setup.lots() == 0 and setup.levels() == setup.levels(OrderKind.TAKE) == []


@pytest.mark.parametrize("capabilities", [PLAIN, BOOKS], ids=["netting", "books"])
def test_v11_a_fill_of_an_order_that_is_not_ours(make, capabilities):
    setup = make(capabilities)
    setup.order()
    setup.rounds(2)
    setup.venue.trade_by_hand(ACCOUNT, COIN.symbol, Side.BUY, 250, 100.0, book=RUN)
    setup.rounds(2)
    owner = RUN if capabilities is BOOKS else ""
    assert setup.lots(owner) == (1250 if owner else 250) and setup.venue_lots() == 1250
    assert setup.reasons() == {"unexpected_fill"}


@pytest.mark.parametrize("capabilities", [PLAIN, BOOKS], ids=["netting", "books"])
def test_v11_what_a_venue_says_of_others_is_foreign_and_never_an_error(make, capabilities):
    setup = make(capabilities)
    name = setup.order()
    setup.rounds(2)
    fill = VenueFill("x0", "", "a person", COIN.symbol, OrderKind.MARKET, Side.BUY, 5, 100.0, 1, False, START)
    odd = [
        fill,
        replace(fill, fill_id="x1", kind=OrderKind.STOP),
        *(replace(fill, fill_id=f"px {px}", px=px) for px in (float("nan"), float("inf"), 0.0, -1.0)),
        *(replace(fill, fill_id=f"lots {lots}", client_id=name, lots=lots) for lots in (0, -5)),
        replace(fill, fill_id="x2", symbol="NONE"),
        VenueFunding("x3", "a person", "NONE", 5, START),
        VenueFunding("x4", "a person", COIN.symbol, 5, START),
        OrderUpdate("", O.FILLED, START),
        OrderUpdate("nobody", O.REFUSED, START),
        OrderUpdate(name, O.NEVER_LANDED, START),
    ]
    for event in odd:
        setup.venue.tell(ACCOUNT, event)
    setup.rounds(2)
    assert setup.lots() == 1000 and setup.lots("") == 10 and setup.state(name) is O.FILLED
    assert "unexpected_fill" in setup.reasons()


# --- V12 to V16: what a venue lets through, and what must not leave ---


def test_v12_requests_stay_within_the_budget_and_cancels_have_their_own(make):
    policy = DeskPolicy(requests=10, window_ms=10 * S, reserved=4)
    setup = make(policy=policy, rate=Rate(10, 10 * S))
    wants = [setup.want(kind=OrderKind.LIMIT, px=90.0) for _ in range(20)]
    setup.record(*wants)
    setup.desk.send()
    assert len(setup.venue.orders) == 6
    setup.cancel(setup.venue.orders[0].asked.client_id)
    setup.desk.send()
    assert not setup.venue.orders[0].live
    setup.rounds(29)
    assert setup.venue.refused_for_rate == 0 and len(setup.venue.orders) >= 18


def test_v12_too_many_requests_are_sent_again_when_the_venue_says(make):
    limit = Step(Fault.REFUSE, RejectCode.RATE_LIMIT, ms=7 * S)
    setup = make(script=Script(place={0: limit}))
    name = setup.order()
    setup.rounds(6)
    assert setup.state(name) is O.PENDING and len(setup.wire.calls) == 1
    setup.rounds(3)
    assert setup.state(name) is O.FILLED and len(setup.wire.calls) == 2


TOO_EARLY = Throttled("the budget gives no more now", 20 * S)
AWAY = Unavailable(Code.VENUE_UNAVAILABLE, "no good answer came")


@pytest.mark.parametrize("why", [TOO_EARLY, AWAY], ids=["too_early", "away"])
@pytest.mark.parametrize("reading", ["events", "positions", "find"])
def test_v12_what_cannot_be_read_holds_up_no_exit(make, reading, why):
    """Nor is it asked for before the time that was said; and nobody enters on what is not known."""
    setup = make(script=Script(place={1: Step(Fault.DROP)} if reading == "find" else {}))
    setup.order()
    setup.rounds(2)
    if reading == "find":
        setup.order(kind=OrderKind.LIMIT, px=90.0)
    asked = []

    def fail(*_):
        asked.append(setup.clock.now_ts())
        raise why

    setattr(setup.wire, reading, fail)
    setup.rounds(61)
    setup.leave()
    assert setup.venue_lots() == 0 and asked
    assert why is not TOO_EARLY or len(asked) <= 4
    assert ("venue_silent" in setup.reasons()) is (reading == "events")
    delattr(setup.wire, reading)
    setup.rounds(61)
    assert setup.lots() == 0 and setup.reasons() == set()


@pytest.mark.parametrize("how", ["refused", "raised"])
def test_v12_an_entry_that_is_too_early_holds_up_no_exit(make, how):
    setup = make(script=Script(place={1: Step(Fault.REFUSE, RejectCode.RATE_LIMIT, ms=20 * S)}))
    setup.order()
    setup.rounds(2)

    def fail(_):
        raise TOO_EARLY

    if how == "raised":
        setup.wire.place, setup.wire.script = fail, Script()
    entry = setup.order()
    vars(setup.wire).pop("place", None)
    setup.leave()
    assert setup.state(entry) is O.PENDING and setup.venue_lots() == 0
    setup.rounds(19)
    assert setup.state(entry) is O.PENDING
    setup.rounds(3)
    assert setup.state(entry) is O.FILLED


def test_v12_orders_wait_for_no_reading_and_one_that_is_too_early_speaks_for_all(make):
    setup = make()
    accounts = [ACCOUNT, "account-2"]
    brokers = dict.fromkeys(accounts, setup.wire)
    setup.desk = OrderDesk(setup.database, brokers, setup.instruments, setup.clock, setup.books, setup.policy)
    sent, asked = [], []

    def fail(account, _):
        sent.append(len(setup.wire.calls))
        asked.append(account)
        raise TOO_EARLY

    setup.wire.events = fail
    setup.record(setup.want())
    setup.desk.step()
    assert sent[0] == 1
    asked.clear()
    setup.clock.advance(20 * S)
    for read_so_far in ([ACCOUNT], accounts, accounts):
        setup.desk.collect(accounts)
        assert asked == read_so_far


@pytest.mark.parametrize("mode", [Mode.HALTED, Mode.DOWN])
def test_v13_entries_stop_exits_are_tried_again_without_hurry(make, mode):
    setup = make()
    setup.order()
    setup.rounds(2)
    sent = len(setup.wire.calls)
    setup.venue.mode[COIN.symbol if mode is Mode.HALTED else ""] = mode
    entry, leave = setup.order(), setup.leave()
    setup.rounds(600)
    assert setup.state(entry) in TERMINAL and len(setup.wire.calls) - sent < 40
    assert entry in [name for name, _ in setup.books.ended()] and leave not in [n for n, _ in setup.books.ended()]
    if mode is Mode.DOWN:
        assert "venue_silent" in setup.reasons() and setup.wire.reads < 700
    setup.venue.mode.clear()
    setup.rounds(180)
    assert setup.lots() == setup.venue_lots() == 0 and setup.reasons() == set()


def test_v13_an_exit_that_is_tried_again_can_still_be_cancelled(make):
    setup = make()
    setup.order()
    setup.rounds(2)
    setup.venue.mode[COIN.symbol] = Mode.HALTED
    leave = setup.leave()
    setup.rounds(20)
    setup.cancel(leave)
    setup.venue.mode.clear()
    setup.rounds(180)
    assert setup.lots() == 1000


BAD = {
    "tick": {"kind": OrderKind.LIMIT, "px": 90.001},
    "lot": {"lots": 0},
    "leverage": {"leverage": 21.0},
    "min_notional": {"lots": 99},
    "symbol_not_traded": {"symbol": "NONE"},
}
FINE = {"leverage": {"leverage": 20.0}, "min_notional": {"lots": 100}, "tick": {"kind": OrderKind.LIMIT, "px": 90.01}}


@pytest.mark.parametrize("rule", BAD)
def test_v14_what_a_limit_forbids_does_not_leave(make, rule):
    setup = make()
    want = setup.want(**BAD[rule])
    (refused,) = setup.record(want)
    setup.rounds(2)
    assert (refused.state, refused.why, refused.decision) == (O.REFUSED, rule, want.decision)
    assert setup.wire.calls == [] and setup.intents() == []
    assert [event.payload["reason"] for event in events(setup, EventKind.ENTRY_REFUSED)] == [rule]


@pytest.mark.parametrize("rule", FINE)
def test_v14_what_lies_on_the_limit_leaves(make, rule):
    setup = make()
    assert setup.state(setup.order(**FINE[rule])) is O.OPEN


@pytest.mark.parametrize("px", [float("nan"), 0.0, -1.0, 1e308, float("inf")])
def test_v15_no_order_on_an_impossible_price(make, px):
    setup = make()
    for wrong in ({"ref_px": px}, {"kind": OrderKind.LIMIT, "px": px}):
        if wrong == {"kind": OrderKind.LIMIT, "px": 0.0} or wrong == {"ref_px": 1e308}:
            continue
        (refused,) = setup.record(setup.want(**wrong))
        assert refused.why in ("price", "tick")
    assert setup.intents() == []


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        (Quote(START - 6 * S, 99.0, 101.0), "price_stale"),
        (Quote(START, 101.0, 99.0), "book_crossed"),
        (Quote(START, 0.0, 0.0), "book_empty"),
        (Quote(START, float("nan"), 101.0), "price"),
    ],
)
def test_v15_no_entry_on_a_book_that_cannot_be_traded_on(make, quote, why):
    setup = make(quotes=lambda account, symbol: [quote])
    (refused,) = setup.record(setup.want())
    assert refused.why == why
    assert setup.record(setup.want(Side.SELL, reduce_only=True)) == []  # an exit is never refused for that


def test_v16_no_entry_while_prices_disagree(make):
    quotes = [Quote(START, 99.9, 100.1), Quote(START, 101.4, 101.6)]
    setup = make(quotes=lambda account, symbol: quotes)
    (refused,) = setup.record(setup.want())
    assert refused.why == "prices_disagree"
    quotes[1] = Quote(START, 100.4, 100.6)
    assert setup.record(setup.want()) == []


# --- V17 to V19: the account ---


def test_v17_a_page_of_events_is_lost_and_read_again(make):
    setup = make()
    setup.rounds(2)
    setup.order()
    skipped = setup.venue.events(ACCOUNT, "")[1]
    setup.wire.events = lambda account, cursor: ([OrderUpdate("nobody", O.OPEN, START)], skipped)
    setup.desk.collect([ACCOUNT])
    del setup.wire.events
    setup.rounds(5)
    assert setup.lots() == 0
    setup.rounds(60)
    assert setup.lots() == setup.venue_lots() == 1000 and setup.reasons() == set()


def test_v17_a_venue_that_falls_silent_stops_entries(make):
    setup = make(script=Script(read={n: Step(Fault.UNREACHABLE) for n in range(10_000)}))
    setup.rounds(70)
    assert setup.reasons() == {"venue_silent"} and setup.wire.reads < 20
    setup.wire.script = Script()
    setup.rounds(61)
    assert setup.reasons() == set()


def test_v18_funding_twice_late_and_negative(make):
    setup = make()
    setup.order()
    setup.rounds(2)
    at = setup.clock.now_ts()
    setup.rounds(3)
    setup.leave()
    setup.rounds(2)
    late = VenueFunding("p1", "", COIN.symbol, -1_500_000, at)
    for _ in range(2):
        setup.venue.tell(ACCOUNT, late)
    setup.venue.tell(ACCOUNT, VenueFunding("p2", "", COIN.symbol, 500_000, at + 1))
    setup.rounds(2)
    with setup.database.read() as conn:
        paid = {row.payment_id: (row.run_id, row.amount) for row in conn.execute(select(fundings))}
        total = sum(amount for _, amount in paid.values())
        assert set(paid) == {"p1", "p2"} and total == -1_000_000
        booked = sum(ledger.balance(conn, ACCOUNT, run, ledger.Book.FUNDING) for run in ("", RUN))
        assert booked == 1_000_000 and ledger.check(conn) == []


def test_v19_the_venue_closes_what_two_runs_hold(make):
    setup = make()
    setup.order(lots=600)
    setup.order(lots=300, run="run-2")
    setup.rounds(2)
    setup.venue.liquidate(ACCOUNT, COIN.symbol, 80.0)
    setup.rounds(2)
    assert setup.venue_lots() == setup.lots() == setup.lots("run-2") == 0
    assert setup.reasons() == {"unexpected_fill"}
    setup.restart()
    setup.venue.events(ACCOUNT, "")
    setup.wire.repeat = 10
    setup.rounds(65)
    assert setup.lots() == setup.lots("run-2") == 0


def test_v19_a_position_closed_without_a_word(make):
    setup = make()
    setup.order()
    setup.rounds(61)
    setup.venue._position(ACCOUNT, "", COIN.symbol).lots = 0
    setup.rounds(61)
    assert setup.reasons() == {"position_mismatch"}
    (frozen,) = events(setup, EventKind.ACCOUNT_FROZEN)
    assert frozen.payload["rows"] == ["COIN: 0 lots at the venue, 1000 by our fills"]
    setup.rounds(120)
    assert len(events(setup, EventKind.ACCOUNT_FROZEN)) == 1


# --- fills in any order come to the same ---


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join("abc"[n] for n in order))
def test_fills_in_any_order_and_number_come_to_the_same(make, order):
    setup = make()
    at = setup.clock.now_ts()
    told = [
        VenueFill("a", "", "", "DUST", OrderKind.MARKET, Side.BUY, 2, 10.0, 0, False, at),
        VenueFill("b", "", "", "DUST", OrderKind.MARKET, Side.BUY, 3, 11.0, 0, False, at + 1),
        VenueFill("c", "", "", "DUST", OrderKind.MARKET, Side.SELL, 1, 12.0, 0, False, at + 2),
    ]
    for number in (*order, *order[::-1]):
        setup.venue.tell(ACCOUNT, told[number])
        setup.desk.collect([ACCOUNT])
    with setup.database.read() as conn:
        held = conn.execute(select(positions)).one()
        realised = -ledger.balance(conn, ACCOUNT, "", ledger.Book.REALISED)
    assert held.qty == 4 and held.cost - realised == 41_000_000
