"""How quick is the app in a browser? Against a server that runs: `python -m tests.web.measure URL TOKEN`.

First paint and readiness of each page, from an edit in the builder to its entries drawn, and what a thousand events a
minute cost a page. The figures that we got are in docs/performance.md.
"""

from __future__ import annotations

import re
import statistics
import sys
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, sync_playwright

from .screenshots import PAGES, WAIT_MS, browser_path

EDITS = 40
STREAM_S = 30
WATCHED = """(() => {
  window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration)))
    .observe({ type: "longtask", buffered: true });
})()"""
# When an answer of a preview is there, and when the chart draws next.
DRAWN = """(() => {
  window.edits = []; window.drawn = []; let edited = 0; let answered = 0;
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await ask(...asked);
    if (String(asked[0]).endsWith("/strategies/preview") && answer.ok) {
      const text = answer.text.bind(answer);
      answer.text = async () => { const found = await text(); answered = performance.now(); return found; };
    }
    return answer;
  };
  addEventListener("input", () => { edited = performance.now(); answered = 0; }, true);
  const stroke = CanvasRenderingContext2D.prototype.fill;
  CanvasRenderingContext2D.prototype.fill = function (...path) {
    if (edited && answered) { window.drawn.push([answered - edited, performance.now() - edited]); edited = 0; }
    return stroke.apply(this, path);
  };
})()"""
# A stream of a thousand events a minute, of one run.
STREAMED = """(() => {
  const ask = window.fetch;
  window.fetch = async (...asked) => {
    if (!String(asked[0]).startsWith("/api/v1/me/stream")) return ask(...asked);
    let position = 1_000_000;
    const body = new ReadableStream({ start(to) {
      const text = new TextEncoder();
      setInterval(() => {
        position += 1;
        const event = { position, stream: "run:RUN", seq: position, kind: "fill.booked", ts: Date.now(), payload: {} };
        to.enqueue(text.encode(`id: ${position}\\nevent: fill.booked\\ndata: ${JSON.stringify(event)}\\n\\n`));
      }, 60);
    } });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
})()"""
FRAMES = """(seconds) => new Promise((resolve) => {
  const times = []; const end = performance.now() + seconds * 1000; window.tasks.length = 0;
  const next = (at) => { times.push(at); at < end ? requestAnimationFrame(next) : resolve(times); };
  requestAnimationFrame(next);
})"""


def told(name: str, values: list[float]) -> None:
    ranked = sorted(values)
    p95 = ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]
    print(
        f"{name}: p50 {statistics.median(ranked):.0f} ms, p95 {p95:.0f} ms, most {ranked[-1]:.0f} ms, n = {len(ranked)}"
    )


def loading(page: Page, bot: str) -> None:
    for name, path in PAGES.items():
        page.goto(path.format(bot=bot))
        page.locator("main :is(h1, .builder-name)").first.wait_for()
        ready = page.evaluate("performance.now()")
        page.wait_for_timeout(1_500)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        tasks = page.evaluate("window.tasks")
        print(f"{name}: first paint {paint:.0f} ms, there {ready:.0f} ms, long tasks {[round(task) for task in tasks]}")


def editing(page: Page) -> None:
    page.add_init_script(DRAWN)
    page.goto("/builder?template=rsi-mean-reversion")
    page.get_by_text("Simulated with $10,000 over").wait_for(timeout=WAIT_MS)
    page.locator(".react-flow__node", has_text="RSI").first.click()
    field = page.get_by_label(re.compile("^Value"))
    for edit in range(EDITS):
        field.fill(f"{20.1 + edit / 2:.1f}")  # none of them known from before
        page.wait_for_function("(n) => window.drawn.length > n", arg=edit, timeout=WAIT_MS)
        page.wait_for_timeout(150)
    drawn: list[list[float]] = page.evaluate("window.drawn")
    told("edit to answer", [answered for answered, _ in drawn])
    told("edit to drawn", [shown for _, shown in drawn])


def streaming(page: Page, bot: str, run: str) -> None:
    for events in (False, True):
        if events:
            page.add_init_script(STREAMED.replace("RUN", run))
        for name in ("dashboard", "bot"):
            page.goto(PAGES[name].format(bot=bot))
            page.locator("main h1").first.wait_for()
            page.wait_for_timeout(3_000)
            times: list[float] = page.evaluate(FRAMES, STREAM_S)
            told(
                f"{name}, {'1,000 events a minute' if events else 'no events'}: frames",
                [after - before for before, after in pairwise(times)],
            )
            print(f"  long tasks {[round(task) for task in page.evaluate('window.tasks')]}")


def main(url: str, token: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])

        def fresh() -> Page:
            context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
            answer = context.request.post("/api/v1/session", data={"token": token})
            assert answer.ok, answer.text()
            context.add_init_script("localStorage.setItem('paddock.signed-in', 'yes')")
            context.add_init_script(WATCHED)
            return context.new_page()

        page = fresh()
        run: dict[str, Any] = page.request.get("/api/v1/runs").json()["items"][0]
        loading(page, run["bot_id"])
        editing(fresh())
        streaming(fresh(), run["bot_id"], run["run_id"])
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
