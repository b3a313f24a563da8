"""Signed actions: who signed them, whether their number is good, what they cost, and what the venue does with them."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey

from paddock.venues.evm import address_of, signed
from paddock.venues.hyperliquid.codec.signing import Network, Signature, action_hash, agent_digest
from paddock.venues.hyperliquid.simulator.signed import canonical
from paddock.venues.hyperliquid.simulator.terms import Allowed, Terms

from .kit import stage
from .raw import ALO, GTC, IOC, Trader, order, trigger

DAY_MS = 86_400_000


@pytest.fixture
def set_up():
    return stage()


@pytest.fixture
def trader(set_up):
    return Trader(set_up, 4_001)


@pytest.fixture
def other(set_up):
    return Trader(set_up, 4_002)


def error(reply: dict) -> str:
    assert reply["status"] == "err", reply
    return reply["response"]


def placed(*orders: dict, grouping: str = "na") -> dict:
    return {"type": "order", "orders": list(orders), "grouping": grouping}


# --- who signed ---


@pytest.mark.parametrize("network", Network)
def test_an_action_signed_for_either_network_is_taken(set_up, trader, network):
    action, nonce = placed(order(0, "80000", "0.01")), trader.nonce + 1
    signature = Signature.of(signed(trader.key, agent_digest(network, action_hash(action, nonce))))
    body = {"action": action, "nonce": nonce, "signature": signature.wire}
    assert set_up.simulator.act(body).value["status"] == "ok"
    assert set_up.simulator.venue.networks[trader.address] is network


def test_an_action_signed_in_the_venues_own_spelling_is_taken_too(set_up, trader):
    action = placed(order(0, "80000.0", "0.010", cloid="0x" + "AB" * 16))
    shuffled = dict(reversed(action.items()))
    assert list(canonical(shuffled)) == ["type", "orders", "grouping"]
    assert canonical(shuffled)["orders"][0] | {"t": None} == order(
        0, "80000", "0.01", cloid="0x" + "ab" * 16, kind=None
    )
    nonce = trader.nonce + 1
    digest = agent_digest(Network.TESTNET, action_hash(canonical(shuffled), nonce))
    body = {"action": shuffled, "nonce": nonce, "signature": Signature.of(signed(trader.key, digest)).wire}
    assert set_up.simulator.act(body).value["status"] == "ok"


def test_leading_zeros_of_a_signature_may_be_missing(set_up, trader):
    for _ in range(400):
        body = trader.body({"type": "noop"})
        short = {name: hex(int(body["signature"][name], 16)) for name in ("r", "s")}
        if min(map(len, short.values())) < 66:
            break
    body["signature"] |= short
    assert set_up.simulator.act(body).value["status"] == "ok"


def test_a_signature_of_something_else_is_a_strangers(set_up, trader):
    body = trader.body(placed(order(0, "80000", "0.01")))
    body["action"] = placed(order(0, "90000", "0.01"))
    text = error(set_up.simulator.act(body).value)
    assert text.startswith("User or API Wallet 0x") and trader.address not in text
    body["signature"] = {"r": "0x0", "s": "0x0", "v": 27}
    assert error(set_up.simulator.act(body).value) == "Unable to recover signer."


@pytest.mark.parametrize(
    "change",
    [
        {"signature": {"r": "0x1"}},
        {"nonce": "1"},
        {"nonce": -1},
        {"action": {"type": "launch"}},
        {"action": {"type": ["order"]}},
        {"action": {"type": "order", "orders": [{"a": 0}], "grouping": "na"}},
        {"action": {"type": "order", "orders": [order(0, "1e5", "1")], "grouping": "na"}},
        {"action": []},
    ],
)
def test_what_is_no_action_is_not_read(set_up, trader, change):
    answer = set_up.simulator.act(trader.body(placed(order(0, "80000", "0.01"))) | change)
    assert (answer.status, answer.text) == (422, "Failed to deserialize the JSON body into the target type")


# --- agents ---


def test_four_agents_and_each_new_one_of_a_name_ends_the_old_one(set_up, trader):
    def approve(number, name=""):
        key = PrivateKey(number.to_bytes(32, "big"))
        said = {"agentName": name} if name else {}
        return trader.approve("approveAgent", agentAddress=address_of(key.public_key), **said), key

    for number, name in enumerate(("", "a", "b", "c"), 9_001):
        assert approve(number, name)[0]["status"] == "ok"
    assert error(approve(9_005, "d")[0]) == "Too many extra agents."
    approve(9_006, "a")
    names = {row["name"]: row["address"] for row in trader.ask("extraAgents")}
    assert set(names) == {"a", "b", "c"}
    assert names["a"] == address_of(PrivateKey((9_006).to_bytes(32, "big")).public_key).lower()
    replaced = Trader(set_up, 9_002, dollars=0)
    assert error(replaced.act({"type": "noop"})) == f"User or API Wallet {replaced.address} does not exist."
    assert Trader(set_up, 9_006, dollars=0).act({"type": "noop"})["status"] == "ok"


def test_an_agent_ends_when_its_name_says_so(set_up, trader):
    agent = Trader(set_up, 9_001, dollars=0)
    until = set_up.clock.now_ts() + 1_000
    trader.approve("approveAgent", agentAddress=agent.address, agentName=f"short valid_until {until}")
    assert trader.ask("extraAgents") == [{"address": agent.address, "name": "short", "validUntil": until}]
    assert agent.act({"type": "noop"})["status"] == "ok"
    set_up.advance(1_001)
    assert "does not exist" in error(agent.act({"type": "noop"}))


def test_a_revoked_agent_is_a_stranger(set_up, trader):
    agent = Trader(set_up, 9_001, dollars=0)
    trader.approve("approveAgent", agentAddress=agent.address)
    assert agent.act({"type": "noop"})["status"] == "ok"
    set_up.control.revoke(agent.address)
    assert "does not exist" in error(agent.act({"type": "noop"}))


def test_an_agents_numbers_are_its_own(set_up, trader):
    agent = Trader(set_up, 9_001, dollars=0)
    trader.approve("approveAgent", agentAddress=agent.address)
    number = set_up.clock.now_ts() + 50
    assert trader.act({"type": "noop"}, nonce=number)["status"] == "ok"
    assert agent.act({"type": "noop"}, nonce=number)["status"] == "ok"


# --- numbers ---


def test_a_number_is_used_once_and_near_the_time(set_up, trader):
    now_ts = set_up.clock.now_ts()
    assert trader.act({"type": "noop"}, nonce=now_ts + 7)["status"] == "ok"
    assert error(trader.act({"type": "noop"}, nonce=now_ts + 7)) == f"Invalid nonce: duplicate nonce {now_ts + 7}"
    old, least = now_ts - 2 * DAY_MS - 1, now_ts - 2 * DAY_MS
    assert error(trader.act({"type": "noop"}, nonce=old)) == f"Invalid nonce: nonce too low {old} < {least}"
    assert error(trader.act({"type": "noop"}, nonce=now_ts + DAY_MS + 1)).startswith("Invalid nonce: nonce too high")
    assert trader.act({"type": "noop"}, nonce=now_ts - DAY_MS)["status"] == "ok"


def test_of_a_hundred_numbers_the_lowest_is_the_bound(set_up, trader):
    first = set_up.clock.now_ts() + 1_000
    for number in range(first, first + 100):
        assert trader.act({"type": "noop"}, nonce=number)["status"] == "ok"
    low = error(trader.act({"type": "noop"}, nonce=first - 1))
    assert low == f"Invalid nonce: nonce too low {first - 1} < {first + 1}"
    assert error(trader.act({"type": "noop"}, nonce=first)) == f"Invalid nonce: duplicate nonce {first}"


def test_the_same_bytes_again_book_nothing_again(set_up, trader):
    body = trader.body(placed(order(0, "80000", "0.01")))
    assert set_up.simulator.act(body).value["status"] == "ok"
    assert "duplicate nonce" in error(set_up.simulator.act(body).value)
    assert len(trader.ask("openOrders")) == 1


# --- what an account may ask ---


def limited(actions: int) -> Trader:
    return Trader(stage(Terms(allowed=Allowed(weight=0, actions=actions))), 4_003)


def test_an_account_without_allowance_waits_but_may_cancel():
    trader = limited(2)
    (resting, _) = trader.order(order(0, "80000", "0.01"), order(0, "1000", "0"))
    assert trader.ask("userRateLimit")["nRequestsUsed"] == 2
    assert trader.act({"type": "noop"})["status"] == "ok"
    text = error(trader.act({"type": "noop"}))
    assert text.startswith("Too many cumulative requests sent (4 > 2) for cumulative volume traded $0.0. Place taker")
    cancel = {"type": "cancel", "cancels": [{"a": 0, "o": resting["resting"]["oid"]}]}
    assert trader.act(cancel)["status"] == "ok"
    trader.stage.advance(10_000)
    assert trader.act({"type": "noop"})["status"] == "ok"


def test_traded_dollars_and_bought_weight_are_allowance():
    trader = limited(2)
    trader.order(order(0, "85000", "0.01", kind=IOC))
    assert trader.ask("userRateLimit")["nRequestsCap"] == 2 + 840
    before = trader.stage.exchange.account(trader.address).balance
    assert trader.act({"type": "reserveRequestWeight", "weight": 1_000})["status"] == "ok"
    assert trader.ask("userRateLimit")["nRequestsSurplus"] == 1_000
    assert before - trader.stage.exchange.account(trader.address).balance == 500_000


def test_an_expired_action_costs_five_and_a_refused_one_nothing(set_up, trader):
    reply = trader.act(placed(order(0, "80000", "0.01")), expires=set_up.clock.now_ts() - 1)
    assert "expire" in error(reply).lower()
    assert trader.ask("userRateLimit")["nRequestsUsed"] == 5
    assert error(trader.act(placed(*[order(0, "80000", "0.01")] * 201))) == "Signed action over weight limit of 200."
    assert trader.ask("userRateLimit")["nRequestsUsed"] == 5


def test_a_batch_weighs_one_for_each_forty():
    trader = Trader(stage(Terms(allowed=Allowed(weight=3))), 4_004)
    cancels = [{"a": 0, "o": 1}] * 80
    assert trader.act({"type": "cancel", "cancels": cancels})["status"] == "ok"
    assert trader.stage.simulator.act(trader.body({"type": "noop"})).status == 429


# --- orders ---


def test_a_reduce_only_order_shrinks_to_its_position_and_never_turns_it(trader):
    trader.order(order(0, "85000", "0.01", kind=IOC))
    (resting,) = trader.order(order(0, "90000", "0.05", buys=False, reduces=True))
    (shown,) = trader.ask("openOrders")
    assert (shown["sz"], shown["origSz"], shown["reduceOnly"]) == ("0.01", "0.05", True)
    trader.order(order(0, "80000", "0.01", buys=False, kind=IOC, reduces=True))
    found = trader.ask("orderStatus", oid=resting["resting"]["oid"])
    assert found["order"]["status"] == "reduceOnlyCanceled"


def test_a_part_of_a_position_below_ten_dollars_may_not_be_closed_but_all_of_it_may(trader):
    trader.order(order(0, "85000", "0.00013", kind=IOC))
    small = order(0, "80000", "0.0001", buys=False, kind=IOC, reduces=True)
    assert trader.order(small) == [{"error": "Order must have minimum value of $10. asset=0"}]
    trader.order(order(0, "85000", "0.001", kind=IOC), order(0, "80000", "0.00108", buys=False, kind=IOC, reduces=True))
    assert trader.ask("clearinghouseState")["assetPositions"][0]["position"]["szi"] == "0.00005"
    assert "filled" in trader.order(order(0, "80000", "0.00005", buys=False, kind=IOC, reduces=True))[0]


def test_of_an_accounts_own_orders_that_would_meet_the_resting_one_goes(set_up, trader):
    set_up.control.empty("BTC")
    (resting,) = trader.order(order(0, "84100", "0.01", buys=False))
    (taking,) = trader.order(order(0, "84200", "0.01"))
    assert "resting" in taking
    found = trader.ask("orderStatus", oid=resting["resting"]["oid"])
    assert found["order"]["status"] == "selfTradeCanceled"


def test_orders_meet_by_price_then_by_time(set_up, trader, other):
    third = Trader(set_up, 4_009)
    set_up.control.empty("BTC")
    first, second = trader.order(order(0, "84000", "0.01")), other.order(order(0, "84000", "0.01"))
    best = other.order(order(0, "84100", "0.01"))
    third.order(order(0, "83000", "0.025", buys=False, kind=IOC))
    left = {row["oid"]: row["sz"] for row in (*trader.ask("openOrders"), *other.ask("openOrders"))}
    assert first[0]["resting"]["oid"] not in left and best[0]["resting"]["oid"] not in left
    assert left == {second[0]["resting"]["oid"]: "0.005"}


def test_a_partly_filled_ioc_answers_filled_with_what_traded(trader):
    (told,) = trader.order(order(0, "84008", "1", kind=IOC))
    assert told["filled"]["totalSz"] == "0.59"
    assert trader.ask("historicalOrders")[0]["status"] == "canceled"


def test_orders_without_a_market_or_of_spot(trader):
    (missing, spot) = trader.order(order(77, "10", "10"), order(10_000, "0.2", "100"))
    assert missing == {"error": "Invalid asset. asset=77"}
    assert spot == {"error": "Order has insufficient spot balance to trade asset=10000"}
    assert error(trader.act(placed())) == "No orders in action."


def test_priority_is_paid_for_by_orders_of_one_kind_only(trader):
    two = (order(0, "80000", "0.01", kind=ALO), order(0, "85000", "0.01", kind=IOC))
    assert error(trader.act(placed(*two, grouping={"p": 10}))).startswith("Priority fee")
    assert trader.act(placed(two[1], grouping={"p": 10}))["status"] == "ok"


def test_modifying_keeps_the_place_in_a_group(trader):
    trader.order(order(0, "85000", "0.01", kind=IOC))
    stop = order(0, "70000", "0.01", buys=False, kind=trigger("80000", "sl"), reduces=True)
    take = order(0, "90000", "0.01", buys=False, kind=trigger("90000", "tp"), reduces=True)
    trader.order(stop, take, grouping="positionTpsl")
    oid = min(row["oid"] for row in trader.ask("openOrders"))
    higher = stop | {"t": trigger("82000", "sl"), "s": "0.01"}
    reply = trader.act({"type": "modify", "oid": oid, "order": higher})
    assert reply == {"status": "ok", "response": {"type": "default"}}
    assert sorted(row["triggerPx"] for row in trader.ask("frontendOpenOrders")) == ["82000.0", "90000.0"]
    assert (
        error(trader.act({"type": "modify", "oid": oid, "order": higher})) == "Cannot modify canceled or filled order"
    )
    again = max(row["oid"] for row in trader.ask("openOrders"))
    off_grid = {"type": "modify", "oid": again, "order": higher | {"p": "70000.5"}}
    assert error(trader.act(off_grid)) == "Attempted to modify to invalid new order"


def test_a_modified_order_that_has_gone_is_placed_all_the_same_if_asked(trader):
    modify = {"type": "modify", "oid": 1, "order": order(0, "80000", "0.01"), "a": True}
    assert trader.act(modify)["status"] == "ok"
    assert len(trader.ask("openOrders")) == 1


def test_a_twap_trades_slice_by_slice(set_up, trader):
    twap = {"a": 0, "b": True, "s": "0.01", "r": False, "m": 5, "t": False}
    small = trader.act({"type": "twapOrder", "twap": twap | {"s": "0.0001"}})["response"]["data"]["status"]
    assert small == {"error": "TWAP order value too small. Min is $50, which is $10 per minute."}
    running = trader.act({"type": "twapOrder", "twap": twap})["response"]["data"]["status"]["running"]
    set_up.advance(150_000)
    half = trader.ask("twapHistory")[0]["state"]
    assert half["executedSz"] == "0.0"  # as it was when it began
    assert len(trader.ask("userTwapSliceFills")) == 6
    set_up.advance(150_000)
    done = trader.ask("twapHistory")[0]
    assert (done["status"]["status"], done["twapId"]) == ("finished", running["twapId"])
    assert done["state"]["executedSz"] == "0.01"
    assert all(fill["fill"]["hash"] == "0x" + "0" * 64 for fill in trader.ask("userTwapSliceFills"))


def test_only_so_many_orders_may_be_open(set_up, trader):
    trader.act({"type": "updateLeverage", "asset": 0, "isCross": True, "leverage": 40})
    for _ in range(5):
        trader.order(*[order(0, "20000", "0.001")] * 200)
    (refused,) = trader.order(order(0, "20000", "0.001"))
    assert refused == {"error": "Too many open orders. asset=0"}
    assert trader.ask("historicalOrders")[0]["status"] == "tooManyOpenOrdersRejected"


# --- what happens to the market ---


def test_a_halted_market_takes_nothing_and_a_new_version_only_resting_orders(set_up, trader):
    set_up.control.halt("BTC")
    assert trader.order(order(0, "80000", "0.01")) == [{"error": "Trading is halted. asset=0"}]
    set_up.control.halt("BTC", halted=False)
    set_up.control.post_only()
    text = "Only post-only orders allowed immediately after a network upgrade asset=0"
    assert trader.order(order(0, "80000", "0.01", kind=GTC)) == [{"error": text}]
    assert "resting" in trader.order(order(0, "80000", "0.01", kind=ALO))[0]


def test_a_delisted_market_settles_and_keeps_its_number(set_up, trader):
    trader.order(order(1, "2600", "1", kind=IOC), order(1, "2000", "1"))
    set_up.control.delist("ETH")
    assert trader.ask("clearinghouseState")["assetPositions"] == []
    fill = trader.ask("userFills")[0]
    assert (fill["dir"], fill["px"], fill["closedPnl"], fill["fee"]) == ("Settlement", "2500.0", "-0.2", "0.0")
    assert trader.ask("historicalOrders")[0]["status"] == "delistedCanceled"
    assert trader.ask("meta")["universe"][1] | {"isDelisted": True} == trader.ask("meta")["universe"][1]
    assert "error" in trader.order(order(1, "2000", "1"))[0]
    assert "resting" in trader.order(order(5, "140", "1"))[0]


def test_a_liquidation_closes_the_position_and_is_told(set_up, trader):
    trader.order(order(0, "85000", "1", kind=IOC), order(0, "60000", "0.01"))
    trader.act({"type": "updateLeverage", "asset": 0, "isCross": True, "leverage": 40})
    trader.order(order(0, "86000", "4", kind=IOC))
    set_up.control.liquidate(trader.address, "BTC")
    fill = trader.ask("userFills")[0]
    assert fill["dir"] == "Close Long" and fill["crossed"] is True
    assert fill["liquidation"]["liquidatedUser"] == trader.address and fill["liquidation"]["method"] == "market"
    assert "liquidatedCanceled" in {row["status"] for row in trader.ask("historicalOrders")}
    (row,) = [
        row["delta"] for row in trader.ask("userNonFundingLedgerUpdates") if row["delta"]["type"] == "liquidation"
    ]
    assert row["leverageType"] == "Cross" and row["liquidatedPositions"][0]["coin"] == "BTC"
    with pytest.raises(ValueError, match="no price liquidates"):
        set_up.control.liquidate(trader.address, "ETH")


def test_a_deleveraged_position_is_gone_at_the_mark(set_up, trader):
    trader.order(order(0, "80000", "0.1", buys=False, kind=IOC))
    set_up.move("BTC", "80000")
    set_up.control.deleverage(trader.address, "BTC")
    fill = trader.ask("userFills")[0]
    assert (fill["dir"], fill["px"], fill["sz"]) == ("Auto-Deleveraging", "80000.0", "0.1")
    assert trader.ask("clearinghouseState")["assetPositions"] == []
    assert trader.ask("l2Book", coin="BTC")["levels"][0]


def test_a_payment_and_a_fill_are_told_though_they_did_not_happen(set_up, trader):
    trader.order(order(0, "85000", "0.01", kind=IOC))
    set_up.advance(3_600_000)
    worth = trader.ask("clearinghouseState")["marginSummary"]["accountValue"]
    set_up.control.repeat_fundings(trader.address)
    rows = trader.ask("userFunding")
    assert len(rows) == 2 and rows[0] == rows[1]
    forged = set_up.control.forge_fill(trader.address, tid=1, oid=1)
    assert trader.ask("userFills")[0] == forged
    assert trader.ask("clearinghouseState")["marginSummary"]["accountValue"] == worth


def test_a_mark_away_from_the_book_fires_triggers_and_leaves_the_book(set_up, trader):
    trader.order(order(0, "85000", "0.01", kind=IOC))
    trader.order(order(0, "70000", "0.01", buys=False, kind=trigger("82000", "sl"), reduces=True))
    set_up.control.mark("BTC", "81000", "81000")
    assert trader.ask("userFills")[0]["px"] == "83992.0"
