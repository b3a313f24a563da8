"""What of a frame of candles can be true, and what cannot. Verification and loading judge by the same rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from paddock.core.time import interval_ms
from paddock.market.frames import PRICES

_BODY = ("open", "close")
LEAST_PRICE, MOST_PRICE = 1e-12, 1e12  # beyond, money and sizes are no longer exact
# One rule a name, true where a row breaks it.
IMPOSSIBLE: dict[str, pl.Expr] = {
    "price_missing": pl.any_horizontal(pl.col(name).is_finite().fill_null(False).not_() for name in PRICES),
    "price_not_positive": pl.any_horizontal(pl.col(name) <= 0 for name in PRICES),
    "price_out_of_range": pl.any_horizontal(
        pl.col(name).is_finite() & (pl.col(name) > 0) & ~pl.col(name).is_between(LEAST_PRICE, MOST_PRICE)
        for name in PRICES
    ),
    "high_below_low": pl.col("high") < pl.col("low"),
    "outside_range": pl.any_horizontal((pl.col(n) > pl.col("high")) | (pl.col(n) < pl.col("low")) for n in _BODY),
    "volume_impossible": (pl.col("volume").is_finite() & (pl.col("volume") >= 0)).fill_null(False).not_(),
}
_ANY_IMPOSSIBLE = pl.any_horizontal(rule.fill_null(False) for rule in IMPOSSIBLE.values())
SAME_BAR = ("symbol", "ts")


def grid_phase(frame: pl.DataFrame, interval: str) -> int:
    """Where in the interval most bars open, in ms: 0 unless the whole set is shifted."""
    phases = (frame["ts"] % interval_ms(interval)).mode()
    return int(phases.min()) if len(phases) else 0  # type: ignore[arg-type]  # Int64 without nulls


def off_grid(frame: pl.DataFrame, interval: str) -> pl.Expr:
    """True where a bar does not open on the grid that most bars open on."""
    return pl.col("ts") % interval_ms(interval) != grid_phase(frame, interval)


@dataclass(frozen=True, slots=True)
class Sifted:
    """`frame` holds the possible bars, sorted by symbol and time, one a stamp; `left_out` counts the others by rule.

    `first_left_out` is one of those, as people would want to see it.
    """

    frame: pl.DataFrame
    left_out: dict[str, int]
    first_left_out: str


def sift(frame: pl.DataFrame, interval: str) -> Sifted:
    """Splits candles into what can be true and what cannot.

    Of two different bars with one stamp the last one stays and the other counts as left out; equal ones are one bar.
    """
    marked = frame.with_columns(_ANY_IMPOSSIBLE.alias("_bad"), off_grid(frame, interval).alias("_off"))
    broken = marked.filter(pl.col("_bad") | pl.col("_off"))
    kept = (marked.filter(~(pl.col("_bad") | pl.col("_off"))) if broken.height else marked).drop("_bad", "_off")
    ordered, conflicts = _one_a_stamp(kept)
    counts = {
        "impossible": int(marked["_bad"].sum()),
        "off_grid": int((marked["_off"] & ~marked["_bad"]).sum()),
        "conflicting": conflicts,
    }
    return Sifted(ordered, {rule: count for rule, count in counts.items() if count}, _row(broken))


def sift_rates(frame: pl.DataFrame) -> Sifted:
    """As `sift`, for funding: a rate is a number, and a stamp has one."""
    number = pl.col("rate").is_finite().fill_null(False)
    broken = frame.filter(~number)
    ordered, conflicts = _one_a_stamp(frame.filter(number) if broken.height else frame)
    counts = {"rate_missing": broken.height, "conflicting": conflicts}
    return Sifted(ordered, {rule: count for rule, count in counts.items() if count}, _row(broken))


def _one_a_stamp(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Rows by symbol and time, the last of each stamp, and how many different ones had to give way."""
    ordered = _in_order(frame)
    if ordered is not None:
        return ordered, 0
    different = frame.unique(maintain_order=True)
    last = different.unique(SAME_BAR, keep="last", maintain_order=True).sort("symbol", "ts")
    return last, different.height - last.height


def _in_order(frame: pl.DataFrame) -> pl.DataFrame | None:
    """The rows by symbol and time where each symbol's are together and rise already, as in most sets; else None.

    Telling that and moving whole symbols is many times cheaper than sorting.
    """
    runs = frame["symbol"].rle().struct.unnest()
    ends = np.cumsum(runs["len"].to_numpy(), dtype=np.int64)
    rises = np.diff(frame["ts"].to_numpy()) > 0
    rises[ends[:-1] - 1] = True
    if not rises.all() or runs["value"].n_unique() < runs.height:
        return None
    slices = sorted(zip(runs["value"], ends - runs["len"].to_numpy(), runs["len"], strict=True))
    parts = [frame.slice(int(start), length) for _, start, length in slices]
    return pl.concat(parts, rechunk=True) if parts else frame


def _row(rows: pl.DataFrame) -> str:
    if not rows.height:
        return ""
    row = rows.select(pl.exclude("^_.*$")).row(0, named=True)
    return ", ".join(f"{name} {value}" for name, value in row.items())


def traded(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the bars in which nobody traded; a symbol without any volume keeps its bars: nobody counted."""
    return frame.filter((pl.col("volume") > 0) | (pl.col("volume").max().over("symbol") == 0))


def resample(frame: pl.DataFrame, interval: str, to: str) -> pl.DataFrame:
    """Sifted bars of `interval` as bars of the higher interval `to`; buckets open at multiples of it since the epoch.

    Only whole buckets: not the one that a symbol's history enters midway, nor the one that the frame ends in. Of a set
    that is shifted off whole intervals of UTC the buckets are shifted as far, so that no bar lies in two.
    """
    step, high, phase = interval_ms(interval), interval_ms(to), grid_phase(frame, interval)
    bars = traded(frame)
    last = [pl.col("open_interest").last()] if "open_interest" in bars.columns else []
    buckets = (
        bars.group_by("symbol", ((pl.col("ts") - phase) // high * high + phase).alias("bucket"), maintain_order=True)
        .agg(
            pl.col("ts").first(),
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
            *last,
        )
        .filter((pl.col("ts") == pl.col("bucket")) | (pl.col("bucket") != pl.col("bucket").first().over("symbol")))
    )
    end = pl.lit(bars["ts"].max()) + step
    return buckets.filter(pl.col("bucket") + high <= end).drop("ts").rename({"bucket": "ts"})
