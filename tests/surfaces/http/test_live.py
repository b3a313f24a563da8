"""Trading live over the API: with the scope live, step by step from a wallet to orders that are signed, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from paddock.core.errors import Code, Refused, Unavailable
from paddock.runtime.live.gateway import Links
from paddock.surfaces.http.scopes import EVERYDAY, Scope
from paddock.surfaces.live import approvals_of
from paddock.venues.signing.tally import FileTally
from tests.runtime.live.place import Venue
from tests.venues.approvals.test_approvals import OWNER, signature
from tests.venues.signing.given import Entropy, Given, order, place

POLICY = {"symbols": ["BTC", "ETH"], "order_usd": "500", "day_usd": "5000", "max_leverage": 3}
WANTED = {"venue": "hyperliquid", "network": "testnet", "main": OWNER, "name": "real", "policy": POLICY}


class Live:
    """A server with a vault behind it, and a venue that says yes."""

    def __init__(self, world, folder):
        self.world, self.venue = world, Venue()
        self.signer = Given(FileTally(folder / "tally"), clock=world.clock, entropy=Entropy(3))
        world.keys, world.links = self.signer.vault, Links(approvals_of, lambda _connection: self.venue)
        services = world.services()
        self.ann = world.client(world.token("ann", EVERYDAY), services)
        self.reader = world.client(world.token("ann", frozenset({Scope.READ, Scope.PAPER})), services)

    def ask(self, method: str, path: str, body=None, client=None):
        return (client or self.ann).request(method, f"/api/v1/{path}", json=body)

    def done(self, method: str, path: str, body=None, status=200):
        answer = self.ask(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def signs(self, account_id: str) -> bool:
        now = self.world.clock.ts
        stamps = {"sent_ts": now, "expires_ts": now + 1_000}
        one = place(order(lots=1, account_id=account_id, **stamps), nonce=now, expires_ts=now + 1_000)
        try:
            return bool(self.signer.vault.sign(replace(one, account_id=account_id)))
        except Refused:
            return False


@pytest.fixture
def live(world, tmp_path):
    found = Live(world, tmp_path)
    yield found
    found.signer.tally.close()


def test_from_a_wallet_to_signed_orders_and_back(live):
    made = live.done("POST", "connections", WANTED, 201)
    at = f"accounts/{made['account_id']}"
    assert (made["status"], made["live"], made["policy"]["day_usd"]) == ("draft", False, "5000.000000")
    assert live.done("GET", at)["venue"] == "hyperliquid"
    (draft,) = live.done("GET", f"{at}/connection/drafts")["items"]
    assert json.loads(draft["message"])["message"]["agentAddress"] == made["agent"]
    body = {"kind": "agent", "signature": signature(draft["message"])}
    assert live.done("POST", f"{at}/connection/approvals", body)["status"] == "active"
    assert live.done("GET", f"{at}/live/checklist")["passed"]
    assert not live.signs(made["account_id"])
    assert live.done("POST", f"{at}/live/enable")["connection"]["live"]
    assert live.signs(made["account_id"])
    live.done("POST", f"{at}/connection/policy", POLICY | {"order_usd": "0.1"})
    assert not live.signs(made["account_id"])
    live.done("POST", f"{at}/connection/policy", POLICY)
    assert live.done("POST", f"{at}/live/disable", {"reason": "a walk"})["reason"] == "a walk"
    assert not live.signs(made["account_id"])
    live.done("POST", f"{at}/live/enable")
    assert live.done("POST", f"{at}/live/revoke", {})["status"] == "revoked"
    assert not live.signs(made["account_id"])
    assert [each["status"] for each in live.done("GET", "connections")["items"]] == ["revoked"]


CALLS = [
    ("POST", "connections", WANTED),
    ("POST", "accounts/{0}/connection/drafts", None),
    ("POST", "accounts/{0}/connection/approvals", {"kind": "agent", "signature": "0x"}),
    ("POST", "accounts/{0}/connection/refresh", None),
    ("POST", "accounts/{0}/connection/policy", POLICY),
    ("GET", "accounts/{0}/live/checklist", None),
    ("POST", "accounts/{0}/live/enable", None),
    ("POST", "accounts/{0}/live/disable", {}),
    ("POST", "accounts/{0}/live/revoke", {}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_it_takes_the_scope_live(live, method, path, body):
    made = live.done("POST", "connections", WANTED, 201)
    answer = live.ask(method, path.format(made["account_id"]), body, live.reader)
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, 'this needs the scope "live"')
    assert live.done("GET", f"accounts/{made['account_id']}/connection") == made


def test_another_signature_is_refused_and_not_repeated(live):
    made = live.done("POST", "connections", WANTED, 201)
    at = f"accounts/{made['account_id']}/connection"
    (draft,) = live.done("GET", f"{at}/drafts")["items"]
    wrong = signature(draft["message"], "0x" + "43" * 32)
    answer = live.ask("POST", f"{at}/approvals", {"kind": "agent", "signature": wrong})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "live.signature")
    assert wrong not in answer.text
    answer = live.ask("POST", f"{at}/approvals", {"kind": "agent", "signature": [wrong]})
    assert answer.status_code == 400 and wrong not in answer.text
    assert live.done("GET", at)["status"] == "draft"


def test_what_stands_against_it_is_named_item_by_item(live):
    made = live.done("POST", "connections", WANTED, 201)
    answer = live.ask("POST", f"accounts/{made['account_id']}/live/enable")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "live.checklist")
    assert [(each["where"], bool(each["suggestion"])) for each in error["problems"]] == [("approval", True)]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"network": "moon"}, "body.network"),
        ({"policy": POLICY | {"max_leverage": 0}}, "body.policy.max_leverage"),
        ({"policy": POLICY | {"order_usd": "1e9"}}, "body.policy.order_usd"),
        ({"policy": POLICY | {"day_usd": "1"}}, "policy.day_usd"),
        ({"main": "0x12"}, ""),
        ({"main": "ä"}, "body.main"),
        ({"venue": "hyperlquid"}, "venue"),
        ({"name": None}, "body.account_id"),
        ({"chain_id": "0xzz"}, "body.chain_id"),
        ({"private_key": "0x12"}, "body.private_key"),
    ],
)
def test_what_cannot_be_connected_is_named(live, changes, where):
    answer = live.ask("POST", "connections", WANTED | changes)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["where"] == where
    assert live.done("GET", "accounts")["items"] == []


def test_switching_off_and_revoking_are_asked_twice_without_harm(live):
    made = live.done("POST", "connections", WANTED, 201)
    at = f"accounts/{made['account_id']}/live"
    for _ in range(2):
        live.done("POST", f"{at}/disable", {})
    for _ in range(2):
        assert live.done("POST", f"{at}/revoke", {})["status"] == "revoked"


def test_a_signer_that_is_away_is_said(live, monkeypatch):
    def away(_wanted):
        raise Unavailable(Code.SIGNER_UNAVAILABLE, "away")

    monkeypatch.setattr(live.signer.vault, "make", away)
    answer = live.ask("POST", "connections", WANTED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "signer.unavailable")
    assert live.done("GET", "accounts")["items"] == []
