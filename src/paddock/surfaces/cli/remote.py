"""What the commands that speak to a running `paddock serve` share: a session, pages, and how a document is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

if TYPE_CHECKING:
    from paddock.surfaces.client import Api

Json = Annotated[bool, Parameter(negative="", help="Print one JSON document.")]
Limit = Annotated[int, Parameter(help="How many at most.")]
PAGE = 500
NONE: Final = "–"


@contextmanager
def api(*, asks_a_venue: bool = False) -> Iterator[Api]:
    """A session with the server that the settings name; who has it ask a venue waits until that answers."""
    from paddock.surfaces import settings
    from paddock.surfaces.client import TIMEOUT_S, VENUE_S, Api

    configured = settings.load()
    timeout_s = VENUE_S if asks_a_venue else TIMEOUT_S
    with Api(configured.url, configured.token_file, timeout_s) as session:
        yield session


def listed(session: Api, path: str, *ids: str, limit: int, **query: object) -> dict[str, Any]:
    """The first `limit` items of a list, page by page, as one document like a page's; `ids` fill the path."""
    items: list[Any] = []
    after = query.pop("after", None)
    while True:
        page = session.get(path, *ids, limit=min(PAGE, limit - len(items)), after=after, **query)
        items += page["items"]
        after = page.get("next")
        if not after or len(items) >= limit or not page["items"]:
            return {"items": items, "next": after}


def newest(session: Api, path: str, *ids: str, limit: int, **query: object) -> dict[str, Any]:
    """The last `limit` items of a list that can be turned round, oldest first; `next` leads to what was before."""
    found = listed(session, path, *ids, limit=limit, newest="true", **query)
    found["items"].reverse()
    return found


def show_items(
    document: Mapping[str, Any],
    columns: Mapping[str, str],
    *,
    json: bool,
    nothing: str,
    right: Sequence[str] = (),
    more: str = "There are more; --limit says how many are shown.",
) -> None:
    """A list as a table (`columns`: header by key), or as it came; `nothing` is the next step where it is empty."""
    from paddock.surfaces.cli.terminal import show, show_json, table

    if json:
        show_json(document)
    elif not document["items"]:
        print(nothing)
    else:
        rows = ([cell(key, item.get(key)) for key in columns] for item in document["items"])
        show(table(list(columns.values()), rows, right))
        if document.get("next"):
            print(more)


def show_one(document: Mapping[str, Any], *, json: bool) -> None:
    """One object, a line a field, or as it came."""
    from paddock.surfaces.cli.terminal import fields, show, show_json

    if json:
        show_json(document)
    else:
        show(fields((key.removesuffix("_ts"), cell(key, value)) for key, value in document.items()))


def cell(key: str, value: Any) -> str:
    """A value as people read it: times in UTC, money in cents, nothing as a dash, what has parts in brief."""
    from decimal import Decimal

    from paddock.core.time import format_ts

    if value in (None, "", []):
        return NONE
    if isinstance(value, dict):
        from paddock.surfaces.cli.gist import gist

        return gist(value)
    if key.endswith("_ts") or key == "ts":
        return format_ts(value)
    if key.endswith("_usd"):
        return f"{Decimal(value):,.2f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(cell("", one) for one in value) if isinstance(value, list) else str(value)
