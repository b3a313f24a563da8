"""The identities of the venue's page hold on every account and rate that was recorded."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.hyperliquid.codec.instruments import Listing, Tier, perps
from paddock.venues.hyperliquid.codec.margin import (
    account_value,
    funding_payment,
    funding_rate,
    isolated_margin,
    liquidation_px,
    maintenance,
    maintenance_rate,
    margin_used,
    premium,
    value_of,
    withdrawable,
)
from paddock.venues.hyperliquid.codec.numbers import micros
from tests.venues.hyperliquid.recorded import accounts, cassette, needs_recordings, payload

USD = 10**6
TIERS = (Tier(0, 40), Tier(150_000_000 * USD, 20))

pytestmark = needs_recordings


def positions(state) -> list[dict]:
    return [row["position"] for row in state["assetPositions"]]


def signed_value(position) -> int:
    value = micros(position["positionValue"])
    return value if Fraction(position["szi"]) > 0 else -value


def tier_of(position) -> tuple[Tier, ...]:
    """A position's highest leverage is that of its tier for its size: small ones are in the first."""
    return (Tier(0, int(position["maxLeverage"])),)


def mark_of(position) -> Fraction:
    return Fraction(position["positionValue"]) / abs(Fraction(position["szi"]))


def test_an_account_is_worth_its_cash_and_its_positions():
    """Where all positions were kept in the recording."""
    checked = 0
    for state in accounts():
        total = state["marginSummary"]
        values = [signed_value(position) for position in positions(state)]
        if micros(total["totalNtlPos"]) == sum(map(abs, values)):
            assert micros(total["accountValue"]) == account_value(micros(total["totalRawUsd"]), values)
            checked += 1
    assert checked >= 3


def test_a_positions_value_is_its_size_at_the_mark():
    for state in accounts():
        for position in positions(state):
            assert value_of(Fraction(position["szi"]), mark_of(position)) == signed_value(position)


def test_margin_in_use_is_value_by_leverage_and_isolated_margin_what_is_inside():
    kinds = set()
    for state in accounts():
        for position in positions(state):
            leverage = position["leverage"]
            kinds.add(leverage["type"])
            if leverage["type"] == "cross":
                found = margin_used(signed_value(position), int(leverage["value"]))
            else:
                found = isolated_margin(micros(leverage["rawUsd"]), signed_value(position))
            assert found == micros(position["marginUsed"])
    assert kinds == {"cross", "isolated"}


def test_what_may_be_taken_out():
    """Since 2026 a tenth of the positions' value stays; the excerpt's totals carry noise of the venue's floats."""
    for name, noise in (("info_clearinghouseState", 0), ("info_clearinghouseState_excerpt3", 50)):
        state = payload(name)
        total = state["marginSummary"]
        numbers = (micros(total[key]) for key in ("accountValue", "totalMarginUsed", "totalNtlPos"))
        assert abs(withdrawable(*numbers) - micros(state["withdrawable"])) <= noise


def test_maintenance_is_half_of_the_least_margin():
    state = payload("info_clearinghouseState")
    (position,) = positions(state)
    assert maintenance(signed_value(position), TIERS) == micros(state["crossMaintenanceMarginUsed"])


def test_maintenance_by_tiers_is_the_rate_of_the_last_less_a_deduction():
    deduction = 150_000_000 * USD * (Fraction(1, 40) - Fraction(1, 80))
    for notional in (150_000_000 * USD, 200_000_000 * USD, -(10**15)):
        assert maintenance(notional, TIERS) == abs(notional) * Fraction(1, 40) - deduction
    assert maintenance(USD, TIERS) == Fraction(USD, 80)
    assert [maintenance_rate(v, TIERS) for v in (0, 150_000_000 * USD)] == [Fraction(1, 80), Fraction(1, 40)]


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_maintenance_never_falls_as_a_position_grows(one, other):
    assert maintenance(min(one, other), TIERS) <= maintenance(max(one, other), TIERS)


