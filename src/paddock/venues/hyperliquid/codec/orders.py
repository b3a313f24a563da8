"""From what the desk wants placed and cancelled to the venue's actions, and which order of an action was whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeVar

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import NO_BRACKET, Cancellation, Placement
from paddock.venues.hyperliquid.codec import actions
from paddock.venues.hyperliquid.codec.actions import MOST_ITEMS, Builder, Grouping
from paddock.venues.hyperliquid.codec.ids import cloid
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.numbers import (
    TRIGGER_SLIPPAGE,
    aggressive_px,
    lots_text,
    on_grid_towards,
    px_text,
)
from paddock.venues.hyperliquid.codec.rules import TWAP_MINUTES
from paddock.venues.hyperliquid.codec.signing import Action

_MINUTE_MS: Final = 60_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """One order of an action. `asked` is the place of its placement or cancellation in what the desk gave.

    `immediate`: what does not trade at once is gone. `child`: it came with an entry, as its stop or target.
    """

    asked: int
    client_id: str
    market: Market
    lots: int = 0
    immediate: bool = False
    child: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """An action, until when it may be booked, and the orders in it, one for each item and in their order."""

    action: Action
    expires_ts: int
    parts: tuple[Part, ...]


def twap_minutes(slices: int, slice_ms: int) -> int:
    """How long a TWAP of so many slices, each for so long, lasts at the venue: whole minutes within its bounds."""
    least, most = TWAP_MINUTES
    return min(max(-(-slices * slice_ms // _MINUTE_MS), least), most)


def placing(
    placements: Sequence[Placement],
    listing: Listing,
    mids: Mapping[str, float],
    *,
    builder: Builder | None = None,
) -> list[Request]:
    """The actions for placements of one account, which `rules.breach` has let through.

    A market order is an immediate one at its bound; without a bound at 5% beyond the mid. A trigger order trades at
    10% beyond its trigger at worst. A bracket is an action of its own, and so is a TWAP; other orders with the same
    last moment share one. The same arguments give the same bytes.

    Raises Unavailable where a mid is needed and unknown, NotFound for a symbol, and Invalid for what no rule allows:
    levels in percent, a stop or target with a TWAP, prices between ticks, ids that are not ours.
    """
    orders = [_Order(n, placement, listing[placement.symbol]) for n, placement in enumerate(placements)]
    found = [one.twap() for one in orders if one.is_twap]
    found += [one.bracket(mids, builder) for one in orders if one.has_children]
    shared = sorted((one for one in orders if not one.is_alone), key=lambda one: one.asked.expires_ts)
    for expires_ts, group in groupby(shared, key=lambda one: one.asked.expires_ts):
        for chunk in _chunks(list(group)):
            items = [one.item(mids) for one in chunk]
            action = actions.order(items, builder=builder)
            found.append(Request(action, expires_ts, tuple(one.part for one in chunk)))
    return found


def cancelling(cancellations: Sequence[Cancellation], listing: Listing) -> list[Request]:
    """The actions for cancellations by client id; raises NotFound for a symbol, Invalid for an id that is not ours."""
    asked = sorted(enumerate(cancellations), key=lambda one: one[1].expires_ts)
    found: list[Request] = []
    for expires_ts, group in groupby(asked, key=lambda one: one[1].expires_ts):
        for chunk in _chunks(list(group)):
            parts = tuple(Part(n, one.client_id, listing[one.symbol]) for n, one in chunk)
            action = actions.cancel_by_cloid([(part.market.asset, cloid(part.client_id)) for part in parts])
            found.append(Request(action, expires_ts, parts))
    return found


@dataclass(frozen=True, slots=True)
class _Order:
    """A placement and where it trades."""

    number: int
    asked: Placement
    market: Market

    @property
    def is_twap(self) -> bool:
        return self.asked.kind is OrderKind.TWAP

    @property
    def has_children(self) -> bool:
        return not self.is_twap and bool(self.asked.bracket.stop_px or self.asked.bracket.take_px)

    @property
    def is_alone(self) -> bool:
        """Whether an action holds nothing else."""
        return self.is_twap or self.has_children

    @property
    def part(self) -> Part:
        asked = self.asked
        immediate = asked.kind is OrderKind.MARKET or (asked.kind is OrderKind.LIMIT and asked.tif is Tif.IOC)
        return Part(self.number, asked.client_id, self.market, asked.lots, immediate)

    def item(self, mids: Mapping[str, float]) -> actions.Item:
        asked = self.asked
        bracket = asked.bracket
        if asked.pct or bracket.stop_pct or bracket.take_pct or bracket.trail_pct:
            raise Invalid(Code.VALUE, "Hyperliquid keeps no levels in percent", seen=asked.client_id)
        match asked.kind:
            case OrderKind.MARKET:
                return self._item(asked.side, self._bound(mids), actions.limit(Tif.IOC), asked.client_id)
            case OrderKind.LIMIT:
                return self._item(asked.side, asked.px, actions.limit(asked.tif), asked.client_id)
            case OrderKind.STOP | OrderKind.TAKE:
                take = asked.kind is OrderKind.TAKE
                return self._trigger(asked.side, asked.px, asked.client_id, take=take, bound_px=asked.bound_px)
            case _:
                raise Invalid(Code.VALUE, f"Hyperliquid has no {asked.kind.name} orders", seen=asked.client_id)

    def bracket(self, mids: Mapping[str, float], builder: Builder | None) -> Request:
        children = list(self._children())
        items = [self.item(mids), *(item for item, _ in children)]
        parts = (self.part, *(part for _, part in children))
        return Request(actions.order(items, Grouping.WITH_ENTRY, builder), self.asked.expires_ts, parts)

    def twap(self) -> Request:
        asked = self.asked
        if asked.bracket != NO_BRACKET:
            raise Invalid(Code.VALUE, "a TWAP carries neither stop nor target", seen=asked.client_id)
        action = actions.twap_order(
            self.market.asset,
            asked.side,
            lots_text(self.market.instrument, asked.lots),
            twap_minutes(asked.slices, asked.slice_ms),
            reduce_only=asked.reduce_only,
        )
        return Request(action, asked.expires_ts, (self.part,))

    def _children(self) -> Iterator[tuple[actions.Item, Part]]:
        bracket, side = self.asked.bracket, Side(-self.asked.side)
        levels = ((bracket.stop_px, bracket.stop_client_id, False), (bracket.take_px, bracket.take_client_id, True))
        for px, client_id, take in levels:
            if px:
                part = Part(self.number, client_id, self.market, self.asked.lots, child=True)
                yield self._trigger(side, px, client_id, take=take), part

    def _bound(self, mids: Mapping[str, float]) -> float:
        instrument, asked = self.market.instrument, self.asked
        if asked.bound_px:
            return on_grid_towards(instrument, asked.side, asked.bound_px)
        if asked.symbol not in mids:
            raise Unavailable(Code.VENUE_UNAVAILABLE, f"no price of {asked.symbol} is known yet", seen=asked.symbol)
        return aggressive_px(instrument, asked.side, mids[asked.symbol])

    def _trigger(self, side: Side, px: float, client_id: str, *, take: bool, bound_px: float = 0.0) -> actions.Item:
        instrument = self.market.instrument
        worst = bound_px or aggressive_px(instrument, side, px, TRIGGER_SLIPPAGE)
        kind = actions.trigger(px_text(instrument, px), take=take)
        return self._item(side, worst, kind, client_id, reduce_only=True)

    def _item(
        self, side: Side, px: float, kind: actions.Item, client_id: str, *, reduce_only: bool = False
    ) -> actions.Item:
        instrument = self.market.instrument
        return actions.item(
            self.market.asset,
            side,
            px_text(instrument, px),
            lots_text(instrument, self.asked.lots),
            kind,
            reduce_only=reduce_only or self.asked.reduce_only,
            cloid=cloid(client_id) if client_id else "",
        )


def _chunks(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), MOST_ITEMS):
        yield values[start : start + MOST_ITEMS]
