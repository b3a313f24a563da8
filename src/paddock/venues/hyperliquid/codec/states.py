"""Where an order stands, by the word that Hyperliquid has for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.core.orders import OrderState

_S = OrderState

STATES: Final[Mapping[str, OrderState]] = {
    "open": _S.OPEN,
    "triggered": _S.OPEN,  # its price was reached; what comes of it follows
    "filled": _S.FILLED,
    "expired": _S.EXPIRED,
    "canceled": _S.CANCELED,
    "marginCanceled": _S.CANCELED,
    "vaultWithdrawalCanceled": _S.CANCELED,
    "openInterestCapCanceled": _S.CANCELED,
    "selfTradeCanceled": _S.CANCELED,
    "reduceOnlyCanceled": _S.CANCELED,
    "siblingFilledCanceled": _S.CANCELED,
    "delistedCanceled": _S.CANCELED,
    "liquidatedCanceled": _S.CANCELED,
    "outcomeSettledCanceled": _S.CANCELED,
    "scheduledCancel": _S.CANCELED,
    "internalCancel": _S.CANCELED,
    # The venue took these, and they met nobody.
    "iocCancelRejected": _S.CANCELED,
    "marketOrderNoLiquidityRejected": _S.CANCELED,
    "rejected": _S.REFUSED,
    "tickRejected": _S.REFUSED,
    "minTradeNtlRejected": _S.REFUSED,
    "perpMarginRejected": _S.REFUSED,
    "reduceOnlyRejected": _S.REFUSED,
    "badAloPxRejected": _S.REFUSED,
    "badTriggerPxRejected": _S.REFUSED,
    "positionIncreaseAtOpenInterestCapRejected": _S.REFUSED,
    "positionFlipAtOpenInterestCapRejected": _S.REFUSED,
    "tooAggressiveAtOpenInterestCapRejected": _S.REFUSED,
    "openInterestIncreaseRejected": _S.REFUSED,
    "insufficientSpotBalanceRejected": _S.REFUSED,
    "oracleRejected": _S.REFUSED,
    "perpMaxPositionRejected": _S.REFUSED,
    "tooManyOpenOrdersRejected": _S.REFUSED,
}


def order_state(status: str, *, rested: bool = False) -> OrderState:
    """The state that a status means; UNKNOWN for a word that ends like none of ours.

    `rested`: the order was at the venue before (a trigger that could not trade when its price came): what is refused
    then was there, and ends as cancelled.
    """
    state = STATES.get(status)
    if state is None:
        state = _by_ending(status)
    return _S.CANCELED if rested and state is _S.REFUSED else state


def _by_ending(status: str) -> OrderState:
    """Of a status that is newer than our table."""
    if status.endswith(("Canceled", "Cancel")):
        return _S.CANCELED
    return _S.REFUSED if status.endswith("Rejected") else _S.UNKNOWN
