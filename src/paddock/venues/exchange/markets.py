"""One contract in trade: its book, its prices, who holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from paddock.venues.exchange.accounts import Holding
from paddock.venues.exchange.book import Book
from paddock.venues.exchange.requests import PriceSource
from paddock.venues.exchange.rules import Contract
from paddock.venues.exchange.triggers import Triggers


@dataclass(slots=True, eq=False)
class Market:
    """Prices in ticks, 0 while unknown. `open_lots`: of all long positions. `holders`: accounts with a position.

    `premiums` and `samples` are of the running funding interval; `sampled` numbers the last sample; `rate` is of the
    interval before.
    """

    contract: Contract
    book: Book = field(default_factory=Book)
    triggers: Triggers = field(default_factory=Triggers)
    mark: int = 0
    oracle: int = 0
    last: int = 0
    halted: bool = False
    open_lots: int = 0
    holders: dict[str, Holding] = field(default_factory=dict)
    premiums: int = 0
    samples: int = 0
    sampled: int = 0
    rate: int = 0

    def price(self, source: PriceSource) -> int | Fraction:
        """0 while there is none."""
        if source is PriceSource.MARK:
            return self.mark
        return self.last if source is PriceSource.LAST else self.book.mid()
