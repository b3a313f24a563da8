"""The bot's half of the engine: living bots that book what a venue reports, and decide when a bar closes.

A backtest fills and decides in one step. Here the fills come from outside; what books them and what decides is compiled
from the same parts, so that the orders, fills and trades of a bot whose venue fills as the backtest does are those of
the backtest, row for row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paddock.core.orders import Refusal
from paddock.engine.carried import LAYOUT, require_fit, restore, states
from paddock.engine.costs import Costs
from paddock.engine.drained import DrainedLogs
from paddock.engine.fleet import LiveTests
from paddock.engine.guards import state_value, widened
from paddock.engine.log import CANCELED, EXPIRED, Rows
from paddock.engine.onebar import last_bar, market_of_bar
from paddock.engine.pack import books_of, spec_of, step_of
from paddock.engine.reported import END, FILL, PAYMENT, Done, Report, book_reports, decide_bar
from paddock.engine.rows import Table, plain, table_of
from paddock.engine.signals import pack_rules
from paddock.engine.state import NO_ORDER, Decisions, Slot, Step
from paddock.engine.told import (
    Booked,
    Decided,
    FillReport,
    Fired,
    FundingReport,
    Levels,
    Leverage,
    Refused,
    VenueReport,
)
from paddock.market.feature import Feature
from paddock.market.growing import Bar, GrowingTape
from paddock.market.stream import FeatureStream
from paddock.market.tape import Ints, Tape
from paddock.strategy.expr import TRUE, UNKNOWN, StateField, Test
from paddock.strategy.program import Action, Program

Codes = NDArray[np.uint8]
LEVELS = ("lots", "symbol", "stop_pct", "stop_at", "take_pct", "take_at", "trail_pct")


class LiveSession:
    """Living bots on one tape, each on an account of its own. Nothing grows with the bars that pass.

    The bars of `tape` are known, `close` brings the next; `bar` counts all of them, as a backtest over all of them
    would. `starts` [bots] is the cash that each bot began with (µ-dollars). `features` are carried besides those that
    the rules read, for strategies that decide outside. Every program's interval is the tape's.
    """

    def __init__(
        self, programs: Sequence[Program], tape: Tape, *, starts: Sequence[int], features: Sequence[Feature] = ()
    ) -> None:
        self.symbols, self.interval, self.bar = tape.symbols, tape.interval, tape.bars
        self.spec = spec_of(tape, Costs())
        self.books = books_of(programs, tape, starts, range(len(programs)))
        self._rules = pack_rules(programs)
        self._growing = GrowingTape(tape)
        self.stream = FeatureStream(tape, tuple(dict.fromkeys((*self._rules.features, *features))))
        self._tests = LiveTests(self._rules, self.stream, tape)
        self._feature = {feature: n for n, feature in enumerate(self.stream.features)}
        self._test = {key: n for n, key in enumerate(self._rules.tests)}
        self._clock = np.array([tape.row(symbol) for symbol in self._rules.clock], np.int64)
        self._every = np.arange(len(self._rules.actions), dtype=np.int32)
        self._rule = counted([len(program.rules) for program in programs])
        self._places = [
            {symbol: first + n for n, symbol in enumerate(program.symbols)}
            for program, first in zip(programs, self.books.bots["first_slot"].tolist(), strict=True)
        ]
        self._anchor = int(tape.ts[0]) if tape.bars else 0
        self._market = market_of_bar(last_bar(tape), tape.interval, Costs())
        self._drained = DrainedLogs(self.books, self.spec, tape.symbols)

    # What happens

    def close(self, bar: Bar, blocked: NDArray[np.int8] | None = None) -> Decided:
        """Decide at the close of `bar`, the next one. `blocked` [slots] is a Refusal for every entry of a slot, or 0.

        Raises Invalid (data.range) when the bar is not later than the last.
        """
        self._growing.append(bar)
        self.stream.push(self._growing.tape)
        self._market = market_of_bar(bar, self.interval, Costs())
        self.books.slots["blocked"] = 0 if blocked is None else blocked
        present = ~np.isnan(bar.close)
        action = self._every if present.all() else self._every[present[self._clock]]
        signals = self._signals(self._rules.actions, action, UNKNOWN, self._tests.codes(present))
        decided = self._decide(True, signals, self._rule, self.bar)
        self.bar += 1
        return decided

    def act(self, actions: Mapping[int, Sequence[Action]]) -> Decided:
        """Do what was decided outside at the close of the last bar: actions in firing order, by bot.

        A rule's number in the answer is the place of the action in its bot's sequence.
        """
        bots = sorted(actions)
        chosen = [(self._places[bot][action.symbol], action) for bot in bots for action in actions[bot]]
        steps = table_of(Step, len(chosen))
        for n, (slot, action) in enumerate(chosen):
            steps[n] = step_of(action, slot)
        signals = self._signals(steps, np.arange(len(chosen), dtype=np.int32), TRUE, np.empty((0, 1), np.uint8))
        return self._decide(False, signals, counted([len(actions[bot]) for bot in bots]), self.bar - 1)

    def book(self, reports: Sequence[VenueReport]) -> Booked:
        """Book what a venue reported, in the order given; no report can fail. It belongs to the bar yet to close."""
        rows = table_of(Report, len(reports))
        plain(rows, len(rows))[:] = [self._row(report) for report in reports]
        step = self._market.interval_ms
        rows["ts"] -= (rows["ts"] - self._anchor) % step
        drained = self._drained
        logs = drained.open(self.bar, len(rows), len(rows), 0)
        book_reports(rows, step, self.spec, self.books, logs)
        drained.number()
        fills = drained.fill_rows
        ours, given = fills["order"] >= 0, rows["number"][rows["what"] == FILL]
        fills["order"] = np.where(ours, drained.numbers[fills["order"]], given)
        bare = rows["slot"][rows["bare"] == 1].tolist()
        booked = Booked(
            orders=drained.new_orders(np.empty(0, np.int64), np.empty(0, np.int64)),
            ended=drained.ended(),
            order_rows=drained.order_rows,
            fills=fills,
            trades=drained.trade_rows,
            bare=[(int(self.books.slots[i].bot), self.symbols[self.books.slots[i].symbol]) for i in bare],
        )
        drained.empty()
        return booked

    # What is

    @property
    def slots(self) -> Rows:
        """The slots as rows of paddock.engine.state.Slot: those of a bot together, symbols in name order."""
        return plain(self.books.slots, len(self.books.slots))

    @property
    def equity(self) -> Ints:
        """Equity of each bot's account in micro-dollars."""
        accounts = self.books.accounts
        return np.asarray(accounts["cash"] + accounts["unrealised"])

    def slot(self, bot: int, symbol: str) -> Slot:
        """The position of a bot on one of its symbols, with its levels."""
        slot: Slot = self.books.slots[self._places[bot][symbol]]
        return slot

    def value(self, feature: Feature) -> float:
        """A carried feature at the last close; NaN where it is not known."""
        return float(self.stream.values[self._feature[feature]])

    def position_state(self, bot: int, symbol: str, field: StateField) -> float:
        """What a strategy may know of its position at the last close; NaN is unknown."""
        slot, s = self.slot(bot, symbol), self.symbols.index(symbol)
        close_ts = int(self._market.ts[0]) + self._market.interval_ms
        return float(
            state_value(int(field), slot, close_ts, float(self.spec.lot_scale[s]), float(self.spec.lot_value[s]))
        )

    def code(self, clock: str, test: Test) -> int:
        """What a market test of a rule on `clock` came to at the last close: FALSE, UNKNOWN or TRUE."""
        return self._tests.code(self._test[clock, test])

    def states(self, bots: Sequence[int]) -> list[bytes]:
        """The states of some bots, in the layout of paddock.engine.carried."""
        return states(self.books, bots)

    def require_fit(self, bot: int, state: bytes, layout: str = LAYOUT) -> None:
        """Raises Invalid (run.state) when the state is not one of the bot's strategy."""
        require_fit(self.books, bot, state, layout)

    def restore(self, bots: Sequence[int], states: Sequence[bytes], layout: str = LAYOUT) -> None:
        """Go on with bots where they were. Raises Invalid (run.state) when a state does not fit; then nothing is done.

        To do it once for many is quicker by far.
        """
        restore(self.books, bots, states, layout)
        self._drained.rebuild()

    # How

    def _signals(self, actions: Table[Step], action: NDArray[np.int32], code: int, tests: Codes) -> Decisions:
        """`action` of `actions`, each with the code of its guard (UNKNOWN: to be judged), at the one bar there is."""
        rules = self._rules
        return Decisions(
            actions, rules.guard_op, rules.guard_arg, rules.stack, rules.state_field, rules.state_op, rules.state_slot,
            rules.state_const, tests, 0, np.zeros(1, np.int64), np.array([0, len(action)]), action,
            np.full(len(action), widened(code), np.uint8),
        )  # fmt: skip

    def _decide(self, closing: bool, signals: Decisions, rule: Ints, bar: int) -> Decided:
        """Let the kernel decide; `rule[k]` is the number of action `k` in its bot."""
        most = len(signals.action)
        drained, done = self._drained, table_of(Done, most)
        logs = drained.open(bar, len(self.books.slots) + most, 0, 2 * most)
        count = decide_bar(
            closing, signals, self._market, self.spec, self.books, logs, np.zeros(most, np.uint8),
            np.zeros(max(signals.stack, 1), np.uint8), done,
        )  # fmt: skip
        drained.number()
        notes = plain(done, count)
        by = rule[notes["action"]]
        decided = Decided(
            ts=int(self._market.ts[0]) + self._market.interval_ms,
            fired=self._fired(signals.actions, notes, by),
            orders=drained.new_orders(notes["orders"], by),
            ended=drained.ended(),
            levels=self._levels(signals.actions, notes, by),
            leverages=self._leverages(signals.actions, notes, by),
            refused=self._refused(drained.refusal_rows, notes, by),
            order_rows=drained.order_rows,
            refusal_rows=drained.refusal_rows,
            equity=self.equity,
            cash=self.books.accounts["cash"].copy(),
        )
        drained.empty()
        return decided

    def _whose(self, actions: Table[Step], notes: Rows) -> list[tuple[int, str]]:
        """(bot, symbol) of each action that was done."""
        slots = self.slots[plain(actions, len(actions))["slot"][notes["action"]]]
        return [(bot, self.symbols[s]) for bot, s in zip(slots["bot"].tolist(), slots["symbol"].tolist(), strict=True)]

    def _fired(self, actions: Table[Step], notes: Rows, rule: Ints) -> list[Fired]:
        return [Fired(*whose, by) for whose, by in zip(self._whose(actions, notes), rule.tolist(), strict=True)]

    def _levels(self, actions: Table[Step], notes: Rows, rule: Ints) -> list[Levels]:
        moved = np.flatnonzero(notes["stop"] | notes["take"] | notes["trail"])
        slots = self.slots[plain(actions, len(actions))["slot"][notes["action"][moved]]]
        changed = zip(*((notes[name][moved] == 1).tolist() for name in ("stop", "take", "trail")), strict=True)
        wanted = zip(*(slots[name].tolist() for name in LEVELS), strict=True)
        whose = self._whose(actions, notes[moved])
        found = []
        for (bot, symbol), by, (stop, take, trail), held in zip(
            whose, rule[moved].tolist(), changed, wanted, strict=True
        ):
            lots, s, stop_pct, stop_at, take_pct, take_at, trail_pct = held
            stop_px, take_px = self._drained.level(stop_at, lots < 0, s), self._drained.level(take_at, lots > 0, s)
            found.append(Levels(bot, symbol, by, stop, take, trail, stop_pct, stop_px, take_pct, take_px, trail_pct))
        return found

    def _leverages(self, actions: Table[Step], notes: Rows, rule: Ints) -> list[Leverage]:
        moved = np.flatnonzero(notes["leverage"])
        leverage = plain(actions, len(actions))["leverage"][notes["action"][moved]].tolist()
        whose = self._whose(actions, notes[moved])
        return [Leverage(*who, by, to) for who, by, to in zip(whose, rule[moved].tolist(), leverage, strict=True)]

    def _refused(self, rows: Rows, notes: Rows, rule: Ints) -> list[Refused]:
        by = np.searchsorted(notes["refusals"], np.arange(len(rows)), side="right") - 1
        fields = zip(
            rows["bot"].tolist(), rows["symbol"].tolist(), rule[by].tolist(), rows["reason"].tolist(), strict=True
        )
        return [Refused(bot, self.symbols[s], number, Refusal(reason)) for bot, s, number, reason in fields]

    def _row(self, report: VenueReport) -> tuple[Any, ...]:
        """The report in the order of the fields of Report."""
        slot = self._places[report.bot][report.symbol]
        if isinstance(report, FillReport):
            return (
                FILL, slot, report.number, report.kind, report.entry, report.side, report.maker, report.within, 0,
                report.lots, report.px, report.fee, report.venue_ts, 0,
            )  # fmt: skip
        if isinstance(report, FundingReport):
            return (PAYMENT, slot, NO_ORDER, 0, 0, 0, 0, 0, 0, 0, 0.0, report.amount, 0, 0)
        state = EXPIRED if report.expired else CANCELED
        return (END, slot, report.number, 0, report.entry, 0, 0, 0, state, 0, 0.0, 0, 0, 0)


def counted(counts: Sequence[int]) -> Ints:
    """0, 1, … for each count, one after the other."""
    return np.concatenate([np.arange(0), *(np.arange(count) for count in counts)])
