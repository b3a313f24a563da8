"""Actions key by key, and what the desk's orders become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Invalid, NotFound, Unavailable
from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import Bracket, Cancellation, Placement
from paddock.venues.hyperliquid.codec import actions
from paddock.venues.hyperliquid.codec.actions import Builder, Grouping, item, limit, trigger
from paddock.venues.hyperliquid.codec.ids import client_id_of, cloid
from paddock.venues.hyperliquid.codec.orders import cancelling, placing, twap_minutes
from paddock.venues.hyperliquid.codec.signing import SIGNABLE, packed
from tests.venues.hyperliquid.recorded import listing, load, needs_recordings

ID = "0123456789abcdef" * 2
MIDS = {"BTC": 83767.5, "ETH": 2499.95}

CLOID = "0x0000000000000000000000000000abcd"
SPELLED = {
    "py-phantom-agent": lambda: actions.order([item(4, Side.BUY, "1670.1", "0.0147", limit(Tif.IOC))]),
    "my-order-builder": lambda: actions.order(
        [item(0, Side.BUY, "97123", "0.001", limit(Tif.GTC), cloid=CLOID)],
        builder=Builder("0x8C967e73e6b15087c42a10d344cff4c96d877f1d", 10),
    ),
    "my-order-position-tpsl": lambda: actions.order(
        [
            item(4, Side.SELL, "3100", "0.5", trigger("3333.3", take=True), reduce_only=True),
            item(4, Side.SELL, "2500", "0.5", trigger("2750.1", take=False, market=False), reduce_only=True),
        ],
        Grouping.OF_POSITION,
    ),
    "my-schedule-cancel": lambda: actions.schedule_cancel(1767225660123),
    "py-schedule-cancel-none": lambda: actions.schedule_cancel(None),
    "my-cancel": lambda: actions.cancel([(0, 91490942), (5, 271234567890)]),
    "my-cancel-by-cloid": lambda: actions.cancel_by_cloid([(0, CLOID)]),
    "my-modify": lambda: actions.modify(91490942, item(0, Side.BUY, "97000", "0.002", limit(Tif.GTC))),
    "my-update-leverage-cross": lambda: actions.update_leverage(0, 20, cross=True),
    "my-update-isolated-margin": lambda: actions.update_isolated_margin(4, -12_500_000),
    "my-twap-order": lambda: actions.twap_order(0, Side.BUY, "0.5", 30, randomize=True),
    "my-reserve-weight": lambda: actions.reserve_request_weight(100),
}


@needs_recordings
@pytest.mark.parametrize("name", SPELLED)
def test_an_action_has_its_keys_in_the_order_that_is_hashed(name):
    vectors = {vector["id"]: vector for vector in load("signing_vectors.json")["vectors"]}
    assert packed(SPELLED[name]()).hex() == vectors[name]["msgpack_hex"]


def test_the_keys_of_actions_that_no_vector_has():
    made = [
        actions.twap_cancel(3, 77),
        actions.noop(),
        actions.batch_modify([(CLOID, item(0, Side.SELL, "1", "2", trigger("3", take=True)))]),
    ]
    assert [list(action) for action in made] == [["type", "a", "t"], ["type"], ["type", "modifies"]]
    (change,) = made[2]["modifies"]
    assert list(change) == ["oid", "order"] and list(change["order"]) == ["a", "b", "p", "s", "r", "t"]
    assert list(change["order"]["t"]["trigger"]) == ["isMarket", "triggerPx", "tpsl"]
    assert {action["type"] for action in made} <= SIGNABLE


def test_everything_that_is_written_may_be_signed():
    assert {make()["type"] for make in SPELLED.values()} <= SIGNABLE


@given(st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}"))
def test_our_ids_go_out_and_come_back(client_id):
    assert client_id_of(cloid(client_id)) == client_id == client_id_of(cloid(client_id).upper().replace("X", "x"))


@pytest.mark.parametrize("said", [None, "", "CLOID", "0x12", 5, "0x" + "g" * 32, ID])
def test_what_is_no_id_of_the_venue_is_nobodys(said):
    assert client_id_of(said) == ""


@pytest.mark.parametrize("client_id", ["", "run-1-1", ID.upper(), ID + "0"])
def test_an_id_that_no_intent_has_is_not_sent(client_id):
    with pytest.raises(Invalid):
        cloid(client_id)


def asked(kind=OrderKind.LIMIT, side=Side.BUY, px=2000.0, n=1, **more) -> Placement:
    named = {"client_id": f"{n:032x}", "account_id": "a", "book": "b", "symbol": "ETH", "lots": 1000}
    return Placement(kind=kind, side=side, px=px, sent_ts=0, **{"expires_ts": 30_000} | named | more)


def one_item(placement: Placement) -> dict:
    (request,) = placing([placement], listing(), MIDS)
    (only,) = request.action["orders"]
    assert request.action["grouping"] == "na" and request.expires_ts == placement.expires_ts
    return only


def test_a_limit_order():
    for tif, text in ((Tif.GTC, "Gtc"), (Tif.IOC, "Ioc"), (Tif.ALO, "Alo")):
        assert one_item(asked(tif=tif, reduce_only=True)) == {
            "a": 1,
            "b": True,
            "p": "2000",
            "s": "0.1",
            "r": True,
            "t": {"limit": {"tif": text}},
            "c": "0x" + "1".zfill(32),
        }


def test_a_market_order_is_an_immediate_one_with_a_bound():
    bounded = one_item(asked(OrderKind.MARKET, px=0.0, bound_px=2512.3))
    assert (bounded["p"], bounded["t"]) == ("2512.3", {"limit": {"tif": "Ioc"}})
    assert one_item(asked(OrderKind.MARKET, px=0.0))["p"] == "2624.9"  # 2499.95 * 1.05, not above
    assert one_item(asked(OrderKind.MARKET, Side.SELL, px=0.0))["p"] == "2375"  # 2374.9525, not below
    with pytest.raises(Unavailable):
        placing([asked(OrderKind.MARKET, px=0.0)], listing(), {})


def test_levels_wait_for_their_trigger_reduce_only_and_trade_within_ten_percent():
    stop = one_item(asked(OrderKind.STOP, Side.SELL, px=1900.0))
    assert (stop["p"], stop["r"], stop["b"]) == ("1710", True, False)
    assert stop["t"] == {"trigger": {"isMarket": True, "triggerPx": "1900", "tpsl": "sl"}}
    take = one_item(asked(OrderKind.TAKE, Side.BUY, px=1900.0, bound_px=1950.0))
    assert (take["p"], take["t"]["trigger"]["tpsl"]) == ("1950", "tp")


def test_a_bracket_travels_in_one_action_with_ids_of_its_own():
    bracket = Bracket(stop_px=1900.0, take_px=2200.0, stop_client_id="a" * 32, take_client_id="b" * 32)
    plain, entry = asked(n=1), asked(OrderKind.MARKET, px=0.0, n=2, bracket=bracket)
    requests = placing([plain, entry], listing(), MIDS)
    grouped = next(r for r in requests if r.action["grouping"] == "normalTpsl")
    parent, stop, take = grouped.action["orders"]
    assert [o["c"] for o in (parent, stop, take)] == ["0x" + "2".zfill(32), "0x" + "a" * 32, "0x" + "b" * 32]
    assert [o["b"] for o in (parent, stop, take)] == [True, False, False]
    assert [o["r"] for o in (parent, stop, take)] == [False, True, True]
    assert [o["t"]["trigger"]["tpsl"] for o in (stop, take)] == ["sl", "tp"]
    assert [(p.asked, p.child, p.client_id[0]) for p in grouped.parts] == [
        (1, False, "0"),
        (1, True, "a"),
        (1, True, "b"),
    ]
    (other,) = [r for r in requests if r is not grouped]
    assert [p.asked for p in other.parts] == [0]


def test_a_twap_is_an_action_of_its_own():
    (request,) = placing([asked(OrderKind.TWAP, px=0.0, slices=40, slice_ms=30_000, reduce_only=True)], listing(), MIDS)
    assert request.action["twap"] == {"a": 1, "b": True, "s": "0.1", "r": True, "m": 20, "t": False}


@pytest.mark.parametrize(
    ("slices", "slice_ms", "minutes"), [(1, 30_000, 5), (21, 30_000, 11), (4, 3_600_000, 240), (99, 86_400_000, 1440)]
)
def test_a_twap_lasts_as_long_as_its_slices_within_the_venues_bounds(slices, slice_ms, minutes):
    assert twap_minutes(slices, slice_ms) == minutes


def test_orders_with_the_same_last_moment_share_an_action_of_at_most_200():
    placements = [asked(n=n + 1, expires_ts=n % 2) for n in range(410)]
    requests = placing(placements, listing(), MIDS)
    assert [len(r.parts) for r in requests] == [200, 5, 200, 5]
    for request in requests:
        for part, order in zip(request.parts, request.action["orders"], strict=True):
            assert order["c"] == "0x" + placements[part.asked].client_id
            assert placements[part.asked].expires_ts == request.expires_ts
    assert sorted(p.asked for r in requests for p in r.parts) == list(range(410))


def test_the_same_placements_give_the_same_bytes():
    placements = [asked(n=1), asked(OrderKind.MARKET, px=0.0, n=2, bracket=Bracket(stop_px=1900.0))]
    one, two = ([packed(r.action) for r in placing(placements, listing(), MIDS)] for _ in range(2))
    assert one == two


def test_a_builder_is_named_in_every_action_with_orders():
    requests = placing(
        [asked(bracket=Bracket(stop_px=1900.0)), asked(n=2)], listing(), MIDS, builder=Builder("0xAB", 5)
    )
    assert [list(r.action)[-1] for r in requests] == ["builder"] * 2
    assert requests[0].action["builder"] == {"b": "0xab", "f": 5}


def test_only_what_ends_at_once_is_immediate():
    placements = [
        asked(OrderKind.MARKET, px=0.0, n=1),
        asked(tif=Tif.IOC, n=2),
        asked(n=3),
        asked(tif=Tif.ALO, n=4),
        asked(OrderKind.STOP, n=5),
    ]
    (request,) = placing(placements, listing(), MIDS)
    assert [part.immediate for part in request.parts] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (asked(px=2000.001), Invalid),
        (asked(lots=0), Invalid),
        (asked(client_id="mine"), Invalid),
        (asked(OrderKind.TRAIL, px=0.0), Invalid),
        (asked(bracket=Bracket(stop_pct=1.0)), Invalid),
        (asked(OrderKind.STOP, px=0.0, pct=2.0), Invalid),
        (asked(OrderKind.TWAP, px=0.0, bracket=Bracket(stop_px=1900.0)), Invalid),
        (asked(symbol="DOGS"), NotFound),
    ],
)
def test_what_cannot_be_written_is_an_error_and_nothing_is_sent(wrong, error):
    with pytest.raises(error):
        placing([asked(), wrong], listing(), MIDS)


def test_cancellations_go_by_our_ids():
    asked_for = [Cancellation(f"{n:032x}", "a", "ETH" if n else "BTC", 0, 5) for n in range(2)]
    (request,) = cancelling(asked_for, listing())
    assert request.action == {
        "type": "cancelByCloid",
        "cancels": [{"asset": 0, "cloid": "0x" + "0" * 32}, {"asset": 1, "cloid": "0x" + "1".zfill(32)}],
    }
    assert [part.asked for part in request.parts] == [0, 1] and request.expires_ts == 5


def test_what_an_action_takes_from_the_allowances():
    order = item(1, Side.BUY, "1", "1", limit(Tif.GTC))
    assert [actions.weight(actions.order([order] * n)) for n in (1, 39, 40, 80)] == [1, 1, 2, 3]
    assert actions.items_of(actions.order([order] * 7)) == 7 and actions.items_of(actions.noop()) == 1
