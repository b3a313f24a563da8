"""Every position has the stop it is to have, or is left: for venues that do not keep levels by themselves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from paddock.core.orders import TERMINAL, OrderKind, OrderState, Reason, Side
from paddock.journal import intents
from paddock.journal.fences import Fence
from paddock.journal.intents import Action, Intent, intent_id
from paddock.journal.kinds import EventKind
from paddock.journal.tables import orders, positions
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.desk_tables import desk_levels
from paddock.runtime.levels import stop_px, take_px
from paddock.runtime.lifecycle import RunState, StopMode
from paddock.runtime.record import cancel
from paddock.runtime.requests import placement, to_json
from paddock.runtime.tables import runs
from paddock.runtime.wants import ROUND, derived
from paddock.venues.broker import Bracket, Placement

_ACKNOWLEDGED = frozenset({OrderState.OPEN, OrderState.PARTIAL})
_LEVELS = {OrderKind.STOP: Reason.STOP_LOSS, OrderKind.TAKE: Reason.TAKE_PROFIT}

Key = tuple[str, str, str]  # account, run, symbol


@dataclass(slots=True)
class _Orders:
    """What works for one position."""

    levels: list[Intent] = field(default_factory=list)
    exits: list[Intent] = field(default_factory=list)  # the desk's own
    entries: list[Intent] = field(default_factory=list)


def protect(kit: Kit, fence: Fence | None) -> None:
    """Bring the levels at the venues to where they belong, and leave positions that stayed bare for too long.

    A moved level is placed before the old one is cancelled, which waits until the new one is acknowledged. Levels of a
    position that is gone are cancelled, and so is what was to travel with an entry that ended without a fill.
    """
    accounts = sorted(name for name, broker in kit.brokers.items() if not broker.capabilities.relative_brackets)
    with kit.database.read() as conn:
        if not accounts or not (_rows(conn, accounts) or _carried(conn, accounts)):
            return
    with kit.work(fence) as work:
        live = intents.live(work.conn, accounts)
        work.know({intent.intent_id: intent for intent in live})
        _drop_carried(work, _carried(work.conn, accounts))
        cancelled = {intent.client_id for intent in live if intent.action is Action.CANCEL}
        working = _working(live)
        held, released = _held(work.conn, accounts), _handed_over(work.conn, accounts)
        for row in _rows(work.conn, accounts):
            key = (row.account_id, row.run_id, row.symbol)
            guard = _Guard(kit, work, row, working[key], cancelled, held.get(key))
            guard.run()
            if row.run_id in released:
                guard.release()


class _Guard:
    """The levels of one position."""

    def __init__(
        self, kit: Kit, work: Work, row: Row[Any], orders: _Orders, cancelled: set[str], held: Row[Any] | None
    ) -> None:
        self._kit, self._work, self._row, self._orders, self._cancelled = kit, work, row, orders, cancelled
        self._number = row.number
        self._lots = held.qty if held is not None else 0
        self._held = held

    def run(self) -> None:
        if self._held is None or self._lots == 0:
            self._clear()
            return
        instrument, side = self._kit.instruments[self._row.symbol], Side(1 if self._lots > 0 else -1)
        average = self._held.cost / abs(self._lots) / 10.0 ** (6 - instrument.qty_decimals)
        bracket = Bracket(**self._row.bracket)
        stop = stop_px(bracket, instrument, side, average)
        self._move(OrderKind.STOP, side, stop)
        self._move(OrderKind.TAKE, side, take_px(bracket, instrument, side, average))
        self._watch(side, bare=stop > 0.0 and not self._covered())

    def release(self) -> None:
        """Tend the position no further, once all that belongs to it is where it should be: it is its owner's."""
        orders = self._orders
        rests = self._number == self._row.number and all(one.state in _ACKNOWLEDGED for one in orders.levels)
        if self._lots and rests and not (orders.entries or orders.exits or self._row.bare_ts):
            self._work.conn.execute(delete(desk_levels).where(*_is(self._row)))

    def _move(self, kind: OrderKind, side: Side, px: float) -> None:
        there = [intent for intent in self._orders.levels if intent.request["kind"] == kind]
        staying = [intent for intent in there if intent.client_id not in self._cancelled]
        right = [intent for intent in staying if px > 0.0 and _is_at(intent, px, abs(self._lots))]
        if px > 0.0 and not right:
            self._place(kind, side, px, _LEVELS[kind])
        stands = [intent for intent in right if intent.state in _ACKNOWLEDGED]
        if px == 0.0 or stands:
            for intent in there:
                if intent not in stands[-1:]:
                    self._cancel(intent)

    def _watch(self, side: Side, *, bare: bool) -> None:
        """Note since when the position lacks its stop; leave it when that lasts too long."""
        row, now = self._row, self._work.now
        if not bare:
            if row.bare_ts:
                self._note(EventKind.POSITION_PROTECTED, lots=self._lots)
            self._store(bare_ts=0)
            return
        since = row.bare_ts or now
        if now - since >= self._kit.policy.protect_within_ms and not self._orders.exits and self._may_leave(since):
            self._note(EventKind.POSITION_UNPROTECTED, lots=self._lots, since_ts=since)
            self._place(OrderKind.MARKET, side, 0.0, Reason.STOP_LOSS)
        self._store(bare_ts=since)

    def _may_leave(self, since: int) -> bool:
        """Whether it is time to leave: each time later, once the venue has refused it twice."""
        row = self._row
        tried = select(func.count(), func.max(orders.c.intended_ts)).where(
            orders.c.run_id == row.run_id,
            orders.c.intended_ts >= since,
            orders.c.decision == row.decision,
            orders.c.symbol == row.symbol,
            orders.c.kind == OrderKind.MARKET,
            orders.c.leg >= derived(0, 0),
        )
        tries, last_ts = self._work.conn.execute(tried).one()
        return tries < 2 or self._work.now - int(last_ts) >= self._kit.policy.backoff(tries - 1)

    def _clear(self) -> None:
        """The position is gone, or not there yet: nothing may stay that could open another."""
        for intent in self._orders.levels:
            self._cancel(intent)
        if not (self._orders.levels or self._orders.entries or self._orders.exits):
            self._work.conn.execute(delete(desk_levels).where(*_is(self._row)))
        else:
            self._store(bare_ts=0)

    def _covered(self) -> bool:
        return any(
            intent.state in _ACKNOWLEDGED and int(intent.request["lots"]) >= abs(self._lots)
            for intent in self._orders.levels
            if intent.request["kind"] == OrderKind.STOP
        )

    def _place(self, kind: OrderKind, side: Side, px: float, reason: Reason) -> None:
        row, now, policy = self._row, self._work.now, self._kit.policy
        leg = self._next_leg()
        name = intent_id(row.run_id, row.decision, leg)
        tries = self._number // ROUND
        next_ts = now if tries <= 2 or kind is OrderKind.MARKET else now + policy.backoff(tries - 2)
        order = Placement(
            client_id=name,
            account_id=row.account_id,
            book=row.run_id,
            symbol=row.symbol,
            kind=kind,
            side=Side(-side),
            lots=abs(self._lots),
            sent_ts=next_ts,
            expires_ts=next_ts + policy.valid_ms,
            px=px,
            reduce_only=True,
        )
        intent = Intent(
            name,
            row.run_id,
            row.account_id,
            row.decision,
            leg,
            Action.PLACE,
            name,
            to_json(order),
            now,
            order.expires_ts,
            next_ts=next_ts,
        )
        self._work.intend(intent, int(reason))

    def _cancel(self, intent: Intent) -> None:
        if intent.client_id not in self._cancelled and intent.state not in TERMINAL:
            self._cancelled.add(intent.client_id)
            cancel(self._kit, self._work, intent, self._row.decision, self._next_leg())

    def _next_leg(self) -> int:
        self._number += ROUND
        return derived(self._row.leg, self._number)

    def _store(self, *, bare_ts: int) -> None:
        if (self._number, bare_ts) != (self._row.number, self._row.bare_ts):
            changed = update(desk_levels).where(*_is(self._row)).values(number=self._number, bare_ts=bare_ts)
            self._work.conn.execute(changed)

    def _note(self, kind: EventKind, **payload: object) -> None:
        self._work.note(f"run:{self._row.run_id}", kind, symbol=self._row.symbol, **payload)


