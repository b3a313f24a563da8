"""The venue's own Python client trades against the simulator as it would against the venue."""

from __future__ import annotations

import pytest

from paddock.venues.hyperliquid.simulator.terms import UNLIMITED, Terms
from tests.wallets import Account

from .kit import served
from .sdk import Client, Cloid, listening, statuses

GTC, IOC, ALO = ({"limit": {"tif": tif}} for tif in ("Gtc", "Ioc", "Alo"))


@pytest.fixture
def stage(hyperliquid_simulator):
    return hyperliquid_simulator


@pytest.fixture
def wallet(stage):
    return stage.account()


@pytest.fixture
def client(stage, wallet):
    return Client(wallet, stage.url)


def only(found: list):
    (one,) = found
    return one


def position(client, wallet) -> dict:
    return only(client.info.user_state(wallet.address)["assetPositions"])["position"]


def trigger(px, tpsl, *, market=True) -> dict:
    return {"trigger": {"triggerPx": px, "isMarket": market, "tpsl": tpsl}}


def test_an_order_rests_is_told_of_and_is_cancelled(stage, wallet, client):
    with listening(stage.url) as socket:
        socket.subscribe("orderUpdates", user=wallet.address)
        oid = only(statuses(client.order("BTC", True, 0.01, 83000, GTC)))["resting"]["oid"]
        told = only(socket.next("orderUpdates"))
        assert (told["status"], told["order"]["oid"], told["order"]["sz"]) == ("open", oid, "0.01")
        assert [order["oid"] for order in client.info.open_orders(wallet.address)] == [oid]
        assert statuses(client.cancel("BTC", oid)) == ["success"]
        told = only(socket.next("orderUpdates"))
        assert (told["status"], told["order"]["oid"]) == ("canceled", oid)
    assert client.info.open_orders(wallet.address) == []
    assert client.info.query_order_by_oid(wallet.address, oid)["order"]["status"] == "canceled"


def test_a_market_order_fills_and_closing_ends_the_position(client, wallet):
    filled = only(statuses(client.market_open("BTC", True, 0.01)))["filled"]
    assert (filled["totalSz"], filled["avgPx"]) == ("0.01", "84008.0")
    assert position(client, wallet)["szi"] == "0.01"
    statuses(client.market_close("BTC"))
    assert client.info.user_state(wallet.address)["assetPositions"] == []
    assert [fill["dir"] for fill in client.info.user_fills(wallet.address)] == ["Close Long", "Open Long"]


def test_an_ioc_that_meets_nobody_and_an_alo_that_would_match_say_so(client):
    met_nobody = only(statuses(client.order("BTC", True, 0.01, 83000, IOC)))
    assert met_nobody == {"error": "Order could not immediately match against any resting orders. asset=0"}
    matched = only(statuses(client.order("BTC", True, 0.01, 84100, ALO)))
    text = "Post only order would have immediately matched, bbo was 83992.0@84008.0. asset=0"
    assert matched == {"error": text}
    assert "resting" in only(statuses(client.order("BTC", True, 0.01, 83990, ALO)))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (("BTC", True, 0.0001, 83000, GTC), "Order must have minimum value of $10."),
        (("BTC", True, 0.01, 83000.5, GTC), "Price must be divisible by tick size."),
        (("BTC", True, 0.01, 100, GTC), "Order price cannot be more than 95% away from the reference price"),
        (("BTC", True, 10, 83000, GTC), "Insufficient margin to place order."),
        (("BTC", True, 0.000001, 83000, GTC), "Order has invalid size."),
        (("BTC", True, 0.0, 83000, GTC), "Order has zero size."),
        (("ATOM", True, 2000000, 4, GTC), "Order value too large. Max is $5000000."),
        (("BTC", False, 0.01, 83000, IOC, True), "Reduce only order would increase position."),
        (("BTC", False, 0.01, 85000, trigger(85000, "sl"), True), "Invalid TP/SL price."),
    ],
)
def test_each_refusal_has_the_venues_words(client, asked, text):
    asset = client.info.name_to_asset(asked[0])
    assert only(statuses(client.order(*asked))) == {"error": f"{text} asset={asset}"}


