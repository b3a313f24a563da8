"""Signs requests with Ed25519, as the account itself or as an agent that it bound, and writes their bodies.

The signature covers the draft's message and nothing else of the body. Nothing in it can be used once only: the same
body may be booked again inside its window, unless its client order id is known [?]. So it is never sent twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from nacl.signing import SigningKey

from paddock.core.errors import Code, Invalid
from paddock.venues import base58
from paddock.venues.pacifica.codec.operations import OWNERS_ONLY, Draft

SEED_BYTES: Final = 32
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_DOMAIN: Final = b"\xffsolana offchain"
_VERSION: Final = b"\0"
_ASCII: Final = b"\0"
_UTF8: Final = b"\1"
_LONG: Final = b"\2"
_LONGEST: Final = 0xFFFF
_LEDGER_BYTES: Final = 1232 - len(_DOMAIN) - 4  # the longest text that a hardware wallet shows

Signature = str | Mapping[str, str]


def key_of(secret: str) -> SigningKey:
    """A key as Solana's wallets export it: base58 of seed and public key. Raises Invalid (value), quoting nothing."""
    try:
        raw = base58.decode(secret, SEED_BYTES + KEY_BYTES)
    except ValueError:
        raise _no_key("a key is 64 bytes in base58") from None
    key = SigningKey(raw[:SEED_BYTES])
    if bytes(key.verify_key) != raw[SEED_BYTES:]:
        raise _no_key("the second half of a key is the public one of the first")
    return key


def secret_of(key: SigningKey) -> str:
    """The same, the other way round."""
    return base58.encode(bytes(key) + bytes(key.verify_key))


def address_of(key: SigningKey) -> str:
    """The account, or agent, that a key is."""
    return base58.encode(bytes(key.verify_key))


def sign(key: SigningKey, draft: Draft) -> str:
    """The signature of a draft, in base58."""
    return base58.encode(key.sign(draft.message).signature)


def signed(draft: Draft, key: SigningKey, account: str) -> dict[str, Any]:
    """The body of a request of `account`, signed by its own key or by its agent's.

    Raises Invalid (value) where an agent is to sign what only the account's owner may.
    """
    signer = address_of(key)
    agent = "" if signer == account else signer
    if agent and draft.type in OWNERS_ONLY:
        raise Invalid(
            Code.VALUE,
            f"an agent may not sign {draft.type}",
            where="key",
            seen=agent,
            rule=f"{draft.type} is signed by the account's own key",
        )
    return body(draft, account, sign(key, draft), agent)


def body(draft: Draft, account: str, signature: Signature, agent: str = "") -> dict[str, Any]:
    """The body of a request that was signed elsewhere, in the order of the venue's own clients."""
    named = {"agent_wallet": agent} if agent else {}
    return {
        "account": account,
        **named,
        "signature": signature,
        "timestamp": draft.timestamp,
        "expiry_window": draft.window_ms,
        **draft.payload,
    }


def offchain(message: bytes) -> bytes:
    """What a hardware wallet signs for a message: Solana's off-chain envelope (version 0, as its command line does).

    Raises ValueError for a message beyond 65,535 bytes.
    """
    if len(message) > _LONGEST:
        raise ValueError(f"an off-chain message has at most {_LONGEST} bytes")
    plain = all(0x20 <= byte < 0x7F for byte in message)
    kind = _LONG if len(message) > _LEDGER_BYTES else _ASCII if plain else _UTF8
    return _DOMAIN + _VERSION + kind + len(message).to_bytes(2, "little") + message


def hardware(signature: str) -> Signature:
    """The signature of a hardware wallet as a body holds it."""
    return {"type": "hardware", "value": signature}


def _no_key(rule: str) -> Invalid:
    return Invalid(Code.VALUE, "this is no key of a Solana wallet", where="key", rule=rule)
