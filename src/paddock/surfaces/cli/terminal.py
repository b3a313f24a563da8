"""How anything comes to a terminal, and what it looks like where nobody watches."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console, JustifyMethod, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from paddock.surfaces.cli.failure import plain


def console(stream: TextIO) -> Console:
    """A console that writes plain text where nobody watches: no colour, no cursor movement, no terminal's width."""
    watched = stream.isatty()
    return Console(
        file=stream, no_color=not watched, force_terminal=watched, width=None if watched else 120, highlight=False
    )


def show(what: RenderableType) -> None:
    """Print to stdout; where nobody watches, without the blanks that only fill lines."""
    screen = console(sys.stdout)
    if screen.is_terminal:
        screen.print(what)
        return
    with screen.capture() as captured:
        screen.print(what, soft_wrap=isinstance(what, Text))
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """A line of progress on stderr, gone when it is done; nothing where nobody watches."""
    shown = not quiet and sys.stderr.isatty()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console(sys.stderr), transient=True, disable=not shown) as bar:
        yield bar


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> Table:
    """Rows under their headers, the columns of `right` aligned to the right; control codes in cells are shown.

    Where the terminal is narrow the last column is cut.
    """
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    grid = Table(box=None, padding=(0, 1, 0, 2), header_style="dim")
    aligned = set(right)
    for name, width in zip(columns, [*widths[:-1], 0], strict=True):
        justify: JustifyMethod = "right" if name in aligned else "left"
        grid.add_column(name, justify=justify, no_wrap=True, min_width=width or None)
    for row in cells:
        grid.add_row(*map(Text, row))
    return grid


def fields(pairs: Iterable[tuple[str, str]]) -> Table:
    """Names and what they hold, a line each; control codes are shown."""
    grid = Table.grid(padding=(0, 2))
    for name, value in pairs:
        grid.add_row("", Text(plain(name), style="dim"), Text(plain(value)))
    return grid


def show_json(document: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def called() -> str:
    """How a person can call this program from where they are."""
    if shutil.which("paddock"):
        return "paddock"
    program = Path(sys.argv[0])
    return str(program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program)
