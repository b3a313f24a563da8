"""The venue of the simulation, which also notes when somebody takes a position's last stop away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from paddock.core.orders import OrderKind
from paddock.venues.broker import Cancellation, Outcome
from paddock.venues.fake import FakeVenue
from paddock.venues.fake.book import Booked

STOPS = (OrderKind.STOP, OrderKind.TRAIL)
Where = tuple[str, str, str]  # account, book and symbol


class Witness(FakeVenue):
    """`bared` tells each cancellation that left a position without a stop, as it arrived.

    A position is what a book's own orders came to, from one time that this was nothing to the next: a stop that was
    forgotten by an earlier position protects none, nor does one that arrived when there was nothing any more.
    """

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.bared: list[str] = []
        self._lots: Counter[Where] = Counter()
        self._flat: Counter[Where] = Counter()  # how often a position was left
        self._made: dict[str, int] = {}  # that number when a stop was first there, by the venue's id

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for asked in cancellations:
            order = self._named.get((asked.account_id, asked.client_id))
            worked = order is not None and order.live and order.asked.kind in STOPS
            outcomes += super().cancel([asked])
            if order is not None and worked and not order.live:
                self._look(order)
        return outcomes

    def _look(self, gone: Booked) -> None:
        where = _where(gone)
        alone = not any(one.live and one.asked.kind in STOPS and _where(one) == where for one in self.orders)
        if alone and self._lots[where] and self._made[gone.venue_order_id] == self._flat[where]:
            self.bared.append(f"{gone.asked.client_id} was the last stop of {self._lots[where]} lots of {where[2]}")

    def _update(self, order, *args) -> None:
        where = _where(order)
        self._made.setdefault(order.venue_order_id, self._flat[where] if self._lots[where] else -1)
        super()._update(order, *args)

    def _report(self, account_id, book, client_id, symbol, kind, side, lots, *args, **more) -> None:
        super()._report(account_id, book, client_id, symbol, kind, side, lots, *args, **more)
        where = (account_id, book, symbol)
        self._lots[where] += lots * side
        self._flat[where] += self._lots[where] == 0


def _where(order: Booked) -> Where:
    return order.asked.account_id, order.asked.book, order.asked.symbol
