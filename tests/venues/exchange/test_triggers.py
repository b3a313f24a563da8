"""Orders that wait for a price, and orders that belong together."""

import pytest

from paddock.venues.exchange import PriceSource, Refusal, Refused, Status, Tif, Trigger, TriggerKind
from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.rules import Children, ClientIds
from paddock.venues.exchange.units import USD

from .kit import BUY, RICH, SELL, ask, changes, lots, make, stop, take, with_rules

STOP, TAKE = TriggerKind.STOP, TriggerKind.TAKE


def deep(rules=None, lots=1000):
    """A market with somebody on both sides."""
    exchange = make(rules) if rules else make()
    quote(exchange, 100, lots)
    return exchange


def quote(exchange, px, lots=1000):
    exchange.cancel_all("cy")
    exchange.submit(ask("cy", BUY, lots, px - 1))
    exchange.submit(ask("cy", SELL, lots, px + 1))


def at(exchange, px, lots=1000):
    """The market moves to a price, with quotes around it."""
    quote(exchange, px, lots)
    exchange.set_prices("COIN", px)


class TestFiring:
    @pytest.mark.parametrize(
        ("side", "kind", "px", "not_yet", "fires"),
        [(BUY, STOP, 110, 109, 110), (SELL, STOP, 90, 91, 90), (BUY, TAKE, 90, 91, 90), (SELL, TAKE, 110, 109, 110)],
    )
    def test_when_the_mark_reaches_it(self, side, kind, px, not_yet, fires):
        exchange = deep()
        order = exchange.submit(ask("ann", side, 5, trigger=Trigger(kind, px)))
        assert order.status is Status.WAITING_TRIGGER and exchange.open_orders("ann") == [order]
        at(exchange, not_yet)
        assert not order.fired
        at(exchange, fires)
        assert (order.status, order.filled) == (Status.FILLED, 5)
        assert changes(exchange, order) == ["accepted", "waiting", "triggered", "filled"]

    def test_a_limit_rests_at_its_price_when_it_does_not_match(self):
        exchange = deep()
        order = exchange.submit(ask("ann", SELL, 5, 95, trigger=Trigger(STOP, 90)))
        at(exchange, 80)
        assert (order.status, order.px, order.fired) == (Status.OPEN, 95, True)

    def test_a_market_one_without_a_price_trades_within_the_tolerance_of_the_mark(self):
        exchange = make()
        order = exchange.submit(ask("ann", SELL, 5, trigger=Trigger(STOP, 90)))
        exchange.submit(ask("bob", BUY, 2, 81))
        exchange.submit(ask("bob", BUY, 2, 80))
        exchange.set_prices("COIN", 90)
        assert (order.px, order.filled, order.reason) == (81, 2, CancelReason.IOC_REST)

    def test_by_the_last_trade_or_the_middle_of_the_book(self):
        exchange = deep()
        last = exchange.submit(ask("ann", BUY, 1, trigger=Trigger(STOP, 101, PriceSource.LAST)))
        mid = exchange.submit(ask("ann", BUY, 1, trigger=Trigger(STOP, 104, PriceSource.MID)))
        exchange.set_prices("COIN", 200)
        assert not last.fired and not mid.fired
        exchange.submit(ask("bob", BUY, 1, 101))
        assert last.fired and not mid.fired
        quote(exchange, 104)
        assert mid.status is Status.FILLED

    def test_what_one_sets_off_may_set_off_another(self):
        exchange = make()
        for px in (101, 103, 105):
            exchange.submit(ask("bob", SELL, 1, px))
        chain = [exchange.submit(ask("ann", BUY, 1, trigger=Trigger(STOP, px, PriceSource.LAST))) for px in (101, 103)]
        exchange.submit(ask("cy", BUY, 1, 101))
        assert [order.status for order in chain] == [Status.FILLED, Status.FILLED]
        assert exchange.market("COIN").last == 105

    def test_one_that_would_fire_at_once_is_refused_or_fires(self):
        late = ask("ann", BUY, 1, trigger=Trigger(STOP, 99))
        assert deep().submit(late).refused == Refused(Refusal.TRIGGER_PX, 99, 100)
        assert deep(with_rules(refuse_fired_triggers=False)).submit(late).status is Status.FILLED

    def test_a_trigger_price_is_on_the_grid(self):
        assert deep().submit(ask("ann", BUY, 1, trigger=Trigger(STOP, 0))).refused == Refused(Refusal.TRIGGER_PX, 0)

    def test_a_post_only_one_does_not_match_when_it_fires(self):
        exchange = deep()
        order = exchange.submit(ask("ann", BUY, 5, 120, Tif.ALO, trigger=Trigger(STOP, 105)))
        at(exchange, 110)
        assert (order.status, order.px) == (Status.OPEN, 110)

    def test_margin_is_asked_for_when_it_fires(self):
        exchange = make(deposits=(("ann", 5 * USD), ("cy", RICH)))
        quote(exchange, 100)
        order = exchange.submit(ask("ann", BUY, 1, trigger=Trigger(STOP, 110)))
        at(exchange, 110)
        assert (order.status, order.reason) == (Status.CANCELLED, CancelReason.MARGIN)

    def test_a_halted_market_fires_none_until_it_goes_on(self):
        exchange = deep()
        order = exchange.submit(ask("ann", BUY, 5, trigger=Trigger(STOP, 105)))
        exchange.submit(ask("cy", SELL, 5, 111))
        exchange.halt("COIN")
        exchange.set_prices("COIN", 110)
        assert order.status is Status.WAITING_TRIGGER
        exchange.halt("COIN", halted=False)
        assert order.fired

    def test_a_reduce_only_one_needs_a_position_when_it_fires_and_takes_no_more(self):
        exchange = deep()
        exchange.deposit("dee", RICH)
        none = exchange.submit(stop("ann", SELL, 90, lots=5))
        exchange.submit(ask("bob", BUY, 3))
        some = exchange.submit(stop("bob", SELL, 90, lots=5))
        exchange.submit(ask("dee", BUY, 9))
        part = exchange.submit(stop("dee", SELL, 90, lots=5))
        at(exchange, 90)
        assert (none.status, none.reason) == (Status.CANCELLED, CancelReason.REDUCE_ONLY)
        assert (some.status, some.filled, lots(exchange, "bob")) == (Status.FILLED, 3, 0)
        assert (part.status, part.filled, lots(exchange, "dee")) == (Status.FILLED, 5, 4)


