"""Money as the venue counts it, against what was recorded."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.orders import Side
from paddock.venues.pacifica.codec import account, frames, histories, markets
from paddock.venues.pacifica.codec import margin as m
from tests.venues.pacifica.catalogue import cases, markets_of
from tests.venues.pacifica.recorded import MAINNET, TESTNET, few, fine, needs_recordings, payload

TAKER = Decimal("0.0004")
# The highest leverage at the main net then. BNB's and DOGE's differ from the test net's, which is all that was
# recorded: they are the ones at which these positions agree with the others.
LEVERAGES = {"AAVE": 10, "ADA": 10, "BTC": 50, "BNB": 20, "DOGE": 20}


def D(value) -> Decimal:
    return Decimal(str(value))


@needs_recordings
def test_recorded_trades_cost_the_fee_and_make_the_profit_that_is_computed():
    recorded = payload(f"{TESTNET}/market_open_and_close")["frames_in_order"]
    heard = [frames.frame(json.dumps(one), few()) for one in recorded]
    rows = [row for one in heard if isinstance(one, frames.AccountTrades) for row in one.trades]
    assert len(rows) == 2
    for row in rows:
        qty = few()["BTC"].instrument.qty(row.lots)
        holding = row.side if row.opens else Side(-row.side)
        gross = 0 if row.opens else m.gross_pnl(holding, D(row.entry_px), D(row.px), qty)
        assert m.fee(D(row.px), qty, TAKER) == row.fee == 5_075
        assert m.trade_pnl(gross, row.fee) == row.pnl
        assert gross == row.gross_pnl


@needs_recordings
def test_the_profit_of_a_trade_without_a_fee():
    known = fine("LDO")
    (sample,) = (case.value for case in cases() if type(case.value) is dict and case.value.get("symbol") == "LDO")
    (row,) = histories.trades([sample], known)
    assert m.gross_pnl(Side.SELL, D(row.entry_px), D(row.px), known["LDO"].instrument.qty(row.lots)) == row.pnl == -1415


@needs_recordings
def test_the_recorded_equity_is_the_sum_of_its_parts():
    found = account.account(payload(f"{TESTNET}/rest_account")["data"])
    assert m.equity(found.balance, 0, found.spot_value) == found.equity
    haircut = Fraction(1, 5)  # of that asset, as its page says
    assert m.spot_collateral(found.spot_value, haircut) == found.spot_collateral
    assert m.cross_equity(found.balance, 0, found.spot_value, haircut) == found.cross_equity


@needs_recordings
def test_the_liquidation_prices_of_one_account_tell_of_one_equity():
    """The same equity stands behind each cross position. One's mark is recorded; from it follow those of the others.

    They have to be near the entries of 8 weeks before. Were the maintenance margin of the others subtracted, bitcoin
    would have fallen by a tenth and AAVE by a hundredth; the marks of the whole capture, of which these are some rows,
    say that neither did.
    """
    rows = payload(f"{MAINNET}/rest_positions")["data"]
    held = {row["symbol"]: row for row in rows}
    marks = {row.symbol: D(row.mark_px) for row in markets.tickers(payload(f"{MAINNET}/rest_info_prices")["data"])}
    known = Decimal(held["AAVE"]["amount"]), Decimal(held["AAVE"]["liquidation_price"])
    equity = m.margin_behind(Side.BUY, marks["AAVE"], *known, LEVERAGES["AAVE"])
    assert equity == 91_898_232_959
    for symbol, row in held.items():
        qty, leverage, told = Decimal(row["amount"]), LEVERAGES[symbol], Decimal(row["liquidation_price"])
        kept = Fraction(told) * (1 - m.maintenance_fraction(leverage))
        mark = kept + Fraction(equity, 10**6) / Fraction(qty)
        assert 0.93 < mark / Fraction(Decimal(row["entry_price"])) < 1, symbol
        found = m.liquidation_px(Side.BUY, D(round(float(mark), 9)), qty, equity, leverage)
        assert float(found) == pytest.approx(float(told), rel=1e-9)


@pytest.mark.parametrize(
    ("holding", "margin", "expected"),
    [(Side.BUY, 100, "96"), (Side.SELL, 100, "103.529412"), (Side.BUY, 11_000, "-1066.666667")],
)
def test_a_liquidation_price_by_hand(holding, margin, expected):
    """Ten at 100, with so much margin: each may move 10 (1,100), and a sixteenth of what it is worth has to stay."""
    assert m.liquidation_px(holding, D(100), D(10), margin * 10**6, 8) == D(expected)


@given(
    st.sampled_from(Side),
    st.decimals("0.01", "100000", places=2),
    st.decimals("0.001", "1000", places=3),
    st.integers(0, 10**12),
    st.integers(1, 50),
)
def test_at_its_liquidation_price_a_position_has_the_maintenance_margin_left(holding, px, qty, margin, leverage):
    at = m.liquidation_px(holding, px, qty, margin, leverage)
    left = Fraction(margin) + (Fraction(at) - Fraction(px)) * int(holding) * Fraction(qty) * 10**6
    needed = Fraction(at) * Fraction(qty) * 10**6 * m.maintenance_fraction(leverage)
    assert abs(left - needed) <= Fraction(qty) * 2 + 2
    assert abs(m.margin_behind(holding, px, qty, at, leverage) - margin) <= Fraction(qty) * 2 + 2


def test_margins_by_hand():
    assert m.value(D("63441"), D("0.0002")) == 12_688_200
    assert m.initial_margin(12_688_200, 50) == 253_764
    assert m.maintenance_margin(12_688_200, 50) == 126_882
    assert m.backstop_at(126_882) == 84_588
    assert m.liquidation_fee_rate(50) == Fraction(75, 10_000)
    assert m.liquidation_fee_rate(10) == Fraction(2, 100)


@pytest.mark.parametrize(
    ("bid", "ask", "oracle", "rate"),
    [
        ("100", "100", "100", "0.0000125"),  # nothing off: the base rate
        ("100.06", "100.1", "100", "0.0000125"),  # within the clamp
        ("100.1", "100.2", "100", "0.0000625"),  # (0.001 - 0.0005) / 8
        ("99.8", "99.9", "100", "-0.00006250"),
        ("99", "101", "100", "0.0000125"),  # a wide book around the oracle has no premium
        ("150", "151", "100", "0.04"),  # the cap
        ("10", "20", "100", "-0.04"),
    ],
)
def test_funding_rates_follow_the_premium(bid, ask, oracle, rate):
    assert m.funding_rate(m.premium(D(bid), D(ask), D(oracle))) == Decimal(rate)


@needs_recordings
def test_no_recorded_rate_lies_beyond_the_cap_and_most_are_the_base():
    rows = payload(f"{TESTNET}/rest_info")["data"]
    found = [Decimal(row["funding_rate"]) for row in rows]
    assert max(map(abs, found)) == Decimal("0.04")
    assert found.count(m.funding_rate(Fraction(0))) > len(found) / 2


@needs_recordings
def test_a_short_receives_a_positive_rate_and_the_price_was_the_markets():
    """The price that was paid on is not recorded: the payout tells one, and the sign."""
    (sample,) = (
        row for case in cases() for row in rows_of(case.value) if row.get("symbol") == "PUMP" and "payout" in row
    )
    (paid,) = account.funding_paid([sample], markets_of(sample))
    qty = Decimal(sample["amount"])
    px = Fraction(paid.payout, 10**6) / (Fraction(qty) * Fraction(Decimal(sample["rate"])))
    assert Fraction(53, 10_000) < px < Fraction(54, 10_000)
    assert m.funding_payout(Side.SELL, qty, D(round(float(px), 12)), Decimal(sample["rate"])) == paid.payout
    assert m.funding_payout(Side.BUY, qty, D(round(float(px), 12)), Decimal(sample["rate"])) == -paid.payout
    assert paid.lots < 0 < paid.payout


def rows_of(value):
    rows = value.get("data") if isinstance(value, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