def _is(row: Row[Any]) -> list[ColumnElement[bool]]:
    table = desk_levels.c
    return [table.account_id == row.account_id, table.run_id == row.run_id, table.symbol == row.symbol]


def _is_at(intent: Intent, px: float, lots: int) -> bool:
    return float(intent.request["px"]) == px and int(intent.request["lots"]) >= lots


def _rows(conn: Connection, accounts: list[str]) -> list[Row[Any]]:
    wanted = select(desk_levels).where(desk_levels.c.account_id.in_(accounts))
    return list(conn.execute(wanted.order_by(*desk_levels.primary_key.columns)))


def _handed_over(conn: Connection, accounts: list[str]) -> set[str]:
    """Runs that stopped and left their protection to their owner."""
    wanted = select(runs.c.run_id).where(
        runs.c.account_id.in_(accounts), runs.c.state == RunState.STOPPED, runs.c.stop_mode == StopMode.HANDOVER
    )
    return set(conn.execute(wanted).scalars())


def _held(conn: Connection, accounts: list[str]) -> dict[Key, Row[Any]]:
    wanted = select(positions).where(positions.c.account_id.in_(accounts), positions.c.qty != 0)
    return {(row.account_id, row.run_id, row.symbol): row for row in conn.execute(wanted)}


def _working(live: list[Intent]) -> dict[Key, _Orders]:
    found: defaultdict[Key, _Orders] = defaultdict(_Orders)
    for intent in live:
        if intent.action is Action.CANCEL:
            continue
        order = placement(intent.request)
        mine = found[intent.account_id, intent.run_id, order.symbol]
        if order.kind in _LEVELS:
            if not (intent.parent and intent.state is OrderState.PENDING):
                mine.levels.append(intent)
        elif not order.reduce_only:
            mine.entries.append(intent)
        elif intent.leg >= derived(0, 0):
            mine.exits.append(intent)
    return found


def _carried(conn: Connection, accounts: list[str]) -> list[tuple[Intent, Intent]]:
    """Levels that wait for the first fill of an entry that has ended, with that entry."""
    waiting = [one for one in intents.in_states(conn, accounts, {OrderState.PENDING}) if one.parent]
    parents = intents.get(conn, [one.parent for one in waiting])
    return [(one, parents[one.parent]) for one in waiting if parents[one.parent].state in TERMINAL]


def _drop_carried(work: Work, carried: list[tuple[Intent, Intent]]) -> None:
    for level, entry in carried:
        if entry.state is not OrderState.FILLED:  # its fills are on their way and bring the level
            work.change(level, OrderState.CANCELED, why="its entry ended without a fill")
