"""What a reader must know before believing a result. Each caveat has a stable code and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paddock.core.instrument import Instrument
from paddock.core.orders import Reason, Refusal
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.metrics import Metrics
from paddock.market.coverage import coverage_of

FEW_TRADES = 30
FULL_COVERAGE = 0.99


@dataclass(frozen=True, slots=True)
class Caveat:
    code: str
    message: str


def costs_off(costs: Costs) -> tuple[str, ...]:
    """Names of the costs that this run was told not to charge."""
    off = {
        "taker_fee": costs.taker_bps == 0,
        "maker_fee": costs.maker_bps == 0,
        "slippage": costs.slippage_bps == 0 and costs.impact == 0,
        "funding": not costs.funding,
    }
    return tuple(name for name, is_off in off.items() if is_off)


def caveats(run: Run, metrics: Metrics) -> tuple[Caveat, ...]:
    """All caveats of a run, the gravest first."""
    return tuple(
        Caveat(code, message)
        for code, message in (
            *_about_data(run),
            *_about_costs(run),
            *_about_trades(run, metrics),
            *_about_luck(metrics),
        )
    )


def _about_data(run: Run) -> Iterator[tuple[str, str]]:
    tape = run.tape
    if tape.fidelity.startswith("generated"):
        yield "generated_data", "The data is generated, not recorded: nothing here says anything about a real market."
    known = [c for c in coverage_of(tape, run.start, run.end) if c.symbol in run.program.symbols]
    later = sorted(set(run.program.symbols) - {c.symbol for c in known}) if run.end > run.start else []
    if later:
        yield "not_listed", f"No bar before the end of this run: {', '.join(later)}."
    thin = [c for c in known if c.ratio < FULL_COVERAGE]
    if thin:
        worst = min(thin, key=lambda c: c.ratio)
        yield (
            "coverage",
            f"{_count(len(thin), 'symbol')} below {FULL_COVERAGE:.0%} coverage; the thinnest, {worst.symbol}, has "
            f"{100 * worst.ratio:.1f} % of its bars, its longest gap is {_count(worst.longest_gap_bars, 'bar')}.",
        )


def _about_costs(run: Run) -> Iterator[tuple[str, str]]:
    off = costs_off(run.costs)
    if off:
        yield "costs_off", f"Switched off: {', '.join(name.replace('_', ' ') for name in off)}."
    guessed = [i for i in run.tape.instruments if i.assumed and i.symbol in run.program.symbols]
    if guessed and None in (run.costs.taker_bps, run.costs.maker_bps):
        first = guessed[0]
        yield (
            "assumed_fees",
            f"Fees assumed: no specification of {_named(guessed)} on {run.tape.venue}; "
            f"taker {first.taker_bps:g}, maker {first.maker_bps:g} bps.",
        )
    if run.costs.funding:
        covered = run.tape.funding_coverage
        if covered is None:
            yield "no_funding_data", "The tape has no funding rates, so none were paid or received."
        elif covered < FULL_COVERAGE:
            yield "funding_coverage", f"Funding rates cover {100 * covered:.1f} % of the bars; the rest paid none."


def _about_trades(run: Run, metrics: Metrics) -> Iterator[tuple[str, str]]:
    trades, reasons = metrics.trades, run.trades["reason"]
    refused = metrics.figures["rejected_entries"].value
    if trades.n == 0:
        yield "no_trades", f"No trade was closed; {refused} entries were refused by the risk policy."
    elif trades.n < FEW_TRADES:
        yield "few_trades", f"{_count(trades.n, 'trade')}: fewer than {FEW_TRADES} say little about a strategy."
    if trades.n > 1 and trades.pnl > 0 >= trades.pnl - trades.best:
        yield "concentrated_profit", "Without its best trade, the run would have lost money."
    liquidated = int((reasons == Reason.LIQUIDATION).sum())
    if liquidated:
        yield "liquidations", f"{_count(liquidated, 'trade')} ended in liquidation."
    if Refusal.DRAWDOWN_HALT in run.refusals["reason"] or Reason.DRAWDOWN in reasons:
        yield "drawdown_halt", "The drawdown limit halted the strategy before the end."
    if run.bars_ambiguous:
        yield (
            "ambiguous_bars",
            f"{_count(run.bars_ambiguous, 'bar')} touched both stop and target and counted as the stop; "
            "finer bars would decide.",
        )
    if run.positions:
        yield "open_positions", f"{_count(len(run.positions), 'position')} still open at the end, marked at last close."


def _about_luck(metrics: Metrics) -> Iterator[tuple[str, str]]:
    days, needed = metrics.equity.days, metrics.figures["track_record_needed_days"]
    if needed.value is not None and needed.value > days:
        more = round(needed.value - days)
        yield (
            "short_record",
            f"This record cannot tell skill from luck: about {more:,} more days like these would be needed "
            "(95 %, one variant tried).",
        )


def _named(instruments: Sequence[Instrument]) -> str:
    more = len(instruments) - 1
    return instruments[0].symbol + (f" and {_count(more, 'other symbol')}" if more else "")


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"
