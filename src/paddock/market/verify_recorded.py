"""Looks for what is wrong with recordings; `paddock.market.findings` says what each finding means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from paddock.market.findings import Finding, Report, Span
from paddock.market.recording import Kind, Recording, whole_file

_CROSSED = pl.col("bid_px").list.first() >= pl.col("ask_px").list.first()


def report_of_recordings(recordings: Sequence[Recording], kind: str, source: str) -> Report:
    """One report over recordings of one kind at one venue. Each file is read alone."""
    rows, found = 0, list[Finding]()
    for recording in recordings:
        count, findings = _verified(recording)
        rows, found = rows + count, [*found, *findings]
    order = ("unreadable", "stream_gap", "crossed_book")
    symbols = tuple(sorted({recording.key.symbol for recording in recordings}))
    return Report(source, kind, symbols, rows, tuple(sorted(found, key=lambda one: order.index(one.code))))


def _verified(recording: Recording) -> tuple[int, list[Finding]]:
    """The rows that can be read, and what is wrong with them."""
    frames, damaged, crossed = list[pl.DataFrame](), list[Span](), list[Span]()
    for path in recording.files():
        frame = whole_file(path)
        if frame is None:
            damaged.append(Span(int(path.stem), int(path.stem), 1))
            continue
        if recording.kind is Kind.BOOKS:
            crossed += [Span(ts, ts, 1) for ts in frame.filter(_CROSSED)["seen_ts"]]
        frames.append(frame.select("seen_ts", pl.col("gap").is_not_null().alias("gap")))
    spans = {
        "unreadable": damaged,
        "stream_gap": list(_gaps(pl.concat(frames))) if frames else [],
        "crossed_book": crossed,
    }
    found = [Finding(code, recording.key.symbol, tuple(these)) for code, these in spans.items() if these]
    return sum(frame.height for frame in frames), found


def _gaps(rows: pl.DataFrame) -> Iterator[Span]:
    """From the row before to the row behind each. A recording begins with one, which is none."""
    around = rows.with_columns(
        pl.col("seen_ts").shift(1).alias("before"),
        pl.col("seen_ts").shift(-1).fill_null(pl.col("seen_ts")).alias("behind"),
        pl.col("gap").rle_id().alias("run"),
    )
    runs = around.filter("gap").group_by("run", maintain_order=True)
    for before, behind, count in runs.agg(pl.first("before"), pl.last("behind"), pl.len()).drop("run").iter_rows():
        if before is not None:
            yield Span(before, behind, count)
