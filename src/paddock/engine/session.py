"""A session: books, logs and equity being carried over a tape, some bars at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES
from paddock.engine.costs import Costs
from paddock.engine.kernel import advance
from paddock.engine.log import FILL, ORDER, REFUSAL, TRADE, Rows
from paddock.engine.pack import books_of, friction_of, market_of, spec_of
from paddock.engine.state import Decisions, Logs
from paddock.market.tape import Ints, Tape
from paddock.strategy.program import Program

FIRST_ROWS = 1024


class Session:
    """State of one or more bots over one tape: the only place where the kernel is called.

    `equity[account, bar - begin]` fills as bars are run. Bots are given in the order of their accounts.
    """

    def __init__(
        self, programs: Sequence[Program], tape: Tape, costs: Costs, starts: Sequence[int], accounts: Sequence[int],
        begin: int, end: int,
    ) -> None:  # fmt: skip
        self.begin, self.end, self.at = begin, end, begin
        self.market = market_of(tape, costs)
        self.spec = spec_of(tape, costs)
        self.friction = friction_of(costs)
        self.books = books_of(programs, tape, starts, accounts)
        self.logs = Logs(
            np.zeros(FIRST_ROWS, ORDER), np.zeros(FIRST_ROWS, FILL), np.zeros(FIRST_ROWS, TRADE),
            np.zeros(FIRST_ROWS, REFUSAL), np.zeros(4, np.int64),
        )  # fmt: skip
        self.equity: Ints = np.empty((len(starts), end - begin), np.int64)

    def run(self, decisions: Decisions, until: int) -> None:
        """Advance to bar `until` with `decisions`, which must cover the bars from `self.at` on."""
        while self.at < until:
            self.at = advance(
                self.at, until, self.begin, self.market, self.spec, self.friction, decisions, self.books, self.logs,
                self.equity, np.zeros(len(decisions.actions), np.uint8), np.zeros(decisions.stack, np.uint8),
            )  # fmt: skip
            if self.at < until:
                self._grow()

    def _grow(self) -> None:
        rows = (self.logs.orders, self.logs.fills, self.logs.trades, self.logs.refusals)
        self.logs = Logs(*(doubled(log) for log in rows), self.logs.used)

    @property
    def orders(self) -> Rows:
        return self.logs.orders[: self.logs.used[ORDERS]]

    @property
    def fills(self) -> Rows:
        return self.logs.fills[: self.logs.used[FILLS]]

    @property
    def trades(self) -> Rows:
        return self.logs.trades[: self.logs.used[TRADES]]

    @property
    def refusals(self) -> Rows:
        return self.logs.refusals[: self.logs.used[REFUSALS]]


def doubled(rows: Rows) -> Rows:
    """The same rows with as much room again."""
    grown = np.zeros(2 * len(rows), rows.dtype)
    grown[: len(rows)] = rows
    return grown
