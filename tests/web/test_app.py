"""The web app in a real browser, against a server that trades: what a person does in it, and what it never does."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from paddock.strategy.templates import find_template
from paddock.surfaces.http.services import BUILT

from .conftest import AXE, WAIT_MS

pytestmark = pytest.mark.timeout(900)  # with compiling the engine, on a busy machine
expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
expect.set_options(timeout=WAIT_MS)

PLACES = {
    "Dashboard": "/",
    "Builder": "/builder",
    "Backtest lab": "/lab",
    "Data": "/data",
    "Accounts": "/accounts",
    "Blocks": "/docs",
    "Settings": "/settings",
    "Design": "/design",
}
HOSTILE = """<img src=x onerror="document.title='owned'"><script>alert(1)</script>"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def ask(page, method: str, path: str, body: dict | None = None) -> dict:
    """Over the API, as the page itself would."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = page.request.fetch(f"/api/v1{path}", method=method, data=body, headers=headers)
    assert answer.ok, answer.text()
    return answer.json()


def a_bot(page, name: str, strategy: dict | None = None) -> str:
    strategy = strategy or eager()
    return ask(page, "POST", "/bots", {"name": name, "strategy": strategy})["bot_id"]


def eager() -> dict:
    """A strategy that soon finds something to do on the demo's market."""
    strategy = find_template("rsi-mean-reversion").document()
    return strategy | {"scope": {"venue": "demo", "interval": "1h", "symbols": ["BTC", "ETH", "SOL"]}}


def node(page, name: str):
    return page.locator(f'.react-flow__node[data-id="{name}"]')


def drop(page, block: str, name: str, x: int, y: int) -> None:
    """Drag a block of the palette to a point of the canvas."""
    page.get_by_label("Search the blocks").fill(block)
    option = page.get_by_role("listbox", name="Blocks").get_by_role("option").first
    option.drag_to(page.locator(".canvas"), target_position={"x": x, "y": y})
    expect(node(page, name)).to_be_visible()


def join(page, source: str, target: str) -> None:
    """Draw an edge from handle to handle."""
    node(page, source).locator(".react-flow__handle.source").hover()
    page.mouse.down()
    node(page, target).locator(".react-flow__handle.target").hover()
    page.mouse.up()
    expect(page.locator(f'.react-flow__edge[data-id*="{source}"][data-id*="{target}"]')).to_have_count(1)


def test_from_the_first_visit_to_a_bot_that_trades_and_is_stopped(opened, served):
    page = opened(signed_in=False)
    page.get_by_label("Local token").fill(served.token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    expect(page.get_by_role("link", name="sma-crossover").first).to_be_visible()

    page.get_by_role("button", name="New strategy").click()
    page.get_by_role("button", name="Empty graph").click()
    page.get_by_label("Name of the strategy").fill("Buys dips")
    drop(page, "RSI below", "rsi_below", 120, 90)
    drop(page, "No position", "no_open_position", 540, 90)
    drop(page, "Open long", "open_long", 480, 400)
    page.keyboard.press("Escape")
    join(page, "start", "rsi_below")
    join(page, "rsi_below", "no_open_position")
    join(page, "no_open_position", "open_long")

    # An entry without a stop is an error; the mend is offered where it is.
    standing = page.locator(".builder-problems")
    expect(standing).to_contain_text("error")
    node(page, "open_long").get_by_role("button", name="Add a stop loss").click()
    expect(standing).to_contain_text("Sound")

    node(page, "rsi_below").click()
    page.get_by_label(re.compile("^Value")).fill("60")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Simulated with $10,000 over")).to_be_visible()
    expect(page.locator(".preview-facts")).to_contain_text(re.compile(r"[1-9]\d* trades"))

    page.get_by_role("button", name="Backtest", exact=True).click()
    page.get_by_role("button", name="Run backtest").click()
    expect(page.get_by_text(re.compile("^Report"))).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Buys dips")).to_be_visible()
    name = re.search(r"id=([\w.:-]+)", page.url)[1]
    answer = page.request.get(f"/api/v1/backtests/{name}/report")
    assert answer.headers["content-disposition"].startswith("attachment") and "Buys dips" in answer.text()

    page.get_by_role("link", name="Builder", exact=True).click()
    page.get_by_role("link", name=re.compile("Buys dips")).first.click()
    page.get_by_role("button", name="Deploy on paper").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("No real money is involved")
    with page.expect_response(
        lambda answer: answer.url.endswith("/api/v1/runs") and answer.request.method == "POST"
    ) as sent:
        dialog.get_by_role("button", name="Deploy on paper").click()
    assert sent.value.status == 201, sent.value.text()

    page.get_by_role("tab", name="Fills").click()
    fills = page.get_by_role("region", name="Fills")
    expect(fills.get_by_role("row").nth(1)).to_be_visible(timeout=3 * WAIT_MS)
    why = page.locator(".why")
    why.get_by_role("button", name="Newest bar").click()
    expect(why).to_contain_text("RSI(14) < 60")

    page.get_by_role("button", name="Pause entries").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause entries").click()
    expect(page.get_by_role("button", name="Resume entries")).to_be_visible()
    page.get_by_role("button", name="Stop…").click()
    page.get_by_role("dialog").get_by_role("button", name="Flatten and stop").click()
    expect(page.get_by_role("button", name="Deploy…")).to_be_visible()


def test_a_template_is_changed_and_its_versions_are_compared(page):
    page.goto("/builder?template=sma-crossover")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".builder-saved")).to_have_text("Version 1")
    page.get_by_role("button", name="Versions").click()
    expect(page.get_by_role("dialog")).to_contain_text("The first version")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("bot="))
    bot = re.search(r"bot=([\w.:-]+)", page.url)[1]
    strategy = ask(page, "GET", f"/bots/{bot}/versions")["items"][0]["strategy"]
    changed = strategy | {"risk": strategy["risk"] | {"max_leverage": 4}}
    ask(page, "PATCH", f"/bots/{bot}", {"strategy": changed})
    page.goto(f"/builder?bot={bot}")
    expect(page.locator(".builder-saved")).to_have_text("Version 2")
    page.get_by_role("button", name="Versions").click()
    expect(page.get_by_role("dialog")).to_contain_text("max leverage")
    expect(page.get_by_role("dialog")).to_contain_text("4x")


