"""Every operation that trades, and the refusals of each, as the venue words them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from nacl.signing import SigningKey

from paddock.core.orders import Side
from paddock.venues.exchange.tape import Point
from paddock.venues.pacifica.codec.margin import liquidation_px
from paddock.venues.pacifica.codec.numbers import plain
from paddock.venues.pacifica.codec.signing import address_of
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Terms
from tests.venues.pacifica_simulator.kit import ACCOUNT, START_TS, Desk, make, signed, uuid

HOUR_MS = 3_600_000


@pytest.fixture
def world():
    simulator, clock = make()
    return simulator, clock, Desk(simulator)


def said(answer):
    return answer.status, answer.code, answer.error


def events(desk, number):
    """Of an order, oldest first."""
    rows = desk.get("/orders/history_by_id", order_id=number)
    return [(row["event_type"], row["order_status"], row["filled_amount"]) for row in rows][::-1]


def open_types(desk):
    return sorted(row["order_type"] for row in desk.mine("/orders"))


# --- orders ---


def test_what_was_cancelled_is_counted(world):
    _, _, desk = world
    number = desk.limit("bid", "60000", "0.01").data["order_id"]
    desk.do("cancel_order", symbol="BTC", order_id=number)
    gone, made = desk.get("/orders/history_by_id", order_id=number)
    assert (gone["cancelled_amount"], made["cancelled_amount"]) == ("0.01", "0")


def test_good_till_cancelled_takes_and_rests(world):
    _, _, desk = world
    number = desk.limit("bid", "63520", "10").data["order_id"]
    [row] = desk.mine("/orders")
    assert row["order_id"] == number and 0 < float(row["filled_amount"]) < 10
    made, *rest = [kind for kind, _, _ in events(desk, number)]
    assert made == "make" and set(rest) == {"fulfill_limit"}
    assert desk.mine("/positions")[0]["amount"] == row["filled_amount"]


def test_immediate_or_cancel_never_rests(world):
    _, _, desk = world
    missed = desk.limit("bid", "60000", "0.01", "IOC").data["order_id"]
    assert events(desk, missed) == [("make", "open", "0"), ("force_cancel", "cancelled", "0")]
    taken = desk.limit("bid", "64000", "0.01", "IOC").data["order_id"]
    assert events(desk, taken)[-1] == ("fulfill_limit", "filled", "0.01")
    assert desk.mine("/orders") == []


def test_post_only_is_rejected_by_an_event_or_at_once(world):
    _, _, desk = world
    number = desk.limit("bid", "64000", "0.01", "ALO").data["order_id"]
    assert events(desk, number) == [("post_only_rejected", "rejected", "0")]
    strict = Desk(make(Terms(allowed=UNLIMITED, post_only_at_once=True))[0])
    assert said(strict.limit("bid", "64000", "0.01", "ALO"))[0] == 422


def test_top_of_book_steps_back_from_what_it_would_match(world):
    simulator, _, desk = world
    desk.limit("bid", "64000", "0.01", "TOB")
    [row] = desk.mine("/orders")
    assert float(row["price"]) * 1_000_000 < simulator.exchange.market("BTC").ask


def test_a_market_orders_bound_goes_outward_to_the_tick(world):
    """0.05 % above 63,441 is 63,472.72…, and was seen as 63,473; below 63,433 it is 63,401.28…, seen as 63,401."""
    simulator, _, desk = world
    view = simulator.exchange.market("BTC")
    buy = simulator.exchange.order(desk.market("bid", "0.01", "0.05").data["order_id"])
    sell = simulator.exchange.order(desk.market("ask", "0.01", "0.05").data["order_id"])
    assert view.ask * 1.0005 <= buy.px < view.ask * 1.0005 + 1_000_000 and buy.px % 1_000_000 == 0
    assert view.bid * 0.9995 - 1_000_000 < sell.px <= view.bid * 0.9995 and sell.px % 1_000_000 == 0


@pytest.mark.parametrize(
    "order, status, code, text",
    [
        ({"price": "60000.5"}, 422, 52, "Invalid tick size"),
        ({"price": "2000000"}, 422, 52, "Invalid tick size"),
        ({"amount": "0.000001"}, 422, 59, "Invalid amount"),
        ({"amount": "0"}, 422, 59, "Invalid amount"),
        ({"amount": "0.0001"}, 422, 7, f"Order amount too low for {ACCOUNT}: 6 < 10"),
        ({"amount": "700"}, 422, 8, "Order amount too high"),
        ({"amount": "600"}, 422, 5, "Insufficient balance"),
        ({"reduce_only": True}, 422, 23, "No position found"),
        ({"symbol": "btc"}, 404, 3, "Book not found"),
        ({"builder_code": "NOBODY"}, 422, 50, "Invalid builder code"),
        ({"tif": "FOK"}, 400, 400, "Invalid request body"),
        ({"client_order_id": "short"}, 400, 400, "Invalid request body"),
        ({"price": 60000}, 400, 400, "Invalid request body"),
        ({"unknown": 1}, 400, 400, "Invalid request body"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_wrong_with_an_order(world, order, status, code, text):
    _, _, desk = world
    order = {"side": "bid", "price": "60000", "amount": "0.01"} | order
    answer = desk.limit(**order)
    assert (answer.status, answer.code) == (status, code) and answer.error.startswith(text)
    assert desk.mine("/orders") == [] and desk.mine("/orders/history") == []


def test_a_wrong_grid_may_be_answered_as_a_failure():
    desk = Desk(make(Terms(allowed=UNLIMITED, grid_as_500=True))[0])
    assert said(desk.limit("bid", "60000.5", "0.01")) == (500, 500, "Internal server error")


def test_the_resting_order_gives_way_to_ones_own(world):
    _, _, desk = world
    resting = desk.limit("ask", "63501", "0.01").data["order_id"]
    desk.limit("bid", "63501", "0.01")
    assert events(desk, resting)[-1][:2] == ("self_trade_prevented", "cancelled")


# --- triggers ---


def test_a_bracket_waits_for_its_entry_and_one_level_ends_the_other(world):
    simulator, _, desk = world
    take, stop = uuid(), uuid()
    levels = {
        "take_profit": {"stop_price": "64000", "client_order_id": take},
        "stop_loss": {"stop_price": "62000", "limit_price": "61900", "client_order_id": stop},
    }
    entry = desk.limit("bid", "63000", "0.01", **levels).data["order_id"]
    assert open_types(desk) == ["limit", "stop_loss_limit", "take_profit_market"]
    rows = {row["client_order_id"]: row for row in desk.mine("/orders")}
    assert rows[take]["stop_parent_order_id"] == entry and rows[take]["stop_price"] == "64000"
    simulator.move("BTC", "62900")
    assert events(desk, rows[take]["order_id"])[-1][0] == "stop_parent_order_filled"
    simulator.move("BTC", "64100")
    assert [kind for kind, _, _ in events(desk, rows[take]["order_id"])][-2:] == ["stop_triggered", "fulfill_market"]
    assert events(desk, rows[stop]["order_id"])[-1][1] == "cancelled"
    assert desk.mine("/positions") == [] == desk.mine("/orders")


def test_a_stop_order_fires_at_its_price(world):
    simulator, _, desk = world
    desk.market("bid", "0.01")
    level = {"stop_price": "62000", "amount": "0.01", "client_order_id": uuid()}
    number = desk.do("create_stop_order", symbol="BTC", side="ask", reduce_only=True, stop_order=level).data["order_id"]
    simulator.move("BTC", "62001")
    assert open_types(desk) == ["stop_market"] and desk.mine("/account")["stop_orders_count"] == 1
    simulator.move("BTC", "61990")
    assert events(desk, number)[-1] == ("fulfill_market", "filled", "0.01")
    assert desk.mine("/positions") == []


def test_a_stop_is_cancelled_on_its_own_shelf(world):
    _, _, desk = world
    level = {"stop_price": "65000", "amount": "0.01"}
    stop = desk.do("create_stop_order", symbol="BTC", side="bid", reduce_only=False, stop_order=level).data["order_id"]
    limit = desk.limit("bid", "60000", "0.01").data["order_id"]
    assert said(desk.do("cancel_order", symbol="BTC", order_id=stop)) == (422, 6, "Order not found")
    assert said(desk.do("cancel_stop_order", symbol="BTC", order_id=limit)) == (422, 6, "Stop order not found")
    assert desk.do("cancel_stop_order", symbol="BTC", order_id=stop).ok
    assert desk.do("cancel_order", symbol="BTC", order_id=limit).ok


def test_levels_of_a_position_close_all_of_it(world):
    simulator, _, desk = world
    level = {"stop_price": "62000"}
    assert said(desk.do("set_position_tpsl", symbol="BTC", side="ask", stop_loss=level)) == (
        422,
        13,
        "Position not found",
    )
    desk.market("bid", "0.02")
    assert desk.do("set_position_tpsl", symbol="BTC", side="ask", stop_loss=level).ok
    desk.market("bid", "0.03")
    simulator.move("BTC", "61900")
    assert desk.mine("/positions") == []
    assert desk.mine("/trades/history")[0]["side"] == "close_long"


def test_a_trigger_that_would_fire_at_once_is_refused(world):
    _, _, desk = world
    desk.market("bid", "0.02")
    answer = desk.do("set_position_tpsl", symbol="BTC", side="ask", stop_loss={"stop_price": "70000"})
    assert said(answer) == (422, 17, "Invalid stop order side")


# --- changes ---


def test_an_edit_makes_a_post_only_order_with_a_new_id_and_the_old_name(world):
    _, _, desk = world
    name = uuid()
    old = desk.limit("bid", "60000", "0.01", client_order_id=name).data["order_id"]
    new = desk.do("edit_order", symbol="BTC", client_order_id=name, price="60100", amount="0.02").data["order_id"]
    [row] = desk.mine("/orders")
    assert (row["order_id"], row["client_order_id"], row["price"]) == (new, name, "60100") and new != old
    assert events(desk, old)[-1][:2] == ("cancel", "cancelled")
    crossing = desk.do("edit_order", symbol="BTC", order_id=new, price="64000", amount="0.02").data["order_id"]
    assert events(desk, crossing)[-1][0] == "post_only_rejected" and desk.mine("/orders") == []
    assert said(desk.do("edit_order", symbol="BTC", order_id=new, price="60000", amount="0.02"))[1] == 6


def test_cancelling_all(world):
    _, _, desk = world
    desk.market("bid", "0.1", symbol="ETH")
    for _ in range(2):
        desk.limit("bid", "60000", "0.01")
    desk.limit("ask", "3000", "0.1", symbol="ETH", reduce_only=True)
    assert said(desk.do("cancel_all_orders", all_symbols=False, exclude_reduce_only=False))[0] == 400
    keep = desk.do("cancel_all_orders", all_symbols=False, exclude_reduce_only=False, symbol="SOL")
    assert keep.data == {"cancelled_count": 0}
    assert desk.do("cancel_all_orders", all_symbols=True, exclude_reduce_only=True).data == {"cancelled_count": 2}
    assert desk.do("cancel_all_orders", all_symbols=True, exclude_reduce_only=False).data == {"cancelled_count": 1}


def test_nobody_cancels_what_is_anothers(world):
    simulator, _, desk = world
    book = simulator.exchange.open_orders("maker")[0].order_id
    assert said(desk.do("cancel_order", symbol="BTC", order_id=book))[1] == 6


def test_a_batch_does_what_it_can(world):
    simulator, _, desk = world
    ts = simulator.wall.now_ts()
    good = {"symbol": "BTC", "price": "60000", "amount": "0.01", "side": "bid", "tif": "GTC", "reduce_only": False}
    bodies = [
        ("Create", signed("create_order", good, ts)),
        ("Create", signed("create_order", good | {"amount": "0.0001"}, ts)),
        ("Create", signed("create_order", good, ts) | {"price": "1"}),
        ("Cancel", signed("cancel_order", {"symbol": "BTC", "order_id": 1}, ts)),
    ]
    actions = [{"type": kind, "data": body} for kind, body in bodies]
    results = simulator.act("/orders/batch", {"actions": actions})[0].data["results"]
    assert [row["success"] for row in results] == [True, False, False, False]
    assert set(results[0]) == {"success", "order_id", "error"}
    assert [row["error"][:19] for row in results[1:]] == [
        "Order amount too lo",
        "Verification failed",
        "Order not found",
    ]
    many = simulator.act("/orders/batch", {"actions": actions[:1] * 11})[0]
    assert said(many) == (400, 400, "Invalid batch operation parameters")
    assert len(desk.mine("/orders")) == 1


# --- TWAPs ---


def test_a_twap_trades_in_slices(world):
    simulator, clock, desk = world
    asked = {"symbol": "BTC", "side": "bid", "amount": "0.04", "slippage_percent": "0.5", "reduce_only": False}
    name = uuid()
    number = desk.do("create_twap_order", **asked, duration_in_seconds=90, client_order_id=name).data["order_id"]
    again = desk.do("create_twap_order", **asked, duration_in_seconds=90, client_order_id=name)
    assert (again.status, again.code) == (422, 43)
    assert [row["filled_amount"] for row in desk.mine("/orders/twap")] == ["0.01"]
    for _ in range(3):
        clock.advance(30_000)
        simulator.step()
    assert desk.mine("/orders/twap") == [] and desk.mine("/positions")[0]["amount"] == "0.04"
    assert {row["client_order_id"] for row in desk.mine("/trades/history")} == {name}
    kinds = [row["event_type"] for row in desk.get("/orders/twap/history_by_id", order_id=number)]
    assert kinds[0] == "fulfill_market" and kinds[-1] == "twap_created"
    other = desk.do("create_twap_order", **asked, duration_in_seconds=90).data["order_id"]
    assert desk.do("cancel_twap_order", symbol="BTC", order_id=other).ok
    assert said(desk.do("cancel_twap_order", symbol="BTC", order_id=other)) == (422, 47, "TWAP order not found")
    assert desk.mine("/orders") == []


# --- the account ---


def test_leverage_grows_but_does_not_shrink_under_a_position(world):
    _, _, desk = world
    assert desk.do("update_leverage", symbol="BTC", leverage=10).ok
    assert said(desk.do("update_leverage", symbol="BTC", leverage=51)) == (422, 11, "Invalid leverage")
    desk.market("bid", "0.01")
    assert desk.do("update_leverage", symbol="BTC", leverage=20).ok
    assert desk.do("update_leverage", symbol="BTC", leverage=5).code == 11
    assert desk.do("update_margin_mode", symbol="BTC", is_isolated=True).code == 12
    assert desk.do("update_margin_mode", symbol="TRUMP", is_isolated=False).code == 12
    assert desk.mine("/account/settings")[0]["leverage"] == 20


def test_a_book_is_aggregated_by_ticks(world):
    _, _, desk = world
    fine, coarse = (desk.get("/book", symbol="BTC", agg_level=level)["l"] for level in (1, 100))
    assert all(int(row["p"]) % 100 == 0 for side in coarse for row in side)
    assert int(coarse[0][0]["p"]) <= int(fine[0][0]["p"]) and int(coarse[1][0]["p"]) >= int(fine[1][0]["p"])
    answer, _ = desk.simulator.ask("/book", {"symbol": "BTC", "agg_level": "3"})
    assert said(answer) == (422, 4, "Invalid tick level")


def test_an_account_has_twenty_agents_at_most(world):
    _, _, desk = world
    agents = [address_of(SigningKey(bytes([number]) * 32)) for number in range(20, 41)]
    *taken, last = [desk.do("bind_agent_wallet", agent_wallet=agent).ok for agent in agents]
    assert all(taken) and len(taken) == 20 and not last
    assert desk.do("bind_agent_wallet", agent_wallet=agents[0]).ok
    assert desk.do("revoke_all_agent_wallets").ok and desk.do("list_agent_wallets").data == {"agent_wallets": []}


def test_behind_a_cross_position_stands_all_of_the_equity(world):
    """Ten recorded positions of one account agree on that: see the codec's `liquidation_px`."""
    simulator, _, desk = world
    desk.market("bid", "10", symbol="ETH")
    desk.market("ask", "0.5")
    simulator.move("BTC", "64000")
    equity = simulator.exchange.account(ACCOUNT).cross_equity
    for row, px, leverage in zip(desk.mine("/positions"), ("2500", "64000"), (50, 50), strict=True):
        side = Side.BUY if row["side"] == "bid" else Side.SELL
        told = liquidation_px(side, Decimal(px), Decimal(row["amount"]), equity, leverage)
        assert row["liquidation_price"] == plain(told)


