"""A run as its journal tells it: the same rows that a backtest leaves behind, over the bars that it really saw.

So everything that reads a backtest (metrics, the result document, explanations) reads a living run. None of it is
stored: it is made of the orders, fills, closures and funding in the journal, and of the bars.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, func, select

from paddock.core.errors import Code, Invalid
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, OrderState, Reason, Refusal
from paddock.core.rounding import nearest_int
from paddock.core.time import interval_ms
from paddock.engine.backtest import Progress, backtest
from paddock.engine.costs import Costs
from paddock.engine.explain import BarReading, CodeReading, explain, explain_python
from paddock.engine.log import CANCELED, EXPIRED, FILL, FILLED, ORDER, REFUSAL, TRADE, WORKING, OpenPosition, Rows
from paddock.engine.log import Run as Record
from paddock.engine.scripted import backtest_python
from paddock.journal import tables as books
from paddock.journal.events import events
from paddock.journal.intents import intents
from paddock.journal.kinds import EventKind
from paddock.market.tape import Ints, Tape
from paddock.runtime.boxed import boxed
from paddock.runtime.kept import Boxes
from paddock.runtime.requests import placement
from paddock.runtime.runs import Run
from paddock.runtime.seen import lived
from paddock.runtime.tables import bot_versions, seen_bars
from paddock.strategy.compiler import compile_strategy, scope_symbols
from paddock.strategy.document import Document, Graph
from paddock.strategy.program import Program
from paddock.strategy.python import PythonProgram
from paddock.strategy.python import program_of as program_of_scope
from paddock.strategy.validate import load_document

_STATES = {
    OrderState.FILLED: FILLED,
    OrderState.CANCELED: CANCELED,
    OrderState.REFUSED: CANCELED,
    OrderState.NEVER_LANDED: EXPIRED,
    OrderState.EXPIRED: EXPIRED,
}
_PROTECTION = {
    OrderKind.STOP: Reason.STOP_LOSS,
    OrderKind.TAKE: Reason.TAKE_PROFIT,
    OrderKind.TRAIL: Reason.TRAILING_STOP,
    OrderKind.LIQUIDATION: Reason.LIQUIDATION,
}
_REFUSALS = {refusal.label: refusal for refusal in Refusal}


@dataclass(frozen=True, slots=True)
class Seen:
    """A run and the tape of its symbols that it saw: rows `begin` to `end` were lived, those before are history."""

    run: Run
    program: Program
    tape: Tape
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Told:
    """A run that lived, and what it decided by, to be run once more over the bars that it saw."""

    lived: Record
    code: Program | PythonProgram

    def again(self, progress: Progress | None = None) -> Record:
        """The backtest of the same. Raises Invalid (strategy.python) when a strategy in Python fails in it."""
        tape, costs, start_usd, window = self._wanted
        if isinstance(self.code, PythonProgram):
            return backtest_python(self.code, tape, start_usd=start_usd, costs=costs, window=window, progress=progress)
        return backtest(self.code, tape, start_usd=start_usd, costs=costs, window=window, progress=progress)

    def explain(self, at_ts: int, progress: Progress | None = None) -> BarReading | CodeReading:
        """What its strategy saw in the bar that contains `at_ts`, as a replay of the run finds it.

        `progress` is told of one in Python, which takes long. Raises Invalid: run.explain for a time that is in no bar
        of the run, and as `again`.
        """
        tape, costs, start_usd, window = self._wanted
        if isinstance(self.code, PythonProgram):
            return explain_python(
                self.code, tape, at_ts, start_usd=start_usd, costs=costs, window=window, progress=progress
            )
        return explain(self.code, tape, at_ts, start_usd=start_usd, costs=costs, window=window)

    @property
    def _wanted(self) -> tuple[Tape, Costs, Decimal, tuple[int, int]]:
        live = self.lived
        return live.tape, live.costs, Decimal(live.start_equity) / MICROS, (live.start, live.end)


class Tell:
    """Tells of living runs. `histories` gives the history of a feed by its name, `costs` what its venue charges.

    `boxes` makes the processes in which strategies in Python are run once more; without it they are not.
    """

    def __init__(
        self, histories: Callable[[str], Tape], costs: Callable[[str], Costs], boxes: Boxes | None = None
    ) -> None:
        self._histories, self._costs, self._boxes = histories, costs, boxes

    @contextmanager
    def told(self, conn: Connection, run: Run) -> Iterator[Told]:
        """A run, to be run once more while this lasts; `conn` is not needed for that.

        Raises Invalid: run.range before its first bar, run.explain for Python without `boxes`, and strategy.* for what
        cannot be run any more; Unavailable (machine) when there is no process to be had.
        """
        with self._code(conn, run) as code:
            program = code.program if isinstance(code, PythonProgram) else code
            yield Told(self.record(conn, run, program), code)

    @contextmanager
    def _code(self, conn: Connection, run: Run) -> Iterator[Program | PythonProgram]:
        """The pinned version of a run, compiled; a strategy in Python in a process of its own, which ends with this."""
        document, symbols = document_of(conn, run), self._histories(run.feed).symbols
        if isinstance(document.body, Graph):
            yield compile_strategy(document, symbols)
            return
        if self._boxes is None:
            raise Invalid(
                Code.RUN_EXPLAIN,
                "a Python strategy decides in code of its own, which is not run here",
                where="run_id",
                seen=document.name,
                rule="it is run in a process that holds it in",
            )
        with boxed(document, symbols, self._boxes) as code:
            yield code

    def opened(self, conn: Connection, run: Run, at_ts: int) -> int:
        """When the bar that contains `at_ts` opened; `at_ts` itself where the feed brought none."""
        c = seen_bars.c
        newest = conn.execute(select(func.max(c.ts)).where(c.feed == run.feed, c.ts <= at_ts)).scalar_one()
        within = newest is not None and at_ts < newest + interval_ms(self._histories(run.feed).interval)
        return int(newest) if within else at_ts

    def seen(self, conn: Connection, run: Run, program: Program | None = None) -> Seen:
        """The bars that a run saw. Raises Invalid (run.range) before its first."""
        history = self._histories(run.feed)
        step = interval_ms(history.interval)
        last = None if run.end_ts is None else run.end_ts - step
        program = program or program_of(conn, run, history)
        tape = lived(conn, run.feed, history, last, symbols=program.symbols)
        begin = tape.bars if run.begin_ts is None else int(np.searchsorted(tape.ts, run.begin_ts))
        if begin == tape.bars:
            raise Invalid(
                Code.RUN_RANGE,
                "the run has not seen a bar yet",
                where="run_id",
                seen=run.run_id,
                rule="there is something to tell once a bar has closed",
            )
        return Seen(run, program, tape, begin, tape.bars)

    def record(self, conn: Connection, run: Run, program: Program | None = None) -> Record:
        """What the run did, as a backtest would say it. Raises Invalid (run.range) before its first bar.

        Without a `program` the symbols that a strategy in Python only reads are left out.
        """
        seen = self.seen(conn, run, program)
        return _Teller(conn, seen).record(self._costs(run.feed))


def document_of(conn: Connection, run: Run) -> Document:
    """The pinned version of a run."""
    wanted = select(bot_versions.c.document).where(
        bot_versions.c.bot_id == run.bot_id, bot_versions.c.version == run.version
    )
    return load_document(conn.execute(wanted).scalar_one())


def program_of(conn: Connection, run: Run, tape: Tape) -> Program:
    """The pinned version of a run, compiled; that of a Python strategy has no rules."""
    document = document_of(conn, run)
    if isinstance(document.body, Graph):
        return compile_strategy(document, tape.symbols)
    return program_of_scope(document, scope_symbols(document.scope, tape.symbols), ())


class _Teller:
    """Reads one run's rows and puts them into a backtest's."""

    def __init__(self, conn: Connection, seen: Seen) -> None:
        self._conn, self._seen = conn, seen
        self._step = interval_ms(seen.tape.interval)
        self._orders = _rows(conn, books.orders, seen.run, "decision", "leg")
        self._fills = _rows(conn, books.fills, seen.run, "venue_ts", "fill_id")
        self._closures = {row["fill_id"]: row for row in _rows(conn, books.closures, seen.run, "exit_ts", "fill_id")}
        self._fundings = _rows(conn, books.fundings, seen.run, "venue_ts", "payment_id")

    def record(self, costs: Costs) -> Record:
        seen = self._seen
        orders, fills = self._told()
        equity, held = self._equity()
        fees, funding = (
            sum(int(row[name]) for row in rows) for rows, name in ((self._fills, "fee"), (self._fundings, "amount"))
        )
        realised = sum(int(row["realised"]) for row in self._closures.values())
        return Record(
            program=seen.program,
            tape=seen.tape,
            costs=costs,
            start=seen.begin,
            end=seen.end,
            start_equity=seen.run.capital,
            cash=seen.run.capital + realised - fees + funding,
            equity=equity,
            orders=orders,
            fills=fills,
            trades=self._trades(),
            refusals=self._refusals(),
            positions=self._positions(),
            fees=fees,
            funding=funding,
            realised=realised,
            bars_exposed=held,
            bars_ambiguous=0,
        )

    def _bar(self, ts: int) -> int:
        """The row of the bar that a time lies in."""
        return int(np.searchsorted(self._seen.tape.ts, ts, side="right")) - 1

    def _symbol(self, name: str) -> int:
        return self._seen.tape.row(name)

    def _value(self, symbol: str, lots: int, px: float) -> int:
        instrument = self._seen.tape.instruments[self._symbol(symbol)]
        return nearest_int(lots * px * 10.0 ** (6 - instrument.qty_decimals))

    def _told(self) -> tuple[Rows, Rows]:
        """Orders as they were decided, protection where it filled, in the order of time; and the fills of each."""
        wanted = select(intents.c.intent_id, intents.c.request).where(intents.c.run_id == self._seen.run.run_id)
        requests: dict[str, Any] = dict(self._conn.execute(wanted).all())
        decided = self._decided()
        made: list[tuple[tuple[int, int, int], dict[str, Any]]] = []
        own: dict[str, dict[str, Any]] = {}
        for n, row in enumerate(self._orders):
            if row["kind"] < OrderKind.STOP:
                request = placement(requests[row["intent_id"]])
                ts = decided.get(row["decision"], row["intended_ts"])
                told = self._order(row, ts, row["px"], int(request.tif), request.leverage)
                told |= {"bar": self._bar(ts - self._step), "reason": row["reason"]}
                told |= {"filled": row["traded"], "state": _STATES.get(OrderState(row["state"]), WORKING)}
                own[row["intent_id"]] = told
                made.append(((told["bar"], 1, n), told))
        fills: list[dict[str, Any]] = []
        for n, fill in enumerate(self._fills):
            bar = self._bar(fill["venue_ts"])
            ts = int(self._seen.tape.ts[bar])
            order = own.get(fill["intent_id"])
            if order is None:
                order = self._order(fill, ts, fill["px"], 0, 1.0)
                order |= {"bar": bar, "reason": _PROTECTION.get(OrderKind(fill["kind"]), Reason.REDUCE_POSITION)}
                order |= {"filled": fill["lots"], "state": FILLED}
                made.append(((bar, 0, n), order))
            value = self._value(fill["symbol"], fill["lots"], fill["px"])
            told = {"bar": bar, "ts": ts, "side": fill["side"], "maker": fill["maker"], "lots": fill["lots"]}
            told |= {"symbol": self._symbol(fill["symbol"]), "px": fill["px"], "value": value, "fee": fill["fee"]}
            fills.append(told | {"of": order})
        made.sort(key=lambda one: one[0])
        place = {id(order): n for n, (_, order) in enumerate(made)}
        for told in fills:
            told["order"] = place[id(told.pop("of"))]
        return _packed(ORDER, [order for _, order in made]), _packed(FILL, fills)

    def _decided(self) -> dict[int, int]:
        """The close of the bar that each decision was made at; a clock that runs fast may be beyond it already."""
        made = books.decisions
        wanted = select(made.c.decision, made.c.bar_ts).where(made.c.run_id == self._seen.run.run_id)
        return {row.decision: row.bar_ts + self._step for row in self._conn.execute(wanted)}

    def _order(self, row: Mapping[str, Any], ts: int, px: float, tif: int, leverage: float) -> dict[str, Any]:
        names = ("kind", "side", "lots")
        told = {name: row[name] for name in names}
        return told | {"symbol": self._symbol(row["symbol"]), "ts": ts, "px": px, "tif": tif, "leverage": leverage}

    def _trades(self) -> Rows:
        reasons = {row["intent_id"]: row["reason"] for row in self._orders}
        told = []
        for fill in self._fills:
            closure = self._closures.get(fill["fill_id"])
            if closure is None:
                continue
            entry, out = self._bar(closure["entry_ts"]), self._bar(closure["exit_ts"])
            instrument = self._seen.tape.instruments[self._symbol(fill["symbol"])]
            told.append(
                {name: closure[name] for name in ("side", "lots", "realised", "fees", "funding")}
                | {
                    "symbol": self._symbol(fill["symbol"]),
                    "reason": _PROTECTION.get(
                        OrderKind(fill["kind"]), reasons.get(fill["intent_id"], Reason.REDUCE_POSITION)
                    ),
                    "entry_bar": entry,
                    "entry_ts": int(self._seen.tape.ts[entry]),
                    "entry_px": closure["cost"] / closure["lots"] / 10.0 ** (6 - instrument.qty_decimals),
                    "exit_bar": out,
                    "exit_ts": int(self._seen.tape.ts[out]),
                    "exit_px": fill["px"],
                    "pnl": closure["realised"] - closure["fees"] + closure["funding"],
                }
            )
        return _packed(TRADE, told)

    def _refusals(self) -> Rows:
        wanted = (
            select(events.c.ts, events.c.payload)
            .where(events.c.stream == f"run:{self._seen.run.run_id}", events.c.kind == EventKind.ENTRY_REFUSED)
            .order_by(events.c.position)
        )
        told = []
        for ts, payload in self._conn.execute(wanted):
            one = json.loads(payload)
            reason = _REFUSALS.get(one["reason"], Refusal.FROZEN)
            told.append(
                {"bar": self._bar(ts - self._step), "ts": ts, "symbol": self._symbol(one["symbol"]), "reason": reason}
            )
        return _packed(REFUSAL, told)

    def _positions(self) -> tuple[OpenPosition, ...]:
        tape = self._seen.tape
        found = []
        for row in _rows(self._conn, books.positions, self._seen.run, "symbol"):
            if row["qty"]:
                close = tape.close[self._symbol(row["symbol"])]
                mark = float(close[~np.isnan(close)][-1])
                lots, side = abs(row["qty"]), 1 if row["qty"] > 0 else -1
                entry_px = row["cost"] / lots / 10.0 ** (6 - row["qty_decimals"])
                unrealised = side * (self._value(row["symbol"], lots, mark) - row["cost"])
                entry_ts = int(tape.ts[self._bar(row["entry_ts"])])
                found.append(OpenPosition(row["symbol"], side, lots, entry_ts, entry_px, unrealised, 0.0, 0.0))
        return tuple(found)

    def _equity(self) -> tuple[Ints, int]:
        """Equity at each close, and at how many of them a position was open."""
        seen = self._seen
        bars = seen.end - seen.begin
        cash = np.zeros(bars, np.int64)
        exposed = np.zeros(bars, bool)
        for row in self._fundings:
            cash[self._bar(row["venue_ts"]) - seen.begin :] += row["amount"]
        for row in self._fills:
            closure = self._closures.get(row["fill_id"])
            cash[self._bar(row["venue_ts"]) - seen.begin :] += (closure["realised"] if closure else 0) - row["fee"]
        equity = seen.run.capital + cash
        for symbol in sorted({row["symbol"] for row in self._fills}):
            unrealised, open_ = self._unrealised(symbol)
            equity += unrealised
            exposed |= open_
        return equity, int(exposed.sum())

    def _unrealised(self, symbol: str) -> tuple[Ints, Any]:
        """Of one symbol at each close, marked at its last known price; and whether a position was open."""
        seen = self._seen
        bars = seen.end - seen.begin
        lots, cost = np.zeros(bars, np.int64), np.zeros(bars, np.int64)
        for fill in self._fills:
            if fill["symbol"] != symbol:
                continue
            at = self._bar(fill["venue_ts"]) - seen.begin
            closure = self._closures.get(fill["fill_id"])
            closed = closure["exit_value"] if closure else 0
            lots[at:] += fill["side"] * fill["lots"]
            cost[at:] += self._value(symbol, fill["lots"], fill["px"]) - closed - (closure["cost"] if closure else 0)
        close = seen.tape.close[self._symbol(symbol)]
        known = np.maximum.accumulate(np.where(np.isnan(close), 0, np.arange(len(close))))[seen.begin : seen.end]
        value = np.zeros(bars, np.int64)
        for t in np.flatnonzero(lots):
            signed = int(lots[t])
            worth = self._value(symbol, abs(signed), float(close[known[t]]))
            value[t] = worth - cost[t] if signed > 0 else cost[t] - worth
        return value, lots != 0


def _rows(conn: Connection, table: Table, run: Run, *order: str) -> list[dict[str, Any]]:
    """The rows of one run, in order."""
    wanted = select(table).where(table.c.run_id == run.run_id).order_by(*(table.c[name] for name in order))
    return [dict(row) for row in conn.execute(wanted).mappings()]


def _packed(dtype: np.dtype[np.void], rows: list[dict[str, Any]]) -> Rows:
    """Rows of the engine's logs; what is not said is 0."""
    packed = np.zeros(len(rows), dtype)
    for n, row in enumerate(rows):
        for name, value in row.items():
            packed[name][n] = value
    return packed
