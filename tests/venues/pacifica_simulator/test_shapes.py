"""What the simulator says has the shape of what was recorded of the venue, field for field and type for type."""

from __future__ import annotations

import json

import pytest

from tests.venues.pacifica.recorded import MAINNET, RECORDINGS, TESTNET, load, needs_recordings, payload
from tests.venues.pacifica_simulator.kit import ACCOUNT, OTHER, STRANGER, Desk, make, signed, uuid
from tests.venues.pacifica_simulator.shapes import differences, shape

pytestmark = needs_recordings

HOUR_MS = 3_600_000
# What the examples of the documentation leave out, and newer replies have: seen in captures, or told by ccxt.
NEWER = {
    "/account": {
        *(
            "maker_fee",
            "taker_fee",
            "cross_account_equity",
            "spot_collateral",
            "spot_market_value",
            "spot_balances",
            "pending_interest",
        ),
    },
    "/positions": {"liquidation_price"},
    "/info/prices": set(),
    "account_orders": {"ip"},
    "account_order_updates": {"tp"},
    "trades": {"it"},
    "book": {"li"},
    "bbo": {"li"},
}
# What replies before these had, and newer ones have no more.
OLDER = {"/account": {"use_ltp_for_stop_orders"}}


class Heard:
    """Frames of a simulator, by channel."""

    def __init__(self, simulator):
        self.frames = {}
        self.hub = simulator.hub
        self.listener = simulator.hub.join(self._take)

    def _take(self, text):
        frame = json.loads(text)
        self.frames.setdefault(frame["channel"], []).append(frame)

    def to(self, **params):
        assert not self.hub.subscribe(self.listener, params)


@pytest.fixture(scope="module")
def world():
    """An account that has done everything there is, and what was heard of it."""
    simulator, clock = make()
    desk, heard = Desk(simulator), Heard(simulator)
    for source in ("account_positions", "account_order_updates", "account_trades", "account_info", "account_orders"):
        heard.to(source=source, account=ACCOUNT)
    for source in ("account_margin", "account_leverage", "account_transfers", "account_twap_orders"):
        heard.to(source=source, account=ACCOUNT)
    heard.to(source="account_twap_order_updates", account=ACCOUNT)
    heard.to(source="prices")
    heard.to(source="book", symbol="BTC", agg_level=1)
    for source in ("bbo", "trades"):
        heard.to(source=source, symbol="BTC")
    for source in ("candle", "mark_price_candle"):
        heard.to(source=source, symbol="BTC", interval="1m")
    desk.do("update_leverage", symbol="ETH", leverage=5)
    desk.market("bid", "0.5")
    desk.market("ask", "0.2", reduce_only=True)
    desk.do("set_position_tpsl", symbol="BTC", side="ask", stop_loss={"stop_price": "60000", "client_order_id": uuid()})
    number = desk.limit("bid", "60000", "0.01").data["order_id"]
    desk.do("cancel_order", symbol="BTC", order_id=number)
    desk.limit("bid", "61000", "0.01", client_order_id=uuid())
    stamp = {"symbol": "BTC", "side": "bid", "amount": "0.1", "slippage_percent": "0.5", "reduce_only": False}
    desk.do("create_twap_order", **stamp, duration_in_seconds=90)
    for ms in (1_000, HOUR_MS, HOUR_MS):
        clock.advance(ms)
        simulator.move("BTC", "63600", lots=100)
    return simulator, desk, heard, number


def example(doc, part=""):
    """What a page of the documentation shows as a reply."""
    samples = load("docs_json_examples.json")["samples"]
    found = [one["sample"] for one in samples if one["doc"].endswith(f"{doc}.md")]
    replies = [
        one for one in found if (part or "data") in json.dumps(one) and "signature" not in one and "method" not in one
    ]
    return replies[0]


def ccxt_samples():
    return load("ccxt_comment_samples.json")["samples"] if RECORDINGS.is_dir() else []