def test_isolated_margin(world):
    _, _, desk = world
    assert desk.do("update_margin_mode", symbol="BTC", is_isolated=True).ok
    assert desk.do("add_isolated_margin", symbol="BTC", amount="100").code == 13
    desk.market("bid", "0.1")
    before = desk.mine("/positions")[0]
    assert before["isolated"] and float(before["margin"]) > 100
    equity, balance = (desk.mine("/account")[name] for name in ("account_equity", "balance"))
    assert desk.do("add_isolated_margin", symbol="BTC", amount="100.5").ok
    after = desk.mine("/positions")[0]
    assert round(float(after["margin"]) - float(before["margin"]), 6) == 100.5
    assert float(after["liquidation_price"]) < float(before["liquidation_price"])
    assert (equity, balance) == tuple(desk.mine("/account")[name] for name in ("account_equity", "balance"))
    assert desk.do("add_isolated_margin", symbol="BTC", amount="10000000").code == 5


def test_builders_are_paid_within_what_was_approved():
    simulator, _ = make(Terms(allowed=UNLIMITED, builder_rate=5_000_000))
    desk = Desk(simulator)
    assert desk.do("approve_builder_code", builder_code="TESTCODE", max_fee_rate="0.0002").ok
    assert desk.mine("/account/builder_codes/approvals")[0]["max_fee_rate"] == "0.0002"
    desk.market("bid", "0.1", builder_code="TESTCODE")
    [trade] = desk.mine("/trades/history")
    value = float(trade["price"]) * 0.1
    assert float(trade["fee"]) == pytest.approx(value * (0.0004 + 0.0002), abs=1e-5)
    assert desk.do("revoke_builder_code", builder_code="TESTCODE").ok
    assert desk.market("bid", "0.1", builder_code="TESTCODE").code == 50


