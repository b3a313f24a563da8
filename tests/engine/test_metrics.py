"""Metrics against an independent reference in plain Python, published vectors, and their undefined cases."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.orders import Refusal
from paddock.core.time import DAY_MS, interval_ms
from paddock.engine.equity_stats import equity_stats, new_acc, summary
from paddock.engine.log import FILL, REFUSAL
from paddock.engine.metrics import MIN_DAYS, concentration, market_change, measure
from paddock.engine.sharpe import annual, minimum_track_record, probabilistic_sharpe
from tests.engine.runs import START_TS, USD, market_orders, run, tape, trades_of

HOUR = 3_600_000


# --- an obvious reference ---------------------------------------------------------------------------------------------


def slow_drawdown(equity: list[int], times: list[int]) -> tuple[Fraction, int, int]:
    """Worst ratio, worst dollars, longest time from a peak to its recovery (or the end), point by point."""
    worst, dollars, longest = Fraction(0), 0, 0
    for j, e in enumerate(equity):
        peak = max(equity[: j + 1])
        if peak > 0:
            worst = max(worst, Fraction(peak - e, peak))
        dollars = max(dollars, peak - e)
        if e < peak:
            at = max(i for i in range(j) if equity[i] == peak)
            later = (times[k] for k in range(j, len(equity)) if equity[k] >= peak)
            longest = max(longest, next(later, times[-1]) - times[at])
    return worst, dollars, longest


def slow_daily(start: int, equity: list[int], opens: list[int]) -> list[float]:
    """Daily returns over every calendar day from the first to the last bar."""
    by_day = {ts // DAY_MS: e for ts, e in zip(opens, equity, strict=True)}
    returns, base = [], start
    for day in range(min(by_day), max(by_day) + 1):
        close = by_day.get(day, base)
        returns.append((close - base) / base)
        base = close
    return returns


curves = st.lists(st.integers(-400, 400), min_size=1, max_size=160).map(
    lambda steps: [max(1, 10_000 + s) * USD for s in np.cumsum(steps).tolist()]
)


@st.composite
def gappy(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Equity points and bar opens on a 4h clock with missing bars, some of them whole days."""
    equity = draw(curves)
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 9, 30]), min_size=len(equity), max_size=len(equity)))
    first = START_TS + draw(st.integers(0, 5)) * 4 * HOUR
    return equity, [first + 4 * HOUR * int(k) for k in np.cumsum([0, *steps[1:]])]


def fold(equity: list[int], opens: list[int], cuts: list[int], start: int = 10_000 * USD) -> np.ndarray:
    acc = new_acc(start, opens[0], 4 * HOUR)
    edges = [0, *sorted(c % (len(equity) + 1) for c in cuts), len(equity)]
    for a, b in itertools.pairwise(edges):
        equity_stats(np.array(equity[a:b], np.int64), np.array(opens[a:b], np.int64), acc)
    return acc


@given(gappy())
@settings(max_examples=150, deadline=None)
def test_the_pass_over_equity_agrees_with_the_reference(case: tuple[list[int], list[int]]) -> None:
    equity, opens = case
    got = summary(fold(equity, opens, []))
    points, times = [10_000 * USD, *equity], [opens[0], *(ts + 4 * HOUR for ts in opens)]
    ratio, dollars, longest = slow_drawdown(points, times)
    assert got.drawdown == pytest.approx(float(ratio), rel=1e-12)
    assert got.drawdown_usd == dollars
    assert got.under_water_ms == longest
    assert got.end_equity == equity[-1]
    returns = slow_daily(10_000 * USD, equity, opens)
    assert got.days == len(returns)
    assert got.mean == pytest.approx(statistics.fmean(returns), abs=1e-12)
    if len(returns) > 1:
        assert got.sd == pytest.approx(statistics.stdev(returns), abs=1e-9)
    assert got.downside == pytest.approx(math.sqrt(statistics.fmean(min(r, 0) ** 2 for r in returns)), abs=1e-12)


