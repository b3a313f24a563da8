"""One order at a time: what rests, what trades, what is refused, and with which numbers."""

from dataclasses import replace

import pytest

from paddock.venues.exchange import Order, Refusal, Refused, Status, Tif, Trigger, TriggerKind
from paddock.venues.exchange.events import CancelReason, Change, OrderChanged
from paddock.venues.exchange.rules import ClientIds, OrderCap
from paddock.venues.exchange.units import RATE_ONE, USD

from .kit import BUY, COIN, NO_FEES, RICH, SELL, START_TS, ask, changes, lots, make, told, trades, with_rules


def test_a_limit_order_takes_the_best_price_first_then_the_oldest_then_rests():
    exchange = make()
    dear = exchange.submit(ask("bob", SELL, 5, 102))
    first = exchange.submit(ask("bob", SELL, 5, 101))
    second = exchange.submit(ask("cy", SELL, 5, 101))
    taker = exchange.submit(ask("ann", BUY, 13, 102))
    assert [(it.maker.order_id, it.px, it.lots) for it in trades(exchange)] == [
        (first.order_id, 101, 5),
        (second.order_id, 101, 5),
        (dear.order_id, 102, 3),
    ]
    assert (taker.status, taker.filled, taker.value) == (Status.FILLED, 13, (10 * 101 + 3 * 102) * USD)
    assert (dear.status, dear.left) == (Status.OPEN, 2)
    assert changes(exchange, taker) == ["accepted", "partial", "partial", "filled"]
    rest = exchange.submit(ask("ann", BUY, 7, 102))
    assert (rest.status, rest.left) == (Status.OPEN, 5)
    assert exchange.depth("COIN").bids[0].px == 102


def test_an_event_says_what_the_order_was_then():
    exchange = make()
    exchange.submit(ask("bob", SELL, 2, 101))
    order = exchange.submit(ask("ann", BUY, 5, 101))
    partial = told(exchange, OrderChanged)[-2]
    assert (partial.change, partial.order_id, partial.filled, partial.lots) == (Change.PARTIAL, order.order_id, 2, 5)
    assert (partial.value, partial.trade_id) == (202 * USD, trades(exchange)[0].trade_id)


@pytest.mark.parametrize(("there", "reason"), [(0, CancelReason.NO_MATCH), (3, CancelReason.IOC_REST)])
def test_an_ioc_ends_with_what_it_did_not_take(there, reason):
    exchange = make()
    if there:
        exchange.submit(ask("bob", SELL, there, 101))
    order = exchange.submit(ask("ann", BUY, 5, 101, Tif.IOC))
    assert (order.status, order.reason, order.filled) == (Status.CANCELLED, reason, there)
    assert exchange.open_orders("ann") == []


def test_a_market_order_goes_as_far_as_its_bound():
    exchange = make()
    for px in (101, 103, 105):
        exchange.submit(ask("bob", SELL, 1, px))
    bounded = exchange.submit(ask("ann", BUY, 5, 103, market=True))
    assert (bounded.filled, bounded.status) == (2, Status.CANCELLED)
    unbounded = exchange.submit(ask("ann", BUY, 1))
    assert unbounded.status is Status.FILLED and unbounded.value == 105 * USD


def test_a_post_only_order_that_would_match_is_refused_with_the_best_prices():
    exchange = make()
    exchange.submit(ask("bob", BUY, 1, 99))
    exchange.submit(ask("bob", SELL, 1, 101))
    order = exchange.submit(ask("ann", BUY, 1, 101, Tif.ALO))
    assert order.refused == Refused(Refusal.POST_ONLY, seen=101, bid=99, ask=101)
    assert changes(exchange, order) == ["rejected"]
    assert exchange.submit(ask("ann", BUY, 1, 100, Tif.ALO)).status is Status.OPEN


def test_a_top_of_book_order_steps_back_to_where_it_does_not_match():
    exchange = make()
    exchange.submit(ask("bob", SELL, 1, 101))
    order = exchange.submit(ask("ann", BUY, 1, 105, Tif.TOB))
    assert (order.status, order.px) == (Status.OPEN, 100)
    assert exchange.submit(ask("cy", SELL, 1, 98, Tif.TOB)).px == 101
    assert exchange.submit(ask("cy", SELL, 1, 107, Tif.TOB)).px == 107