def test_api_config_keys(world):
    _, _, desk = world
    keys = [desk.do("create_api_key").data["api_key"] for _ in range(5)]
    assert len(set(keys)) == 5 and not desk.do("create_api_key").ok
    assert desk.do("list_api_keys").data["api_key_limit"] == 5
    assert desk.do("revoke_api_key", api_key=keys[0]).ok
    assert len(desk.do("list_api_keys").data["active_api_keys"]) == 4


# --- what the venue does by itself ---


def test_funding_is_paid_by_the_hour(world):
    simulator, clock, desk = world
    desk.market("bid", "1")
    balance = float(desk.mine("/account")["balance"])
    clock.advance(HOUR_MS)
    simulator.step()
    [row] = desk.mine("/funding/history")
    assert float(row["payout"]) < 0 and row["side"] == "bid" and row["amount"] == "1"
    assert float(desk.mine("/account")["balance"]) == pytest.approx(balance + float(row["payout"]), abs=1e-6)
    assert desk.mine("/positions")[0]["funding"] == row["payout"]
    assert desk.get("/funding_rate/history", symbol="BTC")[0]["funding_rate"] == row["rate"]
    assert desk.mine("/account/balance/history")[0]["event_type"] == "funding"


def test_funding_told_twice_or_not_at_all(world):
    simulator, clock, desk = world
    desk.market("bid", "1")
    clock.advance(HOUR_MS)
    simulator.step()
    simulator.repeat_funding(ACCOUNT)
    first, second = desk.mine("/funding/history")
    assert first == second
    simulator.forget_funding(ACCOUNT)
    simulator.forget_funding(ACCOUNT)
    assert desk.mine("/funding/history") == []


