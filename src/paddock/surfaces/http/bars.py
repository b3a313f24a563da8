"""What do routes that give bars ask for, and which of a tape's symbols is meant?"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Query

from paddock.core.errors import Code, NotFound, nearest
from paddock.market.tape import Tape
from paddock.surfaces.http.models.base import MAX_TS, SYMBOL_FORM

MOST_BARS: Final = 2_000
COLUMNS: Final = ("open", "high", "low", "close", "volume")
Symbol = Annotated[str, Query(pattern=SYMBOL_FORM)]
Bars = Annotated[int, Query(ge=1, le=MOST_BARS, description="most bars")]
Before = Annotated[int | None, Query(ge=0, le=MAX_TS, description="only bars that open before, ms UTC")]


def row_of(tape: Tape, symbol: str, missing: str, rule: str) -> int:
    """The symbol's row in the tape; raises NotFound (data.symbol), which says what is `missing` and the `rule`."""
    if symbol in tape.symbols:
        return tape.row(symbol)
    raise NotFound(
        Code.DATA_SYMBOL,
        missing,
        where="query.symbol",
        seen=symbol,
        rule=rule,
        suggestion=nearest(symbol, tape.symbols),
    )
