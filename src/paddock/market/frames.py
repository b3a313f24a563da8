"""One shape for candles and funding, whatever the names and types they came in.

Candles are frames of `symbol, ts, open, high, low, close, volume` and, where known, `open_interest`, `interval`,
`market` and `venue`; funding is `symbol, ts, rate` and, where known, `venue`. `ts` is Int64 ms UTC of the bar's open or
of the funding stamp, prices and volumes are Float64, `rate` is a fraction per funding interval.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from paddock.core.errors import Code, Invalid
from paddock.core.time import INTERVALS, format_ts, interval_name, parse_ts

PRICES = ("open", "high", "low", "close")
CANDLE_COLUMNS = ("symbol", "ts", *PRICES, "volume")
FUNDING_COLUMNS = ("symbol", "ts", "rate")
LABELS = ("symbol", "interval", "market", "venue")
ALIASES: dict[str, tuple[str, ...]] = {
    "symbol": ("symbol", "coin", "ticker", "pair"),
    "ts": ("ts", "timestamp", "open_time", "date", "datetime", "time"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "v"),
    "open_interest": ("open_interest", "oi"),
    "rate": ("rate", "funding_rate", "fundingrate"),
    "interval": ("interval", "timeframe"),
    "market": ("market",),
    "venue": ("venue", "exchange"),
}
EARLIEST = parse_ts("2000-01-01")
LATEST = parse_ts("2100-01-01")
LONGEST_SYMBOL = 64
UNITS = {"seconds": 1_000.0, "microseconds": 0.001, "nanoseconds": 0.000_001}  # each in ms


def known_columns(names: Iterable[str]) -> dict[str, str]:
    """Their name to our name, for every column that means something to us."""
    theirs = {name.strip().lower(): name for name in reversed(list(names))}
    found = (
        (ours, next((theirs[alias] for alias in aliases if alias in theirs), None)) for ours, aliases in ALIASES.items()
    )
    return {name: ours for ours, name in found if name is not None}


def require(columns: Iterable[str], needed: Iterable[str], source: str, seen: Iterable[str]) -> None:
    """Raises Invalid (data.columns) naming what is missing and what is there."""
    missing = [name for name in needed if name not in set(columns)]
    if missing:
        raise Invalid(
            Code.DATA_COLUMNS,
            f"{source} has no column {', '.join(missing)}",
            where=source,
            seen=", ".join(seen),
            rule=f"candles have {', '.join(CANDLE_COLUMNS)}; funding has {', '.join(FUNDING_COLUMNS)}",
            suggestion=f"rename the columns; {missing[0]} may also be called {', '.join(ALIASES[missing[0]][1:])}",
        )


def check_symbol(symbol: str, where: str = "") -> str:
    """The symbol itself; raises Invalid (data.symbol) when it cannot be one."""
    if not 1 <= len(symbol) <= LONGEST_SYMBOL or not symbol.isprintable() or symbol.isspace():
        raise Invalid(
            Code.DATA_SYMBOL,
            f"{symbol[:LONGEST_SYMBOL]!r} cannot be a symbol",
            where=where,
            seen=repr(symbol[:LONGEST_SYMBOL]),
            rule=f"a symbol has 1 to {LONGEST_SYMBOL} printable characters, not all blank",
        )
    return symbol


def typed(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """The same rows with our types; raises Invalid (data.columns, data.symbol) naming the first value that is none."""
    out = frame.with_columns(_typed(frame[name], source) for name in frame.columns)
    for symbol in out["symbol"].unique() if "symbol" in out.columns else ():
        check_symbol(symbol, source)
    if "ts" in out.columns:
        _check_unit(out["ts"], source)
    return out


def _typed(values: pl.Series, source: str) -> pl.Series:
    target = pl.Int64 if values.name == "ts" else pl.String if values.name in LABELS else pl.Float64
    if values.dtype == target:
        out = values
    else:
        text = values.str.strip_chars() if values.dtype == pl.String else values
        out = _stamps(text) if values.name == "ts" else text.cast(target, strict=False)
    needed = values.name in ("ts", "symbol")
    lost = out.is_null() & (_said_something(values) | needed)
    if lost.any():
        row = lost.arg_true()[0]
        raise _unreadable(values.name, values[row], row, source)
    return out


def _said_something(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return values.str.strip_chars().str.to_lowercase().is_in(["", "null", "none"]).not_().fill_null(False)
    return values.is_not_null()


def _stamps(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Date:
        values = values.cast(pl.Datetime("ms"))
    if values.dtype == pl.String:
        first = values.drop_nulls().head(1)
        if not first.str.contains(r"^-?\d+(\.0*)?$").all():
            values = values.str.to_datetime(time_zone="UTC", strict=False)
        else:
            values = values.cast(pl.Float64, strict=False)
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.epoch("ms")
    return values.cast(pl.Int64, strict=False)


def _unreadable(name: str, value: object, row: int, source: str) -> Invalid:
    kinds = {"ts": "a time (ms since 1970, or a date-time)", "symbol": "a name"}
    return Invalid(
        Code.DATA_COLUMNS,
        f"{source}: {name} in row {row + 1} of those read is not one",
        where=f"{source}:{name}",
        seen=value,
        rule=f"{name} is {kinds.get(name, 'a number')} in every row",
        suggestion="mend or remove that row",
    )


def _check_unit(ts: pl.Series, source: str) -> None:
    wrong = ts.filter((ts < EARLIEST) | (ts >= LATEST))
    if not len(wrong):
        return
    seen = int(wrong[0])
    unit = next((name for name, ms in UNITS.items() if EARLIEST <= seen * ms < LATEST), None)
    raise Invalid(
        Code.DATA_COLUMNS,
        f"{source}: stamps look like {unit}" if unit else f"{source}: a stamp lies outside 2000 to 2100",
        where=f"{source}:ts",
        seen=seen,
        rule="ts is the bar's open in milliseconds since 1970, UTC",
        suggestion=f"{format_ts(round(seen * UNITS[unit]))} is {round(seen * UNITS[unit])} in ms" if unit else "",
    )


def infer_interval(frame: pl.DataFrame, source: str) -> str:
    """Name of the most common spacing; raises Invalid (data.interval) where that is no interval or cannot be told."""
    steps = frame.select(pl.col("ts").sort().diff().over("symbol").alias("step")).filter(pl.col("step") > 0)["step"]
    if not len(steps):
        raise Invalid(
            Code.DATA_INTERVAL,
            f"{source}: one bar a symbol does not tell the interval",
            where=source,
            rule="the interval is the most common spacing of a symbol's bars",
            suggestion="add a column `interval`",
        )
    common = int(steps.mode().min())  # type: ignore[arg-type]  # Int64 without nulls
    if common not in INTERVALS.values():
        raise Invalid(
            Code.DATA_INTERVAL,
            f"{source}: the most common spacing is {common / 1000:g} s",
            where=source,
            seen=common,
            rule=f"an interval is one of {', '.join(INTERVALS)}",
        )
    return interval_name(common)
