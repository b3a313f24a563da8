"""A second SDK, from npm, trades against the simulator: @nktkas/hyperliquid, unchanged, in a process of its own.

Its packages are fetched by the first test that needs them; where that cannot be done the tests are skipped.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Thread
from typing import Any, Final

import pytest

from paddock.venues.hyperliquid.codec.signing import Network
from tests.patience import PATIENCE_S
from tests.project import ROOT

from .kit import Stage, served

HERE: Final = ROOT / "tests" / "venues" / "hyperliquid_simulator" / "nktkas"
NPM: Final = [str(ROOT / "web" / "npm.sh"), "--prefix", str(HERE)]
CLOID: Final = "0x" + "1" * 32
GTC, IOC, ALO = ({"limit": {"tif": tif}} for tif in ("Gtc", "Ioc", "Alo"))


class Refused(Exception):
    """What the SDK raised."""


class Sdk:
    """Calls of its clients, one after another; `told` waits for what a subscription hears."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._count = process, 0
        self._answers: Queue[dict[str, Any]] = Queue()
        self._heard: dict[str, Queue[Any]] = {}
        Thread(target=self._read, daemon=True).start()

    def info(self, call: str, **args: Any) -> Any:
        return self._ask("info", call, args)

    def exchange(self, call: str, **args: Any) -> Any:
        return self._ask("exchange", call, args)

    def hear(self, call: str, **args: Any) -> Callable[[], Any]:
        """Subscribe; what it gives waits for the next that is heard."""
        heard = self._heard[call] = Queue()
        self._ask("subscription", call, args)
        return lambda: heard.get(timeout=PATIENCE_S)

    def _ask(self, client: str, call: str, args: dict[str, Any]) -> Any:
        assert self._process.stdin
        self._count += 1
        line = {"id": self._count, "client": client, "call": call, "args": [args] if args else []}
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = self._answers.get(timeout=PATIENCE_S)
        assert answer["id"] == self._count
        if "failed" in answer:
            raise Refused(answer["failed"])
        return answer["told"]

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            said = json.loads(line)
            (self._heard[said["heard"]].put if "heard" in said else self._answers.put)(
                said["told"] if "heard" in said else said
            )


@pytest.fixture(scope="module")
def packages() -> None:
    with (HERE / "package.json").open() as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not (HERE / "node_modules" / "@nktkas" / "hyperliquid").is_dir():
            fetched = subprocess.run([*NPM, "ci", "--silent"], check=False, capture_output=True, text=True)
            if fetched.returncode:
                pytest.skip(f"@nktkas/hyperliquid cannot be fetched here: {fetched.stderr.strip()[-200:]}")


@pytest.fixture(scope="module", params=["mainnet", "testnet"])
def stage(request: pytest.FixtureRequest, packages: None) -> Iterator[tuple[Stage, Sdk, str]]:
    """The simulator, the SDK, and the address that it trades for; once on each network."""
    with served() as set_up:
        wallet = set_up.account()
        key = "0x" + wallet.key.hex().removeprefix("0x")
        command = [*NPM, "run", "--silent", "client", "--", set_up.url, key, request.param]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, **pipes) as process:
            yield set_up, Sdk(process), wallet.address.lower()
            assert process.stdin
            process.stdin.close()
        networks = {Network.MAINNET} if request.param == "mainnet" else {Network.TESTNET}
        assert set(set_up.simulator.venue.networks.values()) == networks


def order(px: str, tif: dict[str, Any] = GTC, *, buys: bool = True, size: str = "0.01", **more: Any) -> dict[str, Any]:
    return {"a": 0, "b": buys, "p": px, "s": size, "r": False, "t": tif} | more


def trigger(px: str, tpsl: str, *, market: bool) -> dict[str, Any]:
    return {"trigger": {"isMarket": market, "triggerPx": px, "tpsl": tpsl}}


def placed(sdk: Sdk, *orders: dict[str, Any], grouping: str = "na") -> list[Any]:
    reply = sdk.exchange("order", orders=list(orders), grouping=grouping)
    return reply["response"]["data"]["statuses"]