def test_a_stop_and_a_target_wait_and_fire_on_the_mark(stage, client, wallet):
    client.market_open("BTC", True, 0.01)
    stop = only(statuses(client.order("BTC", False, 0.01, 80000, trigger(82000, "sl"), reduce_only=True)))
    take = only(statuses(client.order("BTC", False, 0.01, 86000, trigger(86000, "tp", market=False), reduce_only=True)))
    shown = {order["oid"]: order for order in client.info.frontend_open_orders(wallet.address)}
    types = [shown[order["resting"]["oid"]]["orderType"] for order in (stop, take)]
    assert types == ["Stop Market", "Take Profit Limit"]
    assert shown[stop["resting"]["oid"]]["triggerCondition"] == "Price below 82000"
    stage.move("BTC", "81900")
    assert client.info.user_state(wallet.address)["assetPositions"] == []
    ended = {row["order"]["oid"]: row["status"] for row in client.info.historical_orders(wallet.address)}
    assert ended[stop["resting"]["oid"]] == "filled"


def test_a_bracket_goes_in_as_one_and_one_child_ends_the_other(stage, client, wallet):
    def order(is_buy, px, kind, *, reduce_only):
        return {
            "coin": "ETH",
            "is_buy": is_buy,
            "sz": 1.0,
            "limit_px": px,
            "order_type": kind,
            "reduce_only": reduce_only,
        }

    entry = order(True, 2510, GTC, reduce_only=False)
    children = [
        order(False, 2600, trigger(2600, "tp"), reduce_only=True),
        order(False, 2300, trigger(2400, "sl"), reduce_only=True),
    ]
    placed = statuses(client.bulk_orders([entry, *children], grouping="normalTpsl"))
    assert "filled" in placed[0] and placed[1:] == ["waitingForTrigger", "waitingForTrigger"]
    stage.move("ETH", "2610")
    rows = client.info.historical_orders(wallet.address)
    assert sorted(row["status"] for row in rows) == ["filled", "filled", "siblingFilledCanceled"]
    waiting = statuses(client.bulk_orders([entry | {"limit_px": 2400}, *children], grouping="normalTpsl"))
    assert "resting" in waiting[0] and waiting[1:] == ["waitingForFill", "waitingForFill"]
    (shown,) = client.info.frontend_open_orders(wallet.address)
    assert [child["orderType"] for child in shown["children"]] == ["Take Profit Market", "Stop Market"]
    statuses(client.cancel("ETH", waiting[0]["resting"]["oid"]))
    assert client.info.frontend_open_orders(wallet.address) == []


def test_targets_of_a_position_follow_its_size(stage, client, wallet):
    client.market_open("BTC", True, 0.01)
    child = {"coin": "BTC", "is_buy": False, "sz": 0.01, "limit_px": 80000, "order_type": trigger(82000, "sl")}
    placed = statuses(client.bulk_orders([child | {"reduce_only": True}], grouping="positionTpsl"))
    assert placed == ["waitingForTrigger"]
    client.market_open("BTC", True, 0.02)
    assert only(client.info.frontend_open_orders(wallet.address))["isPositionTpsl"] is True
    stage.move("BTC", "81000")
    assert client.info.user_fills(wallet.address)[0]["sz"] == "0.03"


def test_an_entry_that_is_no_entry_of_its_children_refuses_all_with_one_error(client):
    child = {"coin": "BTC", "is_buy": False, "sz": 0.01, "limit_px": 80000, "order_type": trigger(82000, "sl")}
    entry = {"coin": "BTC", "is_buy": True, "sz": 0.01, "limit_px": 83000, "order_type": GTC, "reduce_only": False}
    placed = statuses(client.bulk_orders([entry, child | {"reduce_only": False}], grouping="normalTpsl"))
    assert len(placed) == 1 and "error" in placed[0]


