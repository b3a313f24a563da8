"""What the desk may rely on beyond the contract: leverage, brackets that wait, listings that change, money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paddock.core.errors import NotFound, Unavailable
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Accepted, Bracket, Cancellation, RejectCode, Rejected
from paddock.venues.faults import Fault
from paddock.venues.pacifica.client import LISTING_MS
from paddock.venues.pacifica.networks import ALLOWANCES
from paddock.venues.pacifica.simulator.terms import Terms
from paddock.venues.sending import VALID_MS
from paddock.venues.signing.operations import Leverage
from tests.venues.contract import ACCOUNT

from .staged import COINS, OWNER, name, staged

LEVERAGE = "post:/account/leverage"
MODE = "post:/account/margin"


def held(stage, symbol="COIN"):
    with stage.simulator.lock:
        position = stage.simulator.exchange.position(OWNER, symbol)
        return position.leverage, not position.isolated


def cancel(stage, order, broker=None):
    now = stage.clock.now_ts()
    asked = Cancellation(order.client_id, ACCOUNT, order.symbol, now, now + 30_000)
    (outcome,) = (broker or stage.broker).cancel([asked])
    return outcome


def test_the_leverage_is_set_before_the_first_entry_and_only_when_it_differs(stage):
    stage.broker.place([stage.order(leverage=3.0)])
    assert held(stage) == (3, True) and stage.calls(LEVERAGE) == 1 and stage.calls(MODE) == 0
    stage.broker.place([stage.order(leverage=3.0)])
    stage.broker.place([stage.order(side=Side.SELL, lots=500, reduce_only=True, leverage=1.0)])
    assert stage.calls(LEVERAGE) == 1


def test_what_is_held_keeps_its_leverage_unless_more_is_wanted(stage):
    stage.broker.place([stage.order(leverage=5.0)])
    stage.broker.place([stage.order(leverage=2.0)])
    assert held(stage) == (5, True)
    stage.broker.place([stage.order(leverage=7.5)])
    assert held(stage) == (8, True)


def test_no_entry_leaves_while_its_leverage_is_not_known_to_be_set(stage):
    stage.simulator.faults.add(Fault.LOST, LEVERAGE)
    with pytest.raises(Unavailable):
        stage.broker.place([stage.order(leverage=3.0)])
    assert stage.truth() == 0 and not stage.calls("post:/orders/create_market")
    assert isinstance(stage.broker.place([stage.order(leverage=3.0)])[0], Accepted)


def test_an_answer_about_leverage_that_was_lost_does_not_matter_when_it_is_set(stage):
    stage.simulator.faults.add(Fault.MUTE, LEVERAGE)
    assert isinstance(stage.broker.place([stage.order(leverage=3.0)])[0], Accepted)


@pytest.mark.parametrize("as_object", [False, True])
def test_another_margin_mode_than_ours_is_mended_before_an_entry(tmp_path, as_object):
    """V24: a person switched it. Both forms of the account's settings are read."""
    terms = Terms(coins=COINS, allowed=replace(Terms().allowed, ip=0, key=0), settings_as_object=as_object)
    with staged(tmp_path, terms=terms) as stage:
        stage.trade(100.0)
        stage.broker.place([stage.order(leverage=3.0)])
        stage.broker.place([stage.order(leverage=3.0, side=Side.SELL, reduce_only=True)])
        switch(stage)
        stage.clock.advance(LISTING_MS)
        stage.broker.place([stage.order(leverage=3.0)])
        assert held(stage) == (3, True)


def switch(stage):
    with stage.simulator.acting() as venue:
        venue.exchange.set_leverage(OWNER, "COIN", 3, isolated=True)
        venue.members.get(OWNER).settings_ts["COIN"] = (1, 2)


def test_an_entry_beside_a_position_in_another_margin_mode_is_refused_with_the_venues_words(stage):
    """V24: what is held cannot be switched."""
    switch(stage)
    with stage.simulator.acting() as venue:
        venue.exchange.submit(request(venue, 500))
    (outcome,) = stage.broker.place([stage.order(leverage=3.0)])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.LEVERAGE and "open position" in outcome.message


def request(venue, lots):
    from paddock.venues.exchange import Request, Tif

    ask = venue.exchange.market("COIN").ask
    return Request(OWNER, "COIN", Side.BUY, lots, ask * 2, tif=Tif.IOC, market=True)


