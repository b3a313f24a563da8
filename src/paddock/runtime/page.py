"""A part of a list, and where the next part begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
MOST = 500


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`next` is the id to ask for items after; empty when there are no more."""

    items: tuple[Item, ...]
    next: str


def page_of(items: Sequence[Item], ids: Sequence[str], limit: int) -> Page[Item]:
    """The first `limit` of items that were read with one more than that."""
    more = len(items) > limit
    return Page(tuple(items[:limit]), ids[limit - 1] if more else "")


def at_most(limit: int) -> int:
    """A page size within bounds."""
    return min(max(limit, 1), MOST)