def test_client_ids_find_cancel_and_change_orders(client, wallet):
    cloid, other = Cloid.from_int(7), Cloid.from_int(8)
    resting = only(statuses(client.order("BTC", True, 0.01, 83000, GTC, cloid=cloid)))["resting"]
    assert resting["cloid"] == cloid.to_raw()
    found = client.info.query_order_by_cloid(wallet.address, cloid)
    assert found["order"]["order"]["oid"] == resting["oid"]
    changed = only(statuses(client.modify_order(cloid, "BTC", True, 0.02, 82000, GTC, cloid=cloid)))["resting"]
    assert changed["oid"] != resting["oid"] and changed["cloid"] == cloid.to_raw()
    assert only(client.info.open_orders(wallet.address))["limitPx"] == "82000.0"
    assert statuses(client.cancel_by_cloid("BTC", cloid)) == ["success"]
    gone = "Order was never placed, already canceled, or filled. asset=0"
    assert statuses(client.cancel_by_cloid("BTC", other)) == [{"error": gone}]
    assert statuses(client.modify_order(cloid, "BTC", True, 0.02, 82000, GTC, cloid=cloid)) == [
        {"error": "Cannot modify canceled or filled order"}
    ]
    assert client.info.query_order_by_cloid(wallet.address, other) == {"status": "unknownOid"}


def test_leverage_and_isolated_margin(client, wallet):
    assert client.update_leverage(5, "ETH", is_cross=False) == {"status": "ok", "response": {"type": "default"}}
    client.market_open("ETH", True, 1.0)
    before = position(client, wallet)
    assert before["leverage"]["type"] == "isolated" and before["leverage"]["value"] == 5
    assert float(before["leverage"]["rawUsd"]) == pytest.approx(float(before["marginUsed"]) - 2500)
    assert client.update_isolated_margin(100, "ETH")["status"] == "ok"
    assert float(position(client, wallet)["marginUsed"]) == pytest.approx(float(before["marginUsed"]) + 100)
    assert client.update_leverage(5, "ETH")["status"] == "err"
    assert client.update_leverage(50, "BTC") == {"status": "err", "response": "Invalid leverage value."}
    assert client.update_leverage(3, "TRB") == {
        "status": "err",
        "response": "Cross margin is not allowed for this asset.",
    }


def test_a_scheduled_cancel_comes_at_its_time(stage, client, wallet):
    client.order("BTC", True, 0.01, 83000, GTC)
    assert client.schedule_cancel(stage.clock.now_ts() + 1_000)["status"] == "err"
    assert client.schedule_cancel(stage.clock.now_ts() + 6_000)["status"] == "ok"
    stage.advance(5_000)
    assert len(client.info.open_orders(wallet.address)) == 1
    stage.advance(1_000)
    assert client.info.open_orders(wallet.address) == []
    assert only(client.info.historical_orders(wallet.address))["status"] == "scheduledCancel"


def test_a_cancel_may_be_scheduled_only_by_who_has_traded():
    with served(Terms(allowed=UNLIMITED)) as stage:
        client = Client(stage.account(), stage.url)
        client.market_open("BTC", True, 0.01)
        reply = client.schedule_cancel(stage.clock.now_ts() + 6_000)
    text = "Cannot set scheduled cancel time until enough volume traded. Required: $1000000. Traded: $840.08."
    assert reply == {"status": "err", "response": text}


def test_an_agent_trades_for_its_master_and_can_do_no_more(stage, wallet, client):
    approved, secret = client.approve_agent("bot")
    assert approved["status"] == "ok"
    agent = Account.from_key(secret)
    trading = Client(agent, stage.url, account_address=wallet.address)
    assert "filled" in only(statuses(trading.market_open("BTC", True, 0.01)))
    assert position(client, wallet)["szi"] == "0.01"
    assert client.info.user_role(agent.address) == {"role": "agent", "data": {"user": wallet.address.lower()}}
    named = only(client.info.extra_agents(wallet.address))
    assert (named["address"], named["name"]) == (agent.address.lower(), "bot")
    refused = trading.usd_transfer(5, wallet.address)
    assert refused["response"] == f"Must deposit before performing actions. User: {agent.address.lower()}"
    client.approve_agent("bot")
    gone = trading.market_open("BTC", True, 0.01)
    assert gone["response"] == f"User or API Wallet {agent.address.lower()} does not exist."


