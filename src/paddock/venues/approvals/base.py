"""Approvals as every venue has them: a draft to the letter, and a request made of it and its owner's signature."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from paddock.core.errors import Code, Refused
from paddock.venues.signing.grant import Grant
from paddock.venues.signing.operations import SignedRequest


class Kind(StrEnum):
    """What is approved."""

    AGENT = "agent"  # that the agent trades for the account
    BUILDER = "builder"  # that a builder is paid a fee of its orders


class Scheme(StrEnum):
    """How a wallet signs it."""

    EIP712 = "eip712"  # the message is JSON for `eth_signTypedData_v4`; the signature 0x and 130 hex digits
    ED25519 = "ed25519"  # the message is the text itself; the signature is base58


@dataclass(frozen=True, slots=True)
class Terms:
    """What an approval says beside the grant. `expires_ts` 0: no end of its own. `chain_id`: the wallet's, in hex."""

    agent_name: str = ""
    expires_ts: int = 0
    chain_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An approval before it is signed. `exact` are the signed bytes, in hex; after `until_ts` it takes a new one."""

    kind: Kind
    scheme: Scheme
    message: str
    exact: str
    made_ts: int
    until_ts: int


@dataclass(frozen=True, slots=True)
class SignedDraft:
    """A draft and its owner's signature."""

    draft: Draft
    signature: str


class Approvals(Protocol):
    def drafts(self, grant: Grant, terms: Terms, now_ts: int) -> tuple[Draft, ...]:
        """All that the owner of `grant.main` has to sign. Raises Invalid (value) for terms that the venue has not."""
        ...

    def request(self, main: str, draft: Draft, signature: str) -> SignedRequest:
        """What is posted. Raises Refused (live.signature) unless `main` signed exactly these bytes."""
        ...


def not_signed(seen: str, rule: str) -> Refused:
    return Refused(
        Code.LIVE_SIGNATURE,
        "this is not the owner's signature of this draft",
        where="signature",
        seen=seen,
        rule=rule,
        suggestion="sign the message as it is, with the wallet of the main address",
    )
