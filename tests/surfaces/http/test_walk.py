"""Every route × {stranger, owner, other user, admin} × {valid, empty, huge, wrong types}: made from the application."""

from __future__ import annotations

import json
import re
from unittest.mock import MagicMock

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from paddock.runtime.tables import feeds
from paddock.strategy.templates import find_template
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.route import GuardedRoute
from paddock.surfaces.http.scopes import ALL
from paddock.surfaces.http.tables import backtests

from .world import LIMITS, LOCAL_TOKEN, NOW, World

STREAMS = {"watchPlatform", "watchMine", "watchRun"}


@pytest.fixture(scope="module")
def place(lasting):
    with lasting.client() as client:
        yield Place(lasting, client)


def give_run(world: World, bot_id: str, account_id: str) -> str:
    """A run of ann's on a feed that nobody brings."""
    feed = {"feed": "walked", "venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH", "SOL"], "source": "test"}
    stamps = {"anchor_ts": NOW, "begin_ts": NOW, "last_ts": NOW}
    services = world.services()
    scope = services.bots.version("ann", bot_id).document["scope"]
    with world.database.write() as conn:
        conn.execute(insert(feeds), feed | stamps | {"venue": scope["venue"], "interval": scope["interval"]})
    return services.runs.deploy("ann", bot_id, account_id, 500_000_000).run_id


def give_backtest(world: World) -> str:
    row = {"backtest_id": "backtest-1", "user_id": "ann", "result_id": "r", "job_id": "j", "request": "{}"}
    with world.database.write() as conn:
        conn.execute(insert(backtests), row | {"created_ts": NOW})
    return "backtest-1"


class Place:
    """A server with three users and one thing of each kind, which is ann's."""

    def __init__(self, world: World, client: TestClient):
        self.world, self.client = world, client
        self.tokens = {"owner": world.token("ann", ALL), "other": world.token("bob", ALL), "admin": world.admin()}
        self.tokens["unscoped"] = world.token("ann", frozenset())
        strategy = find_template("sma-crossover").document()
        bot = self.ask("owner", "POST", "/api/v1/bots", json={"name": "walker", "strategy": strategy})
        account = self.ask("owner", "POST", "/api/v1/accounts", json={"name": "walker", "deposit_usd": "1000"})
        self.ids = {
            "bot_id": bot.json()["bot_id"],
            "account_id": account.json()["account_id"],
            "run_id": give_run(world, bot.json()["bot_id"], account.json()["account_id"]),
            "token_id": "0123456789abcdef",
            "backtest_id": give_backtest(world),
            "order_id": "order-1",
            "name": "sma-crossover",
        }

    def ask(self, who: str, method: str, path: str, headers: dict[str, str] | None = None, **sent):
        shown = {"Authorization": f"Bearer {self.tokens[who]}"} if who in self.tokens else {}
        return self.client.request(method, path, headers=shown | (headers or {}), **sent)

    def path(self, route: GuardedRoute) -> str:
        return re.sub(r"{(\w+)}", lambda found: self.ids[found[1]], route.path_format)


def routes() -> list[GuardedRoute]:
    services = MagicMock()
    services.settings.limits = LIMITS
    return [route for route in create_app(services).routes if isinstance(route, GuardedRoute)]


ROUTES = routes()
GUARDED = [route for route in ROUTES if route.access.scope is not None]
ENDING = [route for route in ROUTES if route.operation_id not in STREAMS]  # those: see test_stream.py
HUGE = {"name": "x" * 300_000, "strategy": {"nodes": [{"id": str(n)} for n in range(9_000)]}, "token": "y" * 300_000}
WRONG = {
    "name": 1,
    "strategy": [],
    "bot_id": {},
    "account_id": None,
    "capital_usd": 1.5,
    "token": 7,
    "message": [],
    "signature": True,
    "scopes": "read",
    "mode": "maybe",
    "scope": 4,
    "symbols": {"a": 1},
}
HALF = b'"\\ud800"'
BODIES = {
    "empty": b"",
    "no object": b"[]",
    "null": b"null",
    "not JSON": b"{",
    "huge": json.dumps(HUGE).encode(),
    "wrong types": json.dumps(WRONG).encode(),
    "deep": b"[" * 100_000,
    "digits": b'{"capital_usd": ' + b"9" * 5_000 + b"}",
    "half a character": b'{"name": %b, "strategy": {"name": %b}, "token": %b, "reason": "\\u0000"}'
    % (HALF, HALF, HALF),
    "not a number": b'{"strategy": {"x": NaN}, "amount_usd": "NaN", "deposit_usd": "1e9", "name": "n"}',
}
KEYS = {"kind", "code", "message", "where", "seen", "rule", "suggestion", "problems"}


