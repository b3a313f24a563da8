"""Every recorded message of the venue is read; a file that nobody here knows fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.venues.broker import Accepted, Outcome, Unclear, VenueFill, VenueFunding
from paddock.venues.heard import Best, Book, Candle, Mids, Trade
from paddock.venues.hyperliquid.codec import account as accounts
from paddock.venues.hyperliquid.codec import (
    fills,
    history,
    info,
    instruments,
    markets,
    order_reports,
    replies,
    said,
    standing,
    subscriptions,
)
from paddock.venues.hyperliquid.codec.frames import frame, message
from paddock.venues.hyperliquid.codec.instruments import Dex, Listing
from paddock.venues.hyperliquid.codec.orders import Part
from tests.venues.hyperliquid.recorded import RECORDINGS, cassette, load, needs_recordings, payload

pytestmark = needs_recordings

OTHERS = ["HYPE", "SUI", "NEAR", "BLUR", "INJ", "APT", "FRIEND", "xyz:CRWV", "0G", "2Z"]


@cache
def listing() -> Listing:
    """All that was recorded by name; what no recorded list names trades on the finest grid."""
    finest = {"universe": [{"name": name, "szDecimals": 5, "maxLeverage": 20} for name in OTHERS]}
    then = instruments.perps(cassette("get_info")[0]["response"])
    now = instruments.perps(payload("info_meta_prefix6"))
    spot = {
        "universe": [
            {"tokens": [1, 0], "name": "PURR/USDC", "index": 0},
            {"tokens": [2, 0], "name": "@107", "index": 107},
        ],
        "tokens": [{"name": name, "szDecimals": 2, "index": n} for n, name in enumerate(("USDC", "PURR", "HYPE"))],
    }
    return instruments.perps(finest).joined(then).joined(now).joined(instruments.spot(spot))


def orders_in(reply: dict) -> list[Part]:
    """As many as were answered."""
    data = reply["response"].get("data", {}) if isinstance(reply["response"], dict) else {}
    return [Part(n, "", listing()["ETH"], 10_000) for n in range(len(data.get("statuses", "1")))]


def exchange(reply: dict) -> object:
    """By the type of a reply to an action, which names its reader."""
    kind = reply["response"]["type"] if reply["status"] == "ok" else "default"
    if kind == "order":
        return replies.placed(reply, orders_in(reply))
    if kind == "cancel":
        return replies.cancelled(reply, len(orders_in(reply)))
    return replies.twap(reply) if kind.startswith("twap") else replies.acknowledged(reply)


READERS: dict[str, Callable] = {
    "meta": instruments.perps,
    "metaAndAssetCtxs": markets.meta_and_contexts,
    "allPerpMetas": lambda m: instruments.all_perps(m, [Dex(str(n), n) for n in range(len(m))]),
    "spotMeta": instruments.spot,
    "spotMetaAndAssetCtxs": markets.spot_meta_and_contexts,
    "tokenDetails": instruments.token,
    "perpDexs": instruments.dexs,
    "allMids": markets.mids,
    "l2Book": lambda m: markets.book(m, listing()[m["coin"]]),
    "bbo": lambda m: markets.best(m, listing()[m["coin"]]),
    "trades": lambda m: markets.trades(m, listing()),
    "candleSnapshot": markets.candles,
    "fundingHistory": markets.rates,
    "context": lambda m: markets.context(m, "X"),
    "spotContexts": markets.spot_contexts,
    "perpsAtOpenInterestCap": markets.capped,
    "predictedFundings": history.predicted_rates,
    "clearinghouseState": lambda m: accounts.account(m, listing()),
    "spotClearinghouseState": accounts.balances,
    "openOrders": lambda m: order_reports.open_orders(m, listing()),
    "orderStatus": lambda m: order_reports.order_status(m, listing()),
    "historicalOrders": lambda m: order_reports.order_updates(m, listing()),
    "userFills": lambda m: fills.fills(m, listing()),
    "userTwapSliceFills": lambda m: fills.twap_fills(m, listing()),
    "userFunding": fills.payments,
    "userNonFundingLedgerUpdates": history.ledger,
    "portfolio": history.portfolio,
    "delegatorHistory": history.staked,
    "userVaultEquities": standing.vault_equities,
    "userFees": standing.fees,
    "userRateLimit": standing.allowance,
    "userRole": standing.role,
    "extraAgents": standing.agents,
    "maxBuilderFee": standing.max_builder_fee,
    "activeAssetData": standing.active_asset,
    "subAccounts": lambda m: standing.sub_accounts(m, listing()),
    "exchange": exchange,
    "frame": lambda m: message(m, listing()),
}


def read(kind: str, recorded) -> object:
    """What a reader makes of a recording; nothing in it may have been left out for want of a market."""
    found = READERS[kind](recorded)
    if isinstance(found, Unclear | said.Unread):
        raise AssertionError(f"{kind} was not read: {found}")
    if getattr(found, "unlisted", None):
        raise AssertionError(f"{kind}: not listed: {found.unlisted}")
    return found


# --- each folder of recordings ---

LIVE = {
    "fill_with_liquidation_market": lambda p: read("userFills", [p]),
    "info_candleSnapshot_BTC_1h": lambda p: read("candleSnapshot", p),
    "info_clearinghouseState": lambda p: read("clearinghouseState", p),
    "info_clearinghouseState_excerpt3": lambda p: read("clearinghouseState", p),
    "info_fundingHistory_BTC": lambda p: read("fundingHistory", p),
    "info_l2Book_BTC_top5": lambda p: read("l2Book", p),
    "info_metaAndAssetCtxs_prefix4": lambda p: read("metaAndAssetCtxs", p),
    "info_meta_prefix6": lambda p: read("meta", p),
    "info_userFees": lambda p: read("userFees", p),
    "ws_activeAssetCtx": lambda p: read("frame", p),
    "ws_bbo": lambda p: read("frame", p),
    "ws_bbo_empty_book": lambda p: read("bbo", p),
    "ws_candle": lambda p: read("frame", p),
    "ws_orderUpdates": lambda p: read("frame", p),
    "ws_user_fills_channel": lambda p: read("frame", p),
    "exchange_and_error_replies": lambda p: [_error_reply(name, reply) for name, reply in p.items()],
}


def _error_reply(name: str, reply: dict) -> object:
    if "body_text" in reply:
        assert reply["http_status"] >= 400
        return None  # plain text: the transport's to judge
    if "body" in reply:
        return read("fundingHistory", reply["body"])
    if "channel" in reply:
        return read("frame", reply)
    found = READERS["exchange"](reply)
    assert isinstance(found, Unclear) == ("nonce" in name)
    return found


def live(path: Path) -> object:
    return LIVE[path.stem](json.loads(path.read_text(encoding="utf-8"))["payload"])


def json_cassette(path: Path) -> object:
    pairs = json.loads(path.read_text(encoding="utf-8"))
    assert {pair["status"] for pair in pairs} == {200}
    return [read(pair["request"]["type"], pair["response"]) for pair in pairs]


def yaml_cassette(path: Path) -> object:
    yaml = pytest.importorskip("yaml")
    pairs = yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]
    kinds = [json.loads(pair["request"]["body"])["type"] for pair in pairs]
    found = [json.loads(pair["response"]["body"]["string"]) for pair in pairs]
    return [read(kind, reply) for kind, reply in zip(kinds, found, strict=True)]


NAUTILUS = {
    "http_all_perp_metas_non_usdc_collateral": "allPerpMetas",
    "http_funding_history": "fundingHistory",
    "http_l2_book_btc": "l2Book",
    "http_meta_perp_sample": "meta",
    "http_spot_clearinghouse_state": "spotClearinghouseState",
    "http_spot_meta_non_usdc_collateral": "spotMeta",
    "ws_allmids": "frame",
    "ws_book_data": "l2Book",
}


def nautilus(path: Path) -> object:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    if path.stem != "ws_all_dexs_asset_ctxs":
        return read(NAUTILUS[path.stem], recorded)
    named = Listing()
    for number, (dex, contexts) in enumerate(recorded["data"]["ctxs"]):
        universe = [{"name": f"{dex}:{n}", "szDecimals": 2, "maxLeverage": 5} for n in range(len(contexts))]
        named = named.joined(instruments.perps({"universe": universe}, Dex(dex, number)))
    found = message(recorded, named)
    assert len(found.contexts) == len(named.markets) > 400 and not found.unlisted
    return found


JKORF = {
    "GetFundingHistory": "userFunding",
    "GetFundingRateHistory": "fundingHistory",
    "GetSymbolsAtMaxOpenInterest": "perpsAtOpenInterestCap",
    "SetLeverage": "exchange",
    "GetApprovedBuilderFee": "maxBuilderFee",
    "GetBalances": "spotClearinghouseState",
    "GetExtraAgents": "extraAgents",
    "GetRateLimits": "userRateLimit",
    "GetSubAccounts": "subAccounts",
    "GetAssetInfo": "tokenDetails",
    "GetExchangeInfoAndTickers": "spotMetaAndAssetCtxs",
    "GetKlines": "candleSnapshot",
    "GetOrderBook": "l2Book",
    "GetPrices": "allMids",
    "GetOpenOrders": "openOrders",
    "GetOpenOrdersExtended": "openOrders",
    "PlaceOrder": "exchange",
}


def jkorf(path: Path) -> object:
    text = path.read_text(encoding="utf-8-sig")
    if path.parent.name == "Subscriptions":
        asked, answered, heard = text.split("\n", 2)
        wanted = json.loads(asked.removeprefix("> "))
        acknowledged = frame(answered.removeprefix("< ").strip(), listing())
        told = frame(heard.lstrip().removeprefix("="), listing())
        assert acknowledged.key == told.key == subscriptions.key(wanted["subscription"])
        return told
    _, _, _, reply = text.split("\n", 3)
    perps = "Futures" in path.parts
    kind = JKORF.get(path.stem) or {"GetExchangeInfo": "meta" if perps else "spotMeta"}[path.stem]
    return read(kind, json.loads(reply))


def hftbacktest(path: Path) -> object:
    lines = [line.split(" ", 1)[1] for line in path.read_text(encoding="utf-8").splitlines()]
    return [frame(line, listing()) for line in lines]


def tickwright(path: Path) -> object:
    return [frame(line, listing()) for line in path.read_text(encoding="utf-8").splitlines()]


def passivbot(path: Path) -> object:
    """Derived by ccxt: a market's number says its dex and its place there, and its step is our lot."""
    found = json.loads(path.read_text(encoding="utf-8"))["markets"]["raw"].values()
    for market in found:
        dex, place = divmod(int(market["id"]) - 100_000, 10_000)
        decimals = len(str(market["precision"]["amount"]).partition(".")[2])
        universe = [{"name": f"x:{n}", "szDecimals": 0, "maxLeverage": 1} for n in range(place)]
        universe.append({"name": market["baseName"], "szDecimals": decimals, "maxLeverage": 20})
        ours = instruments.perps({"universe": universe}, Dex(market["baseName"].partition(":")[0], dex))[
            market["baseName"]
        ]
        assert ours.asset == int(market["id"])
        assert float(ours.instrument.lot) == market["precision"]["amount"]
        assert float(ours.instrument.min_notional_usd) == market["limits"]["cost"]["min"]
    return found


