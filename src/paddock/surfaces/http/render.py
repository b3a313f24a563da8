"""Rows of the books in the words of the wire: decimal strings and names instead of lots, micro-dollars and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import RowMapping

from paddock.core.number import to_text
from paddock.core.orders import OrderKind, Reason, Side
from paddock.journal.ledger import Book
from paddock.runtime.runs import Run
from paddock.surfaces.http.models.base import money
from paddock.surfaces.http.models.runtime import (
    ClosureModel,
    DecisionModel,
    EntryModel,
    EquityModel,
    EventModel,
    FillModel,
    OrderModel,
    RunModel,
)


def run_model(run: Run, pnl: int | None) -> RunModel:
    """`pnl` in micro-dollars, None before the first decision."""
    names = (name for name in RunModel.model_fields if not name.endswith("_usd"))
    return RunModel(
        capital_usd=money(run.capital),
        pnl_usd=None if pnl is None else money(pnl),
        **{name: getattr(run, name) for name in names},
    )


def event_model(row: RowMapping) -> EventModel:
    return EventModel(**{**row, "payload": json.loads(row["payload"])})


def decision_model(row: RowMapping) -> DecisionModel:
    return DecisionModel(decision=row["decision"], ts=row["ts"], bar_ts=row["bar_ts"], detail=row["detail"])


def order_model(row: RowMapping, qty_decimals: Mapping[str, int]) -> OrderModel:
    decimals = qty_decimals.get(row["symbol"])
    return OrderModel(
        order_id=row["intent_id"],
        decision=row["decision"],
        leg=row["leg"],
        symbol=row["symbol"],
        side=_side(row["side"]),
        kind=_kind(row["kind"]),
        reason=Reason(row["reason"]).label,
        state=row["state"],
        lots=row["lots"],
        filled_lots=row["traded"],
        qty=None if decimals is None else quantity(row["lots"], decimals),
        filled=None if decimals is None else quantity(row["traded"], decimals),
        px=price(row["px"]) if row["px"] else None,
        reduce_only=bool(row["reduce_only"]),
        venue_order_id=row["venue_order_id"],
        note=row["note"],
        decided_ts=row["intended_ts"],
        changed_ts=row["changed_ts"],
    )


def fill_model(row: RowMapping) -> FillModel:
    return FillModel(
        fill_id=row["fill_id"],
        order_id=row["intent_id"],
        symbol=row["symbol"],
        side=_side(row["side"]),
        kind=_kind(row["kind"]),
        qty=quantity(row["lots"], row["qty_decimals"]),
        px=price(row["px"], row["px_decimals"]),
        fee_usd=money(row["fee"]),
        maker=bool(row["maker"]),
        venue_ts=row["venue_ts"],
    )


def closure_model(row: RowMapping) -> ClosureModel:
    return ClosureModel(
        fill_id=row["fill_id"],
        symbol=row["symbol"],
        side="long" if row["side"] > 0 else "short",
        lots=row["lots"],
        entry_ts=row["entry_ts"],
        exit_ts=row["exit_ts"],
        realised_usd=money(row["realised"]),
        fees_usd=money(row["fees"]),
        funding_usd=money(row["funding"]),
        pnl_usd=money(row["realised"] - row["fees"] + row["funding"]),
    )


def equity_model(row: RowMapping) -> EquityModel:
    return EquityModel(ts=row["ts"], equity_usd=money(row["equity"]), cash_usd=money(row["cash"]))


def entry_model(row: RowMapping) -> EntryModel:
    return EntryModel(
        txn=row["txn_key"],
        line=row["line"],
        ts=row["ts"],
        run_id=row["run_id"],
        book=Book(row["book"]),
        amount_usd=money(row["amount"]),
    )


def quantity(lots: int, decimals: int) -> str:
    """Lots as an exact decimal quantity."""
    return trimmed(to_text(Fraction(lots, 10**decimals), decimals))


def price(px: float, decimals: int | None = None) -> str:
    """A price on its grid; where that is not known, as short as it reads back the same."""
    return trimmed(f"{Decimal(repr(px)):f}" if decimals is None else f"{px:.{decimals}f}")


def trimmed(text: str) -> str:
    """Without zeros that say nothing."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _side(number: int) -> str:
    return Side(number).name.lower()


def _kind(number: int) -> str:
    return OrderKind(number).name.lower()