class TestPosition:
    """Take-profit and stop-loss that are sized with the position."""

    def held(self, size=10, rules=None):
        exchange = deep(rules)
        exchange.submit(ask("ann", BUY, size))
        return exchange

    def test_they_close_what_the_position_is_by_then_and_one_ends_the_other(self):
        exchange = self.held()
        low, high = exchange.submit_siblings([stop("ann", SELL, 90), take("ann", SELL, 110)])
        assert (low.status, low.lots) == (Status.WAITING_TRIGGER, 0)
        exchange.submit(ask("ann", BUY, 7))
        at(exchange, 110)
        assert (high.status, high.filled, lots(exchange, "ann")) == (Status.FILLED, 17, 0)
        assert (low.status, low.reason) == (Status.CANCELLED, CancelReason.SIBLING_FILLED)

    @pytest.mark.parametrize("size", [10, 15])
    def test_they_go_when_the_position_is_closed_or_turned(self, size):
        exchange = self.held()
        orders = exchange.submit_siblings([stop("ann", SELL, 90), take("ann", SELL, 110, lots=4)])
        exchange.submit(ask("ann", SELL, 9))
        assert all(order.status is Status.WAITING_TRIGGER for order in orders)
        exchange.submit(ask("ann", SELL, size - 9))
        assert all(order.reason is CancelReason.REDUCE_ONLY for order in orders)

    def test_they_are_refused_without_a_position_or_on_its_side(self):
        (order,) = deep().submit_siblings([stop("ann", SELL, 90)])
        assert order.refused == Refused(Refusal.REDUCE_ONLY, 0)
        (order,) = self.held().submit_siblings([stop("ann", BUY, 110)])
        assert order.refused == Refused(Refusal.REDUCE_ONLY, 10)

    def test_one_that_does_not_belong_refuses_all(self):
        exchange = self.held()
        for stranger in (stop("ann", BUY, 110), ask("ann", SELL, 1, 120), stop("bob", SELL, 90)):
            orders = exchange.submit_siblings([stop("ann", SELL, 90), stranger])
            assert [order.refused for order in orders] == [Refused(Refusal.GROUP, 1)] * 2

    def test_a_single_one_may_be_submitted_alone(self):
        exchange = self.held()
        order = exchange.submit(stop("ann", SELL, 90))
        at(exchange, 89)
        assert (order.filled, lots(exchange, "ann")) == (10, 0)


