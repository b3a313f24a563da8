"""What is sent over the socket, and each channel that is heard on it."""

from __future__ import annotations

import json
import timeit

import pytest

from paddock.core.errors import Unknown
from paddock.core.orders import OrderKind, OrderState
from paddock.venues.heard import Book, Trade
from paddock.venues.hyperliquid.codec import said, subscriptions
from paddock.venues.hyperliquid.codec.frames import GREETING, frame, message
from paddock.venues.hyperliquid.codec.instruments import Dex, perps
from tests.venues.hyperliquid.recorded import PERPS, listing

ME = "0x" + "Ab" * 20
USER = ME.lower()
ID = "0123456789abcdef" * 2


def heard(channel: str, data):
    return message({"channel": channel, "data": data}, listing())


def order(**more):
    basic = {"coin": "ETH", "side": "B", "limitPx": "2000.0", "sz": "0.1", "oid": 5, "timestamp": 7, "origSz": "0.1"}
    return {**basic, "cloid": "0x" + ID, **more}


def told(status="open", **more):
    return {"order": order(**more), "status": status, "statusTimestamp": 9}


def fill(**more):
    return {
        "coin": "ETH",
        "px": "2000.0",
        "sz": "0.5",
        "side": "A",
        "time": 10,
        "startPosition": "0.5",
        "dir": "Close Long",
        "closedPnl": "12.5",
        "hash": "0x0",
        "oid": 5,
        "crossed": False,
        "fee": "-0.03",
        "tid": 77,
        "feeToken": "USDC",
        "twapId": None,
        "cloid": "0x" + ID,
        **more,
    }


TWAP = {
    "coin": "ETH",
    "executedNtl": "10.0",
    "executedSz": "0.1",
    "minutes": 30,
    "randomize": False,
    "reduceOnly": True,
    "side": "A",
    "sz": "0.5",
    "timestamp": 1_700_000_000_000,
    "user": USER,
}


def test_order_updates_tell_state_and_our_id():
    found = heard("orderUpdates", [told(), told("filled", sz="0.0"), told("perpMarginRejected"), told(sz="0.04")])
    assert found.key == "orderUpdates"
    reports = found.orders.rows
    assert [r.state for r in reports] == [
        OrderState.OPEN,
        OrderState.FILLED,
        OrderState.REFUSED,
        OrderState.PARTIAL,
    ]
    assert {r.client_id for r in reports} == {ID}
    assert [r.filled for r in reports] == [0, 1000, 0, 600]
    update = reports[2].update()
    assert (update.client_id, update.state, update.venue_ts, update.reason) == (
        ID,
        OrderState.REFUSED,
        9,
        "perpMarginRejected",
    )
    assert reports[2].update(rested=True).state is OrderState.CANCELED
    seen = reports[3].order()
    assert (seen.venue_order_id, seen.lots, seen.filled, seen.px, seen.kind) == (
        "5",
        1000,
        600,
        2000.0,
        OrderKind.LIMIT,
    )


def test_a_reduce_only_order_that_shrank_did_not_trade():
    (report,) = heard("orderUpdates", [told(sz="0.04", reduceOnly=True)]).orders.rows
    assert (report.state, report.filled, report.lots, report.rest) == (OrderState.OPEN, 0, 1000, 400)


def test_a_filled_order_of_which_some_is_left_ended_before_all_traded():
    (report,) = heard("orderUpdates", [told("filled", sz="0.04")]).orders.rows
    assert (report.state, report.filled) == (OrderState.CANCELED, 600)


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"orderType": "Stop Market", "triggerPx": "1900.0"}, OrderKind.STOP),
        ({"orderType": "Stop Limit", "triggerPx": "1900.0"}, OrderKind.STOP),
        ({"orderType": "Take Profit Market", "triggerPx": "2100.0"}, OrderKind.TAKE),
        ({"orderType": "Limit", "tif": "Gtc"}, OrderKind.LIMIT),
        ({"orderType": "Market", "tif": "FrontendMarket"}, OrderKind.MARKET),
        ({"orderType": "Limit", "tif": "LiquidationMarket"}, OrderKind.LIQUIDATION),
    ],
)
def test_what_kind_an_order_is(more, kind):
    data = {"dex": "", "user": USER, "orders": [order(isTrigger=True, triggerCondition="N/A", **more)]}
    found = heard("openOrders", data)
    (report,) = found.orders.rows
    assert report.kind is kind and found.key == f"openOrders:{USER}"
    assert report.order().px == (report.trigger_px or 2000.0)


