"""Pictures of every page, both themes and two widths, of a server that really runs: `make screenshots`.

They land in .screenshots/, for people to look at. A server that is running already is taken with
`python -m tests.web.screenshots URL TOKEN [NAME …]`; names pick pages.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from playwright.sync_api import Browser, Page, sync_playwright

from tests.patience import until
from tests.project import ROOT

OUT = ROOT / ".screenshots"
WIDTHS = {"wide": (1440, 900), "phone": (390, 844)}
THEMES = ("dark", "light")
READY_S = 300
WAIT_MS = 60_000  # for what a page still loads
PAGES = {
    "dashboard": "/",
    "bot": "/bots/{bot}",
    "bot-why": "/bots/{bot}?tab=why",
    "bot-orders": "/bots/{bot}?tab=orders",
    "bot-parity": "/bots/{bot}?tab=parity",
    "builder": "/builder?template=rsi-mean-reversion",
    "lab": "/lab?template=rsi-mean-reversion",
    "data": "/data",
    "accounts": "/accounts",
    "settings": "/settings",
    "docs": "/docs",
    "design": "/design",
}


def browser_path() -> str | None:
    return which("chromium") or which("chromium-browser") or which("google-chrome")


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """A demo in a home of its own, once it trades; its URL and token."""
    with tempfile.TemporaryDirectory() as home:
        log = Path(home) / "log"
        settings = {**os.environ, "PADDOCK_HOME": home}
        command = [str(Path(sys.executable).with_name("paddock")), "serve", "--demo", "--port", "0"]
        with log.open("w") as out:
            process = subprocess.Popen(command, env=settings, stdout=out, stderr=subprocess.STDOUT)
        try:
            until(lambda: process.poll() is not None or "Ctrl-C ends it" in log.read_text(), READY_S)
            found = re.search(r"http://[\d.]+:\d+", log.read_text())
            yield found[0] if found else "", (Path(home) / "token").read_text().strip()
        finally:
            process.terminate()
            process.wait(30)


def picture(browser: Browser, url: str, token: str, names: list[str]) -> None:
    for theme in THEMES:
        for width, (across, down) in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": across, "height": down}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.on("console", lambda said: said.type in ("error", "warning") and print(f"  {said.type}: {said.text}"))
            page.goto(url)
            page.get_by_role("button", name="Sign in").wait_for()
            shoot(page, f"start-{theme}-{width}")
            page.get_by_label("Local token").fill(token)
            page.get_by_role("button", name="Sign in").click()
            page.locator("main#content").wait_for()
            bot = page.request.get(f"{url}/api/v1/bots").json()["items"][0]["bot_id"]
            for name in names:
                page.goto(url + PAGES[name].format(bot=bot))
                page.locator("main :is(h1, h2, button)").first.wait_for(state="attached")
                page.wait_for_timeout(1_000)
                page.locator(".skeleton:not(.design-columns *)").first.wait_for(state="detached", timeout=WAIT_MS)
                page.wait_for_timeout(500)
                shoot(page, f"{name}-{theme}-{width}")
            context.close()


def shoot(page: Page, name: str) -> None:
    page.screenshot(path=OUT / f"{name}.png")
    print(OUT / f"{name}.png")


def main(arguments: list[str]) -> None:
    path = browser_path()
    if path is None:
        raise SystemExit("no Chromium is installed; on Debian or Ubuntu: sudo apt install chromium")
    OUT.mkdir(exist_ok=True)
    names = arguments[2:] or list(PAGES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        if arguments:
            picture(browser, arguments[0], arguments[1], names)
        else:
            with demo() as (url, token):
                picture(browser, url, token, names)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