def test_a_stranger_is_told_that_it_does_not_exist(stage, wallet):
    stranger = Client(stage.account(dollars=0), stage.url)
    reply = stranger.order("BTC", True, 0.01, 83000, GTC)
    assert reply["status"] == "err" and "does not exist" in reply["response"]
    assert stranger.approve_agent()[0]["response"].startswith("Must deposit before performing actions. User: 0x")


def test_a_builder_is_paid_on_top_of_the_fee(stage, wallet, client):
    builder = stage.account(1_000)
    use = {"b": builder.address, "f": 10}
    assert client.market_open("BTC", True, 0.01, builder=dict(use)) == {
        "status": "err",
        "response": "Builder fee has not been approved.",
    }
    assert client.approve_builder_fee(builder.address, "0.01%")["status"] == "ok"
    statuses(client.market_open("BTC", True, 0.01, builder=dict(use)))
    fill = client.info.user_fills(wallet.address)[0]
    assert fill["builderFee"] == "0.084008" and fill["fee"] == "0.462044"
    assert (
        client.info.post("/info", {"type": "maxBuilderFee", "user": wallet.address, "builder": builder.address}) == 10
    )


def test_an_action_that_comes_too_late_is_refused(stage, wallet, client):
    client.set_expires_after(stage.clock.now_ts() - 1)
    reply = client.order("BTC", True, 0.01, 83000, GTC)
    assert reply["status"] == "err" and "expire" in reply["response"].lower()
    client.set_expires_after(stage.clock.now_ts() + 5_000)
    assert "resting" in only(statuses(client.order("BTC", True, 0.01, 83000, GTC)))


def test_money_moves_between_accounts_and_out(stage, wallet, client):
    other = stage.account(1)
    assert client.usd_transfer(100, other.address)["status"] == "ok"
    assert client.info.user_state(other.address)["withdrawable"] == "101.0"
    assert client.usd_class_transfer(50, False)["status"] == "ok"
    assert only(client.info.spot_user_state(wallet.address)["balances"])["total"] == "50.0"
    assert client.usd_class_transfer(51, True)["response"] == "Insufficient balance for token transfer."
    assert client.withdraw_from_bridge(100, wallet.address)["status"] == "ok"
    assert client.withdraw_from_bridge(1e6, wallet.address)["response"] == "Insufficient balance for withdrawal."
    kinds = [row["delta"]["type"] for row in client.info.user_non_funding_ledger_updates(wallet.address, 0)]
    assert kinds == ["deposit", "internalTransfer", "accountClassTransfer", "withdraw"]
    assert client.info.user_state(wallet.address)["withdrawable"] == "9750.0"


def test_a_sub_account_trades_by_its_masters_key(stage, wallet, client):
    sub = client.create_sub_account("second")["response"]["data"]
    assert client.sub_account_transfer(sub, True, 1_000_000_000)["status"] == "ok"
    trading = Client(wallet, stage.url, vault_address=sub)
    statuses(trading.market_open("BTC", True, 0.01))
    assert only(client.info.user_state(sub)["assetPositions"])["position"]["szi"] == "0.01"
    assert client.info.user_state(wallet.address)["assetPositions"] == []
    assert only(client.info.query_sub_accounts(wallet.address))["name"] == "second"


def test_funding_is_paid_on_the_hour_and_told(stage, wallet, client):
    client.market_open("BTC", True, 0.01)
    with listening(stage.url) as socket:
        socket.subscribe("userFundings", user=wallet.address)
        assert socket.next("userFundings")["isSnapshot"] is True
        stage.advance(3_600_000)
        paid = only(socket.next("userFundings")["fundings"])
    assert (paid["coin"], paid["usdc"], paid["fundingRate"]) == ("BTC", "-0.0105", "0.0000125")
    row = only(client.info.user_funding_history(wallet.address, 0))
    assert row["time"] == paid["time"] and row["delta"]["usdc"] == paid["usdc"]
    rate = only(client.info.funding_history("BTC", 0))
    assert rate["fundingRate"] == "0.0000125" and 2 <= rate["time"] % 3_600_000 <= 50
    assert position(client, wallet)["cumFunding"]["allTime"] == "0.0105"