def test_fills_of_a_snapshot_and_of_twaps():
    found = heard("userFills", {"isSnapshot": True, "user": ME, "fills": [fill()]})
    assert found.snapshot and found.key == f"userFills:{USER}"
    (one,) = found.fills.rows
    assert (one.fee, one.closed_pnl, one.maker, one.lots, one.client_id) == (-30_000, 12_500_000, True, 5000, ID)
    slices = heard("userTwapSliceFills", {"user": USER, "twapSliceFills": [{"fill": fill(cloid=None), "twapId": 9}]})
    (slice_fill,) = slices.fills.rows
    assert slice_fill.twap_id == 9 and slice_fill.fill(USER).kind is OrderKind.TWAP
    assert not slices.snapshot


def test_a_fee_in_the_base_token_costs_what_that_is_worth():
    spot = {"coin": "@107", "px": "20.5", "sz": "1.0", "feeToken": "HYPE", "fee": "0.0007", "dir": "Buy"}
    (one,) = heard("userFills", {"user": USER, "fills": [fill(**spot)]}).fills.rows
    assert one.fee == 14_350


def test_a_builders_fee_is_told_and_is_in_the_fee():
    (one,) = heard("userFills", {"user": USER, "fills": [fill(fee="0.05", builderFee="0.02")]}).fills.rows
    assert (one.fee, one.builder_fee) == (50_000, 20_000)


def test_coins_that_the_listing_does_not_hold_are_named_and_the_rest_is_read():
    found = heard("userFills", {"user": USER, "fills": [fill(coin="NEW"), fill(tid=78)]})
    assert found.fills.unlisted == {"NEW"} and len(found.fills.rows) == 1
    book = heard("l2Book", {"coin": "NEW", "time": 1, "levels": [[], []]})
    assert (book.messages, book.unlisted, book.key) == ((), {"NEW"}, "l2Book:NEW")
    assert heard("orderUpdates", [told(coin="NEW")]).orders.unlisted == {"NEW"}
    trades = heard("trades", [{"coin": "NEW", "side": "A", "px": "1", "sz": "1", "time": 1, "tid": 2, "hash": "0x"}])
    assert trades.unlisted == {"NEW"} and trades.key == "trades:NEW"


def test_trades_and_a_book():
    rows = [
        {"coin": "ETH", "side": side, "px": "2000.0", "sz": "1.5", "time": 8, "tid": n} for n, side in enumerate("BA")
    ]
    found = heard("trades", rows)
    assert [type(one) for one in found.messages] == [Trade, Trade]
    assert [(t.trade_id, int(t.side), t.lots) for t in found.messages] == [("0", 1, 15000), ("1", -1, 15000)]
    level = {"px": "2000.0", "sz": "1.0", "n": 2}
    (book,) = heard("l2Book", {"coin": "ETH", "time": 8, "levels": [[level], []], "fast": True}).messages
    assert isinstance(book, Book) and book.asks == () and book.bids[0].orders == 2


def test_the_same_numbers_mean_lots_of_each_market():
    """Levels are kept between frames, by market's lot too."""
    levels = [[{"px": "2000.0", "sz": "1.5", "n": 1}], []]
    lots = [
        heard("l2Book", {"coin": coin, "time": 8, "levels": levels}).messages[0].bids[0].lots for coin in ("ETH", "BTC")
    ]
    assert lots == [15_000, 150_000]


def test_contexts_of_whole_dexes_go_by_number():
    context = {
        "funding": "0.00001",
        "openInterest": "1.0",
        "prevDayPx": "1.0",
        "dayNtlVlm": "1.0",
        "premium": None,
        "oraclePx": "1.5",
        "markPx": "1.0",
        "midPx": None,
        "impactPxs": None,
    }
    contexts = [{**context, "markPx": f"{n + 1}.0"} for n in range(len(PERPS["universe"]) + 1)]
    found = heard("assetCtxs", {"dex": "", "ctxs": contexts})
    assert [(c.symbol, c.mark_px) for c in found.contexts][:2] == [("BTC", 1.0), ("ETH", 2.0)]
    assert len(found.contexts) == 5 and found.key == "assetCtxs"
    every = heard("allDexsAssetCtxs", {"ctxs": [["", contexts], ["xyz", [context]]]})
    assert every.unlisted == {"xyz"} and len(every.contexts) == 5
    with pytest.raises(Unknown):
        heard("assetCtxs", {"dex": "", "ctxs": contexts[:2]})
    (spot,) = heard("activeSpotAssetCtx", {"coin": "@107", "ctx": {**context, "coin": "@107"}}).contexts
    assert (spot.symbol, spot.mark_px, spot.mid_px) == ("@107", 1.0, None)