@pytest.mark.parametrize("route", GUARDED, ids=[route.operation_id for route in GUARDED])
def test_a_stranger_gets_nothing_whatever_is_sent(place, route):
    for path in (place.path(route), re.sub(r"{\w+}", "x", route.path_format)):
        for method in route.methods:
            for body in (None, b"{", b"{}"):
                answer = place.ask("stranger", method, path, content=body)
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "access.anonymous")


@pytest.mark.parametrize("route", GUARDED, ids=[route.operation_id for route in GUARDED])
def test_a_credential_without_scopes_gets_nothing(place, route):
    for method in route.methods:
        answer = place.ask("unscoped", method, place.path(route), content=b"{}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.scope")


@pytest.mark.parametrize("who", ["stranger", "owner", "other", "admin"])
@pytest.mark.parametrize("route", ENDING, ids=[route.operation_id for route in ENDING])
def test_whatever_is_sent_is_answered_in_one_shape(place, route, who):
    (method,) = route.methods
    for kind, body in BODIES.items():
        headers = {"Content-Type": "application/json"}
        answer = place.ask(who, method, place.path(route), headers, content=body)
        assert answer.status_code < 500 and answer.status_code != 422, kind
        if answer.status_code >= 400:
            assert set(answer.json()) == {"error"}
            assert set(answer.json()["error"]) == KEYS
            assert LOCAL_TOKEN not in answer.text and "Traceback" not in answer.text
            assert len(answer.content) < 100_000


OWNED = [route for route in GUARDED if re.search(r"{(bot_id|account_id|run_id|backtest_id)}", route.path_format)]
QUERIES = {
    "explainRun": "?at=0",
    "compareBotVersions": "?before=1",
    "listRunCandles": "?symbol=BTC",
    "listRunLevels": "?symbol=BTC",
    "listRunIndicators": "?symbol=BTC",
    "getBacktestChart": "?symbol=BTC",
}
SENT = {
    "cloneBot": {"name": "copy"},
    "changeBot": {"name": "changed"},
    "stopRun": {"mode": "keep"},
    "depositMoney": {"amount_usd": "1"},
    "liftAccount": {"symbol": "BTC"},
    "approveDraft": {"kind": "agent", "signature": "0x"},
    "limitConnection": {"symbols": ["BTC"], "order_usd": "1", "day_usd": "1", "max_leverage": 1},
    "disableLive": {},
    "revokeConnection": {},
}


@pytest.mark.parametrize("who", ["other", "admin"])
@pytest.mark.parametrize("route", OWNED, ids=[route.operation_id for route in OWNED])
def test_what_is_anothers_is_not_there(place, route, who):
    (method,) = route.methods
    body = SENT.get(route.operation_id)
    query = QUERIES.get(route.operation_id, "")
    assert place.ask("owner", "GET", f"/api/v1/runs/{place.ids['run_id']}").status_code == 200
    foreign = place.ask(who, method, place.path(route) + query, json=body)
    missing_path = re.sub(r"{\w+}", "there-is-none", route.path_format)
    missing = place.ask(who, method, missing_path + query, json=body)
    named = dict.fromkeys((*place.ids.values(), "there-is-none"), "X")
    shown = [re.sub("|".join(map(re.escape, named)), "X", answer.text) for answer in (foreign, missing)]
    assert foreign.status_code == missing.status_code == 404
    assert shown[0] == shown[1]


@pytest.mark.parametrize("path", ["bots/%00", "bots/" + "x" * 500, "bots/a%20b", "runs/é"])
def test_an_id_that_cannot_be_one_is_refused(place, path):
    assert place.ask("owner", "GET", f"/api/v1/{path}").status_code == 400


@pytest.mark.parametrize(
    "query", ["limit=1000000000", "limit=0", "limit=x", "after=%00", "after=" + "a" * 500, "state=flying", "bot_id=%27"]
)
def test_a_page_is_small_and_a_query_is_checked(place, query):
    answer = place.ask("owner", "GET", f"/api/v1/runs?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request")


@pytest.mark.parametrize("method", ["PUT", "HEAD", "TRACE", "FOO"])
def test_a_method_that_a_path_does_not_have_is_named(place, method):
    answer = place.ask("owner", method, "/api/v1/bots")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("path", "body", "rule"),
    [
        ("accounts", {"name": "n", "deposit_usd": "1e999"}, "US dollars as a plain decimal"),
        ("runs", {"bot_id": "../x", "account_id": "a", "capital_usd": "1"}, "an id has at most 64"),
    ],
)
def test_a_rule_is_told_in_words(place, path, body, rule):
    error = place.ask("owner", "POST", f"/api/v1/{path}", json=body).json()["error"]
    assert error["rule"].startswith(rule)
    assert "pattern" not in error["rule"]


def test_a_path_that_is_not_there_says_so(place):
    answer = place.ask("owner", "GET", "/api/v2/bots")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "request.path")
