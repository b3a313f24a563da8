"""Signatures against those of the venue's own client, and the judgement of those who stand in for the venue."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from paddock.core.errors import Invalid, Unknown
from paddock.venues import base58
from paddock.venues.pacifica.codec import account_actions, operations, orders, signing
from paddock.venues.pacifica.codec.operations import OWNERS_ONLY, PATHS, Draft, Op, draft_of
from paddock.venues.pacifica.codec.signing import address_of, body, key_of, offchain, sign, signed
from paddock.venues.pacifica.codec.verification import Authentic, Fault, authenticate, verifies
from tests.project import PACKAGE, ROOT, sources, tree
from tests.venues.pacifica.recorded import NOW, few, load, needs_recordings, order

OWNER, AGENT = SigningKey(b"\x07" * 32), SigningKey(b"\x0b" * 32)
ACCOUNT, AGENT_WALLET = address_of(OWNER), address_of(AGENT)
BATCHED = {"Create": "create_order", "Cancel": "cancel_order"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def vectors() -> list[dict]:
    return load("signing_vectors.json")["vectors"]


def vector(name: str) -> dict:
    return next(one for one in vectors() if one["id"] == name)


def draft(one: dict) -> Draft:
    header = one["header"]
    return Draft(header["type"], one["payload"], header["timestamp"], header["expiry_window"])


def key(of: dict) -> SigningKey:
    return SigningKey(bytes.fromhex(of["seed_hex"]))


@needs_recordings
def test_every_vector_is_signed_and_verified_as_the_venues_client_does():
    plain = [one for one in vectors() if "payload" in one]
    assert len(plain) == 28 and {one["id"] for one in vectors() if "payload" not in one} == {
        "batch",
        "subaccount-two-step",
    }
    for one in plain:
        made, signer = draft(one), key(one["signer"])
        assert made.message.decode() == one["canonical_message"], one["id"]
        assert sign(signer, made) == one["signature"], one["id"]
        assert base58.decode(one["signature"], 64).hex() == one["signature_hex"]
        assert address_of(signer) == one["signer"]["public_key"]
        assert signing.secret_of(signer) == one["signer"]["private_key_base58"]
        assert key_of(one["signer"]["private_key_base58"]) == signer
        assert verifies(one["signer"]["public_key"], one["signature"], made.message)
        judged = authenticate(one["type"], one["request_body"], one["header"]["timestamp"])
        assert isinstance(judged, Authentic) is one["expect_valid"], one["id"]
        if one["expect_valid"]:
            agent = one["request_body"].get("agent_wallet") if "agent_wallet" not in one["payload"] else ""
            assert judged == Authentic(one["request_body"]["account"], agent or "", made)
        else:
            assert judged is Fault.VERIFICATION


@needs_recordings
def test_bodies_are_those_of_the_venues_client():
    for one in vectors():
        if one["expect_valid"] and "payload" in one and one["id"] != "create-api-key":  # that one adds a null
            ours = signed(draft(one), key(one["signer"]), one["request_body"]["account"])
            assert list(ours.items()) == list(one["request_body"].items()), one["id"]


@needs_recordings
def test_a_batch_is_not_signed_but_each_of_its_requests_is():
    one = vector("batch")
    drafts = [draft_of(message.encode()) for message in one["canonical_messages"]]
    ours = orders.batch([(made, signed(made, OWNER, ACCOUNT)) for made in drafts])
    assert ours == one["request_body"]
    for action in ours["actions"]:
        assert isinstance(authenticate(BATCHED[action["type"]], action["data"], drafts[0].timestamp), Authentic)


@needs_recordings
def test_two_keys_can_sign_two_messages_of_one_request():
    """Making a sub-account takes that. We never ask for it; the vector holds our bytes to the venue's all the same."""
    one = vector("subaccount-two-step")
    steps = [("step1_message", "sub", "sub_signature"), ("step2_message", "main", "main_signature")]
    for message, signer, signature in steps:
        made = draft_of(one[message].encode())
        assert made.message.decode() == one[message]
        assert sign(key(one[signer]), made) == one[signature]
        assert verifies(one[signer]["public_key"], one[signature], made.message)