def test_a_top_of_book_order_below_the_lowest_price_ends():
    exchange = make()
    exchange.submit(ask("bob", SELL, 1, 1))
    order = exchange.submit(ask("ann", BUY, 1, 5, Tif.TOB))
    assert (order.status, order.reason) == (Status.CANCELLED, CancelReason.NO_MATCH)


def test_the_resting_order_of_a_self_trade_is_cancelled_and_the_taker_goes_on():
    exchange = make()
    own = exchange.submit(ask("ann", SELL, 5, 101))
    other = exchange.submit(ask("bob", SELL, 5, 101))
    taker = exchange.submit(ask("ann", BUY, 4, 101))
    assert (own.status, own.reason) == (Status.CANCELLED, CancelReason.SELF_TRADE)
    assert taker.status is Status.FILLED and other.left == 1


class TestReduceOnly:
    def exchange(self, side=BUY, size=10):
        exchange = make()
        exchange.submit(ask("bob", SELL if side is BUY else BUY, size, 100))
        exchange.submit(ask("ann", side, size, 100))
        return exchange

    def test_it_is_refused_without_a_position_or_on_its_side(self):
        exchange = self.exchange()
        assert exchange.submit(ask("ann", BUY, 1, 99, reduce_only=True)).refused == Refused(Refusal.REDUCE_ONLY, 10)
        assert exchange.submit(ask("cy", SELL, 1, 99, reduce_only=True)).refused == Refused(Refusal.REDUCE_ONLY, 0)

    @pytest.mark.parametrize("side", [BUY, SELL])
    def test_it_shrinks_to_the_position_and_never_turns_it(self, side):
        exchange, other = self.exchange(side), SELL if side is BUY else BUY
        exchange.submit(ask("cy", side, 50, 100))
        order = exchange.submit(ask("ann", other, 30, reduce_only=True))
        assert (order.status, order.filled, order.lots, order.asked.lots) == (Status.FILLED, 10, 10, 30)
        assert lots(exchange, "ann") == 0

    def test_a_resting_one_shrinks_and_goes_with_the_position(self):
        exchange = self.exchange()
        resting = exchange.submit(ask("ann", SELL, 10, 120, reduce_only=True))
        exchange.submit(ask("cy", BUY, 20, 100))
        exchange.submit(ask("ann", SELL, 4))
        assert (resting.lots, resting.status) == (6, Status.OPEN)
        exchange.submit(ask("ann", SELL, 6))
        assert (resting.status, resting.reason) == (Status.CANCELLED, CancelReason.REDUCE_ONLY)
        assert changes(exchange, resting)[-2:] == ["resized", "cancelled:reduce_only"]

    def test_two_resting_ones_do_not_exceed_the_position_and_the_older_gives_way(self):
        exchange = self.exchange()
        older = exchange.submit(ask("ann", SELL, 10, 120, reduce_only=True))
        newer = exchange.submit(ask("ann", SELL, 10, 121, reduce_only=True))
        assert (older.status, older.reason) == (Status.CANCELLED, CancelReason.REDUCE_ONLY)
        part = exchange.submit(ask("ann", SELL, 4, 122, reduce_only=True))
        assert (newer.lots, part.lots) == (6, 4)

    def test_when_the_newest_takes_all_the_room_the_older_go(self):
        exchange = self.exchange()
        older = exchange.submit(ask("ann", SELL, 4, 120, reduce_only=True))
        newer = exchange.submit(ask("ann", SELL, 6, 121, reduce_only=True))
        exchange.submit(ask("cy", BUY, 5, 100))
        exchange.submit(ask("ann", SELL, 5))
        assert (newer.lots, older.status) == (5, Status.CANCELLED)

    def test_a_taker_that_empties_one_finds_the_rest_gone(self):
        exchange = self.exchange()
        first = exchange.submit(ask("ann", SELL, 6, 120, reduce_only=True))
        second = exchange.submit(ask("ann", SELL, 4, 120, reduce_only=True))
        exchange.submit(ask("ann", SELL, 1, 119))
        exchange.submit(ask("cy", BUY, 20, 120))
        assert lots(exchange, "ann") == 0
        assert first.filled + second.filled == 9


