"""A session: books, logs and equity being carried over a tape, some bars at a time."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import cast

import numpy as np

from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES
from paddock.engine.costs import Costs
from paddock.engine.doze import nobody
from paddock.engine.kernel import Scratch, act_at_close, advance
from paddock.engine.log import Fill, Order, Refused, Rows, Trade
from paddock.engine.pack import books_of, friction_of, market_of, spec_of
from paddock.engine.rows import R, Table, dtype_of, plain, table_of
from paddock.engine.state import Decisions, Logs, Step
from paddock.market.tape import Ints, Tape
from paddock.strategy.program import Program

FIRST_ROWS = 1 << 14


class Session:
    """State of one or more bots over one tape: the only place where the kernel is called.

    `equity[account, bar - origin]` fills as bars are run; it has room for `keep` bars (all of them by default) and
    starts over when they are full. Bots are given in the order of their accounts.
    """

    def __init__(
        self, programs: Sequence[Program], tape: Tape, costs: Costs, starts: Sequence[int], accounts: Sequence[int],
        begin: int, end: int, keep: int | None = None,
    ) -> None:  # fmt: skip
        self.begin, self.end, self.at, self.origin = begin, end, begin, begin
        self.market = market_of(tape, costs)
        self.spec = spec_of(tape, costs)
        self.friction = friction_of(costs, tape.interval)
        self.costs = costs
        self._tape, self._starts, self._accounts = tape, starts, accounts
        self.books = books_of(programs, tape, starts, accounts)
        self.logs = Logs(
            table_of(Order, FIRST_ROWS),
            table_of(Fill, FIRST_ROWS),
            table_of(Trade, FIRST_ROWS),
            table_of(Refused, FIRST_ROWS),
            np.zeros(4, np.int64),
            0,
        )
        self.equity: Ints = np.empty((len(starts), keep or end - begin), np.int64)

    def restart(self, programs: Sequence[Program]) -> None:
        """Start over with other programs in the same memory; what earlier runs left behind is overwritten."""
        self.books = books_of(programs, self._tape, self._starts, self._accounts)
        self.logs.used[:] = 0
        self.at = self.origin = self.begin

    def run(self, decisions: Decisions, until: int) -> None:
        """Advance to bar `until` with `decisions`, which must cover the bars from `self.at` on."""
        room = self.equity.shape[1]
        fires, stack = np.zeros(len(decisions.actions), np.uint8), np.zeros(decisions.stack, np.uint8)
        scratch = Scratch(fires, stack, nobody(len(self.books.slots)))
        while self.at < until:
            if self.at == self.origin + room:
                self.origin = self.at
            stop = min(until, self.origin + room)
            self.at = advance(
                self.at, stop, self.origin, self.market, self.spec, self.friction, decisions, self.books, self.logs,
                self.equity, scratch,
            )  # fmt: skip
            if self.at < stop:
                self._grow()

    def slide(self, tape: Tape, dropped: int) -> None:
        """Go on over `tape`: the same bars, less the first `dropped`. Logs go on to count from the first of all."""
        self._tape, self.market = tape, market_of(tape, self.costs)
        self.logs = self.logs._replace(first_row=self.logs.first_row + dropped)
        self.begin, self.end, self.at = self.begin - dropped, self.end - dropped, self.at - dropped
        self.origin -= dropped

    def act(self, actions: Table[Step]) -> None:
        """Do what was decided outside at the close of the last bar run."""
        while min(map(len, self.logs[:4])) < int(self.logs.used.max()) + 2 * len(actions):
            self._grow()
        act_at_close(self.at - 1, actions, self.market, self.spec, self.books, self.logs)

    def fork(self) -> Session:
        """A copy that can go another way; the market is shared, nothing else is."""
        twin = copy.copy(self)
        twin.books, twin.logs, twin.equity = copy.deepcopy((self.books, self.logs, self.equity))
        return twin

    def _grow(self) -> None:
        orders, fills, trades, refusals, used, first = self.logs
        tables = doubled(Order, orders), doubled(Fill, fills), doubled(Trade, trades), doubled(Refused, refusals)
        self.logs = Logs(*tables, used, first)

    @property
    def orders(self) -> Rows:
        return plain(self.logs.orders, self.logs.used[ORDERS])

    @property
    def fills(self) -> Rows:
        return plain(self.logs.fills, self.logs.used[FILLS])

    @property
    def trades(self) -> Rows:
        return plain(self.logs.trades, self.logs.used[TRADES])

    @property
    def refusals(self) -> Rows:
        return plain(self.logs.refusals, self.logs.used[REFUSALS])


def doubled(row: type[R], rows: Table[R]) -> Table[R]:
    """The same rows with as much room again, copied as bytes: many times quicker than field by field."""
    grown = np.empty(2 * len(rows), dtype_of(row))
    old = np.asarray(rows).view(np.uint8)
    grown.view(np.uint8)[: len(old)] = old
    return cast("Table[R]", grown.view(np.recarray))
