"""The one way to a tape: from data files or from the lake, refusing what a backtest should not be run on.

A tape holds everything that is stored; which part of it a run covers is chosen later, by rows, so that the history
loaded never changes an indicator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from paddock import __version__
from paddock.core.errors import Code, Invalid
from paddock.core.instrument import InstrumentKind
from paddock.core.time import interval_ms
from paddock.market.align import Finer, build_tape
from paddock.market.cache import TapeCache
from paddock.market.lake import Lake
from paddock.market.material import Material, from_files, from_lake, lake_keys, steps_to, widest
from paddock.market.sift import Sifted, resample, sift, sift_rates
from paddock.market.tape import Tape

DEMO_VENUE = "demo"


def load_tape(
    source: Sequence[Path] | Lake,
    *,
    venue: str,
    interval: str,
    symbols: Collection[str] | None = None,
    specs: Lake | None = None,
    funding: bool = True,
    allow_gaps: bool = False,
) -> Tape:
    """A tape of `symbols` (None: all there are) from files and folders of Parquet, CSV and Feather, or from the lake.

    Bars of a finer interval than asked for decide within a bar, and build it where nothing else does. Instruments come
    from the lake, or for files from `specs`. Tapes from the lake are kept built, and mapped when asked for again.

    Raises NotFound (data.not_found, data.symbol) and Invalid (data.*). Impossible rows (data.impossible) are refused
    unless `allow_gaps`, which leaves them out and counts them. Whether enough is there depends on the rows that a run
    covers: see `paddock.market.coverage`.
    """
    if isinstance(source, Lake):
        keys = lake_keys(source, venue=venue, interval=interval, symbols=symbols)
        words = f"{__version__} {interval} {funding} {allow_gaps} {source.fingerprint(keys, venue)}"
        key, cache = hashlib.sha256(words.encode()).hexdigest(), TapeCache(source.home)
        tape = cache.get(key)
        if tape is None:
            material = from_lake(source, keys, venue=venue)
            built = tape_from(material, venue=venue, interval=interval, funding=funding, allow_gaps=allow_gaps)
            tape = cache.put(key, built)
    else:
        instruments = specs.instruments(venue) if specs else {}
        material = from_files(source, venue=venue, symbols=symbols, instruments=instruments)
        tape = tape_from(material, venue=venue, interval=interval, funding=funding, allow_gaps=allow_gaps)
    absent = sorted(set(symbols or ()) - set(tape.symbols))
    if absent:
        raise Invalid(
            Code.DATA_EMPTY,
            f"no {interval} bars of {', '.join(absent)} can be built from {tape.source}",
            seen=", ".join(absent),
            rule="each symbol asked for has bars that traded, of this interval or a finer one that divides it",
        )
    return tape


def tape_from(material: Material, *, venue: str, interval: str, funding: bool, allow_gaps: bool) -> Tape:
    """As `load_tape`, from material in memory."""
    sifted = {name: sift(material.candles[name], name) for name in steps_to(material.candles, interval)}
    rates = _perp_rates(material) if funding else None
    left_out = admit([*sifted.values(), *([rates] if rates else [])], material.source, allow_gaps)
    parts = []
    taken: set[str] = set()
    for name, part in sifted.items():
        rest = part.frame.filter(pl.col("symbol").is_in(taken).not_()) if taken else part.frame
        if rest.height:
            taken |= set(rest["symbol"].unique())
            parts.append(rest if name == interval else resample(rest, name, interval))
    if not parts:
        raise _nothing_left(material.source + left_out)
    tape = build_tape(
        parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").sort("symbol", "ts"),
        interval,
        venue=venue,
        source=material.source + left_out,
        instruments=material.instruments,
        rates=rates.frame if rates else None,
        finer=_finer({name: part.frame for name, part in sifted.items() if name != interval}),
    )
    label = f"generated demo, {tape.fidelity}" if venue == DEMO_VENUE else tape.fidelity
    return _as_spot(replace(tape, fidelity=label), material.spot)


def admit(sifted: Sequence[Sifted], source: str, allow_gaps: bool) -> str:
    """What was left out, in words; raises Invalid (data.impossible) unless that is allowed."""
    counts: dict[str, int] = {}
    for part in sifted:
        for rule, count in part.left_out.items():
            counts[rule] = counts.get(rule, 0) + count
    words = ", ".join(f"{count} {rule}" for rule, count in counts.items())
    if counts and not allow_gaps:
        raise Invalid(
            Code.DATA_IMPOSSIBLE,
            f"{source} holds rows that cannot be true: {words}",
            where=source,
            seen=next((part.first_left_out for part in sifted if part.first_left_out), words),
            rule="prices lie between 1e-12 and 1e12, open and close between low and high, volumes are not negative, "
            "a stamp has one bar and one rate",
            suggestion="`paddock data verify` names every one; --allow-gaps leaves them out",
        )
    return f" (left out: {words})" if counts else ""


def _nothing_left(source: str) -> Invalid:
    return Invalid(
        Code.DATA_EMPTY, f"{source} has no bar that can be true", seen=source, rule="a tape has bars that can be true"
    )


def _finer(frames: Mapping[str, pl.DataFrame]) -> Finer | None:
    """For each symbol the finer bars that cover most of its time."""
    rows: dict[str, dict[str, int]] = {}
    for name, frame in frames.items():
        for symbol, count in frame.group_by("symbol").len().iter_rows():
            rows.setdefault(symbol, {})[name] = count
    chosen: dict[str, list[str]] = {}
    for symbol, counts in rows.items():
        chosen.setdefault(widest(counts), []).append(symbol)
    if not chosen:
        return None
    parts = [frames[name].filter(pl.col("symbol").is_in(symbols)) for name, symbols in chosen.items()]
    together = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").sort("symbol", "ts")
    return Finer(together, " and ".join(sorted(chosen, key=interval_ms)))


def _perp_rates(material: Material) -> Sifted | None:
    """The funding of what is not spot: spot pays none."""
    if material.rates is None:
        return None
    return sift_rates(material.rates.filter(pl.col("symbol").is_in(material.spot).not_()))


def _as_spot(tape: Tape, spot: Collection[str]) -> Tape:
    instruments = tuple(
        replace(known, kind=InstrumentKind.SPOT, max_leverage=1) if known.symbol in spot else known
        for known in tape.instruments
    )
    return replace(tape, instruments=instruments)