def test_a_liquidation_takes_the_position_and_says_so():
    simulator, _ = make(dollars=1_500)
    desk = Desk(simulator)
    desk.market("bid", "1")
    simulator.liquidate(ACCOUNT, "BTC")
    assert desk.mine("/positions") == []
    closing = [row for row in desk.mine("/trades/history") if row["side"] == "close_long"]
    assert {row["cause"] for row in closing} == {"market_liquidation"}
    assert desk.mine("/account/balance/history")[0]["event_type"] == "market_liquidation"


def test_a_halted_market_takes_no_orders_and_a_delisted_one_is_gone(world):
    simulator, _, desk = world
    desk.market("bid", "0.01")
    resting = desk.limit("bid", "60000", "0.01").data["order_id"]
    simulator.halt("BTC")
    assert said(desk.market("bid", "0.01")) == (422, 38, "Trading disabled")
    assert desk.do("cancel_order", symbol="BTC", order_id=resting).ok
    simulator.halt("BTC", halted=False)
    assert desk.market("bid", "0.01").ok
    simulator.delist("BTC")
    assert "BTC" not in {row["symbol"] for row in desk.get("/info")}
    assert desk.mine("/positions") == [] and desk.mine("/trades/history")[0]["cause"] == "settlement"
    assert said(desk.limit("bid", "60000", "0.01")) == (404, 3, "Book not found")


