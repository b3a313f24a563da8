"""A day at the simulator on which everything happens once, so that no list is empty; and what it then answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .kit import Stage, stage
from .raw import IOC, Ear, Trader, ask, order, trigger

CLOID = "0x" + "1f" * 16


@dataclass
class Day:
    """`replies` to actions by type; `frames` by channel; `trader` did it all. `before`: its state before the end."""

    stage: Stage
    trader: Trader
    other: Trader
    replies: dict[str, list] = field(default_factory=dict)
    frames: dict[str, list] = field(default_factory=dict)
    before: Any = None
    sub: str = ""

    def ask(self, kind: str, **about: Any) -> Any:
        return ask(self.stage, kind, **about)

    def of_user(self, kind: str, **about: Any) -> Any:
        return self.trader.ask(kind, **about)

    def reply(self, reply: dict) -> dict:
        response = reply["response"]
        kind = response["type"] if isinstance(response, dict) else "err"
        self.replies.setdefault(kind, []).append(reply)
        return reply

    def act(self, **action: Any) -> dict:
        return self.reply(self.trader.act(action))

    def place(self, *orders: dict, grouping: str = "na", **about: Any) -> dict:
        return self.act(type="order", orders=list(orders), grouping=grouping, **about)


def lived() -> Day:
    set_up = stage()
    day = Day(set_up, Trader(set_up, 1_001), Trader(set_up, 1_002))
    ear = Ear(set_up)
    _subscribe(ear, day.trader.address)
    _trade(day)
    _wait(day)
    _change(day)
    _settle(day)
    set_up.advance(3_600_000)
    day.before = day.of_user("clearinghouseState")
    _liquidate(day)
    ear.subscribe("trades", coin="BTC")
    ear.subscribe("liquidations")
    ear.ping()
    for text in ear.texts:
        frame = json.loads(text)
        day.frames.setdefault(frame["channel"], []).append(frame)
    return day


def _subscribe(ear: Ear, user: str) -> None:
    for kind in ("trades", "l2Book", "bbo", "activeAssetCtx"):
        ear.subscribe(kind, coin="BTC")
    ear.subscribe("bbo", coin="MATIC")
    ear.subscribe("candle", coin="BTC", interval="1m")
    for kind in ("allMids", "allDexsAssetCtxs"):
        ear.subscribe(kind)
    for kind in ("orderUpdates", "userEvents", "userFills", "userFundings", "userNonFundingLedgerUpdates"):
        ear.subscribe(kind, user=user)
    for kind in ("clearinghouseState", "openOrders", "spotState", "userTwapSliceFills", "userTwapHistory"):
        ear.subscribe(kind, user=user)
    ear.subscribe("twapStates", user=user)


def _trade(day: Day) -> None:
    """Fills on both sides, with a client id and a builder; a cross and an isolated position."""
    trader, other = day.trader, day.other
    day.reply(trader.approve("approveBuilderFee", maxFeeRate="0.01%", builder=other.address))
    day.act(type="updateLeverage", asset=1, isCross=False, leverage=20)
    day.place(order(0, "85000", "0.02", kind=IOC, cloid=CLOID), builder={"b": other.address, "f": 10})
    day.place(order(1, "2600", "1", kind=IOC))
    day.place(order(0, "80000", "0.01", buys=False, kind=IOC))
    day.place(order(0, "84001", "0.02"))
    other.order(order(0, "84000", "0.01", buys=False, kind=IOC))
    day.place(order(1, "1000", "1", kind=IOC))
    day.place(order(84, "1000", "1"))


def _wait(day: Day) -> None:
    """Orders that rest, wait, and wait for an entry; a TWAP that runs."""
    stop, take = trigger("80000", "sl"), trigger("90000", "tp", market=False)
    day.place(order(0, "70000", "0.01", buys=False, kind=stop, reduces=True))
    day.place(
        order(0, "80000", "0.01"),
        order(0, "90000", "0.01", buys=False, kind=take, reduces=True),
        order(0, "70000", "0.01", buys=False, kind=trigger("75000", "sl"), reduces=True),
        grouping="normalTpsl",
    )
    day.place(order(0, "83000", "0.01", cloid="0x" + "2f" * 16))
    twap = {"a": 5, "b": True, "s": "10", "r": False, "m": 30, "t": False}
    day.act(type="twapOrder", twap=twap)
    day.act(type="twapOrder", twap=twap | {"m": 1})
    running = day.act(type="twapOrder", twap=twap)["response"]["data"]["status"]["running"]["twapId"]
    day.stage.advance(61_000)
    day.act(type="twapCancel", a=5, t=running)
    day.act(type="twapCancel", a=5, t=999)


def _change(day: Day) -> None:
    """Orders that are cancelled, changed, and refused."""
    (resting,) = day.trader.order(order(0, "82000", "0.01"))
    oid = resting["resting"]["oid"]
    changed = {"oid": oid, "order": order(0, "81000", "0.01")}
    day.act(type="batchModify", modifies=[changed])
    day.act(type="cancel", cancels=[{"a": 0, "o": oid}, {"a": 0, "o": oid + 1}])
    day.reply(day.trader.act({"type": "noop"}, nonce=day.trader.nonce))
    day.act(type="scheduleCancel", time=day.stage.clock.now_ts() + 10_000_000)


def _settle(day: Day) -> None:
    """Money that moves; an agent; a sub-account."""
    trader = day.trader
    day.reply(trader.approve("usdClassTransfer", amount="500", toPerp=False))
    day.reply(trader.approve("approveAgent", agentAddress="0x" + "ab" * 20, agentName="bot"))
    day.sub = day.act(type="createSubAccount", name="Test")["response"]["data"]
    day.act(type="subAccountTransfer", subAccountUser=day.sub, isDeposit=True, usd=30_000_000)
    day.reply(trader.approve("usdClassTransfer", amount=f"5 subaccount:{day.sub}", toPerp=False))
    day.act(type="setReferrer", code="TESTNET")


def _liquidate(day: Day) -> None:
    """The isolated position, by a price that came and went."""
    day.stage.move("ETH", "2420")
    day.stage.move("ETH", "2500")
    day.stage.advance(6_000)