class TestCancel:
    def test_by_order_id_and_by_client_id(self):
        exchange = make()
        one = exchange.submit(ask("ann", BUY, 1, 90, client_id="one"))
        two = exchange.submit(ask("ann", BUY, 1, 91, client_id="two"))
        assert exchange.cancel("ann", one.order_id) is one
        assert exchange.cancel("ann", "two") is two
        assert (one.reason, two.status) == (CancelReason.USER, Status.CANCELLED)
        assert exchange.depth("COIN").bids == ()

    def test_what_is_not_open_or_not_yours_is_refused(self):
        exchange = make()
        order = exchange.submit(ask("ann", BUY, 1, 90, client_id="one"))
        assert exchange.cancel("bob", order.order_id) == Refused(Refusal.NOT_OPEN, order.order_id)
        exchange.cancel("ann", "one")
        assert exchange.cancel("ann", order.order_id) == Refused(Refusal.NOT_OPEN, order.order_id)
        assert exchange.cancel("ann", "one") == Refused(Refusal.NOT_OPEN)

    def test_all_but_what_is_kept(self):
        exchange = make()
        exchange.submit(ask("bob", SELL, 5, 100))
        exchange.submit(ask("ann", BUY, 5, 100))
        closing = exchange.submit(ask("ann", SELL, 5, 120, reduce_only=True))
        waiting = exchange.submit(ask("ann", BUY, 1, 130, trigger=Trigger(TriggerKind.STOP, 125)))
        plain = exchange.submit(ask("ann", BUY, 1, 90))
        gone = exchange.cancel_all("ann", keep_reduce_only=True, keep_triggers=True)
        assert gone == [plain] and exchange.open_orders("ann") == [closing, waiting]
        assert exchange.cancel_all("ann", "COIN") == [closing, waiting]

    def test_an_order_ends_at_its_expiry(self):
        exchange = make()
        order = exchange.submit(ask("ann", BUY, 1, 90, expires_ts=START_TS + 1000))
        exchange.advance(START_TS + 999)
        assert order.status is Status.OPEN
        exchange.advance(START_TS + 5000)
        assert (order.reason, order.changed_ts) == (CancelReason.EXPIRED, START_TS + 1000)
        late = exchange.submit(ask("ann", BUY, 1, 90, expires_ts=START_TS))
        assert late.refused == Refused(Refusal.EXPIRED, START_TS, START_TS + 5000)


class TestModify:
    def test_it_is_a_cancel_and_a_new_order_under_a_new_id_behind_the_others(self):
        exchange = make(with_rules(client_ids=ClientIds.EVER))
        old = exchange.submit(ask("ann", BUY, 5, 99, client_id="one"))
        other = exchange.submit(ask("bob", BUY, 5, 99))
        new = exchange.modify("ann", "one", ask("ann", BUY, 3, 99, client_id="one"))
        assert isinstance(new, Order) and new.order_id > other.order_id
        assert (old.reason, new.status) == (CancelReason.MODIFIED, Status.OPEN)
        assert exchange.find("ann", "one") is new
        exchange.submit(ask("cy", SELL, 5, 99))
        assert other.status is Status.FILLED and new.filled == 0

    def test_a_new_order_that_is_wrong_by_itself_leaves_the_old_one(self):
        exchange = make()
        old = exchange.submit(ask("ann", BUY, 5, 99))
        assert exchange.modify("ann", old.order_id, ask("ann", BUY, 0, 99)) == Refused(Refusal.ZERO_SIZE)
        assert old.status is Status.OPEN

    def test_a_new_order_may_be_refused_when_the_old_one_is_gone(self):
        exchange = make()
        exchange.submit(ask("bob", SELL, 5, 101))
        old = exchange.submit(ask("ann", BUY, 5, 99))
        new = exchange.modify("ann", old.order_id, ask("ann", BUY, 5, 101, Tif.ALO))
        assert isinstance(new, Order) and new.refused is not None
        assert old.status is Status.CANCELLED

    def test_what_is_not_open_is_refused_unless_it_is_to_be_placed_always(self):
        exchange = make()
        assert exchange.modify("ann", 77, ask("ann", BUY, 5, 99)) == Refused(Refusal.NOT_OPEN, 77)
        placed = exchange.modify("ann", 77, ask("ann", BUY, 5, 99), always=True)
        assert isinstance(placed, Order) and placed.status is Status.OPEN


