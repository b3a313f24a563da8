"""ccxt's own `pacifica` trades against the simulator: only the address it is given is another one."""

from __future__ import annotations

import asyncio
from importlib import import_module

import pytest

from paddock.venues import base58
from paddock.venues.pacifica.codec.signing import secret_of
from paddock.venues.pacifica.simulator.simulator import Simulator
from tests import peers
from tests.patience import PATIENCE_S
from tests.venues.pacifica_simulator.kit import ACCOUNT, AGENT, AGENT_WALLET, FREE, OWNER, WallClock, serving, uuid

SYMBOL = "BTC/USDC:USDC"


@pytest.fixture(scope="session")
def ccxt():
    """Its class and its errors, imported here: that takes a while."""
    peers.ccxt("pacifica")
    return import_module("ccxt")


@pytest.fixture(scope="module")
def world(ccxt):
    simulator = Simulator(WallClock(), FREE)
    simulator.deposit(ACCOUNT, 100_000)
    with serving(simulator) as url:
        yield simulator, client(ccxt, url), url


def client(ccxt, url, key=OWNER, **options):
    made = ccxt.pacifica(named(key))
    made.urls["api"] = {"public": url, "private": url}
    made.binary_to_base58 = base58.encode  # its own loses leading zeros: one signature of 256 would be no signature
    made.options |= options
    return made


def named(key) -> dict:
    """Who trades; without pauses between requests, and with time for the answers."""
    limits = {"enableRateLimit": False, "timeout": round(PATIENCE_S * 1000), "options": {"expiryWindow": 60_000}}
    return {"walletAddress": ACCOUNT, "privateKey": secret_of(key), **limits}


@pytest.fixture(autouse=True)
def flat(world):
    """Each begins without orders and positions."""
    yield
    simulator, exchange, _ = world
    exchange.cancel_all_orders()
    for position in exchange.fetch_positions():
        side = "sell" if position["side"] == "long" else "buy"
        exchange.create_order(position["symbol"], "market", side, position["contracts"], None, {"reduceOnly": True})
    assert simulator.exchange.account(ACCOUNT).positions == ()


def test_markets_and_prices(world):
    simulator, exchange, _ = world
    markets = exchange.load_markets()
    assert set(exchange.market_ids(list(markets))) == {coin.symbol for coin in simulator.venue.listing.coins}
    assert markets[SYMBOL]["precision"] == {"amount": 0.00001, "price": 1.0}
    assert markets[SYMBOL]["limits"]["leverage"]["max"] == 50
    book = exchange.fetch_order_book(SYMBOL)
    assert book["bids"][0][0] < 63500 < book["asks"][0][0] and len(book["bids"]) == 10
    assert exchange.fetch_tickers([SYMBOL])[SYMBOL]["info"]["mark"] == "63500"
    assert exchange.fetch_funding_rates([SYMBOL])[SYMBOL]["markPrice"] == 63500
    assert exchange.fetch_open_interest(SYMBOL)["openInterestAmount"] is not None


def test_a_limit_order_from_making_to_cancelling(world):
    _, exchange, _ = world
    placed = exchange.create_order(SYMBOL, "limit", "buy", 0.01, 60000, {"clientOrderId": uuid()})
    [open_order] = exchange.fetch_open_orders(SYMBOL)
    assert (open_order["id"], open_order["price"], open_order["amount"]) == (placed["id"], 60000, 0.01)
    changed = exchange.edit_order(placed["id"], SYMBOL, "limit", "buy", 0.02, 60100)
    assert changed["id"] != placed["id"]
    assert exchange.fetch_order(placed["id"], SYMBOL)["status"] == "canceled"
    assert exchange.fetch_order(changed["id"], SYMBOL)["status"] == "open"
    assert exchange.cancel_order(changed["id"], SYMBOL)["status"] == "canceled"
    assert exchange.fetch_open_orders(SYMBOL) == []
    assert {row["id"] for row in exchange.fetch_orders(SYMBOL)} >= {placed["id"], changed["id"]}


def test_a_position_its_trades_and_its_money(world):
    simulator, exchange, _ = world
    before = exchange.fetch_balance()["USDC"]["total"]
    placed = exchange.create_order(SYMBOL, "market", "buy", 0.05)
    [position] = exchange.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"]) == ("long", 0.05)
    trades = [trade for trade in exchange.fetch_my_trades(SYMBOL) if trade["order"] == placed["id"]]
    assert sum(trade["amount"] for trade in trades) == pytest.approx(0.05)
    fee = sum(trade["fee"]["cost"] for trade in trades)
    assert exchange.fetch_balance()["USDC"]["total"] == pytest.approx(before - fee, abs=1e-9)
    assert exchange.fetch_order(placed["id"], SYMBOL)["status"] == "closed"
    stopped = exchange.create_order(SYMBOL, "limit", "sell", 0.05, 62000, {"triggerPrice": 62100, "reduceOnly": True})
    assert stopped["id"]
    assert exchange.cancel_order(stopped["id"], SYMBOL, {"stop": True})["status"] == "canceled"
    exchange.create_order(SYMBOL, "market", "sell", 0.05, None, {"takeProfitPrice": 66000, "stopLossPrice": 60000})
    assert exchange.fetch_positions([SYMBOL]) == []
    assert simulator.exchange.account(ACCOUNT).positions == ()


