"""Health, speed and metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paddock.surfaces.http.measure import WINDOW, Measure

from .world import World


def test_percentiles_are_of_the_newest_and_by_nearest_rank():
    measure = Measure()
    for ms in range(1, 101):
        measure.took("GET /x", 200, ms / 1000)
    measure.took("GET /y", 503, 0.5)
    x, y = measure.speeds()
    assert (x.count, x.failed, x.p50_ms, x.p90_ms, x.p99_ms, x.max_ms) == (100, 0, 50.0, 90.0, 99.0, 100.0)
    assert (y.count, y.failed, y.p50_ms, y.p99_ms) == (1, 1, 500.0, 500.0)
    for _ in range(WINDOW):
        measure.took("GET /x", 200, 1.0)
    assert measure.speeds()[0].p50_ms == 1000.0


def test_routes_are_measured_under_their_own_names(world: World):
    with world.client(world.admin()) as admin:
        for name in ("a", "b"):
            admin.get(f"/api/v1/bots/{name}")
        admin.get("/nowhere/secret")
        admin.request("BREW", "/api/v1/bots")
        found = {each["route"]: each["count"] for each in admin.get("/healthz/perf").json()["routes"]}
        assert found == {"GET /api/v1/bots/{bot_id}": 2, "(none)": 2}
        text = admin.get("/metrics").text
    assert 'paddock_http_seconds_count{route="GET /api/v1/bots/{bot_id}",status="404"} 2.0' in text
    assert "paddock_events 0.0" in text


def test_metrics_count_what_is_in_the_database(world: World):
    admin = world.client(world.admin())
    admin.post("/api/v1/accounts", json={"name": "a", "deposit_usd": "5"})
    answer = admin.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "paddock_events 2.0" in answer.text


def test_a_server_is_ready_while_it_reads_the_log(world: World):
    with world.client() as client:
        assert client.get("/healthz").json() == client.get("/readyz").json() == {"ok": True, "getting_ready": None}
        client.app.state.hub.close()
        assert (client.get("/readyz").status_code, client.get("/healthz").status_code) == (503, 200)


def test_a_server_that_gets_ready_says_so_and_answers(world: World):
    doing = ["compiling"]
    services = replace(world.services(), getting_ready=lambda: doing[0])
    with world.client(world.admin(), services) as client:
        assert client.get("/healthz").json() == {"ok": True, "getting_ready": "compiling"}
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "serve.getting_ready")
        assert answer.json()["error"]["message"] == "getting ready: compiling"
        assert client.get("/api/v1/status").json()["getting_ready"] == "compiling"
        assert client.get("/api/v1/bots").status_code == 200
        doing[0] = ""
        assert client.get("/readyz").json() == {"ok": True, "getting_ready": None}
        assert client.get("/api/v1/status").json()["getting_ready"] is None


def test_a_database_that_is_away_is_not_ready(world: World, monkeypatch):
    from paddock.core.errors import Code, Unavailable

    def away(_self):
        raise Unavailable(Code.MACHINE, "away")

    monkeypatch.setattr(type(world.database), "read", away)
    answer = world.client().get("/readyz")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


@pytest.mark.parametrize("sent", ["abc-1", "x" * 65, "a b", ""])
def test_a_request_keeps_its_own_id_if_it_is_one(world: World, sent):
    kept = world.client().get("/healthz", headers={"X-Request-Id": sent}).headers["X-Request-Id"]
    assert (kept == sent) == (sent == "abc-1")
