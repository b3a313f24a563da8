"""The web app as it is served: its files, its page for any path, and nothing else of the disk."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import MagicMock

import pytest

from paddock.surfaces.http.app import create_app
from paddock.surfaces.http.route import GuardedRoute
from paddock.surfaces.http.services import Rate

from .world import LIMITS, World

PAGE = "<!doctype html><title>Paddock</title>"
SCRIPT = "export const answer = 42;\n" * 200
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def site(tmp_path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "main-1a2b3c4d.js").write_text(SCRIPT)
    (folder / "mark.svg").write_text("<svg/>")
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "master.keys").write_text("secret")
    return folder


@pytest.mark.parametrize("path", ["/", "/bots/id1", "/builder", "/a/b/c?d=e", "/apiary"])
def test_whatever_is_navigated_to_is_the_page(world: World, site, path):
    answer = world.client(site=site).get(path, headers=BROWSER)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/none", "/api/v2/bots"])
def test_what_is_the_apis_is_never_the_page(world: World, site, path):
    answer = world.client(site=site).get(path, headers=BROWSER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "request.path")


@pytest.mark.parametrize("path", ["/assets/main-0000.js", "/none.svg", "/bots/id1"])
def test_a_file_that_is_not_there_is_not_the_page(world: World, site, path):
    """Or a browser would run the page of a newer build as a script of its own."""
    answer = world.client(site=site).get(path, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "request.path")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_page_is_only_read(world: World, site, method):
    assert world.client(site=site).request(method, "/", headers=BROWSER).status_code == 404


def test_a_file_named_by_its_content_is_kept_forever(world: World, site):
    answer = world.client(site=site).get("/assets/main-1a2b3c4d.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.text == SCRIPT
    assert int(answer.headers["Content-Length"]) == len(gzip.compress(SCRIPT.encode(), mtime=0)) < len(SCRIPT)


def test_who_cannot_unpack_gets_it_as_it_is(world: World, site):
    answer = world.client(site=site).get("/assets/main-1a2b3c4d.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert int(answer.headers["Content-Length"]) == len(SCRIPT)


def test_the_page_is_sent_again_only_when_it_changed(world: World, site):
    client = world.client(site=site)
    tag = client.get("/", headers=BROWSER).headers["ETag"]
    again = client.get("/", headers=BROWSER | {"If-None-Match": f'"x", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    (site / "index.html").write_text(PAGE + "new")
    newer = world.client(site=site).get("/", headers=BROWSER | {"If-None-Match": tag})
    assert newer.status_code == 200 and newer.headers["ETag"] != tag


@pytest.mark.parametrize("path", ["/", "/assets/main-1a2b3c4d.js", "/mark.svg"])
def test_nothing_inline_and_nothing_foreign_runs_in_it(world: World, site, path):
    answer = world.client(site=site).get(path, headers=BROWSER)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"unsafe|https?:|\*", answer.headers["Content-Security-Policy"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/../master.keys",
        "/%2e%2e/master.keys",
        "/assets/..%2f..%2fmaster.keys",
        "/assets/%2e%2e/%2e%2e/master.keys",
        "/..%5cmaster.keys",
        "//etc/passwd",
        "/%00",
        "/.vite/manifest.json",
    ],
)
def test_no_path_leads_out_of_the_folder(world: World, site, path):
    answer = world.client(site=site).get(path, headers={"Accept": "*/*"})
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_without_a_build_it_says_how_to_make_one(world: World, tmp_path):
    client = world.client(site=tmp_path / "none")
    answer = client.get("/", headers=BROWSER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert "make web" in answer.text
    assert client.get("/healthz").status_code == 200


def test_it_answers_to_its_own_names_only(world: World, site):
    answer = world.client(site=site).get("/", headers=BROWSER | {"Host": "evil.example"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request.host")


def test_a_page_of_many_files_is_no_flood_and_a_flood_is_stopped(world: World, site):
    few = replace(LIMITS, address=Rate(0.001, 60), anonymous=Rate(0.001, 2))
    client = world.client(site=site, limits=few)
    answers = [client.get("/mark.svg").status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_every_route_asks_who_is_there_and_nothing_is_served_beside_them():
    """The site is what no route takes: it is no route, so that none of these can be shadowed by it."""
    services = MagicMock()
    services.settings.limits = LIMITS
    app = create_app(services)
    assert [route for route in app.routes if not isinstance(route, GuardedRoute)] == []
