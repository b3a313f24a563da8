"""Every number a result states about a run: its value, unit, basis and sample size, or why it has no value.

Annualised figures come from daily returns of equity (UTC days, 365 a year), never from returns per bar. Nothing here
is promised about the future: it is what one simulated run did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paddock.core.orders import Refusal
from paddock.core.time import DAY_MS, HOUR_MS, interval_ms
from paddock.engine.equity_stats import EquityStats, equity_stats, new_acc, summary
from paddock.engine.log import Run
from paddock.engine.sharpe import DAYS_PER_YEAR, annual, minimum_track_record, probabilistic_sharpe
from paddock.engine.trade_stats import TradeStats, in_exit_order, trade_stats
from paddock.market.tape import Tape

__all__ = ["MIN_DAYS", "Metric", "Metrics", "equity_stats", "measure", "new_acc", "summary"]

MICRO = 1_000_000
MIN_DAYS = 20  # below, an annualised figure says more about the window than about the strategy

DAILY = f"daily equity, UTC days, {DAYS_PER_YEAR} a year"
BARS = "equity at each bar's close, the start included"
CLOSED = "closed trades, after fees and funding"
NO_TRADES = "no trade was closed"


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `value` is None exactly when `reason` says why; in `usd` it is integer micro-dollars."""

    value: int | float | None
    unit: str
    basis: str
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """All figures by name, in the order they are shown, and the passes they were read from."""

    figures: dict[str, Metric]
    equity: EquityStats
    trades: TradeStats


def measure(run: Run, equity: EquityStats | None = None) -> Metrics:
    """The metrics of a finished run. Pure; one pass over equity (none, when `equity` is known), one over trades."""
    tape = run.tape
    if equity is None:
        ts = tape.ts[run.start : run.end]
        acc = new_acc(run.start_equity, int(ts[0]) if len(ts) else 0, interval_ms(tape.interval))
        equity_stats(run.equity, ts, acc)
        equity = summary(acc)
    lot_value = np.array([10.0 ** (6 - i.qty_decimals) for i in tape.instruments])
    trades = trade_stats(in_exit_order(run.trades), lot_value)
    figures = _account(run, equity) | _risk(run, equity) | _trading(trades) | _activity(run)
    return Metrics(figures, equity, trades)


def _or(value: float | None, unit: str, basis: str, n: int, reason: str) -> Metric:
    """A metric where the value exists and is finite; else one with the reason."""
    if value is None or not math.isfinite(value):
        return Metric(None, unit, basis, n, reason)
    return Metric(value, unit, basis, n)


def _account(run: Run, equity: EquityStats) -> dict[str, Metric]:
    net = equity.end_equity - run.start_equity
    bars = run.end - run.start
    years = (bars and _span_ms(run) / DAY_MS / DAYS_PER_YEAR) or 0.0
    cagr, reason = None, _too_short(equity)
    if not reason:
        grown = equity.end_equity / run.start_equity
        reason = "" if grown > 0 else "equity ended at or below zero"
        cagr = _cagr(grown, years)
    change, symbols = market_change(run.tape, run.program.symbols, run.start, run.end)
    return {
        "net_pnl_usd": Metric(net, "usd", "equity at the end less equity at the start", bars),
        "return_pct": Metric(100 * net / run.start_equity, "%", "net PnL of the start equity", bars),
        "cagr_pct": _or(cagr, "%", f"compound growth a year of {DAYS_PER_YEAR} days", equity.days, reason),
        "market_change_pct": _or(
            change, "%", "buy and hold, mean over symbols, no costs", symbols, "no symbol has a bar in the window"
        ),
    }


def _span_ms(run: Run) -> int:
    ts = run.tape.ts
    return int(ts[run.end - 1] - ts[run.start]) + interval_ms(run.tape.interval)


def _cagr(grown: float, years: float) -> float | None:
    """Percent a year; None where there is nothing left to grow or the result is beyond a float."""
    if grown <= 0:
        return None
    log = math.log(grown) / years
    return 100 * math.expm1(log) if log < 700 else None