@given(gappy())
@settings(max_examples=100, deadline=None)
def test_the_worst_drawdown_is_dated(case: tuple[list[int], list[int]]) -> None:
    equity, opens = case
    got = summary(fold(equity, opens, []))
    points = {opens[0]: 10_000 * USD} | {ts + 4 * HOUR: e for ts, e in zip(opens, equity, strict=True)}
    if not got.drawdown:
        assert (got.drawdown_peak_ts, got.drawdown_trough_ts, got.drawdown_recovered_ts) == (0, 0, 0)
        return
    peak, trough = points[got.drawdown_peak_ts], points[got.drawdown_trough_ts]
    assert (peak - trough) / peak == pytest.approx(got.drawdown)
    after = [ts for ts, e in points.items() if ts > got.drawdown_trough_ts and e >= peak]
    assert got.drawdown_recovered_ts == (min(after) if after else 0)


@given(gappy(), st.lists(st.integers(0, 1000), max_size=6))
@settings(max_examples=100, deadline=None)
def test_blocks_may_be_cut_anywhere(case: tuple[list[int], list[int]], cuts: list[int]) -> None:
    equity, opens = case
    assert fold(equity, opens, cuts).tobytes() == fold(equity, opens, []).tobytes()


def test_long_curves_take_the_fast_path_and_the_slow_one_alike() -> None:
    rng = np.random.default_rng(11)
    steps = np.concatenate([rng.normal(0, 20, 3000), np.zeros(1500), rng.normal(1, 20, 3000), np.full(700, -1.0)])
    equity = [int(e) * USD for e in 50_000 + np.cumsum(steps)]
    opens = [START_TS + 4 * HOUR * i for i in range(len(equity))]
    whole = fold(equity, opens, [], start=equity[0])
    bar_by_bar = new_acc(equity[0], opens[0], 4 * HOUR)
    for e, ts in zip(equity, opens, strict=True):
        equity_stats(np.array([e]), np.array([ts]), bar_by_bar)
    assert whole.tobytes() == bar_by_bar.tobytes()


def test_an_empty_accumulator_has_no_days() -> None:
    got = summary(new_acc(10_000 * USD, START_TS + 5 * HOUR, HOUR))
    assert (got.days, got.under_water_ms, got.drawdown) == (0, 0, 0.0)
    assert math.isnan(got.mean)


# --- published vectors ------------------------------------------------------------------------------------------------


def test_drawdown_vector() -> None:
    got = measure(run([e * USD for e in (100, 120, 90, 95, 130, 117)], start_equity=100 * USD)).figures
    assert got["max_drawdown_pct"].value == pytest.approx(25)
    assert got["max_drawdown_usd"].value == 30 * USD


@pytest.mark.parametrize(
    ("sharpe", "skew", "kurtosis", "expected"),
    [(1.585, -2.448, 10.164, 0.9132343069), (0.458 * math.sqrt(12), -2.448, 10.164, 0.91336108)],
)
def test_probabilistic_sharpe_vectors(sharpe: float, skew: float, kurtosis: float, expected: float) -> None:
    assert probabilistic_sharpe(sharpe / math.sqrt(12), 24, skew, kurtosis) == pytest.approx(expected, rel=1e-6)


def test_probabilistic_sharpe_of_normal_returns() -> None:
    assert probabilistic_sharpe(0.458, 24, 0, 3) == pytest.approx(0.98167492, rel=1e-6)


@pytest.mark.parametrize(
    ("sharpe", "benchmark", "periods", "skew", "kurtosis", "expected"),
    [
        (2, 1, 250, 0, 3, 682.796950),
        (2, 1, 12, 0, 3, 3.2397997 * 12),
        (2, 1, 12, -0.72, 5.78, 4.9912582 * 12),
        (3, 2.5, 12, -0.72, 5.78, 27.3529202 * 12),
        (1, 0, 365, 0, 3, 989.876),
        (5, 0, 365, 0, 3, 41.854),
    ],
)
def test_minimum_track_record_vectors(
    sharpe: float, benchmark: float, periods: int, skew: float, kurtosis: float, expected: float
) -> None:
    root = math.sqrt(periods)
    got = minimum_track_record(sharpe / root, skew, kurtosis, benchmark / root)
    assert got == pytest.approx(expected, rel=1e-5)


