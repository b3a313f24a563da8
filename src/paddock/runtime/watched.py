"""Which prices were watched over a position, and from when until when? Entry, stop, target and trailing stop, for a
chart.

At a venue those are orders that rested there. The paper venue keeps levels itself: they follow from the fills, from the
levels that were decided and, for a trailing stop, from the bars, by the venue's own rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from math import isnan
from typing import Final

from sqlalchemy import Connection, RowMapping, and_, func, or_, select

from paddock.core.instrument import Instrument
from paddock.core.orders import TERMINAL, OrderKind, OrderState, Side
from paddock.core.rounding import nearest_int
from paddock.journal.events import events
from paddock.journal.intents import get
from paddock.journal.kinds import EventKind
from paddock.journal.tables import decisions, fills, orders, positions
from paddock.runtime.accounts import PAPER
from paddock.runtime.levels import stop_px, take_px
from paddock.runtime.requests import placement
from paddock.runtime.runs import Run
from paddock.runtime.seen import read_bars
from paddock.runtime.tables import accounts
from paddock.venues.broker import NO_BRACKET, Bracket, Placement


class LevelKind(StrEnum):
    ENTRY = "entry"
    STOP = "stop"
    TARGET = "target"
    TRAIL = "trail"


@dataclass(frozen=True, slots=True)
class Level:
    """A price that was watched from `since_ts` until `until_ts` (None: still). `order_ts` is when what put it there
    was acknowledged, or on paper decided or filled: a trailing stop moves on under one order. Times are ms UTC."""

    kind: LevelKind
    px: float
    since_ts: int
    until_ts: int | None
    order_ts: int


@dataclass(frozen=True, slots=True)
class Market:
    """Where a run trades a symbol: the grid, the place of the symbol among those of the feed, the length of a bar."""

    instrument: Instrument
    row: int
    step: int


PAGE: Final = 500  # fills that are read at once
_KINDS: Final = {
    OrderKind.STOP: LevelKind.STOP,
    OrderKind.TAKE: LevelKind.TARGET,
    OrderKind.TRAIL: LevelKind.TRAIL,
}
_BAR_CLOSED, _DECIDED, _ENDED, _FILLED = range(4)  # in this order where they are at one time


def levels_of(conn: Connection, run: Run, market: Market, from_ts: int = 0) -> list[Level]:
    """Levels of one symbol of a run that stood at `from_ts` or later, in the order of their beginnings."""
    watch = _Watch(market)
    filled = _filled(conn, run, market.instrument.symbol, from_ts)
    if filled:
        ordered = _ordered(conn, run, market.instrument.symbol, filled[0]["venue_ts"])
        venue = conn.execute(select(accounts.c.venue).where(accounts.c.account_id == run.account_id)).scalar_one()
        if venue == PAPER:
            _play(conn, run, watch, filled, ordered)
        else:
            for fill in filled:
                watch.fill(fill, NO_BRACKET)
            watch.ended += _rested(ordered)
    found = [one for one in watch.all() if one.until_ts is None or one.until_ts >= from_ts]
    return sorted(found, key=lambda one: (one.since_ts, one.kind))


def _filled(conn: Connection, run: Run, symbol: str, from_ts: int) -> list[RowMapping]:
    """The fills since the position was last flat before `from_ts`; read from the newest back, as a life has many."""
    c, p = fills.c, positions.c
    held = select(p.qty).where(p.account_id == run.account_id, p.run_id == run.run_id, p.symbol == symbol)
    lots = conn.execute(held).scalar_one_or_none() or 0
    wanted = select(fills).where(c.run_id == run.run_id, c.symbol == symbol)
    newest = wanted.order_by(c.venue_ts.desc(), c.fill_id.desc())
    found: list[RowMapping] = []
    with conn.execute(newest, execution_options={"yield_per": PAGE}) as rows:
        for row in rows.mappings():
            if lots == 0 and row["venue_ts"] < from_ts:
                break
            found.append(row)
            lots -= row["side"] * row["lots"]
    return found[::-1]


def _ordered(conn: Connection, run: Run, symbol: str, from_ts: int) -> list[_Ordered]:
    """Levels that were orders of their own, and acknowledged, as far as they stood at `from_ts` or later."""
    its = and_(decisions.c.run_id == orders.c.run_id, decisions.c.decision == orders.c.decision)
    wanted = (
        select(orders, func.coalesce(decisions.c.ts, orders.c.intended_ts).label("decided_ts"))
        .outerjoin(decisions, its)
        .where(orders.c.run_id == run.run_id, orders.c.symbol == symbol, orders.c.kind.in_([int(k) for k in _KINDS]))
        .where(or_(orders.c.changed_ts >= from_ts, orders.c.state.not_in(sorted(TERMINAL))))
        .order_by(orders.c.intended_ts)
    )
    rows = list(conn.execute(wanted).mappings())
    if not rows:
        return []
    c = events.c
    told = select(c.ts, c.payload).where(c.stream == f"run:{run.run_id}", c.kind == EventKind.ORDER_OPENED)
    since = rows[0]["intended_ts"]
    opened = {json.loads(payload)["intent_id"]: ts for ts, payload in conn.execute(told.where(c.ts >= since))}
    return [_Ordered(row, opened[row["intent_id"]]) for row in rows if row["intent_id"] in opened]


@dataclass(frozen=True, slots=True)
class _Ordered:
    """A level that is an order: its row, and when it was acknowledged."""

    row: RowMapping
    opened_ts: int

    @property
    def until_ts(self) -> int | None:
        return self.row["changed_ts"] if OrderState(self.row["state"]) in TERMINAL else None


def _rested(ordered: Sequence[_Ordered]) -> Iterator[Level]:
    """Levels as a venue had them."""
    for one in ordered:
        kind = _KINDS[OrderKind(one.row["kind"])]
        yield Level(kind, one.row["px"], one.opened_ts, one.until_ts, one.opened_ts)


def _play(conn: Connection, run: Run, watch: _Watch, filled: Sequence[RowMapping], ordered: Sequence[_Ordered]) -> None:
    """Let happen what happened on paper, in the order of time."""
    names = {row["intent_id"] for row in filled} | {one.row["intent_id"] for one in ordered}
    asked = {name: placement(intent.request) for name, intent in get(conn, names).items()}
    brackets = {name: order.bracket for name, order in asked.items()}
    happened: list[tuple[int, int, Callable[[], None]]] = []
    for one in ordered:
        order, row = asked[one.row["intent_id"]], one.row
        happened.append((row["decided_ts"], _DECIDED, partial(watch.protect, order, row["decided_ts"])))
        if one.row["state"] == OrderState.CANCELED:
            happened.append((row["changed_ts"], _ENDED, partial(watch.drop, order, row["changed_ts"])))
    for row in filled:
        bracket = brackets.get(row["intent_id"], NO_BRACKET)
        happened.append((row["venue_ts"], _FILLED, partial(watch.fill, row, bracket)))
    if any(bracket.trail_pct for bracket in brackets.values()) or any(
        order.kind is OrderKind.TRAIL for order in asked.values()
    ):
        step, row_of = watch.market.step, watch.market.row
        for bar in read_bars(conn, run.feed, filled[0]["venue_ts"] - 2 * step):
            high, low, close = (float(column[row_of]) for column in (bar.high, bar.low, bar.close))
            if not isnan(close):
                happened.append((bar.ts + step, _BAR_CLOSED, partial(watch.trail, bar.ts + step, high, low, close)))
    for _, _, happen in sorted(happened, key=lambda one: one[:2]):
        happen()


class _Watch:
    """A position as its fills make it, and the levels over it by the rules of docs/engine.md."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.ended: list[Level] = []
        self._standing: dict[LevelKind, Level] = {}
        self._lots = self._cost = 0
        self._bracket = NO_BRACKET
        self._orders: dict[LevelKind, tuple[str, int]] = {}  # what put each level there, and when
        self._begun: set[str] = set()
        self._extreme = self._close = 0.0
        self._entered_ts = 0

    def all(self) -> list[Level]:
        return [*self.ended, *self._standing.values()]

    def fill(self, row: RowMapping, bracket: Bracket) -> None:
        """The first fill of an entry brings its bracket, in the place of what was there."""
        ts, name, signed = row["venue_ts"], row["intent_id"], row["side"] * row["lots"]
        value = nearest_int(row["lots"] * row["px"] * 10.0 ** (6 - row["qty_decimals"]))
        if self._lots * signed >= 0:
            if self._lots == 0 or name not in self._begun:
                self._begun.add(name)
                self._bracket, self._extreme = bracket, row["px"]
                self._orders = dict.fromkeys(LevelKind, (name, ts))
            self._entered_ts = ts
            self._cost += value
        else:
            beyond = max(row["lots"] - abs(self._lots), 0)
            rest = self._cost - nearest_int(float(self._cost) * min(row["lots"] / abs(self._lots), 1.0))
            self._cost = nearest_int(float(value) * beyond / row["lots"]) if beyond else rest
        self._lots += signed
        self._show(ts)

    def protect(self, asked: Placement, ts: int) -> None:
        """A level that was decided takes the place of the one of its kind."""
        if self._lots * asked.side >= 0:
            return
        kind = _KINDS[asked.kind]
        if kind is LevelKind.STOP:
            self._bracket = replace(self._bracket, stop_pct=asked.pct, stop_px=asked.px)
        elif kind is LevelKind.TARGET:
            self._bracket = replace(self._bracket, take_pct=asked.pct, take_px=asked.px)
        else:
            self._bracket, self._extreme = replace(self._bracket, trail_pct=asked.pct), self._close
        self._orders[kind] = (asked.client_id, ts)
        self._show(ts)

    def drop(self, asked: Placement, ts: int) -> None:
        """A level that was cancelled is gone, if it is still the one that stands."""
        kind = _KINDS[asked.kind]
        if self._lots and self._orders[kind][0] == asked.client_id:
            self._bracket = _without(self._bracket, kind)
            self._show(ts)

    def trail(self, ts: int, high: float, low: float, close: float) -> None:
        """A bar that closed at `ts` carries the extreme, from its close where an entry filled within it."""
        self._close = close
        if self._lots:
            best, worst = (close, close) if self._entered_ts == ts - 1 else (high, low)
            self._extreme = max(self._extreme, best) if self._lots > 0 else min(self._extreme, worst)
            self._show(ts)

    def _show(self, ts: int) -> None:
        """End what is not there any more, and begin what is."""
        prices = self._prices() if self._lots else {}
        for kind, level in list(self._standing.items()):
            if (prices.get(kind), self._orders[kind][1]) != (level.px, level.order_ts):
                del self._standing[kind]
                if level.since_ts < ts:
                    self.ended.append(replace(level, until_ts=ts))
        for kind, px in prices.items():
            if kind not in self._standing:
                self._standing[kind] = Level(kind, px, ts, None, self._orders[kind][1])

    def _prices(self) -> dict[LevelKind, float]:
        instrument, bracket = self.market.instrument, self._bracket
        side = Side.BUY if self._lots > 0 else Side.SELL
        average = self._cost / abs(self._lots) / 10.0 ** (6 - instrument.qty_decimals)
        trailing = Bracket(stop_pct=bracket.trail_pct)
        found = {
            LevelKind.ENTRY: average,
            LevelKind.STOP: stop_px(replace(bracket, trail_pct=0.0), instrument, side, average),
            LevelKind.TARGET: take_px(bracket, instrument, side, average),
            LevelKind.TRAIL: stop_px(trailing, instrument, side, self._extreme),
        }
        return {kind: px for kind, px in found.items() if px > 0.0}


def _without(bracket: Bracket, kind: LevelKind) -> Bracket:
    if kind is LevelKind.STOP:
        return replace(bracket, stop_pct=0.0, stop_px=0.0)
    if kind is LevelKind.TARGET:
        return replace(bracket, take_pct=0.0, take_px=0.0)
    return replace(bracket, trail_pct=0.0)
