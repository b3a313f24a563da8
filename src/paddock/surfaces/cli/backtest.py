"""`paddock backtest`: one strategy, one tape, one honest result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def backtest(
    strategy: Annotated[str, Parameter(help="A template's name, or a .json or .py file.")],
    /,
    *,
    data: Annotated[
        list[Path] | None,
        Parameter(
            consume_multiple=True,
            negative="",
            help="Files of candles and funding instead of the lake.",
        ),
    ] = None,
    home: Annotated[Path | None, Parameter(help="Folder of the lake; PADDOCK_HOME, or ~/.paddock.")] = None,
    funding: Annotated[Path | None, Parameter(help="A file of funding rates, beside --data.")] = None,
    venue: Annotated[str | None, Parameter(help="Instead of the strategy's own venue.")] = None,
    symbols: Annotated[
        str | None, Parameter(help='Instead of the strategy\'s own symbols: BTC,ETH, or "*" for all there are.')
    ] = None,
    interval: Annotated[str | None, Parameter(help="Instead of the strategy's own interval: 1m to 1d.")] = None,
    start: Annotated[str | None, Parameter(help="First bar, a date or date-time, UTC.")] = None,
    end: Annotated[str | None, Parameter(help="Where to stop: bars that open before it are run.")] = None,
    cash: Annotated[str, Parameter(help="What the account starts with, in USD.")] = "10000",
    taker_bps: Annotated[float | None, Parameter(help="Taker fee in bps; the instrument's own by default.")] = None,
    maker_bps: Annotated[float | None, Parameter(help="Maker fee in bps; the instrument's own by default.")] = None,
    slippage_bps: Annotated[float | None, Parameter(help="Slippage of market fills in bps; 2 by default.")] = None,
    impact: Annotated[float, Parameter(help="Y of square-root impact; 0 is none.")] = 0.0,
    latency_ms: Annotated[float, Parameter(help="How long an order is on its way, in ms; price moves on.")] = 0.0,
    participation_pct: Annotated[
        float | None, Parameter(help="Most of a bar's volume that fills may take, in %; no cap by default.")
    ] = None,
    touch: Annotated[bool, Parameter(negative="", help="Limit orders fill when price only touches them.")] = False,
    no_funding: Annotated[bool, Parameter(negative="", help="Charge no funding; the result says so.")] = False,
    allow_gaps: Annotated[
        bool, Parameter(negative="", help="Run on data with less than 90 % coverage, or with impossible rows left out.")
    ] = False,
    explain: Annotated[
        str | None, Parameter(help="Instead of a result: what each condition saw in the bar at this time, UTC.")
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print exactly the result document.")] = False,
    report: Annotated[Path | None, Parameter(help="Write the report, one HTML page.")] = None,
    trades: Annotated[Path | None, Parameter(help="Write all trades as CSV.")] = None,
) -> None:
    """Backtest a strategy on candles, at costs that are on by default."""
    from paddock.core.errors import Code, Invalid
    from paddock.core.time import parse_ts
    from paddock.surfaces import settings
    from paddock.surfaces.cli.perform import Output, perform
    from paddock.surfaces.cli.reading import show_bar
    from paddock.surfaces.cli.requests import costs_of, request_of

    if explain is not None and (report or trades):
        raise Invalid(
            Code.USAGE,
            "--explain makes no result that could be written",
            where="explain",
            seen=" and ".join(name for name, path in (("--report", report), ("--trades", trades)) if path),
            rule="--explain stands instead of a result",
            suggestion="run once with --explain, and once for the files",
        )
    request = request_of(
        strategy,
        home=home or settings.load().home,
        data=data or [],
        funding=funding,
        scope=(venue, symbols, interval),
        period=(start, end),
        cash=cash,
        costs=costs_of(
            taker_bps=taker_bps,
            maker_bps=maker_bps,
            slippage_bps=slippage_bps,
            impact=impact,
            latency_ms=latency_ms,
            participation_pct=participation_pct,
            touch=touch,
            funding=not no_funding,
        ),
        allow_gaps=allow_gaps,
    )
    if explain is None:
        perform(request, Output(json=json, report=report, trades=trades))
    else:
        show_bar(request, parse_ts(explain), as_json=json)
