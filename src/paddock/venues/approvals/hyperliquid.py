"""Approvals at Hyperliquid: typed data that an Ethereum wallet signs."""

from __future__ import annotations

import json
import re
from typing import Final

from paddock.core.errors import Invalid
from paddock.venues.approvals.base import Draft, Kind, Scheme, Terms, not_signed
from paddock.venues.hyperliquid.codec import approvals
from paddock.venues.hyperliquid.codec.signing import Signature
from paddock.venues.signing.grant import Grant
from paddock.venues.signing.hyperliquid import CHAINS, PATH
from paddock.venues.signing.operations import SignedRequest

VALID_MS: Final = 86_400_000  # a nonce counts for two days; the wallet's clock may be another
_TYPES: Final = {Kind.AGENT: "approveAgent", Kind.BUILDER: "approveBuilderFee"}
_signature: Final = re.compile(r"0x[0-9a-fA-F]{130}").fullmatch


class HyperliquidApprovals:
    """What is asked of a venue for approvals (`base.Approvals`)."""

    def drafts(self, grant: Grant, terms: Terms, now_ts: int) -> tuple[Draft, ...]:
        chain, chain_id = CHAINS[grant.network], terms.chain_id or approvals.ARBITRUM_SEPOLIA
        agent = approvals.approve_agent(
            chain, grant.agent, now_ts, name=terms.agent_name, valid_until_ts=terms.expires_ts, chain_id=chain_id
        )
        drafts = [_draft(Kind.AGENT, agent, now_ts)]
        if grant.builder:
            fee = approvals.approve_builder_fee(chain, grant.builder, grant.builder_fee, now_ts + 1, chain_id=chain_id)
            drafts.append(_draft(Kind.BUILDER, fee, now_ts))
        return tuple(drafts)

    def request(self, main: str, draft: Draft, signature: str) -> SignedRequest:
        if not _signature(signature):
            raise not_signed(f"{len(signature)} characters", "a signature is 0x and 65 bytes in hex")
        raw = bytes.fromhex(signature[2:])
        made = Signature.of(raw if raw[64] >= 27 else raw[:64] + bytes([raw[64] + 27]))
        found = _codec_draft(draft)
        try:
            signer = found.signer(made)
        except Invalid as error:
            raise not_signed("one that nobody can have made", error.rule) from None
        if found.signed_bytes.hex() != draft.exact or signer != main:
            raise not_signed(f"a signature of {signer}", f"the main address is {main}")
        return SignedRequest(_TYPES[draft.kind], PATH, found.body(made))


def _draft(kind: Kind, draft: approvals.Draft, now_ts: int) -> Draft:
    message = json.dumps(draft.typed_data, separators=(",", ":"))
    return Draft(kind, Scheme.EIP712, message, draft.signed_bytes.hex(), now_ts, now_ts + VALID_MS)


def _codec_draft(draft: Draft) -> approvals.Draft:
    """The action that the typed data were made of; an agent without a name has no such key in it."""
    typed = json.loads(draft.message)
    fields = {name: value for name, value in typed["message"].items() if (name, value) != ("agentName", "")}
    chain_id = hex(typed["domain"]["chainId"])
    action = {"type": _TYPES[draft.kind], "signatureChainId": chain_id, **fields}
    return approvals.Draft(action, fields["nonce"])