def test_liquidation_prices_of_cross_positions():
    """Not of the unified account, whose spot money counts too, nor of 2023, when maintenance was another share."""
    state = payload("info_clearinghouseState_excerpt3")
    value = micros(state["crossMarginSummary"]["accountValue"])
    available = Fraction(value - micros(state["crossMaintenanceMarginUsed"]))
    reached = 0
    for position in positions(state):
        rate = maintenance_rate(signed_value(position), tier_of(position))
        found = liquidation_px(mark_of(position), Fraction(position["szi"]), available, rate)
        if position["liquidationPx"] is None:
            assert found is None
        else:
            assert float(found) == pytest.approx(float(position["liquidationPx"]), rel=1e-12)
            reached += 1
    assert reached == 2


def test_liquidation_prices_of_isolated_positions():
    found = 0
    for state in accounts():
        for position in positions(state):
            if position["leverage"]["type"] != "isolated":
                continue
            margin = isolated_margin(micros(position["leverage"]["rawUsd"]), signed_value(position))
            tiers = tier_of(position)
            available = margin - maintenance(signed_value(position), tiers)
            rate = maintenance_rate(signed_value(position), tiers)
            px = liquidation_px(mark_of(position), Fraction(position["szi"]), available, rate)
            assert float(px) == pytest.approx(float(position["liquidationPx"]), rel=1e-8)
            found += 1
    assert found >= 2


@given(
    st.integers(1, 10**6),
    st.integers(-(10**6), 10**6).filter(bool),
    st.integers(0, 10**12),
    st.sampled_from([3, 20, 50]),
)
def test_at_its_liquidation_price_an_account_is_worth_its_maintenance(mark, size, raw, leverage):
    tiers = (Tier(0, leverage),)
    mark_px, held = Fraction(mark), Fraction(size, 1000)
    value = value_of(held, mark_px)
    available = raw + value - maintenance(value, tiers)
    px = liquidation_px(mark_px, held, available, maintenance_rate(value, tiers))
    if px is not None:
        there = held * px * USD
        assert raw + there == abs(there) / (2 * leverage)


def test_recorded_rates_follow_from_their_premiums():
    rows = payload("info_fundingHistory_BTC")
    assert [funding_rate(Fraction(row["premium"])) for row in rows] == [Fraction(row["fundingRate"]) for row in rows]


def test_rates_of_2023_follow_with_the_bounds_of_then():
    """They were paid every eight hours, whole, and the interest was allowed to move them by less."""
    rows = cassette("get_funding_history[None]")[-1]["response"]
    then = [row for before, row in pairwise(rows) if row["time"] - before["time"] > 7 * 3_600_000]
    assert len(then) > 80
    for row in then:
        rate = funding_rate(Fraction(row["premium"]), clamp=Fraction(3, 10_000), paid_in=1, decimals=8)
        assert rate == Fraction(row["fundingRate"])


@pytest.mark.parametrize(
    ("mean_premium", "rate"),
    [
        ("0.01", "0.0011875"),
        ("-0.0004", "0.0000125"),
        ("0.0006", "0.0000125"),
        ("-0.00050001", "-0.0000000012"),
        ("9", "0.04"),
        ("-9", "-0.04"),
    ],
)
def test_the_rates_of_the_venues_page(mean_premium, rate):
    assert funding_rate(Fraction(mean_premium)) == Fraction(rate)


def test_premiums_of_recorded_books():
    """The premium of a context is that of its impact prices, as of a moment before."""
    rows = payload("info_metaAndAssetCtxs_prefix4")[1]
    for row in rows[:3]:
        bid, ask = map(Fraction, row["impactPxs"])
        found = premium(bid, ask, Fraction(row["oraclePx"]))
        assert float(found) == pytest.approx(float(row["premium"]), rel=0.05)


def test_longs_pay_a_positive_rate_and_nobody_gains_by_rounding():
    rate, px = Fraction(1, 80_000), Fraction(100)
    assert funding_payment(Fraction(1, 3), px, rate) == -417
    assert funding_payment(Fraction(-1, 3), px, rate) == 416


def test_tiers_are_those_of_the_venues_tables():
    listing: Listing = perps(payload("info_meta_prefix6"))
    assert listing["BTC"].tiers == TIERS
    assert [t.max_leverage for t in listing["SOL"].tiers] == [20, 10]
    assert listing["ATOM"].tiers == (Tier(0, 5),)