# What the documents show beside the replies that bots read: builders, deployers, referrers, nodes.
OUTSIDE = {
    frozenset({"referredBy", "cumVlm", "unclaimedRewards", "claimedRewards", "builderRewards", "tokenToState"}),
    frozenset({"delegated", "undelegated", "totalPendingWithdrawal", "nPendingWithdrawals"}),
    frozenset({"isAligned", "firstAlignedTime", "evmMintedSupply", "dailyAmountOwed", "predictedRate"}),
    frozenset({"totalOiCap", "oiSzCapPerPerp", "maxTransferNtl", "coinToOiCap"}),
    frozenset({"startTimeSeconds", "durationSeconds", "startGas", "currentGas", "endGas"}),
    frozenset({"time", "user", "status", "order"}),
    frozenset({"user", "oid", "coin", "side", "px", "raw_book_diff"}),
}

# By keys that only one kind of sample has; the first that fits counts.
SHAPES = [
    ({"liquidatedUser", "method"}, "liquidation"),
    ({"method"}, "ours"),
    ({"channel"}, "frame"),
    ({"status", "response"}, "exchange"),
    ({"order", "statusTimestamp"}, "historicalOrders"),
    ({"status"}, "orderStatus"),
    ({"isTrigger", "limitPx"}, "openOrders"),
    ({"closedPnl", "startPosition"}, "userFills"),
    ({"limitPx"}, "openOrders"),
    ({"nRequestsUsed"}, "userRateLimit"),
    ({"fill", "twapId"}, "userTwapSliceFills"),
    ({"vaultAddress", "equity"}, "userVaultEquities"),
    ({"role"}, "userRole"),
    ({"feeSchedule"}, "userFees"),
    ({"assetPositions", "withdrawable"}, "clearinghouseState"),
    ({"position", "type"}, "position"),
    ({"maxTradeSzs", "availableToTrade"}, "activeAssetData"),
    ({"balances"}, "spotClearinghouseState"),
    ({"T", "t", "o"}, "candleSnapshot"),
    ({"fundingRate", "premium", "time"}, "fundingHistory"),
    ({"coin", "hold", "total"}, "balance"),
    ({"funding", "oraclePx"}, "context"),
    ({"tid", "side", "px"}, "trades"),
]