@needs_recordings
def test_a_fixture_of_somebody_else_agrees():
    one = load("third_party_signing_fixture.json")["payload"]
    signer, made = key_of(one["private_key_base58"]), draft(one)
    assert address_of(signer) == one["public_key"]
    assert sign(signer, made) == one["signature"]
    assert verifies(one["public_key"], one["signature"], made.message)


def test_no_key_is_taken_for_one_and_none_is_quoted():
    secret = signing.secret_of(OWNER)
    halves = base58.encode(bytes(OWNER) + bytes(AGENT.verify_key))
    for text in ("", ACCOUNT, secret[:-1], secret + "1", "0" + secret, halves):
        with pytest.raises(Invalid) as caught:
            key_of(text)
        assert not text or text not in str(caught.value.as_dict())


# --- agents ---


def leverage(**more) -> Draft:
    return account_actions.leverage("BTC", 5, NOW, 5000)


def test_an_agent_signs_in_the_name_of_the_account():
    made = signed(leverage(), AGENT, ACCOUNT)
    assert list(made)[:3] == ["account", "agent_wallet", "signature"]
    assert authenticate(Op.UPDATE_LEVERAGE, made, NOW) == Authentic(ACCOUNT, AGENT_WALLET, leverage())


def test_what_is_the_owners_to_sign_no_agent_signs_and_none_is_believed_to():
    for made in (
        account_actions.bind_agent(AGENT_WALLET, NOW, 5000),
        account_actions.revoke_agent(AGENT_WALLET, NOW, 5000),
        account_actions.approve_builder("CODE", orders.SLIPPAGE_PERCENT, NOW, 5000),
        account_actions.revoke_builder("CODE", NOW, 5000),
    ):
        assert made.type in OWNERS_ONLY
        with pytest.raises(Invalid):
            signed(made, AGENT, ACCOUNT)
        assert isinstance(authenticate(made.type, signed(made, OWNER, ACCOUNT), NOW), Authentic)
        forged = body(made, ACCOUNT, sign(AGENT, made)) | {"agent_wallet": AGENT_WALLET}
        assert authenticate(made.type, forged, NOW) is Fault.VERIFICATION


@pytest.mark.parametrize(
    "type_",
    [
        "bind_agent_wallet",
        "revoke_agent_wallet",
        "add_agent_whitelisted_ip",
        "remove_agent_whitelisted_ip",
        "set_agent_ip_whitelist_enabled",
    ],
)
def test_an_agent_is_signed_where_it_is_what_the_request_is_about(type_):
    made = Draft(type_, {"agent_wallet": AGENT_WALLET}, NOW, 5000)
    assert authenticate(type_, body(made, ACCOUNT, sign(OWNER, made)), NOW) == Authentic(ACCOUNT, "", made)
    with pytest.raises(Invalid):
        signed(made, AGENT, ACCOUNT)


@pytest.mark.parametrize("type_", ["revoke_all_agent_wallets", "create_api_key", "list_api_keys", "revoke_api_key"])
def test_what_else_an_agent_may_not_sign(type_):
    made = Draft(type_, {}, NOW, 5000)
    forged = body(made, ACCOUNT, sign(AGENT, made), AGENT_WALLET)
    assert authenticate(type_, forged, NOW) is Fault.VERIFICATION
    assert isinstance(authenticate("list_agent_ip_whitelist", forged, NOW), Fault)


def test_an_agent_that_is_bound_is_signed_for_and_not_a_signer():
    made = signed(account_actions.bind_agent(AGENT_WALLET, NOW, 5000), OWNER, ACCOUNT)
    judged = authenticate(Op.BIND_AGENT_WALLET, made, NOW)
    assert (judged.agent, judged.draft.payload) == ("", {"agent_wallet": AGENT_WALLET})
    another = made | {"agent_wallet": ACCOUNT}
    assert authenticate(Op.BIND_AGENT_WALLET, another, NOW) is Fault.VERIFICATION


