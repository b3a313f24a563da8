"""Who signed this body, and may it still be booked? The other side of signing, for those who stand in for the venue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from paddock.venues import base58
from paddock.venues.pacifica.codec.operations import OWNERS_ONLY, Draft, authenticates, canonical
from paddock.venues.pacifica.codec.signing import KEY_BYTES, SIGNATURE_BYTES, offchain

DEFAULT_WINDOW_MS: Final = 30_000  # where the body does not say


class Fault(StrEnum):
    """Why a body is not taken, in the venue's words."""

    SIGNATURE = "Invalid signature"
    PUBLIC_KEY = "Invalid public key"
    MESSAGE = "Invalid message"
    VERIFICATION = "Verification failed"


@dataclass(frozen=True, slots=True)
class Authentic:
    """A request as `account` made it; `agent` signed, or the account itself where it is empty."""

    account: str
    agent: str
    draft: Draft


def authenticate(type_: str, body: Mapping[str, Any], now_ts: int) -> Authentic | Fault:
    """Judge the body of a request that came for an operation, whichever it is.

    Whether the agent is one of the account's is not known here. Of fields that the operation does not have, those that
    were signed pass: what to make of them is for whoever reads the payload.
    """
    draft = _draft(type_, body)
    if draft is None or not draft.timestamp <= now_ts <= draft.timestamp + draft.window_ms:
        return Fault.MESSAGE
    account, agent = body.get("account"), _agent(type_, body)
    if type(account) is not str or agent is None:
        return Fault.PUBLIC_KEY
    if agent and type_ in OWNERS_ONLY:
        return Fault.VERIFICATION
    fault = _judged(agent or account, body.get("signature"), draft)
    return fault or Authentic(account, agent, draft)


def verifies(address: str, signature: str, message: bytes) -> bool:
    """Whether an address signed these bytes, both in base58; False also for what is no address or signature."""
    return _signed(address, signature, message) is None


def _draft(type_: str, body: Mapping[str, Any]) -> Draft | None:
    timestamp, window = body.get("timestamp"), body.get("expiry_window", DEFAULT_WINDOW_MS)
    if type(timestamp) is not int or type(window) is not int or window <= 0:
        return None
    aside = authenticates(type_)
    return Draft(type_, {name: value for name, value in body.items() if name not in aside}, timestamp, window)


def _agent(type_: str, body: Mapping[str, Any]) -> str | None:
    """The agent that signed, "" for none (null counts as none); None where it is no text."""
    agent = body.get("agent_wallet") if "agent_wallet" in authenticates(type_) else None
    if agent is None:
        return ""
    return agent if type(agent) is str else None


def _judged(address: str, signature: object, draft: Draft) -> Fault | None:
    hardware = type(signature) is dict and signature.get("type") == "hardware"
    value = signature.get("value") if type(signature) is dict and hardware else signature
    if type(value) is not str:
        return Fault.SIGNATURE
    fault: Fault | None = Fault.MESSAGE
    for message in _messages(draft, hardware=hardware):
        fault = _signed(address, value, message)
        if fault is not Fault.VERIFICATION:
            break
    return fault


def _messages(draft: Draft, *, hardware: bool) -> Iterator[bytes]:
    """What may have been signed: other letters than ASCII as escapes, and as they are; clients differ in that [?]."""
    for escape in (True, False):
        try:
            message = canonical(draft.signed, escape=escape)
            yield offchain(message) if hardware else message
        except (ValueError, RecursionError):
            return


def _signed(address: str, signature: str, message: bytes) -> Fault | None:
    try:
        key = VerifyKey(base58.decode(address, KEY_BYTES))
    except ValueError:
        return Fault.PUBLIC_KEY
    try:
        raw = base58.decode(signature, SIGNATURE_BYTES)
    except ValueError:
        return Fault.SIGNATURE
    try:
        key.verify(message, raw)
    except CryptoError:
        return Fault.VERIFICATION
    return None
