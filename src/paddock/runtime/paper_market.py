"""One market of the paper venue: books that trade on one tape. In memory; `paper.py` makes it last.

Each book has at most one entry order, one exit order and one level of each kind on a symbol: a new one takes the place
of the old one, which is cancelled. Levels protect the whole position, whatever their size says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, OrderState, Reason, Side
from paddock.core.time import interval_ms
from paddock.engine.admit import FOREVER
from paddock.engine.costs import Costs
from paddock.engine.filling import CANCEL, DROP_LEVELS, PLACE, SET_LEVELS, SET_LEVERAGE, Request
from paddock.engine.log import EXPIRED
from paddock.engine.reported import END, FILL
from paddock.engine.rows import dtype_of, plain, table_of
from paddock.engine.venue import VenueSide
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.venues.broker import (
    NO_BRACKET,
    Accepted,
    Bracket,
    OrderUpdate,
    Outcome,
    Placement,
    RejectCode,
    Rejected,
    VenueEvent,
    VenueFill,
    VenueFunding,
)
from paddock.venues.limits import breach

LEVELS: Final = (OrderKind.STOP, OrderKind.TAKE, OrderKind.TRAIL)
ENTRY, EXIT = "entry", "exit"
_EVENT: Final = ("what", "slot", "entry", "within", "row", "amount", "state")
_FIELDS: Final = dtype_of(Request).names or ()
Key = tuple[str, str]  # (book, symbol) of a seat, (account, client id) of an order


@dataclass(slots=True)
class PaperOrder:
    """An order as the venue has it."""

    asked: Placement
    state: OrderState = OrderState.OPEN
    filled: int = 0

    @property
    def key(self) -> Key:
        return self.asked.account_id, self.asked.client_id


@dataclass(slots=True)
class Seat:
    """A book's place on one symbol. `named` gives the client ids of its orders: entry, exit, and levels by kind."""

    account_id: str
    book: str
    symbol: str
    place: int  # among the seats of the engine
    lots: int = 0
    named: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.book, self.symbol


@dataclass(slots=True)
class Changes:
    """What is to be written: orders and seats as they are now (a seat that is gone is in `left`), and what happened."""

    orders: dict[Key, PaperOrder] = field(default_factory=dict)
    seats: dict[Key, Seat] = field(default_factory=dict)
    left: set[Key] = field(default_factory=set)
    events: list[tuple[str, VenueEvent]] = field(default_factory=list)


