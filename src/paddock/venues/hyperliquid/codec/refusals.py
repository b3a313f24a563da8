"""Every refusal that Hyperliquid is known to word, and what each means to the desk.

The texts are templates: a reader matches them, a stand-in for the venue fills them in. A live text may lack its full
stop, or end in ` asset=N`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from paddock.venues.broker import RejectCode, Rejected

RATE_LIMIT_WAIT_MS: Final = 10_000  # an address without allowance has one action in ten seconds


class Text(StrEnum):
    """One wording each; what is in braces varies."""

    # orders
    MIN_NOTIONAL = "Order must have minimum value of ${least}."
    MIN_NOTIONAL_SPOT = "Order must have minimum value of {least} {quote}."
    MARGIN = "Insufficient margin to place order."
    REDUCE_ONLY = "Reduce only order would increase position."
    POST_ONLY = "Post only order would have immediately matched, bbo was {bid}@{ask}."
    NO_MATCH = "Order could not immediately match against any resting orders."
    TRIGGER_PX = "Invalid TP/SL price."
    NO_LIQUIDITY = "No liquidity available for market order."
    OI_CAP = "Order would increase open interest while open interest is capped"
    OI_CAP_AGGRESSIVE = "Order rejected due to price more aggressive than oracle while at open interest cap"
    OI_TOO_QUICKLY = "Order would increase open interest too quickly"
    SPOT_BALANCE = "Order has insufficient spot balance to trade"
    FAR_FROM_ORACLE = "Order price too far from oracle"
    FAR_FROM_ORACLE_2 = "Price too far from oracle"
    FAR_FROM_REFERENCE = "Order price cannot be more than {percent}% away from the reference price"
    MARGIN_TIER = "Order would cause position to exceed margin tier limit at current leverage"
    TICK = "Price must be divisible by tick size."
    PRICE = "Order has invalid price."
    SIZE = "Order has invalid size."
    ZERO_SIZE = "Order has zero size."
    TOO_LARGE = "Order value too large. Max is ${most}."
    BUILDER_FEE = "Builder fee has not been approved."
    # orders that are gone, and changes of them
    NO_SUCH_ORDER = "Order was never placed, already canceled, or filled."
    MODIFY_GONE = "Cannot modify canceled or filled order"
    MODIFY_INVALID = "Attempted to modify to invalid new order"
    TWAP_MINUTES = "Invalid TWAP duration: {minutes} min(s)"
    NO_SUCH_TWAP = "TWAP was never placed, already canceled, or filled."
    TWAP_TOO_SMALL = "TWAP order value too small. Min is ${least}, which is ${rate} per minute."
    SCHEDULE_VOLUME = (
        "Cannot set scheduled cancel time until enough volume traded. Required: ${required}. Traded: ${traded}."
    )
    # accounts
    UNIFIED = "Action disabled when unified account is active"
    NO_FUNDS_OUT = "Insufficient balance for withdrawal."
    NO_TOKENS = "Insufficient balance for token transfer."
    NO_WALLET = "User or API Wallet {address} does not exist."
    NO_DEPOSIT = "Must deposit before performing actions. User: {address}"
    # requests
    NO_REQUESTS_LEFT = (
        "Too many cumulative requests sent ({used} > {cap}) for cumulative volume traded ${volume}. "
        "Place taker orders to free up 1 request per USDC traded."
    )
    POST_ONLY_NOW = "Only post-only orders allowed immediately after a network upgrade"
    NO_SIGNER = "Unable to recover signer."
    DUPLICATE_NONCE = "Invalid nonce: duplicate nonce {nonce}"
    LOW_NONCE = "Invalid nonce: nonce too low {nonce} < {least}"
    TOO_HEAVY = "Signed action over weight limit of {most}."
    # No source has the words for an action that came after its last moment [?]; any that speak of expiry are read so.
    EXPIRED = "Action expired: expiresAfter {expires_ts}"


# An earlier copy of the very same request may have been booked: nothing is proven.
UNCLEAR: Final = frozenset({Text.DUPLICATE_NONCE, Text.LOW_NONCE})

# The venue took the order, and it ended at once without a trade.
MET_NOTHING: Final = frozenset({Text.NO_MATCH, Text.NO_LIQUIDITY})

CODES: Final[Mapping[Text, RejectCode]] = {
    Text.MIN_NOTIONAL: RejectCode.MIN_NOTIONAL,
    Text.MIN_NOTIONAL_SPOT: RejectCode.MIN_NOTIONAL,
    Text.MARGIN: RejectCode.MARGIN,
    Text.REDUCE_ONLY: RejectCode.REDUCE_ONLY,
    Text.POST_ONLY: RejectCode.POST_ONLY,
    Text.NO_MATCH: RejectCode.OTHER,
    Text.TRIGGER_PX: RejectCode.TICK,
    Text.NO_LIQUIDITY: RejectCode.OTHER,
    Text.OI_CAP: RejectCode.HALTED,
    Text.OI_CAP_AGGRESSIVE: RejectCode.HALTED,
    Text.OI_TOO_QUICKLY: RejectCode.HALTED,
    Text.SPOT_BALANCE: RejectCode.MARGIN,
    Text.FAR_FROM_ORACLE: RejectCode.OTHER,
    Text.FAR_FROM_ORACLE_2: RejectCode.OTHER,
    Text.FAR_FROM_REFERENCE: RejectCode.OTHER,
    Text.MARGIN_TIER: RejectCode.LEVERAGE,
    Text.TICK: RejectCode.TICK,
    Text.PRICE: RejectCode.TICK,
    Text.SIZE: RejectCode.LOT,
    Text.ZERO_SIZE: RejectCode.LOT,
    Text.TOO_LARGE: RejectCode.OTHER,
    Text.BUILDER_FEE: RejectCode.NOT_ALLOWED,
    Text.NO_SUCH_ORDER: RejectCode.NO_SUCH_ORDER,
    Text.MODIFY_GONE: RejectCode.NO_SUCH_ORDER,
    Text.MODIFY_INVALID: RejectCode.OTHER,
    Text.TWAP_MINUTES: RejectCode.NOT_ALLOWED,
    Text.NO_SUCH_TWAP: RejectCode.NO_SUCH_ORDER,
    Text.TWAP_TOO_SMALL: RejectCode.MIN_NOTIONAL,
    Text.SCHEDULE_VOLUME: RejectCode.NOT_ALLOWED,
    Text.UNIFIED: RejectCode.NOT_ALLOWED,
    Text.NO_FUNDS_OUT: RejectCode.MARGIN,
    Text.NO_TOKENS: RejectCode.MARGIN,
    Text.NO_WALLET: RejectCode.NOT_ALLOWED,
    Text.NO_DEPOSIT: RejectCode.NOT_ALLOWED,
    Text.NO_REQUESTS_LEFT: RejectCode.RATE_LIMIT,
    Text.POST_ONLY_NOW: RejectCode.HALTED,
    Text.NO_SIGNER: RejectCode.NOT_ALLOWED,
    Text.DUPLICATE_NONCE: RejectCode.DUPLICATE,
    Text.LOW_NONCE: RejectCode.EXPIRED,
    Text.TOO_HEAVY: RejectCode.OTHER,
    Text.EXPIRED: RejectCode.EXPIRED,
}


def _pattern(text: Text) -> re.Pattern[str]:
    literal = re.escape(text.rstrip("."))
    return re.compile(re.sub(r"\\\{\w+\\\}", ".{1,80}?", literal) + r"\.?(?: asset=\d{1,10})?\.?")


_PATTERNS: Final = [(text, _pattern(text)) for text in Text]


def wording(said: str) -> Text | None:
    """Which of the known texts this is; None for one that is new to us."""
    return next((text for text, pattern in _PATTERNS if pattern.fullmatch(said)), None)


def refusal(said: str) -> Rejected:
    """What a refusal means: whatever the venue says is kept with it."""
    text = wording(said)
    code = _unknown(said) if text is None else CODES[text]
    wait_ms = RATE_LIMIT_WAIT_MS if code is RejectCode.RATE_LIMIT else 0
    return Rejected(code, said[:300], wait_ms)


def _unknown(said: str) -> RejectCode:
    return RejectCode.EXPIRED if "expire" in said.lower() else RejectCode.OTHER
