"""Positions and closures as `core.position` folds them from fills and funding, one event at a time, late ones too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, delete, select, tuple_

from paddock.core.fills import Fill, FundingPayment
from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import ZERO, Usd
from paddock.core.orders import Side
from paddock.core.position import Closure, Lot, Position, fold, order_key, step
from paddock.journal.facts import FillBooked, FundingBooked
from paddock.journal.schema import slices, upsert
from paddock.journal.tables import closures, fills, fundings, positions

Key = tuple[str, str, str]  # account, run, symbol
Booked = FillBooked | FundingBooked


def key_of(fact: Booked) -> Key:
    return fact.account_id, fact.run_id, fact.symbol


@dataclass(slots=True)
class _Held:
    position: Position
    realised: Usd = ZERO
    unattributed: Usd = ZERO
    last: tuple[int, bool, str] = (0, False, "")
    closed: list[Closure] = field(default_factory=list)  # that are not stored yet
    refolded: bool = False


class Holdings:
    """The positions that a batch of facts touches: load, `book` each fact, then `store`."""

    def __init__(self, conn: Connection, facts: Collection[Booked]) -> None:
        self._conn = conn
        self._held = _load(conn, {key_of(fact) for fact in facts})
        self.told: list[tuple[FillBooked, Closure]] = []  # which fill made which closure
        self._batch: defaultdict[Key, list[Fill | FundingPayment]] = defaultdict(list)

    def book(self, fact: Booked) -> int:
        """Count a fact that was not counted before; gives the micro-dollars of profit that it realised.

        A fact older than those before it changes what these realised: then it is the difference.
        """
        key, event = key_of(fact), _event(fact)
        held = self._held.setdefault(key, _flat(instrument_of(fact)))
        self._batch[key].append(event)
        before = held.realised
        if order_key(event) > held.last:
            _step(held, event)
        else:
            self._refold(key, held)
        if isinstance(fact, FillBooked):
            self.told += [(fact, one) for one in held.closed if one.fill_id == fact.fill_id]
        return (held.realised - before).micros

    def store(self) -> None:
        """Write the positions, and the closures that are new or changed."""
        touched = {key: self._held[key] for key in self._batch}
        for account_id, run_id, symbol in (key for key, held in touched.items() if held.refolded):
            self._conn.execute(
                delete(closures).where(
                    closures.c.account_id == account_id, closures.c.run_id == run_id, closures.c.symbol == symbol
                )
            )
        upsert(self._conn, positions, [_position_row(key, held) for key, held in touched.items()])
        upsert(self._conn, closures, [_closure_row(key, one) for key, held in touched.items() for one in held.closed])

    def _refold(self, key: Key, held: _Held) -> None:
        events = [*_stored(self._conn, key), *self._batch[key]]
        whole = fold(
            held.position.instrument,
            [event for event in events if isinstance(event, Fill)],
            [event for event in events if isinstance(event, FundingPayment)],
        )
        held.position, held.closed, held.refolded = whole.position, list(whole.closures), True
        held.unattributed = whole.unattributed_funding
        held.realised = sum((one.realised for one in whole.closures), start=ZERO)


def instrument_of(row: Booked | Row[Any]) -> Instrument:
    """The instrument of a fact or a row, as far as the fold needs it: its grid."""
    return Instrument(row.venue, row.symbol, px_decimals=row.px_decimals, qty_decimals=row.qty_decimals)


def position_of(row: Row[Any]) -> Position:
    """A row of `positions` as the value that it was."""
    instrument = instrument_of(row)
    lots = tuple(Lot(name, ts, Qty(qty, instrument), Usd(cost)) for name, ts, qty, cost in row.lots)
    qty = Qty(row.qty, instrument)
    return Position(instrument, qty, row.entry_ts, Usd(row.cost), Usd(row.fees), Usd(row.funding), lots)


def _step(held: _Held, event: Fill | FundingPayment) -> None:
    if isinstance(event, FundingPayment) and held.position.side is None:
        held.unattributed += event.amount
    held.position, closure = step(held.position, event)
    held.last = order_key(event)
    if closure:
        held.closed.append(closure)
        held.realised += closure.realised


def _flat(instrument: Instrument) -> _Held:
    return _Held(Position(instrument, Qty(0, instrument)))


def _load(conn: Connection, keys: Collection[Key]) -> dict[Key, _Held]:
    found: dict[Key, _Held] = {}
    columns = tuple_(positions.c.account_id, positions.c.run_id, positions.c.symbol)
    for part in slices(sorted(keys), 3):
        for row in conn.execute(select(positions).where(columns.in_(part))):
            found[row.account_id, row.run_id, row.symbol] = _Held(
                position_of(row),
                Usd(row.realised),
                Usd(row.unattributed),
                (row.last_ts, row.last_fill, row.last_id),
            )
    return found


def _stored(conn: Connection, key: Key) -> list[Fill | FundingPayment]:
    def of(source: Table) -> Any:
        account_id, run_id, symbol = key
        return and_(source.c.account_id == account_id, source.c.run_id == run_id, source.c.symbol == symbol)

    rows = [*conn.execute(select(fills).where(of(fills))), *conn.execute(select(fundings).where(of(fundings)))]
    return [_event(row) for row in rows]


def _event(row: Any) -> Fill | FundingPayment:
    """Of a fact, or of a row of `fills` or `fundings`."""
    if hasattr(row, "payment_id"):
        return FundingPayment(row.payment_id, row.venue_ts, Usd(row.amount))
    instrument = instrument_of(row)
    ticks = int(instrument.px(row.px).scaleb(instrument.px_decimals))
    return Fill(
        row.fill_id,
        row.intent_id,
        row.venue_ts,
        Side(row.side),
        Qty(row.lots, instrument),
        Price(ticks, instrument),
        Usd(row.fee),
    )


def _position_row(key: Key, held: _Held) -> Mapping[str, object]:
    account_id, run_id, symbol = key
    position = held.position
    last_ts, last_fill, last_id = held.last
    return {
        "account_id": account_id,
        "run_id": run_id,
        "symbol": symbol,
        "venue": position.instrument.venue,
        "px_decimals": position.instrument.px_decimals,
        "qty_decimals": position.instrument.qty_decimals,
        "qty": position.qty.lots,
        "entry_ts": position.entry_ts,
        "cost": position.cost.micros,
        "fees": position.fees.micros,
        "funding": position.funding.micros,
        "lots": [[lot.fill_id, lot.entry_ts, lot.qty.lots, lot.cost.micros] for lot in position.lots],
        "realised": held.realised.micros,
        "unattributed": held.unattributed.micros,
        "last_ts": last_ts,
        "last_fill": last_fill,
        "last_id": last_id,
    }


def _closure_row(key: Key, closure: Closure) -> Mapping[str, object]:
    account_id, run_id, symbol = key
    return {
        "account_id": account_id,
        "fill_id": closure.fill_id,
        "run_id": run_id,
        "symbol": symbol,
        "side": int(closure.side),
        "lots": closure.qty.lots,
        "entry_ts": closure.entry_ts,
        "exit_ts": closure.exit_ts,
        "cost": closure.cost.micros,
        "exit_value": closure.exit_value.micros,
        "realised": closure.realised.micros,
        "fees": closure.fees.micros,
        "funding": closure.funding.micros,
        "matches": [
            [match.lot_id, match.qty.lots, match.cost.micros, match.exit_value.micros, match.realised.micros]
            for match in closure.matches
        ],
    }
