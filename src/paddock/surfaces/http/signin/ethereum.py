"""Sign-in with Ethereum: an EIP-4361 message, signed as EIP-191 by the account that it names.

Accounts that are contracts cannot sign in: asking them takes a node.
"""

from __future__ import annotations

import re
from typing import Final

from paddock.surfaces.http.services import SignIn
from paddock.surfaces.http.signin.message import Chain, parse, require_current
from paddock.surfaces.http.signin.proof import Proof, refused

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1
_SIGNATURE: Final = re.compile(r"0x[0-9a-fA-F]{130}")


def prove(text: str, signature: str, settings: SignIn, now_ts: int, nonce_ms: int) -> Proof:
    """Raises Refused (access.sign_in)."""
    message = parse(text, Chain.ETHEREUM)
    require_current(message, settings, now_ts, nonce_ms)
    if not message.chain.isdecimal() or int(message.chain) not in settings.ethereum_chains:
        raise refused("the chain is one of this server's")
    if _signer(text, _canonical(signature)) != message.address:
        raise refused("the address, with its checksum, is that of the signer", where="signature")
    return Proof("ethereum", message.address, message.nonce, issued=True, expires_ts=0)


def _canonical(signature: str) -> bytes:
    """Of the two signatures that a key can make of a message, only the one with the lower s is taken."""
    if not _SIGNATURE.fullmatch(signature):
        raise refused("a signature is 65 bytes in hex", where="signature")
    raw = bytes.fromhex(signature[2:])
    r, s, v = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), raw[64]
    if not (0 < r < ORDER and 0 < s <= ORDER // 2 and v in (27, 28)):
        raise refused("a signature has a low s, and 27 or 28 as its last byte", where="signature")
    return raw


def _signer(text: str, signature: bytes) -> str:
    """The address that signed, with its checksum."""
    from eth_account import Account
    from eth_account.messages import encode_defunct
    from eth_keys.exceptions import BadSignature

    try:
        return str(Account.recover_message(encode_defunct(text=text), signature=signature))
    except BadSignature:
        raise refused("the signature is one of a key", where="signature") from None
