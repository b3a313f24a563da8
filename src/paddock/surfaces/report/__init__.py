"""What does a run look like? One self-contained HTML page from a run and its result document."""

from paddock.surfaces.report.page import render
from paddock.surfaces.report.told import Told, tell

__all__ = ["Told", "render", "tell"]