class TestClientIds:
    @pytest.mark.parametrize(
        ("rule", "while_open", "after"), [("never", True, True), ("open", False, True), ("ever", False, False)]
    )
    def test_when_one_is_a_duplicate(self, rule, while_open, after):
        exchange = make(with_rules(client_ids=ClientIds(rule)))
        first = exchange.submit(ask("ann", BUY, 1, 90, client_id="one"))
        again = exchange.submit(ask("ann", BUY, 1, 90, client_id="one"))
        assert (again.refused is None) is while_open
        if not while_open:
            assert again.refused == Refused(Refusal.DUPLICATE_CLIENT_ID, first.order_id)
        exchange.cancel_all("ann")
        assert (exchange.submit(ask("ann", BUY, 1, 90, client_id="one")).refused is None) is after

    def test_a_refused_order_does_not_use_it_up(self):
        exchange = make(with_rules(client_ids=ClientIds.EVER))
        refused = exchange.submit(ask("ann", BUY, 0, 90, client_id="one"))
        assert exchange.find("ann", "one") is refused
        taken = exchange.submit(ask("ann", BUY, 1, 90, client_id="one"))
        assert taken.refused is None and exchange.find("ann", "one") is taken


BOUNDED = replace(
    COIN,
    tick=5,
    lot=2,
    min_px=50,
    max_px=500,
    min_value=1000 * USD,
    max_limit_value=20_000 * USD,
    max_market_value=10_000 * USD,
    px_band=RATE_ONE // 2,
)


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (ask("ann", BUY, 0, 100), Refused(Refusal.ZERO_SIZE)),
        (ask("ann", BUY, -2, 100), Refused(Refusal.ZERO_SIZE, -2)),
        (ask("ann", BUY, 3, 100), Refused(Refusal.LOT, 3, 2)),
        (ask("ann", BUY, 10, 101), Refused(Refusal.TICK, 101, 5)),
        (ask("ann", BUY, 10, -5), Refused(Refusal.TICK, -5, 5)),
        (ask("ann", BUY, 10, 0, market=False), Refused(Refusal.TICK, 0, 5)),
        (ask("ann", BUY, 10, 45), Refused(Refusal.PX_RANGE, 45, 50)),
        (ask("ann", BUY, 10, 505), Refused(Refusal.PX_RANGE, 505, 500)),
        (ask("ann", BUY, 10, 155), Refused(Refusal.PX_TOO_FAR, 155, 150)),
        (ask("ann", SELL, 30, 50), None),
        (ask("ann", BUY, 10, 95), Refused(Refusal.MIN_VALUE, 950 * USD, 1000 * USD)),
        (ask("ann", BUY, 8), Refused(Refusal.MIN_VALUE, 800 * USD, 1000 * USD)),
        (ask("ann", BUY, 202, 100), Refused(Refusal.MAX_VALUE, 20_200 * USD, 20_000 * USD)),
        (ask("ann", BUY, 102), Refused(Refusal.MAX_VALUE, 10_200 * USD, 10_000 * USD)),
        (ask("ann", BUY, 10, 100), None),
    ],
)
def test_a_contract_bounds_its_orders(asked, refused):
    exchange = make(contract=BOUNDED)
    assert exchange.submit(asked).refused == refused


def test_closing_a_whole_position_has_no_smallest_value_but_a_part_has():
    exchange = make(contract=replace(COIN, min_value=1000 * USD))
    exchange.submit(ask("bob", SELL, 10, 100))
    exchange.submit(ask("ann", BUY, 10, 100))
    exchange.set_prices("COIN", 50)
    exchange.submit(ask("bob", BUY, 30, 50))
    part = exchange.submit(ask("ann", SELL, 9, reduce_only=True))
    assert part.refused == Refused(Refusal.MIN_VALUE, 450 * USD, 1000 * USD)
    assert exchange.submit(ask("ann", SELL, 10, reduce_only=True)).status is Status.FILLED


def test_significant_figures_bind_but_whole_dollars_are_always_allowed():
    contract = replace(COIN, px_decimals=2, sig_figs=3)
    exchange = make(contract=contract, mark=12_300)
    assert contract.step(999) == 1 and contract.step(1_234) == 10 and contract.step(123_400) == 100
    assert exchange.submit(ask("ann", BUY, 1, 12_310)).refused == Refused(Refusal.TICK, 12_310, 100)
    assert exchange.submit(ask("ann", BUY, 1, 9_990)).refused is None
    assert exchange.submit(ask("ann", BUY, 1, 12_300)).refused is None


