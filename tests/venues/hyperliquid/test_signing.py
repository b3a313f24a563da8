"""Signatures: the venue's own vectors both ways, and eth-account, which shares no code with ours."""

from __future__ import annotations

import json
import timeit

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Invalid, PaddockError
from paddock.venues.evm import ORDER, address_of, keccak256, signed
from paddock.venues.hyperliquid.codec import approvals
from paddock.venues.hyperliquid.codec.approvals import approve_agent, approve_builder_fee
from paddock.venues.hyperliquid.codec.signing import (
    SIGNABLE,
    Network,
    Signature,
    action_hash,
    agent_digest,
    packed,
    sign,
    signers,
)
from paddock.venues.hyperliquid.codec.typed import Struct, preimage, wallet_json
from paddock.venues.hyperliquid.codec.user_signed import STRUCTS, domain, user_digest, user_signer
from tests.project import PACKAGE, sources
from tests.venues.hyperliquid.recorded import RECORDINGS, load, needs_recordings
from tests.wallets import Account, encode_typed_data

NETWORKS = {"mainnet": Network.MAINNET, "testnet": Network.TESTNET}
K1 = PrivateKey(bytes.fromhex("0123456789012345678901234567890123456789012345678901234567890123"))
KEYS = st.integers(1, ORDER - 1).map(lambda secret: secret.to_bytes(32, "big"))


def vectors(scheme):
    """Without the recordings one test that is skipped says so."""
    if not RECORDINGS.is_dir():
        return [pytest.param(None, marks=needs_recordings)]
    found = [v for v in load("signing_vectors.json")["vectors"] if v["scheme"] == scheme]
    return [pytest.param(vector, id=vector["id"]) for vector in found]


def key_of(vector) -> PrivateKey:
    return PrivateKey(bytes.fromhex(vector["private_key"][2:]))


def assert_signed(vector, side: dict, digest: bytes) -> None:
    made = Signature.of(signed(key_of(vector), digest))
    assert digest.hex() == side["eip712_digest"][2:]
    assert made == Signature.parse({name: side[name] for name in "rsv"})
    assert made.raw.hex() == side["sig65"][2:]
    assert made.signer(digest) == vector["signer"]


@needs_recordings
def test_every_vector_is_of_a_scheme_that_is_tested():
    schemes = [vector["scheme"] for vector in load("signing_vectors.json")["vectors"]]
    assert len(schemes) >= 45 and set(schemes) == {"l1", "user_signed", "multisig_l1"}


@pytest.mark.parametrize("vector", vectors("l1"))
def test_an_l1_action_is_packed_hashed_and_signed_as_the_venue_says(vector):
    action, about = vector["action"], (vector["nonce"], vector["vault_address"], vector["expires_after"])
    assert packed(action).hex() == vector["msgpack_hex"]
    assert action_hash(action, *about).hex() == vector["connection_id"][2:]
    for name, network in NETWORKS.items():
        assert_signed(vector, vector[name], agent_digest(network, action_hash(action, *about)))


@pytest.mark.parametrize("vector", vectors("l1"))
def test_the_signer_of_an_l1_action_is_found_for_its_network_and_no_other(vector):
    nonce, vault, expires_after = vector["nonce"], vector["vault_address"], vector["expires_after"]
    for name, network in NETWORKS.items():
        signature = Signature.parse({part: vector[name][part] for part in "rsv"})
        found = signers(vector["action"], nonce, signature, vault=vault, expires_after=expires_after)
        assert [net for net, address in found.items() if address == vector["signer"]] == [network]


@pytest.mark.parametrize("vector", vectors("l1"))
def test_a_request_is_signed_as_the_vectors_where_it_is_an_agents_business(vector):
    action = vector["action"]
    for name, network in NETWORKS.items():
        if action["type"] not in SIGNABLE:
            with pytest.raises(Invalid):
                sign(key_of(vector), network, action, vector["nonce"])
            continue
        about = {"vault": vector["vault_address"], "expires_after": vector["expires_after"]}
        body = sign(key_of(vector), network, action, vector["nonce"], **about)
        assert Signature.parse(body["signature"]).raw.hex() == vector[name]["sig65"][2:]
        assert (body["action"], body["nonce"]) == (action, vector["nonce"])
        assert body.get("vaultAddress") == about["vault"] and body.get("expiresAfter") == about["expires_after"]


