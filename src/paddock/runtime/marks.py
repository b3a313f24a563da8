"""What is each symbol worth now? The close of its newest bar on a feed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Final

from sqlalchemy import Connection, select

from paddock.core.time import interval_ms
from paddock.runtime.feeds import FeedRecord
from paddock.runtime.seen import unpacked
from paddock.runtime.tables import seen_bars

LOOK_BACK: Final = 64  # bars: a symbol that none of them has is without a price


@dataclass(frozen=True, slots=True)
class Mark:
    """A close, and when it was (ms UTC)."""

    px: float
    ts: int


def marks(conn: Connection, feed: FeedRecord, symbols: Collection[str]) -> Mapping[str, Mark]:
    """The last close of each of these symbols; without those that no recent bar has."""
    c, found, missing = seen_bars.c, dict[str, Mark](), set(symbols)
    newest = select(c.ts, c.columns).where(c.feed == feed.feed).order_by(c.ts.desc()).limit(LOOK_BACK)
    for ts, columns in conn.execute(newest):
        closes = dict(zip(feed.symbols, unpacked(ts, columns).close.tolist(), strict=True))
        told = {symbol for symbol in missing if not isnan(closes.get(symbol, float("nan")))}
        found |= {symbol: Mark(closes[symbol], ts + interval_ms(feed.interval)) for symbol in told}
        missing -= told
        if not missing:
            break
    return found
