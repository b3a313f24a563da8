"""What guards each open position now, and since when? Of many runs at once.

At a venue those are orders that rest there, as it acknowledged them. The paper venue keeps levels itself, and says
where they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, RowMapping, and_, func, select

from paddock.core.orders import OrderKind, OrderState
from paddock.engine.carried import slot_of
from paddock.journal.events import events
from paddock.journal.intents import intents
from paddock.journal.kinds import EventKind
from paddock.journal.schema import slices
from paddock.journal.tables import decisions, fills, orders, positions
from paddock.runtime.accounts import PAPER
from paddock.runtime.desk_tables import desk_levels
from paddock.runtime.paper_tables import paper_seats
from paddock.runtime.requests import placement
from paddock.runtime.tables import accounts, layouts

Key = tuple[str, str]  # run, symbol
STANDING: Final = (OrderState.OPEN, OrderState.PARTIAL)
_NOT_TOLD: Final = "the venue tells it to the owner of the account only"
_AHEAD: Final = "the venue has moved on, and its fills are not booked yet"


class Protection(StrEnum):
    PROTECTED = "protected"  # an acknowledged stop covers all of it
    BARE = "bare"  # it is to have one, and none that covers it is acknowledged
    NONE = "none"  # nobody asked for one
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Guard:
    """Levels of one position: prices on the grid, None without such a level. Times are ms UTC.

    `since_ts` is when the stop that protects now was acknowledged, `bare_ts` since when one is missing. `unknown`
    says why a value is not known, by its name: None is otherwise known not to be there.
    """

    protection: Protection
    stop_px: float | None = None
    take_px: float | None = None
    trail_px: float | None = None
    liquidation_px: float | None = None
    leverage: float | None = None
    since_ts: int | None = None
    bare_ts: int | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The newest entry into a position, whose first fill brought its levels."""

    intent_id: str
    ts: int


def guards(conn: Connection, held: Sequence[RowMapping]) -> dict[Key, Guard]:
    """What guards these open positions (rows of the books)."""
    if not held:
        return {}
    names = sorted({row["account_id"] for row in held})
    on_paper = set(
        conn.execute(
            select(accounts.c.account_id).where(accounts.c.account_id.in_(names), accounts.c.venue == PAPER)
        ).scalars()
    )
    entries = _entries(conn, sorted({row["run_id"] for row in held}))
    played = [row for row in held if row["account_id"] in on_paper]
    real = [row for row in held if row["account_id"] not in on_paper]
    return _played(conn, played, entries) | _real(conn, real, entries)


def _entries(conn: Connection, run_ids: Sequence[str]) -> dict[Key, _Entry]:
    """Of each open position of these runs."""
    first = func.min(fills.c.venue_ts)
    its = and_(
        fills.c.run_id == positions.c.run_id,
        fills.c.symbol == positions.c.symbol,
        fills.c.venue_ts >= positions.c.entry_ts,
        fills.c.side * positions.c.qty > 0,
    )
    c = positions.c
    found: dict[Key, _Entry] = {}
    for part in slices(run_ids):
        wanted = (
            select(c.run_id, c.symbol, fills.c.intent_id, first)
            .join(fills, its)
            .where(c.run_id.in_(part), c.qty != 0)
            .group_by(c.run_id, c.symbol, fills.c.intent_id)
            .order_by(first)
        )
        found |= {(run_id, symbol): _Entry(name, ts) for run_id, symbol, name, ts in conn.execute(wanted)}
    return found


def _played(conn: Connection, held: Sequence[RowMapping], entries: Mapping[Key, _Entry]) -> dict[Key, Guard]:
    """On paper: as the venue's own state of the seat has it."""
    seats: dict[Key, Row[Any]] = {}
    for part in slices(sorted({row["run_id"] for row in held})):
        wanted = select(paper_seats, layouts.c.layout).join(layouts).where(paper_seats.c.book.in_(part))
        seats |= {(row.book, row.symbol): row for row in conn.execute(wanted)}
    moved = _moved(conn, {name for seat in seats.values() for name in seat.named.values()})
    found: dict[Key, Guard] = {}
    for row in held:
        key = (row["run_id"], row["symbol"])
        seat = seats.get(key)
        if seat is None or seat.lots != row["qty"]:
            found[key] = Guard(Protection.UNKNOWN, unknown=_for_all(_AHEAD))
        else:
            found[key] = _of_seat(seat, moved, entries.get(key))
    return found