def test_open_orders_are_capped_and_reduce_only_and_trigger_orders_first():
    exchange = make(with_rules(order_cap=OrderCap(base=2, per_value=100 * USD, most=3)))
    exchange.submit(ask("ann", BUY, 1, 90))
    exchange.submit(ask("ann", BUY, 1, 90))
    assert exchange.submit(ask("ann", BUY, 1, 90)).refused == Refused(Refusal.TOO_MANY_ORDERS, 2, 2)
    exchange.submit(ask("bob", SELL, 5, 90, Tif.IOC))
    exchange.submit(ask("bob", SELL, 3, 91))
    exchange.submit(ask("ann", BUY, 3, 91))
    for _ in range(3):
        assert exchange.submit(ask("ann", BUY, 1, 80)).refused is None
    assert exchange.submit(ask("ann", BUY, 1, 80)).refused == Refused(Refusal.TOO_MANY_ORDERS, 3, 3)
    waiting = ask("ann", BUY, 1, 130, trigger=Trigger(TriggerKind.STOP, 125))
    assert exchange.submit(waiting).refused == Refused(Refusal.TOO_MANY_ORDERS, 3, 2)


def test_open_interest_is_capped_for_what_adds_to_it():
    exchange = make(contract=replace(COIN, oi_cap=1000 * USD))
    exchange.submit(ask("bob", SELL, 10, 100))
    assert exchange.submit(ask("ann", BUY, 10, 100)).status is Status.FILLED
    assert exchange.market("COIN").open_interest == 10
    assert exchange.submit(ask("ann", BUY, 1, 100)).refused == Refused(Refusal.OI_CAP_INCREASE, 1100 * USD, 1000 * USD)
    assert exchange.submit(ask("ann", SELL, 10, 110)).refused is None
    assert exchange.submit(ask("bob", BUY, 25, 90)).refused == Refused(Refusal.OI_CAP_FLIP, 1500 * USD, 1000 * USD)


def test_a_market_that_is_halted_ended_or_without_a_price_takes_nothing():
    exchange = make()
    resting = exchange.submit(ask("ann", BUY, 1, 90))
    exchange.halt("COIN")
    assert exchange.submit(ask("ann", BUY, 1, 90)).refused == Refused(Refusal.HALTED)
    exchange.halt("COIN", halted=False)
    assert exchange.submit(ask("ann", BUY, 1, 90)).refused is None
    assert resting.status is Status.OPEN
    exchange.post_only()
    assert exchange.submit(ask("ann", BUY, 1, 90)).refused == Refused(Refusal.POST_ONLY_PERIOD)
    assert exchange.submit(ask("ann", BUY, 1, 90, Tif.ALO)).refused is None
    assert make(mark=0).submit(ask("ann", BUY, 1, 90)).refused == Refused(Refusal.NO_PRICE)


def test_a_contract_that_ends_gives_all_money_back():
    exchange = make()
    exchange.submit(ask("bob", SELL, 10, 100))
    exchange.submit(ask("ann", BUY, 10, 100))
    resting = exchange.submit(ask("cy", BUY, 10, 90))
    exchange.set_prices("COIN", 110)
    exchange.delist("COIN")
    assert (resting.reason, lots(exchange, "ann"), lots(exchange, "backstop")) == (CancelReason.DELISTED, 0, 0)
    assert exchange.account("ann").balance == RICH + 100 * USD
    assert exchange.account("bob").balance == RICH - 100 * USD


def test_ids_begin_where_they_are_told_to_and_events_can_be_forgotten():
    exchange = make(replace(NO_FEES, first_order_id=500, first_trade_id=900))
    order = exchange.submit(ask("bob", SELL, 1, 100))
    exchange.submit(ask("ann", BUY, 1, 100))
    assert order.order_id == 500 and exchange.order(500) is order
    assert trades(exchange)[0].trade_id == 900
    events = list(exchange.events())
    exchange.forget_events(5)
    assert exchange.events() == events[5:] and exchange.events(7) == events[7:]
    exchange.submit(ask("ann", BUY, 1, 90))
    assert exchange.events(len(events))[0].seq == len(events) + 1


def test_an_unknown_symbol_is_the_wires_mistake():
    with pytest.raises(KeyError):
        make().submit(ask("ann", BUY, 1, 90, symbol="MOON"))


def test_time_does_not_go_back():
    exchange = make()
    exchange.advance(START_TS + 10)
    with pytest.raises(ValueError, match="go back"):
        exchange.advance(START_TS + 9)
