"""What the desk may rely on beyond the contract: leverage, brackets that wait, listings that change, money."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paddock.core.errors import NotFound, Unavailable
from paddock.core.orders import OrderKind, OrderState, Side, Tif
from paddock.venues.broker import Accepted, Bracket, Cancellation, OrderUpdate, RejectCode, Rejected
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.client import LISTING_MS
from paddock.venues.hyperliquid.networks import ALLOWANCES
from paddock.venues.hyperliquid.simulator.terms import Terms
from paddock.venues.sending import VALID_MS
from paddock.venues.signing.operations import Leverage
from tests.venues.contract import ACCOUNT

from .staged import COINS, name, staged

LEVERAGE = "exchange:updateLeverage"


def held(stage, symbol="COIN"):
    with stage.simulator.lock:
        position = stage.simulator.exchange.position(stage.wallet.address, symbol)
        return position.leverage, not position.isolated


def test_the_leverage_is_set_before_the_first_entry_and_only_when_it_differs(stage):
    stage.broker.place([stage.order(leverage=3.0)])
    assert held(stage) == (3, True) and stage.simulator.faults.calls[LEVERAGE] == 1
    stage.broker.place([stage.order(leverage=3.0)])
    stage.broker.place([stage.order(side=Side.SELL, lots=500, reduce_only=True, leverage=1.0)])
    assert stage.simulator.faults.calls[LEVERAGE] == 1


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
    assert stage.truth() == 0 and "exchange:order" not in stage.simulator.faults.calls
    assert isinstance(stage.broker.place([stage.order(leverage=3.0)])[0], Accepted)


def test_an_answer_about_leverage_that_was_lost_does_not_matter_when_it_is_set(stage):
    stage.simulator.faults.add(Fault.MUTE, LEVERAGE)
    assert isinstance(stage.broker.place([stage.order(leverage=3.0)])[0], Accepted)


def test_another_margin_mode_than_ours_is_mended_before_an_entry(stage):
    """V24: a person switched it."""
    stage.broker.place([stage.order(leverage=3.0)])
    stage.broker.place([stage.order(leverage=3.0, side=Side.SELL, reduce_only=True)])
    with stage.simulator.acting() as venue:
        venue.exchange.set_leverage(stage.wallet.address, "COIN", 3, isolated=True)
    stage.clock.advance(LISTING_MS)
    stage.broker.place([stage.order(leverage=3.0)])
    assert held(stage) == (3, True)


def test_children_that_wait_for_their_entry_are_open_orders_too(stage):
    stop, take = name(), name()
    bracket = Bracket(stop_px=80.0, take_px=120.0, stop_client_id=stop, take_client_id=take)
    entry = stage.order(OrderKind.LIMIT, px=90.0, bracket=bracket)
    (outcome,) = stage.broker.place([entry])
    found = {order.client_id: order for order in stage.broker.open_orders(ACCOUNT)}
    assert found.keys() == {entry.client_id, stop, take} and outcome.venue_order_id
    assert (found[stop].kind, found[stop].px, found[stop].reduce_only) == (OrderKind.STOP, 80.0, True)
    assert (found[take].kind, found[take].px, found[entry.client_id].reduce_only) == (OrderKind.TAKE, 120.0, False)


def test_many_orders_leave_in_one_action_and_each_has_its_own_outcome(stage):
    good = [stage.order(OrderKind.LIMIT, px=90.0 - n) for n in range(30)]
    bad = stage.order(OrderKind.LIMIT, px=105.0, tif=Tif.ALO)
    early = stage.order(OrderKind.LIMIT, px=95.0, expires_ts=stage.clock.now_ts() - 1)
    outcomes = stage.broker.place([good[0], bad, early, *good[1:]])
    assert stage.simulator.faults.calls["exchange:order"] == 1
    assert [outcomes[1].code, outcomes[2].code] == [RejectCode.POST_ONLY, RejectCode.EXPIRED]
    ids = {order.client_id for order in stage.broker.open_orders(ACCOUNT)}
    assert ids == {order.client_id for order in good}
    assert sum(isinstance(one, Accepted) for one in outcomes) == 30


def test_the_equity_is_the_venues_to_the_micro_dollar(stage):
    stage.broker.place([stage.order(lots=12_345)])
    stage.trade(97.31)
    with stage.simulator.lock:
        truth = stage.simulator.exchange.account(stage.wallet.address).equity
    assert stage.broker.equity(ACCOUNT) == truth != 1_000_000_000_000


def test_a_delisted_symbol_is_refused_here_and_its_position_is_ended_by_the_venue(stage):
    """V20."""
    stage.broker.place([stage.order()])
    listing = stage.simulator.venue.listing
    with stage.simulator.acting():
        listing.coins[1] = replace(listing.coins[1], delisted=True)
    with stage.restarted() as other:
        (outcome,) = other.broker.place([other.order()])
        assert isinstance(outcome, Rejected) and outcome.code is RejectCode.HALTED
        assert other.broker.positions(ACCOUNT)[0].symbol == "COIN"


def test_in_a_market_that_is_not_what_it_was_nothing_opens_and_all_else_goes_on(stage):
    """V20: another lot size under the same name."""
    resting = stage.order(OrderKind.LIMIT, px=90.0)
    stage.broker.place([resting, stage.order(lots=10_000)])
    listing = stage.simulator.venue.listing
    with stage.simulator.acting():
        listing.coins[1] = replace(listing.coins[1], sz_decimals=2)
    with stage.restarted() as other:
        elsewhere = other.order(OrderKind.LIMIT, px=2.4, symbol="OTHER")
        exit_ = other.order(side=Side.SELL, lots=10_000, reduce_only=True)
        refused, taken, left = other.broker.place([other.order(), elsewhere, exit_])
        assert isinstance(refused, Rejected) and refused.code is RejectCode.NOT_ALLOWED
        assert "COIN is not what it was" in refused.message
        assert isinstance(taken, Accepted) and isinstance(left, Accepted)
        now = stage.clock.now_ts()
        (gone,) = other.broker.cancel([Cancellation(resting.client_id, ACCOUNT, "COIN", now, now + 30_000)])
        assert isinstance(gone, Accepted)


def test_one_order_that_cannot_be_written_keeps_no_other_back(stage):
    bad = stage.order(bound_px=1e-9)
    good = stage.order(OrderKind.LIMIT, px=90.0)
    refused, taken = stage.broker.place([bad, good])
    assert isinstance(refused, Rejected) and isinstance(taken, Accepted)


def test_levels_go_at_their_prices_and_those_in_percent_alone_are_refused(stage):
    stop, take = name(), name()
    levels = Bracket(stop_pct=5.0, stop_px=95.0, stop_client_id=stop, take_pct=9.0, trail_pct=3.0)
    (taken,) = stage.broker.place([stage.order(bracket=levels)])
    assert isinstance(taken, Accepted)
    (resting,) = stage.broker.open_orders(ACCOUNT)
    assert (resting.client_id, resting.px) == (stop, 95.0)
    (refused,) = stage.broker.place([stage.order(bracket=Bracket(take_pct=5.0, take_client_id=take))])
    assert isinstance(refused, Rejected) and refused.code is RejectCode.NOT_ALLOWED


def test_what_is_not_listed_is_refused_and_an_account_that_is_not_ours_is_not_found(stage):
    (outcome,) = stage.broker.place([stage.order(symbol="NOPE")])
    assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NOT_ALLOWED
    for ask in (stage.broker.positions, stage.broker.open_orders, lambda account: stage.broker.events(account, "")):
        with pytest.raises(NotFound):
            ask("account-9")
    assert stage.broker.place([]) == stage.broker.cancel([]) == []


def test_a_dead_mans_switch_cancels_unless_it_is_put_off(stage):
    stage.broker.place([stage.order(OrderKind.LIMIT, px=90.0)])
    at = stage.clock.now_ts() + 10_000
    assert isinstance(stage.broker.schedule_cancel(ACCOUNT, at), Accepted)
    assert isinstance(stage.broker.schedule_cancel(ACCOUNT, at + 20_000), Accepted)
    stage.clock.advance(15_000)
    assert len(stage.broker.open_orders(ACCOUNT)) == 1
    stage.clock.advance(20_000)
    assert stage.broker.open_orders(ACCOUNT) == []


def test_who_asks_too_often_is_stopped_here_and_a_cancellation_still_leaves(tmp_path):
    """V12: with the venue's limits on both sides nobody is ever told 429, and cancellations have a reserve."""
    terms = Terms(coins=COINS)
    with staged(tmp_path, terms=terms, allowances=ALLOWANCES) as stage:
        stage.trade(100.0)
        order = stage.order(OrderKind.LIMIT, px=90.0)
        assert isinstance(stage.broker.place([order])[0], Accepted)
        refusals = []
        for _ in range(40):
            try:
                stage.broker.open_orders(ACCOUNT)
            except Unavailable as error:
                refusals.append(error.message)
                break
        assert refusals and all(message.startswith("the budget gives no") for message in refusals)
        now = stage.clock.now_ts()
        (outcome,) = stage.broker.cancel([Cancellation(order.client_id, ACCOUNT, "COIN", now, now + 30_000)])
        assert isinstance(outcome, Accepted)


