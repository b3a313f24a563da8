"""Drafts are what the venues' own clients sign, and only the owner's signature of exactly one makes a request."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

from paddock.core.errors import Code, Invalid, Refused
from paddock.venues import base58
from paddock.venues.approvals.base import Kind, Scheme, Terms
from paddock.venues.approvals.hyperliquid import HyperliquidApprovals
from paddock.venues.approvals.pacifica import PacificaApprovals
from paddock.venues.hyperliquid.codec.signing import Signature
from paddock.venues.hyperliquid.codec.user_signed import user_signer
from paddock.venues.pacifica.codec.signing import offchain
from paddock.venues.pacifica.codec.verification import Authentic, authenticate
from paddock.venues.signing.grant import Network
from tests.venues.signing.given import NOW, given, wanted
from tests.wallets import Account, encode_typed_data

KEY = "0x" + "42" * 32
OWNER = Account.from_key(KEY).address.lower()
AGENT = "0x" + "cd" * 20
GRANT = replace(wanted(main=OWNER, builder="0x" + "ee" * 20, builder_fee=10), agent=AGENT)
HYPERLIQUID, PACIFICA = HyperliquidApprovals(), PacificaApprovals()
WALLET = SigningKey(b"\x07" * 32)
SOLANA = replace(
    wanted("pacifica", builder="CODE", builder_fee=100), agent="7v54NWdBtkjuAFJrLGsS2SXnuk8nKam81mZJeeYxVFi9"
)


def signature(message: str, key: str = KEY) -> str:
    """As a wallet gives it for `eth_signTypedData_v4`."""
    return "0x" + Account.sign_message(encode_typed_data(full_message=json.loads(message)), key).signature.hex()


def refused(ask) -> Refused:
    with pytest.raises(Refused) as caught:
        ask()
    assert caught.value.code is Code.LIVE_SIGNATURE
    return caught.value


@pytest.mark.parametrize("network", Network)
@pytest.mark.parametrize("terms", [Terms(), Terms("paddock"), Terms("paddock", NOW + 10**9), Terms("p", 0, "0xa4b1")])
def test_a_wallet_signs_the_typed_data_and_the_venue_finds_its_owner(network, terms):
    drafts = HYPERLIQUID.drafts(replace(GRANT, network=network), terms, NOW)
    assert [draft.kind for draft in drafts] == [Kind.AGENT, Kind.BUILDER]
    for draft in drafts:
        assert draft.scheme is Scheme.EIP712
        body = HYPERLIQUID.request(OWNER, draft, signature(draft.message)).body
        assert user_signer(body["action"], Signature.parse(body["signature"])) == OWNER
        assert body["action"]["hyperliquidChain"] == ("Mainnet" if network is Network.MAINNET else "Testnet")
        assert body["nonce"] == body["action"]["nonce"]
        assert body["action"]["signatureChainId"] == (terms.chain_id or "0x66eee")
    agent = HYPERLIQUID.request(OWNER, drafts[0], signature(drafts[0].message)).body["action"]
    assert agent["agentAddress"] == AGENT
    until = f" valid_until {terms.expires_ts}" if terms.expires_ts else ""
    assert agent.get("agentName", "") == terms.agent_name + until


def test_the_exact_bytes_are_those_that_wallets_sign():
    (draft, _) = HYPERLIQUID.drafts(GRANT, Terms("paddock"), NOW)
    signable = encode_typed_data(full_message=json.loads(draft.message))
    assert b"\x19\x01" + signable.header + signable.body == bytes.fromhex(draft.exact)


def test_a_signature_by_somebody_else_or_of_something_else_is_refused():
    first, second = HYPERLIQUID.drafts(GRANT, Terms(), NOW)
    refused(lambda: HYPERLIQUID.request(OWNER, first, signature(first.message, "0x" + "43" * 32)))
    refused(lambda: HYPERLIQUID.request(OWNER, first, signature(second.message)))
    refused(lambda: HYPERLIQUID.request(AGENT, first, signature(first.message)))
    other = HYPERLIQUID.drafts(replace(GRANT, agent="0x" + "11" * 20), Terms(), NOW)[0]
    refused(lambda: HYPERLIQUID.request(OWNER, replace(first, message=other.message), signature(other.message)))


@pytest.mark.parametrize("text", ["", "0x", "0x" + "00" * 65, "0x" + "ff" * 65, "1b" * 65, "0x" + "11" * 64, "ä" * 132])
def test_what_is_no_signature_is_refused(text):
    refused(lambda: HYPERLIQUID.request(OWNER, HYPERLIQUID.drafts(GRANT, Terms(), NOW)[0], text))
    refused(lambda: PACIFICA.request(SOLANA.main, PACIFICA.drafts(SOLANA, Terms(), NOW)[0], text))


@settings(max_examples=50)
@for_all(st.integers(2, 131), st.sampled_from("0123456789abcdef"))
def test_a_signature_with_any_digit_changed_is_refused(place, digit):
    draft = HYPERLIQUID.drafts(GRANT, Terms(), NOW)[0]
    good = signature(draft.message)
    bad = good[:place] + digit + good[place + 1 :]
    if bad != good:
        refused(lambda: HYPERLIQUID.request(OWNER, draft, bad))


def test_v_may_be_0_or_1_as_some_wallets_have_it():
    draft = HYPERLIQUID.drafts(GRANT, Terms(), NOW)[0]
    good = signature(draft.message)
    small = good[:-2] + f"{int(good[-2:], 16) - 27:02x}"
    assert HYPERLIQUID.request(OWNER, draft, small) == HYPERLIQUID.request(OWNER, draft, good)


@pytest.mark.parametrize("wrap", [lambda message: message, offchain], ids=["as it is", "hardware"])
def test_a_solana_wallet_signs_the_text_and_the_venue_finds_its_owner(wrap):
    drafts = PACIFICA.drafts(SOLANA, Terms("ignored"), NOW)
    assert [draft.kind for draft in drafts] == [Kind.AGENT, Kind.BUILDER]
    for draft in drafts:
        made = base58.encode(WALLET.sign(wrap(draft.message.encode())).signature)
        request = PACIFICA.request(SOLANA.main, draft, made)
        found = authenticate(request.kind, request.body, NOW + 100_000)
        assert isinstance(found, Authentic) and (found.account, found.agent) == (SOLANA.main, "")
        assert bytes.fromhex(draft.exact) == draft.message.encode()
        assert draft.until_ts == NOW + 300_000
    assert drafts[1].message == (
        '{"data":{"builder_code":"CODE","max_fee_rate":"0.001"},"expiry_window":300000,"timestamp":1780000000000,'
        '"type":"approve_builder_code"}'
    )


def test_another_solana_wallets_signature_is_refused():
    first, second = PACIFICA.drafts(SOLANA, Terms(), NOW)
    stranger = SigningKey(b"\x08" * 32)
    refused(
        lambda: PACIFICA.request(SOLANA.main, first, base58.encode(stranger.sign(bytes.fromhex(first.exact)).signature))
    )
    refused(
        lambda: PACIFICA.request(SOLANA.main, first, base58.encode(WALLET.sign(bytes.fromhex(second.exact)).signature))
    )


def test_terms_that_a_venue_does_not_have_are_refused():
    with pytest.raises(Invalid):
        PACIFICA.drafts(SOLANA, Terms(expires_ts=NOW + 1), NOW)
    with pytest.raises(Invalid):
        HYPERLIQUID.drafts(GRANT, Terms("a name that is too long"), NOW)


@pytest.mark.parametrize("venue", ["hyperliquid", "pacifica"])
def test_an_owner_is_made_up_at_a_simulator_and_nowhere_else(tmp_path, venue):
    approvals = {"hyperliquid": HYPERLIQUID, "pacifica": PACIFICA}[venue]
    with given(tmp_path) as at:
        sealed, signed = at.vault.play(
            wanted(venue, network=Network.SIMULATOR, main="", builder="", builder_fee=0), Terms()
        )
        at.vault.open(sealed, closing=False)
        assert [approvals.request(sealed.grant.main, each.draft, each.signature).kind for each in signed] == [
            {"hyperliquid": "approveAgent", "pacifica": "bind_agent_wallet"}[venue]
        ]
        for network in (Network.MAINNET, Network.TESTNET):
            with pytest.raises(Refused) as caught:
                at.vault.play(wanted(venue, network=network), Terms())
            assert caught.value.code is Code.SIGNER_POLICY