def test_the_estimate_has_no_value_where_its_spread_has_none() -> None:
    assert probabilistic_sharpe(2.0, 100, 3.0, 4.0) is None
    assert probabilistic_sharpe(1.0, 2, 0.0, 3.0) is None
    assert minimum_track_record(-0.1, 0.0, 3.0) is None


def test_concentration_vector() -> None:
    gains = [5, 1, 1, 1, 1]
    assert concentration(sum(g * g for g in gains), sum(gains), 5) == pytest.approx(0.1975309, rel=1e-6)
    assert concentration(25.0, 5, 1) is None


def test_a_year_has_365_days() -> None:
    assert annual(1.0) == pytest.approx(19.104973, rel=1e-6)


# --- trades -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(-5_000_000, 5_000_000) | st.just(0), min_size=1, max_size=60))
@settings(max_examples=100, deadline=None)
def test_trade_figures_agree_with_the_reference(pnls: list[int]) -> None:
    got = {k: m.value for k, m in measure(run([10_000 * USD], trades_of(pnls))).figures.items()}
    wins, losses = [p for p in pnls if p > 0], [p for p in pnls if p < 0]
    assert (got["trades"], got["wins"], got["losses"]) == (len(pnls), len(wins), len(losses))
    assert got["draws"] == pnls.count(0)
    assert got["expectancy_usd"] == round(Fraction(sum(pnls), len(pnls)))
    assert got["expectancy_pct"] == pytest.approx(statistics.fmean(p / USD for p in pnls), abs=1e-9)  # of 100 dollars
    assert got["profit_factor"] == (pytest.approx(sum(wins) / -sum(losses)) if losses else None)
    assert (got["best_trade_usd"], got["worst_trade_usd"]) == (max(pnls), min(pnls))
    signs = "".join("+" if p > 0 else "-" if p < 0 else "0" for p in pnls)
    longest = {s: max(len(run_) for run_ in "".join(c if c == s else " " for c in signs).split(" ")) for s in "+-"}
    assert (got["longest_win_streak"], got["longest_loss_streak"]) == (longest["+"], longest["-"])
    if len(pnls) > 1 and len(set(pnls)) > 1:
        want = math.sqrt(len(pnls)) * statistics.fmean(pnls) / statistics.stdev(pnls)
        assert got["sqn"] == pytest.approx(want, abs=1e-9)


def test_durations_and_order_of_exits() -> None:
    trades = trades_of([USD, -USD, -USD, USD])
    trades["exit_ts"] = START_TS + HOUR * np.array([9, 5, 6, 7])  # the first trade ends last
    got = measure(run([10_000 * USD] * 10, trades)).figures
    assert got["longest_trade_hours"].value == 9
    assert got["average_trade_hours"].value == pytest.approx((9 + 4 + 4 + 4) / 4)
    assert got["longest_win_streak"].value == 2


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_daily_figures_of_a_known_curve() -> None:
    returns = [0.01, -0.02, 0.03, 0.0, 0.01] * 8
    equity = np.rint(10_000 * USD * np.cumprod(1 + np.array(returns))).astype(int).tolist()
    got = {k: m.value for k, m in measure(run(equity, interval="1d")).figures.items()}
    mean, sd = statistics.fmean(returns), statistics.stdev(returns)
    grown = equity[-1] / (10_000 * USD)
    assert got["sharpe"] == pytest.approx(mean / sd * math.sqrt(365), rel=1e-6)
    down = math.sqrt(statistics.fmean(min(r, 0) ** 2 for r in returns))
    assert got["sortino"] == pytest.approx(mean / down * math.sqrt(365), rel=1e-6)
    assert got["return_pct"] == pytest.approx(100 * (grown - 1))
    assert got["cagr_pct"] == pytest.approx(100 * (grown ** (365 / 40) - 1))
    assert got["max_drawdown_pct"] == pytest.approx(2, rel=1e-6)
    assert got["calmar"] == pytest.approx(got["cagr_pct"] / got["max_drawdown_pct"])
    assert 0 < got["sharpe_probability_pct"] < 100
    assert got["track_record_needed_days"] > 0