def sample(recorded) -> str:
    """Reads one sample of documents, which does not say what it is; gives what it was read as."""
    first = recorded[0] if isinstance(recorded, list) and recorded else recorded
    keys = set(first) if isinstance(first, dict) else set()
    if any(outside <= keys for outside in OUTSIDE):
        return "outside"
    if "delta" in keys:
        return _delta(recorded, first)
    kind = next((kind for needed, kind in SHAPES if needed <= keys), None) or _by_content(recorded)
    if kind == "ours":
        return _ours(recorded)
    if kind == "position":
        summary = dict.fromkeys(("accountValue", "totalNtlPos", "totalRawUsd", "totalMarginUsed"), "0.0")
        whole = {
            "assetPositions": [recorded],
            "marginSummary": summary,
            "crossMarginSummary": summary,
            "withdrawable": "0",
        }
        return _as("clearinghouseState", whole)
    if kind == "liquidation":
        fill = next(
            s["sample"]
            for s in load("ccxt_comment_samples.json")["samples"]
            if s["function"] == "fetch_my_liquidations"
        )
        return _as("userFills", [{**fill[0], "liquidation": recorded}])
    if kind == "balance":
        return _as("spotClearinghouseState", {"balances": [recorded]})
    many = kind in ("openOrders", "historicalOrders", "userFills", "candleSnapshot", "fundingHistory", "trades")
    return _as(kind, [recorded] if many and isinstance(recorded, dict) else recorded)


