"""Tables of docs/api.md, made from the application."""

from __future__ import annotations

from paddock.surfaces.http.aliases import ALIASES
from paddock.surfaces.http.app import RESOURCES

HEADER = ("route", "operation", "scope", "what")


def routes() -> str:
    """Every route with what it asks of its caller, by resource."""
    parts: dict[str, list[str]] = {}
    for resource in RESOURCES:
        for each in resource.declared:
            scope = f"`{each.access.scope}`" if each.access.scope else "everybody"
            words = " ".join((each.endpoint.__doc__ or "").split())
            cells = (f"`{each.method} {each.path}`", f"`{each.name}`", scope, words)
            parts.setdefault(resource.tag, []).append(f"| {' | '.join(cells)} |")
    head = f"| {' | '.join(HEADER)} |\n|{'---|' * len(HEADER)}"
    return "\n\n".join(f"### {tag.capitalize()}\n\n{head}\n" + "\n".join(rows) for tag, rows in parts.items())


def aliases() -> str:
    named = {each.name: f"{each.method} {each.path}" for resource in RESOURCES for each in resource.declared}
    rows = [f"| `{alias}` | `{named[name]}` |" for alias, name in ALIASES.items()]
    return "\n".join(["| path | means |", "|---|---|", *rows])
