"""No position without its stop: attached, placed after the fill, moved before the old one goes; or it is left."""

from __future__ import annotations

from itertools import pairwise

import pytest

from paddock.core.orders import TERMINAL, OrderKind, OrderState, Reason, Side
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.kinds import EventKind
from paddock.runtime import tables
from paddock.runtime.lifecycle import RunState, StopMode, Wanted
from paddock.runtime.wants import ProtectWant
from paddock.venues.broker import Bracket, Cancellation, Placement, RejectCode
from paddock.venues.fake import Fault, Script, Step

from .desks import ACCOUNT, ATTACHED, BOOKS, BRACKET, COIN, PLAIN, RELATIVE, RUN, UNSURE, S, Setup

O = OrderState
KINDS = {"plain": PLAIN, "attached": ATTACHED, "books": BOOKS}


@pytest.fixture
def sqlite(fresh_url):
    database = Database.open(fresh_url("sqlite"))
    yield database
    database.close()


@pytest.fixture
def make(sqlite):
    return lambda capabilities=PLAIN, **more: Setup(sqlite, capabilities, **more)


def kinds(setup: Setup) -> list[EventKind]:
    with setup.database.read() as conn:
        return [event.kind for event in read(conn, limit=100_000)]


def protect(setup: Setup, bracket: Bracket, *changed: OrderKind) -> None:
    setup.decisions[RUN] += 1
    lots, decision = setup.lots(), setup.decisions[RUN]
    side = Side.BUY if lots > 0 else Side.SELL
    setup.record(ProtectWant(RUN, ACCOUNT, decision, 0, COIN.symbol, side, abs(lots), bracket, frozenset(changed)))


@pytest.mark.parametrize("capabilities", KINDS.values(), ids=KINDS)
def test_levels_follow_the_average_and_cover_the_whole_position(make, capabilities):
    setup = make(capabilities)
    setup.order(lots=400, bracket=BRACKET)
    setup.rounds(3)
    setup.venue.trade(COIN.symbol, 104.0)
    setup.order(lots=400, bracket=BRACKET, ref_px=104.0)
    setup.rounds(4)
    (stop,), (take,) = setup.levels(), setup.levels(OrderKind.TAKE)
    assert (stop.px, take.px) == (96.9, 112.2)  # of the average of 102
    assert stop.lots == take.lots == 800


def test_a_partial_fill_is_protected_as_far_as_it_goes(make):
    setup = make()
    setup.venue.trade(COIN.symbol, 90.0, lots=0)
    name = setup.order(kind=OrderKind.LIMIT, px=90.0, bracket=BRACKET)
    for filled in (300, 700):
        setup.venue.fill(name, 300 if filled == 300 else 400, 90.0)
        setup.rounds(3)
        assert [(stop.px, stop.lots) for stop in setup.levels()] == [(85.5, filled)]


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.ACCEPT_THEN_TIMEOUT, Fault.REFUSE, Fault.ACCEPT])
def test_the_new_stop_is_there_before_the_old_one_goes(make, fault):
    """Whatever becomes of the new one, at no moment is the position without an acknowledged stop."""
    setup = make(script=Script(place={2: Step(fault, RejectCode.OTHER)}))
    setup.order(bracket=Bracket(stop_pct=5.0))
    setup.rounds(3)
    protect(setup, Bracket(stop_px=97.0), OrderKind.STOP)
    for _ in range(20):
        setup.rounds(1)
        assert any(stop.lots == 1000 for stop in setup.levels())
    assert [stop.px for stop in setup.levels()] == [97.0]
    asked = [type(call) is Placement for call in setup.wire.calls[2:]]
    assert asked[-1] is False and all(asked[:-1])


@pytest.mark.parametrize("capabilities", [PLAIN, UNSURE], ids=["dedups", "unsure"])
@pytest.mark.parametrize("fault", [Fault.DROP, Fault.LATE, Fault.ACCEPT_THEN_TIMEOUT, Fault.UNREACHABLE])
def test_the_stop_that_stands_stays_when_a_larger_one_is_on_its_way_and_needed_no_more(make, fault, capabilities):
    """The position grew, and shrank again before its new stop was acknowledged: the old one covers it."""
    setup = make(capabilities, script=Script(place={2: Step(fault, ms=20 * S)}))
    name = setup.order(kind=OrderKind.LIMIT, px=90.0, bracket=Bracket(stop_pct=5.0))
    setup.venue.fill(name, 300, 90.0)
    setup.rounds(2)
    setup.venue.fill(name, 400, 90.0)
    setup.rounds(1)
    setup.leave(450)
    for _ in range(60):
        setup.rounds(1)
        assert setup.venue_lots() == 250
        assert any(stop.lots >= 250 for stop in setup.levels())
    assert len(setup.levels()) == 1