def test_the_venue_may_cancel_by_itself(world):
    simulator, _, desk = world
    number = desk.limit("bid", "60000", "0.01").data["order_id"]
    simulator.cancel_for(ACCOUNT, number)
    assert events(desk, number)[-1][:2] == ("force_cancel", "cancelled")
    assert desk.mine("/orders/history")[0]["reason"] == "internal"


def test_a_tape_moves_the_market_and_makes_candles():
    points = [Point(START_TS + second * 1000, 63_500_000_000 + second * 10_000_000, 10_000) for second in range(120)]
    simulator, clock = make(tracks={"BTC": points})
    desk = Desk(simulator)
    clock.advance(119_000)
    first, *_, last = desk.get("/kline", symbol="BTC", interval="1m")
    assert float(first["o"]) < float(last["c"]) and float(last["v"]) > 0 and last["T"] - last["t"] == 60_000
    assert desk.get("/kline/mark", symbol="BTC", interval="1m")[-1]["c"] == "64690"
    assert desk.get("/info/prices")[0]["mark"] == "64690" and float(desk.get("/info/prices")[0]["volume_24h"]) > 0
    later = desk.get("/kline", symbol="BTC", interval="1m", start_time=last["t"])
    assert later == [last]


# --- pages ---


def test_histories_are_paged_newest_first(world):
    simulator, _, desk = world
    for _ in range(5):
        desk.market("bid", "0.01")
    whole = desk.mine("/trades/history")
    pages, cursor = [], ""
    while True:
        query = {"account": ACCOUNT, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        answer, _ = simulator.ask("/trades/history", query)
        pages += answer.data
        cursor = answer.more["next_cursor"]
        if not answer.more["has_more"]:
            break
    assert pages == whole and len({row["history_id"] for row in whole}) == len(whole) >= 5
    assert desk.mine("/trades/history", start_time=START_TS + 1) == []
