"""Sign-in with Ethereum: an EIP-4361 message, signed as EIP-191 by the account that it names.

Accounts that are contracts cannot sign in: asking them takes a node.
"""

from __future__ import annotations

import re
from typing import Final

from paddock.surfaces.http.services import SignIn
from paddock.surfaces.http.signin.message import Chain, parse, require_current
from paddock.surfaces.http.signin.proof import Proof, refused

_SIGNATURE: Final = re.compile(r"0x[0-9a-fA-F]{130}")


def prove(text: str, signature: str, settings: SignIn, now_ts: int, nonce_ms: int) -> Proof:
    """Raises Refused (access.sign_in)."""
    message = parse(text, Chain.ETHEREUM)
    require_current(message, settings, now_ts, nonce_ms)
    if not message.chain.isdecimal() or int(message.chain) not in settings.ethereum_chains:
        raise refused("the chain is one of this server's")
    if _signer(text, signature) != message.address:
        raise refused(
            "the address, with its checksum, is that of the signer",
            where="signature",
            suggestion="accounts that are contracts cannot sign in: take one with a key",
        )
    return Proof("ethereum", message.address, message.nonce, issued=True, expires_ts=0)


def _signer(text: str, signature: str) -> str:
    """The address that signed, with its checksum."""
    from paddock.venues.evm import message_digest, signer

    if not _SIGNATURE.fullmatch(signature):
        raise refused("a signature is 65 bytes in hex", where="signature")
    try:
        return signer(message_digest(text), bytes.fromhex(signature[2:]))
    except ValueError as error:
        raise refused(str(error), where="signature") from None