@pytest.mark.parametrize("vector", vectors("user_signed"))
def test_a_user_signed_action_is_hashed_and_signed_as_the_venue_says(vector):
    for name in NETWORKS:
        posted = vector[name]["posted_action"]
        assert STRUCTS[posted["type"]].name == vector["primary_type"]
        assert [list(field.values()) for field in vector["types"]] == [list(f) for f in STRUCTS[posted["type"]].fields]
        assert_signed(vector, vector[name], user_digest(posted))
        signature = Signature.parse({part: vector[name][part] for part in "rsv"})
        assert user_signer(posted, signature) == vector["signer"]


@pytest.mark.parametrize("vector", vectors("multisig_l1"))
def test_the_two_signatures_of_an_action_of_many_signers(vector):
    about = (vector["nonce"], vector["vault_address"], vector["expires_after"])
    key, network = key_of(vector), NETWORKS[vector["network"]]
    inner = agent_digest(network, action_hash(vector["inner_envelope"], *about))
    assert Signature.of(signed(key, inner)) == Signature.parse(vector["inner_signature"])
    posted = vector["posted_action"]
    hashed = action_hash({name: value for name, value in posted.items() if name != "type"}, *about)
    values = {"hyperliquidChain": network.value, "multiSigActionHash": hashed, "nonce": vector["nonce"]}
    outer = keccak256(preimage(domain(posted), STRUCTS["multiSig"].hashed(values)))
    assert Signature.of(signed(key, outer)) == Signature.parse(vector["outer_signature"])
    assert Signature.parse(vector["outer_signature"]).signer(outer) == vector["signer"]


ORDER_1 = {
    "type": "order",
    "orders": [{"a": 1, "b": True, "p": "100", "s": "100", "r": False, "t": {"limit": {"tif": "Gtc"}}}],
    "grouping": "na",
}


@pytest.mark.parametrize(
    ("action", "network", "r", "s", "v"),
    [
        (
            ORDER_1,
            Network.MAINNET,
            "0xd65369825a9df5d80099e513cce430311d7d26ddf477f5b3a33d2806b100d78e",
            "0x2b54116ff64054968aa237c20ca9ff68000f977c93289157748a3162b6ea940e",
            28,
        ),
        (
            ORDER_1,
            Network.TESTNET,
            "0x82b2ba28e76b3d761093aaded1b1cdad4960b3af30212b343fb2e6cdfa4e3d54",
            "0x6b53878fc99d26047f4d7e8c90eb98955a109f44209163f52d8dc4278cbbd9f5",
            27,
        ),
        (
            {"type": "scheduleCancel"},
            Network.MAINNET,
            "0x6cdfb286702f5917e76cd9b3b8bf678fcc49aec194c02a73e6d4f16891195df9",
            "0x6557ac307fa05d25b8d61f21fb8a938e703b3d9bf575f6717ba21ec61261b2a0",
            27,
        ),
    ],
)
def test_the_published_signatures_without_any_file(action, network, r, s, v):
    body = sign(K1, network, action, 0)
    assert Signature.parse(body["signature"]) == Signature(int(r, 16), int(s, 16), v)
    assert signers(action, 0, Signature.parse({"r": r, "s": s, "v": v}))[network] == address_of(K1.public_key).lower()


@pytest.mark.parametrize(
    ("vault", "expires_after", "connection_id"),
    [
        (None, None, "25367e0dba84351148288c2233cd6130ed6cec5967ded0c0b7334f36f957cc90"),
        ("0x" + "1234567890" * 4, None, "214e2ea3270981b6fd18174216691e69f56872663139d396b10ded319cb4bb1e"),
        (None, 1234567890, "c30b002ba3775e4c31c43c1dfd3291dfc85c6ae06c6b9f393991de86cad5fac7"),
    ],
)
def test_the_published_hashes_with_an_account_and_a_last_moment(vault, expires_after, connection_id):
    order = {"a": 0, "b": True, "p": "30000", "s": "0.1", "r": False, "t": {"limit": {"tif": "Gtc"}}}
    action = {"type": "order", "orders": [order], "grouping": "na"}
    assert action_hash(action, 1234567890, vault, expires_after).hex() == connection_id