def test_children_that_wait_for_their_entry_are_open_orders_too_and_each_can_be_cancelled(stage):
    stop, take = name(), name()
    bracket = Bracket(stop_px=80.0, take_px=120.0, stop_client_id=stop, take_client_id=take)
    entry = stage.order(OrderKind.LIMIT, px=90.0, bracket=bracket)
    (outcome,) = stage.broker.place([entry])
    with stage.restarted() as other:
        found = {order.client_id: order for order in other.broker.open_orders(ACCOUNT)}
        assert found.keys() == {entry.client_id, stop, take} and outcome.venue_order_id
        assert (found[stop].kind, found[stop].px, found[stop].reduce_only) == (OrderKind.STOP, 80.0, True)
        assert (found[take].kind, found[take].px, found[entry.client_id].reduce_only) == (OrderKind.TAKE, 120.0, False)
        assert isinstance(cancel(stage, replace(entry, client_id=stop), other.broker), Accepted)
    assert isinstance(cancel(stage, replace(entry, client_id=take)), Accepted)
    assert isinstance(cancel(stage, entry), Accepted)
    assert stage.broker.open_orders(ACCOUNT) == []


def test_each_kind_of_order_is_cancelled_where_it_waits_by_another_process_too(stage):
    stage.broker.place([stage.order()])
    orders = [
        stage.order(OrderKind.STOP, Side.SELL, px=90.0, reduce_only=True),
        stage.order(OrderKind.TAKE, Side.SELL, px=110.0, reduce_only=True),
        stage.order(OrderKind.TWAP, slices=20, lots=2000),
    ]
    assert all(isinstance(one, Accepted) for one in stage.broker.place(orders))
    with stage.restarted() as other:
        assert {one.client_id for one in other.broker.open_orders(ACCOUNT)} == {one.client_id for one in orders}
        assert all(isinstance(cancel(stage, one, other.broker), Accepted) for one in orders)
        assert other.broker.open_orders(ACCOUNT) == []
        nobodys = cancel(stage, stage.order(), other.broker)
        assert isinstance(nobodys, Rejected) and nobodys.code is RejectCode.NO_SUCH_ORDER


def test_many_orders_leave_at_once_and_each_has_its_own_outcome(stage):
    good = [stage.order(OrderKind.LIMIT, px=90.0 - n) for n in range(30)]
    bad = stage.order(OrderKind.LIMIT, px=95.0, side=Side.SELL, reduce_only=True)
    early = stage.order(OrderKind.LIMIT, px=95.0, expires_ts=stage.clock.now_ts() - 1)
    outcomes = stage.broker.place([good[0], bad, early, *good[1:]])
    assert [outcomes[1].code, outcomes[2].code] == [RejectCode.REDUCE_ONLY, RejectCode.EXPIRED]
    ids = {order.client_id for order in stage.broker.open_orders(ACCOUNT)}
    assert ids == {order.client_id for order in good}
    assert sum(isinstance(one, Accepted) for one in outcomes) == 30


def test_the_equity_is_the_venues_to_the_micro_dollar(stage):
    stage.broker.place([stage.order(lots=12_345)])
    stage.trade(97.31)
    with stage.simulator.lock:
        truth = stage.simulator.exchange.account(OWNER).equity
    assert stage.broker.equity(ACCOUNT) == truth != 1_000_000_000_000


def test_a_delisted_symbol_is_refused_here_and_what_happened_there_does_not_stop_the_rest(stage):
    """V20: who is started later does not know its lots any more."""
    stage.broker.place([stage.order()])
    stage.simulator.delist("COIN")
    stage.move(2.6, "OTHER")
    (outcome,) = stage.broker.place([stage.order()])
    assert isinstance(outcome, Rejected) and outcome.message == "no price of COIN is known"
    stage.gateway.client._listed_s = float("-inf")
    (outcome,) = stage.broker.place([stage.order()])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.HALTED
    with stage.restarted() as other:
        (outcome,) = other.broker.place([other.order()])
        assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
        (outcome,) = other.broker.place([other.order(symbol="OTHER", lots=100)])
        assert isinstance(outcome, Accepted)
        assert {one.symbol for one in other.broker.positions(ACCOUNT)} == {"OTHER"}
        events, cursor = other.broker.events(ACCOUNT, "")
        assert len(events) == 2 and other.broker.events(ACCOUNT, cursor) == ([], cursor)