# --- judging ---


@pytest.mark.parametrize(
    ("late_ms", "good"), [(-1, False), (0, True), (4999, True), (5000, True), (5001, False), (10**9, False)]
)
def test_a_request_is_good_from_its_time_for_its_window(late_ms, good):
    made = signed(leverage(), OWNER, ACCOUNT)
    judged = authenticate(Op.UPDATE_LEVERAGE, made, NOW + late_ms)
    assert judged == (Authentic(ACCOUNT, "", leverage()) if good else Fault.MESSAGE)


def test_a_window_that_is_not_named_is_thirty_seconds():
    made = signed(Draft(Op.UPDATE_LEVERAGE, {"symbol": "BTC", "leverage": 5}, NOW, 30_000), OWNER, ACCOUNT)
    del made["expiry_window"]
    assert isinstance(authenticate(Op.UPDATE_LEVERAGE, made, NOW + 30_000), Authentic)
    assert authenticate(Op.UPDATE_LEVERAGE, made, NOW + 30_001) is Fault.MESSAGE


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"account": AGENT_WALLET}, Fault.VERIFICATION),
        ({"account": "me"}, Fault.PUBLIC_KEY),
        ({"account": None}, Fault.PUBLIC_KEY),
        ({"agent_wallet": 7}, Fault.PUBLIC_KEY),
        ({"agent_wallet": AGENT_WALLET}, Fault.VERIFICATION),
        ({"signature": "abc"}, Fault.SIGNATURE),
        ({"signature": None}, Fault.SIGNATURE),
        ({"signature": {"type": "hardware"}}, Fault.SIGNATURE),
        ({"signature": {"type": "software", "value": "abc"}}, Fault.SIGNATURE),
        ({"timestamp": str(NOW)}, Fault.MESSAGE),
        ({"timestamp": True}, Fault.MESSAGE),
        ({"expiry_window": 0}, Fault.MESSAGE),
        ({"expiry_window": 6000}, Fault.VERIFICATION),
        ({"leverage": "5"}, Fault.VERIFICATION),
        ({"leverage": 5.0}, Fault.VERIFICATION),
        ({"leverage": float("nan")}, Fault.MESSAGE),
        ({"extra": 1}, Fault.VERIFICATION),
        ({"symbol": "btc"}, Fault.VERIFICATION),
    ],
)
def test_a_body_that_is_not_what_was_signed_is_not_taken(change, fault):
    made = signed(leverage(), OWNER, ACCOUNT)
    assert authenticate(Op.UPDATE_LEVERAGE, made | change, NOW) is fault
    assert isinstance(authenticate(Op.UPDATE_LEVERAGE, made | {"agent_wallet": None}, NOW), Authentic)
    assert authenticate(Op.ADD_ISOLATED_MARGIN, made, NOW) is Fault.VERIFICATION


def test_a_body_nested_without_end_is_no_message():
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    made = signed(leverage(), OWNER, ACCOUNT) | {"leverage": deep}
    assert authenticate(Op.UPDATE_LEVERAGE, made, NOW) is Fault.MESSAGE


@pytest.mark.parametrize("escape", [True, False])
def test_other_letters_than_ascii_verify_in_both_readings(escape):
    made = Draft("rename", {"nickname": "Größe"}, NOW, 5000)
    signature = base58.encode(OWNER.sign(operations.canonical(made.signed, escape=escape)).signature)
    assert authenticate("rename", body(made, ACCOUNT, signature), NOW) == Authentic(ACCOUNT, "", made)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4), JSON, JSON, JSON)
def test_whatever_comes_is_judged(payload, account, signature, agent):
    made = {**payload, "account": account, "signature": signature, "agent_wallet": agent}
    judged = authenticate("create_order", made | {"timestamp": NOW, "expiry_window": 5000}, NOW)
    assert isinstance(judged, Fault)
    assert isinstance(authenticate("create_order", made, NOW), Fault)