def compare(name, recorded, said):
    found = differences(shape(recorded), shape(said))
    more = tuple(f".{field} is more" for field in NEWER.get(name, ()))
    less = tuple(f".{field} is missing" for field in OLDER.get(name, ()))
    return [line for line in found if not line.endswith(more or ("\0",)) and not line.endswith(less or ("\0",))]


READS = {
    "/info": (f"{TESTNET}/rest_info", {}),
    "/info/prices": (f"{MAINNET}/rest_info_prices", {}),
    "/info/fees": (f"{MAINNET}/rest_info_fees", {}),
    "/account": (f"{TESTNET}/rest_account", {"account": ACCOUNT}),
}


def reply(simulator, path, **query):
    answer, _ = simulator.ask(path, {name: str(value) for name, value in query.items()})
    return json.loads(answer.body)


@pytest.mark.parametrize("path", READS)
def test_captured_replies(world, path):
    name, query = READS[path]
    assert differences(shape(payload(name)), shape(reply(world[0], path, **query))) == []


def test_captured_positions_and_empty_orders(world):
    simulator = world[0]
    said = reply(simulator, "/positions", account=ACCOUNT)
    after = payload(f"{TESTNET}/market_open_and_close")["rest_positions_after_open"]
    assert said["data"] and differences(shape(after), shape(said)) == []
    assert differences(shape(payload(f"{MAINNET}/rest_positions")["data"]), shape(said["data"])) == []
    empty = reply(simulator, "/orders", account=STRANGER)
    assert empty == payload(f"{TESTNET}/rest_orders_empty")


def test_captured_fills(world):
    """Frames of a market order that opens and one that closes: their fields, and the words in them."""
    recorded = payload(f"{TESTNET}/market_open_and_close")
    frames = world[2].frames
    for frame in recorded["frames_in_order"]:
        assert any(differences(shape(frame), shape(said)) == [] for said in frames[frame["channel"]]), frame["channel"]
    updates = [
        row
        for frame in recorded["frames_in_order"]
        if frame["channel"] == "account_order_updates"
        for row in frame["data"]
    ]
    ours = [row for frame in frames["account_order_updates"] for row in frame["data"]][:4]
    words = ("oe", "os", "ot", "d", "r")
    assert [[row[word] for word in words] for row in ours] == [[row[word] for word in words] for row in updates]


def test_captured_market_frames(world):
    frames = world[2].frames
    ack, book, *acks = payload(f"{TESTNET}/ws_public_book")
    assert differences(shape(book), shape(frames["book"][0])) == []
    for one in (ack, *acks):
        assert one in frames["subscribe"]
    for one in payload(f"{TESTNET}/ws_bbo_part1"):
        assert differences(shape(one), shape(frames["bbo"][0])) == []
    trades, _ = payload(f"{TESTNET}/ws_trades_and_pong")
    assert differences(shape(trades), shape(frames["trades"][0])) == []


def test_the_captured_refusal(world):
    simulator, desk, _, _ = world
    recorded = payload(f"{TESTNET}/rest_verification_failed")
    body = {**recorded["request_body"], "account": ACCOUNT, "timestamp": simulator.wall.now_ts()}
    unsigned = ("account", "signature", "timestamp", "expiry_window")
    fields = {name: value for name, value in body.items() if name not in unsigned}
    wrong = signed(recorded["signed_with_type"], fields, simulator.wall.now_ts())
    answer, left = simulator.act("/orders/create_market", wrong)
    assert (answer.status, answer.body) == (recorded["http_status"], recorded["body_text"])
    assert {name.lower() for name in left.headers} <= {name.lower() for name in recorded["headers"]}
    assert desk.market("bid", "0.01").ok


DOCUMENTED = {
    "get-open-orders": ("/orders", {"account": ACCOUNT}),
    "get-candle-data": ("/kline", {"symbol": "BTC", "interval": "1m"}),
    "get-mark-price-candle-data": ("/kline/mark", {"symbol": "BTC", "interval": "1m"}),
    "get-historical-funding": ("/funding_rate/history", {"symbol": "BTC", "limit": 1}),
    "get-orderbook": ("/book", {"symbol": "BTC"}),
    "get-account-equity-history": ("/portfolio", {"account": ACCOUNT, "time_range": "all"}),
    "get-account-info": ("/account", {"account": ACCOUNT}),
    "get-funding-history": ("/funding/history", {"account": ACCOUNT, "limit": 1}),
    "get-positions": ("/positions", {"account": ACCOUNT}),
}


