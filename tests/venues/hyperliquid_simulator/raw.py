"""Asks the simulator without a client: questions, and actions signed with a key of the test's own."""

from __future__ import annotations

from typing import Any

from coincurve import PrivateKey

from paddock.venues.evm import address_of, signed
from paddock.venues.hyperliquid.codec.signing import Network, Signature, action_hash, agent_digest
from paddock.venues.hyperliquid.codec.user_signed import user_digest

from .kit import Stage

CHAIN = {"signatureChainId": "0x66eee", "hyperliquidChain": "Testnet"}
GTC, IOC, ALO = ({"limit": {"tif": tif}} for tif in ("Gtc", "Ioc", "Alo"))


class Trader:
    """A key that has been paid into, and numbers that grow."""

    def __init__(self, stage: Stage, seed: int, dollars: int = 10_000) -> None:
        self.stage, self.key = stage, PrivateKey(seed.to_bytes(32, "big"))
        self.address = address_of(self.key.public_key).lower()
        self.nonce = stage.clock.now_ts()
        if dollars:
            stage.simulator.deposit(self.address, dollars)

    def body(self, action: dict, *, nonce: int = 0, vault: str | None = None, expires: int | None = None) -> dict:
        self.nonce += 1
        number = nonce or self.nonce
        digest = agent_digest(Network.TESTNET, action_hash(action, number, vault, expires))
        body = {"action": action, "nonce": number, "signature": Signature.of(signed(self.key, digest)).wire}
        return body | {"vaultAddress": vault, "expiresAfter": expires}

    def act(self, action: dict, **about: Any) -> dict:
        """The reply to an L1 action."""
        return self.stage.simulator.act(self.body(action, **about)).value

    def approve(self, kind: str, **fields: Any) -> dict:
        """The reply to an action that owners sign."""
        self.nonce += 1
        action = {"type": kind, **CHAIN, **fields, "nonce": self.nonce}
        signature = Signature.of(signed(self.key, user_digest(action))).wire
        body = {"action": action, "nonce": self.nonce, "signature": signature}
        return self.stage.simulator.act(body).value

    def order(self, *orders: dict, grouping: str = "na", **about: Any) -> list:
        """The statuses of orders."""
        reply = self.act({"type": "order", "orders": list(orders), "grouping": grouping, **about})
        assert reply["status"] == "ok", reply
        return reply["response"]["data"]["statuses"]

    def ask(self, kind: str, **about: Any) -> Any:
        """The answer to a question about this account."""
        return ask(self.stage, kind, user=self.address, **about)


def ask(stage: Stage, kind: str, **about: Any) -> Any:
    answer = stage.simulator.ask({"type": kind, **about})
    assert answer.status == 200, (kind, answer)
    return answer.value


def order(asset: int, px: str, sz: str, *, buys: bool = True, kind: dict = GTC, reduces: bool = False, cloid: str = ""):
    said = {"a": asset, "b": buys, "p": px, "s": sz, "r": reduces, "t": kind}
    return said | ({"c": cloid} if cloid else {})


def trigger(px: str, tpsl: str, *, market: bool = True) -> dict:
    return {"trigger": {"isMarket": market, "triggerPx": px, "tpsl": tpsl}}


class Ear:
    """A connection without a socket: frames as they would be sent."""

    def __init__(self, stage: Stage) -> None:
        self.texts: list[str] = []
        self._stage = stage
        self._listener = stage.simulator.hub.join(self.texts.append, "ear")

    def subscribe(self, kind: str, **about: Any) -> None:
        with self._stage.simulator.lock:
            self._stage.simulator.hub.subscribe(self._listener, {"type": kind, **about}, "")

    def ping(self) -> None:
        self._stage.simulator.hub.say(self._listener, "pong")
