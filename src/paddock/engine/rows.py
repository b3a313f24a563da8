"""Packed rows with names and types: one class declares the fields that NumPy stores, Numba compiles and mypy checks."""

from __future__ import annotations

from typing import Annotated, Any, Protocol, TypeVar, cast, get_type_hints, overload

import numpy as np
from numpy.typing import NDArray

I1 = Annotated[int, "i1"]
I4 = Annotated[int, "i4"]
I8 = Annotated[int, "i8"]
F8 = Annotated[float, "f8"]

_DTYPES: dict[type, np.dtype[np.void]] = {}

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


def dtype_of(row: type) -> np.dtype[np.void]:
    """The aligned NumPy type whose fields are those that class `row` declares with I1, I4, I8 or F8."""
    if row not in _DTYPES:
        hints = get_type_hints(row, include_extras=True)
        _DTYPES[row] = np.dtype([(name, hint.__metadata__[0]) for name, hint in hints.items()], align=True)
    return _DTYPES[row]


class Table(Protocol[R_co]):
    """A one-dimensional array of rows of class R: `table[i]` is a view of row i, `table["name"]` a column."""

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, key: int, /) -> R_co: ...

    @overload
    def __getitem__(self, key: str, /) -> NDArray[Any]: ...

    @overload
    def __getitem__(self, key: slice | NDArray[Any], /) -> NDArray[np.void]: ...

    def __setitem__(self, key: Any, value: Any, /) -> None: ...


def table_of(row: type[R], length: int) -> Table[R]:
    """A zeroed table of `length` rows of class `row`."""
    table = np.zeros(length, dtype_of(row)).view(np.recarray)
    return cast("Table[R]", table)


def plain(table: Table[R], length: int) -> NDArray[np.void]:
    """The first rows as an ordinary structured array: its columns are many times quicker to reach from Python."""
    return np.asarray(table)[:length]