def _as(kind: str, recorded) -> str:
    read(kind, recorded)
    return kind


def _delta(recorded, first: dict) -> str:
    rows = recorded if isinstance(recorded, list) else [recorded]
    return _as("delegatorHistory" if "delegate" in first["delta"] else "userFunding", rows)


def _by_content(recorded) -> str:
    """Samples without keys of their own: prices by coin, lists of lists, lists of names, a market's parts."""
    if isinstance(recorded, dict):
        return "allMids"
    first = recorded[0]
    if first is None:
        return "perpDexs"
    if isinstance(first, str):
        return "perpsAtOpenInterestCap"
    if isinstance(first, list):
        return "predictedFundings"
    if "universe" in first:
        return "metaAndAssetCtxs" if len(recorded) == 2 else "metaInAList"
    return "pair" if "tokens" in first else "spotContexts"


READERS["metaInAList"] = lambda m: instruments.perps(*m)
READERS["pair"] = lambda m: instruments.spot(
    {"universe": m, "tokens": [{"name": str(n), "szDecimals": 0, "index": n} for n in range(2)]}
)


def _ours(recorded: dict) -> str:
    """What a client sends: ours is the same."""
    if recorded["method"] == "ping":
        assert json.loads(subscriptions.PING) == recorded
    elif recorded["method"] == "post":
        asked = recorded["request"]
        made = {"info": subscriptions.ask, "action": subscriptions.act}[asked["type"]](recorded["id"], asked["payload"])
        assert json.loads(made) == recorded
    else:
        assert json.loads(subscriptions.subscribe(recorded["subscription"])) == recorded
        assert subscriptions.key(recorded["subscription"]).startswith(recorded["subscription"]["type"])
    return "ours"


def samples(path: Path) -> list[str]:
    return [sample(one["sample"]) for one in json.loads(path.read_text(encoding="utf-8"))["samples"]]


# --- the walk ---

FOLDERS = {
    "live_2026": live,
    "sdk_cassettes": yaml_cassette,
    "sdk_cassettes_json": json_cassette,
    "nautilus_test_data": nautilus,
    "jkorf_net_unit_tests": jkorf,
    "hftbacktest_ws_capture": hftbacktest,
    "tickwright": tickwright,
    "passivbot_hip3": passivbot,
}
FILES = {
    "README.md": lambda path: path.read_text(encoding="utf-8"),
    "signing_vectors.json": lambda path: json.loads(path.read_text(encoding="utf-8"))["vectors"],  # test_signing
    "ccxt_comment_samples.json": samples,
    "docs_json_examples.json": samples,
}

