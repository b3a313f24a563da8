"""The questions that are put to `/info`, or posted over the socket; each is answered by a reader of the same subject.

Symbols are coin names, accounts addresses, times ms UTC, `start_ts` and `end_ts` inclusive; the dex "" is the venue's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from paddock.venues.hyperliquid.codec.instruments import MAIN_DEX
from paddock.venues.hyperliquid.codec.typed import address_bytes

Query = dict[str, Any]

MOST_CANDLES: Final = 5_000  # of an interval; older ones are gone
MOST_RATES: Final = 500  # in one reply, as of payments
MOST_FILLS: Final = 2_000  # in one reply, as of past orders
MOST_FILLS_REACHABLE: Final = 10_000

_WEIGHTS: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        (
            "l2Book",
            "allMids",
            "clearinghouseState",
            "orderStatus",
            "spotClearinghouseState",
            "exchangeStatus",
        ),
        2,
    ),
    "userRole": 60,
}
_WEIGHT: Final = 20
_ROWS_TO_WEIGHT: Final = 20
_CANDLES_TO_WEIGHT: Final = 60


def weight(query: Query) -> int:
    """What a question takes from the allowance of an IP address, before its answer is counted."""
    return _WEIGHTS.get(str(query.get("type")), _WEIGHT)


def weight_of_rows(query: Query, rows: int) -> int:
    """What the rows of an answer take beyond that."""
    return rows // (_CANDLES_TO_WEIGHT if query.get("type") == "candleSnapshot" else _ROWS_TO_WEIGHT)


def meta(dex: str = MAIN_DEX) -> Query:
    return _of_dex("meta", dex)


def meta_and_contexts(dex: str = MAIN_DEX) -> Query:
    return _of_dex("metaAndAssetCtxs", dex)


def spot_meta() -> Query:
    return {"type": "spotMeta"}


def spot_meta_and_contexts() -> Query:
    return {"type": "spotMetaAndAssetCtxs"}


def perp_dexs() -> Query:
    return {"type": "perpDexs"}


def all_mids(dex: str = MAIN_DEX) -> Query:
    return _of_dex("allMids", dex)


def book(symbol: str, sig_figs: int | None = None, mantissa: int | None = None) -> Query:
    """The best 20 levels a side; with `sig_figs` (2 to 5) rounded to so many, and at 5 in steps of `mantissa`."""
    rounded = {"nSigFigs": sig_figs, "mantissa": mantissa}
    return {"type": "l2Book", "coin": symbol} | {name: value for name, value in rounded.items() if value is not None}


def candles(symbol: str, interval: str, start_ts: int, end_ts: int) -> Query:
    wanted = {"coin": symbol, "interval": interval, "startTime": start_ts, "endTime": end_ts}
    return {"type": "candleSnapshot", "req": wanted}


def recent_trades(symbol: str) -> Query:
    return {"type": "recentTrades", "coin": symbol}


def funding_history(symbol: str, start_ts: int, end_ts: int | None = None) -> Query:
    return {"type": "fundingHistory", "coin": symbol} | _times(start_ts, end_ts)


def predicted_fundings() -> Query:
    return {"type": "predictedFundings"}


def capped(dex: str = MAIN_DEX) -> Query:
    """The perps whose open interest may not grow."""
    return _of_dex("perpsAtOpenInterestCap", dex)


def exchange_status() -> Query:
    return {"type": "exchangeStatus"}


def account(user: str, dex: str = MAIN_DEX) -> Query:
    return _of_user("clearinghouseState", user) | _dex(dex)


def spot_account(user: str) -> Query:
    return _of_user("spotClearinghouseState", user)


def open_orders(user: str, dex: str = MAIN_DEX) -> Query:
    """With triggers and what kind each order is."""
    return _of_user("frontendOpenOrders", user) | _dex(dex)


def order_status(user: str, ref: int | str) -> Query:
    """By order id or cloid."""
    return _of_user("orderStatus", user) | {"oid": ref}


def historical_orders(user: str) -> Query:
    return _of_user("historicalOrders", user)


def fills(user: str, start_ts: int, end_ts: int | None = None) -> Query:
    """The oldest first."""
    return _of_user("userFillsByTime", user) | _times(start_ts, end_ts)


def twap_fills(user: str) -> Query:
    return _of_user("userTwapSliceFills", user)


def twap_history(user: str) -> Query:
    return _of_user("twapHistory", user)


def payments(user: str, start_ts: int, end_ts: int | None = None) -> Query:
    """Funding paid and received, the oldest first."""
    return _of_user("userFunding", user) | _times(start_ts, end_ts)


def ledger(user: str, start_ts: int, end_ts: int | None = None) -> Query:
    """What changed an account's money beside trades and funding."""
    return _of_user("userNonFundingLedgerUpdates", user) | _times(start_ts, end_ts)


def fees(user: str) -> Query:
    return _of_user("userFees", user)


def rate_limit(user: str) -> Query:
    return _of_user("userRateLimit", user)


def role(user: str) -> Query:
    return _of_user("userRole", user)


def agents(user: str) -> Query:
    return _of_user("extraAgents", user)


def abstraction(user: str) -> Query:
    return _of_user("userAbstraction", user)


def sub_accounts(user: str) -> Query:
    return _of_user("subAccounts", user)


def active_asset(user: str, symbol: str) -> Query:
    """The leverage that an account has set for a market, and how much of it that allows to trade."""
    return _of_user("activeAssetData", user) | {"coin": symbol}


def max_builder_fee(user: str, builder: str) -> Query:
    return _of_user("maxBuilderFee", user) | {"builder": _lower(builder)}


def portfolio(user: str) -> Query:
    return _of_user("portfolio", user)


def vault_equities(user: str) -> Query:
    return _of_user("userVaultEquities", user)


def _of_dex(kind: str, dex: str) -> Query:
    return {"type": kind} | _dex(dex)


def _of_user(kind: str, user: str) -> Query:
    return {"type": kind, "user": _lower(user)}


def _dex(dex: str) -> Query:
    return {"dex": dex} if dex else {}


def _times(start_ts: int, end_ts: int | None) -> Query:
    return {"startTime": start_ts} | ({} if end_ts is None else {"endTime": end_ts})


def _lower(address: str) -> str:
    """Raises Invalid (value) for what is no address."""
    return "0x" + address_bytes(address).hex()
