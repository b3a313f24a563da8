"""Who is let in: tokens, sessions, scopes, origins, hosts and rates."""

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from paddock.runtime.tables import accounts
from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.credentials import Sort, mint
from paddock.surfaces.http.gate import COOKIE, Credential, Gate
from paddock.surfaces.http.route import GuardedRoute
from paddock.surfaces.http.scopes import Scope
from paddock.surfaces.http.services import Limits, Rate

from .world import FREE, HOST, LIMITS, LOCAL_TOKEN, NOW

SESSION = "/api/v1/session"
SAME = {"Sec-Fetch-Site": "same-origin"}


def test_a_route_that_declares_no_access_cannot_be_registered(world):
    app: FastAPI = create_app(world.services())
    with pytest.raises(TypeError, match="does not say what it asks of its caller"):

        @app.get("/open")
        def opened() -> None: ...


def test_every_route_of_the_application_is_guarded(world):
    app = create_app(world.services())
    assert app.routes
    assert [route.path for route in app.routes if not isinstance(route, GuardedRoute)] == []


def test_who_shows_nothing_is_a_stranger(world):
    answer = world.client().get(SESSION)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access.anonymous"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer ",
        "Bearer wrong",
        "Basic bG9jYWw6",
        f"Basic {LOCAL_TOKEN}",
        "Bearer pdt_0123456789abcdef_" + "a" * 43,
        "Bearer pds_0123456789abcdef_" + "a" * 43,
        LOCAL_TOKEN,
    ],
)
def test_a_credential_that_is_not_known_opens_nothing(world, header):
    assert world.client().get(SESSION, headers={"Authorization": header}).status_code == 401


def test_the_local_token_opens_everything_as_the_local_user(world):
    answer = world.client(LOCAL_TOKEN).get(SESSION)
    assert answer.json() == {"user_id": "local", "scopes": ["admin", "live", "paper", "read"], "expires_ts": None}


def test_the_local_token_opens_a_session_whose_cookie_no_script_and_no_other_site_gets(world):
    with world.client() as client:
        answer = client.post(SESSION, json={"token": LOCAL_TOKEN})
        cookie = answer.headers["Set-Cookie"]
        assert answer.status_code == 201
        assert {"HttpOnly", "SameSite=strict", "Secure", "Path=/"} <= set(cookie.split("; "))
        assert client.get(SESSION).json()["user_id"] == "local"
        assert client.delete(SESSION, headers=SAME).status_code == 204
        client.cookies.set(COOKIE, cookie.split("=", 1)[1].split(";")[0], domain=HOST)
        assert client.get(SESSION).status_code == 401


def test_a_session_ends(world):
    with world.client() as client:
        client.post(SESSION, json={"token": LOCAL_TOKEN})
        world.clock.advance(LIMITS.session_ms)
        client.cookies.set(COOKIE, client.cookies.get(COOKIE) or "", domain=HOST)
        assert client.get(SESSION).status_code == 401


def test_a_sessions_secret_does_not_pass_as_a_token_nor_a_token_as_a_session(world):
    client = world.client()
    session = client.post(SESSION, json={"token": LOCAL_TOKEN}).cookies[COOKIE]
    assert world.client(session).get(SESSION).status_code == 401
    other = world.client()
    other.cookies.set(COOKIE, world.token("ann"), domain=HOST)
    assert other.get(SESSION).status_code == 401
    other.cookies.set(COOKIE, LOCAL_TOKEN, domain=HOST)
    assert other.get(SESSION).status_code == 401


def test_each_session_has_a_name_of_its_own(world):
    first, second = (world.client().post(SESSION, json={"token": LOCAL_TOKEN}).cookies[COOKIE] for _ in range(2))
    assert first != second


def test_a_token_carries_its_scopes_and_no_other(world):
    client = world.client(world.token("ann", frozenset({Scope.READ})))
    assert client.get(SESSION).json()["scopes"] == ["read"]
    answer = client.get("/metrics")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.scope")


def test_a_token_ends_and_can_be_revoked(world):
    text = world.token("ann", expires_ts=NOW + 1_000)
    client = world.client(text)
    assert client.get(SESSION).status_code == 200
    world.clock.advance(1_000)
    assert client.get(SESSION).status_code == 401
    lasting = world.client(world.token("ann"))
    token_id = lasting.get("/api/v1/tokens").json()["items"][-1]["token_id"]
    assert lasting.delete(f"/api/v1/tokens/{token_id}").status_code == 204
    assert lasting.get(SESSION).status_code == 401


def test_a_made_token_works_and_is_shown_once(world):
    local = world.client(LOCAL_TOKEN)
    made = local.post("/api/v1/tokens", json={"name": "reader", "scopes": ["read"]}).json()
    assert world.client(made["token"]).get(SESSION).json()["user_id"] == "local"
    assert made["token"] not in local.get("/api/v1/tokens").text


def test_a_token_makes_no_tokens(world):
    answer = world.client(world.token("ann")).post("/api/v1/tokens", json={"name": "more", "scopes": ["read"]})
    assert answer.status_code == 403


