"""The first look: a generated market, three templates, their comparison and their reports."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group
from rich.text import Text

from paddock.core.time import format_ts
from paddock.engine.result import Document, document
from paddock.market.demo import write_demo
from paddock.market.lake import Lake
from paddock.market.load import DEMO_VENUE
from paddock.surfaces.cli.screen import comparison, working
from paddock.surfaces.cli.terminal import called, progress, show
from paddock.surfaces.figures import listed
from paddock.surfaces.report import render, tell
from paddock.surfaces.simulation import Request, prepare

SEED = 7
SHOWN = ("sma-crossover", "rsi-mean-reversion", "breakout")


def tour(home: Path) -> None:
    """Make the demo market where it is absent, run the templates, write and name the reports."""
    lake = Lake(home)
    docs: list[Document] = []
    pages: list[Path] = []
    with progress(quiet=False) as bar:
        task = bar.add_task("Generating a market", total=len(SHOWN) + 1, note="")
        if not lake.series(DEMO_VENUE):
            write_demo(lake, SEED)
        folder = home / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        for done, name in enumerate(SHOWN, start=1):
            bar.update(task, description=working(f"Backtesting {name}"), completed=done)
            ready = prepare(Request(name, home, venue=DEMO_VENUE))
            run = ready.run()
            docs.append(document(run))
            pages.append(folder / f"demo-{name}.html")
            pages[-1].write_text(render(run, docs[-1], tell(ready.document), ready.features), encoding="utf-8")
    show(_said(docs, pages))


def _said(docs: list[Document], pages: list[Path]) -> Group:
    tape = docs[0]["tape"]
    dates = f"{format_ts(tape['start_ts'])[:10]} to {format_ts(tape['end_ts'])[:10]}"
    program = called()
    commands = (
        (f"{program} strategy explain sma-crossover", "what a strategy does, in plain English"),
        (f"{program} backtest breakout --venue {DEMO_VENUE} --symbols SOL", "one of them on one symbol, in full"),
        (f"{program} backtest breakout --data candles.parquet", "the same on candles of your own"),
        (f'{program} strategy new "My idea"', "a strategy of your own, as a file to edit"),
    )
    width = max(len(command) for command, _ in commands)
    return Group(
        Text(),
        Text("  Three templates on a generated market", style="bold"),
        Text(
            f"  {listed(tape['symbols'])}, {tape['interval']} bars, {dates}, 10,000 USD, costs and funding on",
            style="dim",
        ),
        Text("  Generated, not recorded: it shows what Paddock does, never what pays.", style="yellow"),
        Text(),
        comparison(docs),
        Text(),
        Text("  Reports (open in a browser)", style="bold"),
        *(Text(f"  {page}", no_wrap=True, overflow="ignore") for page in pages),
        Text(),
        Text("  Next", style="bold"),
        *(Text.assemble(f"  {command:<{width}}  ", (what, "dim")) for command, what in commands),
    )
