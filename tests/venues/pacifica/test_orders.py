"""What the desk places and cancels, as the venue takes it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import Bracket, Cancellation, RejectCode
from paddock.venues.pacifica.codec import account_actions as actions
from paddock.venues.pacifica.codec import orders
from paddock.venues.pacifica.codec.operations import PATHS, Op
from paddock.venues.pacifica.codec.orders import Shelf, placed
from paddock.venues.pacifica.codec.rules import breach
from tests.venues.pacifica.recorded import CLIENT_ID, NOW, UUID, few, load, needs_recordings, order

BTC = few()["BTC"]
TAKE_ID, STOP_ID = "1" * 32, "2" * 32
TAKE_UUID, STOP_UUID = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"


def test_a_limit_order():
    made = placed(order(px=60_000.0, tif=Tif.ALO, lots=12_345), BTC)
    assert (made.type, made.path, made.timestamp, made.window_ms) == ("create_order", "/orders/create", NOW, 5000)
    assert made.payload == {
        "symbol": "BTC",
        "price": "60000",
        "reduce_only": False,
        "amount": "0.12345",
        "side": "bid",
        "tif": "ALO",
        "client_order_id": UUID,
    }


@pytest.mark.parametrize(("tif", "word"), [(Tif.GTC, "GTC"), (Tif.IOC, "IOC"), (Tif.ALO, "ALO")])
def test_time_in_force(tif, word):
    assert placed(order(px=60_000.0, tif=tif), BTC).payload["tif"] == word


def test_a_market_order_with_a_bound_is_an_ioc_at_exactly_it():
    made = placed(order(OrderKind.MARKET, Side.SELL, bound_px=59_000.0, reduce_only=True), BTC)
    assert made.type == Op.CREATE_ORDER
    assert made.payload | {"price": "59000", "tif": "IOC", "side": "ask", "reduce_only": True} == made.payload


def test_a_market_order_without_a_bound_names_its_slippage():
    made = placed(order(OrderKind.MARKET), BTC, slippage=Decimal("0.50"), builder_code="CODE")
    assert (made.type, made.path) == ("create_market_order", "/orders/create_market")
    assert made.payload == {
        "symbol": "BTC",
        "reduce_only": False,
        "amount": "0.01",
        "side": "bid",
        "slippage_percent": "0.5",
        "client_order_id": UUID,
        "builder_code": "CODE",
    }
    assert placed(order(OrderKind.MARKET), BTC).payload["slippage_percent"] == "1"


def test_levels_travel_with_their_entry_under_their_own_ids():
    bracket = Bracket(stop_px=55_000.0, take_px=70_000.0, stop_client_id=STOP_ID, take_client_id=TAKE_ID)
    levels = {
        "take_profit": {"stop_price": "70000", "client_order_id": TAKE_UUID},
        "stop_loss": {"stop_price": "55000", "client_order_id": STOP_UUID},
    }
    for entry in (order(px=60_000.0), order(OrderKind.MARKET), order(OrderKind.MARKET, bound_px=61_000.0)):
        plain = placed(entry, BTC).payload
        made = placed(order(entry.kind, px=entry.px, bound_px=entry.bound_px, bracket=bracket), BTC).payload
        assert made == plain | levels
    one = placed(order(px=60_000.0, bracket=Bracket(stop_px=55_000.0)), BTC).payload
    assert one["stop_loss"] == {"stop_price": "55000"} and "take_profit" not in one


def test_a_stop_is_a_trigger_order_that_only_reduces():
    made = placed(order(OrderKind.STOP, Side.SELL, px=55_000.0), BTC)
    assert (made.type, made.path) == ("create_stop_order", "/orders/stop/create")
    assert made.payload == {
        "symbol": "BTC",
        "side": "ask",
        "reduce_only": True,
        "stop_order": {"stop_price": "55000", "client_order_id": UUID, "amount": "0.01"},
    }


def test_a_take_rests_in_the_book_and_only_reduces():
    made = placed(order(OrderKind.TAKE, Side.SELL, px=70_000.0, tif=Tif.IOC), BTC)
    assert made.type == Op.CREATE_ORDER
    assert made.payload | {"price": "70000", "reduce_only": True, "tif": "GTC", "side": "ask"} == made.payload


def test_a_twap_takes_thirty_seconds_for_each_slice_but_one():
    made = placed(order(OrderKind.TWAP, slices=7), BTC, slippage=Decimal("0.5"))
    assert (made.type, made.path) == ("create_twap_order", "/orders/twap/create")
    assert made.payload == {
        "symbol": "BTC",
        "reduce_only": False,
        "amount": "0.01",
        "side": "bid",
        "slippage_percent": "0.5",
        "duration_in_seconds": 180,
        "client_order_id": UUID,
    }


def test_a_twap_lasts_as_long_as_it_was_asked_to_with_a_lot_in_each_slice():
    hours = order(OrderKind.TWAP, slices=4, slice_ms=3_600_000)
    assert placed(hours, BTC).payload["duration_in_seconds"] == 4 * 3_600 - 30
    few = order(OrderKind.TWAP, slices=4, slice_ms=3_600_000, lots=20)
    assert breach(few, BTC, 60_000.0).code is RejectCode.NOT_ALLOWED, "the venue would be done in minutes"
    exit_ = replace(few, reduce_only=True)
    assert breach(exit_, BTC, 60_000.0) is None and placed(exit_, BTC).payload["duration_in_seconds"] == 19 * 30


def test_a_bound_of_a_twap_is_told_in_percent_from_where_the_price_is():
    asked = order(OrderKind.TWAP, Side.SELL, slices=7, bound_px=59_400.0)
    assert placed(asked, BTC, ref_px=60_000.0).payload["slippage_percent"] == "1"
    assert placed(asked, BTC, ref_px=59_500.0).payload["slippage_percent"] == "0.16"
    for ref_px in (0.0, 59_400.0, 59_000.0, float("nan"), float("inf")):
        assert breach(asked, BTC, ref_px).code is RejectCode.OTHER
        with pytest.raises(Invalid):
            placed(asked, BTC, ref_px=ref_px)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": OrderKind.TRAIL},
        {"kind": OrderKind.LIQUIDATION},
        {"px": 60_000.5},
        {"px": 0.0},
        {"px": float("nan")},
        {"lots": 0},
        {"client_id": "me"},
        {"expires_ts": NOW},
        {"bracket": Bracket(stop_px=1.5)},
        {"bracket": Bracket(stop_px=55_000.0, stop_client_id="me")},
    ],
)
def test_what_the_venue_has_no_words_for_is_not_written(change):
    with pytest.raises(Invalid):
        placed(order(**{"px": 60_000.0} | change), BTC)


@given(
    kind=st.sampled_from(OrderKind),
    side=st.sampled_from(Side),
    lots=st.integers(-1, 10**7),
    px=st.sampled_from([0.0, 60_000.0, 60_000.5]),
    bound_px=st.sampled_from([0.0, 61_000.0]),
    slices=st.integers(0, 5),
    stop_px=st.sampled_from([0.0, 55_000.0, 0.5]),
    reduce_only=st.booleans(),
)
def test_an_order_that_breaks_no_rule_can_be_written(kind, side, lots, px, bound_px, slices, stop_px, reduce_only):
    bracket = Bracket(stop_px=stop_px, stop_client_id=STOP_ID)
    asked = order(kind, side, lots, px=px, bound_px=bound_px, slices=slices, bracket=bracket, reduce_only=reduce_only)
    if breach(asked, BTC, 60_000.0) is None:
        made = placed(asked, BTC, ref_px=60_000.0)
        assert made.message and made.payload["symbol"] == "BTC" and made.path == PATHS[Op(made.type)]


@pytest.mark.parametrize(
    ("kind", "op"),
    [
        (OrderKind.LIMIT, "cancel_order"),
        (OrderKind.MARKET, "cancel_order"),
        (OrderKind.TAKE, "cancel_order"),
        (OrderKind.STOP, "cancel_stop_order"),
        (OrderKind.TWAP, "cancel_twap_order"),
    ],
)
def test_an_order_is_cancelled_where_it_waits(kind, op):
    shelf = orders.shelf_of(kind)
    asked = Cancellation(CLIENT_ID, "account-1", "BTC", NOW, NOW + 5000)
    made = orders.cancelled(asked, shelf)
    assert (made.type, made.payload, made.window_ms) == (op, {"symbol": "BTC", "client_order_id": UUID}, 5000)
    made = orders.cancelled_by_id("BTC", 42069, shelf, NOW, NOW + 5000)
    assert (made.type, made.payload) == (op, {"symbol": "BTC", "order_id": 42069})


@needs_recordings
def test_the_requests_of_the_venues_examples_are_ours():
    """But for what is the venue's example and not our way: other ids, a limit price of a level."""
    bodies = {one["id"]: one for one in load("signing_vectors.json")["vectors"]}

    def same(made, name):
        assert (made.type, made.path) == (bodies[name]["type"], bodies[name]["path"])
        assert made.payload == bodies[name]["payload"], name

    same(orders.cancelled_by_id("BTC", 42069, Shelf.BOOK, NOW, NOW + 1), "cancel-order-id")
    same(orders.cancelled_by_id("BTC", 42070, Shelf.TRIGGERS, NOW, NOW + 1), "cancel-stop")
    same(orders.cancelled_all(NOW, NOW + 1), "cancel-all")
    same(orders.edited(42069, BTC, 99_500.0, 20_000, NOW, NOW + 1), "edit-order")
    same(actions.leverage("BTC", 42, NOW, 1), "update-leverage")
    same(actions.bind_agent("7v54NWdBtkjuAFJrLGsS2SXnuk8nKam81mZJeeYxVFi9", NOW, 1), "bind-agent")
    same(actions.list_agents(NOW, 1), "list-agents")
    same(actions.approve_builder("TESTCODE", Decimal("0.001"), NOW, 1), "approve-builder-code")