class PaperMarket:
    """Books on one tape. `changes` collects what a caller has to write down and clear."""

    def __init__(self, feed: str, tape: Tape, costs: Costs) -> None:
        self.feed, self.side = feed, VenueSide(tape, costs)
        self.instruments: dict[str, Instrument] = dict(zip(tape.symbols, tape.instruments, strict=True))
        self.last_ts, self.revision = -1, -1
        self._interval = interval_ms(tape.interval)
        self._rows = {symbol: row for row, symbol in enumerate(tape.symbols)}
        self.clear()

    def clear(self) -> None:
        """Forget every book; the market stays."""
        for seat in getattr(self, "seats", {}).values():
            self.side.leave_seat(seat.place)
        self.seats: dict[Key, Seat] = {}
        self.orders: dict[Key, PaperOrder] = {}  # those that are live
        self.changes = Changes()
        self._at: dict[int, Seat] = {}
        self._asked: list[dict[str, Any]] = []

    def restore(self, seat: Seat, state: bytes, layout: str) -> None:
        """Take back a seat that was written."""
        seat.place = self.side.take_seat(seat.symbol)
        self.side.restore(seat.place, state, layout)
        self.seats[seat.key] = self._at[seat.place] = seat

    # What is asked

    def place(self, asked: Placement, now_ts: int) -> Outcome:
        """Take an order, or say why not. It works from the next bar on."""
        if now_ts > asked.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was valid until {asked.expires_ts}, and now is {now_ts}")
        if asked.symbol not in self.instruments:
            return Rejected(RejectCode.NOT_ALLOWED, f"{asked.symbol} does not trade on {self.feed}")
        close = float(self.side.closes[self._rows[asked.symbol]])
        broken = breach(asked, self.instruments[asked.symbol], close if close > 0 else 0.0)
        if broken:
            return broken
        seat = self.seats.get((asked.book, asked.symbol))
        if (asked.kind in LEVELS or asked.reduce_only) and (seat is None or seat.lots * asked.side >= 0):
            return Rejected(RejectCode.REDUCE_ONLY, f"there is no position in {asked.symbol} that it would reduce")
        if asked.kind is OrderKind.LIQUIDATION or (asked.kind in LEVELS and not has_level(asked)):
            return Rejected(RejectCode.OTHER, "a level has a price or a percentage, and a liquidation is the venue's")
        seat = seat or self._take(asked)
        if asked.kind in LEVELS:
            self._set_level(seat, asked)
        else:
            self._work(seat, asked)
        return Accepted(asked.client_id)

    def cancel(self, key: Key) -> Outcome:
        """Take an order off the book; a level goes only while it is the one that protects."""
        order = self.orders.get(key)
        if order is None:
            return Rejected(RejectCode.NO_SUCH_ORDER, f"no order {key[1]} works")
        seat = self.seats[order.asked.book, order.asked.symbol]
        kinds = [kind for kind, client_id in seat.named.items() if client_id == key[1]]
        for kind in kinds:
            del seat.named[kind]
            if kind in (ENTRY, EXIT):
                self._ask(seat, what=CANCEL, entry=kind == ENTRY)
            else:
                self._ask(seat, what=DROP_LEVELS, **{f"{kind}_pct": 1.0})
        if not kinds:  # a level of an entry that has not filled
            gone = ("take",) if order.asked.kind is OrderKind.TAKE else ("stop", "trail")
            self._ask(seat, what=DROP_LEVELS, entry=1, **{f"{kind}_pct": 1.0 for kind in gone})
        self._end(seat, order, OrderState.CANCELED, "cancelled", self.next_ts)
        self._leave_if_idle(seat)
        return Accepted(key[1])

    def set_leverage(self, key: Key, leverage: float) -> None:
        """Leverage of an open position, from now on; nothing without one."""
        if key in self.seats:
            self._ask(self.seats[key], what=SET_LEVERAGE, leverage=leverage)

    def flush(self) -> None:
        """Hand what was asked to the engine; before a bar, and before anything is written."""
        rows = table_of(Request, len(self._asked))
        plain(rows, len(rows))[:] = [tuple(one.get(name, 0) for name in _FIELDS) for one in self._asked]
        self.side.do(rows)
        self._asked.clear()

    # What happens

    def advance(self, bar: Bar) -> None:
        """Fill what `bar` fills."""
        self.flush()
        for place in self.side.moving():
            seat = self._at[place]
            self.changes.seats[seat.key] = seat
        self.side.see(bar)
        filled = self.side.fill()
        fills, orders = filled.fills, filled.orders
        columns = (
            filled.events[name].tolist() for name in ("what", "slot", "entry", "within", "row", "amount", "state")
        )
        # By book and symbol: the places of seats are those of this process.
        events = sorted(zip(*columns, strict=True), key=lambda event: self._at[event[1]].key)
        for n, (what, place, entry, within, row, amount, state) in enumerate(events):
            seat = self._at[place]
            ts = bar.ts + self._interval - 1 if within else bar.ts
            if what == FILL:
                fill = fills[row]
                self._filled(seat, OrderKind(orders["kind"][fill["order"]]), fill, self._id(bar.ts, n), ts, within == 1)
            elif what == END:
                self._ended(seat, ENTRY if entry else EXIT, state == EXPIRED, bar.ts)
            else:
                self._tell(seat, VenueFunding(self._id(bar.ts, n), seat.book, seat.symbol, amount, ts))
        for key in list(self.changes.seats):
            self._leave_if_idle(self.changes.seats[key])
        self.last_ts = bar.ts

    @property
    def next_ts(self) -> int:
        """Open of the next bar, the first that fills what is asked now."""
        return max(self.side.next_ts, self.last_ts + self._interval)

    def _filled(self, seat: Seat, kind: OrderKind, fill: Any, fill_id: str, ts: int, within: bool) -> None:
        side, lots = Side(int(fill["side"])), int(fill["lots"])
        what = kind.name.lower()
        if kind < OrderKind.STOP:
            what = ENTRY if seat.lots * side >= 0 else EXIT
        client_id = seat.named.get(what, "")
        order = self.orders.get((seat.account_id, client_id))
        if order is not None:
            if what == ENTRY and (seat.lots == 0 or order.filled == 0):
                self._adopt(seat, order, ts)
            order.filled += lots
            order.state = OrderState.PARTIAL
            self.changes.orders[order.key] = order
        if order is not None and kind < OrderKind.STOP:
            kind = order.asked.kind  # the log of a market that was read again knows less
        maker, px, fee = bool(fill["maker"]), float(fill["px"]), int(fill["fee"])
        self._tell(
            seat,
            VenueFill(fill_id, client_id, seat.book, seat.symbol, kind, side, lots, px, fee, maker, ts, within),
        )
        seat.lots += side * lots
        if order is not None and (order.filled >= order.asked.lots or what not in (ENTRY, EXIT)):
            order.state = OrderState.FILLED
            del self.orders[order.key]
            seat.named = {kind: named for kind, named in seat.named.items() if named != client_id}
        if seat.lots == 0:
            self._drop_levels(seat, seat.named, "its position is gone", ts)

    def _ended(self, seat: Seat, what: str, expired: bool, ts: int) -> None:
        order = self.orders.get((seat.account_id, seat.named.pop(what, "")))
        if order is not None and expired:
            self._end(seat, order, OrderState.EXPIRED, "its time is over", ts)
        elif order is not None:
            self._end(seat, order, OrderState.CANCELED, "it could not fill", ts)

    # How

    def _id(self, ts: int, n: int) -> str:
        """Ids in the order of what happened."""
        return f"{ts:013d}-{n:06d}-{self.feed}"

    def _take(self, asked: Placement) -> Seat:
        seat = Seat(asked.account_id, asked.book, asked.symbol, self.side.take_seat(asked.symbol))
        self.seats[seat.key] = self._at[seat.place] = seat
        self.changes.left.discard(seat.key)
        return seat

    def _leave_if_idle(self, seat: Seat) -> None:
        if seat.lots == 0 and not seat.named:
            self.flush()
            self.side.leave_seat(seat.place)
            del self.seats[seat.key], self._at[seat.place]
            self.changes.seats.pop(seat.key, None)
            self.changes.left.add(seat.key)

    def _ask(self, seat: Seat, **request: Any) -> None:
        self._asked.append({"slot": seat.place, **request})
        self.changes.seats[seat.key] = seat

    def _tell(self, seat: Seat, event: VenueEvent) -> None:
        self.changes.events.append((seat.account_id, event))
        self.changes.seats[seat.key] = seat

    def _keep(self, order: PaperOrder) -> None:
        self.orders[order.key] = self.changes.orders[order.key] = order

    def _end(self, seat: Seat, order: PaperOrder, state: OrderState, why: str, ts: int) -> None:
        """An order is over, and with it the levels that it would have brought."""
        order.state = state
        self.changes.orders[order.key] = order
        del self.orders[order.key]
        self._tell(seat, OrderUpdate(order.asked.client_id, state, ts, why))
        bracket = order.asked.bracket
        for client_id in (bracket.stop_client_id, bracket.take_client_id):
            level = self.orders.get((seat.account_id, client_id))
            if level is not None and client_id not in seat.named.values():
                self._end(seat, level, state, why, ts)

    def _work(self, seat: Seat, asked: Placement) -> None:
        what = EXIT if asked.reduce_only else ENTRY
        old = self.orders.get((seat.account_id, seat.named.pop(what, "")))
        if old is not None:
            self._end(seat, old, OrderState.CANCELED, "another order took its place", self.next_ts)
        seat.named[what] = asked.client_id
        self._keep(PaperOrder(asked))
        for level in levels_of(asked):
            self._keep(PaperOrder(level))
        bracket = asked.bracket
        self._ask(
            seat, what=PLACE, entry=what == ENTRY, kind=asked.kind, side=asked.side,
            reason=Reason.ENTRY if what == ENTRY else Reason.REDUCE_POSITION, tif=asked.tif, lots=asked.lots,
            px=asked.px, leverage=asked.leverage, bound_px=asked.bound_px, first_ts=self.next_ts,
            expire_ts=asked.cancel_ts or FOREVER, slices=asked.slices, stop_pct=bracket.stop_pct,
            stop_at=bracket.stop_px, take_pct=bracket.take_pct, take_at=bracket.take_px, trail_pct=bracket.trail_pct,
        )  # fmt: skip

    def _set_level(self, seat: Seat, asked: Placement) -> None:
        what = asked.kind.name.lower()
        self._drop_levels(seat, [what], "another level took its place", self.next_ts)
        seat.named[what] = asked.client_id
        self._keep(PaperOrder(asked))
        levels = {f"{what}_pct": asked.pct} if asked.pct > 0 else {f"{what}_at": asked.px}
        self._ask(seat, what=SET_LEVELS, **levels)

    def _drop_levels(self, seat: Seat, kinds: Any, why: str, ts: int) -> None:
        """The orders behind levels end with them; one that names another level of the seat too stays."""
        for what in [kind for kind in list(kinds) if kind not in (ENTRY, EXIT)]:
            client_id = seat.named.pop(what, "")
            order = self.orders.get((seat.account_id, client_id))
            if order is not None and client_id not in seat.named.values():
                self._end(seat, order, OrderState.CANCELED, why, ts)

    def _adopt(self, seat: Seat, entry: PaperOrder, ts: int) -> None:
        """The first fill of an entry in a position brings its bracket, in the place of what was there."""
        self._drop_levels(seat, seat.named, "an entry brought other levels", ts)
        bracket = entry.asked.bracket
        ids = {"stop": bracket.stop_client_id, "trail": bracket.stop_client_id, "take": bracket.take_client_id}
        there = {
            "stop": bracket.stop_pct or bracket.stop_px,
            "trail": bracket.trail_pct,
            "take": bracket.take_pct or bracket.take_px,
        }
        seat.named |= {what: client_id for what, client_id in ids.items() if client_id and there[what]}


def has_level(asked: Placement) -> bool:
    return asked.pct > 0 or (asked.px > 0 and asked.kind is not OrderKind.TRAIL)


def levels_of(asked: Placement) -> Iterator[Placement]:
    """The levels of an entry's bracket as the orders that they are: stop and trailing stop share one."""
    bracket: Bracket = asked.bracket
    level = replace(
        asked, side=Side(-asked.side), reduce_only=True, px=0.0, bound_px=0.0, slices=1, cancel_ts=0, bracket=NO_BRACKET
    )
    if bracket.stop_client_id and (bracket.stop_pct or bracket.stop_px):
        yield replace(
            level, client_id=bracket.stop_client_id, kind=OrderKind.STOP, px=bracket.stop_px, pct=bracket.stop_pct
        )
    elif bracket.stop_client_id and bracket.trail_pct:
        yield replace(level, client_id=bracket.stop_client_id, kind=OrderKind.TRAIL, pct=bracket.trail_pct)
    if bracket.take_client_id and (bracket.take_pct or bracket.take_px):
        yield replace(
            level, client_id=bracket.take_client_id, kind=OrderKind.TAKE, px=bracket.take_px, pct=bracket.take_pct
        )
