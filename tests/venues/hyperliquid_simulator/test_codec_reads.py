"""What Paddock reads the venue with reads all that the simulator says, and finds in it what happened."""

from __future__ import annotations

import json

import pytest

from paddock.core.orders import OrderState
from paddock.venues.hyperliquid.codec import account, fills, frames, history, markets, order_reports, standing
from paddock.venues.hyperliquid.codec.instruments import dexs, perps, spot
from paddock.venues.hyperliquid.codec.said import Unread

from .lived import CLOID


@pytest.fixture(scope="module")
def listing(day):
    return perps(day.ask("meta")).joined(spot(day.ask("spotMeta")))


def test_every_frame(day, listing):
    read = [frames.frame(json.dumps(frame), listing) for heard in day.frames.values() for frame in heard]
    assert len(read) > 100 and not [one for one in read if isinstance(one, Unread)]


def test_markets(day, listing):
    bitcoin = listing["BTC"]
    assert (bitcoin.asset, [tier.max_leverage for tier in bitcoin.tiers]) == (0, [40, 20])
    assert listing["MATIC"].delisted and listing["TRB"].isolated and listing["SOL"].asset == 5
    assert [dex.name for dex in dexs(day.ask("perpDexs"))] == ["", "sim"]
    assert len(markets.book(day.ask("l2Book", coin="BTC"), bitcoin).bids) == 20
    candle = {"coin": "BTC", "interval": "1h", "startTime": 0}
    assert len(markets.candles(day.ask("candleSnapshot", req=candle))) == 2
    assert [rate.rate for rate in markets.rates(day.ask("fundingHistory", coin="BTC", startTime=0))] == [0.0000125]
    assert markets.mids(day.ask("allMids")).px["BTC"] > 0


def test_accounts(day, listing):
    state = account.account(day.of_user("clearinghouseState"), listing)
    assert {held.symbol for held in state.positions} == {"BTC", "SOL"} and not state.unlisted
    before = account.account(day.before, listing)
    assert [held.cross for held in before.held] == [True, False, True]
    assert standing.role(day.of_user("userRole")).role == "user"
    assert standing.fees(day.of_user("userFees")).taker == 0.00045
    assert standing.allowance(day.of_user("userRateLimit")).used > 10
    assert [agent.name for agent in standing.agents(day.of_user("extraAgents"))] == ["bot"]
    assert len(standing.sub_accounts(day.of_user("subAccounts"), listing)) == 1
    assert {entry.kind for entry in history.ledger(day.of_user("userNonFundingLedgerUpdates"))} >= {"deposit"}


def test_orders_and_fills(day, listing):
    rows = order_reports.order_updates(day.of_user("historicalOrders"), listing).rows
    assert {row.state for row in rows} >= {OrderState.OPEN, OrderState.FILLED, OrderState.CANCELED, OrderState.PARTIAL}
    found = order_reports.order_status(day.of_user("orderStatus", oid=CLOID), listing)
    assert found.client_id == CLOID[2:] and found.state is OrderState.FILLED
    assert order_reports.order_status(day.of_user("orderStatus", oid=1), listing) is None
    traded = fills.fills(day.of_user("userFills"), listing).rows
    liquidated = [fill for fill in traded if fill.liquidated(day.trader.address)]
    assert [fill.symbol for fill in liquidated] == ["ETH"]
    assert len(fills.payments(day.of_user("userFunding"))) == 3
    assert len(fills.twap_fills(day.of_user("userTwapSliceFills"), listing).rows) > 20