def test_the_books_and_prices_that_the_client_asks_for(client):
    info = client.info
    assert info.all_mids()["BTC"] == "84000.0"
    book = info.l2_snapshot("BTC")
    assert [len(side) for side in book["levels"]] == [20, 20]
    meta, contexts = info.meta_and_asset_ctxs()
    assert len(meta["universe"]) == len(contexts) == 8
    assert meta["universe"][3]["isDelisted"] is True and contexts[3]["midPx"] is None
    assert info.spot_meta()["universe"][0]["name"] == "PURR/USDC"
    assert info.perp_dexs()[0] is None


def test_candles_are_made_of_trades(stage, wallet, client):
    opened = stage.clock.now_ts() // 60_000 * 60_000
    client.market_open("BTC", True, 0.01)
    client.market_open("BTC", False, 0.02)
    (candle,) = client.info.candles_snapshot("BTC", "1m", opened, opened + 60_000)
    assert (candle["o"], candle["h"], candle["l"], candle["c"]) == ("84008.0", "84008.0", "83992.0", "83992.0")
    assert (candle["v"], candle["n"], candle["t"], candle["T"]) == ("0.03", 2, opened, opened + 59_999)
    stage.advance(120_000)
    rows = client.info.candles_snapshot("BTC", "1m", opened, opened + 180_000)
    assert [(row["c"], row["n"]) for row in rows] == [("83992.0", 2), ("83992.0", 0), ("83992.0", 0)]


def test_every_stream_that_the_client_knows(stage, wallet, client):
    address = wallet.address
    with listening(stage.url) as socket:
        for kind in ("l2Book", "trades", "bbo", "activeAssetCtx"):
            socket.subscribe(kind, coin="BTC")
        socket.subscribe("candle", coin="BTC", interval="1m")
        socket.subscribe("allMids")
        for kind in ("userEvents", "userFills", "orderUpdates", "userNonFundingLedgerUpdates", "webData2"):
            socket.subscribe(kind, user=address)
        socket.subscribe("activeAssetData", user=address, coin="BTC")
        assert socket.next("l2Book")["coin"] == "BTC"
        assert socket.next("bbo")["bbo"][1]["px"] == "84008.0"
        assert socket.next("userFills") == {"isSnapshot": True, "user": address.lower(), "fills": []}
        assert socket.next("activeAssetData")["leverage"] == {"type": "cross", "value": 20}
        assert socket.next("allMids")["mids"]["BTC"] == "84000.0"
        assert socket.next("webData2")["user"] == address.lower()
        assert socket.next("userNonFundingLedgerUpdates")["isSnapshot"] is True
        client.market_open("BTC", True, 0.59)
        assert only(socket.next("trades"))["sz"] == "0.59"
        assert only(socket.next("userFills")["fills"])["sz"] == "0.59"
        assert only(socket.next("user")["fills"])["sz"] == "0.59"
        assert [row["status"] for row in socket.next("orderUpdates")] == ["filled"]
        assert socket.next("bbo")["bbo"][1]["px"] == "84016.0"
        assert socket.next("candle")["v"] == "0.59"
        stage.move("BTC", "85000")
        stage.advance(1_000)
        assert socket.until("l2Book", lambda book: book["levels"][0][0]["px"] == "84992.0")
        assert socket.until("allMids", lambda mids: mids["mids"]["BTC"] == "85000.0")
        assert socket.until("activeAssetCtx", lambda told: told["ctx"]["markPx"] == "85000.0")


def test_what_an_account_pays_and_may_still_ask(client, wallet):
    client.market_open("BTC", True, 0.01)
    fees = client.info.user_fees(wallet.address)
    assert (fees["userCrossRate"], fees["userAddRate"]) == ("0.00045", "0.00015")
    limit = client.info.user_rate_limit(wallet.address)
    assert (limit["cumVlm"], limit["nRequestsUsed"]) == ("840.08", 1)
