"""Which recording answers what: every reply and frame that is held, by the question, the action or the channel.

A name is that of a question of `/info`; `act:…` of a reply to an action by its type; `ws:…` of a channel. None marks
what is a request, or belongs to what is not simulated (staking, vaults, deployments, nodes' files).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.venues.hyperliquid.recorded import RECORDINGS, load

LIVE = {
    "info_candleSnapshot_BTC_1h": "candleSnapshot",
    "info_clearinghouseState": "clearinghouseState",
    "info_clearinghouseState_excerpt3": "clearinghouseState",
    "info_fundingHistory_BTC": "fundingHistory",
    "info_l2Book_BTC_top5": "l2Book",
    "info_metaAndAssetCtxs_prefix4": "metaAndAssetCtxs",
    "info_meta_prefix6": "meta",
    "info_userFees": "userFees",
    "ws_activeAssetCtx": "ws:activeAssetCtx",
    "ws_bbo": "ws:bbo",
    "ws_bbo_empty_book": "data of ws:bbo",
    "ws_candle": "ws:candle",
    "ws_orderUpdates": "ws:orderUpdates",
    "ws_user_fills_channel": "ws:user",
    "fill_with_liquidation_market": "row of userFills",
}
REPLIES = {
    "unknown_user_http200": "act:err",
    "unrecoverable_signature_http200": "act:err",
    "duplicate_nonce_http200": "act:err",
    "order_resting_http200": "act:order",
    "ws_unknown_subscription": "ws:error",
    "ws_subscription_ack": "ws:subscriptionResponse",
}
JKORF = {
    "Endpoints/Futures/Account/GetFundingHistory": "userFunding",
    "Endpoints/Futures/ExchangeData/GetExchangeInfo": "meta",
    "Endpoints/Futures/ExchangeData/GetFundingRateHistory": "fundingHistory",
    "Endpoints/Futures/ExchangeData/GetSymbolsAtMaxOpenInterest": "perpsAtOpenInterestCap",
    "Endpoints/Futures/Trading/SetLeverage": "act:default",
    "Endpoints/Spot/Account/GetApprovedBuilderFee": "maxBuilderFee",
    "Endpoints/Spot/Account/GetBalances": "spotClearinghouseState",
    "Endpoints/Spot/Account/GetExtraAgents": "extraAgents",
    "Endpoints/Spot/Account/GetRateLimits": "userRateLimit",
    "Endpoints/Spot/Account/GetSubAccounts": "subAccounts",
    "Endpoints/Spot/ExchangeData/GetAssetInfo": "tokenDetails",
    "Endpoints/Spot/ExchangeData/GetExchangeInfo": "spotMeta",
    "Endpoints/Spot/ExchangeData/GetExchangeInfoAndTickers": "spotMetaAndAssetCtxs",
    "Endpoints/Spot/ExchangeData/GetKlines": "candleSnapshot",
    "Endpoints/Spot/ExchangeData/GetOrderBook": "l2Book",
    "Endpoints/Spot/ExchangeData/GetPrices": "allMids",
    "Endpoints/Spot/Trading/GetOpenOrders": "openOrders",
    "Endpoints/Spot/Trading/GetOpenOrdersExtended": "frontendOpenOrders",
    "Endpoints/Spot/Trading/PlaceOrder": "act:order",
    "Subscriptions/BookTicker": "ws:bbo",
    "Subscriptions/Klines": "ws:candle",
    "Subscriptions/OrderBook": "ws:l2Book",
    "Subscriptions/Prices": "ws:allMids",
    "Subscriptions/Trades": "ws:trades",
}
NAUTILUS = {
    "http_all_perp_metas_non_usdc_collateral": "allPerpMetas",
    "http_funding_history": "fundingHistory",
    "http_l2_book_btc": "l2Book",
    "http_meta_perp_sample": "meta",
    "http_spot_clearinghouse_state": "spotClearinghouseState",
    "http_spot_meta_non_usdc_collateral": "spotMeta",
    "ws_all_dexs_asset_ctxs": "ws:allDexsAssetCtxs",
    "ws_allmids": "ws:allMids",
    "ws_book_data": "data of ws:l2Book",
}
DOCS = (
    *("act:order", "act:order", "act:cancel", "act:twapOrder", "act:twapOrder", "act:twapCancel", "allMids"),
    *("frontendOpenOrders", "userFills", "userRateLimit", "orderStatus", "candleSnapshot", "userTwapSliceFills"),
    *("userVaultEquities", "userRole", "userRole", "userRole", "referral", "userFees", "delegatorSummary"),
    *("delegatorHistory", None, "perpDexs", "clearinghouseState", "userFunding", "predictedFundings"),
    *("perpsAtOpenInterestCap", "activeAssetData", "perpDexLimits", None, None, "spotClearinghouseState"),
    *("perpDeployAuctionStatus", None, None, None, None, None, "ws:pong", None, None),
)
CCXT = (
    *("allPerpMetas", "perpDexs", "metaAndAssetCtxs", None, None, "clearinghouseState", None, None),
    *("candleSnapshot", "row of candleSnapshot", "userFills", "act:cancel", "act:twapCancel", None, "fundingHistory"),
    *("openOrders", "historicalOrders", "row of openOrders", "row of userFills", "row of historicalOrders"),
    *("row of frontendOpenOrders", "row of userFills", "userFills", "clearinghouseState", None, "userFees"),
    *("userFunding", "act:order", "ws:l2Book", "ws:activeAssetCtx", "ws:userFills", None, "ws:trades"),
    *("row of userFills", "row of recentTrades", "ws:spotState", "ws:clearinghouseState", None, "ws:error"),
    *("ws:subscriptionResponse", "orderStatus", "userFills", "row of userFunding", "clearinghouseState"),
)


@cache
def recorded() -> dict[str, list[Any]]:
    """The recorded values by what they answer."""
    found: dict[str, list[Any]] = defaultdict(list)
    for label, value in _all():
        if label is not None:
            name, whole = _whole(label, value)
            found[name].append(whole)
    return found


def of_2026() -> Iterator[tuple[str, Any]]:
    """Those whose keys stand in the order in which the venue sent them."""
    for name, label in LIVE.items():
        yield _whole(label, load(f"live_2026/{name}.json")["payload"])


def _whole(label: str, value: Any) -> tuple[str, Any]:
    """A part of an answer as the whole of one."""
    if label.startswith("row of "):
        return label.removeprefix("row of "), [value]
    if label.startswith("data of "):
        name = label.removeprefix("data of ")
        return name, {"channel": name.removeprefix("ws:"), "data": value}
    return label, value


def unnamed() -> list[str]:
    """Files that hold something that nobody has said what it is."""
    known = {
        *(f"live_2026/{name}.json" for name in (*LIVE, "exchange_and_error_replies")),
        *(f"jkorf_net_unit_tests/{name}.txt" for name in JKORF),
        *(f"nautilus_test_data/{name}.json" for name in NAUTILUS),
        *("docs_json_examples.json", "ccxt_comment_samples.json", "tickwright/trades.jsonl"),
        "hftbacktest_ws_capture/btcusd_20250126_part1.jsonl_ns",
        *("README.md", "signing_vectors.json", "passivbot_hip3/hyperliquid_namespaced_hip3_markets.json"),
    }
    files = [path.relative_to(RECORDINGS).as_posix() for path in RECORDINGS.rglob("*") if path.is_file()]
    return [name for name in files if name not in known and not name.startswith("sdk_cassettes")]


def _all() -> Iterator[tuple[str | None, Any]]:
    for name, question in LIVE.items():
        yield question, load(f"live_2026/{name}.json")["payload"]
    replies = load("live_2026/exchange_and_error_replies.json")["payload"]
    for name, question in REPLIES.items():
        yield question, replies[name]
    for path in sorted((RECORDINGS / "sdk_cassettes_json").glob("*.json")):
        for one in json.loads(path.read_text(encoding="utf-8")):
            yield one["request"]["type"], one["response"]
    for name, question in NAUTILUS.items():
        yield question, load(f"nautilus_test_data/{name}.json")
    for name, question in JKORF.items():
        yield from _jkorf(name, question)
    yield from zip(DOCS, (one["sample"] for one in load("docs_json_examples.json")["samples"]), strict=True)
    yield from zip(CCXT, (one["sample"] for one in load("ccxt_comment_samples.json")["samples"]), strict=True)
    for line in (RECORDINGS / "tickwright" / "trades.jsonl").read_text(encoding="utf-8").splitlines():
        yield f"ws:{json.loads(line)['channel']}", json.loads(line)
    capture = RECORDINGS / "hftbacktest_ws_capture" / "btcusd_20250126_part1.jsonl_ns"
    for line in capture.read_text(encoding="utf-8").splitlines():
        frame = json.loads(line.partition(" ")[2])
        yield f"ws:{frame['channel']}", frame


def _jkorf(name: str, question: str) -> Iterator[tuple[str, Any]]:
    """Of an endpoint: its reply, below three lines. Of a subscription: its acknowledgement, and a frame below `=`."""
    text = (RECORDINGS / "jkorf_net_unit_tests" / f"{name}.txt").read_text(encoding="utf-8-sig")
    if name.startswith("Endpoints"):
        yield question, json.loads("\n".join(text.splitlines()[3:]))
        return
    ack, _, frame = text.partition("\n=")
    yield "ws:subscriptionResponse", json.loads(ack.splitlines()[1].removeprefix("< "))
    yield question, json.loads(frame)
