"""The venue's half of the engine: it keeps positions and working orders, and fills them as a backtest does.

It knows nothing of bots and of who asked. Requests act from the next bar of their symbol on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paddock.core.time import interval_ms
from paddock.engine.book import FILLS, ORDERS
from paddock.engine.carried import restore, states
from paddock.engine.costs import Costs
from paddock.engine.filling import Event, Request, do_requests, fill_bar
from paddock.engine.kernel import ROWS_PER_SLOT
from paddock.engine.log import Fill, Order, Refused, Rows, Trade
from paddock.engine.onebar import last_bar, market_of_bar
from paddock.engine.pack import friction_of, spec_of
from paddock.engine.recent import RecentTrading
from paddock.engine.rows import Table, dtype_of, plain, table_of
from paddock.engine.state import BUSY, RESTING, Account, Books, Bot, Logs, Slot, Working
from paddock.market.growing import Bar
from paddock.market.tape import Floats, Tape

FIRST_SEATS = 64
EVENTS_PER_SEAT = ROWS_PER_SLOT + 4  # payments at and after the open, two orders that end
SLOT, WORKING_ROW = dtype_of(Slot), dtype_of(Working)


@dataclass(frozen=True, slots=True)
class Filled:
    """What happened in a bar: `events` rows of Event; a FILL's `row` is one of `fills`, whose `order` is a row of
    `orders` (rows 2 * seat and 2 * seat + 1: the seat's exit and entry order; behind them, protection that filled).
    """

    events: Rows
    fills: Rows
    orders: Rows


class VenueSide:
    """Seats on one tape. Seats are numbered as they are taken; `tape` is what happened before."""

    def __init__(self, tape: Tape, costs: Costs) -> None:
        self.symbols, self.interval, self.costs = tape.symbols, tape.interval, costs
        self.spec, self.friction = spec_of(tape, costs), friction_of(costs, tape.interval)
        self.closes = last_closes(tape)
        self.market = market_of_bar(last_bar(tape), tape.interval, Costs())
        self.next_ts = int(tape.ts[-1]) + interval_ms(tape.interval) if tape.bars else 0
        self.books = fresh_books(FIRST_SEATS)
        self._logs = fresh_logs(FIRST_SEATS)
        self._free = list(range(FIRST_SEATS))[::-1]
        self._recent = RecentTrading(tape, costs.impact) if costs.impact > 0 else None

    def take_seat(self, symbol: str) -> int:
        """A seat that nobody has, without position and orders."""
        if not self._free:
            self._grow()
        seat = self._free.pop()
        slot = self.books.slots[seat]
        slot.bot = slot.account = seat
        slot.symbol, slot.leverage = self.symbols.index(symbol), 1.0
        return seat

    def leave_seat(self, seat: int) -> None:
        """Somebody else may have it; what stood there is gone."""
        self.books.slots[seat : seat + 1] = np.zeros(1, SLOT)
        self.books.working[2 * seat : 2 * seat + 2] = np.zeros(2, WORKING_ROW)
        self.books.active[seat] = RESTING
        self._free.append(seat)

    def do(self, requests: Table[Request]) -> None:
        """Do what is asked, in order."""
        do_requests(requests, self.market, self.spec, self.books, self._logs)

    def see(self, bar: Bar) -> None:
        """Take the next bar; the one that was seen last may come again."""
        if bar.ts < self.next_ts:
            return
        impact = self._recent.push(bar) if self._recent else None
        self.market = market_of_bar(bar, self.interval, self.costs, impact)
        self.next_ts = bar.ts + self.market.interval_ms
        self.closes = np.where(np.isnan(bar.close), self.closes, bar.close)

    def fill(self) -> Filled:
        """What the bar that was seen last fills: funding, gaps, working orders, protection."""
        events = table_of(Event, EVENTS_PER_SEAT * len(self.books.slots))
        count = fill_bar(self.market, self.spec, self.friction, self.books, self._logs, events)
        used = self._logs.used
        return Filled(
            plain(events, count),
            plain(self._logs.fills, int(used[FILLS])).copy(),
            plain(self._logs.orders, int(used[ORDERS])).copy(),
        )

    def moving(self) -> list[int]:
        """Seats that a bar changes even when nothing happens: with a working order or a trailing stop."""
        return np.flatnonzero(self.books.active == BUSY).tolist()

    def states(self, seats: Sequence[int]) -> list[bytes]:
        """The positions and orders of some seats, in the layout of paddock.engine.carried."""
        return states(self.books, seats)

    def restore(self, seat: int, state: bytes, layout: str) -> None:
        """Give a seat that was just taken the state that was written in `layout`."""
        restore(self.books, [seat], [state], layout)
        slot = self.books.slots[seat]
        slot.mark = self.closes[slot.symbol]

    def _grow(self) -> None:
        seats = len(self.books.slots)
        grown = fresh_books(2 * seats)
        for name in Books._fields:
            old = getattr(self.books, name)
            getattr(grown, name)[: len(old)] = old
        self.books, self._logs = grown, fresh_logs(2 * seats)
        self._free = list(range(2 * seats - 1, seats - 1, -1))


def fresh_books(seats: int) -> Books:
    """Seats that nobody has, each with a bot and an account of its own."""
    books = Books(
        table_of(Slot, seats), table_of(Working, 2 * seats), table_of(Bot, seats), table_of(Account, seats),
        np.zeros(seats, np.uint8),
    )  # fmt: skip
    every = np.arange(seats)
    for name in ("bot", "account"):
        books.slots[name] = every
    books.bots["account"] = books.bots["first_slot"] = books.accounts["first_slot"] = every
    books.bots["slots"] = books.accounts["slots"] = 1
    return books


def fresh_logs(seats: int) -> Logs:
    """Room for the most that one bar can write."""
    rows = ROWS_PER_SLOT * seats
    return Logs(
        table_of(Order, 2 * seats + rows), table_of(Fill, rows), table_of(Trade, rows), table_of(Refused, 1),
        np.zeros(4, np.int64), 0,
    )  # fmt: skip


def last_closes(tape: Tape) -> Floats:
    """The last known close of each symbol [S]; NaN without."""
    out = np.full(len(tape.symbols), np.nan)
    for s, close in enumerate(tape.close):
        known = np.flatnonzero(~np.isnan(close))
        if len(known):
            out[s] = close[known[-1]]
    return out