EVERY = sorted(path for path in RECORDINGS.rglob("*") if path.is_file()) if RECORDINGS.is_dir() else []


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.relative_to(RECORDINGS).as_posix())
def test_every_recording_is_read(path):
    top = path.relative_to(RECORDINGS).parts[0]
    reader = FILES.get(path.name) if top == path.name else FOLDERS.get(top)
    assert reader is not None, "no reader is known for this recording"
    assert reader(path)


def test_samples_are_read_as_what_they_are():
    """So that none of them passes as something else that asks for less."""
    kinds = [
        kind for name in ("docs_json_examples", "ccxt_comment_samples") for kind in samples(RECORDINGS / f"{name}.json")
    ]
    assert len(kinds) > 80 and kinds.count("outside") == 7
    for kind, least in {"userFills": 5, "exchange": 9, "frame": 8, "clearinghouseState": 4, "userFunding": 3}.items():
        assert kinds.count(kind) >= least, kind
    assert kinds.count("allMids") == 1


# --- and as what ---


def test_a_book_and_the_best_of_it():
    book = read("l2Book", payload("info_l2Book_BTC_top5"))
    assert isinstance(book, Book) and book.venue_ts == 1790358575700
    assert (book.bids[0].px, book.bids[0].lots, book.bids[0].orders) == (83767.0, 687634, 45)
    assert [level.px for level in book.asks] == sorted(level.px for level in book.asks)
    (best,) = read("frame", payload("ws_bbo")).messages
    assert isinstance(best, Best) and (best.bid.px, best.ask.lots) == (83757.0, 16)
    empty = read("bbo", payload("ws_bbo_empty_book"))
    assert empty.bid is None and empty.ask is None


def test_contexts_and_the_rate_they_tell():
    heard = read("frame", payload("ws_activeAssetCtx"))
    (rate,) = heard.messages
    assert (rate.symbol, rate.rate, rate.mark_px, rate.oracle_px) == ("BTC", 0.0000125, 83757.0, 83778.1)
    _, contexts = read("metaAndAssetCtxs", payload("info_metaAndAssetCtxs_prefix4"))
    delisted = contexts[3]
    assert delisted.symbol == "MATIC" and (delisted.premium, delisted.mid_px, delisted.impact_px) == (None, None, None)


def test_delisted_markets_keep_their_number():
    found = read("meta", payload("info_meta_prefix6"))
    assert {s: m.asset for s, m in found.markets.items()} == {
        name: n for n, name in enumerate(["BTC", "ETH", "ATOM", "MATIC", "DYDX", "SOL"])
    }
    assert [s for s, m in found.markets.items() if m.delisted] == ["MATIC"]
    btc = found["BTC"].instrument
    assert (btc.px_decimals, btc.qty_decimals, btc.sig_figs, btc.max_leverage) == (1, 5, 5, 40)
    assert btc.maintenance_margin == 1 / 80


def test_candles_and_what_an_hour_cost():
    rows = read("candleSnapshot", payload("info_candleSnapshot_BTC_1h"))
    assert rows[0] == Candle("BTC", "1h", 1790344800000, 83912.0, 84039.0, 83133.0, 84010.0, 3997.94344, 35095)
    rates = read("fundingHistory", payload("info_fundingHistory_BTC"))
    assert (rates[0].rate, rates[0].venue_ts) == (0.0000125, 1790352000015)


def test_an_account_is_worth_to_the_micro_dollar_what_the_venue_says():
    account = read("clearinghouseState", payload("info_clearinghouseState"))
    assert account.equity == 38_252_700_000 and account.withdrawable == 486_000_000
    assert account.maintenance == 4_720_837_500 and account.venue_ts == 1790360864964
    (held,) = account.held
    assert (held.position.symbol, held.position.lots, held.position.entry_px) == ("BTC", 450_000, 81285.0)
    assert (held.cross, held.leverage, held.margin, held.unrealized) == (True, 10, 37_766_700_000, 11_884_306_507)
    assert held.liquidation_px == 74501.802790436 and held.funding == 982_436_370
    shorts = read("clearinghouseState", payload("info_clearinghouseState_excerpt3")).positions
    assert [p.lots < 0 for p in shorts] == [True, True, False]


def test_fills_are_booked_as_the_venue_books_them():
    (found,) = read("frame", payload("ws_user_fills_channel")).fills.rows
    assert (found.closed_pnl, found.fee) == (86_626_496, 18_015_514)  # profit before fees; what is paid is rounded up
    told = found.fill("0xme")
    assert told == VenueFill(
        found.fill_id, "", "", "BTC", OrderKind.MARKET, Side.SELL, 31975, 83843.0, 18_015_514, False, 1790357129742
    )