def test_orders_rest_are_told_of_changed_and_cancelled(stage):
    _, sdk, user = stage
    updates, opened = sdk.hear("orderUpdates", user=user), sdk.hear("openOrders", user=user)
    assert opened()["orders"] == []
    ((rests,),) = [placed(sdk, order("83000", c=CLOID))]
    oid = rests["resting"]["oid"]
    ((told,),) = [updates()]
    assert (told["status"], told["order"]["oid"], told["order"]["cloid"]) == ("open", oid, CLOID)
    assert sdk.info("orderStatus", user=user, oid=CLOID)["order"]["order"]["limitPx"] == "83000.0"
    sdk.exchange("modify", oid=oid, order=order("82500", ALO))
    (shown,) = sdk.info("openOrders", user=user)
    assert shown["limitPx"] == "82500.0"
    sdk.exchange("cancel", cancels=[{"a": 0, "o": shown["oid"]}])
    placed(sdk, order("83000", c="0x" + "2" * 32))
    sdk.exchange("cancelByCloid", cancels=[{"asset": 0, "cloid": "0x" + "2" * 32}])
    assert sdk.info("openOrders", user=user) == []


def test_it_enters_with_levels_and_hears_of_fills(stage):
    set_up, sdk, user = stage
    fills, state = sdk.hear("userFills", user=user), sdk.hear("clearinghouseState", user=user)
    assert fills()["fills"] == [] and state()["clearinghouseState"]["assetPositions"] == []
    sdk.exchange("updateLeverage", asset=0, isCross=True, leverage=5)
    stop = order("80000", trigger("82000", "sl", market=True), buys=False, r=True)
    take = order("90000", trigger("88000", "tp", market=False), buys=False, r=True)
    filled, *waiting = placed(sdk, order("84100", IOC), stop, take, grouping="normalTpsl")
    assert filled["filled"] | {"oid": 0} == {"totalSz": "0.01", "avgPx": "84008.0", "oid": 0}
    assert waiting == ["waitingForTrigger", "waitingForTrigger"]
    (fill,) = fills()["fills"]
    assert (fill["coin"], fill["dir"], fill["px"]) == ("BTC", "Open Long", "84008.0")
    (held,) = sdk.info("clearinghouseState", user=user)["assetPositions"]
    assert held["position"]["leverage"] == {"type": "cross", "value": 5}
    shown = {one["orderType"] for one in sdk.info("frontendOpenOrders", user=user)}
    assert shown == {"Stop Market", "Take Profit Limit"}
    set_up.move("BTC", "81900", 1_000)
    assert fills()["fills"][0]["dir"] == "Close Long"
    assert sdk.info("userFills", user=user)[0]["dir"] == "Close Long"
    assert sdk.info("frontendOpenOrders", user=user) == []
    set_up.move("BTC", "84000", 1_000)


def test_twaps_refusals_and_what_is_asked_of_markets(stage):
    set_up, sdk, user = stage
    mids, candles, book = (
        sdk.hear("allMids"),
        sdk.hear("candle", coin="BTC", interval="1m"),
        sdk.hear("l2Book", coin="BTC"),
    )
    twap = {"a": 0, "b": True, "s": "0.1", "r": False, "m": 5, "t": False}
    running = sdk.exchange("twapOrder", twap=twap)["response"]["data"]["status"]["running"]["twapId"]
    sdk.exchange("twapCancel", a=0, t=running)
    sdk.exchange("scheduleCancel", time=set_up.clock.now_ts() + 60_000)
    with pytest.raises(Refused, match="Post only order would have immediately matched"):
        placed(sdk, order("90000", ALO))
    with pytest.raises(Refused, match="Insufficient margin"):
        placed(sdk, order("83000", size="100"))
    set_up.move("BTC", "84100", 1_000)
    assert float(mids()["mids"]["BTC"]) > 0 and candles()["s"] == "BTC" and book()["coin"] == "BTC"
    assert sdk.info("meta")["universe"][0]["name"] == "BTC"
    assert 84_000 < float(sdk.info("l2Book", coin="BTC")["levels"][0][0]["px"]) < 84_100
    assert sdk.info("userFees", user=user)["userCrossRate"] == "0.00045"
