"""Markets, their grids, and what is refused before it is sent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from paddock.core.errors import Invalid, NotFound, Unknown
from paddock.core.instrument import InstrumentKind
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Bracket, RejectCode
from paddock.venues.pacifica.codec import numbers
from paddock.venues.pacifica.codec.ids import client_id_of, cloid
from paddock.venues.pacifica.codec.instruments import Listing, Rates, listing
from paddock.venues.pacifica.codec.rules import breach
from tests.venues.pacifica.recorded import CLIENT_ID, INFO, NOW, UUID, few, market, order

BTC, SOL, ODD = (few()[symbol] for symbol in ("BTC", "SOL", "ODD"))


def test_a_market_has_the_grid_the_margin_and_the_fees_that_the_venue_names():
    instrument = BTC.instrument
    assert (instrument.venue, instrument.symbol, instrument.kind) == ("pacifica", "BTC", InstrumentKind.PERP)
    assert (instrument.px_decimals, instrument.qty_decimals, instrument.sig_figs) == (0, 5, 0)
    assert (instrument.max_leverage, instrument.maintenance_margin) == (50, 0.01)
    assert (instrument.maker_bps, instrument.taker_bps) == (1.5, 4.0)
    assert instrument.min_notional_usd == 10 and BTC.max_order_usd == 5_000_000
    assert few()["SOL-USDC"].instrument.kind is InstrumentKind.SPOT
    richer = listing(INFO, Rates(Decimal("0"), Decimal("0.0003")))["BTC"].instrument
    assert (richer.maker_bps, richer.taker_bps) == (0.0, 3.0)


def test_a_symbol_that_is_not_listed_is_not_found_and_the_nearest_is_named():
    with pytest.raises(NotFound) as caught:
        few()["btc"]
    assert "BTC" in caught.value.suggestion


def test_a_market_that_is_no_longer_listed_stays_as_delisted():
    renewed = few().renewed(listing([market("SOL", "0.1", "0.01")]))
    assert renewed["BTC"].delisted and not renewed["SOL"].delisted
    assert renewed["SOL"].tick == Decimal("0.1")
    assert breach(order(px=60_000.0), renewed["BTC"], 60_000.0).code is RejectCode.HALTED
    again = renewed.renewed(few())
    assert not again["BTC"].delisted


@pytest.mark.parametrize(
    "change",
    [
        {"tick_size": "0"},
        {"tick_size": "-1"},
        {"tick_size": 1},
        {"tick_size": "1e3"},
        {"lot_size": "0.0000000000000001"},
        {"max_leverage": "50"},
        {"max_leverage": 0},
        {"symbol": None},
        {"isolated_only": "false"},
        {"instrument_type": "outcome"},
    ],
)
def test_a_market_that_makes_no_sense_is_not_listed(change):
    with pytest.raises(Unknown):
        listing([INFO[0] | change])


def test_prices_and_amounts_go_out_in_one_spelling():
    assert numbers.px_text(BTC, 100_000.0) == "100000"
    assert numbers.px_text(SOL, 157.3) == "157.3"
    assert numbers.amount_text(BTC, 1) == "0.00001"
    assert numbers.amount_text(BTC, 100_000) == "1"
    assert numbers.amount_text(few()["SOL-USDC"], 1_500) == "1.5"


@given(st.integers(1, 10**6), st.integers(1, 10**9))
def test_what_is_on_the_grid_comes_back_from_its_text(ticks, lots):
    px = float(Decimal(ticks) * SOL.tick)
    assert float(numbers.px_text(SOL, px)) == px
    assert numbers.lots_of(SOL, Decimal(numbers.amount_text(SOL, lots))) == lots


@pytest.mark.parametrize("px", [0.0, -1.0, 100.005, 1e308, 1e-9, float("nan"), float("inf"), 10_000_000.01])
def test_a_price_off_the_grid_or_beyond_the_limits_is_no_price(px):
    assert not numbers.is_px(SOL, px)
    with pytest.raises(Invalid):
        numbers.px_text(SOL, px)


def test_a_grid_that_is_no_power_of_ten_is_kept():
    assert numbers.is_px(ODD, 1.05) and not numbers.is_px(ODD, 1.06)
    assert not numbers.is_px(ODD, 0.95) and not numbers.is_px(ODD, 100.05)
    assert numbers.is_amount(ODD, 5) and not numbers.is_amount(ODD, 6)
    with pytest.raises(Invalid):
        numbers.amount_text(ODD, 4)


def test_an_amount_between_lots_is_never_rounded():
    assert numbers.lots_of(BTC, Decimal("0.00002")) == 2
    with pytest.raises(Unknown):
        numbers.lots_of(BTC, Decimal("0.000015"))


@given(st.decimals("0.001", "99999", places=6), st.booleans())
def test_rounding_goes_where_it_is_told_and_no_further(px, up):
    rounded = numbers.rounded_px(SOL, px, up=up)
    assert rounded % SOL.tick == 0
    assert 0 <= (rounded - px) * (1 if up else -1) < SOL.tick


@pytest.mark.parametrize(
    ("side", "best", "bound"),
    [(Side.BUY, "63441", "63473"), (Side.SELL, "63433", "63401"), (Side.BUY, "60000", "60030")],
)
def test_a_market_orders_bound_is_the_venues(side, best, bound):
    """The first two were measured: 0.05% from the best, rounded outward."""
    assert numbers.market_bound(BTC, side, Decimal(best), Decimal("0.05")) == Decimal(bound)


@given(st.sampled_from(Side), st.integers(1_000, 10**6), st.decimals("0.02", "20", places=4))
def test_slippage_within_a_bound_never_leaves_it_by_more_than_the_venues_rounding(side, ref, percent):
    bound = numbers.rounded_px(BTC, Decimal(ref) * (1 + int(side) * percent / 100), up=side is Side.SELL)
    assume((bound - ref) * int(side) * 10_000 > ref)
    slippage = numbers.slippage_within(side, float(bound), float(ref))
    exact = Decimal(ref) * (1 + int(side) * slippage / 100)
    assert slippage >= Decimal("0.01") and (bound - exact) * int(side) >= 0
    venues = numbers.market_bound(BTC, side, Decimal(ref), slippage)
    assert (venues - bound) * int(side) < BTC.tick


@pytest.mark.parametrize(("bound", "ref"), [(99.0, 100.0), (100.0, 100.0), (100.001, 100.0)])
def test_a_bound_without_room_has_no_slippage(bound, ref):
    with pytest.raises(Invalid):
        numbers.slippage_within(Side.BUY, bound, ref)


def test_client_ids_are_uuids_at_the_venue_and_read_back():
    assert cloid(CLIENT_ID) == UUID and client_id_of(UUID) == CLIENT_ID
    for other in (None, "", "ade1aa6...", UUID.upper(), CLIENT_ID, UUID + "\n", "{" + UUID + "}"):
        assert client_id_of(other) == ""
    for other in ("", "run-1", CLIENT_ID.upper(), CLIENT_ID + "0", CLIENT_ID + "\n", "x" * 10_000):
        with pytest.raises(Invalid):
            cloid(other)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"px": 60_000.5}, RejectCode.TICK),
        ({"px": float("nan")}, RejectCode.TICK),
        ({"px": 0.0}, RejectCode.TICK),
        ({"px": 1_000_001.0}, RejectCode.TICK),
        ({"lots": 0}, RejectCode.LOT),
        ({"lots": -5}, RejectCode.LOT),
        ({"lots": 16}, RejectCode.MIN_NOTIONAL),
        ({"lots": 17}, None),
        ({"lots": 1, "reduce_only": True}, None),
        ({"lots": 8_333_333}, None),
        ({"lots": 8_333_334}, RejectCode.OTHER),
        ({"leverage": 51.0}, RejectCode.LEVERAGE),
        ({"kind": OrderKind.MARKET, "px": 0.0}, None),
        ({"kind": OrderKind.MARKET, "px": 0.0, "bound_px": 60_000.1}, RejectCode.TICK),
        ({"kind": OrderKind.TRAIL, "pct": 5.0}, RejectCode.NOT_ALLOWED),
        ({"kind": OrderKind.STOP, "px": 0.0}, RejectCode.TICK),
        ({"bracket": Bracket(stop_pct=5.0)}, RejectCode.NOT_ALLOWED),
        ({"bracket": Bracket(stop_px=50_000.5)}, RejectCode.TICK),
        ({"kind": OrderKind.TWAP, "px": 0.0, "slices": 1}, RejectCode.NOT_ALLOWED),
        ({"kind": OrderKind.TWAP, "px": 0.0, "slices": 1001}, RejectCode.NOT_ALLOWED),
        ({"kind": OrderKind.TWAP, "px": 0.0, "slices": 1000}, None),
        ({"kind": OrderKind.TWAP, "px": 0.0, "slices": 2}, None),
        ({"expires_ts": NOW}, RejectCode.EXPIRED),
    ],
)
def test_what_the_venue_would_refuse_is_refused_here(change, code):
    refused = breach(order(**{"px": 60_000.0} | change), BTC, 60_000.0)
    assert (refused and refused.code) == code


def test_a_grid_that_is_no_power_of_ten_is_kept_before_sending():
    assert breach(order(symbol="ODD", lots=15, px=1.05), ODD, 1.0) is None
    assert breach(order(symbol="ODD", lots=15, px=1.06), ODD, 1.0).code is RejectCode.TICK
    assert breach(order(symbol="ODD", lots=16, px=1.05), ODD, 1.0).code is RejectCode.LOT
    assert breach(order(symbol="ODD", lots=15, px=1.05, bracket=Bracket(stop_px=0.9)), ODD, 1.0).code is RejectCode.TICK


def test_an_empty_listing_lists_nothing():
    assert Listing().instruments == {} and set(few().instruments) == {row["symbol"] for row in INFO}
