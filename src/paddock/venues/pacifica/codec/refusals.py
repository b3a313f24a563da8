"""What the venue's refusals mean in the desk's words.

Texts come first: the venue's numbers changed their meaning over time (5 was an unknown order, and is a lack of funds),
and the same number is used for unlike things. Numbers count where the text says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.broker import RejectCode, Rejected

_C = RejectCode

# The first that is found in a text counts, whatever its case; underscores read as spaces.
_TEXTS: Final[tuple[tuple[str, RejectCode], ...]] = (
    ("rate limit", _C.RATE_LIMIT),
    ("too many requests", _C.RATE_LIMIT),
    ("duplicate client order id", _C.DUPLICATE),
    ("order not found", _C.NO_SUCH_ORDER),
    ("failed to cancel", _C.NO_SUCH_ORDER),
    ("unused client order id", _C.NO_SUCH_ORDER),
    ("multiple of tick size", _C.TICK),
    ("invalid tick", _C.TICK),
    ("invalid stop tick", _C.TICK),
    ("multiple of lot size", _C.LOT),
    ("amount too low", _C.MIN_NOTIONAL),
    ("amount too high", _C.OTHER),
    ("reduce only", _C.REDUCE_ONLY),
    ("reduce-only", _C.REDUCE_ONLY),
    ("position not found", _C.REDUCE_ONLY),
    ("post only", _C.POST_ONLY),
    ("post-only", _C.POST_ONLY),
    ("insufficient", _C.MARGIN),
    ("immediate liquidation", _C.MARGIN),
    ("invalid leverage", _C.LEVERAGE),
    ("cannot update margin", _C.LEVERAGE),
    ("trading disabled", _C.HALTED),
    ("trading halted", _C.HALTED),
    ("no reasonable price", _C.HALTED),
    ("oracle not available", _C.HALTED),
    ("invalid message", _C.EXPIRED),  # late, or malformed: the venue says the same of both [?]
    ("expired", _C.EXPIRED),
    ("invalid signature", _C.NOT_ALLOWED),
    ("invalid public key", _C.NOT_ALLOWED),
    ("verification failed", _C.NOT_ALLOWED),
    ("not authorized", _C.NOT_ALLOWED),
    ("unauthorized", _C.NOT_ALLOWED),
    ("access required", _C.NOT_ALLOWED),
    ("whitelisted", _C.NOT_ALLOWED),
    ("account not found", _C.NOT_ALLOWED),
    ("book not found", _C.NOT_ALLOWED),
    ("limit reached", _C.NOT_ALLOWED),
    ("limit exceeded", _C.NOT_ALLOWED),
    ("invalid amount", _C.LOT),
)

_NUMBERS: Final[Mapping[int, RejectCode]] = {
    1: _C.NOT_ALLOWED,  # account not found
    3: _C.NOT_ALLOWED,  # book not found
    5: _C.MARGIN,  # insufficient balance; of a cancellation: no such order [?]
    6: _C.NO_SUCH_ORDER,
    7: _C.MIN_NOTIONAL,
    10: _C.NOT_ALLOWED,  # open orders
    11: _C.LEVERAGE,
    12: _C.LEVERAGE,  # margin mode
    13: _C.REDUCE_ONLY,  # no position
    16: _C.TICK,
    17: _C.REDUCE_ONLY,  # a stop's side
    18: _C.REDUCE_ONLY,  # a stop's amount
    19: _C.REDUCE_ONLY,
    21: _C.REDUCE_ONLY,
    22: _C.REDUCE_ONLY,
    23: _C.REDUCE_ONLY,
    25: _C.HALTED,  # no reasonable price
    28: _C.MARGIN,  # it would be liquidated at once
    36: _C.DUPLICATE,
    37: _C.NO_SUCH_ORDER,
    38: _C.HALTED,
    41: _C.NOT_ALLOWED,  # open interest
    43: _C.DUPLICATE,
    44: _C.NO_SUCH_ORDER,
    47: _C.NO_SUCH_ORDER,
    48: _C.NOT_ALLOWED,  # TWAPs of a symbol
    49: _C.NOT_ALLOWED,  # levels of a position
    50: _C.NOT_ALLOWED,  # builder code
    52: _C.TICK,
    59: _C.LOT,
    119: _C.HALTED,  # no oracle
    # what a socket says, and HTTP
    401: _C.NOT_ALLOWED,
    402: _C.NOT_ALLOWED,
    403: _C.NOT_ALLOWED,
    409: _C.DUPLICATE,
    429: _C.RATE_LIMIT,
}
_NO_ORDER: Final = frozenset({5, 404})  # of a cancellation


def refusal(text: str, code: int | None, *, status: int = 0, cancelling: bool = False) -> Rejected:
    """The refusal of an order (or of a cancellation), by its text, the venue's code, or else HTTP's status."""
    return Rejected(_code(text, code, status, cancelling=cancelling), text)


def _code(text: str, code: int | None, status: int, *, cancelling: bool) -> RejectCode:
    words = text.casefold().replace("_", " ")
    for part, meaning in _TEXTS:
        if part in words:
            return meaning
    if cancelling and (code in _NO_ORDER or status in _NO_ORDER):
        return RejectCode.NO_SUCH_ORDER
    return _NUMBERS.get(-1 if code is None else code) or _NUMBERS.get(status, RejectCode.OTHER)
