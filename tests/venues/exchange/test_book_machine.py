"""The exchange's book does what a plain list of orders would do, whatever is asked of it."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from paddock.venues.exchange import Tif

from .kit import BUY, SELL, ask, make, trades
from .naive import Naive

NAMES = ("ann", "bob", "cy")


class BookMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.exchange, self.naive = make(), Naive()

    def submit(self, request, tif):
        order = self.exchange.submit(request)
        self.naive.submit(
            order.order_id, request.account, int(request.side), request.lots, request.px, tif, request.reduce_only
        )

    @rule(
        account=st.sampled_from(NAMES),
        side=st.sampled_from((BUY, SELL)),
        lots=st.integers(1, 12),
        px=st.integers(95, 105),
        tif=st.sampled_from(Tif),
        reduce_only=st.booleans(),
    )
    def limit(self, account, side, lots, px, tif, reduce_only):
        self.submit(ask(account, side, lots, px, tif, reduce_only=reduce_only), tif.value)

    @rule(account=st.sampled_from(NAMES), lots=st.integers(1, 12), away=st.integers(-1, 4))
    def closing(self, account, lots, away):
        """A reduce-only limit of the side that reduces, mostly where it rests."""
        side = SELL if self.naive.positions.get(account, 0) > 0 else BUY
        self.submit(ask(account, side, lots, 100 - side * away, reduce_only=True), "gtc")

    @rule(account=st.sampled_from(NAMES), side=st.sampled_from((BUY, SELL)), lots=st.integers(1, 30), data=st.data())
    def market(self, account, side, lots, data):
        worst = data.draw(st.sampled_from((0, 99, 101)))
        self.submit(ask(account, side, lots, worst, market=True), "market")

    @rule(data=st.data())
    def cancel(self, data):
        if self.naive.resting:
            order = data.draw(st.sampled_from(self.naive.resting))
            self.exchange.cancel(order["account"], order["id"])
            self.naive.cancel(order["id"])

    @rule(data=st.data(), lots=st.integers(1, 12), px=st.integers(95, 105))
    def modify(self, data, lots, px):
        if self.naive.resting:
            old = data.draw(st.sampled_from(self.naive.resting))
            request = ask(old["account"], BUY if old["sign"] > 0 else SELL, lots, px)
            order = self.exchange.modify(old["account"], old["id"], request)
            self.naive.cancel(old["id"])
            self.naive.submit(order.order_id, old["account"], old["sign"], lots, px, "gtc")

    @invariant()
    def the_same_book(self):
        depth = self.exchange.depth("COIN", levels=1000)
        for sign, side in ((1, depth.bids), (-1, depth.asks)):
            assert [(level.px, level.lots, level.orders) for level in side] == self.naive.levels(sign)
        if depth.bids and depth.asks:
            assert depth.bids[0].px < depth.asks[0].px

    @invariant()
    def the_same_trades(self):
        told = [(it.maker.order_id, it.taker.order_id, it.px, it.lots) for it in trades(self.exchange)]
        assert told == self.naive.trades

    @invariant()
    def the_same_orders(self):
        resting = {it["id"]: it["left"] for it in self.naive.resting}
        open_orders = [order for name in NAMES for order in self.exchange.open_orders(name)]
        assert {order.order_id: order.left for order in open_orders} == resting
        for order_id, how in self.naive.ended.items():
            assert self.exchange.order(order_id).status.value == how

    @invariant()
    def the_same_positions(self):
        for name in NAMES:
            assert self.exchange.position(name, "COIN").lots == self.naive.positions.get(name, 0)


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
