"""Can these prices be traded on? A price that is missing, old, crossed or contradicted is no reason to enter."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from paddock.runtime.desk_policy import DeskPolicy


@dataclass(frozen=True, slots=True)
class Quote:
    """What one source (mark, mid, oracle) says of a symbol at `ts`; a book without a side has 0 there."""

    ts: int
    bid: float
    ask: float

    @property
    def mid(self) -> float:
        return (self.bid + self.ask) / 2.0


Quotes = Callable[[str, str], Sequence[Quote]]  # of an account and a symbol


def no_quotes(account_id: str, symbol: str) -> Sequence[Quote]:
    """For venues whose only prices are the bars that were decided on."""
    return ()


def unfit(quotes: Sequence[Quote], now: int, policy: DeskPolicy) -> str:
    """Why no entry may rely on these quotes; empty when it may."""
    for quote in quotes:
        if not all(math.isfinite(px) and 0.0 <= px < 1e12 for px in (quote.bid, quote.ask)):
            return "price"
        if quote.bid == 0.0 or quote.ask == 0.0:
            return "book_empty"
        if quote.bid > quote.ask:
            return "book_crossed"
        if now - quote.ts > policy.quote_ms:
            return "price_stale"
    mids = [quote.mid for quote in quotes]
    if mids and (max(mids) - min(mids)) * 100.0 > policy.disagree_pct * min(mids):
        return "prices_disagree"
    return ""