@pytest.mark.parametrize("doc", DOCUMENTED)
def test_documented_replies(world, doc):
    """Rows of them; the pages leave parts of the envelope out."""
    path, query = DOCUMENTED[doc]
    recorded, said = example(doc), reply(world[0], path, **query)
    rows = recorded["data"] if isinstance(recorded["data"], list) else [recorded["data"]]
    ours = said["data"] if isinstance(said["data"], list) else [said["data"]]
    assert ours and compare(path, rows, ours) == []
    assert set(recorded) <= set(said)


def test_documented_order_history(world):
    simulator, _, _, number = world
    said = reply(simulator, "/orders/history_by_id", order_id=number)
    assert named_otherwise(differences(shape(example("get-order-history-by-id")), shape(said))) == []


@pytest.mark.parametrize(
    "doc, channel",
    [
        ("account-margin", "account_margin"),
        ("account-orders", "account_orders"),
        ("best-bid-offer-bbo", "bbo"),
        ("subscriptions/candle", "candle"),
        ("subscriptions/orderbook", "book"),
        ("subscriptions/prices", "prices"),
    ],
)
def test_documented_frames(world, doc, channel):
    frames = [frame for frame in world[2].frames[channel] if frame["data"] != []]
    assert compare(channel, example(doc, "channel"), frames[-1]) == []


def named_otherwise(found):
    """Without what only differs because the examples cut client ids short."""
    return [line for line in found if "client_order_id:" not in line]


def sampled(function, index=0):
    found = [one["sample"] for one in ccxt_samples() if one["function"] == function]
    return found[index]


CCXT = {
    "fetch_ohlcv": ("/kline", {"symbol": "BTC", "interval": "1m"}),
    "fetch_open_orders": ("/orders", {"account": ACCOUNT}),
    "fetch_trades": ("/trades", {"symbol": "BTC"}),
    "fetch_trading_fee": ("/account", {"account": ACCOUNT}),
}
CCXT_ROWS = {
    "fetch_my_trades": ("/trades/history", {"account": ACCOUNT}),
    "fetch_funding_rate_history": ("/funding_rate/history", {"symbol": "BTC"}),
    "fetch_orders": ("/orders/history", {"account": ACCOUNT}),
    "parse_ledger_entry": ("/account/balance/history", {"account": ACCOUNT}),
}


@pytest.mark.parametrize("function", CCXT)
def test_replies_that_ccxt_quotes(world, function):
    path, query = CCXT[function]
    assert compare(path, sampled(function), reply(world[0], path, **query)) == []


@pytest.mark.parametrize("function", CCXT_ROWS)
def test_rows_that_ccxt_quotes(world, function):
    path, query = CCXT_ROWS[function]
    rows = reply(world[0], path, **query)["data"]
    found = named_otherwise(differences(shape([sampled(function)]), shape(rows)))
    assert rows and found == []


def test_settings_that_ccxt_quotes(world):
    said = reply(world[0], "/account/settings", account=ACCOUNT)
    assert said["data"][0]["symbol"] == "ETH" and said["data"][0]["leverage"] == 5
    assert differences(shape(sampled("fetch_account_settings")), shape(said)) == []


def test_frames_that_ccxt_quotes(world):
    frames = world[2].frames
    updates = frames["account_order_updates"][-1]
    assert compare("account_order_updates", sampled("handle_order"), updates) == []
    assert compare("trades", sampled("handle_trades"), frames["trades"][-1]) == []


def test_a_stranger_has_nothing():
    simulator, _ = make()
    simulator.deposit(STRANGER, 100)
    theirs = Desk(simulator, key=OTHER, account=STRANGER)
    assert theirs.mine("/positions") == theirs.mine("/trades/history") == theirs.mine("/orders/history") == []
    assert theirs.mine("/account")["balance"] == "100"