def test_the_sharpe_does_not_depend_on_the_bars() -> None:
    """The same daily path, seen hourly (moving only at the end of a day) and daily, has one Sharpe."""
    days = np.rint(10_000 * USD * np.cumprod(1 + np.random.default_rng(3).normal(0.002, 0.02, 60))).astype(int)
    hourly = np.repeat(days, 24)
    a = measure(run(days.tolist(), interval="1d")).figures
    b = measure(run(hourly.tolist(), on=tape(bars=len(hourly)))).figures
    for name in ("sharpe", "sortino", "cagr_pct", "calmar"):
        assert a[name].value == pytest.approx(b[name].value)


UNDEFINED = {
    "cagr_pct": "annualised figures need",
    "sharpe": "annualised figures need",
    "calmar": "annualised figures need",
    "win_rate_pct": "no trade was closed",
    "profit_factor": "no trade was closed",
    "expectancy_usd": "no trade was closed",
    "sqn": "no trade was closed",
    "average_win_usd": "no trade won",
    "longest_trade_hours": "no trade was closed",
    "gain_concentration": "fewer than two",
}


@pytest.mark.parametrize("name", UNDEFINED)
def test_what_is_undefined_has_a_reason_and_no_value(name: str) -> None:
    got = measure(run([10_000 * USD] * 5)).figures[name]
    assert got.value is None
    assert UNDEFINED[name] in got.reason


def test_reasons_of_ratios_on_long_windows() -> None:
    still = measure(run([10_000 * USD] * MIN_DAYS, interval="1d")).figures
    assert still["sharpe"].reason == "daily returns do not vary"
    assert still["sortino"].reason == "no day lost money"
    assert still["calmar"].reason == "equity never fell"
    assert still["cagr_pct"].value == 0
    ruin = measure(run([10_000 * USD] * 10 + [-USD] * 15, interval="1d")).figures
    assert ruin["max_drawdown_pct"].value > 100
    assert "zero" in ruin["sharpe"].reason
    assert "zero" in ruin["cagr_pct"].reason
    assert ruin["return_pct"].value == pytest.approx(-100.01)


def test_profit_factor_needs_a_losing_trade() -> None:
    got = measure(run([10_000 * USD], trades_of([USD, 2 * USD]))).figures
    assert got["profit_factor"].value is None
    assert got["profit_factor"].reason == "no trade lost money"
    alike = measure(run([10_000 * USD], trades_of([USD, USD]))).figures["sqn"]
    assert (alike.value, alike.reason) == (None, "all trades have the same PnL")


def test_every_metric_is_finite_or_has_a_reason() -> None:
    for case in (run([10_000 * USD]), run([0] * 30, interval="1d"), run([10_000 * USD] * 3, trades_of([-USD]))):
        for name, metric in measure(case).figures.items():
            assert (metric.value is None) == bool(metric.reason), name
            assert metric.value is None or math.isfinite(metric.value), name
            assert metric.basis, name


def test_market_change_is_the_mean_over_symbols_of_first_open_to_last_close() -> None:
    t = tape(["BTC", "ETH", "SOL"], bars=10)
    t.open[1, :3] = t.close[1, :3] = np.nan  # ETH starts later
    t.open[2, :] = t.close[2, :] = np.nan  # SOL is never there
    change, n = market_change(t, t.symbols, 0, 10)
    want = [100 * (t.close[0, 9] / t.open[0, 0] - 1), 100 * (t.close[1, 9] / t.open[1, 3] - 1)]
    assert (change, n) == (pytest.approx(statistics.fmean(want)), 2)
    assert market_change(t, ("SOL",), 0, 10) == (None, 0)


def test_activity() -> None:
    orders, fills = market_orders(4)
    refusals = np.zeros(3, REFUSAL)
    refusals["reason"] = [Refusal.CAPPED, Refusal.COOLDOWN, Refusal.COOLDOWN]
    got = measure(run([10_000 * USD] * 6, orders=orders, fills=fills, refusals=refusals)).figures
    assert got["turnover"].value == pytest.approx(4 * 100 / 10_000)
    assert (got["rejected_entries"].value, got["capped_entries"].value) == (2, 1)
    assert fills.dtype == FILL
    assert interval_ms("1h") == HOUR
