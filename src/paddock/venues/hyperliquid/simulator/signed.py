"""Who signed this, and may they? Finds the signer of an action the ways that clients sign, and judges its number.

Two things are not settled by any source [?], so that both are taken: an L1 action may be signed for either network,
and its hash may be that of the bytes as they came, or of the venue's own spelling of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from paddock.core.errors import Invalid
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.codec.signing import Network, Signature, signers
from paddock.venues.hyperliquid.codec.user_signed import STRUCTS, user_signer
from paddock.venues.hyperliquid.simulator.members import Member
from paddock.venues.hyperliquid.simulator.numbers import number
from paddock.venues.hyperliquid.simulator.said import Envelope
from paddock.venues.hyperliquid.simulator.venue import Venue

VAULT_UNKNOWN: Final = "Vault not registered: {address}"  # no source has the venue's words for these two
NONCE_MISMATCH: Final = "Nonce of the action differs from that of the request."

# In which order the venue's own clients write the keys of an action, of whatever depth.
_KEYS: Final = (
    *("type", "a", "asset", "b", "p", "s", "r", "m", "t", "c", "o", "oid", "cloid", "order"),
    *("orders", "grouping", "builder", "f", "cancels", "modifies", "twap"),
    *("limit", "tif", "trigger", "isMarket", "triggerPx", "tpsl"),
    *("isCross", "leverage", "isBuy", "ntli", "vaultAddress", "isDeposit", "usd", "time"),
)
_RANK: Final = {key: rank for rank, key in enumerate(_KEYS)}
_NUMBERS: Final = frozenset({"p", "s", "triggerPx"})
_IDS: Final = frozenset({"c", "cloid"})


@dataclass(frozen=True, slots=True)
class Signed:
    """`member` acts (the master of what a vault address named), for `user`; `signer` is whose nonces count."""

    signer: str
    member: Member
    user: str


class NotSigned(Exception):
    """Carries the venue's text."""


def read(venue: Venue, envelope: Envelope) -> Signed:
    """Raises NotSigned, and Invalid for what is no signature at all."""
    kind, signature = envelope.action.get("type"), Signature.parse(envelope.signature)
    try:
        if kind in STRUCTS:
            return _by_owner(venue, envelope, signature)
        return _by_key(venue, envelope, signature)
    except Invalid:
        raise NotSigned(Text.NO_SIGNER) from None


def canonical(action: Any) -> Any:
    """An action as the venue may write it again before it hashes it: keys in order, numbers bare, ids in lower case."""
    if isinstance(action, Mapping):
        ordered = sorted(action.items(), key=lambda item: _RANK.get(item[0], len(_KEYS)))
        return {key: _spelt(key, value) for key, value in ordered}
    if isinstance(action, list):
        return [canonical(item) for item in action]
    return action


def _by_owner(venue: Venue, envelope: Envelope, signature: Signature) -> Signed:
    action = envelope.action
    signer = user_signer(action, signature)
    member = venue.members.get(signer)
    if member is None:
        raise NotSigned(Text.NO_DEPOSIT.format(address=signer))
    if action.get("nonce", action.get("time")) != envelope.nonce:
        raise NotSigned(NONCE_MISMATCH)
    venue.networks[signer] = Network(action["hyperliquidChain"])
    return Signed(signer, member, signer)


def _by_key(venue: Venue, envelope: Envelope, signature: Signature) -> Signed:
    stranger = ""
    for action in (envelope.action, canonical(envelope.action)):
        found = signers(action, envelope.nonce, signature, vault=envelope.vault, expires_after=envelope.expires_after)
        for network, signer in found.items():
            member = venue.members.acting(signer, venue.wall.now_ts())
            if member is not None:
                venue.networks[signer] = network
                return Signed(signer, member, _acted_for(member, envelope.vault))
        stranger = stranger or found[Network.TESTNET]
    raise NotSigned(Text.NO_WALLET.format(address=stranger))


def _acted_for(member: Member, vault: str | None) -> str:
    if vault is None or vault == member.address:
        return member.address
    if vault not in member.subs.values():
        raise NotSigned(VAULT_UNKNOWN.format(address=vault))
    return vault


def _spelt(key: str, value: Any) -> Any:
    if isinstance(value, str) and key in _NUMBERS:
        said = number(value)
        return value if said is None else _bare(said)
    if isinstance(value, str) and key in _IDS:
        return value.lower()
    return canonical(value)


def _bare(value: Fraction) -> str:
    """Without trailing zeros."""
    decimals = 0
    while (value * 10**decimals).denominator != 1:
        decimals += 1
    digits = str(int(value * 10**decimals)).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
