"""A venue without a network: it books what reaches it, fills on the prices it is given, and remembers everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from paddock.core.errors import Code, Unavailable
from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import fee, notional
from paddock.core.orders import OrderKind, OrderState, Side, Tif
from paddock.core.ratio import Bps
from paddock.core.seams import Clock
from paddock.venues.broker import (
    Accepted,
    Bracket,
    Cancellation,
    Capabilities,
    OrderUpdate,
    Outcome,
    Placement,
    RejectCode,
    Rejected,
    VenueEvent,
    VenueFill,
    VenueFunding,
    VenueOrder,
    VenuePosition,
)
from paddock.venues.fake.book import TRIGGERED, Booked, Held, level_px
from paddock.venues.limits import breach

NOTHING_SPECIAL = Capabilities(relative_brackets=False, attached_brackets=False, dedups=True, netting=True)


class Mode(StrEnum):
    """What the venue lets happen on a symbol, or (under the name "") at all."""

    OPEN = "open"
    POST_ONLY = "post_only"
    HALTED = "halted"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Skewed:
    """Another's clock, ahead of ours by `ms` (behind when negative)."""

    clock: Clock
    ms: int

    def now_ts(self) -> int:
        return self.clock.now_ts() + self.ms


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `requests` placements and cancellations in any `window_ms`."""

    requests: int
    window_ms: int


class FakeVenue:
    """Implements Broker. `trade` moves a price and fills what it reaches; the other verbs are the venue's own acts.

    A market order fills at the last price at once (no price: refused as halted), up to the lots of that trade if it had
    a number. What its bound forbids, and what an IOC leaves, is cancelled. Levels of a bracket appear with the entry's
    first fill and grow with it; relative ones move with the average. They go when the position goes; orders that were
    placed by themselves stay until they are cancelled or reached.
    """

    def __init__(
        self,
        clock: Clock,
        instruments: Mapping[str, Instrument],
        capabilities: Capabilities = NOTHING_SPECIAL,
        rate: Rate | None = None,
    ) -> None:
        self._clock, self._instruments, self._rate = clock, instruments, rate
        self.capabilities = capabilities
        self.mode: dict[str, Mode] = {}
        self.orders: list[Booked] = []
        self.refused_for_rate = 0
        self._px: dict[str, float] = {}
        self._depth: dict[str, int | None] = {}
        self._held: dict[tuple[str, str, str], Held] = {}
        self._events: dict[str, list[VenueEvent]] = {}
        self._named: dict[tuple[str, str], Booked] = {}
        self._requests: list[int] = []

    # --- what a broker answers ---

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        self._up()
        return [self._place(placement) for placement in placements]

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        self._up()
        return [self._cancel(cancellation) for cancellation in cancellations]

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        self._up()
        order = self._named.get((account_id, client_id))
        return order.seen() if order else None

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        self._up()
        return [order.seen() for order in self.orders if order.live and order.asked.account_id == account_id]

    def positions(self, account_id: str) -> list[VenuePosition]:
        self._up()
        return [
            VenuePosition(symbol, held.lots, held.entry_px, book)
            for (account, book, symbol), held in sorted(self._held.items())
            if account == account_id and held.lots
        ]

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        self._up()
        events = self._events.get(account_id, [])
        return events[int(cursor or "0") :], str(len(events))

    # --- what happens at a venue ---

    def trade(self, symbol: str, px: float, lots: int | None = None) -> None:
        """The market trades `symbol` at `px`, at most `lots` of it with each order (None: all it wants)."""
        self._px[symbol], self._depth[symbol] = px, lots
        for order in list(self.orders):
            if order.live and order.asked.symbol == symbol:
                self._work(order, px)

    def fill(self, client_id: str, lots: int, px: float) -> None:
        """Fill an order by hand: also one that is done, also beyond its size."""
        order = next(order for order in reversed(self.orders) if order.asked.client_id == client_id)
        self._fill(order, lots, px, maker=True)

    def end(self, client_id: str, state: OrderState, reason: str) -> None:
        """The venue ends an order of its own accord."""
        self._end(next(order for order in reversed(self.orders) if order.asked.client_id == client_id), state, reason)

    def tell(self, account_id: str, event: VenueEvent) -> None:
        """Report an event as it is, true or not."""
        self._events.setdefault(account_id, []).append(event)

    def trade_by_hand(self, account_id: str, symbol: str, side: Side, lots: int, px: float, book: str = "") -> None:
        """A person trades on the account, outside of any platform."""
        self._report(account_id, book, "", symbol, OrderKind.MARKET, side, lots, px, maker=False)

    def liquidate(self, account_id: str, symbol: str, px: float, book: str = "") -> None:
        """The venue closes the position (also: another trader's bankruptcy takes it)."""
        lots = self._position(account_id, book, symbol).lots
        side = Side.SELL if lots > 0 else Side.BUY
        self._report(account_id, book, "", symbol, OrderKind.LIQUIDATION, side, abs(lots), px, maker=False)
        self._sweep(account_id, book, symbol)

    def pay_funding(self, account_id: str, symbol: str, payment_id: str, amount: int, book: str = "") -> None:
        self.tell(account_id, VenueFunding(payment_id, book, symbol, amount, self._clock.now_ts()))

    # --- requests ---

    def _up(self) -> None:
        if self.mode.get("") is Mode.DOWN:
            raise Unavailable(Code.VENUE_UNAVAILABLE, "the venue is down for maintenance", rule="nothing was sent")

    def _place(self, asked: Placement) -> Outcome:
        known = self._named.get((asked.account_id, asked.client_id))
        if self.capabilities.dedups and known is not None:
            same = known.asked == asked
            return (
                Accepted(known.venue_order_id) if same else Rejected(RejectCode.DUPLICATE, "another order's client id")
            )
        if refused := self._throttled() or self._refused(asked):
            return refused
        order = Booked(asked, f"v{len(self.orders) + 1}", asked.lots, px=asked.px)
        self.orders.append(order)
        self._named[asked.account_id, asked.client_id] = order
        self._update(order, OrderState.OPEN)
        self._arrive(order)
        return Accepted(order.venue_order_id)

    def _refused(self, asked: Placement) -> Rejected | None:
        mode = self.mode.get(asked.symbol, self.mode.get("", Mode.OPEN))
        if mode is Mode.HALTED:
            return Rejected(RejectCode.HALTED, f"{asked.symbol} is halted")
        if mode is Mode.POST_ONLY and asked.tif is not Tif.ALO and asked.kind not in TRIGGERED:
            return Rejected(RejectCode.POST_ONLY, f"{asked.symbol} takes resting orders only")
        if self._clock.now_ts() > asked.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {asked.expires_ts}")
        if asked.symbol not in self._instruments:
            return Rejected(RejectCode.NOT_ALLOWED, f"no symbol {asked.symbol}")
        px = self._px.get(asked.symbol, 0.0)
        if asked.pct and not self.capabilities.relative_brackets:
            return Rejected(RejectCode.NOT_ALLOWED, "levels in percent are not known here")
        if refused := breach(asked, self._instruments[asked.symbol], px):
            return refused
        if asked.kind is OrderKind.MARKET and px == 0.0:
            return Rejected(RejectCode.HALTED, f"the book of {asked.symbol} is empty")
        if asked.kind is OrderKind.LIMIT and asked.tif is Tif.ALO and self._marketable(asked, px):
            return Rejected(RejectCode.POST_ONLY, f"{asked.px} would trade at once")
        if asked.reduce_only and asked.kind not in TRIGGERED and not self._reducible(asked):
            return Rejected(RejectCode.REDUCE_ONLY, "there is no position to reduce")
        return None

    def _throttled(self) -> Rejected | None:
        if self._rate is None:
            return None
        now = self._clock.now_ts()
        self._requests = [ts for ts in self._requests if ts > now - self._rate.window_ms]
        if len(self._requests) >= self._rate.requests:
            self.refused_for_rate += 1
            wait = self._requests[0] + self._rate.window_ms - now
            return Rejected(RejectCode.RATE_LIMIT, "too many requests", retry_after_ms=wait)
        self._requests.append(now)
        return None

    def _cancel(self, asked: Cancellation) -> Outcome:
        if refused := self._throttled():
            return refused
        order = self._named.get((asked.account_id, asked.client_id))
        if order is None or not order.live:
            return Rejected(RejectCode.NO_SUCH_ORDER, "no working order of that id")
        self._end(order, OrderState.CANCELED, "asked for")
        return Accepted(order.venue_order_id)

    # --- matching ---

    def _arrive(self, order: Booked) -> None:
        asked, px = order.asked, self._px.get(order.asked.symbol, 0.0)
        if asked.kind is OrderKind.TRAIL or asked.pct:
            self._peg(order)
        if asked.kind is OrderKind.MARKET:
            if asked.bound_px and (px - asked.bound_px) * asked.side > 0:
                self._end(order, OrderState.CANCELED, "the price is beyond its bound")
                return
            self._take(order, order.rest, px, maker=False)
        elif asked.kind is OrderKind.LIMIT and self._marketable(asked, px):
            self._take(order, order.rest, px, maker=False)
        elif asked.kind is OrderKind.TWAP and px:
            self._work(order, px)
        if order.live and (asked.kind is OrderKind.MARKET or asked.tif is Tif.IOC):
            self._end(order, OrderState.CANCELED, "nothing more to fill against")

    def _marketable(self, asked: Placement, px: float) -> bool:
        return px > 0 and (px <= asked.px if asked.side is Side.BUY else px >= asked.px)

    def _work(self, order: Booked, px: float) -> None:
        asked = order.asked
        if asked.cancel_ts and self._clock.now_ts() >= asked.cancel_ts:
            self._end(order, OrderState.EXPIRED, "its time is over")
            return
        reached = order.reached(px)
        if asked.kind is OrderKind.TRAIL:
            order.best_px = max(order.best_px, px) if asked.side is Side.SELL else min(order.best_px, px)
            order.px = order.best_px * (1.0 + asked.side * asked.pct / 100.0)
        if not reached:
            return
        lots = -(-asked.lots // asked.slices) if asked.kind is OrderKind.TWAP else order.rest
        resting = asked.kind is OrderKind.LIMIT
        self._take(order, min(lots, order.rest), order.px if resting else px, maker=resting)

    def _take(self, order: Booked, lots: int, px: float, *, maker: bool) -> None:
        depth = self._depth.get(order.asked.symbol)
        lots = lots if depth is None else min(lots, depth)
        if order.asked.reduce_only:
            lots = min(lots, self._reducible(order.asked))
            if lots == 0:
                self._end(order, OrderState.CANCELED, "there is no position to reduce")
                return
        if lots:
            self._fill(order, lots, px, maker=maker)

    def _fill(self, order: Booked, lots: int, px: float, *, maker: bool) -> None:
        asked = order.asked
        order.filled += lots
        self._report(
            asked.account_id, asked.book, asked.client_id, asked.symbol, asked.kind, asked.side, lots, px, maker=maker
        )
        if order.live or order.rest <= 0:  # a late fill of part of it does not bring an order back
            self._update(order, OrderState.PARTIAL if order.rest > 0 else OrderState.FILLED)
        if not asked.reduce_only:
            self._protect(order)
        self._sweep(asked.account_id, asked.book, asked.symbol)

    def _report(
        self,
        account_id: str,
        book: str,
        client_id: str,
        symbol: str,
        kind: OrderKind,
        side: Side,
        lots: int,
        px: float,
        *,
        maker: bool,
    ) -> None:
        instrument = self._instruments[symbol]
        value = notional(Price(round(px * 10**instrument.px_decimals), instrument), Qty(lots, instrument))
        rate = instrument.maker_bps if maker else instrument.taker_bps
        events = self._events.setdefault(account_id, [])
        paid = fee(value, Bps.parse(repr(rate))).micros
        fill_id, now = f"f{len(events):08d}", self._clock.now_ts()
        events.append(VenueFill(fill_id, client_id, book, symbol, kind, side, lots, px, paid, maker, now))
        self._position(account_id, book, symbol).book(lots * side, px)

    def _update(self, order: Booked, state: OrderState, reason: str = "") -> None:
        order.state = state
        update = OrderUpdate(order.asked.client_id, state, self._clock.now_ts(), reason)
        self.tell(order.asked.account_id, update)

    def _end(self, order: Booked, state: OrderState, reason: str) -> None:
        self._update(order, state, reason)

    def _position(self, account_id: str, book: str, symbol: str) -> Held:
        return self._held.setdefault((account_id, "" if self.capabilities.netting else book, symbol), Held())

    def _reducible(self, asked: Placement) -> int:
        """Lots of the position that the order may take away."""
        return max(-self._position(asked.account_id, asked.book, asked.symbol).lots * asked.side, 0)

    # --- brackets ---

    def _protect(self, entry: Booked) -> None:
        bracket = entry.asked.bracket
        stop = OrderKind.TRAIL if bracket.trail_pct and not (bracket.stop_pct or bracket.stop_px) else OrderKind.STOP
        if bracket.stop_client_id:
            self._level(entry, stop, bracket.stop_client_id)
        if bracket.take_client_id:
            self._level(entry, OrderKind.TAKE, bracket.take_client_id)
        if self.capabilities.relative_brackets:
            for order in self._levels(entry.asked.account_id, entry.asked.book, entry.asked.symbol):
                self._peg(order)

    def _level(self, entry: Booked, kind: OrderKind, client_id: str) -> None:
        asked = entry.asked
        child = self._named.get((asked.account_id, client_id))
        if child is None:
            level = replace(
                asked,
                client_id=client_id,
                kind=kind,
                side=Side(-asked.side),
                px=0.0,
                pct=asked.bracket.trail_pct if kind is OrderKind.TRAIL else 0.0,
                tif=Tif.GTC,
                reduce_only=True,
                cancel_ts=0,  # the entry's end is not its levels'
            )
            child = Booked(level, f"v{len(self.orders) + 1}", 0, asked.client_id)
            self.orders.append(child)
            self._named[asked.account_id, client_id] = child
        if child.state in (OrderState.OPEN, OrderState.PARTIAL):
            child.lots = entry.filled
            self._peg(child)
            self._update(child, child.state)

    def _levels(self, account_id: str, book: str, symbol: str) -> list[Booked]:
        """The working levels that came with entries into this position."""
        return [
            order
            for order in self.orders
            if order.parent and order.live
            if (order.asked.account_id, order.asked.symbol) == (account_id, symbol)
            if self.capabilities.netting or order.asked.book == book
        ]

    def _peg(self, order: Booked) -> None:
        """Put a level where it belongs for the position as it stands."""
        asked = order.asked
        held = self._position(asked.account_id, asked.book, asked.symbol)
        own = Bracket(stop_pct=asked.pct, take_pct=asked.pct, trail_pct=asked.pct)
        px = level_px(asked.bracket if order.parent else own, asked.kind, Side(-asked.side), held.entry_px)
        order.px = float(self._instruments[asked.symbol].px(px))
        order.best_px = held.entry_px

    def _sweep(self, account_id: str, book: str, symbol: str) -> None:
        """Levels that came with an entry go when the position is gone."""
        if self._position(account_id, book, symbol).lots == 0:
            for order in self._levels(account_id, book, symbol):
                self._end(order, OrderState.CANCELED, "the position is gone")