def test_each_kind_of_user_event():
    assert len(heard("user", {"fills": [fill()]}).fills.rows) == 1
    assert heard("user", {"twapSliceFills": [{"fill": fill(), "twapId": 3}]}).fills.rows[0].twap_id == 3
    funding = {"coin": "ETH", "usdc": "-1.5", "szi": "2.0", "fundingRate": "0.0001", "nSamples": None}
    paid = heard("user", {"funding": {"time": 3_600_000, **funding}})
    assert (paid.payments[0].amount, paid.payments[0].symbol) == (-1_500_000, "ETH")
    assert heard("user", {"funding": funding}) == said.Unread("user")
    liquidation = {
        "lid": 1,
        "liquidator": "0xA",
        "liquidated_user": ME,
        "liquidated_ntl_pos": "100.0",
        "liquidated_account_value": "-1.5",
    }
    assert heard("user", {"liquidation": liquidation}) == said.LiquidationHeard(
        "userEvents", USER, "0xa", 100_000_000, -1_500_000
    )
    assert heard("user", {"nonUserCancel": [{"coin": "ETH", "oid": 6}]}).orders == (("ETH", 6),)
    ended = {"time": 1_700_000_100, "state": TWAP, "status": {"status": "error", "description": "no"}, "twapId": 4}
    (twap,) = heard("user", {"twapHistory": [ended]}).twaps.rows
    assert (twap.status, twap.reason, twap.venue_ts, twap.filled) == ("error", "no", 1_700_000_100_000, 1000)
    assert heard("user", {"newer": 1}) == said.Unread("user")


def test_the_other_channels_of_an_account():
    summary = dict.fromkeys(("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed"), "1.5")
    state = {"assetPositions": [], "marginSummary": summary, "crossMarginSummary": summary, "withdrawable": "1.5"}
    worth = heard("clearinghouseState", {"dex": "xyz", "user": ME, "clearinghouseState": state})
    assert worth.key == f"clearinghouseState:{USER}:xyz" and worth.account.equity == 1_500_000
    balance = {"coin": "USDC", "token": 0, "total": "3.5", "hold": "0.0", "entryNtl": "0.0"}
    assert str(heard("spotState", {"user": ME, "spotState": {"balances": [balance]}}).balances[0].total) == "3.5"
    running = heard("twapStates", {"dex": "", "user": ME, "states": [[4, TWAP]]})
    assert (running.twaps.rows[0].twap_id, running.twaps.rows[0].status, running.snapshot) == (4, "", True)
    past = heard("userTwapHistory", {"user": ME, "isSnapshot": True, "history": []})
    assert past.snapshot and past.key == f"userTwapHistory:{USER}"
    asset = {"user": ME, "coin": "ETH", "leverage": {"type": "cross", "value": 3}, "maxTradeSzs": ["1.0", "2.0"]}
    leverage = heard("activeAssetData", {**asset, "availableToTrade": ["1.0", "2.0"], "markPx": "4.0"})
    assert (leverage.asset.leverage.value, leverage.asset.largest) == (3, [1.0, 2.0])
    assert heard("notification", {"notification": "hello"}).text == "hello"


@pytest.mark.parametrize("name", ["nonFundingLedgerUpdates", "updates"])
def test_either_name_of_ledger_updates_is_read(name):
    delta = {"type": "internalTransfer", "usdc": "5.0", "user": ME, "destination": "0xB", "fee": "1.0"}
    data = {"user": ME, name: [{"time": 5, "hash": "0x1", "delta": delta}]}
    (entry,) = heard("userNonFundingLedgerUpdates", data).entries
    assert (entry.kind, entry.usdc, entry.fee, entry.user) == ("internalTransfer", 5_000_000, 1_000_000, USER)


@pytest.mark.parametrize("name", ["orderHistory", "orders"])
def test_either_name_of_past_orders_is_read(name):
    data = {"user": ME, "isSnapshot": True, name: [told("siblingFilledCanceled")]}
    found = heard("userHistoricalOrders", data)
    assert found.snapshot and found.orders.rows[0].state is OrderState.CANCELED


SUBSCRIPTIONS = [
    subscriptions.all_mids(),
    subscriptions.all_mids("xyz"),
    subscriptions.trades("kPEPE"),
    subscriptions.book("ETH", fast=True),
    subscriptions.best("ETH"),
    subscriptions.candles("ETH", "1h"),
    subscriptions.context("@107"),
    subscriptions.contexts(),
    subscriptions.fills(ME),
    subscriptions.orders(ME),
    subscriptions.events(ME),
    subscriptions.payments(ME),
    subscriptions.ledger(ME),
    subscriptions.twap_fills(ME),
    subscriptions.twap_history(ME),
    subscriptions.account(ME),
    subscriptions.open_orders(ME, "xyz"),
    subscriptions.spot_account(ME),
    subscriptions.active_asset(ME, "ETH"),
]


