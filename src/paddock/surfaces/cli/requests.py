"""The words of a `paddock backtest` command line as a request, each refused with its rule where it makes no sense."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from paddock.core.errors import Code, Invalid
from paddock.core.time import parse_ts
from paddock.engine.costs import Costs
from paddock.engine.pack import start_cash
from paddock.market.readers import require_rates
from paddock.surfaces.simulation import Request


def request_of(
    strategy: str,
    *,
    home: Path,
    data: Sequence[Path],
    funding: Path | None,
    scope: tuple[str | None, str | None, str | None],
    period: tuple[str | None, str | None],
    cash: str,
    costs: Costs,
    allow_gaps: bool,
) -> Request:
    """`scope` is venue, symbols and interval as typed, `period` start and end. Raises Invalid naming the option."""
    if funding is not None and not data:
        raise Invalid(
            Code.USAGE,
            "--funding names rates for the candles of --data",
            where="funding",
            seen=funding,
            rule="the lake has its own rates, brought in with `paddock data import`",
            suggestion="name the candles with --data, too",
        )
    if funding is not None:
        require_rates(funding)
    venue, symbols, interval = scope
    start, end = (None if text is None else parse_ts(text) for text in period)
    return Request(
        strategy=strategy,
        home=home,
        data=(*data, *([] if funding is None else [funding])),
        venue=venue,
        symbols=_symbols(symbols),
        interval=interval,
        start_ts=start,
        end_ts=end,
        start_usd=_cash(cash),
        costs=costs,
        allow_gaps=allow_gaps,
    )


def costs_of(**options: Any) -> Costs:
    """Costs from options; an option that was left out (None) keeps its default."""
    return Costs(**{name: value for name, value in options.items() if value is not None})


def _symbols(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise Invalid(
            Code.USAGE,
            "--symbols names no symbol",
            where="symbols",
            seen=f'"{text}"',
            rule="symbols are names separated by commas",
            suggestion="for example --symbols BTC,ETH",
        )
    return names


def _cash(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise Invalid(
            Code.ACCOUNT,
            f'"{text}" is not an amount of dollars',
            where="cash",
            seen=text or "''",
            rule="cash is a plain number",
            suggestion="for example --cash 10000",
        ) from None
    start_cash(amount)
    return amount
