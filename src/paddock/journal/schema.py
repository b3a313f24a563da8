"""The one metadata on which every room declares its tables, and column types that lose nothing on either engine.

Tables are made with `table`: STRICT on SQLite, so that a column holds what it says on both engines. Money, times and
counts are 64-bit integers, decimals and JSON are text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Double, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import REAL, TypeDecorator

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Count: Final = BigInteger().with_variant(Integer(), "sqlite")
Micro: Final = Count  # micro-dollars
Ms: Final = Count  # ms UTC
Real: Final[Double[float]] = Double().with_variant(REAL(), "sqlite")

Row = Mapping[str, Any]

# SQLite takes at most 32,766 parameters in a statement, PostgreSQL 65,535.
_PARAMETERS: Final = 30_000


class Flag(TypeDecorator[bool]):
    """True or false, as 1 or 0 on both engines."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class DecimalText(TypeDecorator[Decimal]):
    """A decimal as it was written: SQLite has no other type that keeps more than 15 digits."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class CanonicalJson(TypeDecorator[Any]):
    """JSON in its one form (`canonical_json`), so that equal values are equal bytes on every engine."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        return None if value is None else json.loads(value)


def canonical_json(value: object) -> str:
    """Keys sorted, no spaces, ASCII only; ValueError for NaN and infinity, TypeError for what JSON does not know."""
    return _ENCODER.encode(value)


_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def table(name: str, *items: SchemaItem, clustered: bool = False) -> Table:
    """A table of this metadata; `clustered` stores its rows in the order of the primary key on SQLite."""
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_with_rowid=not clustered)


def one_of(column: str, values: type[StrEnum]) -> str:
    """The rule that a column holds a member of an enumeration."""
    members = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({members})"


def insert_all(conn: Connection, into: Table, rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    if rows:
        _write(conn, into, list(rows[0]), _bound(conn, into, rows), "")


def insert_new(conn: Connection, into: Table, rows: Sequence[Row]) -> int:
    """Insert the rows that break no unique key, all with the same columns; gives their number."""
    return _write(conn, into, list(rows[0]), _bound(conn, into, rows), " ON CONFLICT DO NOTHING") if rows else 0


def upsert(conn: Connection, into: Table, rows: Sequence[Row], *, add: Sequence[str] = ()) -> None:
    """Insert rows, all with the same columns; where the primary key is there, overwrite or `add` to the others."""
    if rows:
        _write(conn, into, list(rows[0]), _bound(conn, into, rows), _overwriting(conn, into, list(rows[0]), add))


def write_plain(conn: Connection, into: Table, rows: Sequence[tuple[Any, ...]], *, overwrite: bool = False) -> None:
    """Insert rows of plain values in the order of the table's columns, JSON as text, for the largest batches."""
    names = [column.name for column in into.columns]
    _write(conn, into, names, rows, _overwriting(conn, into, names) if overwrite else "")


def _write(conn: Connection, into: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], conflict: str) -> int:
    """Past the work that SQLAlchemy does on each value of a statement, which is most of the time of a large insert."""
    if not rows:
        return 0
    quote = conn.dialect.identifier_preparer.quote
    marks = ", ".join(["?" if conn.dialect.name == "sqlite" else "%s"] * len(names))
    statement = f"INSERT INTO {quote(into.name)} ({', '.join(map(quote, names))}) VALUES ({marks}){conflict}"
    return conn.exec_driver_sql(statement, list(rows)).rowcount


def _overwriting(conn: Connection, into: Table, names: Sequence[str], add: Sequence[str] = ()) -> str:
    quote = conn.dialect.identifier_preparer.quote
    key = [column.name for column in into.primary_key]
    changed = [
        f"{quote(name)} = excluded.{quote(name)}" + (f" + {quote(into.name)}.{quote(name)}" if name in add else "")
        for name in names
        if name not in key
    ]
    return f" ON CONFLICT ({', '.join(map(quote, key))}) DO UPDATE SET {', '.join(changed)}"


def _bound(conn: Connection, into: Table, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows' values, in the order of the first row's columns, as the driver takes them."""
    columns = []
    for name in rows[0]:
        process = into.c[name].type.dialect_impl(conn.dialect).bind_processor(conn.dialect)
        values = [row[name] for row in rows]
        columns.append([process(value) for value in values] if process else values)
    return list(zip(*columns, strict=True))


def slices(values: Sequence[Any], columns: int = 1) -> Iterator[Sequence[Any]]:
    """The values in parts that fit as parameters of one statement, `columns` of them a value."""
    size = _PARAMETERS // columns
    return (values[start : start + size] for start in range(0, len(values), size))