@pytest.mark.parametrize("asked", SUBSCRIPTIONS, ids=lambda asked: asked["type"])
def test_a_subscription_is_known_again_in_whatever_the_venue_makes_of_it(asked):
    sent = json.loads(subscriptions.subscribe(asked))
    assert sent == {"method": "subscribe", "subscription": asked}
    back = {"dex": "", "nSigFigs": None, "mantissa": None, **asked}
    acknowledged = heard("subscriptionResponse", {"method": "subscribe", "subscription": back})
    assert acknowledged == said.Acknowledged(subscriptions.key(asked), "subscribe")
    ended = heard("subscriptionResponse", {"method": "unsubscribe", "subscription": asked})
    assert ended.method == "unsubscribe"
    already = heard("error", f"Already subscribed: {json.dumps(asked)}")
    assert already == said.Acknowledged(subscriptions.key(asked), "subscribe")
    assert json.loads(subscriptions.unsubscribe(asked))["method"] == "unsubscribe"


def test_keys_of_a_connection_are_distinct():
    assert len({subscriptions.key(asked) for asked in SUBSCRIPTIONS}) == len(SUBSCRIPTIONS)


def test_what_the_venue_denies():
    wrong = '{"method":"subscribe","subscription":{"type":"trades","coin":"X"}}'
    assert heard("error", f"Invalid subscription {wrong}").key == "trades:X"
    assert heard("error", "Error parsing JSON into valid websocket request: { garbage").key == ""
    assert heard("error", f"Already unsubscribed: {wrong}") == said.Acknowledged("trades:X", "unsubscribe")
    assert heard("error", "too many pending post requests id=7") == said.Answered(
        7, "error", "too many pending post requests id=7"
    )


def test_answers_to_what_was_posted():
    info = {"id": 3, "response": {"type": "info", "payload": {"type": "l2Book", "data": {"a": 1}}}}
    assert heard("post", info) == said.Answered(3, "info", {"a": 1})
    reply = {"status": "ok", "response": {"type": "default"}}
    assert heard("post", {"id": 4, "response": {"type": "action", "payload": reply}}) == said.Answered(
        4, "action", reply
    )
    assert heard("post", {"id": 5, "response": {"type": "error", "payload": "no"}}) == said.Answered(5, "error", "no")
    assert json.loads(subscriptions.ask(3, {"type": "meta"}))["request"] == {
        "type": "info",
        "payload": {"type": "meta"},
    }


@pytest.mark.parametrize("text", [GREETING, GREETING.encode(), '{"channel":"pong"}'])
def test_a_greeting_and_a_heartbeat_say_nothing(text):
    assert frame(text, listing()) == said.Idle()


def test_a_channel_that_is_new_is_a_value():
    assert frame('{"channel":"outcomeMetaUpdates","data":{"x":[1]}}', listing()) == said.Unread("outcomeMetaUpdates")
    assert heard("webData2", {}) == said.Unread("webData2")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "<html>", '{"channel":5}', '{"channel":"l2Book"}', b"\xff", "1" * 5000]
)
def test_what_is_no_frame_is_unclear(text):
    with pytest.raises(Unknown):
        frame(text, listing())


def test_a_deeply_nested_frame_is_unclear():
    with pytest.raises(Unknown):
        frame("[" * 100_000, listing())


def test_a_frame_of_each_hot_channel_is_read_in_tens_of_microseconds():
    """The best of many, which a busy machine does not change."""
    levels = [{"px": f"{2000 + n}.0", "sz": f"{n}.1234", "n": 2} for n in range(1, 21)]
    texts = [
        json.dumps({"channel": "orderUpdates", "data": [told()]}),
        json.dumps({"channel": "userFills", "data": {"user": USER, "fills": [fill()]}}),
        json.dumps({"channel": "l2Book", "data": {"coin": "ETH", "time": 1, "levels": [levels, levels]}}),
    ]
    for text in texts:
        assert min(timeit.repeat(lambda text=text: frame(text, listing()), number=5, repeat=40)) / 5 < 0.000_1


def test_the_perps_of_builders_have_numbers_of_their_own():
    universe = [{"name": "xyz:TSLA", "szDecimals": 3, "maxLeverage": 10, "growthMode": "enabled"}]
    (market,) = perps({"universe": universe}, Dex("xyz", 2, fee_scale=1.0)).markets.values()
    assert (market.asset, market.dex) == (120_000, "xyz")
    assert (market.instrument.taker_bps, market.instrument.maker_bps) == (0.9, 0.3)
    assert perps({"universe": universe}, Dex("xyz", 2, 0.5)).markets["xyz:TSLA"].instrument.taker_bps == 0.675


def test_spot_pairs_have_numbers_and_grids_of_their_own():
    pair, first = listing()["@107"], listing()["PURR/USDC"]
    assert (pair.asset, first.asset, pair.base, pair.quote) == (10_107, 10_000, "HYPE", "USDC")
    assert (pair.instrument.px_decimals, pair.instrument.qty_decimals, first.instrument.px_decimals) == (6, 2, 8)
    assert listing().by_asset[10_107] is pair and listing().by_asset[1].symbol == "ETH"
