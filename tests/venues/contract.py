"""What every venue must do, whoever wrote it: a suite to inherit from, with a `stage` fixture of the venue's own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Protocol

import pytest

from paddock.core.instrument import Instrument
from paddock.core.orders import TRANSITIONS, OrderKind, OrderState, Side, Tif
from paddock.core.seams import ManualClock
from paddock.venues.broker import (
    Accepted,
    Bracket,
    Broker,
    Cancellation,
    OrderUpdate,
    Placement,
    RejectCode,
    Rejected,
    VenueFill,
)

ACCOUNT = "account-1"
PX = 100.0
VALID_MS = 30_000
STEP_MS = 60_000


def named(text: str) -> str:
    """A client id, as intents have them: 32 hex digits."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Stage(Protocol):
    """One venue with one symbol, and a way to make its market trade.

    A venue whose TWAPs have slices of its own choosing says so with an attribute `own_slices` that is true.
    """

    broker: Broker
    clock: ManualClock
    instrument: Instrument

    def trade(self, px: float) -> None:
        """The market trades at `px`, one step later, with more volume than anybody wants."""


@dataclass
class Trader:
    """Places orders on a stage, each under a new client id, and reads what came of them."""

    stage: Stage
    book: str = "run-1"
    ids: count = field(default_factory=lambda: count(1))

    def order(self, kind=OrderKind.MARKET, side=Side.BUY, lots=1000, **more) -> Placement:
        now = self.stage.clock.now_ts()
        client_id = named(f"{self.book}-{next(self.ids)}")
        said = {"client_id": client_id, "sent_ts": now, "expires_ts": now + VALID_MS}
        return Placement(
            account_id=ACCOUNT,
            book=self.book,
            symbol=self.stage.instrument.symbol,
            kind=kind,
            side=side,
            lots=lots,
            **said | more,
        )

    def place(self, *args, **more) -> Placement:
        order = self.order(*args, **more)
        (outcome,) = self.stage.broker.place([order])
        assert isinstance(outcome, Accepted), outcome
        return order

    def refused(self, order: Placement) -> RejectCode:
        (outcome,) = self.stage.broker.place([order])
        assert isinstance(outcome, Rejected), outcome
        return outcome.code

    def cancel(self, order: Placement):
        now = self.stage.clock.now_ts()
        (outcome,) = self.stage.broker.cancel(
            [Cancellation(order.client_id, ACCOUNT, order.symbol, now, now + VALID_MS)]
        )
        return outcome

    def fills(self, client_id: str | None = None) -> list[VenueFill]:
        events, _ = self.stage.broker.events(ACCOUNT, "")
        fills = [e for e in events if isinstance(e, VenueFill)]
        return [fill for fill in fills if client_id in (None, fill.client_id)]

    def ends(self, client_id: str) -> list[OrderState]:
        events, _ = self.stage.broker.events(ACCOUNT, "")
        return [e.state for e in events if isinstance(e, OrderUpdate) and e.client_id == client_id]

    def open_ids(self) -> set[str]:
        return {order.client_id for order in self.stage.broker.open_orders(ACCOUNT)}

    def lots(self) -> int:
        book = "" if self.stage.broker.capabilities.netting else self.book
        return sum(p.lots for p in self.stage.broker.positions(ACCOUNT) if p.book == book)

    def enter(self, lots=1000, **more) -> Placement:
        order = self.place(lots=lots, **more)
        self.stage.trade(PX)
        return order


@pytest.fixture
def trader(stage: Stage) -> Trader:
    stage.trade(PX)
    return Trader(stage)


