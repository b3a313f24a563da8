"""Operations about the account: leverage, margin, agents, builder codes, API config keys."""

from __future__ import annotations

from typing import Final

from paddock.venues import base58
from paddock.venues.exchange import Refused
from paddock.venues.exchange.units import RATE_ONE
from paddock.venues.pacifica.simulator import said, words
from paddock.venues.pacifica.simulator.answers import DONE, NO_BOOK, Answer, bad, business
from paddock.venues.pacifica.simulator.members import MOST_AGENTS, MOST_API_KEYS, Member
from paddock.venues.pacifica.simulator.numbers import USD_DECIMALS, number, scaled
from paddock.venues.pacifica.simulator.venue import Venue

INVALID_KEY: Final = bad("Invalid public key")
TOO_MANY_AGENTS: Final = bad("Agent wallet limit reached")
TOO_MANY_KEYS: Final = bad("API key limit reached")
NO_SUCH_AGENT: Final = bad("Agent wallet not found", 404)
NO_SUCH_KEY: Final = bad("API key not found", 404)
NO_SUCH_BUILDER: Final = business("Invalid builder code", 50)
BAD_AMOUNT: Final = business("Invalid amount", 59)


def set_leverage(venue: Venue, member: Member, asked: said.SetLeverage) -> Answer:
    return _set(venue, member, asked.symbol, asked.leverage, isolated=None)


def set_margin_mode(venue: Venue, member: Member, asked: said.SetMarginMode) -> Answer:
    if venue.listing.live(asked.symbol) is None:
        return NO_BOOK
    leverage = venue.exchange.position(member.address, asked.symbol).leverage
    return _set(venue, member, asked.symbol, leverage, isolated=asked.is_isolated)


def add_margin(venue: Venue, member: Member, asked: said.AddMargin) -> Answer:
    coin, micros = venue.listing.live(asked.symbol), scaled(asked.amount, USD_DECIMALS)
    if coin is None:
        return NO_BOOK
    if not micros:
        return BAD_AMOUNT
    refused = venue.exchange.add_isolated_margin(member.address, asked.symbol, micros)
    return words.refusal(refused, coin, member.address) if refused is not None else DONE


def bind_agent(_: Venue, member: Member, asked: said.Agent) -> Answer:
    """Again for one that is bound already is no error."""
    try:
        base58.decode(asked.agent_wallet, 32)
    except ValueError:
        return INVALID_KEY
    if asked.agent_wallet in member.agents:
        return DONE
    if len(member.agents) >= MOST_AGENTS:
        return TOO_MANY_AGENTS
    member.agents.append(asked.agent_wallet)
    return DONE


def revoke_agent(_: Venue, member: Member, asked: said.Agent) -> Answer:
    if asked.agent_wallet not in member.agents:
        return NO_SUCH_AGENT
    member.agents.remove(asked.agent_wallet)
    return DONE


def list_agents(_: Venue, member: Member, __: said.Empty) -> Answer:
    return Answer({"agent_wallets": list(member.agents)})


def revoke_all_agents(_: Venue, member: Member, __: said.Empty) -> Answer:
    member.agents.clear()
    return DONE


def approve_builder(venue: Venue, member: Member, asked: said.ApproveBuilder) -> Answer:
    """Any code passes for a builder's."""
    share = number(asked.max_fee_rate) or 0
    member.builders[asked.builder_code] = min(int(share * RATE_ONE), RATE_ONE)
    member.builders_ts[asked.builder_code] = venue.exchange.now_ts
    return DONE


def revoke_builder(_: Venue, member: Member, asked: said.RevokeBuilder) -> Answer:
    if member.builders.pop(asked.builder_code, None) is None:
        return NO_SUCH_BUILDER
    return DONE


def create_key(_: Venue, member: Member, __: said.Empty) -> Answer:
    """A key that nobody else has: made of the account's address and of how many it had."""
    if len(member.api_keys) >= MOST_API_KEYS:
        return TOO_MANY_KEYS
    member.keys_made += 1
    key = f"{member.address[:6]}{member.keys_made:02d}_{member.address}"
    member.api_keys.append(key)
    return Answer({"api_key": key})


def list_keys(_: Venue, member: Member, __: said.Empty) -> Answer:
    shown = [key.partition("_")[0] for key in member.api_keys]
    return Answer({"active_api_keys": shown, "api_key_limit": MOST_API_KEYS})


def revoke_key(_: Venue, member: Member, asked: said.RevokeKey) -> Answer:
    for key in member.api_keys:
        if asked.api_key in {key, key.partition("_")[0]}:
            member.api_keys.remove(key)
            return DONE
    return NO_SUCH_KEY


def _set(venue: Venue, member: Member, symbol: str, leverage: int, *, isolated: bool | None) -> Answer:
    coin = venue.listing.live(symbol)
    if coin is None:
        return NO_BOOK
    refused: Refused | None = venue.exchange.set_leverage(member.address, symbol, leverage, isolated=isolated)
    if refused is not None:
        return words.refusal(refused, coin, member.address)
    now_ts = venue.exchange.now_ts
    created_ts, _ = member.settings_ts.get(symbol, (now_ts, now_ts))
    member.settings_ts[symbol] = created_ts, now_ts
    return DONE
