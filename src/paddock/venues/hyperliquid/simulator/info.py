"""Answers `/info`: each type of question with its arguments and what tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from paddock.venues.hyperliquid.simulator import asked, fixed, of_markets, of_users
from paddock.venues.hyperliquid.simulator.answers import FAILED, MALFORMED, Answer
from paddock.venues.hyperliquid.simulator.said import Said
from paddock.venues.hyperliquid.simulator.venue import Venue

Tell = Callable[[Venue, Any], Any]

QUESTIONS: Final[Mapping[str, tuple[type[Said], Tell]]] = {
    "meta": (asked.OfDex, of_markets.meta),
    "allPerpMetas": (asked.Plain, of_markets.all_metas),
    "metaAndAssetCtxs": (asked.OfDex, of_markets.meta_and_contexts),
    "spotMeta": (asked.Plain, fixed.spot_meta),
    "spotMetaAndAssetCtxs": (asked.Plain, fixed.spot_meta_and_contexts),
    "perpDexs": (asked.Plain, fixed.perp_dexs),
    "perpDexLimits": (asked.OfDex, fixed.dex_limits),
    "perpsAtOpenInterestCap": (asked.OfDex, fixed.nothing_listed),
    "perpDeployAuctionStatus": (asked.Plain, fixed.auction),
    "tokenDetails": (asked.OfToken, fixed.token),
    "marginTable": (asked.OfTable, of_markets.margin_table),
    "maxMarketOrderNtls": (asked.Plain, of_markets.largest_orders),
    "exchangeStatus": (asked.Plain, of_markets.status),
    "allMids": (asked.OfDex, of_markets.mids),
    "l2Book": (asked.OfBook, of_markets.book),
    "candleSnapshot": (asked.OfCandles, of_markets.candles),
    "recentTrades": (asked.OfCoin, of_markets.trades),
    "fundingHistory": (asked.OfFunding, of_markets.fundings),
    "predictedFundings": (asked.Plain, of_markets.fundings_to_come),
    "clearinghouseState": (asked.OfUser, of_users.clearinghouse),
    "spotClearinghouseState": (asked.OfUser, of_users.spot),
    "openOrders": (asked.OfUser, of_users.open_orders),
    "frontendOpenOrders": (asked.OfUser, of_users.frontend_orders),
    "orderStatus": (asked.OfOrder, of_users.order_status),
    "historicalOrders": (asked.OfUser, of_users.historical_orders),
    "userFills": (asked.OfFills, of_users.fills),
    "userFillsByTime": (asked.OfFillSpan, of_users.fills_by_time),
    "userFunding": (asked.OfUserSpan, of_users.fundings),
    "userNonFundingLedgerUpdates": (asked.OfUserSpan, of_users.ledger),
    "userTwapSliceFills": (asked.OfUser, of_users.twap_fills),
    "twapHistory": (asked.OfUser, of_users.twap_history),
    "userFees": (asked.OfUser, of_users.fees),
    "userRateLimit": (asked.OfUser, of_users.rate_limit),
    "userRole": (asked.OfUser, of_users.role),
    "extraAgents": (asked.OfUser, of_users.agents),
    "subAccounts": (asked.OfUser, of_users.sub_accounts),
    "activeAssetData": (asked.OfUserCoin, of_users.active_asset),
    "maxBuilderFee": (asked.OfBuilder, of_users.builder_fee),
    "referral": (asked.OfUser, of_users.referral),
    "portfolio": (asked.OfUser, of_users.portfolio),
    "userAbstraction": (asked.OfUser, of_users.abstraction),
    "webData2": (asked.OfUser, of_users.web_data),
    "userDexAbstraction": (asked.OfUser, fixed.none),
    "userToMultiSigSigners": (asked.OfUser, fixed.none),
    "vaultDetails": (asked.OfVault, fixed.none),
    "vaultSummaries": (asked.Plain, fixed.nothing_listed),
    "userVaultEquities": (asked.OfUser, fixed.nothing_listed),
    "delegations": (asked.OfUser, fixed.nothing_listed),
    "delegatorRewards": (asked.OfUser, fixed.nothing_listed),
    "delegatorHistory": (asked.OfUser, fixed.nothing_listed),
    "delegatorSummary": (asked.OfUser, fixed.delegator),
}


def answer(venue: Venue, body: Mapping[str, Any]) -> Answer:
    try:
        shape, tell = QUESTIONS[body["type"]]
        arguments = shape.model_validate(body)
    except (ValidationError, KeyError, TypeError):
        return MALFORMED
    try:
        return Answer(value=tell(venue, arguments))
    except of_markets.Broken:
        return FAILED
