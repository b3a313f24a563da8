"""A demo that is served, a browser, and pages in which nothing may go wrong unheard."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from paddock.surfaces.http.services import BUILT
from tests.project import ROOT

from .screenshots import browser_path
from .serving import Served
from .wallets import Wallet

WAIT_MS = 60_000  # a busy machine; passes long before
BUSY = "status of 503"  # what is asked again by itself, once there is time for it
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    if not (BUILT / "index.html").exists():
        pytest.skip("the web app is not built: make web")
    with tempfile.TemporaryDirectory(prefix="paddock-") as folder:
        server = Served(Path(folder))
        yield server
        server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """It keeps an event loop running in this thread, which no other test may meet: it ends with the module."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def opened(served: Served, browser) -> Iterator[Callable]:
    """Opens a page of somebody's own; at the end none may have said an error or a warning, but what is `foreseen`."""
    said: list[str] = []
    contexts = []

    def open_(path: str = "/", *, signed_in: bool = True, wallet: Wallet | None = None, foreseen: str = "", **options):
        wanted = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
        context = browser.new_context(base_url=served.url, **wanted)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        if wallet is not None:
            wallet.install(context)
        if signed_in:
            context.add_cookies([{"name": "paddock_session", "value": served.session, "url": served.url}])
            context.add_init_script("localStorage.setItem('paddock.signed-in', 'yes')")
        page = context.new_page()
        page.on("console", lambda message: said.append(_told(message)) if _matters(message, foreseen) else None)
        page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def page(opened):
    return opened()


def _matters(message, foreseen: str) -> bool:
    """Errors and warnings of the page; what a browser says of what is foreseen is none."""
    if message.type not in ("error", "warning") or (foreseen and re.search(foreseen, message.text)):
        return False
    return BUSY not in message.text


def _told(message) -> str:
    return f"{message.type}: {message.text} ({message.location.get('url', '')})"