def test_anothers_token_is_not_there(world):
    world.token("ann")
    mine = world.client(world.token("ann")).get("/api/v1/tokens").json()["items"][0]["token_id"]
    other = world.client(world.token("bob"))
    foreign, missing = (other.delete(f"/api/v1/tokens/{name}") for name in (mine, "0" * 16))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(mine, "X") == missing.text.replace("0" * 16, "X")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (SAME, 204),
        ({"Sec-Fetch-Site": "none"}, 204),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://friend.example"}, 204),
        ({"Origin": f"https://{HOST}"}, 204),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": f"https://{HOST}.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_write_by_cookie_comes_from_our_own_pages(world, headers, status):
    client = world.client()
    client.post(SESSION, json={"token": LOCAL_TOKEN})
    assert client.delete(SESSION, headers=headers).status_code == status


def test_another_site_cannot_sign_its_visitor_in(world):
    answer = world.client().post(
        SESSION, json={"token": LOCAL_TOKEN}, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access.origin")


def test_a_bearer_token_needs_no_origin(world):
    client = world.client(LOCAL_TOKEN)
    assert client.delete(SESSION, headers={"Origin": "https://evil.example"}).status_code == 204


@pytest.mark.parametrize("host", ["evil.example", "app.example.org.evil.example", "", "localhost"])
def test_the_server_answers_to_its_own_names_only(world, host):
    answer = world.client().get("/healthz", headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request.host")


def test_origins_on_the_list_may_read_and_no_others(world):
    client = world.client()
    friend, stranger = (
        client.options(SESSION, headers={"Origin": origin, "Access-Control-Request-Method": "DELETE"}).headers.get(
            "Access-Control-Allow-Origin"
        )
        for origin in ("https://friend.example", "https://evil.example")
    )
    assert (friend, stranger) == ("https://friend.example", None)


def test_every_answer_says_how_a_browser_must_treat_it(world):
    for answer in (world.client().get("/healthz"), world.client().get("/nowhere"), world.client().get(SESSION)):
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Strict-Transport-Security"]
        assert answer.headers["X-Request-Id"]


def test_strangers_share_what_their_address_may_ask(world):
    limits = Limits(anonymous=Rate(per_second=0.5, burst=3))
    client = world.client(limits=limits)
    answers = [client.get("/healthz") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["error"]["kind"] == "unavailable"
    assert int(answers[-1].headers["Retry-After"]) == 2
    known = world.client(LOCAL_TOKEN, limits=limits)
    assert known.get(SESSION).status_code == 200


def test_a_caller_has_a_rate_of_its_own(world):
    services = world.services(limits=Limits(caller=Rate(per_second=1.0, burst=2)))
    ann = world.client(world.token("ann"), services)
    assert [ann.get(SESSION).status_code for _ in range(3)] == [200, 200, 429]


def test_guessing_tokens_is_slow(world):
    client = world.client("guess", limits=Limits(anonymous=Rate(per_second=1.0, burst=2)))
    assert [client.get(SESSION).status_code for _ in range(3)] == [401, 401, 429]


@pytest.fixture
def looked_up(monkeypatch) -> list[Credential]:
    """Credentials that were looked for in the database."""
    seen, find = [], Gate.find
    monkeypatch.setattr(Gate, "find", lambda gate, shown: seen.append(shown) or find(gate, shown))
    return seen


def test_a_flood_of_wrong_tokens_from_an_address_is_not_looked_up(world, looked_up):
    wrong = mint(Sort.TOKEN, world.entropy).text
    app = create_app(world.services(limits=Limits(address=Rate(per_second=0.5, burst=3), anonymous=FREE)))
    client = world.client(wrong, app=app)
    answers = [client.get(SESSION) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429, 429]
    assert answers[-1].headers["Retry-After"] == "2"
    assert len(looked_up) == 3
    assert world.client(wrong, app=app, address="192.0.2.7").get(SESSION).status_code == 401


def test_callers_of_one_address_share_it_and_keep_their_own_rates(world):
    limits = Limits(address=Rate(per_second=1.0, burst=5), caller=Rate(per_second=1.0, burst=2))
    app = create_app(world.services(limits=limits))
    ann, bob = (world.token(name) for name in ("ann", "bob"))

    def asks(token: str, address: str) -> int:
        return world.client(token, app=app, address=address).get(SESSION).status_code

    assert [asks(ann, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert [asks(bob, "192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert [asks(ann, "192.0.2.2"), asks(world.token("eve"), "192.0.2.2")] == [429, 200]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts/{0}/lift", {}),
        ("kills", {"scope": "account", "id": "{0}"}),
        ("kills/release", {"scope": "account", "id": "{0}"}),
    ],
)
def test_what_touches_real_money_takes_the_scope_live(world, path, body):
    account_id = world.services().accounts.open("ann", "main").account_id
    with world.database.write() as conn:
        conn.execute(update(accounts).values(venue="elsewhere"))
    body = {key: value.format(account_id) for key, value in body.items()}
    everyday = world.client(world.token("ann", frozenset({Scope.READ, Scope.PAPER})))
    answer = everyday.post(f"/api/v1/{path.format(account_id)}", json=body)
    assert (answer.status_code, answer.json()["error"]["message"]) == (403, 'this needs the scope "live"')
    answer = world.client(world.token("ann")).post(f"/api/v1/{path.format(account_id)}", json=body)
    assert answer.status_code in (200, 201) or answer.json()["error"]["code"] == "kill.not_engaged"