@pytest.mark.parametrize("code", [RejectCode.OTHER, RejectCode.RATE_LIMIT])
def test_a_position_whose_stop_is_not_acknowledged_in_time_is_left(make, code):
    refused = {n: Step(Fault.REFUSE, code) for n in range(1, 8)}
    setup = make(script=Script(place=refused))
    bare_since = setup.clock.now_ts()
    setup.order(bracket=BRACKET)
    while setup.venue_lots() and setup.clock.now_ts() < bare_since + 60_000:
        setup.rounds(1)
    assert setup.venue_lots() == 0 and EventKind.POSITION_UNPROTECTED in kinds(setup)
    if code is RejectCode.OTHER:
        assert setup.clock.now_ts() - bare_since <= 10_000 + 3_000
    setup.rounds(90)
    assert setup.lots() == 0 and setup.venue.open_orders(ACCOUNT) == []
    assert all(intent.state in TERMINAL for intent in setup.intents())


def test_a_venue_that_refuses_to_let_a_position_go_is_asked_without_hurry(make):
    setup = make(script=Script(place={n: Step(Fault.REFUSE, RejectCode.OTHER) for n in range(1, 5_000)}))
    setup.order(bracket=BRACKET)
    setup.rounds(300)
    setup.restart()
    setup.rounds(300)
    placed = [call for call in setup.wire.calls if isinstance(call, Placement)]
    asked = [one.sent_ts for one in placed[1:] if one.kind is OrderKind.MARKET]
    waits = [later - one for one, later in pairwise(asked)]
    assert waits[0] == S and waits == sorted(waits) and waits[-1] == 60 * S and len(asked) < 20
    setup.wire.script = Script()
    setup.rounds(120)
    assert setup.venue_lots() == 0 or len(setup.levels()) == 1


def test_a_position_is_left_across_a_restart(make):
    setup = make(script=Script(place={n: Step(Fault.REFUSE, RejectCode.OTHER) for n in range(1, 20)}))
    setup.order(bracket=BRACKET)
    setup.rounds(6)
    setup.restart()
    setup.wire.script = Script(place={n: Step(Fault.REFUSE, RejectCode.OTHER) for n in range(1)})
    setup.rounds(12)
    assert setup.lots() in (0, 1000)
    setup.rounds(60)
    assert setup.lots() == setup.venue_lots() in (0, 1000)
    assert setup.venue_lots() == 0 or [stop.lots for stop in setup.levels()] == [1000]


def test_the_target_goes_when_the_stop_was_reached(make):
    setup = make()
    setup.order(bracket=BRACKET)
    setup.rounds(3)
    assert len(setup.venue.open_orders(ACCOUNT)) == 2
    setup.venue.trade(COIN.symbol, 94.0)
    setup.rounds(3)
    assert setup.venue.open_orders(ACCOUNT) == []
    setup.venue.trade(COIN.symbol, 120.0)
    setup.rounds(2)
    assert setup.lots() == setup.venue_lots() == 0


def test_protection_that_is_taken_away_goes(make):
    setup = make()
    setup.order(bracket=BRACKET)
    setup.rounds(3)
    protect(setup, Bracket(stop_pct=5.0), OrderKind.TAKE)
    setup.rounds(3)
    assert setup.levels(OrderKind.TAKE) == [] and len(setup.levels()) == 1


def test_levels_that_were_to_travel_with_a_refused_entry_end_with_it(make):
    setup = make(ATTACHED, script=Script(place={0: Step(Fault.REFUSE, RejectCode.MARGIN)}))
    name = setup.order(bracket=BRACKET)
    setup.rounds(2)
    assert [intent.state for intent in setup.intents()].count(O.CANCELED) == 2 and setup.state(name) is O.REFUSED


