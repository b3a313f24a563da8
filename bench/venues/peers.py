"""The same at the same venue by others: Hyperliquid's own Python client, and ccxt."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Protocol

import ccxt
from eth_account import Account
from hyperliquid.exchange import Exchange
from hyperliquid.utils.signing import sign_l1_action
from hyperliquid.utils.types import Cloid

from bench.venues.stage import COIN, Trader, us
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Accepted, Broker, Cancellation, Placement

LOTS = 20
VALID_MS = 30_000
_COUNT = itertools.count(1)
Work = Callable[[], object]


class Client(Protocol):
    """Who trades: an order that rests, its end, and what the venue says of it. Each raises when it did not work."""

    def place(self, px: int) -> Any: ...

    def read(self, placed: Any) -> None: ...

    def cancel(self, placed: Any) -> None: ...


class Paddock:
    """The broker that the order desk asks, with the signer's process."""

    def __init__(self, ours: Trader) -> None:
        self._broker: Broker = ours.broker()
        self._account_id, self._clock = ours.account_id, ours.house.clock
        self._broker.events(ours.account_id, "")  # as it lives: mids come over the socket

    def place(self, px: int) -> Placement:
        now = self._clock.now_ts()
        name = f"{us():016x}{next(_COUNT):016x}"
        order = Placement(
            name, self._account_id, "bench", COIN.name, OrderKind.LIMIT, Side.BUY, LOTS, now, now + VALID_MS,
            px=float(px), leverage=5.0,
        )  # fmt: skip
        (outcome,) = self._broker.place([order])
        assert isinstance(outcome, Accepted), outcome
        return order

    def read(self, placed: Placement) -> None:
        assert self._broker.find(self._account_id, placed.client_id) is not None

    def cancel(self, placed: Placement) -> None:
        now = self._clock.now_ts()
        asked = Cancellation(placed.client_id, self._account_id, COIN.name, now, now + VALID_MS)
        (outcome,) = self._broker.cancel([asked])
        assert isinstance(outcome, Accepted), outcome


class Official:
    """hyperliquid-python-sdk."""

    def __init__(self, url: str, wallet: Any) -> None:
        self._client, self._user = Exchange(wallet, url), wallet.address

    def place(self, px: int) -> Cloid:
        cloid = Cloid.from_int(us() << 20 | next(_COUNT))
        said = self._client.order(
            COIN.name, True, LOTS / 10**COIN.sz_decimals, px, {"limit": {"tif": "Gtc"}}, cloid=cloid
        )
        assert "resting" in said["response"]["data"]["statuses"][0], said
        return cloid

    def read(self, placed: Cloid) -> None:
        assert self._client.info.query_order_by_cloid(self._user, placed)["status"] == "order"

    def cancel(self, placed: Cloid) -> None:
        said = self._client.cancel_by_cloid(COIN.name, placed)
        assert said["response"]["data"]["statuses"] == ["success"], said


class Ccxt:
    """ccxt, without the pause that it makes before each request."""

    symbol = f"{COIN.name}/USDC:USDC"

    def __init__(self, url: str, wallet: Any) -> None:
        key = "0x" + wallet.key.hex().removeprefix("0x")
        self._client = ccxt.hyperliquid({"walletAddress": wallet.address, "privateKey": key, "enableRateLimit": False})
        self._client.urls["api"] = {"public": url, "private": url}
        self._client.load_markets()

    def place(self, px: int) -> str:
        return str(self._client.create_order(self.symbol, "limit", "buy", LOTS / 10**COIN.sz_decimals, px)["id"])

    def read(self, placed: str) -> None:
        assert self._client.fetch_order(placed, self.symbol)["id"] == placed

    def cancel(self, placed: str) -> None:
        assert self._client.cancel_order(placed, self.symbol)["status"] == "success"


def wallet(n: int) -> Any:
    return Account.from_key(f"0x{n:064x}")


def official_signing(action: dict[str, Any], nonce: int) -> Work:
    made = wallet(1)
    return lambda: sign_l1_action(made, action, None, nonce, None, False)


def ccxt_signing(action: dict[str, Any], nonce: int) -> Work:
    key = "0x" + wallet(1).key.hex().removeprefix("0x")
    client = ccxt.hyperliquid({"privateKey": key, "sandbox": True})
    return lambda: client.sign_l1_action(action, nonce)