def test_only_who_was_liquidated_was_liquidated():
    (found,) = read("userFills", [payload("fill_with_liquidation_market")]).rows
    assert found.fill("0xme").kind is OrderKind.LIMIT
    mine = found.fill("0xBB8b801eeddaa7061ae171041ec77516313f2921")
    assert (mine.kind, mine.client_id) == (OrderKind.LIQUIDATION, "")


def test_fill_ids_are_unique_and_in_the_order_of_time():
    """The replies of 2023 have no trade ids."""
    rows = read("userFills", cassette("get_user_fills")[0]["response"]).rows
    assert len({row.fill_id for row in rows}) == len(rows) == 500
    by_id = sorted(rows, key=lambda row: row.fill_id)
    assert [row.venue_ts for row in by_id] == sorted(row.venue_ts for row in rows)


def test_each_fill_begins_where_the_one_before_left_the_position():
    rows = read("userFills", cassette("get_user_fills")[0]["response"]).rows
    checked = 0
    for symbol in {row.symbol for row in rows}:
        own = [row for row in rows if row.symbol == symbol][::-1]
        lot = float(listing()[symbol].instrument.lot)
        for before, row in pairwise(own):
            if row.venue_ts != before.venue_ts:  # within one millisecond the order of the reply is not that of trading
                checked += before.start + before.side * before.lots * lot == pytest.approx(row.start)
    assert checked > 200


def test_orders_and_where_they_stand():
    heard = read("frame", payload("ws_orderUpdates"))
    (report,) = heard.orders.rows
    assert (report.oid, report.client_id, report.state, report.lots, report.rest) == (
        556696349186,
        "",
        OrderState.OPEN,
        1000,
        1000,
    )
    assert len(read("openOrders", cassette("get_open_orders")[0]["response"]).rows) == 196


def test_funding_has_the_same_id_however_it_is_heard():
    rows = cassette("user_funding_history_without_end_time")[0]["response"]
    told = read("userFunding", rows)
    assert all(isinstance(one, VenueFunding) for one in told) and told[0].amount == 145_796
    flat = [{"time": row["time"], **row["delta"]} for row in rows]
    heard = read("frame", {"channel": "userFundings", "data": {"user": "0xA", "isSnapshot": True, "fundings": flat}})
    assert heard.payments == told and heard.snapshot and heard.key == "userFundings:0xa"
    assert len({one.payment_id for one in told}) == len(told)


def test_frames_carry_what_was_captured():
    heard = hftbacktest(next((RECORDINGS / "hftbacktest_ws_capture").iterdir()))
    kinds = {type(one) for h in heard for one in h.messages}
    assert kinds == {Book, Trade} and {h.key for h in heard} == {"l2Book:BTC", "trades:BTC"}
    assert isinstance(read("frame", load("nautilus_test_data/ws_allmids.json")).messages[0], Mids)


def test_fees_allowances_and_roles():
    fees = read("userFees", payload("info_userFees"))
    assert (fees.taker, fees.maker, fees.schedule.tiers.makers[0].maker) == (0.00045, 0.00015, -0.00001)
    allowance = read("userRateLimit", {"cumVlm": "357.45105", "nRequestsUsed": 231, "nRequestsCap": 10357})
    assert (allowance.left, allowance.volume) == (10126, 357_451_050)
    assert read("userRole", {"role": "agent", "data": {"user": "0xAB"}}).owner == "0xab"


def test_the_placed_orders_of_the_recordings():
    outcomes: list[Outcome] = [
        p.outcome for p in read("exchange", payload("exchange_and_error_replies")["order_resting_http200"])
    ]
    assert outcomes == [Accepted("556696349186")]


def test_questions_are_those_that_were_recorded():
    user = cassette("portfolio")[0]["request"]["user"]
    asked = [
        pair["request"] for name in ("get_info", "get_all_mids", "portfolio", "user_role") for pair in cassette(name)
    ]
    assert asked == [info.meta(), info.all_mids(), info.portfolio(user), info.role(user)]
    (_, candles) = cassette("get_candles_snapshot")
    assert candles["request"] == info.candles("kPEPE", "1h", 1684702007000, 1684784807000)
    (ledger,) = cassette("user_non_funding_ledger_updates_with_end_time")
    assert ledger["request"] == info.ledger("0x2Ba553D9f990a3b66b03b2dc0d030dfc1c061036", 1681923833000, 1682010233000)
