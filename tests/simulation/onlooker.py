"""Who notes, at a simulated venue, when somebody takes a position's last stop away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from paddock.venues.exchange import Exchange, TriggerKind
from paddock.venues.exchange.events import CancelReason, Change, Event, OrderChanged, Traded

Where = tuple[str, str]  # account and symbol


class Onlooker:
    """`bared` tells each cancellation that left a position without a stop, as it arrived.

    As of the `Witness`, a position lasts from one time that there is nothing to the next: a stop that was forgotten by
    an earlier one protects none. Stops of an entry protect from its fill on.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.bared: list[str] = []
        self._lots: Counter[Where] = Counter()
        self._flat: Counter[Where] = Counter()  # how often a position was left
        self._stops: dict[int, tuple[Where, int]] = {}  # that number when a stop began to wait; -1 without a position

    def hear(self, events: Sequence[Event]) -> None:
        """All that happens there, in order."""
        for event in events:
            if isinstance(event, Traded):
                for side in (event.maker, event.taker):
                    self._hold((side.account, event.symbol), side.end_lots)
            elif isinstance(event, OrderChanged):
                self._change(event, (event.account, event.symbol))

    def _hold(self, where: Where, lots: int) -> None:
        self._flat[where] += self._lots[where] * lots <= 0
        self._lots[where] = lots

    def _change(self, event: OrderChanged, where: Where) -> None:
        if event.change is Change.WAITING:
            order = self._exchange.order(event.order_id)
            trigger = order.asked.trigger if order is not None else None
            if trigger is not None and trigger.kind is TriggerKind.STOP:
                self._stops[event.order_id] = where, self._flat[where] if self._lots[where] else -1
        elif event.change in (Change.TRIGGERED, Change.CANCELLED, Change.REJECTED):
            gone = self._stops.pop(event.order_id, None)
            position = where, self._flat[where]
            last = gone == position and position not in self._stops.values()
            if last and self._lots[where] and event.reason is CancelReason.USER:
                self.bared.append(f"{event.order_id} was the last stop of {self._lots[where]} lots of {where[1]}")
