"""A secret that was put wherever secrets go comes out nowhere: not in a log, an error, an answer, a repr or a row."""

from __future__ import annotations

import ast
import io
import json
import logging
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import select

from paddock.journal.database import Database
from paddock.journal.schema import metadata
from paddock.surfaces import logs
from paddock.surfaces.http import credentials
from paddock.surfaces.http.gate import COOKIE
from paddock.surfaces.http.scopes import ALL

from ...project import PACKAGE
from .test_signin import APP, CLAIMS, ETHEREUM, PRIVY, PUBLIC, SOLANA, ethereum, nonce_of, sign, solana
from .test_walk import ENDING, WRONG
from .world import HOST, LOCAL_TOKEN, World


@pytest.fixture
def logged(monkeypatch):
    """All that is logged, as JSON, the way the server does it."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logs.configure(as_json=True, secrets=[LOCAL_TOKEN])
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # the client's own words, which name what it sent
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def stored(database: Database) -> str:
    with database.read() as conn:
        return repr([conn.execute(select(table)).all() for table in metadata.sorted_tables])


def test_no_secret_comes_out_anywhere(world: World, logged, monkeypatch):
    import jwt

    signs = replace(world.services().settings.sign_in, privy_app_id=APP, privy_key=PUBLIC, domains=frozenset({HOST}))
    services = world.services(sign_in=signs)
    token = world.token("ann", ALL)
    privy = jwt.encode(CLAIMS, PRIVY, algorithm="ES256")
    stranger, ann, local = (world.client(shown, services) for shown in (None, token, LOCAL_TOKEN))
    session = world.client(None, services).post("/api/v1/session", json={"token": LOCAL_TOKEN}).cookies[COOKIE]
    made = local.post("/api/v1/tokens", json={"name": "t", "scopes": ["read"]}).json()["token"]
    wallets = [sign(each(nonce_of(stranger))) for each in (ethereum, solana)]
    secrets = [LOCAL_TOKEN, token, privy, session, made, *(signed["signature"] for signed in wallets)]
    secrets += [part.rpartition("_")[2] for part in (token, session, made)]
    answers: list[str] = []

    def ask(client, method: str, path: str, **sent) -> None:
        answer = client.request(method, path, **sent)
        answers.append(answer.text + repr(dict(answer.headers)) * (COOKIE not in answer.headers.get("set-cookie", "")))

    for signed, chain in zip(wallets, ("ethereum", "solana"), strict=True):
        ask(stranger, "POST", f"/api/v1/signin/{chain}", json=signed | {"signature": signed["signature"] + "x"})
        ask(stranger, "POST", f"/api/v1/signin/{chain}", json=signed | {"extra": signed["signature"]})
        ask(world.client(None, services), "POST", f"/api/v1/signin/{chain}", json=signed)
    ask(world.client(None, services), "POST", "/api/v1/signin/privy", json={"token": privy})
    for secret in secrets:
        for route in ENDING:
            (method,) = route.methods
            path = route.path_format.replace("{", "").replace("}", "")
            if method == "DELETE":
                continue
            ask(ann, method, f"{path}?token={secret}", headers={"X-Request-Id": "seen"})
        ask(stranger, "GET", "/api/v1/session", headers={"Authorization": f"Bearer {secret}x"})
        ask(stranger, "GET", "/api/v1/session", headers={"Authorization": secret})
        ask(stranger, "GET", "/api/v1/session", headers={"Cookie": f"{COOKIE}={secret}x"})
        ask(stranger, "POST", "/api/v1/session", json={"token": [secret]})
        ask(stranger, "POST", "/api/v1/session", json={"tokn": secret, "token": secret + "x"})
        ask(stranger, "POST", "/api/v1/session", content=secret, headers={"Content-Type": "application/json"})
        ask(ann, "POST", "/api/v1/tokens", json={"name": {"secret": secret}, "scopes": [secret]})
        ask(ann, "POST", "/api/v1/session", json=WRONG | {"token": secret + "y"})

    def bug(_self, _text):
        raise RuntimeError(f"it broke on Bearer {token} and {LOCAL_TOKEN} and {session}")

    monkeypatch.setattr("paddock.surfaces.http.gate.Gate.find", bug)
    ask(ann, "GET", "/api/v1/session")
    assert "internal" in answers[-1]

    log = logged.getvalue()
    assert log.count('"event": "request"') > 100 and "it broke on" in log
    assert all(json.loads(line) for line in log.splitlines())
    shown = {"answers": "\n".join(answers), "log": log, "database": stored(world.database)}
    shown["repr"] = repr(services) + repr(services.settings) + repr(credentials.parse(token))
    for secret in secrets:
        assert [where for where, text in shown.items() if secret in text] == []
    assert services.settings.local_digest not in shown["log"] + shown["answers"] + shown["repr"]
    assert bytes(ETHEREUM.key).hex() not in shown["log"] and bytes(SOLANA).hex() not in shown["log"]


def test_what_identifies_is_compared_in_constant_time():
    """Of digests and secrets no two are compared with ==, anywhere in the API."""
    found = []
    for path in sorted((PACKAGE / "surfaces" / "http").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                names = {getattr(side, "attr", getattr(side, "id", "")) for side in (node.left, *node.comparators)}
                if names & {"secret", "local_digest", "token", "signature", "text"}:
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []
    source = (PACKAGE / "surfaces" / "http" / "credentials.py").read_text(encoding="utf-8")
    assert "hmac.compare_digest" in source