def test_leverage_and_margin_mode(world):
    _, exchange, _ = world
    exchange.set_leverage(7, "ETH/USDC:USDC")
    exchange.set_margin_mode("isolated", "ETH/USDC:USDC")
    exchange.load_account_settings(True)
    assert exchange.fetch_leverage("ETH/USDC:USDC")["longLeverage"] == 7
    assert exchange.fetch_margin_mode("ETH/USDC:USDC")["marginMode"] == "isolated"


def test_many_orders_at_once(world):
    _, exchange, _ = world
    rows = [{"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 0.01, "price": 60000 + at} for at in range(3)]
    placed = exchange.create_orders(rows)
    assert len({row["id"] for row in placed}) == 3
    exchange.cancel_orders([row["id"] for row in placed[:2]], SYMBOL)
    assert [row["id"] for row in exchange.fetch_open_orders()] == [placed[2]["id"]]
    exchange.cancel_all_orders()
    assert exchange.fetch_open_orders() == []


def test_refusals_are_the_errors_that_ccxt_knows(world, ccxt):
    _, exchange, url = world
    with pytest.raises(ccxt.InvalidOrder, match="too low"):
        exchange.create_order(SYMBOL, "limit", "buy", 0.0001, 60000)
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(SYMBOL, "limit", "buy", 300, 60000)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order("1", SYMBOL)
    forger = client(ccxt, url, AGENT, builderFee=False)
    with pytest.raises(ccxt.ExchangeNotAvailable, match="Verification failed"):  # as it reads a plain text
        forger.create_order(SYMBOL, "limit", "buy", 0.01, 60000)


def test_an_agents_key_trades_for_the_account(world, ccxt):
    _, exchange, url = world
    exchange.bind_agent_wallet(AGENT_WALLET)
    agent = client(ccxt, url, AGENT, agentAddress=AGENT_WALLET, builderFee=False)
    placed = agent.create_order(SYMBOL, "limit", "buy", 0.01, 60000)
    assert [row["id"] for row in exchange.fetch_open_orders()] == [placed["id"]]


def test_its_builder_code_is_approved_and_named(world):
    simulator, exchange, _ = world
    placed = exchange.create_order(SYMBOL, "market", "buy", 0.01)
    assert exchange.fetch_builder_approvals(ACCOUNT)["data"][0]["builder_code"] == "CCXT"
    assert simulator.exchange.order(int(placed["id"])).asked.builder.account == "builder:CCXT"


def test_history(world):
    simulator, exchange, _ = world
    exchange.create_order(SYMBOL, "market", "buy", 0.01)
    candles = exchange.fetch_ohlcv(SYMBOL, "1m", simulator.exchange.now_ts - 600_000)
    assert candles[-1][4] > 63000
    assert exchange.fetch_trades(SYMBOL)[0]["amount"] > 0
    assert exchange.fetch_ledger("USDC")[0]["amount"] is not None
    assert exchange.fetch_deposits("USDC")[0]["amount"] == 100_000
    assert exchange.fetch_trading_fee(SYMBOL)["taker"] == 0.0004
    assert exchange.fetch_funding_history(SYMBOL) == []


def test_its_sockets(world):
    simulator, _, url = world
    asyncio.run(trade_over_sockets(simulator, url))
    assert simulator.exchange.open_orders(ACCOUNT) == []


def subscribed(simulator) -> int:
    with simulator.lock:
        return sum(len(listener.topics) for listener in simulator.hub.listeners)


async def trade_over_sockets(simulator, url):
    exchange = peers.ccxt("pacifica", pro=True)(named(OWNER))
    exchange.binary_to_base58 = base58.encode
    exchange.options["builderFee"] = False
    exchange.urls["api"] = {"public": url, "private": url, "ws": {"public": url.replace("http", "ws") + "/ws"}}
    async with exchange:
        await exchange.load_markets()
        book = await exchange.watch_order_book(SYMBOL)
        assert book["bids"][0][0] < book["asks"][0][0]
        orders = asyncio.ensure_future(exchange.watch_orders(SYMBOL))
        trades = asyncio.ensure_future(exchange.watch_my_trades(SYMBOL))
        while subscribed(simulator) < 3:
            await exchange.fetch_order_book(SYMBOL)
        placed = await exchange.create_order_ws(SYMBOL, "limit", "buy", 0.01, 60000)
        heard = await asyncio.wait_for(orders, PATIENCE_S)
        assert (heard[-1]["id"], heard[-1]["status"]) == (placed["id"], "open")
        edited = await exchange.edit_order_ws(placed["id"], SYMBOL, "limit", "buy", 0.02, 60100)
        await exchange.cancel_order_ws(edited["id"], SYMBOL)
        taken = await exchange.create_order_ws(SYMBOL, "market", "buy", 0.01)
        fills = await asyncio.wait_for(trades, PATIENCE_S)
        assert fills[-1]["order"] == taken["id"]
        await exchange.cancel_all_orders_ws()
