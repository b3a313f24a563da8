"""Approvals at Pacifica: the text of a request, which a Solana wallet signs as it is, or in its off-chain envelope."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from paddock.core.errors import Code, Invalid
from paddock.venues.approvals.base import Draft, Kind, Scheme, Terms, not_signed
from paddock.venues.pacifica.codec import account_actions
from paddock.venues.pacifica.codec.operations import Draft as Request
from paddock.venues.pacifica.codec.operations import draft_of
from paddock.venues.pacifica.codec.signing import Signature, body, hardware, offchain
from paddock.venues.pacifica.codec.verification import verifies
from paddock.venues.signing.grant import Grant
from paddock.venues.signing.operations import SignedRequest

WINDOW_MS: Final = 300_000  # for a person to sign; the longest that the venue takes is not known [?]
_TENTH_OF_BP: Final = Decimal("0.00001")


class PacificaApprovals:
    """What is asked of a venue for approvals (`base.Approvals`)."""

    def drafts(self, grant: Grant, terms: Terms, now_ts: int) -> tuple[Draft, ...]:
        if terms.expires_ts:
            raise Invalid(
                Code.VALUE,
                "an agent of Pacifica does not end by itself",
                where="expires_ts",
                seen=terms.expires_ts,
                rule="an agent is bound until it is revoked",
                suggestion="leave it out, and revoke the agent when you are done",
            )
        drafts = [_draft(Kind.AGENT, account_actions.bind_agent(grant.agent, now_ts, WINDOW_MS))]
        if grant.builder:
            rate = grant.builder_fee * _TENTH_OF_BP
            drafts.append(_draft(Kind.BUILDER, account_actions.approve_builder(grant.builder, rate, now_ts, WINDOW_MS)))
        return tuple(drafts)

    def request(self, main: str, draft: Draft, signature: str) -> SignedRequest:
        message = draft.message.encode()
        request = draft_of(message)
        if request.message.hex() != draft.exact:
            raise not_signed("another draft", "the draft is as it was made")
        return SignedRequest(request.type, request.path, body(request, main, _checked(main, message, signature)))


def _checked(main: str, message: bytes, signature: str) -> Signature:
    if verifies(main, signature, message):
        return signature
    if verifies(main, signature, offchain(message)):
        return hardware(signature)
    raise not_signed("another's, or none", f"the main address is {main}, and the signature base58 of 64 bytes")


def _draft(kind: Kind, request: Request) -> Draft:
    message = request.message
    until_ts = request.timestamp + request.window_ms
    return Draft(kind, Scheme.ED25519, message.decode(), message.hex(), request.timestamp, until_ts)