class TestBracket:
    def entry(self, exchange, size=10, px=99, **more):
        return exchange.submit_bracket(
            ask("ann", BUY, size, px, **more),
            [stop("ann", SELL, 90, lots=size, client_id="sl"), take("ann", SELL, 110, lots=size, client_id="tp")],
        )

    def test_children_wait_for_the_fill_and_then_for_their_triggers(self):
        exchange = make()
        entry, low, high = self.entry(exchange)
        assert (entry.status, low.status, high.status) == (Status.OPEN, Status.WAITING_FILL, Status.WAITING_FILL)
        exchange.submit(ask("bob", SELL, 10, 99))
        assert (entry.status, low.status, high.lots) == (Status.FILLED, Status.WAITING_TRIGGER, 10)
        exchange.submit(ask("bob", BUY, 10, 85))
        exchange.set_prices("COIN", 85)
        assert (low.status, lots(exchange, "ann")) == (Status.FILLED, 0)
        assert (high.status, high.reason) == (Status.CANCELLED, CancelReason.SIBLING_FILLED)
        assert changes(exchange, low) == ["accepted", "waiting", "waiting", "triggered", "filled"]

    def test_an_entry_that_fills_at_once_has_them_waiting_at_once(self):
        exchange = deep()
        orders = self.entry(exchange, px=101)
        assert [order.status for order in orders] == [Status.FILLED, *[Status.WAITING_TRIGGER] * 2]

    def test_scaled_children_grow_with_the_fills_and_outlive_a_cancelled_rest(self):
        exchange = make()
        entry, low, high = self.entry(exchange)
        exchange.submit(ask("bob", SELL, 3, 99))
        assert (low.status, low.lots, high.lots) == (Status.WAITING_TRIGGER, 3, 3)
        exchange.submit(ask("bob", SELL, 4, 99))
        assert (low.lots, high.lots) == (7, 7)
        exchange.cancel("ann", entry.order_id)
        assert (low.status, high.status) == (Status.WAITING_TRIGGER, Status.WAITING_TRIGGER)
        exchange.submit(ask("bob", BUY, 7, 111))
        exchange.set_prices("COIN", 111)
        assert high.filled == 7 and lots(exchange, "ann") == 0

    def test_whole_children_appear_with_the_last_fill_and_go_with_a_cancelled_rest(self):
        for cancelled in (False, True):
            exchange = make(with_rules(children=Children.WHOLE))
            entry, low, high = self.entry(exchange)
            exchange.submit(ask("bob", SELL, 9, 99))
            assert low.status is Status.WAITING_FILL
            if cancelled:
                exchange.cancel("ann", entry.order_id)
                assert (low.reason, high.reason) == (CancelReason.PARENT, CancelReason.PARENT)
            else:
                exchange.submit(ask("bob", SELL, 1, 99))
                assert (low.status, low.lots) == (Status.WAITING_TRIGGER, 10)

    def test_whole_children_appear_when_the_entry_was_cut_short_for_lack_of_margin(self):
        rules = with_rules(children=Children.WHOLE)
        exchange = make(rules, deposits=(("ann", 110 * USD), ("bob", RICH)))
        entry, low = exchange.submit_bracket(ask("ann", BUY, 11, 90), [stop("ann", SELL, 70, lots=11)])
        exchange.submit(ask("bob", SELL, 4, 90))
        exchange.set_prices("COIN", 80)
        exchange.submit(ask("bob", SELL, 7, 90))
        assert (entry.reason, entry.filled) == (CancelReason.MARGIN, 4)
        assert (low.status, low.lots) == (Status.WAITING_TRIGGER, 11)

    @pytest.mark.parametrize("rule", Children)
    def test_children_are_cancelled_with_an_entry_that_never_filled(self, rule):
        exchange = make(with_rules(children=rule))
        entry, low, high = self.entry(exchange)
        exchange.cancel("ann", entry.order_id)
        assert (low.reason, high.reason) == (CancelReason.PARENT, CancelReason.PARENT)
        entry, low, high = self.entry(exchange, px=101, tif=Tif.IOC)
        assert entry.reason is CancelReason.NO_MATCH and low.reason is CancelReason.PARENT

    def test_children_of_a_refused_entry_are_refused(self):
        exchange = deep()
        entry, low, high = self.entry(exchange, px=101, tif=Tif.ALO)
        assert entry.refused.reason is Refusal.POST_ONLY
        assert low.refused == high.refused == Refused(Refusal.PARENT, entry.order_id)

    @pytest.mark.parametrize(
        ("child", "reason"),
        [
            (stop("ann", BUY, 110, lots=5), Refused(Refusal.GROUP, 1)),
            (ask("ann", SELL, 5, trigger=Trigger(STOP, 90)), Refused(Refusal.GROUP, 1)),
            (ask("ann", SELL, 5, 110, reduce_only=True), Refused(Refusal.GROUP, 1)),
            (stop("ann", SELL, 0, lots=5), Refused(Refusal.TRIGGER_PX, 0)),
        ],
    )
    def test_a_child_that_does_not_belong_or_is_wrong_refuses_all(self, child, reason):
        exchange = deep()
        orders = exchange.submit_bracket(ask("ann", BUY, 5, 99), [take("ann", SELL, 110, lots=5), child])
        assert [order.refused for order in orders] == [reason] * 3
        assert exchange.open_orders("ann") == []

    def test_an_entry_may_itself_wait_for_a_price(self):
        exchange = deep()
        entry, low, _ = self.entry(exchange, px=120, trigger=Trigger(STOP, 105))
        assert (entry.status, low.status) == (Status.WAITING_TRIGGER, Status.WAITING_FILL)
        at(exchange, 106)
        assert (entry.status, low.status) == (Status.FILLED, Status.WAITING_TRIGGER)

    def test_children_whose_price_is_passed_already_fire_with_the_fill(self):
        exchange = deep()
        entry, low = exchange.submit_bracket(ask("ann", BUY, 5, 101), [stop("ann", SELL, 100, lots=5)])
        assert (entry.status, low.status, lots(exchange, "ann")) == (Status.FILLED, Status.FILLED, 0)

    def test_they_go_when_the_position_goes_once_the_entry_has_ended(self):
        exchange = deep()
        _, low, high = self.entry(exchange, px=101)
        exchange.submit(ask("ann", SELL, 10))
        assert (low.reason, high.reason) == (CancelReason.REDUCE_ONLY, CancelReason.REDUCE_ONLY)

    def test_they_stay_while_the_entry_may_still_fill_and_go_when_it_ends(self):
        exchange = make()
        entry, low, high = self.entry(exchange)
        exchange.submit(ask("bob", SELL, 3, 99))
        exchange.submit(ask("bob", BUY, 3, 100))
        exchange.submit(ask("ann", SELL, 3, 100))
        assert lots(exchange, "ann") == 0
        assert (low.status, high.status) == (Status.WAITING_TRIGGER, Status.WAITING_TRIGGER)
        exchange.cancel("ann", entry.order_id)
        assert (low.reason, high.reason) == (CancelReason.REDUCE_ONLY, CancelReason.REDUCE_ONLY)

    def test_a_modified_entry_keeps_its_children_and_what_they_already_cover(self):
        exchange = make()
        entry, low, _ = self.entry(exchange)
        exchange.submit(ask("bob", SELL, 4, 99))
        new = exchange.modify("ann", entry.order_id, ask("ann", BUY, 6, 98))
        assert low.status is Status.WAITING_TRIGGER and low.lots == 4
        exchange.submit(ask("bob", SELL, 6, 98))
        assert (new.status, low.lots) == (Status.FILLED, 10)

    def test_a_modified_child_takes_the_place_of_the_old_one(self):
        exchange = make()
        entry, low, high = self.entry(exchange)
        new = exchange.modify("ann", "sl", stop("ann", SELL, 95, lots=10, client_id="sl"))
        assert (low.reason, new.status) == (CancelReason.MODIFIED, Status.WAITING_FILL)
        exchange.submit(ask("bob", SELL, 10, 99))
        exchange.submit(ask("bob", BUY, 10, 94))
        exchange.set_prices("COIN", 95)
        assert (new.filled, high.reason) == (10, CancelReason.SIBLING_FILLED)
        assert entry.filled == 10

    def test_a_client_id_that_is_taken_refuses_all(self):
        exchange = make(with_rules(client_ids=ClientIds.OPEN))
        self.entry(exchange)
        orders = self.entry(exchange)
        assert all(order.refused.reason is Refusal.DUPLICATE_CLIENT_ID for order in orders)
