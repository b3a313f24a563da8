"""Logs that are emptied after every call, so that a bot may live for ever: what is new leaves as plain values.

Rows 0 to 2S of the order log belong to the places of working orders, whatever stands there; new orders follow behind
them and move to their places when the log is emptied.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from paddock.core.orders import OrderKind, Reason, Side, Tif
from paddock.engine.admit import FOREVER
from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES
from paddock.engine.log import EXPIRED, FILLED, WORKING, Fill, Order, Refused, Rows, Trade
from paddock.engine.reported import level_px, number_orders
from paddock.engine.rows import plain, table_of
from paddock.engine.state import Books, Logs, Spec
from paddock.engine.told import NO_RULE, EndedOrder, NewOrder
from paddock.market.tape import Ints

PARAMETERS = ("bound_px", "slices", "expire_ts", "stop_pct", "stop_at", "take_pct", "take_at", "trail_pct")
COLUMNS = ("bot", "symbol", "kind", "side", "reason", "tif", "capped", "lots", "px", "leverage", "ts")


class DrainedLogs:
    """The logs of living bots between two calls of the kernel."""

    def __init__(self, books: Books, spec: Spec, symbols: tuple[str, ...]) -> None:
        self._books, self._spec, self._symbols = books, spec, symbols
        self._places = len(books.working)
        self.logs = Logs(
            table_of(Order, self._places), table_of(Fill, 1), table_of(Trade, 1), table_of(Refused, 1),
            np.array([self._places, 0, 0, 0]), 0,
        )  # fmt: skip
        self.numbers: Ints = np.zeros(self._places, np.int64)
        self.rebuild()

    def rebuild(self) -> None:
        """Give every working order its row anew: the books came from elsewhere."""
        working, rows = self._books.working, self.logs.orders[: self._places]
        working["row"] = np.arange(self._places)
        rows["state"] = np.where(working["live"] == 1, WORKING, FILLED)
        rows["lots"], rows["filled"] = working["lots"], working["filled"]
        for name in ("bot", "symbol"):
            rows[name] = np.repeat(self._books.slots[name], 2)
        self._settled()

    def open(self, bar: int, orders: int, fills: int, refusals: int) -> Logs:
        """Room for so many new rows, written as of `bar`."""
        if len(self.logs.orders) < self._places + orders:
            grown = table_of(Order, self._places + orders)
            grown[: self._places] = self.logs.orders[: self._places]
            self.logs = self.logs._replace(orders=grown)
            self.numbers = np.concatenate((self.numbers[: self._places], np.zeros(orders, np.int64)))
        if len(self.logs.fills) < fills:
            self.logs = self.logs._replace(fills=table_of(Fill, fills), trades=table_of(Trade, fills))
        if len(self.logs.refusals) < refusals:
            self.logs = self.logs._replace(refusals=table_of(Refused, refusals))
        self.logs = self.logs._replace(first_row=bar)
        return self.logs

    def number(self) -> None:
        """Number what is new; before anything is read."""
        number_orders(self._books, self.logs, self.numbers)

    def empty(self) -> None:
        """Forget what was read; working orders keep their rows."""
        working = self._books.working
        moved = np.flatnonzero(working["row"] >= self._places)
        self.logs.orders[moved] = plain(self.logs.orders, len(self.logs.orders))[working["row"][moved]]
        working["row"][moved] = moved
        self.logs.used[:] = (self._places, 0, 0, 0)
        self._settled()

    def _settled(self) -> None:
        self.numbers[: self._places] = self._books.working["number"]
        self._live = self._books.working["live"] == 1

    @property
    def order_rows(self) -> Rows:
        """A copy of the new orders."""
        return plain(self.logs.orders, int(self.logs.used[ORDERS]))[self._places :].copy()

    @property
    def fill_rows(self) -> Rows:
        return plain(self.logs.fills, int(self.logs.used[FILLS])).copy()

    @property
    def trade_rows(self) -> Rows:
        return plain(self.logs.trades, int(self.logs.used[TRADES])).copy()

    @property
    def refusal_rows(self) -> Rows:
        return plain(self.logs.refusals, int(self.logs.used[REFUSALS])).copy()

    def new_orders(self, since: Ints, rules: Ints) -> list[NewOrder]:
        """The new orders; action `k` wrote those from row `since[k]` on and is rule `rules[k]`."""
        rows = self.order_rows
        if len(rows) == 0:
            return []
        working = plain(self._books.working, self._places)
        holder = np.full(len(rows), -1)
        holders = np.flatnonzero(working["row"] >= self._places)
        holder[working["row"][holders] - self._places] = holders
        by = np.searchsorted(since, self._places + np.arange(len(rows)), side="right") - 1
        rule = np.where(by >= 0, np.append(rules, NO_RULE)[by], NO_RULE)
        held = working[holder]  # of a row whose place went on to another order: not read
        columns = zip(*(rows[name].tolist() for name in COLUMNS), strict=True)
        parameters = zip(*(held[name].tolist() for name in PARAMETERS), strict=True)
        numbers = self.numbers[self._places : self._places + len(rows)]
        made = zip(
            columns, parameters, numbers.tolist(), rule.tolist(), ((holder >= 0) & (held["live"] == 1)).tolist(),
            strict=True,
        )  # fmt: skip
        return [self._new_order(*one) for one in made]

    def _new_order(
        self, row: tuple[Any, ...], parameters: tuple[Any, ...], number: int, rule: int, live: bool
    ) -> NewOrder:
        bot, symbol, kind, side, reason, tif, capped, lots, px, leverage, ts = row
        known = (
            bot, self._symbols[symbol], number, rule, reason == Reason.ENTRY, live, OrderKind(kind), Side(side),
            Reason(reason), Tif(tif), capped == 1, lots, px, leverage, ts,
        )  # fmt: skip
        if not live:
            return NewOrder(*known)
        bound_px, slices, expire_ts, stop_pct, stop_at, take_pct, take_at, trail_pct = parameters
        return NewOrder(
            *known, bound_px, slices, 0 if expire_ts >= FOREVER else expire_ts, stop_pct,
            self.level(stop_at, side < 0, symbol), take_pct, self.level(take_at, side > 0, symbol), trail_pct,
        )  # fmt: skip

    def level(self, px: float, up: bool, s: int) -> float:
        """An absolute level on the grid of symbol `s`, away from the position: a stop down, a target up for a long."""
        return float(level_px(px, up, s, self._spec)) if px > 0.0 else 0.0

    def ended(self) -> list[EndedOrder]:
        """Orders that worked before the call and do no more."""
        rows = plain(self.logs.orders, self._places)
        places = np.flatnonzero(self._live & (rows["state"] != WORKING))
        slots = self._books.slots
        return [
            EndedOrder(
                int(slots[place // 2].bot), self._symbols[slots[place // 2].symbol], int(self.numbers[place]),
                place % 2 == 1, bool(rows["state"][place] == FILLED), bool(rows["state"][place] == EXPIRED),
            )
            for place in places.tolist()
        ]  # fmt: skip