NAMES = st.text("abcdefghij XYZ09", max_size=16)
ADDRESSES = st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
WIRE = st.recursive(
    st.text(max_size=12) | st.integers(-(2**63), 2**64 - 1) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(
    KEYS, st.dictionaries(st.text(max_size=6), WIRE, max_size=4), st.integers(0, 2**64 - 1), st.sampled_from(Network)
)
def test_agents_sign_as_eth_account_does(secret, more, nonce, network):
    key, other = PrivateKey(secret), Account.from_key(secret)
    action = {**more, "type": "order"}
    connection_id = action_hash(action, nonce)
    message = encode_typed_data(
        {"name": "Exchange", "version": "1", "chainId": 1337, "verifyingContract": "0x" + "0" * 40},
        {"Agent": [{"name": "source", "type": "string"}, {"name": "connectionId", "type": "bytes32"}]},
        {"source": "a" if network is Network.MAINNET else "b", "connectionId": connection_id},
    )
    body = sign(key, network, action, nonce)
    assert Signature.parse(body["signature"]).raw == bytes(other.sign_message(message).signature)
    found = signers(action, nonce, Signature.parse(body["signature"]))
    assert found[network] == other.address.lower() != found[next(n for n in Network if n is not network)]


@given(KEYS, ADDRESSES, NAMES, st.integers(1, 2**53), st.sampled_from(Network), st.sampled_from(["0x66eee", "0xa4b1"]))
def test_a_wallet_that_takes_the_json_signs_what_we_check(secret, agent, name, nonce, network, chain_id):
    draft = approve_agent(network, agent, nonce, name=name, chain_id=chain_id)
    wallet = Account.from_key(secret)
    made = bytes(
        wallet.sign_message(encode_typed_data(full_message=json.loads(json.dumps(draft.typed_data)))).signature
    )
    signature = Signature.of(made)
    assert draft.signer(signature) == user_signer(draft.action, signature) == wallet.address.lower()
    assert ("agentName" in draft.action) == bool(name)
    assert draft.body(signature)["nonce"] == draft.action["nonce"] == nonce


VALUES = {
    "string": st.text(max_size=20),
    "address": ADDRESSES,
    "uint64": st.integers(0, 2**64 - 1),
    "bool": st.booleans(),
}


@given(st.data(), st.sampled_from(sorted(set(STRUCTS) - {"multiSig"})), KEYS)
def test_every_type_that_users_sign_is_hashed_as_eth_account_hashes_it(data, kind, secret):
    struct = STRUCTS[kind]
    values = {name: data.draw(VALUES[of], label=name) for name, of in struct.fields}
    values["hyperliquidChain"] = data.draw(st.sampled_from(Network)).value
    action = {"type": kind, "signatureChainId": "0xa4b1", **values}
    other = Account.from_key(secret)
    message = encode_typed_data(full_message=wallet_json(domain(action), struct, values))
    assert user_signer(action, Signature.of(bytes(other.sign_message(message).signature))) == other.address.lower()


def test_an_approval_says_what_the_venues_client_says():
    agent, builder = "0x0D1d9635D0640821d15e323ac8AdADfA9c111414", "0x8c967e73e6b15087c42a10d344cff4c96d877f1d"
    draft = approve_agent(Network.TESTNET, agent, 5, name="bot", valid_until_ts=1767312000123)
    assert draft.action == {
        "type": "approveAgent",
        "signatureChainId": "0x66eee",
        "hyperliquidChain": "Testnet",
        "agentAddress": agent.lower(),
        "agentName": "bot valid_until 1767312000123",
        "nonce": 5,
    }
    assert draft.typed_data["domain"]["chainId"] == 421614
    rates = [approve_builder_fee(Network.MAINNET, builder, f, 5).action["maxFeeRate"] for f in (0, 1, 10, 50, 100)]
    assert rates == ["0%", "0.001%", "0.01%", "0.05%", "0.1%"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: approve_agent(Network.MAINNET, "0x12", 1),
        lambda: approve_agent(Network.MAINNET, "0x" + "1" * 40, 1, name="seventeen letters"),
        lambda: approve_agent(Network.MAINNET, "0x" + "1" * 40, 1, name="a valid_until 5"),
        lambda: approve_agent(Network.MAINNET, "0x" + "1" * 40, 1, valid_until_ts=5),
        lambda: approve_agent(Network.MAINNET, "0x" + "1" * 40, -1),
        lambda: approve_builder_fee(Network.MAINNET, "0x" + "1" * 40, 101, 1),
    ],
)
def test_what_cannot_be_approved_is_refused(make):
    with pytest.raises(Invalid):
        make()


