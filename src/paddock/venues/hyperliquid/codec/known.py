"""Rows of markets that the listing knows, and the names of those that it does not: newer ones, other dexes, spot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.reading import arr, obj, text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """What a message says of listed markets, in its order; `unlisted` are the coins it names beside them.

    An unlisted coin is no error: quantities cannot be counted in lots before the listing is read anew.
    """

    rows: tuple[T, ...] = ()
    unlisted: frozenset[str] = frozenset()


def known(
    message: Any,
    listing: Listing,
    read: Callable[[dict[str, Any], Market], T],
    where: Callable[[dict[str, Any]], dict[str, Any]] = lambda row: row,
) -> Known[T]:
    """Each row read with its market; `where` is the part of a row that names its coin."""
    rows: list[T] = []
    unlisted: set[str] = set()
    for row in map(obj, arr(message)):
        coin = text(obj(where(row))["coin"])
        market = listing.get(coin)
        if market is None:
            unlisted.add(coin)
        else:
            rows.append(read(row, market))
    return Known(tuple(rows), frozenset(unlisted))
