"""A position and its closures, folded from fills: average cost for profit and loss, FIFO lots for what was matched.

The fold does not depend on the order of arrival nor on repeats: fills count once by id and are taken by venue time.
Nothing is made or lost: over one instrument, cash out of fills and funding = realised - fees + funding - open cost.
A fill that closes part of a position takes the nearest share of its cost, fees and funding; what rounding leaves
stays with the open rest, and the fill that closes the last of it takes all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from paddock.core.fills import Fill, FundingPayment, in_order
from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import ZERO, Usd, notional, share, split
from paddock.core.orders import Side


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one opening fill: quantity (above 0) and its µ-value at the fill's price."""

    fill_id: str
    entry_ts: int
    qty: Qty
    cost: Usd


@dataclass(frozen=True, slots=True)
class Match:
    """A lot, or part of one, that a closing fill took, first in first out."""

    lot_id: str
    qty: Qty
    cost: Usd
    exit_value: Usd
    realised: Usd


@dataclass(frozen=True, slots=True)
class Closure:
    """One fill's reduction of a position: `realised` is gross, at average cost; `fees` are positive when paid."""

    fill_id: str
    side: Side  # of the position that was reduced
    qty: Qty
    entry_ts: int
    exit_ts: int
    cost: Usd
    exit_value: Usd
    realised: Usd
    fees: Usd
    funding: Usd
    matches: tuple[Match, ...]

    @property
    def pnl(self) -> Usd:
        return self.realised - self.fees + self.funding


@dataclass(frozen=True, slots=True)
class Position:
    """What is open on one instrument.

    `qty` is signed; `cost`, `fees` and `funding` belong to what is open. `entry_ts` is the time of the fill that
    opened it (0 when flat).
    """

    instrument: Instrument
    qty: Qty
    entry_ts: int = 0
    cost: Usd = ZERO
    fees: Usd = ZERO
    funding: Usd = ZERO
    lots: tuple[Lot, ...] = ()

    @property
    def side(self) -> Side | None:
        """None when flat."""
        return Side(1 if self.qty.lots > 0 else -1) if self.qty.lots else None

    def unrealised(self, mark: Price) -> Usd:
        """Gross profit of what is open at a mark; 0 when flat."""
        return notional(mark, self.qty) - self.cost * int(self.side or 0)


@dataclass(frozen=True, slots=True)
class Holding:
    """All that fills and funding of one instrument come to; funding that met no position is not lost."""

    position: Position
    closures: tuple[Closure, ...]
    unattributed_funding: Usd


def fold(instrument: Instrument, fills: Iterable[Fill], funding: Iterable[FundingPayment] = ()) -> Holding:
    """What these fills and funding payments of `instrument` come to.

    A payment at the very time of a fill belongs to the position before it. Raises Invalid (fill.conflict) when an id
    came with two contents, TypeError for a fill of another instrument.
    """
    position, closures, unattributed = Position(instrument, Qty(0, instrument)), list[Closure](), ZERO
    events: list[Fill | FundingPayment] = [*in_order(funding), *in_order(fills)]
    for event in sorted(events, key=order_key):
        if isinstance(event, FundingPayment) and position.side is None:
            unattributed += event.amount
        position, closure = step(position, event)
        closures += [closure] if closure else []
    return Holding(position, tuple(closures), unattributed)


def order_key(event: Fill | FundingPayment) -> tuple[int, bool, str]:
    """Sorts the events of one instrument as they count: by venue time, payments before fills, then by id."""
    return event.venue_ts, isinstance(event, Fill), event.event_id


def step(position: Position, event: Fill | FundingPayment) -> tuple[Position, Closure | None]:
    """One step, by an event whose `order_key` is above all before it; a payment to no position changes nothing."""
    if isinstance(event, Fill):
        return _filled(position, event)
    if position.side is None:
        return position, None
    return replace(position, funding=position.funding + event.amount), None


def _filled(position: Position, fill: Fill) -> tuple[Position, Closure | None]:
    if position.side in (None, fill.side):
        return _opened(position, fill, fill.qty, fill.value, fill.fee), None
    closing = min(fill.qty, abs(position.qty))
    value, fee = share(fill.value, closing, fill.qty), share(fill.fee, closing, fill.qty)
    position, closure = _closed(position, fill, closing, value, fee)
    rest = fill.qty - closing
    if rest.lots:
        position = _opened(position, fill, rest, fill.value - value, fill.fee - fee)
    return position, closure


def _opened(position: Position, fill: Fill, qty: Qty, value: Usd, fee: Usd) -> Position:
    return replace(
        position,
        qty=position.qty + qty * int(fill.side),
        entry_ts=fill.venue_ts if position.side is None else position.entry_ts,
        cost=position.cost + value,
        fees=position.fees + fee,
        lots=(*position.lots, Lot(fill.fill_id, fill.venue_ts, qty, value)),
    )


def _closed(position: Position, fill: Fill, qty: Qty, value: Usd, fee: Usd) -> tuple[Position, Closure]:
    side, held = Side(-fill.side), abs(position.qty)
    cost = share(position.cost, qty, held)
    fees = share(position.fees, qty, held)
    funding = share(position.funding, qty, held)
    lots, matches = _matched(position.lots, qty, value, side)
    closure = Closure(
        fill_id=fill.fill_id,
        side=side,
        qty=qty,
        entry_ts=position.entry_ts,
        exit_ts=fill.venue_ts,
        cost=cost,
        exit_value=value,
        realised=(value - cost) * int(side),
        fees=fees + fee,
        funding=funding,
        matches=matches,
    )
    rest = replace(
        position,
        qty=position.qty - qty * int(side),
        entry_ts=position.entry_ts if lots else 0,
        cost=position.cost - cost,
        fees=position.fees - fees,
        funding=position.funding - funding,
        lots=lots,
    )
    return rest, closure


def _matched(lots: tuple[Lot, ...], qty: Qty, value: Usd, side: Side) -> tuple[tuple[Lot, ...], tuple[Match, ...]]:
    """Take `qty` from the oldest lots; the exit's value is dealt out by quantity, the last match owns the remainder."""
    taken: list[tuple[Lot, Qty, Usd]] = []
    kept: list[Lot] = []
    for lot in lots:
        part = min(lot.qty, qty)
        qty -= part
        cost = share(lot.cost, part, lot.qty)
        if part.lots:
            taken.append((lot, part, cost))
        if part < lot.qty:
            kept.append(replace(lot, qty=lot.qty - part, cost=lot.cost - cost))
    values = split(value, [part.lots for _, part, _ in taken], owner=-1)
    matches = tuple(
        Match(lot.fill_id, part, cost, exit_value, (exit_value - cost) * int(side))
        for (lot, part, cost), exit_value in zip(taken, values, strict=True)
    )
    return tuple(kept), matches
