"""Actions that set something of an account: leverage, margin, a cancel to come, a number burnt."""

from __future__ import annotations

from typing import Final

from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator import words
from paddock.venues.hyperliquid.simulator.answers import Err, Ok
from paddock.venues.hyperliquid.simulator.said import (
    Nothing,
    Referrer,
    ReserveWeight,
    ScheduleCancel,
    SetAbstraction,
    TopUpIsolated,
    UpdateIsolatedMargin,
    UpdateLeverage,
)
from paddock.venues.hyperliquid.simulator.signed import Signed
from paddock.venues.hyperliquid.simulator.trading import NO_ASSET
from paddock.venues.hyperliquid.simulator.venue import Venue

_ACTION_COST: Final = 500  # micro-dollars for each action that is bought
_ABSTRACTIONS: Final = {"i": "disabled", "u": "unifiedAccount", "p": "portfolioMargin"}


def update_leverage(venue: Venue, signed: Signed, said: UpdateLeverage) -> Ok | Err:
    coin = venue.listing.by_asset(said.asset)
    if coin is None:
        return Err(NO_ASSET)
    refused = venue.exchange.set_leverage(signed.user, coin.name, said.leverage, isolated=not said.cross)
    return Ok() if refused is None else Err(words.sentence(refused, coin))


def update_isolated_margin(venue: Venue, signed: Signed, said: UpdateIsolatedMargin) -> Ok | Err:
    coin = venue.listing.by_asset(said.asset)
    if coin is None:
        return Err(NO_ASSET)
    refused = venue.exchange.add_isolated_margin(signed.user, coin.name, said.ntli)
    return Ok() if refused is None else Err(words.sentence(refused, coin))


def top_up_isolated(venue: Venue, signed: Signed, said: TopUpIsolated) -> Ok | Err:
    """So much margin that the position has the leverage said."""
    coin = venue.listing.by_asset(said.asset)
    if coin is None or not said.leverage:
        return Err(NO_ASSET if coin is None else words.LEVERAGE)
    position = venue.exchange.position(signed.user, coin.name)
    lacking = max(int(position.value / said.leverage) - position.margin_used, 0)
    refused = venue.exchange.add_isolated_margin(signed.user, coin.name, lacking)
    return Ok() if refused is None else Err(words.sentence(refused, coin))


def schedule_cancel(venue: Venue, signed: Signed, said: ScheduleCancel) -> Ok | Err:
    """As far ahead in the market's time as the client's own clock says."""
    at_ts = 0 if said.time is None else venue.exchange.now_ts + said.time - venue.wall.now_ts()
    refused = venue.exchange.schedule_cancel(signed.user, at_ts)
    return Ok() if refused is None else Err(words.sentence(refused, venue.listing.coins[0]))


def reserve_weight(venue: Venue, signed: Signed, said: ReserveWeight) -> Ok | Err:
    """Actions beyond what was traded, for money."""
    if venue.exchange.withdraw(signed.user, said.weight * _ACTION_COST) is not None:
        return Err(Text.NO_FUNDS_OUT)
    venue.allowances.used(signed.user).reserved += said.weight
    return Ok()


def set_referrer(venue: Venue, signed: Signed, said: Referrer) -> Ok | Err:
    if signed.member.referrer:
        return Err("Referrer already set.")
    signed.member.referrer = said.code
    return Ok()


def set_abstraction(venue: Venue, signed: Signed, said: SetAbstraction) -> Ok | Err:
    """Only remembered: perp and spot money stay apart here."""
    signed.member.abstraction = _ABSTRACTIONS[said.abstraction]
    return Ok()


def nothing(venue: Venue, signed: Signed, said: Nothing) -> Ok | Err:
    """The number is used up, and that is all."""
    return Ok()
