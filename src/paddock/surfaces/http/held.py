"""What do runs hold, what is it worth at the last price, and what guards it? Of many runs with as few questions as of
one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from paddock.core.money import MICROS
from paddock.core.number import to_text
from paddock.core.rounding import nearest_int
from paddock.journal.schema import slices
from paddock.journal.tables import positions
from paddock.runtime.feeds import feed_records
from paddock.runtime.guards import Guard, guards
from paddock.runtime.marks import LOOK_BACK, Mark, marks
from paddock.runtime.runs import Run
from paddock.surfaces.http.models.base import money
from paddock.surfaces.http.models.held import LotModel, PositionModel
from paddock.surfaces.http.render import price, quantity, trimmed

AVERAGE_DECIMALS: Final = 4  # an average entry may lie between two ticks


@dataclass(frozen=True, slots=True)
class Held:
    """An open position: its row of the books, the last price, and what guards it. Money is micro-dollars."""

    row: RowMapping
    mark: Mark | None
    guard: Guard

    @property
    def symbol(self) -> str:
        return str(self.row["symbol"])

    @property
    def notional(self) -> int | None:
        """At the mark; None without."""
        return self._worth(abs(self.row["qty"]))

    @property
    def unrealised(self) -> int | None:
        """At the mark, without fees and funding; None without."""
        return self.made_of(abs(self.row["qty"]), self.row["cost"])

    def made_of(self, lots: int, cost: int) -> int | None:
        """What these lots made by the mark, which cost so much."""
        worth = self._worth(lots)
        if worth is None:
            return None
        return worth - cost if self.row["qty"] > 0 else cost - worth

    def _worth(self, lots: int) -> int | None:
        if self.mark is None:
            return None
        return nearest_int(lots * self.mark.px * 10.0 ** (6 - self.row["qty_decimals"]))


def held_by(conn: Connection, wanted: Sequence[Run]) -> dict[str, list[Held]]:
    """The open positions of each run, by symbol; nothing of runs that hold nothing."""
    feed_of = {run.run_id: run.feed for run in wanted}
    rows: list[RowMapping] = []
    for part in slices(sorted(feed_of)):
        query = select(positions).where(positions.c.run_id.in_(part), positions.c.qty != 0)
        rows += conn.execute(query.order_by(positions.c.symbol)).mappings()
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        needed[feed_of[row["run_id"]]].add(row["symbol"])
    feeds = {feed.feed: feed for feed in feed_records(conn)} if rows else {}
    marked = {name: marks(conn, feeds[name], symbols) for name, symbols in needed.items() if name in feeds}
    guarded = guards(conn, rows)
    found: defaultdict[str, list[Held]] = defaultdict(list)
    for row in rows:
        mark = marked.get(feed_of[row["run_id"]], {}).get(row["symbol"])
        found[row["run_id"]].append(Held(row, mark, guarded[row["run_id"], row["symbol"]]))
    return dict(found)


def position_model(held: Held) -> PositionModel:
    row, mark, guard = held.row, held.mark, held.guard
    lots, decimals = abs(row["qty"]), row["px_decimals"]
    return PositionModel(
        symbol=held.symbol,
        side="long" if row["qty"] > 0 else "short",
        qty=quantity(lots, row["qty_decimals"]),
        entry_px=_average(row, lots, row["cost"]),
        opened_ts=row["entry_ts"],
        cost_usd=money(row["cost"]),
        fees_usd=money(row["fees"]),
        funding_usd=money(row["funding"]),
        realised_usd=money(row["realised"]),
        mark_px=None if mark is None else price(mark.px, decimals),
        mark_ts=None if mark is None else mark.ts,
        notional_usd=None if held.notional is None else money(held.notional),
        unrealised_usd=None if held.unrealised is None else money(held.unrealised),
        leverage=guard.leverage,
        protection=guard.protection,
        protected_since_ts=guard.since_ts,
        bare_since_ts=guard.bare_ts,
        unknown=_unknown(held),
        lots=[_lot(held, *lot) for lot in row["lots"]],
        **_levels(guard, decimals),
    )


def _lot(held: Held, fill_id: str, entry_ts: int, lots: int, cost: int) -> LotModel:
    made = held.made_of(lots, cost)
    return LotModel(
        fill_id=fill_id,
        opened_ts=entry_ts,
        qty=quantity(lots, held.row["qty_decimals"]),
        entry_px=_average(held.row, lots, cost),
        unrealised_usd=None if made is None else money(made),
    )


def _average(row: RowMapping, lots: int, cost: int) -> str:
    average = Fraction(abs(cost) * 10 ** row["qty_decimals"], lots * MICROS)
    return trimmed(to_text(average, row["px_decimals"] + AVERAGE_DECIMALS))


def _levels(guard: Guard, decimals: int) -> dict[str, Any]:
    names = ("stop_px", "take_px", "trail_px", "liquidation_px")
    values = {name: getattr(guard, name) for name in names}
    return {name: None if px is None else price(px, decimals) for name, px in values.items()}


def _unknown(held: Held) -> dict[str, str]:
    why = f"none of the last {LOOK_BACK} bars of its feed has {held.symbol}"
    names = ("mark_px", "mark_ts", "notional_usd", "unrealised_usd") if held.mark is None else ()
    return dict.fromkeys(names, why) | dict(held.guard.unknown)
