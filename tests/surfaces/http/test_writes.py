"""Writes that are repeated, too large, too slow, or cut off."""

from __future__ import annotations

import socket
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from paddock.core.errors import Code, Unavailable
from paddock.strategy.templates import find_template
from paddock.surfaces.http import books
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.idempotency import HEADER, PATIENCE_MS, REPLAYED, Key, begin
from paddock.surfaces.http.services import Limits
from tests.patience import PATIENCE_S

from .server import served
from .world import LIMITS, World

ACCOUNTS = "/api/v1/accounts"
BODY = {"name": "play", "deposit_usd": "1000"}


@pytest.fixture
def ann(world: World):
    return world.client(world.token("ann"), world.services())


def names(client) -> list[str]:
    return [item["account_id"] for item in client.get(ACCOUNTS).json()["items"]]


def test_asked_twice_under_one_key_it_happens_once(ann):
    first, second = (ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (first.headers.get(REPLAYED), second.headers.get(REPLAYED)) == (None, "true")
    assert names(ann) == [first.json()["account_id"]]


def test_without_a_key_it_happens_twice(ann):
    for _ in range(2):
        ann.post(ACCOUNTS, json=BODY)
    assert len(names(ann)) == 2


@pytest.mark.parametrize(
    ("path", "body"), [(ACCOUNTS, BODY | {"name": "other"}), ("/api/v1/bots", BODY), (f"{ACCOUNTS}?x=1", BODY)]
)
def test_one_key_for_two_requests_is_refused(ann, path, body):
    ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    answer = ann.post(path, json=body, headers={HEADER: "k1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "request.key")
    assert len(names(ann)) == 1


def test_two_users_may_use_one_key(world: World):
    services = world.services()
    for user in ("ann", "bob"):
        answer = world.client(world.token(user), services).post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
        assert (answer.status_code, answer.headers.get(REPLAYED)) == (201, None)


def test_a_key_is_forgotten_in_time(world: World, ann):
    first = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    world.clock.advance(LIMITS.key_ms)
    second = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    assert first.json()["account_id"] != second.json()["account_id"]


@pytest.mark.parametrize("body", [b"{", b'{"name": ""}', b'{"name": "x", "deposit_usd": "99999999999"}'])
def test_what_was_refused_may_be_mended_under_the_same_key(ann, body):
    refused = ann.post(ACCOUNTS, content=body, headers={HEADER: "k1", "Content-Type": "application/json"})
    assert refused.status_code == 400
    assert ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"}).status_code == 201


def test_what_was_not_possible_may_be_asked_again(world: World, monkeypatch):
    services = world.services()
    ann = world.client(world.token("ann"), services)
    opened = services.accounts.open

    def away(*_):
        raise Unavailable(Code.MACHINE, "away")

    monkeypatch.setattr(type(services.accounts), "open", away)
    answer = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    monkeypatch.setattr(type(services.accounts), "open", lambda _self, *given: opened(*given))
    assert ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"}).status_code == 201


def test_what_was_written_before_the_answer_failed_is_not_done_again(world: World, monkeypatch):
    services = world.services()
    ann = world.client(world.token("ann"), services)
    account = ann.post(ACCOUNTS, json=BODY).json()
    deposit = f"{ACCOUNTS}/{account['account_id']}/deposit"

    def away(*_):
        raise Unavailable(Code.MACHINE, "away")

    with monkeypatch.context() as broken:
        broken.setattr(books, "balances_of", away)
        assert ann.post(deposit, json={"amount_usd": "1"}, headers={HEADER: "k1"}).status_code == 503
    world.clock.advance(PATIENCE_MS + 1)
    again = ann.post(deposit, json={"amount_usd": "1"}, headers={HEADER: "k1"}).json()["error"]
    assert (again["kind"], again["code"]) == ("unknown", "request.key")
    assert (
        len(ann.get(f"{ACCOUNTS}/{account['account_id']}/ledger").json()["items"]) == 2 * 2
    )  # two deposits, two sides


def test_a_bug_leaves_a_key_of_which_nobody_knows_what_happened(world: World, monkeypatch):
    services = world.services()
    ann = world.client(world.token("ann"), services)

    def bug(*_):
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(type(services.accounts), "open", bug)
    broken = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    assert (broken.status_code, broken.json()["error"]["code"]) == (500, "internal")
    assert "secret detail" not in broken.text
    assert broken.headers["X-Request-Id"] and broken.headers["Content-Security-Policy"]
    soon = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"}).json()["error"]
    world.clock.advance(PATIENCE_MS + 1)
    late = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"}).json()["error"]
    assert (soon["kind"], late["kind"], late["code"]) == ("refused", "unknown", "request.key")


def test_a_request_in_the_making_is_not_made_again(world: World, ann):
    services = world.services()
    key = Key("ann", "k1", "0" * 64)
    assert begin(services, key) is None
    answer = ann.post(ACCOUNTS, json=BODY, headers={HEADER: "k1"})
    assert answer.status_code == 409
    with pytest.raises(Exception, match="still being answered"):
        begin(services, key)


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "a b", "é"])
def test_a_key_has_a_form(ann, key):
    answer = ann.post(ACCOUNTS, json=BODY, headers={HEADER: key.encode()})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request")


def test_the_secret_of_a_token_is_never_kept(world: World):
    from sqlalchemy import select

    from paddock.surfaces.http.tables import idempotency

    from .world import LOCAL_TOKEN

    local = world.client(LOCAL_TOKEN)
    made = [
        local.post("/api/v1/tokens", json={"name": "t", "scopes": ["read"]}, headers={HEADER: "k1"}).json()["token"]
        for _ in range(2)
    ]
    assert made[0] != made[1]
    with world.database.read() as conn:
        assert conn.execute(select(idempotency)).all() == []


def test_a_body_has_a_size(world: World):
    client = world.client(world.token("ann"), world.services(limits=replace(LIMITS, body_bytes=1_000)))
    fits = client.post(
        ACCOUNTS, content=b'{"name": "x"' + b" " * 987 + b"}", headers={"Content-Type": "application/json"}
    )
    assert fits.status_code == 201
    answer = client.post(ACCOUNTS, content=b" " * 1_001)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request.size")


def test_the_largest_document_there_may_be_fits(ann):
    document = find_template("sma-crossover").document() | {"description": "x" * 2_000}
    assert ann.post("/api/v1/strategies/validate", json={"strategy": document}).status_code == 200


def raw(url: str, head: str, *parts: bytes) -> bytes:
    """What a server answers to bytes as they come."""
    there = urlsplit(url)
    with socket.create_connection((there.hostname, there.port), timeout=PATIENCE_S) as conn:
        conn.sendall(f"{head}\r\nHost: {there.netloc}\r\n".encode())
        for part in parts:
            conn.sendall(part)
        answer = b""
        while more := conn.recv(65_536):
            answer += more
        return answer


def test_a_chunked_body_is_counted_as_it_comes(world: World):
    limits = replace(LIMITS, body_bytes=1_000)
    app = create_app(world.services(hosts=frozenset({"127.0.0.1"}), limits=limits))
    chunk = b"%x\r\n%b\r\n" % (600, b" " * 600)
    with served(app) as url:
        answer = raw(
            url,
            "POST /api/v1/session HTTP/1.1\r\nConnection: close",
            b"Transfer-Encoding: chunked\r\n\r\n",
            chunk,
            chunk,
        )
    assert answer.startswith(b"HTTP/1.1 413") and b"request.size" in answer


def test_a_body_that_trickles_is_not_waited_for(world: World):
    limits = Limits(body_ms=100)
    app = create_app(world.services(hosts=frozenset({"127.0.0.1"}), limits=limits))
    with served(app) as url:
        answer = raw(url, "POST /api/v1/session HTTP/1.1\r\nConnection: close", b"Content-Length: 100\r\n\r\n", b"{")
    assert answer.startswith(b"HTTP/1.1 408") and b"request.time" in answer


def test_a_length_that_lies_is_refused_before_anything_is_read(world: World):
    app = create_app(world.services(hosts=frozenset({"127.0.0.1"})))
    with served(app) as url:
        answer = raw(url, "POST /api/v1/session HTTP/1.1", b"Content-Length: 9999999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