def _too_short(equity: EquityStats) -> str:
    if equity.days < MIN_DAYS:
        return f"{equity.days} days; annualised figures need {MIN_DAYS}"
    if equity.ruined_days:
        return "equity fell to zero: daily returns do not exist after that"
    return ""


def _risk(run: Run, equity: EquityStats) -> dict[str, Metric]:
    bars, days = run.end - run.start, equity.days
    short = _too_short(equity)
    flat = short or ("" if equity.sd > 0 else "daily returns do not vary")
    per_day = equity.mean / equity.sd if not flat else None
    never_down = short or ("" if equity.downside > 0 else "no day lost money")
    sortino = annual(equity.mean / equity.downside) if not never_down else None
    never_fell = short or ("" if equity.drawdown > 0 else "equity never fell")
    grown = equity.end_equity / run.start_equity
    calmar = None
    if not never_fell:
        cagr = _cagr(grown, _span_ms(run) / DAY_MS / DAYS_PER_YEAR)
        calmar = None if cagr is None else cagr / 100 / equity.drawdown
        never_fell = "equity ended at or below zero" if cagr is None else ""
    psr = track = None
    if per_day is not None:
        psr = probabilistic_sharpe(per_day, days, equity.skew, equity.kurtosis)
        track = minimum_track_record(per_day, equity.skew, equity.kurtosis)
    return {
        "max_drawdown_pct": Metric(100 * equity.drawdown, "%", f"of the peak before; {BARS}", bars),
        "max_drawdown_usd": Metric(equity.drawdown_usd, "usd", BARS, bars),
        "time_under_water_days": Metric(
            equity.under_water_ms / DAY_MS, "days", f"longest stretch below an earlier peak; {BARS}", bars
        ),
        "sharpe": _or(None if per_day is None else annual(per_day), "", f"{DAILY}, no risk-free rate", days, flat),
        "sortino": _or(sortino, "", f"{DAILY}, downside deviation below 0 over all days", days, never_down),
        "calmar": _or(calmar, "", "CAGR of the worst drawdown", days, never_fell),
        "sharpe_probability_pct": _or(
            None if psr is None else 100 * psr,
            "%",
            "probability that the true Sharpe exceeds 0, one trial (PSR), daily equity",
            days,
            flat or "the spread of the estimate has no value",
        ),
        "track_record_needed_days": _or(
            track,
            "days",
            "record needed to tell the Sharpe from 0 at 95 % (MinTRL), daily equity",
            days,
            flat or "the Sharpe is not above 0",
        ),
    }


