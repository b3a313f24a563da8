"""Reads JSON that the venue sent, trusting none of it: what is not as documented raises one error, Unknown."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError

from paddock.core.errors import Code, Unknown

_LARGEST: Final = 2**63 - 1
_LATEST_TS: Final = 2**53
_plain: Final = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?").fullmatch
_digits: Final = re.compile(r"[0-9]{1,18}").fullmatch


class Said(BaseModel):
    """A reply of the venue: what it says beyond our fields is ignored, ours are typed strictly."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


Row = TypeVar("Row", bound=Said)


def _number(value: object) -> Decimal:
    if type(value) is not str or _plain(value) is None:
        raise ValueError("a number is a plain decimal string")
    return Decimal(value)


def _amount(value: object) -> Decimal:
    number = _number(value)
    if number < 0:
        raise ValueError("it is not below 0")
    return number


def _positive(value: object) -> Decimal:
    number = _number(value)
    if number <= 0:
        raise ValueError("it is above 0")
    return number


def _whole(value: object) -> object:
    """Whole numbers come as such, and in a string on some channels [?]."""
    return int(value) if type(value) is str and _digits(value) else value


# One call of Python each: books and prices have many of them.
Number = Annotated[Decimal, PlainValidator(_number)]
Amount = Annotated[Decimal, PlainValidator(_amount)]  # not below 0
Positive = Annotated[Decimal, PlainValidator(_positive)]  # above 0
Whole = Annotated[int, Field(ge=0, le=_LARGEST), BeforeValidator(_whole)]
Ts = Annotated[int, Field(ge=0, le=_LATEST_TS)]
Text = Annotated[str, Field(max_length=200)]


def shown(value: object) -> str:
    """A value for a person, shortened: at most some hundred characters, whatever it is."""
    short = reprlib.Repr()
    short.maxlevel, short.maxstring, short.maxother = 3, 160, 120
    return short.repr(value)


def unclear(what: str, seen: object, why: str) -> Unknown:
    """The error for something of the venue that cannot be read; `seen` is shortened."""
    return Unknown(
        Code.VENUE_UNCLEAR,
        f"{what} from Pacifica cannot be read: {why[:200]}",
        where=what,
        seen=shown(seen),
        rule="messages are as the venue documents them",
    )


def decoded(text: str | bytes) -> Any:
    """The JSON value of a text; raises Unknown (venue.unclear)."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise unclear("a text", text, f"it is not JSON ({error})") from error


def one(model: type[Row], value: object, what: str) -> Row:
    """Raises Unknown (venue.unclear)."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise unclear(what, value, f"{where}: {first['msg']}") from error


def many(model: type[Row], value: object, what: str) -> list[Row]:
    """Raises Unknown (venue.unclear)."""
    return [one(model, row, what) for row in listed(value, what)]


def listed(value: object, what: str) -> Sequence[Any]:
    """Raises Unknown (venue.unclear)."""
    if type(value) is not list:
        raise unclear(what, value, "it is not a list")
    return value


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