MONEY_MOVES = [
    *("usdSend", "withdraw3", "spotSend", "usdClassTransfer", "sendAsset", "tokenDelegate", "vaultTransfer"),
    *("subAccountTransfer", "subAccountSpotTransfer", "createVault", "vaultDistribute", "cDeposit", "cWithdraw"),
    *("agentSendAsset", "sendToEvmWithData"),
]


@pytest.mark.parametrize("kind", MONEY_MOVES)
def test_no_key_of_ours_signs_what_moves_money(kind):
    assert kind not in SIGNABLE
    with pytest.raises(Invalid):
        sign(K1, Network.MAINNET, {"type": kind}, 1)


def test_no_source_writes_an_action_that_moves_money():
    """Only the table of what users sign names some of them, to check and refuse, and the reader of an account's past,
    who is told of them; nothing there makes or signs one."""
    table = PACKAGE / "venues" / "hyperliquid" / "codec" / "user_signed.py"
    past = table.with_name("history.py")
    texts = {path: path.read_text(encoding="utf-8") for path in sources(PACKAGE) if "simulator" not in path.parts}
    named = {path for path, text in texts.items() if any(f'"{kind}"' in text for kind in MONEY_MOVES)}
    assert named == {table, past}
    for path in named:
        assert "signed(" not in texts[path] and "PrivateKey" not in texts[path]
    made = {kind for kind in STRUCTS if any(f'_draft("{kind}"' in text for text in texts.values())}
    assert made == {"approveAgent", "approveBuilderFee"}
    assert [name for name in dir(approvals) if name.startswith("approve_")] == ["approve_agent", "approve_builder_fee"]


@given(WIRE | st.floats() | st.dictionaries(st.text(max_size=5), WIRE | st.floats() | st.text("\ud800"), max_size=3))
def test_garbage_from_a_client_is_an_error_of_ours(garbage):
    signature = Signature(1, 1, 27)
    for read in (
        lambda: Signature.parse(garbage),
        lambda: signers({"x": garbage}, 1, signature),
        lambda: signers({}, garbage, signature),
        lambda: action_hash({}, 1, garbage),
        lambda: user_signer(garbage if isinstance(garbage, dict) else {"type": garbage}, signature),
        lambda: user_signer(
            {"type": "approveAgent", "hyperliquidChain": "Mainnet", "signatureChainId": garbage}, signature
        ),
    ):
        try:
            read()
        except PaddockError:
            continue


@pytest.mark.parametrize("r", ["0x", "0x" + "1" * 65, "12", "0x1g", 5, None])
def test_what_is_no_signature_is_refused(r):
    with pytest.raises(Invalid):
        Signature.parse({"r": r, "s": "0x1", "v": 27})


def test_a_signature_without_its_leading_zeros_and_with_a_small_v_is_the_same():
    digest = keccak256(b"x")
    made = next(s for n in range(1, 3000) if (s := Signature.of(signed(PrivateKey.from_int(n), digest))).r < 2**252)
    short = {"r": hex(made.r), "s": hex(made.s), "v": made.v - 27}
    assert len(short["r"]) < 66 and Signature.parse(short) == made


def test_a_signature_costs_well_under_half_a_millisecond():
    """The best of many, which a busy machine does not change."""
    best = min(timeit.repeat(lambda: sign(K1, Network.MAINNET, ORDER_1, 5, expires_after=9), number=5, repeat=40)) / 5
    assert best < 0.000_5


def test_a_fraction_has_no_place_in_an_action():
    with pytest.raises(Invalid):
        packed({"type": "order", "p": 0.1})


def test_a_struct_type_is_hashed_with_its_fields():
    mail = Struct("Mail", (("to", "address"), ("contents", "string")))
    assert mail.type_hash == keccak256(b"Mail(address to,string contents)")
