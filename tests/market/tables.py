"""The tables of docs/data.md, made from the code."""

from __future__ import annotations

from collections.abc import Iterable

from paddock.market.features import FEATURES, Param
from paddock.market.findings import KINDS


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def findings() -> str:
    rows = ((f"`{code}`", str(kind.severity), kind.meaning, kind.mend) for code, kind in KINDS.items())
    return table(("finding", "severity", "meaning", "what to do"), rows)


def features() -> str:
    rows = ((f"`{spec.name}`", ", ".join(map(_param, spec.params)), spec.doc, spec.unit) for spec in FEATURES.values())
    return table(("feature", "parameters (default, bounds)", "meaning", "unit"), rows)


def _param(param: Param) -> str:
    return f"`{param.name}` {param.unit} ({param.default:g}, {param.low:g} to {param.high:g})"
