"""What does a run look like? One self-contained HTML page from a run and its result document."""

from paddock.surfaces.report.page import render

__all__ = ["render"]