def test_a_venue_that_keeps_levels_is_told_what_changed(make):
    setup = make(RELATIVE)
    setup.order(bracket=BRACKET)
    setup.rounds(2)
    protect(setup, Bracket(stop_pct=2.0, take_pct=10.0), OrderKind.STOP)
    setup.desk.send()
    told = setup.wire.calls[-1]
    assert (told.kind, told.pct, told.px, told.side, told.reduce_only) == (OrderKind.STOP, 2.0, 0.0, Side.SELL, True)
    assert len(setup.wire.calls) == 2


def test_runs_of_one_account_do_not_oppose_each_other_where_the_venue_nets(make):
    setup = make()
    one, other = setup.want(), setup.want(Side.SELL, run="run-2")
    (refused,) = setup.record(one, other)
    assert (refused.run_id, refused.why) == ("run-2", "opposite_on_account")
    setup.desk.send()
    setup.rounds(2)
    (refused,) = setup.record(setup.want(Side.SELL, run="run-2"))
    assert refused.why == "opposite_on_account"
    assert setup.record(setup.want(Side.SELL, reduce_only=True, reason=Reason.CLOSE_POSITION)) == []
    assert setup.record(setup.want(run="run-2")) == []


def test_runs_with_books_of_their_own_may_oppose_each_other(make):
    setup = make(BOOKS)
    assert setup.record(setup.want(), setup.want(Side.SELL, run="run-2")) == []


def test_two_runs_of_one_account_are_protected_apart(make):
    setup = make()
    setup.order(lots=400, bracket=Bracket(stop_pct=5.0))
    setup.order(lots=600, bracket=Bracket(stop_pct=10.0), run="run-2")
    setup.rounds(3)
    assert sorted((stop.px, stop.lots) for stop in setup.levels()) == [(90.0, 600), (95.0, 400)]
    setup.venue.trade(COIN.symbol, 94.0)
    setup.rounds(3)
    assert (setup.lots(), setup.lots("run-2"), setup.venue_lots()) == (0, 600, 600)
    assert [(stop.px, stop.lots) for stop in setup.levels()] == [(90.0, 600)]


def test_protection_that_was_handed_over_is_tended_no_more(make):
    """It stays where it is; when the owner takes it away, nothing takes its place and nothing is closed."""
    setup = make()
    setup.order(lots=500, bracket=BRACKET)
    setup.rounds(3)
    stopped_with_handover(setup)
    setup.rounds(2)
    (stop,), (take,) = setup.levels(), setup.levels(OrderKind.TAKE)
    setup.venue.cancel([Cancellation(stop.client_id, ACCOUNT, COIN.symbol, setup.clock.now_ts(), 2**53)])
    setup.rounds(40)
    assert setup.levels() == []
    assert [level.client_id for level in setup.levels(OrderKind.TAKE)] == [take.client_id]
    assert setup.lots() == setup.venue_lots() == 500


def test_protection_is_handed_over_only_when_it_is_there(make):
    setup = make()
    setup.order(lots=500, bracket=BRACKET)
    stopped_with_handover(setup)
    setup.rounds(5)
    assert [level.lots for level in setup.levels()] == [500]


def stopped_with_handover(setup: Setup) -> None:
    venue, who = {"venue": "fake", "interval": "1m"}, {"owner": "ada", "name": "x"}
    account = {"account_id": ACCOUNT, "venue": "fake", "opened_ts": 0} | who
    bot = {"bot_id": "b", "version": 1, "created_ts": 0, "changed_ts": 0, "deleted_ts": None} | who
    version = {"bot_id": "b", "version": 1, "strategy_hash": "", "document": {}, "created_ts": 0}
    feed = {"feed": "f", "symbols": [], "source": "", "stale_ts": None} | venue
    feed |= dict.fromkeys(("anchor_ts", "begin_ts", "last_ts"), 0)
    run = {"run_id": RUN, "owner": "ada", "bot_id": "b", "version": 1, "strategy_hash": "", "account_id": ACCOUNT}
    run |= {"feed": "f", "shard": 0, "capital": 1, "state": RunState.STOPPED, "wanted": Wanted.STOPPED}
    run |= {"stop_mode": StopMode.HANDOVER, "asked": 0, "reason": "", "decision": 1, "deployed_ts": 0, "settled": 0}
    with setup.database.write() as conn:
        rows = {tables.accounts: account, tables.bots: bot, tables.bot_versions: version, tables.feeds: feed}
        for table, row in (rows | {tables.runs: run}).items():
            conn.execute(table.insert().values(row))
