"""Requests about the account rather than its orders: leverage, margin, agents, builder codes.

Those about agents and builder codes are the owner's to sign, in their own wallet: the draft's `message` is what it
shows and signs, and `signing.body` makes the request from its signature.
"""

from __future__ import annotations

from decimal import Decimal

from paddock.venues.pacifica.codec.numbers import plain
from paddock.venues.pacifica.codec.operations import Draft, Op


def leverage(symbol: str, times: int, sent_ts: int, window_ms: int) -> Draft:
    """Whole times only. While a position is open the venue lets it grow, not shrink."""
    return Draft(Op.UPDATE_LEVERAGE, {"symbol": symbol, "leverage": times}, sent_ts, window_ms)


def margin_mode(symbol: str, sent_ts: int, window_ms: int, *, isolated: bool) -> Draft:
    """Isolated or cross; the venue refuses while a position is open."""
    return Draft(Op.UPDATE_MARGIN_MODE, {"symbol": symbol, "is_isolated": isolated}, sent_ts, window_ms)


def isolated_margin(symbol: str, usd: Decimal, sent_ts: int, window_ms: int) -> Draft:
    """More margin for an isolated position."""
    return Draft(Op.ADD_ISOLATED_MARGIN, {"symbol": symbol, "amount": plain(usd)}, sent_ts, window_ms)


def bind_agent(agent: str, sent_ts: int, window_ms: int) -> Draft:
    """Let an agent's key trade for the account. At this venue it could take money out, too: ours never asks to."""
    return Draft(Op.BIND_AGENT_WALLET, {"agent_wallet": agent}, sent_ts, window_ms)


def revoke_agent(agent: str, sent_ts: int, window_ms: int) -> Draft:
    return Draft(Op.REVOKE_AGENT_WALLET, {"agent_wallet": agent}, sent_ts, window_ms)


def list_agents(sent_ts: int, window_ms: int) -> Draft:
    return Draft(Op.LIST_AGENT_WALLETS, {}, sent_ts, window_ms)


def approve_builder(code: str, max_fee_rate: Decimal, sent_ts: int, window_ms: int) -> Draft:
    """Let orders name a builder code, whose fee is at most this fraction of their value (0.001 is 0.1%)."""
    payload = {"builder_code": code, "max_fee_rate": plain(max_fee_rate)}
    return Draft(Op.APPROVE_BUILDER_CODE, payload, sent_ts, window_ms)


def revoke_builder(code: str, sent_ts: int, window_ms: int) -> Draft:
    return Draft(Op.REVOKE_BUILDER_CODE, {"builder_code": code}, sent_ts, window_ms)
