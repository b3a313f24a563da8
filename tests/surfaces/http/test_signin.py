"""Signing in with wallets and with Privy: what is genuine opens a session once, and nothing else ever does."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from nacl.signing import SigningKey

from paddock.surfaces.http.services import SignIn
from paddock.surfaces.http.signin.message import Chain, parse
from paddock.venues.evm import ORDER
from tests.wallets import Account, encode_defunct

from .world import HOST, NOW, World

NONCE = "/api/v1/signin/nonce"
ETHEREUM = Account.from_key("0x" + "11" * 32)
SOLANA = SigningKey(b"\x22" * 32)
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def stamp(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Text:
    """A message in one of the two forms; what it says may be wrong in one thing."""

    chain: Chain
    address: str
    nonce: str
    domain: str = HOST
    uri: str = f"https://{HOST}/app"
    chain_id: str = "1"
    issued_ts: int = NOW
    expires_ts: int | None = None
    begins_ts: int | None = None
    statement: str = "Open the paddock."

    def __str__(self) -> str:
        blank = "\n" if self.chain is Chain.ETHEREUM else ""
        statement = f"{self.statement}\n\n" if self.statement else blank
        lines = [
            f"URI: {self.uri}",
            "Version: 1",
            f"Chain ID: {self.chain_id}",
            f"Nonce: {self.nonce}",
            f"Issued At: {stamp(self.issued_ts)}",
        ]
        if self.expires_ts is not None:
            lines.append(f"Expiration Time: {stamp(self.expires_ts)}")
        if self.begins_ts is not None:
            lines.append(f"Not Before: {stamp(self.begins_ts)}")
        head = f"{self.domain} wants you to sign in with your {self.chain} account:\n{self.address}\n\n"
        return head + statement + "\n".join(lines)


def ethereum(nonce: str) -> Text:
    return Text(Chain.ETHEREUM, ETHEREUM.address, nonce)


def solana(nonce: str) -> Text:
    return Text(Chain.SOLANA, base58(bytes(SOLANA.verify_key)), nonce, chain_id="mainnet")


def sign(text: Text, key=None) -> dict[str, str]:
    if text.chain is Chain.ETHEREUM:
        signed = (key or ETHEREUM).sign_message(encode_defunct(text=str(text)))
        return {"message": str(text), "signature": "0x" + bytes(signed.signature).hex()}
    return {"message": str(text), "signature": base58((key or SOLANA).sign(str(text).encode()).signature)}


def nonce_of(client) -> str:
    answer = client.post(NONCE)
    assert answer.status_code == 201
    return answer.json()["nonce"]


def enter(client, text: Text, signed: dict[str, str] | None = None):
    return client.post(f"/api/v1/signin/{text.chain.lower()}", json=signed or sign(text))


MAKERS = [ethereum, solana]


@pytest.mark.parametrize("made", MAKERS)
def test_a_genuine_signature_opens_a_session_of_the_same_user_each_time(world: World, made):
    users = []
    for _ in range(2):
        client = world.client()
        answer = enter(client, made(nonce_of(client)))
        assert (answer.status_code, answer.json()["scopes"]) == (201, ["live", "paper", "read"])
        users.append(client.get("/api/v1/session").json()["user_id"])
    assert users[0] == users[1] != "local"


@pytest.mark.parametrize("made", MAKERS)
def test_a_message_without_a_statement_is_good(world: World, made):
    client = world.client()
    assert enter(client, replace(made(nonce_of(client)), statement="")).status_code == 201


@pytest.mark.parametrize("made", MAKERS)
def test_an_admin_is_named_by_the_settings(world: World, made):
    address = made("x").address
    client = world.client(sign_in=SignIn(domains=frozenset({HOST}), admins=frozenset({address})))
    assert "admin" in enter(client, made(nonce_of(client))).json()["scopes"]


@pytest.mark.parametrize("made", MAKERS)
def test_a_signature_counts_once(world: World, made):
    client = world.client()
    text = made(nonce_of(client))
    assert enter(client, text).status_code == 201
    assert_refused(enter(world.client(), text))


@pytest.mark.parametrize("made", MAKERS)
def test_a_nonce_is_one_of_ours(world: World, made):
    assert_refused(enter(world.client(), made("0123456789abcdef")))


@pytest.mark.parametrize("made", MAKERS)
def test_a_nonce_ends(world: World, made):
    client = world.client()
    nonce = nonce_of(client)
    world.clock.advance(5 * 60_000)
    assert_refused(enter(client, replace(made(nonce), issued_ts=world.clock.ts)))


WRONG = {
    "another domain": {"domain": "evil.example"},
    "a domain that only begins like ours": {"domain": f"{HOST}.evil.example"},
    "the URI of another": {"uri": "https://evil.example/app"},
    "a URI with our name as its user": {"uri": f"https://{HOST}@evil.example/"},
    "another chain": {"chain_id": "137"},
    "no number of a chain": {"chain_id": "one"},
    "expired": {"expires_ts": NOW},
    "not valid yet": {"begins_ts": NOW + 1},
    "issued long ago": {"issued_ts": NOW - 3_600_000},
    "issued in the future": {"issued_ts": NOW + 3_600_000},
    "a line more in the statement": {"statement": "harmless\nURI: https://evil.example"},
    "a date that does not exist": {"statement": "x", "issued_ts": NOW},
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("made", MAKERS)
def test_a_message_that_is_not_for_here_and_now_is_refused(world: World, made, wrong):
    client = world.client()
    text = replace(made(nonce_of(client)), **WRONG[wrong])
    signed = sign(text)
    if wrong == "a date that does not exist":
        message = signed["message"].replace(stamp(NOW)[:10], "2025-02-30")
        signed = {"message": message, "signature": _signature(text, message)}
    assert_refused(enter(client, text, signed))


def _signature(text: Text, message: str) -> str:
    if text.chain is Chain.ETHEREUM:
        return "0x" + bytes(ETHEREUM.sign_message(encode_defunct(text=message)).signature).hex()
    return base58(SOLANA.sign(message.encode()).signature)


@pytest.mark.parametrize("made", MAKERS)
def test_a_nonce_that_was_refused_with_another_message_is_still_good(world: World, made):
    client = world.client()
    text = made(nonce_of(client))
    assert_refused(enter(client, replace(text, chain_id="5")))
    assert enter(client, text).status_code == 201


def test_another_account_cannot_sign_for_this_one(world: World):
    client = world.client()
    nonce = nonce_of(client)
    other = Account.from_key("0x" + "33" * 32)
    answers = [
        enter(client, ethereum(nonce), sign(ethereum(nonce), other)),
        enter(client, solana(nonce), sign(solana(nonce), SigningKey(b"\x44" * 32))),
    ]
    for answer in answers:
        assert_refused(answer)
    told = [answer.json()["error"]["suggestion"] for answer in answers]
    assert ["contracts cannot sign in" in each for each in told] == [True, False]  # of Ethereum it nearly always is one


def test_the_second_form_of_an_ethereum_signature_is_refused(world: World):
    client = world.client()
    text = ethereum(nonce_of(client))
    signed = sign(text)
    raw = bytes.fromhex(signed["signature"][2:])
    high = ORDER - int.from_bytes(raw[32:64], "big")
    malleable = raw[:32] + high.to_bytes(32, "big") + bytes([55 - raw[64]])
    message = encode_defunct(text=str(text))
    assert Account.recover_message(message, signature=malleable) == ETHEREUM.address  # it would verify
    assert_refused(enter(client, text, {**signed, "signature": "0x" + malleable.hex()}))
    for last in (0, 1, 26, 29, 255):
        assert_refused(enter(client, text, {**signed, "signature": "0x" + (raw[:64] + bytes([last])).hex()}))


def test_the_second_form_of_a_solana_signature_is_refused(world: World):
    client = world.client()
    text = solana(nonce_of(client))
    raw = SOLANA.sign(str(text).encode()).signature
    s = int.from_bytes(raw[32:], "little") + ED25519_ORDER
    assert_refused(
        enter(client, text, {"message": str(text), "signature": base58(raw[:32] + s.to_bytes(32, "little"))})
    )


@pytest.mark.parametrize("signature", ["", "0x", "0x" + "00" * 65, "0x" + "ff" * 65, "zz", "l" * 88, "1" * 64, "é"])
@pytest.mark.parametrize("made", MAKERS)
def test_what_is_no_signature_is_refused(world: World, made, signature):
    client = world.client()
    text = made(nonce_of(client))
    answer = enter(client, text, {"message": str(text), "signature": signature})
    assert answer.status_code in (400, 401)


def test_an_address_without_its_checksum_is_refused(world: World):
    client = world.client()
    assert_refused(enter(client, replace(ethereum(nonce_of(client)), address=ETHEREUM.address.lower())))


def test_nobody_signs_in_where_no_domain_is_named(world: World):
    client = world.client(sign_in=SignIn())
    assert_refused(enter(client, ethereum(nonce_of(client))))


def test_the_example_of_the_standard_is_read():
    message = parse(
        "https://example.com wants you to sign in with your Ethereum account:\n"
        "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n"
        "I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n"
        "URI: https://example.com/login\nVersion: 1\nChain ID: 1\nNonce: 32891756\n"
        "Issued At: 2021-09-30T16:25:24Z\nResources:\n"
        "- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/\n"
        "- https://example.com/my-web2-claim.json",
        Chain.ETHEREUM,
    )
    assert (message.domain, message.nonce, message.issued_ts) == ("example.com", "32891756", 1_633_019_124_000)


def test_a_page_is_told_what_it_may_offer(world: World):
    assert world.client().get("/api/v1/signin").json() == {
        "domains": [HOST],
        "ethereum_chains": [1],
        "solana_chains": ["mainnet"],
        "privy_app_id": "",
    }
    with_privy = world.client(sign_in=WITH_PRIVY).get("/api/v1/signin").json()
    assert (with_privy["domains"], with_privy["privy_app_id"]) == ([], APP)
    keyless = world.client(sign_in=SignIn(privy_app_id=APP)).get("/api/v1/signin").json()
    assert keyless["privy_app_id"] == ""


APP = "app-of-ours"
PRIVY = ec.derive_private_key(0x5555, ec.SECP256R1())
PUBLIC = (
    PRIVY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
WITH_PRIVY = SignIn(privy_app_id=APP, privy_key=PUBLIC)
CLAIMS = {"iss": "privy.io", "aud": APP, "sub": "did:privy:ann", "iat": NOW // 1000, "exp": NOW // 1000 + 3_600}


def privy(client, claims: dict = CLAIMS, key=PRIVY, algorithm: str = "ES256", token: str | None = None):
    token = token or jwt.encode(claims, key, algorithm=algorithm)
    return client.post("/api/v1/signin/privy", json={"token": token})


def test_a_token_of_privy_opens_a_session_once(world: World):
    token = jwt.encode(CLAIMS, PRIVY, algorithm="ES256")
    assert privy(world.client(sign_in=WITH_PRIVY), token=token).status_code == 201
    assert_refused(privy(world.client(sign_in=WITH_PRIVY), token=token))


def test_the_second_form_of_privys_signature_does_not_count_again(world: World):
    token = jwt.encode(CLAIMS, PRIVY, algorithm="ES256")
    head, _, signature = token.rpartition(".")
    raw = jwt.utils.base64url_decode(signature)
    r, s = (int.from_bytes(part, "big") for part in (raw[:32], raw[32:]))
    assert decode_dss_signature(encode_dss_signature(r, s)) == (r, s)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    other = raw[:32] + (order - s).to_bytes(32, "big")
    twin = f"{head}.{jwt.utils.base64url_encode(other).decode()}"
    assert jwt.decode(
        twin, PUBLIC, algorithms=["ES256"], audience=APP, options={"verify_exp": False, "verify_iat": False}
    )
    assert privy(world.client(sign_in=WITH_PRIVY), token=token).status_code == 201
    assert_refused(privy(world.client(sign_in=WITH_PRIVY), token=twin))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "evil.example"},
        {"aud": "another-app"},
        {"exp": NOW // 1000},
        {"iat": NOW // 1000 + 3_600},
        {"sub": None},
        {"exp": "tomorrow"},
        {"exp": True},
    ],
)
def test_a_token_of_privy_is_for_us_and_of_now(world: World, wrong):
    claims = {key: value for key, value in (CLAIMS | wrong).items() if value is not None}
    assert_refused(privy(world.client(sign_in=WITH_PRIVY), token=_raw(claims)))


def _raw(claims: dict) -> str:
    return jwt.PyJWS().encode(json.dumps(claims).encode(), PRIVY, algorithm="ES256")


def test_a_token_of_another_key_or_algorithm_is_refused(world: World):
    client = world.client(sign_in=WITH_PRIVY)
    assert_refused(privy(client, key=ec.derive_private_key(0x6666, ec.SECP256R1())))
    assert_refused(privy(client, key="a shared secret that is long enough", algorithm="HS256"))
    assert_refused(privy(client, token=jwt.encode(CLAIMS, None, algorithm="none")))
    assert_refused(privy(client, token="a.b.c"))


def test_without_privys_key_nobody_comes_in_by_it(world: World):
    assert_refused(privy(world.client()))


def assert_refused(answer) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "access.sign_in")
    assert "set-cookie" not in answer.headers