def test_all_of_a_symbol_or_of_all_are_cancelled():
    assert orders.cancelled_all(NOW, NOW + 1, "BTC", keep_reducing=True).payload == {
        "all_symbols": False,
        "exclude_reduce_only": True,
        "symbol": "BTC",
    }


def test_levels_of_a_position_close_it():
    bracket = Bracket(stop_px=55_000.0, take_px=70_000.0, take_client_id=TAKE_ID)
    made = orders.position_levels(BTC, Side.BUY, bracket, NOW, NOW + 1)
    assert (made.type, made.path) == ("set_position_tpsl", "/positions/tpsl")
    assert made.payload == {
        "symbol": "BTC",
        "side": "ask",
        "take_profit": {"stop_price": "70000", "client_order_id": TAKE_UUID},
        "stop_loss": {"stop_price": "55000"},
    }
    part = orders.position_levels(BTC, Side.SELL, bracket, NOW, NOW + 1, lots=500)
    assert part.payload["side"] == "bid" and part.payload["stop_loss"]["amount"] == "0.005"


def test_margin_of_an_account_is_set():
    assert actions.margin_mode("BTC", NOW, 1, isolated=True).payload == {"symbol": "BTC", "is_isolated": True}
    assert actions.isolated_margin("BTC", Decimal("12.50"), NOW, 1).payload == {"symbol": "BTC", "amount": "12.5"}
    assert actions.revoke_agent("a", NOW, 1).payload == {"agent_wallet": "a"}
    assert actions.revoke_builder("CODE", NOW, 1).payload == {"builder_code": "CODE"}


def test_ten_requests_travel_together_and_not_all_do():
    limit, twap = placed(order(px=60_000.0), BTC), placed(order(OrderKind.TWAP, slices=2), BTC)
    stop = placed(order(OrderKind.STOP, px=60_000.0), BTC)
    market, cancel = (
        placed(order(OrderKind.MARKET), BTC),
        orders.cancelled_by_id("BTC", 1, Shelf.TRIGGERS, NOW, NOW + 1),
    )
    levels = orders.position_levels(BTC, Side.BUY, Bracket(stop_px=1.0), NOW, NOW + 1)
    made = orders.batch([(one, {"n": n}) for n, one in enumerate([limit, market, cancel, levels])])
    assert [action["type"] for action in made["actions"]] == [
        "Create",
        "CreateMarket",
        "CancelStopOrder",
        "SetPositionTpsl",
    ]
    assert [action["data"] for action in made["actions"]] == [{"n": n} for n in range(4)]
    for wrong in ([], [limit] * 11, [twap], [stop], [limit, twap]):
        with pytest.raises(Invalid):
            orders.batch([(one, {}) for one in wrong])
