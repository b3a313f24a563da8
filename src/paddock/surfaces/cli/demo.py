"""`paddock demo`: something worth looking at on a machine without data or network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def demo(
    *, home: Annotated[Path | None, Parameter(help="Folder of the lake; PADDOCK_HOME, or ~/.paddock.")] = None
) -> None:
    """Generate a market, backtest three templates on it, and write a report of each."""
    from paddock.surfaces import settings
    from paddock.surfaces.cli.tour import tour

    tour(home or settings.load().home)
