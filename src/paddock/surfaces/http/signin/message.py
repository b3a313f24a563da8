"""The text that a wallet signs, read strictly: EIP-4361, and Solana's form of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from paddock.surfaces.http.services import MINUTE_MS, SignIn
from paddock.surfaces.http.signin.proof import refused

MAX_MESSAGE: Final = 4_096
SKEW_MS: Final = MINUTE_MS

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
_FIELDS = (
    r"URI: (?P<uri>[!-~]+)\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain>[!-~]+)\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,64})\n"
    rf"Issued At: (?P<issued>{_TIME})"
    rf"(?:\nExpiration Time: (?P<expires>{_TIME}))?"
    rf"(?:\nNot Before: (?P<begins>{_TIME}))?"
    r"(?:\nRequest ID: [!-~]*)?"
    r"(?:\nResources:(?:\n- [!-~]+)*)?"
)
_HEAD = r"(?:https?://)?(?P<domain>[A-Za-z0-9.\-:\[\]]+) wants you to sign in with your {chain} account:\n"


class Chain(StrEnum):
    ETHEREUM = "Ethereum"
    SOLANA = "Solana"


# They differ where there is no statement: EIP-4361 then has two empty lines, Solana one.
_FORMS: Final = {
    Chain.ETHEREUM: re.compile(
        _HEAD.format(chain=Chain.ETHEREUM) + r"(?P<address>0x[0-9a-fA-F]{40})\n\n(?:[ -~]+\n)?\n" + _FIELDS, re.ASCII
    ),
    Chain.SOLANA: re.compile(
        _HEAD.format(chain=Chain.SOLANA) + r"(?P<address>[1-9A-HJ-NP-Za-km-z]{32,44})\n\n(?:[ -~]+\n\n)?" + _FIELDS,
        re.ASCII,
    ),
}


@dataclass(frozen=True, slots=True)
class Message:
    """Times are ms UTC; 0 where the message does not say."""

    domain: str
    address: str
    uri: str
    chain: str
    nonce: str
    issued_ts: int
    expires_ts: int
    begins_ts: int


def parse(text: str, chain: Chain) -> Message:
    """Raises Refused (access.sign_in) for anything that the form does not have."""
    found = _FORMS[chain].fullmatch(text) if len(text) <= MAX_MESSAGE else None
    if found is None:
        raise refused(f"the message has the form of a sign-in with {chain}, to the letter")
    return Message(
        domain=found["domain"],
        address=found["address"],
        uri=found["uri"],
        chain=found["chain"],
        nonce=found["nonce"],
        issued_ts=_ts(found["issued"]),
        expires_ts=_ts(found["expires"]),
        begins_ts=_ts(found["begins"]),
    )


def require_current(message: Message, settings: SignIn, now_ts: int, nonce_ms: int) -> None:
    """Raises Refused (access.sign_in) for another site's message, and for one that is not of now."""
    if message.domain not in settings.domains:
        raise refused("the domain is one of this server's")
    if urlsplit(message.uri).netloc != message.domain:
        raise refused("the URI is one of the domain")
    if not now_ts - nonce_ms - SKEW_MS <= message.issued_ts <= now_ts + SKEW_MS:
        raise refused("it was issued just now", suggestion="sign within minutes, and see that your clock is right")
    if message.expires_ts and message.expires_ts <= now_ts:
        raise refused("it has not expired")
    if message.begins_ts > now_ts:
        raise refused("it is valid already")


def _ts(text: str | None) -> int:
    if text is None:
        return 0
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise refused("times are dates that exist") from None
