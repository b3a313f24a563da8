"""Our own codec reads what the simulator says: replies, frames, outcomes, and its orders are taken."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import Accepted, Bracket, Cancellation, Placement, RejectCode, Rejected
from paddock.venues.pacifica.codec import account, frames, histories, instruments, markets, orders
from paddock.venues.pacifica.codec.answers import answer, payload
from paddock.venues.pacifica.codec.outcomes import outcome, outcomes
from paddock.venues.pacifica.codec.signing import signed
from tests.venues.pacifica_simulator.kit import ACCOUNT, OWNER, START_TS, Desk, make

CLIENT_ID = "0123456789abcdef0123456789abcdef"
NAMES = (f"{number:032x}" for number in range(1, 1000))


@pytest.fixture
def world():
    simulator, clock = make()
    desk = Desk(simulator)
    listing = instruments.listing(desk.get("/info"))
    return simulator, clock, desk, listing


def placement(kind=OrderKind.LIMIT, side=Side.BUY, lots=1000, px=60000.0, **more):
    named = {"client_id": next(NAMES), "account_id": "a", "book": "b", "symbol": "BTC"}
    times = {"sent_ts": START_TS, "expires_ts": START_TS + 5000}
    return Placement(kind=kind, side=side, lots=lots, px=px, **named | times | more)


def cancellation(client_id):
    return Cancellation(client_id=client_id, account_id="a", symbol="BTC", sent_ts=START_TS, expires_ts=START_TS + 5000)


def send(simulator, draft):
    return simulator.act(draft.path, signed(draft, OWNER, ACCOUNT))[0]


def result(said, **more):
    return outcome(said.status, {}, said.body, **more)


def place(world, order):
    simulator, _, _, listing = world
    return result(send(simulator, orders.placed(order, listing[order.symbol])))


@pytest.mark.parametrize(
    "order",
    [
        placement(),
        placement(OrderKind.MARKET, px=0.0, bound_px=64000.0),
        placement(OrderKind.MARKET, px=0.0),
        placement(OrderKind.TWAP, px=0.0, slices=4),
        placement(bracket=Bracket(stop_px=59000.0, stop_client_id=CLIENT_ID, take_px=62000.0)),
    ],
    ids=["limit", "bounded", "market", "twap", "bracket"],
)
def test_what_our_codec_writes_is_taken(world, order):
    assert isinstance(place(world, order), Accepted)


def test_a_stop_and_a_target_of_a_position_are_taken(world):
    assert isinstance(place(world, placement(OrderKind.MARKET, px=0.0)), Accepted)
    stop = placement(OrderKind.STOP, Side.SELL, px=60000.0, reduce_only=True)
    take = placement(OrderKind.TAKE, Side.SELL, px=66000.0, reduce_only=True)
    assert isinstance(place(world, stop), Accepted) and isinstance(place(world, take), Accepted)
    simulator, _, _, listing = world
    rows = {row.client_id: row for row in histories.orders(Desk(simulator).mine("/orders"), listing)}
    assert rows[stop.client_id].kind is OrderKind.STOP and rows[stop.client_id].px == 60000.0
    for order in (stop, take):
        asked = cancellation(order.client_id)
        gone = result(send(simulator, orders.cancelled(asked, orders.shelf_of(order.kind))), cancelling=True)
        assert isinstance(gone, Accepted)


@pytest.mark.parametrize(
    "more, code",
    [
        ({"lots": 1}, RejectCode.MIN_NOTIONAL),
        ({"lots": 60_000_000}, RejectCode.MARGIN),
        ({"reduce_only": True}, RejectCode.REDUCE_ONLY),
    ],
)
def test_refusals_mean_what_they_say(world, more, code):
    refused = place(world, placement(**more))
    assert isinstance(refused, Rejected) and refused.code is code


def test_a_duplicate_an_unknown_order_and_a_halt(world):
    simulator, _, _, listing = world
    order = placement()
    assert isinstance(place(world, order), Accepted)
    assert place(world, order).code is RejectCode.DUPLICATE
    asked = cancellation(next(NAMES))
    missed = result(send(simulator, orders.cancelled(asked, orders.Shelf.BOOK)), cancelling=True)
    assert missed.code is RejectCode.NO_SUCH_ORDER
    simulator.halt("BTC")
    assert place(world, placement()).code is RejectCode.HALTED
    draft = orders.placed(placement(), listing["BTC"])
    simulator.halt("BTC", halted=False)
    forged = signed(draft, OWNER, ACCOUNT) | {"price": "1"}
    assert result(simulator.act(draft.path, forged)[0]).code is RejectCode.NOT_ALLOWED


def test_a_batch(world):
    simulator, _, _, listing = world
    drafts = [orders.placed(one, listing["BTC"]) for one in (placement(), placement(lots=1))]
    body = orders.batch([(draft, signed(draft, OWNER, ACCOUNT)) for draft in drafts])
    said, _ = simulator.act("/orders/batch", body)
    first, second = outcomes(said.status, {}, said.body, [False, False])
    assert isinstance(first, Accepted) and second.code is RejectCode.MIN_NOTIONAL


def test_replies_are_read_to_the_micro_dollar(world):
    simulator, _, desk, listing = world
    place(world, placement(OrderKind.MARKET, px=0.0, lots=100_000))
    place(world, placement())
    simulator.move("BTC", "64000")
    read, truth = account.account(desk.mine("/account")), simulator.exchange.account(ACCOUNT)
    assert (read.balance, read.equity, read.cross_equity) == (truth.balance, truth.equity, truth.cross_equity)
    assert (read.margin_used, read.cross_maintenance) == (truth.reserved, truth.maintenance)
    [held] = account.positions(desk.mine("/positions"), listing)
    assert held.lots == 100_000 and held.liquidation_px is not None
    fills = histories.trades(desk.mine("/trades/history"), listing)
    assert sum(fill.lots for fill in fills) == 100_000 and all(fill.opens and not fill.maker for fill in fills)
    assert read.balance == 100_000 * 10**6 - sum(fill.fee for fill in fills)
    past = histories.orders(desk.mine("/orders/history"), listing)
    assert {row.state for row in past} == {OrderState.FILLED, OrderState.OPEN}
    assert markets.tickers(desk.get("/info/prices"))[0].mark_px == 64000.0
    assert markets.fee_levels(desk.get("/info/fees"))[0].rates.taker == Decimal("0.0004")
    assert markets.book(desk.get("/book", symbol="BTC"), listing).bids[0].px < 64000
    assert account.balance_changes(desk.mine("/account/balance/history"))[0].balance == read.balance


def test_every_frame_is_read(world):
    simulator, clock, desk, listing = world
    texts = []
    listener = simulator.hub.join(texts.append)
    for source in frames.Source:
        params = {"source": str(source)}
        if source.startswith("account"):
            params["account"] = ACCOUNT
        elif source is not frames.Source.PRICES:
            params["symbol"] = "BTC"
        if "candle" in source:
            params["interval"] = "1m"
        assert not simulator.hub.subscribe(listener, params)
    place(world, placement(OrderKind.MARKET, px=0.0))
    place(world, placement())
    place(world, placement(OrderKind.TWAP, px=0.0, slices=4))
    desk.do("update_leverage", symbol="ETH", leverage=3)
    clock.advance(30_000)
    simulator.move("BTC", "63600")
    read = [frames.frame(text, listing) for text in texts]
    assert not [frame for frame in read if isinstance(frame, frames.Unheard)]
    channels = {json.loads(text)["channel"] for text in texts}
    assert channels == {*map(str, frames.Source), "subscribe"}
    levers = [frame for frame in read if isinstance(frame, frames.LeverageSet)]
    assert [(frame.symbol, frame.leverage) for frame in levers] == [("ETH", 3)]


def test_pages_and_errors_are_read(world):
    simulator, _, _, _ = world
    for _ in range(3):
        place(world, placement())
    said, _ = simulator.ask("/orders/history", {"account": ACCOUNT, "limit": "2"})
    page = answer(said.status, said.body)
    assert page.cursor and len(payload(page)) == 2
    said, _ = simulator.ask("/orders/history", {"account": ACCOUNT, "limit": "2", "cursor": page.cursor})
    assert answer(said.status, said.body).cursor == ""
    missing, _ = simulator.ask("/orders/history_by_id", {"order_id": "1"})
    assert answer(missing.status, missing.body).code == 404
