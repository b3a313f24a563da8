"""Sign-in with Solana: the message in its form, signed with the Ed25519 key that is the address."""

from __future__ import annotations

from typing import Final

from paddock.surfaces.http.services import SignIn
from paddock.surfaces.http.signin.message import Chain, parse, require_current
from paddock.surfaces.http.signin.proof import Proof, refused
from paddock.venues import base58

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


def prove(text: str, signature: str, settings: SignIn, now_ts: int, nonce_ms: int) -> Proof:
    """The signature comes in base58. Raises Refused (access.sign_in)."""
    from nacl.exceptions import BadSignatureError
    from nacl.signing import VerifyKey

    message = parse(text, Chain.SOLANA)
    require_current(message, settings, now_ts, nonce_ms)
    if message.chain.removeprefix("solana:") not in settings.solana_chains:
        raise refused("the chain is one of this server's")
    key = _decoded(message.address, KEY_BYTES)
    try:
        VerifyKey(key).verify(text.encode(), _decoded(signature, SIGNATURE_BYTES))
    except BadSignatureError:
        raise refused("the signature is the address's", where="signature") from None
    return Proof("solana", message.address, message.nonce, issued=True, expires_ts=0)


def _decoded(text: str, size: int) -> bytes:
    """Exactly `size` bytes in their one spelling; raises Refused (access.sign_in)."""
    try:
        return base58.decode(text, size)
    except ValueError:
        raise refused(f"keys and signatures are base58; this one is of {size} bytes", where="signature") from None
