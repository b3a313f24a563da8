"""Words of the wire: money as decimal strings, times as whole ms UTC named `*_ts`, text that every store can hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Depends, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from paddock.core.money import Usd
from paddock.core.time import INTERVALS

MAX_TS: Final = 4_102_444_800_000  # the year 2100
MAX_PAGE: Final = 500
PAGE: Final = 100
ID_FORM: Final = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"
CURSOR_FORM: Final = r"^[A-Za-z0-9_.:-]{1,400}$"
MONEY_FORM: Final = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"
SYMBOL_FORM: Final = r"^[!-~]{1,64}$"
FEED_FORM: Final = r"^[!-~]{1,100}$"
VENUE_FORM: Final = r"^[a-z0-9][a-z0-9_-]{0,31}$"
INTERVAL_FORM: Final = f"^({'|'.join(INTERVALS)})$"
SCOPE_FORM: Final = "^(run|account|platform)$"
SCOPED_FORM: Final = r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,63})?$"
_ID: Final = "an id has at most 64 letters, digits and any of _ . : -"
FORMS: Final = {
    ID_FORM: _ID,
    SCOPED_FORM: _ID,
    SYMBOL_FORM: "a symbol has 1 to 64 visible characters, and no blanks",
    FEED_FORM: "a feed's name has 1 to 100 visible characters, and no blanks",
    VENUE_FORM: "a venue is a short lower-case name",
    INTERVAL_FORM: f"an interval is one of {', '.join(INTERVALS)}",
    SCOPE_FORM: "a scope is run, account or platform",
    CURSOR_FORM: "`next` of the page before",
    MONEY_FORM: "US dollars as a plain decimal without a sign, of at most 12 digits and 6 places, such as 1000.50",
}

Item = TypeVar("Item")


class Sent(BaseModel):
    """A request's body: no other keys, no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Answered(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class Listed(Answered, Generic[Item]):
    """One page. `next` goes into `after` to get the one behind it, and is null at the end."""

    items: list[Item]
    next: str | None = None


class ProblemModel(Answered):
    code: str
    where: str
    seen: str
    rule: str
    suggestion: str
    severity: str


class ErrorModel(Answered):
    """`kind` says what to do: mend it (invalid, not_found), give in (refused), look (unknown) or wait (unavailable)."""

    kind: str
    code: str
    message: str
    where: str
    seen: str
    rule: str
    suggestion: str
    problems: list[ProblemModel]


class ErrorDocument(Answered):
    error: ErrorModel


def plain(value: str) -> str:
    """Raises ValueError for control characters and halves of characters, which not every store can hold."""
    if any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in value):
        raise ValueError("has no control characters")
    return value


def clean(value: Any) -> Any:
    """A JSON value whose texts can be stored; ValueError for a NUL or half a character anywhere in it."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            if "\0" in found or any(0xD800 <= ord(char) < 0xE000 for char in found):
                raise ValueError("holds no NUL and no half characters")
        elif isinstance(found, dict):
            waiting += [*found.keys(), *found.values()]
        elif isinstance(found, list):
            waiting += found
    return value


def money(micros: int) -> str:
    """Micro-dollars as a decimal string."""
    return str(Usd(micros))


def micros(text: str, where: str) -> int:
    """Raises Invalid (value.number)."""
    return Usd.parse(text, where).micros


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(plain)]
Note = Annotated[str, Field(max_length=500), AfterValidator(plain)]
Id = Annotated[str, Field(pattern=ID_FORM)]
Symbol = Annotated[str, Field(pattern=SYMBOL_FORM)]
Money = Annotated[str, Field(pattern=MONEY_FORM, description="US dollars", examples=["1000.50"])]
Signed = Annotated[str, Field(description="US dollars, of either sign", examples=["-12.500000"])]
Ts = Annotated[int, Field(ge=0, le=MAX_TS, description="ms UTC")]
Document = Annotated[dict[str, Any], AfterValidator(clean)]

InPath = Annotated[str, Path(pattern=ID_FORM)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="most items of the page")]
After = Annotated[str | None, Query(pattern=CURSOR_FORM, description="`next` of the page before")]
AfterNumber = Annotated[int | None, Query(ge=0, le=2**62, description="only what lies behind")]
Newest = Annotated[bool, Query(description="newest first, and behind is before; else oldest first")]


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for: at most `limit` rows behind the cursor `after`, oldest first or `newest` first."""

    after: str | None
    limit: int
    newest: bool


async def _paging(after: After = None, limit: Limit = PAGE, newest: Newest = False) -> Paging:
    return Paging(after, limit, newest)


Paged = Annotated[Paging, Depends(_paging)]