def test_a_lost_connection_is_seen_and_heals_without_a_reload(opened, served):
    page = opened(foreseen="net::ERR_|Unable to preload")
    connection = page.get_by_role("status", name=re.compile("Connection"))
    expect(connection).to_have_attribute("aria-label", "Connection: Live")
    expect(page.get_by_role("link", name="sma-crossover").first).to_be_visible()
    expect(page.locator("main .skeleton")).to_have_count(0)  # nothing of the page itself is on its way
    page.evaluate("window.same = true")
    served.kill()
    expect(connection).to_have_attribute("aria-label", "Connection: lost")
    served.start()
    expect(connection).to_have_attribute("aria-label", "Connection: Live", timeout=3 * WAIT_MS)
    assert page.evaluate("window.same")


def test_figures_that_cannot_be_asked_anew_say_how_old_they_are(opened):
    page = opened(foreseen="status of 500")
    expect(page.get_by_role("link", name="sma-crossover").first).to_be_visible()
    told = page.get_by_text(re.compile("^As of "))
    expect(told).to_have_count(0)
    page.route("**/api/v1/fleet*", lambda route: route.fulfill(status=500, json={}))
    expect(told).to_be_visible()
    expect(page.get_by_role("link", name="sma-crossover").first).to_be_visible()
    page.unroute("**/api/v1/fleet*")
    expect(told).to_have_count(0)


def test_words_of_others_are_shown_as_words(page):
    strategy = eager() | {"name": HOSTILE, "description": HOSTILE}
    bot = a_bot(page, HOSTILE, strategy)
    for path in ("/", f"/bots/{bot}", f"/builder?bot={bot}", f"/lab?bot={bot}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1).or_(page.locator(".builder-name")).first).to_be_visible()
        expect(page.locator("img[src=x]")).to_have_count(0)
        assert page.title() != "owned"
    page.goto("/")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()


def test_everything_is_reached_by_keys(page):
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("combobox").fill("data")
    page.keyboard.press("Escape")
    for key, heading in (
        ("l", "Backtest lab"),
        ("t", "Data"),
        ("a", "Accounts"),
        ("s", "Settings"),
        ("d", "Dashboard"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    page.goto("/builder?template=sma-crossover")
    expect(page.locator(".react-flow__node").first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_label("Search the blocks")).to_be_focused()
    page.keyboard.type("RSI below")
    page.keyboard.press("Enter")
    expect(node(page, "rsi_below")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("width", ["wide", "phone"])
def test_every_page_is_whole_and_for_everybody(opened, theme, width):
    """In both themes and at both widths: a heading, no page that scrolls sideways, and nothing serious by axe-core."""
    options = {"color_scheme": theme} | (PHONE if width == "phone" else {})
    page = opened(**options)
    bot = ask(page, "GET", "/bots")["items"][0]["bot_id"]
    found: dict[str, list[str]] = {}
    for name, path in {**PLACES, "Bot": f"/bots/{bot}", "Editor": "/builder?template=breakout"}.items():
        page.goto(path)
        expect(page.locator("main h1, .builder-name").first).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways by {wide} px"
        if AXE.exists():
            found[name] = serious(page)
    assert {name: problems for name, problems in found.items() if problems} == {}


def serious(page) -> list[str]:
    """Rules that axe-core finds broken, by id and the first element."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{broken['id']}: {broken['nodes'][0]['target']} {broken['nodes'][0]['failureSummary']}"
        for broken in result["violations"]
        if broken["impact"] in ("serious", "critical")
    ]


def test_the_first_load_is_small():
    """Scripts that the page asks for before anything is clicked, packed: 200 kB, and no chunk above 250 kB."""
    if not (BUILT / "index.html").exists():
        pytest.skip("the web app is not built: make web")
    manifest = json.loads((BUILT / ".vite" / "manifest.json").read_text())
    first = _with_imports(manifest, "index.html")
    sizes = {file: _packed(BUILT / file) for file in first}
    assert sum(sizes.values()) < 200_000, sizes
    every = {
        chunk["file"]: _packed(BUILT / chunk["file"]) for chunk in manifest.values() if chunk["file"].endswith(".js")
    }
    assert max(every.values()) < 250_000, every


def _with_imports(manifest: dict, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    chunk = manifest[name]
    files = {chunk["file"]}
    for other in chunk.get("imports", []):
        if other not in seen:
            files |= _with_imports(manifest, other, seen | {name})
    return files


def _packed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), mtime=0))


def test_nothing_runs_that_did_not_come_from_here(opened):
    """The policy holds in the browser: an inline script gets nowhere."""
    page = opened(foreseen="Content Security Policy")
    refused = page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.violatedDirective));
            const script = document.createElement('script');
            script.textContent = "document.title = 'owned'";
            document.head.append(script);
        })"""
    )
    assert refused.startswith("script-src")
    assert page.title() != "owned"
