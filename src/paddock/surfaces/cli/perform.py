"""Runs a request and puts what came of it where it was asked for: terminal, JSON, page, table."""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from rich.text import Text

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.engine.result import Document, document
from paddock.runtime.user_code import printing_aside
from paddock.surfaces.cli.screen import summary, working
from paddock.surfaces.cli.terminal import progress, show
from paddock.surfaces.report import render, tell
from paddock.surfaces.simulation import Request, prepare

TRADE_COLUMNS = (
    *("symbol", "side", "qty", "entry_ts", "entry_px", "exit_ts", "exit_px"),
    *("fees_usd", "funding_usd", "pnl_usd", "exit_reason"),
)


@dataclass(frozen=True, slots=True)
class Output:
    """Where results go beside the terminal."""

    json: bool = False
    report: Path | None = None
    trades: Path | None = None


def perform(request: Request, output: Output) -> None:
    """Run, then write and print.

    Raises Invalid (usage) when both files are one, Unavailable (machine) when one cannot be written, before the run.
    """
    check_files(output)
    doc, page = simulate(request, quiet=output.json, with_page=output.report is not None)
    written = []
    if output.report is not None and page is not None:
        output.report.write_text(page, encoding="utf-8")
        written.append(f"Report {output.report}")
    if output.trades is not None:
        output.trades.write_text(trades_csv(doc), encoding="utf-8", newline="")
        written.append(f"Trades {output.trades}")
    if output.json:
        json.dump(doc, sys.stdout, separators=(",", ":"), allow_nan=False)
        sys.stdout.write("\n")
        return
    show(summary(doc))
    for line in written:
        show(Text(f"  {line}"))


def check_files(output: Output) -> None:
    """Raises Invalid (usage) and Unavailable (machine) for files that cannot be written as they were asked for."""
    paths = [path for path in (output.report, output.trades) if path is not None]
    if len(paths) == 2 and paths[0].resolve() == paths[1].resolve():
        raise Invalid(
            Code.USAGE,
            "--report and --trades name the same file",
            where="trades",
            seen=output.trades,
            rule="a page and a table take two files",
        )
    for path in paths:
        target = path if path.exists() else path.parent
        if path.is_dir() or not target.exists() or not os.access(target, os.W_OK):
            raise Unavailable(
                Code.MACHINE,
                f"{path} cannot be written",
                where=str(path),
                seen="a folder"
                if path.is_dir()
                else f"{target}, not writable"
                if target.exists()
                else "no such folder",
                rule="an output is a file in a folder that exists and may be written to",
            )


def simulate(request: Request, *, quiet: bool, with_page: bool) -> tuple[Document, str | None]:
    """The result document of a request, and its report where one is wanted, with progress on stderr."""
    with progress(quiet=quiet) as bar:
        task = bar.add_task("Reading candles", total=None, note="")
        ready = prepare(request)
        bars = ready.window[1] - ready.window[0]
        bar.update(task, description=working("Backtesting"), note=f"{bars:,} bars")
        with printing_aside():
            run = ready.run(lambda done, total: bar.update(task, completed=done, total=total))
        bar.update(task, description="Measuring", note="")
        doc = document(run)
        page = render(run, doc, tell(ready.document), ready.features) if with_page else None
    return doc, page


def trades_csv(doc: Document) -> str:
    """All trades, a line each, under the document's own names."""
    text = StringIO()
    writer = csv.DictWriter(text, TRADE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(trade | {"symbol": _inert(trade["symbol"])} for trade in doc["trades"])
    return text.getvalue()


def _inert(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
