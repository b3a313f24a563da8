"""Which actions need the signature of an account's owner, and who gave it.

The table names every such action of the venue, so that a signature can be checked, and a stranger's request refused
by name. Paddock itself writes two of them, `approvals`, for the owner's wallet to sign, and signs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from paddock.venues.evm import keccak256
from paddock.venues.hyperliquid.codec.signing import Network, Signature
from paddock.venues.hyperliquid.codec.typed import Domain, Struct, invalid, preimage

DOMAIN: Final = "HyperliquidSignTransaction"

_PREFIX: Final = "HyperliquidTransaction:"
_CHAIN: Final = ("hyperliquidChain", "string")
_NONCE: Final = ("nonce", "uint64")
_TIME: Final = ("time", "uint64")


def _struct(name: str, *fields: tuple[str, str]) -> Struct:
    return Struct(_PREFIX + name, (_CHAIN, *fields))


STRUCTS: Final[Mapping[str, Struct]] = {
    "approveAgent": _struct("ApproveAgent", ("agentAddress", "address"), ("agentName", "string"), _NONCE),
    "approveBuilderFee": _struct("ApproveBuilderFee", ("maxFeeRate", "string"), ("builder", "address"), _NONCE),
    "usdSend": _struct("UsdSend", ("destination", "string"), ("amount", "string"), _TIME),
    "withdraw3": _struct("Withdraw", ("destination", "string"), ("amount", "string"), _TIME),
    "spotSend": _struct("SpotSend", ("destination", "string"), ("token", "string"), ("amount", "string"), _TIME),
    "usdClassTransfer": _struct("UsdClassTransfer", ("amount", "string"), ("toPerp", "bool"), _NONCE),
    "sendAsset": _struct(
        "SendAsset",
        ("destination", "string"),
        ("sourceDex", "string"),
        ("destinationDex", "string"),
        ("token", "string"),
        ("amount", "string"),
        ("fromSubAccount", "string"),
        _NONCE,
    ),
    "tokenDelegate": _struct(
        "TokenDelegate", ("validator", "address"), ("wei", "uint64"), ("isUndelegate", "bool"), _NONCE
    ),
    "userDexAbstraction": _struct("UserDexAbstraction", ("user", "address"), ("enabled", "bool"), _NONCE),
    "userSetAbstraction": _struct("UserSetAbstraction", ("user", "address"), ("abstraction", "string"), _NONCE),
    "convertToMultiSigUser": _struct("ConvertToMultiSigUser", ("signers", "string"), _NONCE),
    "multiSig": _struct("SendMultiSig", ("multiSigActionHash", "bytes32"), _NONCE),
}


def domain(action: Mapping[str, Any]) -> Domain:
    """The domain of the chain that an action names; raises Invalid (value)."""
    said = action.get("signatureChainId")
    try:
        return Domain(DOMAIN, int(said, 16) if isinstance(said, str) else -1)
    except ValueError:
        raise invalid(said, "a chain is a hex number") from None


def user_digest(action: Mapping[str, Any]) -> bytes:
    """The 32 bytes that an owner signs for an action as it is posted; raises Invalid (value).

    An agent without a name is signed as one named "", a key that the posted action leaves out.
    """
    kind = action.get("type")
    struct = STRUCTS.get(kind) if isinstance(kind, str) else None
    if struct is None:
        raise invalid(kind, f"the actions signed by users are {', '.join(STRUCTS)}")
    if action.get("hyperliquidChain") not in list(Network):
        raise invalid(action.get("hyperliquidChain"), f"a network is {' or '.join(Network)}")
    values = {"agentName": "", **action} if kind == "approveAgent" else action
    return keccak256(preimage(domain(action), struct.hashed(values)))


def user_signer(action: Mapping[str, Any], signature: Signature) -> str:
    """The address that signed, in lower case; of something else than what was signed, a stranger's.

    Raises Invalid (value) for an action that users do not sign, and for a signature that nobody can have made.
    """
    return signature.signer(user_digest(action))
