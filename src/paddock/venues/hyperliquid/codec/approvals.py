"""What an account's owner signs in their own wallet: that an agent may trade for them, and a builder's fee.

A draft holds what is posted, what a wallet shows and signs, and the exact bytes; a signature is kept beside it.
Nothing here can move money: an agent trades and does nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from paddock.venues.evm import keccak256
from paddock.venues.hyperliquid.codec.signing import Action, Network, Signature
from paddock.venues.hyperliquid.codec.typed import address_bytes, invalid, preimage, wallet_json
from paddock.venues.hyperliquid.codec.user_signed import STRUCTS, domain

ARBITRUM_SEPOLIA: Final = "0x66eee"  # what the venue's own client names; a browser's wallet wants the chain it is on
LONGEST_NAME: Final = 16
MOST_FEE: Final = 100  # of perps, in tenths of a basis point

_UNTIL: Final = " valid_until "


@dataclass(frozen=True, slots=True)
class Draft:
    """An approval before it is signed; its `nonce` is the time in ms of the venue's clock, used once."""

    action: Action
    nonce: int

    @property
    def typed_data(self) -> dict[str, Any]:
        """What a wallet takes (`eth_signTypedData_v4`)."""
        values = {"agentName": "", **self.action}
        return wallet_json(domain(self.action), STRUCTS[self.action["type"]], values)

    @property
    def signed_bytes(self) -> bytes:
        """The 66 bytes whose Keccak-256 is signed."""
        values = {"agentName": "", **self.action}
        return preimage(domain(self.action), STRUCTS[self.action["type"]].hashed(values))

    @property
    def digest(self) -> bytes:
        return keccak256(self.signed_bytes)

    def signer(self, signature: Signature) -> str:
        """The address, in lower case, that signed; raises Invalid (value) for a signature that nobody can have made."""
        return signature.signer(self.digest)

    def body(self, signature: Signature) -> dict[str, Any]:
        """The request to `/exchange`."""
        return {"action": self.action, "nonce": self.nonce, "signature": signature.wire}


def approve_agent(
    network: Network,
    agent: str,
    nonce: int,
    *,
    name: str = "",
    valid_until_ts: int = 0,
    chain_id: str = ARBITRUM_SEPOLIA,
) -> Draft:
    """That the key of an address may trade; raises Invalid (value).

    A new agent without a name, or with the name of another, ends that other one. An agent that ends by itself has a
    name. `valid_until_ts` 0: as long as the venue lets it.
    """
    if len(name) > LONGEST_NAME or _UNTIL.strip() in name or not name.isprintable():
        raise invalid(name, f"an agent's name is printable and has at most {LONGEST_NAME} characters")
    if valid_until_ts and not name:
        raise invalid(name, "an agent that ends by itself has a name")
    shown = f"{name}{_UNTIL}{valid_until_ts}" if valid_until_ts else name
    fields: Action = {"agentAddress": _lower(agent)} | ({"agentName": shown} if shown else {})
    return _draft("approveAgent", network, fields, nonce, chain_id)


def approve_builder_fee(
    network: Network, builder: str, tenths_of_bp: int, nonce: int, *, chain_id: str = ARBITRUM_SEPOLIA
) -> Draft:
    """That orders may carry a builder's fee up to so many tenths of a basis point; raises Invalid (value)."""
    if not 0 <= tenths_of_bp <= MOST_FEE:
        raise invalid(tenths_of_bp, f"a builder's fee is 0 to {MOST_FEE} tenths of a basis point")
    percent = Decimal(tenths_of_bp) / 1000
    fields: Action = {"maxFeeRate": f"{percent.normalize():f}%", "builder": _lower(builder)}
    return _draft("approveBuilderFee", network, fields, nonce, chain_id)


def _draft(kind: str, network: Network, fields: Action, nonce: int, chain_id: str) -> Draft:
    named = {"type": kind, "signatureChainId": chain_id, "hyperliquidChain": network.value}
    draft = Draft({**named, **fields, "nonce": nonce}, nonce)
    _ = draft.signed_bytes  # so that what cannot be signed is refused now
    return draft


def _lower(address: str) -> str:
    return "0x" + address_bytes(address).hex()