def _trading(t: TradeStats) -> dict[str, Metric]:
    none = "" if t.n else NO_TRADES

    def mean_usd(total: int, n: int, basis: str, reason: str) -> Metric:
        return _or(round(total / n) if n else None, "usd", basis, n, reason)

    def hours(ms: float | None) -> float | None:
        return None if ms is None else ms / HOUR_MS

    expectancy = t.return_mean * 100
    sqn = math.sqrt(t.n) * (t.pnl / t.n) / t.pnl_sd if t.n > 1 and t.pnl_sd > 0 else None
    spread = none or ("fewer than two trades" if t.n < 2 else "all trades have the same PnL")
    factor = t.gross_profit / t.gross_loss if t.gross_loss else None
    return {
        "trades": Metric(t.n, "trades", "each fill that reduces a position closes a trade", t.n),
        "wins": Metric(t.wins, "trades", CLOSED, t.n),
        "draws": Metric(t.draws, "trades", CLOSED, t.n),
        "losses": Metric(t.losses, "trades", CLOSED, t.n),
        "win_rate_pct": _or(100 * t.wins / t.n if t.n else None, "%", f"wins of all {CLOSED}", t.n, none),
        "profit_factor": _or(factor, "", f"gross profit by gross loss; {CLOSED}", t.n, none or "no trade lost money"),
        "expectancy_usd": mean_usd(t.pnl, t.n, f"mean PnL; {CLOSED}", none),
        "expectancy_pct": _or(expectancy, "%", f"mean PnL of the entry value; {CLOSED}", t.n, none),
        "sqn": _or(sqn, "", "mean by deviation of PnL, times the root of n (not capped)", t.n, spread),
        "average_win_usd": mean_usd(t.gross_profit, t.wins, "winning trades", "no trade won"),
        "average_loss_usd": mean_usd(-t.gross_loss, t.losses, "losing trades", "no trade lost money"),
        "best_trade_usd": _or(t.best if t.n else None, "usd", CLOSED, t.n, none),
        "worst_trade_usd": _or(t.worst if t.n else None, "usd", CLOSED, t.n, none),
        "longest_win_streak": Metric(t.win_streak, "trades", "wins in a row, by exit", t.n),
        "longest_loss_streak": Metric(t.loss_streak, "trades", "losses in a row, by exit", t.n),
        "average_trade_hours": _or(
            hours(t.duration_sum / t.n if t.n else None), "hours", "open of the entry's bar to the exit's", t.n, none
        ),
        "longest_trade_hours": _or(
            hours(t.duration_max if t.n else None), "hours", "open of the entry's bar to the exit's", t.n, none
        ),
        "gain_concentration": _or(
            concentration(t.gain_squares, t.gross_profit, t.wins),
            "",
            "normalised Herfindahl index of winning trades: 0 even, 1 all from one",
            t.wins,
            "fewer than two winning trades",
        ),
    }


def concentration(squares: float, total: float, n: int) -> float | None:
    """Normalised Herfindahl–Hirschman index of `n` gains from their sum and the sum of their squares.

    HHI = sum of squared shares; (HHI - 1/n) / (1 - 1/n) is 0 for equal gains and 1 when one has all. None below two.
    """
    if n < 2 or not total:
        return None
    return max((squares / total**2 - 1 / n) / (1 - 1 / n), 0.0)


def _activity(run: Run) -> dict[str, Metric]:
    bars = run.end - run.start
    traded = int(np.abs(run.fills["value"]).sum())
    reasons = run.refusals["reason"]
    capped = int((reasons == Refusal.CAPPED).sum())
    exposed = 100 * run.bars_exposed / bars if bars else None
    return {
        "exposure_pct": _or(exposed, "%", "bars at whose close a position was open", bars, "no bar in the window"),
        "turnover": Metric(
            traded / run.start_equity, "x start equity", "notional of all fills, both sides", len(run.fills)
        ),
        "fees_usd": Metric(run.fees, "usd", "paid; a rebate counts against it", len(run.fills)),
        "funding_usd": Metric(run.funding, "usd", "received is positive, paid negative", run.bars_exposed),
        "rejected_entries": Metric(len(reasons) - capped, "entries", "refused by the risk policy", len(reasons)),
        "capped_entries": Metric(capped, "entries", "made smaller by the risk policy", len(reasons)),
        "ambiguous_bars": Metric(
            run.bars_ambiguous, "bars", "touched stop and target, order unknown: counted as the stop", bars
        ),
    }


def market_change(tape: Tape, symbols: tuple[str, ...], start: int, end: int) -> tuple[float | None, int]:
    """Mean over `symbols` of the change in % from the first open to the last close in rows [start, end), and how many.

    A symbol without a bar there is left out; None when none has one.
    """
    changes = []
    for symbol in symbols:
        row = tape.row(symbol)
        opens, closes = tape.open[row, start:end], tape.close[row, start:end]
        first, last = _first_known(opens), _first_known(closes[::-1])
        if first is not None and last is not None:
            changes.append(100 * (last / first - 1))
    return (math.fsum(changes) / len(changes) if changes else None), len(changes)


def _first_known(column: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float | None:
    """The first value that is not NaN; looks no further than it must."""
    for start in range(0, len(column), 1024):
        known = column[start : start + 1024]
        known = known[~np.isnan(known)]
        if len(known):
            return float(known[0])
    return None
