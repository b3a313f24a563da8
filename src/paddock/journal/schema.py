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
from sqlalchemy.dialects import postgresql, sqlite
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


def upsert(conn: Connection, into: Table, rows: Sequence[Mapping[str, object]], *, add: Sequence[str] = ()) -> None:
    """Insert rows, all with the same columns; where the primary key is there, overwrite or `add` to the others."""
    if rows:
        statement = _insert(conn, into)
        key = [column.name for column in into.primary_key]
        given = {name: statement.excluded[name] for name in rows[0] if name not in key}
        changed = given | {name: into.c[name] + given[name] for name in add}
        conn.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def insert_new(conn: Connection, into: Table, rows: Sequence[Mapping[str, object]]) -> int:
    """Insert the rows that break no unique key; gives their number."""
    statement = _insert(conn, into).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return conn.execute(statement, rows).rowcount if rows else 0


def write_plain(
    conn: Connection, into: Table, rows: Sequence[tuple[str | int | float | bytes, ...]], *, overwrite: bool = False
) -> None:
    """Insert rows of plain values, in the order of the table's columns; for the tables that grow by the thousand.

    It goes past the work that SQLAlchemy does on each value, which is most of the time of a large insert.
    """
    if rows:
        names = [column.name for column in into.columns]
        marks = ", ".join(["?" if conn.dialect.name == "sqlite" else "%s"] * len(names))
        statement = f"INSERT INTO {into.name} ({', '.join(names)}) VALUES ({marks})"
        if overwrite:
            key = [column.name for column in into.primary_key]
            changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
            statement += f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
        conn.exec_driver_sql(statement, list(rows))


def slices(values: Sequence[Any], columns: int = 1) -> Iterator[Sequence[Any]]:
    """The values in parts that fit as parameters of one statement, `columns` of them a value."""
    size = _PARAMETERS // columns
    return (values[start : start + size] for start in range(0, len(values), size))


def _insert(conn: Connection, into: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(into) if conn.dialect.name == "sqlite" else postgresql.insert(into)