class VenueContract:
    def test_a_market_order_fills_and_the_position_is_the_sum_of_its_fills(self, trader):
        order = trader.enter(lots=1000)
        fills = trader.fills(order.client_id)
        assert sum(fill.lots for fill in fills) == 1000 == trader.lots()
        assert {(fill.side, fill.kind, fill.symbol) for fill in fills} == {(Side.BUY, OrderKind.MARKET, order.symbol)}
        books = {order.book, ""} if trader.stage.broker.capabilities.netting else {order.book}
        assert {fill.book for fill in fills} <= books
        assert all(fill.fee >= 0 and not fill.maker for fill in fills)
        found = trader.stage.broker.find(ACCOUNT, order.client_id)
        assert (found.state, found.filled) == (OrderState.FILLED, 1000)

    def test_a_resting_order_is_found_listed_and_filled_when_price_trades_through_it(self, trader):
        order = trader.place(OrderKind.LIMIT, px=90.0)
        assert trader.stage.broker.find(ACCOUNT, order.client_id).state is OrderState.OPEN
        assert order.client_id in trader.open_ids() and trader.lots() == 0
        trader.stage.trade(95.0)
        trader.stage.trade(89.0)
        (fill,) = trader.fills(order.client_id)
        assert fill.px <= 90.0 and fill.lots == 1000 == trader.lots()
        assert order.client_id not in trader.open_ids()

    def test_what_nobody_placed_is_not_found(self, trader):
        assert trader.stage.broker.find(ACCOUNT, named("nobody")) is None

    def test_a_cancelled_order_is_gone_and_says_so(self, trader):
        order = trader.place(OrderKind.LIMIT, px=90.0)
        assert isinstance(trader.cancel(order), Accepted)
        assert order.client_id not in trader.open_ids()
        assert trader.ends(order.client_id)[-1] is OrderState.CANCELED
        assert trader.stage.broker.find(ACCOUNT, order.client_id).state is OrderState.CANCELED
        trader.stage.trade(80.0)
        assert trader.fills() == []

    def test_what_is_gone_cannot_be_cancelled(self, trader):
        order = trader.enter()
        for _ in range(2):
            outcome = trader.cancel(order)
            assert isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER

    def test_events_are_read_in_pages_and_again_from_any_cursor(self, trader):
        trader.enter()
        broker = trader.stage.broker
        first, cursor = broker.events(ACCOUNT, "")
        assert broker.events(ACCOUNT, cursor) == ([], cursor)
        trader.enter()
        more, _ = broker.events(ACCOUNT, cursor)
        everything, _ = broker.events(ACCOUNT, "")
        assert more and everything == first + more
        ids = [event.fill_id for event in everything if isinstance(event, VenueFill)]
        assert len(set(ids)) == len(ids) and ids == sorted(ids)

    def test_every_order_changes_along_the_table(self, trader):
        trader.enter()
        trader.cancel(trader.place(OrderKind.LIMIT, px=90.0))
        trader.place(OrderKind.LIMIT, px=95.0)
        trader.stage.trade(94.0)
        paths = defaultdict(lambda: [OrderState.SENT])
        for event in trader.stage.broker.events(ACCOUNT, "")[0]:
            if isinstance(event, OrderUpdate):
                paths[event.client_id].append(event.state)
        for states in paths.values():
            for state, to in pairwise(states):
                assert to == state or to in TRANSITIONS[state], states

    def test_a_request_that_arrives_too_late_is_refused(self, trader):
        order = trader.order()
        trader.stage.clock.advance(VALID_MS + 1)
        assert trader.refused(order) is RejectCode.EXPIRED
        assert trader.stage.broker.find(ACCOUNT, order.client_id) is None

    def test_the_same_bytes_again_are_the_same_order_where_the_venue_deduplicates(self, trader):
        if not trader.stage.broker.capabilities.dedups:
            pytest.skip("this venue does not promise it")
        order = trader.order(OrderKind.LIMIT, px=90.0)
        one, two = (trader.stage.broker.place([order])[0] for _ in range(2))
        assert isinstance(one, Accepted) and one == two
        assert [o.client_id for o in trader.stage.broker.open_orders(ACCOUNT)] == [order.client_id]
        other = trader.order(OrderKind.LIMIT, px=91.0, client_id=order.client_id)
        assert trader.refused(other) is RejectCode.DUPLICATE

    def test_reduce_only_never_opens_and_never_flips(self, trader):
        trader.stage.broker.place([trader.order(side=Side.SELL, reduce_only=True)])
        trader.stage.trade(PX)
        assert trader.lots() == 0
        trader.enter(lots=300)
        trader.place(side=Side.SELL, lots=1000, reduce_only=True)
        trader.stage.trade(PX)
        assert trader.lots() == 0

    def test_a_stop_rests_until_price_reaches_it(self, trader):
        trader.enter()
        stop = trader.place(OrderKind.STOP, Side.SELL, px=95.0, reduce_only=True)
        trader.stage.trade(96.0)
        assert trader.lots() == 1000
        trader.stage.trade(94.0)
        (fill,) = trader.fills(stop.client_id)
        assert trader.lots() == 0 and (fill.kind, fill.side) == (OrderKind.STOP, Side.SELL)

    def test_a_target_rests_until_price_reaches_it(self, trader):
        trader.enter()
        take = trader.place(OrderKind.TAKE, Side.SELL, px=105.0, reduce_only=True)
        trader.stage.trade(104.0)
        assert trader.lots() == 1000
        trader.stage.trade(106.0)
        (fill,) = trader.fills(take.client_id)
        assert trader.lots() == 0 and fill.kind is OrderKind.TAKE

    def test_a_bracket_protects_from_the_first_fill_and_goes_with_the_position(self, trader):
        capabilities = trader.stage.broker.capabilities
        if not (capabilities.relative_brackets or capabilities.attached_brackets):
            pytest.skip("this venue takes no brackets")
        stop, take = named("stop-1"), named("take-1")
        ids = {"stop_client_id": stop, "take_client_id": take}
        relative, absolute = {"stop_pct": 5.0, "take_pct": 5.0}, {"stop_px": 95.0, "take_px": 105.0}
        levels = relative if capabilities.relative_brackets else absolute
        trader.enter(bracket=Bracket(**ids, **levels))
        assert {stop, take} <= trader.open_ids()
        trader.stage.trade(94.0)
        (fill,) = trader.fills(stop)
        assert (fill.kind, fill.lots, trader.lots()) == (OrderKind.STOP, 1000, 0)
        assert not {stop, take} & trader.open_ids()
        assert trader.ends(take)[-1] is OrderState.CANCELED

    def test_relative_levels_follow_the_average_entry(self, trader):
        if not trader.stage.broker.capabilities.relative_brackets:
            pytest.skip("this venue keeps no levels in percent")
        trader.enter(bracket=Bracket(stop_pct=10.0, stop_client_id=named("stop-1")))
        trader.stage.trade(110.0)
        more = trader.place(bracket=Bracket(stop_pct=10.0, stop_client_id=named("stop-2")))
        trader.stage.trade(110.0)
        assert trader.fills(more.client_id)
        trader.stage.trade(96.0)
        assert trader.lots() == 2000
        trader.stage.trade(94.0)
        assert trader.lots() == 0

    def test_books_are_kept_apart_unless_the_venue_nets(self, trader):
        other = Trader(trader.stage, "run-2")
        trader.enter(lots=1000)
        other.enter(lots=400, side=Side.SELL)
        netting = trader.stage.broker.capabilities.netting
        assert (trader.lots(), other.lots()) == ((600, 600) if netting else (1000, -400))

    def test_what_breaks_a_limit_of_the_instrument_is_refused(self, trader):
        limit = {"kind": OrderKind.LIMIT, "px": 90.0}
        assert trader.refused(trader.order(**limit | {"px": 90.00001})) is RejectCode.TICK
        assert trader.refused(trader.order(**limit | {"px": float("nan")})) is RejectCode.TICK
        assert trader.refused(trader.order(**limit, lots=0)) is RejectCode.LOT
        assert trader.refused(trader.order(**limit, lots=1)) is RejectCode.MIN_NOTIONAL
        assert trader.refused(trader.order(**limit, leverage=1000.0)) is RejectCode.LEVERAGE
        assert trader.open_ids() == set()

    def test_an_order_ends_when_its_time_is_over(self, trader):
        order = trader.place(OrderKind.LIMIT, px=90.0, cancel_ts=trader.stage.clock.now_ts() + STEP_MS)
        trader.stage.trade(95.0)
        trader.stage.trade(95.0)
        assert trader.ends(order.client_id)[-1] is OrderState.EXPIRED
        trader.stage.trade(80.0)
        assert trader.fills() == []

    def test_immediate_or_cancel_does_not_rest(self, trader):
        order = trader.place(OrderKind.LIMIT, px=90.0, tif=Tif.IOC)
        trader.stage.trade(95.0)
        assert trader.ends(order.client_id)[-1] is OrderState.CANCELED and trader.fills() == []

    def test_post_only_never_takes(self, trader):
        trader.stage.broker.place([trader.order(OrderKind.LIMIT, px=105.0, tif=Tif.ALO)])
        trader.stage.trade(PX)
        assert trader.fills() == [] and trader.open_ids() == set()

    def test_a_twap_fills_in_slices(self, trader):
        order = trader.place(OrderKind.TWAP, slices=4, lots=1000)
        for _ in range(6):
            trader.stage.trade(PX)
        fills = trader.fills(order.client_id)
        assert len(fills) == 4 or getattr(trader.stage, "own_slices", False)
        assert len(fills) > 1 and sum(fill.lots for fill in fills) == 1000 == trader.lots()

    def test_a_market_order_beyond_its_bound_is_cancelled(self, trader):
        order = trader.order(bound_px=101.0)
        trader.stage.trade(105.0)
        trader.stage.broker.place([trader.order(client_id=order.client_id, bound_px=101.0)])
        trader.stage.trade(105.0)
        assert trader.fills() == [] and trader.ends(order.client_id)[-1] is OrderState.CANCELED