def test_a_market_that_is_not_what_it_was_takes_no_entries_but_cancellations(stage):
    """V20: another lot size under the same name."""
    resting = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([resting])
    listing = stage.simulator.venue.listing
    with stage.simulator.acting():
        listing._coins["COIN"] = replace(listing["COIN"], lot_size="0.0001")
    with stage.restarted() as other:
        (outcome,) = other.broker.place([other.order(lots=10_000)])
        assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
        assert isinstance(cancel(stage, resting, other.broker), Accepted)


def test_levels_go_at_their_prices_and_those_in_percent_alone_are_refused(stage):
    stop, take = name(), name()
    levels = Bracket(stop_pct=5.0, stop_px=95.0, stop_client_id=stop, take_pct=9.0, trail_pct=3.0)
    (taken,) = stage.broker.place([stage.order(bracket=levels)])
    assert isinstance(taken, Accepted)
    (resting,) = stage.broker.open_orders(ACCOUNT)
    assert (resting.client_id, resting.px) == (stop, 95.0)
    (refused,) = stage.broker.place([stage.order(bracket=Bracket(take_pct=5.0, take_client_id=take))])
    assert isinstance(refused, Rejected) and refused.code is RejectCode.NOT_ALLOWED


def test_a_twap_with_a_bound_is_told_in_percent_of_the_price_it_was_judged_at(stage):
    (outcome,) = stage.broker.place([stage.order(OrderKind.TWAP, slices=4, bound_px=101.0)])
    assert isinstance(outcome, Accepted)
    (refused,) = stage.broker.place([stage.order(OrderKind.TWAP, slices=4, bound_px=99.0)])
    assert isinstance(refused, Rejected)


def test_what_is_not_listed_is_refused_and_an_account_that_is_not_ours_is_not_found(stage):
    (outcome,) = stage.broker.place([stage.order(symbol="NOPE")])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    for ask in (stage.broker.positions, stage.broker.open_orders, lambda account: stage.broker.events(account, "")):
        with pytest.raises(NotFound):
            ask("account-9")
    assert stage.broker.place([]) == stage.broker.cancel([]) == []


def test_who_asks_too_often_is_stopped_here_and_a_cancellation_still_leaves(tmp_path):
    """V12: with the venue's limits on both sides nobody is ever told 429, and cancellations have a reserve."""
    with staged(tmp_path, terms=Terms(coins=COINS), allowances=ALLOWANCES) as stage:
        stage.trade(100.0)
        order = stage.order(OrderKind.LIMIT, px=90.0)
        assert isinstance(stage.broker.place([order])[0], Accepted)
        refusals = []
        while not refusals or not refusals[-1].startswith("the budget gives no"):
            try:
                stage.broker.open_orders(ACCOUNT)
            except Unavailable as error:
                refusals.append(error.message)
            assert len(refusals) < 40 and not any("too many" in message for message in refusals)
        assert isinstance(cancel(stage, order), Accepted)


def test_an_order_that_a_level_replaces_is_never_called_a_market_of_ours(stage):
    """What was placed as a target rests as a limit at the venue, and is called a target all the same."""
    stage.broker.place([stage.order()])
    take = stage.order(OrderKind.TAKE, Side.SELL, px=110.0, reduce_only=True)
    stage.broker.place([take])
    (resting,) = stage.broker.open_orders(ACCOUNT)
    assert resting.kind is OrderKind.TAKE and stage.broker.find(ACCOUNT, take.client_id).kind is OrderKind.TAKE


def test_where_the_venue_lives_faster_what_is_sent_has_as_long_as_ever_to_arrive(stage, monkeypatch):
    client, asked = stage.gateway.client, []
    client.endpoint = replace(client.endpoint, speed=60.0)
    sign = stage.vault.sign
    monkeypatch.setattr(stage.vault, "sign", lambda order: asked.append(order) or sign(order))
    stage.broker.place([stage.order(leverage=7.0)])
    (setting,) = [order for order in asked if isinstance(order.operation, Leverage)]
    assert setting.expires_ts - stage.clock.now_ts() == 60 * VALID_MS
