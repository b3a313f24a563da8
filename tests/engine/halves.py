"""The two halves of the engine joined by plain calls: what the bot wants goes to the venue, what happens comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from paddock.core.orders import OrderKind, Side
from paddock.engine.admit import FOREVER
from paddock.engine.costs import Costs
from paddock.engine.filling import CANCEL, DROP_LEVELS, PLACE, SET_LEVELS, SET_LEVERAGE, Request
from paddock.engine.live import LiveSession
from paddock.engine.log import CANCELED, EXPIRED, FILL, FILLED, ORDER, REFUSAL, TRADE, Rows, Run
from paddock.engine.pack import start_cash
from paddock.engine.reported import END
from paddock.engine.reported import FILL as FILLED_EVENT
from paddock.engine.rows import table_of
from paddock.engine.state import NO_ORDER
from paddock.engine.told import Booked, Decided, EndReport, FillReport, FundingReport, NewOrder, VenueReport
from paddock.engine.venue import VenueSide
from paddock.market.align import truncate
from paddock.market.feature import Feature
from paddock.market.growing import Bar
from paddock.market.tape import FineBars, Tape
from paddock.strategy.program import Program


def bar_at(tape: Tape, t: int) -> Bar:
    """Row `t` of a tape as it would have arrived."""
    names = ("open", "high", "low", "close", "volume")
    funding = {
        name: getattr(tape, name)[:, t]
        for name in ("funding_open", "funding_inside", "funding_last", "open_interest")
        if getattr(tape, name).shape[1]
    }
    fine = None
    if tape.fine:
        spans = [(int(tape.fine.start[s, t]), int(tape.fine.end[s, t])) for s in range(len(tape.symbols))]
        sizes = np.cumsum([0, *(end - start for start, end in spans)])
        open_, high, low = (
            np.concatenate([column[start:end] for start, end in spans])
            for column in (tape.fine.open, tape.fine.high, tape.fine.low)
        )
        fine = FineBars(tape.fine.interval, open_, high, low, sizes[:-1].reshape(-1, 1), sizes[1:].reshape(-1, 1))
    return Bar(int(tape.ts[t]), *(getattr(tape, name)[:, t] for name in names), **funding, fine=fine)


class Bridge:
    """Bots on one tape and a venue of their own; the rows of every bot are collected."""

    def __init__(
        self, programs: Sequence[Program], tape: Tape, costs: Costs, start: Decimal, begin: int,
        features: Sequence[Feature] = (),
    ) -> None:  # fmt: skip
        history = truncate(tape, begin) if begin else empty_head(tape)
        self.programs, self.tape, self.begin = programs, tape, begin
        self.live = LiveSession(programs, history, starts=[start_cash(start)] * len(programs), features=features)
        self.venue = VenueSide(history, costs)
        self.seats = {
            (b, symbol): self.venue.take_seat(symbol)
            for b, program in enumerate(programs)
            for symbol in program.symbols
        }
        self.owner = {seat: key for key, seat in self.seats.items()}
        self.numbers: dict[tuple[int, bool], int] = {}
        self.orders: list[dict[int, np.ndarray]] = [{} for _ in programs]
        self.fills: list[list[np.ndarray]] = [[] for _ in programs]
        self.trades: list[list[np.ndarray]] = [[] for _ in programs]
        self.refusals: list[list[np.ndarray]] = [[] for _ in programs]
        self.equity: list[np.ndarray] = []

    def run(self, end: int) -> None:
        for t in range(self.begin, end):
            self.step(bar_at(self.tape, t))

    def step(self, bar: Bar, blocked: np.ndarray | None = None) -> None:
        self.take(self.live.book(list(self.reports(bar))))
        decided = self.live.close(bar, blocked)
        self.take(decided)
        self.send(decided)
        self.equity.append(decided.equity)

    def reports(self, bar: Bar) -> Iterator[VenueReport]:
        self.venue.see(bar)
        filled = self.venue.fill()
        for event in filled.events:
            seat = int(event["slot"])
            bot, symbol = self.owner[seat]
            if event["what"] == FILLED_EVENT:
                fill = filled.fills[event["row"]]
                order = filled.orders[fill["order"]]
                kind = OrderKind(order["kind"])
                entry = kind < OrderKind.STOP and fill["order"] % 2 == 1
                number = self.numbers[seat, bool(entry)] if kind < OrderKind.STOP else NO_ORDER
                ts = bar.ts + (1 if event["within"] else 0)
                yield FillReport(
                    bot, symbol, kind, bool(entry), Side(fill["side"]), int(fill["lots"]), float(fill["px"]),
                    int(fill["fee"]), bool(fill["maker"]), ts, number, bool(event["within"]),
                )  # fmt: skip
            elif event["what"] == END:
                entry = bool(event["entry"])
                yield EndReport(bot, symbol, entry, self.numbers[seat, entry], event["state"] == EXPIRED)
            else:
                yield FundingReport(bot, symbol, int(event["amount"]))

    def send(self, decided: Decided) -> None:
        wants = []
        for order in decided.ended:
            wants.append({"what": CANCEL, "slot": self.seats[order.bot, order.symbol], "entry": order.entry})
        for levels in decided.levels:
            seat = self.seats[levels.bot, levels.symbol]
            for name, moved, values in (
                ("stop", levels.stop, {"stop_pct": levels.stop_pct, "stop_at": levels.stop_px}),
                ("take", levels.take, {"take_pct": levels.take_pct, "take_at": levels.take_px}),
                ("trail", levels.trail, {"trail_pct": levels.trail_pct}),
            ):
                if moved and any(values.values()):
                    wants.append({"what": SET_LEVELS, "slot": seat, **values})
                elif moved:
                    wants.append({"what": DROP_LEVELS, "slot": seat, f"{name}_pct": 1.0})
        for change in decided.leverages:
            seat = self.seats[change.bot, change.symbol]
            wants.append({"what": SET_LEVERAGE, "slot": seat, "leverage": change.leverage})
        for order in decided.orders:
            if order.live:
                wants.append(self.placing(order))
        requests = table_of(Request, len(wants))
        for n, want in enumerate(wants):
            for name, value in want.items():
                requests[n][name] = value
        self.venue.do(requests)

    def placing(self, order: NewOrder) -> dict[str, object]:
        seat = self.seats[order.bot, order.symbol]
        self.numbers[seat, order.entry] = order.number
        return {
            "what": PLACE, "slot": seat, "entry": order.entry, "kind": order.kind, "side": order.side,
            "reason": order.reason, "tif": order.tif, "lots": order.lots, "px": order.px, "leverage": order.leverage,
            "bound_px": order.bound_px, "first_ts": self.venue.next_ts, "expire_ts": order.expire_ts or FOREVER,
            "slices": order.slices, "stop_pct": order.stop_pct, "stop_at": order.stop_px, "take_pct": order.take_pct,
            "take_at": order.take_px, "trail_pct": order.trail_pct,
        }  # fmt: skip

    def take(self, news: Booked | Decided) -> None:
        """Keep the rows of every bot."""
        assert [order.lots for order in news.orders] == news.order_rows["lots"].tolist()
        for order in news.ended:
            state = FILLED if order.filled else EXPIRED if order.expired else CANCELED
            self.orders[order.bot][order.number]["state"] = state
        for order, row in zip(news.orders, news.order_rows, strict=True):
            self.orders[order.bot][order.number] = row
        if isinstance(news, Decided):
            for row in news.refusal_rows:
                self.refusals[row["bot"]].append(row)
            return
        for row in news.fills:
            self.fills[row["bot"]].append(row)
            if (
                row["order"] in self.orders[row["bot"]]
                and self.orders[row["bot"]][row["order"]]["kind"] < OrderKind.STOP
            ):
                self.orders[row["bot"]][row["order"]]["filled"] += row["lots"]
        for row in news.trades:
            self.trades[row["bot"]].append(row)

    def rows(self, bot: int, name: str) -> Rows:
        kept = {"orders": ORDER, "fills": FILL, "trades": TRADE, "refusals": REFUSAL}[name]
        rows = getattr(self, name)[bot]
        if name == "orders":
            rows = [rows[number] for number in sorted(rows)]
        out = without_gaps(np.array(rows, kept))
        if "bot" in out.dtype.names:
            out["bot"] = 0
        return out


def without_gaps(rows: Rows) -> Rows:
    """The same fields, the bytes between them 0."""
    out = np.zeros(len(rows), rows.dtype)
    for name in rows.dtype.names:
        out[name] = rows[name]
    return out


def empty_head(tape: Tape) -> Tape:
    """The tape before its first bar."""
    return truncate(tape, 0)


def first_difference(bridge: Bridge, bot: int, run: Run) -> str:
    """Where a bot's rows leave those of its backtest; nothing when they are the same to the last bit."""
    for name in ("orders", "fills", "trades", "refusals"):
        mine, theirs = bridge.rows(bot, name), without_gaps(getattr(run, name))
        if mine.tobytes() != theirs.tobytes():
            for n, (left, right) in enumerate(zip(mine, theirs, strict=False)):
                if left.tobytes() != right.tobytes():
                    return f"{name}[{n}] is {left} and not {right}, fields {mine.dtype.names}"
            return f"{name}: {len(mine)} rows, not {len(theirs)}"
    equity = np.array(bridge.equity)[:, bot]
    if not np.array_equal(equity, run.equity):
        n = int(np.flatnonzero(equity != run.equity)[0])
        return f"equity[{n}]: {equity[n]}, not {run.equity[n]}"
    return ""
