"""The venue's own Python client trades against the simulator as it would against the venue."""

from __future__ import annotations

from .sdk import Client, listening, statuses


def test_an_order_rests_is_told_of_and_is_cancelled(hyperliquid_simulator):
    wallet = hyperliquid_simulator.account()
    client = Client(wallet, hyperliquid_simulator.url)
    with listening(hyperliquid_simulator.url) as socket:
        socket.subscribe("orderUpdates", user=wallet.address)
        (resting,) = statuses(client.order("BTC", True, 0.01, 83000, {"limit": {"tif": "Gtc"}}))
        oid = resting["resting"]["oid"]
        (told,) = socket.next("orderUpdates")
        assert (told["status"], told["order"]["oid"], told["order"]["sz"]) == ("open", oid, "0.01")
        assert [order["oid"] for order in client.info.open_orders(wallet.address)] == [oid]
        assert statuses(client.cancel("BTC", oid)) == ["success"]
        (told,) = socket.next("orderUpdates")
        assert (told["status"], told["order"]["oid"]) == ("canceled", oid)
    assert client.info.open_orders(wallet.address) == []
    assert client.info.query_order_by_oid(wallet.address, oid)["order"]["status"] == "canceled"


def test_a_market_order_fills_and_closing_ends_the_position(hyperliquid_simulator):
    wallet = hyperliquid_simulator.account()
    client = Client(wallet, hyperliquid_simulator.url)
    (filled,) = statuses(client.market_open("BTC", True, 0.01))
    assert filled["filled"]["totalSz"] == "0.01"
    (held,) = client.info.user_state(wallet.address)["assetPositions"]
    assert held["position"]["szi"] == "0.01"
    statuses(client.market_close("BTC"))
    assert client.info.user_state(wallet.address)["assetPositions"] == []
    assert [fill["dir"] for fill in client.info.user_fills(wallet.address)] == ["Close Long", "Open Long"]
