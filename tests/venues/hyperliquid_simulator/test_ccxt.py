"""ccxt trades against the simulator, over REST and over its sockets. It signs as on the main network."""

from __future__ import annotations

import asyncio

import pytest

from paddock.venues.hyperliquid.codec.signing import Network
from tests.patience import PATIENCE_S
from tests.peers import ccxt

from .kit import served

SYMBOL = "BTC/USDC:USDC"
CCXTS_BUILDER = "0x6530512a6c89c7cfcebc3ba7fcd9ada5f30827a6"


def pointed(client_class, wallet, url: str):
    """It does not wait between its requests, which it would do for half a second each."""
    key = "0x" + wallet.key.hex().removeprefix("0x")
    limits = {"enableRateLimit": False, "timeout": round(PATIENCE_S * 1000)}
    client = client_class({"walletAddress": wallet.address, "privateKey": key, **limits})
    client.urls["api"] = {"public": url, "private": url, "ws": {"public": f"ws{url[4:]}/ws"}}
    return client


@pytest.fixture(scope="module")
def stage():
    with served() as set_up:
        yield set_up


@pytest.fixture(scope="module")
def client(stage):
    found = pointed(ccxt("hyperliquid"), stage.account(), stage.url)
    found.load_markets()
    return found


def test_it_knows_the_markets_and_finds_its_builder_poor(stage, client):
    assert set(client.markets) >= {SYMBOL, "ETH/USDC:USDC", "PURR/USDC"}
    assert client.markets["MATIC/USDC:USDC"]["active"] is False
    assert client.options["builderFee"] is False  # the approval was refused, so that it sends plain orders
    assert set(stage.simulator.venue.networks.values()) == {Network.MAINNET}


def test_it_places_fetches_and_cancels(client):
    placed = client.create_order(SYMBOL, "limit", "buy", 0.01, 83000)
    (shown,) = client.fetch_open_orders(SYMBOL)
    assert (shown["id"], shown["price"], shown["remaining"]) == (placed["id"], 83000, 0.01)
    assert client.cancel_order(placed["id"], SYMBOL)["status"] == "success"
    assert client.fetch_open_orders(SYMBOL) == []
    assert client.fetch_order(placed["id"], SYMBOL)["status"] == "canceled"


def test_it_trades_and_sees_what_came_of_it(client):
    client.set_leverage(10, SYMBOL)
    client.create_order(SYMBOL, "market", "buy", 0.01, 84000)
    (held,) = client.fetch_positions([SYMBOL])
    assert (held["contracts"], held["side"], held["leverage"]) == (0.01, "long", 10)
    assert client.fetch_my_trades(SYMBOL)[-1]["price"] == 84008
    assert client.fetch_balance()["total"]["USDC"] == pytest.approx(9_999.541964)
    assert client.fetch_ohlcv(SYMBOL, "1m")[-1][4] == 84008
    stop = client.create_order(SYMBOL, "limit", "sell", 0.01, 80000, {"stopLossPrice": 82000, "reduceOnly": True})
    assert [order["id"] for order in client.fetch_open_orders(SYMBOL)] == [stop["id"]]
    assert client.fetch_order_book(SYMBOL)["bids"][0] == [83992, 0.59]


def test_it_reads_refusals_as_its_own_errors(client):
    with pytest.raises(Exception, match="Insufficient margin") as seen:
        client.create_order(SYMBOL, "limit", "buy", 100, 83000)
    assert type(seen.value).__name__ == "InsufficientFunds"


def test_once_its_builder_is_approved_it_names_it_in_every_order(stage):
    stage.simulator.deposit(CCXTS_BUILDER, 1_000)
    client = pointed(ccxt("hyperliquid"), stage.account(), stage.url)
    client.create_order(SYMBOL, "market", "buy", 0.01, 84000)
    assert client.options["approvedBuilderFee"] is True
    fill = client.fetch_my_trades(SYMBOL)[0]
    assert float(fill["info"]["builderFee"]) > 0


def test_it_hears_its_orders_and_fills_over_its_sockets(stage):
    async def trade():
        client = pointed(ccxt("hyperliquid", pro=True), stage.account(), stage.url)
        try:
            await client.load_markets()
            assert (await client.watch_order_book(SYMBOL))["bids"]
            placed = await client.create_order_ws(SYMBOL, "limit", "buy", 0.01, 83000)
            waiting = asyncio.gather(client.watch_orders(SYMBOL), client.watch_my_trades(SYMBOL))
            while len(stage.simulator.hub.topics) < 3:
                await asyncio.to_thread(stage.simulator.step)
            await client.create_order(SYMBOL, "market", "buy", 0.01, 84000)
            orders, trades = await waiting
            assert orders[0]["status"] == "closed" and trades[0]["order"] == orders[0]["id"] != placed["id"]
        finally:
            await client.close()

    asyncio.run(asyncio.wait_for(trade(), PATIENCE_S))