@given(st.dictionaries(st.sampled_from("abcdefgh"), JSON, max_size=4))
def test_whatever_is_signed_verifies_and_reads_back(payload):
    made = Draft("create_order", payload, NOW, 5000)
    assert authenticate("create_order", signed(made, OWNER, ACCOUNT), NOW) == Authentic(ACCOUNT, "", made)
    assert draft_of(made.message) == made
    assert json.loads(made.message) == made.signed


@pytest.mark.parametrize("message", [b"", b"[]", b"{}", b'{"type":"a","data":{},"timestamp":1}', b"\xff", b"[" * 10**5])
def test_what_is_no_message_is_not_read_as_one(message):
    with pytest.raises(Unknown):
        draft_of(message)


# --- hardware wallets ---


def test_a_hardware_wallet_signs_an_envelope():
    made = leverage()
    wrapped = offchain(made.message)
    assert wrapped[:16] == b"\xffsolana offchain" and wrapped[16:18] == b"\0\0"
    assert int.from_bytes(wrapped[18:20], "little") == len(made.message) and wrapped[20:] == made.message
    assert offchain("é".encode())[17] == 1 and offchain(b"a" * 1213)[17] == 2 and offchain(b"a" * 1212)[17] == 0
    signature = base58.encode(OWNER.sign(wrapped).signature)
    sent = body(made, ACCOUNT, signing.hardware(signature))
    assert sent["signature"] == {"type": "hardware", "value": signature}
    assert isinstance(authenticate(made.type, sent, NOW), Authentic)
    assert authenticate(made.type, body(made, ACCOUNT, signature), NOW) is Fault.VERIFICATION
    plain = body(made, ACCOUNT, signing.hardware(sign(OWNER, made)))
    assert authenticate(made.type, plain, NOW) is Fault.VERIFICATION
    with pytest.raises(ValueError, match="65535"):
        offchain(bytes(65_536))
    long = Draft("create_order", {"note": "a" * 70_000}, NOW, 5000)
    assert authenticate("create_order", body(long, ACCOUNT, signing.hardware(signature)), NOW) is Fault.MESSAGE


# --- what we can ask for ---


VENUE_PAGE = ROOT.parent / "shared" / "venues" / "pacifica.md"


def test_every_operation_has_a_path():
    assert set(PATHS) == set(Op) and len(set(PATHS.values())) == len(PATHS)
    assert signed(orders.placed(order(px=1.0), few()["BTC"]), OWNER, ACCOUNT)["account"] == ACCOUNT


@pytest.mark.skipif(not VENUE_PAGE.is_file(), reason="the venue's page (../shared/venues) is not here")
def test_paths_are_those_of_the_venues_page():
    """Its table has a row for each operation, or for two that share a stem: `/agent/bind, /agent/revoke`."""
    page = VENUE_PAGE.read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in page.splitlines() if line.startswith("| ")]
    paths = {}
    for types, where in (row for row in rows if len(row) == 2 and row[1].startswith("/")):
        parts = where.split(", ")
        for type_, path in zip(types.split(" / "), parts, strict=False):
            stem = parts[0].rpartition("/")[0]
            paths[type_] = path if path.startswith(("/account", "/agent", "/orders", "/positions")) else stem + path
    assert {op: paths.get(op) for op in Op} == PATHS


def test_no_request_of_ours_takes_money_out_or_moves_it():
    """Neither as an operation nor as a path, nor anywhere else in a text of the codec that is not documentation."""
    words = [*Op, *PATHS.values()]
    for path in sources(PACKAGE / "venues" / "pacifica" / "codec"):
        documents = {id(one) for one in documentation(tree(path))}
        words += [
            node.value
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents
        ]
    assert len(words) > 300
    for word in words:
        assert not any(part in word.lower() for part in ("withdraw", "transfer", "lake")), word


def documentation(module: ast.Module):
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(module):
        if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value
