"""What happened to an account beside its trades: its worth over time, its ledger, its TWAPs, what it staked.

Times are ms UTC, money is micro-dollars. Every reader raises Unknown for a message that it cannot read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from paddock.core.orders import Side
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.known import Known, known
from paddock.venues.hyperliquid.codec.numbers import exact, lots, micros, number
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, flag, obj, reads, side, text, whole

Series = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """An account over a period: (time, worth) and (time, profit since its start), and what it traded."""

    worth: Series
    profit: Series
    volume: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Money that came or went: `kind` is the venue's word. `usdc` is None where it was something else.

    The amount is as the venue shows it, without a sign: who gave (`user`) and who received (`destination`) tell it, and
    `to_perp` of what moved between the sides of one account.
    """

    kind: str
    usdc: int | None
    fee: int
    user: str
    destination: str
    hash: str
    venue_ts: int
    to_perp: bool = False

    def moved(self, user: str) -> int | None:
        """What it added to the perps of `user` in micro-dollars, below 0 for what it took; None where nobody knows."""
        out = -(self.usdc or 0) - self.fee
        match self.kind:
            case "deposit":
                return self.usdc
            case "withdraw":
                return out
            case "internalTransfer" | "subAccountTransfer":
                return self.usdc if self.destination == user.lower() else out
            case "accountClassTransfer":
                return self.usdc if self.to_perp else out
            case "liquidation":
                return 0  # its fills tell it
        return 0 if self.usdc is None else None


@dataclass(frozen=True, slots=True)
class TwapReport:
    """A TWAP: `status` is activated, finished, terminated or error (`reason` says why), or empty while it runs."""

    twap_id: int
    symbol: str
    side: Side
    lots: int
    filled: int
    minutes: int
    reduce_only: bool
    status: str
    reason: str
    started_ts: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class PredictedRate:
    """What a venue (this one is `HlPerp`) is about to charge longs, a fraction of notional for its interval."""

    symbol: str
    venue: str
    rate: float
    next_ts: int


@dataclass(frozen=True, slots=True)
class Staked:
    """A change of what is staked, in the venue's own token: `kind` is the venue's word."""

    kind: str
    amount: Decimal
    hash: str
    venue_ts: int


@reads("portfolio")
def portfolio(message: Any) -> Mapping[str, Period]:
    """By period: day, week, month, allTime, and the same of perps alone (perpDay…)."""
    return {text(name): _period(obj(row)) for name, row in map(arr, arr(message))}


@reads("userNonFundingLedgerUpdates")
def ledger(message: Any) -> tuple[LedgerEntry, ...]:
    return tuple(_entry(obj(row)) for row in arr(message))


@reads("twapHistory")
def twap_history(message: Any, listing: Listing) -> Known[TwapReport]:
    """Its times are in seconds, unlike all others. The id is missing in older rows (0)."""
    return known(message, listing, _ended_twap, lambda row: obj(row["state"]))


@reads("twapStates")
def running_twaps(message: Any, listing: Listing) -> Known[TwapReport]:
    """Those that run, each with its id."""
    rows = [{"twapId": number, "state": state} for number, state in map(arr, arr(message))]
    return known(rows, listing, _running_twap, lambda row: obj(row["state"]))


@reads("predictedFundings")
def predicted_rates(message: Any) -> tuple[PredictedRate, ...]:
    """Where a venue does not list a market there is none. The next time has been seen to lie in the past."""
    return tuple(
        PredictedRate(text(coin), text(venue), number(said["fundingRate"]), whole(said["nextFundingTime"]))
        for coin, rows in map(arr, arr(message))
        for venue, said in map(arr, arr(rows))
        if said is not None
    )


@reads("delegatorHistory")
def staked(message: Any) -> tuple[Staked, ...]:
    return tuple(_staked(obj(row)) for row in arr(message))


def _period(row: dict[str, Any]) -> Period:
    return Period(_series(row["accountValueHistory"]), _series(row["pnlHistory"]), micros(row["vlm"]))


def _series(rows: Any) -> Series:
    return tuple((whole(venue_ts), micros(value)) for venue_ts, value in map(arr, arr(rows)))


def _entry(row: dict[str, Any]) -> LedgerEntry:
    delta = obj(row["delta"])
    return LedgerEntry(
        text(delta["type"]),
        micros(delta["usdc"]) if "usdc" in delta else None,
        micros(delta.get("fee", "0")),
        text(delta.get("user", "")).lower(),
        text(delta.get("destination", "")).lower(),
        text(row["hash"]),
        whole(row["time"]),
        flag(delta.get("toPerp", False)),
    )


def _ended_twap(row: dict[str, Any], market: Market) -> TwapReport:
    status = obj(row["status"])
    why = text(status.get("description", ""))
    return _twap(row, market, text(status["status"]), why, whole(row["time"]) * 1_000)


def _running_twap(row: dict[str, Any], market: Market) -> TwapReport:
    return _twap(row, market, "", "", whole(obj(row["state"])["timestamp"]))


def _twap(row: dict[str, Any], market: Market, status: str, reason: str, venue_ts: int) -> TwapReport:
    state = obj(row["state"])
    decimals = market.instrument.qty_decimals
    return TwapReport(
        whole(row.get("twapId", 0)),
        market.symbol,
        side(state["side"]),
        lots(state["sz"], decimals),
        lots(state["executedSz"], decimals),
        whole(state["minutes"]),
        flag(state["reduceOnly"]),
        status,
        reason,
        whole(state["timestamp"]),
        venue_ts,
    )


def _staked(row: dict[str, Any]) -> Staked:
    delta = obj(row["delta"])
    if len(delta) != 1:
        raise Garbled("a change is of one kind")
    ((kind, said),) = delta.items()
    return Staked(text(kind), exact(obj(said)["amount"]), text(row["hash"]), whole(row["time"]))
