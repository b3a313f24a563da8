"""Reads JSON that the venue sent, trusting none of it: what is not as documented raises one error, Unknown.

The readers of values raise LookupError, TypeError or ValueError; a function that takes a message is wrapped with
`reads`, which turns these into Unknown (venue.unclear) that says what was seen.
"""

from __future__ import annotations

import functools
import json
import reprlib
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from paddock.core.errors import Code, Unknown
from paddock.core.orders import Side

P = ParamSpec("P")
T = TypeVar("T")

_LARGEST: Final = 2**63 - 1
_SIDES: Final = {"B": Side.BUY, "A": Side.SELL}
_CANNOT: Final = (LookupError, TypeError, ValueError, ArithmeticError, RecursionError)


class Garbled(ValueError):
    """A value of a message is not what the venue's documents promise."""


def shown(value: object) -> str:
    """A value for a person, shortened: at most some hundred characters, whatever it is."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 3, 120, 120
    return short.repr(value)


def unclear(what: str, seen: object, why: object) -> Unknown:
    """The error for a message that cannot be read; `seen` is shortened."""
    return Unknown(
        Code.VENUE_UNCLEAR,
        f"{what} from Hyperliquid cannot be read: {shown(str(why))}",
        where=what,
        seen=shown(seen),
        rule="messages are as the venue documents them",
    )


def reads(what: str) -> Callable[[Callable[Concatenate[Any, P], T]], Callable[Concatenate[Any, P], T]]:
    """Makes a function of a message raise Unknown (venue.unclear), and nothing else, for one it cannot read."""

    def wrap(parse: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
        @functools.wraps(parse)
        def guarded(message: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return parse(message, *args, **kwargs)
            except _CANNOT as error:
                raise unclear(what, message, f"{type(error).__name__}: {error}") from error

        return guarded

    return wrap


@reads("a text")
def decoded(text: str | bytes) -> Any:
    """The JSON value of a text; raises Unknown (venue.unclear)."""
    return json.loads(text)


def obj(value: object) -> dict[str, Any]:
    if type(value) is not dict:
        raise Garbled(f"not an object: {shown(value)}")
    return value


def arr(value: object) -> list[Any]:
    if type(value) is not list:
        raise Garbled(f"not a list: {shown(value)}")
    return value


def text(value: object) -> str:
    if type(value) is not str:
        raise Garbled(f"not a text: {shown(value)}")
    return value


def flag(value: object) -> bool:
    if type(value) is not bool:
        raise Garbled(f"neither true nor false: {shown(value)}")
    return value


def whole(value: object) -> int:
    """An id, a time in ms or a count, not below 0. Also in a string: some quoted replies have it so [?]."""
    if type(value) is not int:
        if type(value) is not str or not (value.isascii() and value.isdigit() and len(value) < 20):
            raise Garbled(f"not a whole number: {shown(value)}")
        value = int(value)
    if not 0 <= value <= _LARGEST:
        raise Garbled(f"out of range: {shown(value)}")
    return value


def side(value: object) -> Side:
    """Of an order, a fill or a trade (the aggressor's): B buys, A sells."""
    return _SIDES[text(value)]