def test_a_level_that_the_venue_will_not_have_ends_as_cancelled_so_that_the_desk_places_another(stage):
    stop = name()
    stage.broker.place([stage.order(bracket=Bracket(stop_px=95.0, stop_client_id=stop))])

    def refused(text):
        return text.replace('"status":"open"', '"status":"badTriggerPxRejected"')

    stage.simulator.faults.add(Fault.REWRITE, "info:historicalOrders", change=refused)
    events = stage.broker.events(ACCOUNT, "")[0]
    ends = [one for one in events if isinstance(one, OrderUpdate) and one.client_id == stop]
    assert [(one.state, one.reason) for one in ends] == [(OrderState.CANCELED, "badTriggerPxRejected")]


def test_where_the_venue_lives_faster_what_is_sent_has_as_long_as_ever_to_arrive(stage, monkeypatch):
    client, asked = stage.gateway.client, []
    client.endpoint = replace(client.endpoint, speed=60.0)
    sign = stage.vault.sign
    monkeypatch.setattr(stage.vault, "sign", lambda order: asked.append(order) or sign(order))
    stage.broker.place([stage.order(leverage=7.0)])
    (setting,) = [order for order in asked if isinstance(order.operation, Leverage)]
    assert setting.expires_ts - stage.clock.now_ts() == 60 * VALID_MS