def _of_seat(seat: Row[Any], moved: Mapping[str, int], entry: _Entry | None) -> Guard:
    slot = slot_of(seat.state, seat.layout)
    stop, trail = float(slot["stop_px"]), float(slot["trail_px"])
    nearest = max(stop, trail) if seat.lots > 0 else min([px for px in (stop, trail) if px > 0.0], default=0.0)
    begun = moved.get(seat.named.get("stop" if nearest == stop else "trail", ""), entry.ts if entry else None)
    return Guard(
        Protection.PROTECTED if nearest > 0.0 else Protection.NONE,
        stop_px=stop or None,
        take_px=float(slot["take_px"]) or None,
        trail_px=trail or None,
        liquidation_px=float(slot["liquidation_px"]) or None,
        leverage=float(slot["leverage"]),
        since_ts=begun if nearest > 0.0 else None,
    )


def _moved(conn: Connection, names: Iterable[str]) -> dict[str, int]:
    """When those levels were decided that are orders of their own; the others came with their entry."""
    found: dict[str, int] = {}
    its = and_(decisions.c.run_id == orders.c.run_id, decisions.c.decision == orders.c.decision)
    for part in slices(sorted(names)):
        wanted = select(orders.c.intent_id, decisions.c.ts).join(decisions, its)
        level = orders.c.kind >= int(OrderKind.STOP)
        found |= dict(conn.execute(wanted.where(orders.c.intent_id.in_(part), level)).all())
    return found


def _real(conn: Connection, held: Sequence[RowMapping], entries: Mapping[Key, _Entry]) -> dict[Key, Guard]:
    """At venues: by the orders that rest there."""
    if not held:
        return {}
    names = sorted({row["account_id"] for row in held})
    resting: defaultdict[Key, list[RowMapping]] = defaultdict(list)
    standing = select(orders).where(
        orders.c.account_id.in_(names), orders.c.state.in_(STANDING), orders.c.kind >= int(OrderKind.STOP)
    )
    for order in conn.execute(standing).mappings():
        resting[order["run_id"], order["symbol"]].append(order)
    kept = conn.execute(select(desk_levels).where(desk_levels.c.account_id.in_(names)))
    tended = {(row.run_id, row.symbol): row for row in kept}
    leverages = _leverages(conn, [entry.intent_id for entry in entries.values()])
    found: dict[Key, Guard] = {}
    for row in held:
        key = (row["run_id"], row["symbol"])
        entry = entries.get(key)
        leverage = leverages.get(entry.intent_id) if entry else None
        found[key] = _of_orders(conn, row, resting[key], tended.get(key), leverage)
    return found


def _of_orders(
    conn: Connection, row: RowMapping, resting: Sequence[RowMapping], tended: Row[Any] | None, leverage: float | None
) -> Guard:
    long = row["qty"] > 0
    whole = [one for one in resting if one["lots"] - one["traded"] >= abs(row["qty"]) and one["side"] * row["qty"] < 0]
    stops = sorted((one for one in whole if one["kind"] != OrderKind.TAKE), key=lambda one: one["px"], reverse=long)
    takes = sorted((one["px"] for one in whole if one["kind"] == OrderKind.TAKE), reverse=not long)
    wanted = tended is not None and any(tended.bracket.get(name) for name in ("stop_pct", "stop_px", "trail_pct"))
    bare = Protection.BARE if wanted else Protection.NONE
    unknown = {"liquidation_px": _NOT_TOLD}
    if leverage is None:
        unknown["leverage"] = "no entry of this run opened the position"
    return Guard(
        Protection.PROTECTED if stops else bare,
        stop_px=stops[0]["px"] if stops else None,
        take_px=takes[0] if takes else None,
        leverage=leverage,
        since_ts=acknowledged_ts(conn, stops[0]) if stops else None,
        bare_ts=(tended.bare_ts or None) if tended is not None and not stops else None,
        unknown=unknown,
    )


def acknowledged_ts(conn: Connection, order: RowMapping) -> int | None:
    """When the venue said that it has an order; None where it never did. Its row changes again once it trades."""
    if order["state"] == OrderState.OPEN and order["traded"] == 0:
        return int(order["changed_ts"])
    told = events.c.payload.contains(order["intent_id"], autoescape=True)
    mine = (events.c.stream == f"run:{order['run_id']}", events.c.kind == EventKind.ORDER_OPENED, told)
    first: int | None = conn.execute(select(func.min(events.c.ts)).where(*mine)).scalar_one()
    return first


def _leverages(conn: Connection, names: Sequence[str]) -> dict[str, float]:
    """The leverage that orders were placed with."""
    found: dict[str, float] = {}
    for part in slices(sorted(set(names))):
        rows = conn.execute(select(intents.c.intent_id, intents.c.request).where(intents.c.intent_id.in_(part)))
        found |= {name: placement(request).leverage for name, request in rows}
    return found


def _for_all(why: str) -> dict[str, str]:
    names = ("stop_px", "take_px", "trail_px", "liquidation_px", "leverage", "protected_since_ts")
    return dict.fromkeys(names, why)
