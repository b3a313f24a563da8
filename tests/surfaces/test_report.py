"""The report: self-contained, safe against hostile words, and honest about what it merged."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from paddock.core.time import DAY_MS
from paddock.engine.costs import Costs
from paddock.engine.log import Run
from paddock.engine.result import document
from paddock.market.feature import Feature
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.program import Program
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from paddock.surfaces.figures import dollars, figure, number
from paddock.surfaces.report import Told, render, tell
from paddock.surfaces.report.indicators import drawn, features_of
from paddock.surfaces.report.months import monthly_returns
from paddock.surfaces.report.series import POINTS, TRADES, merge, payload
from tests.engine.runs import START_TS, USD, replace, run, tape, trades_of

HOSTILE = "<script>alert(1)</script>\"'&</title>"


class Page(HTMLParser):
    """Elements, attributes and text of a page, by tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, list[str]] = {}
        self._open = ""
        self.feed(html)
        self.text = {tag: [text.strip() for text in texts] for tag, texts in self.text.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        self._open = tag
        self.text.setdefault(tag, []).append("")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text[self._open][-1] += data


def made_run(bars: int = 300) -> Run:
    rng = np.random.default_rng(5)
    equity = (10_000 * USD + np.cumsum(rng.normal(0, 30 * USD, bars))).astype(np.int64)
    return run(equity.tolist(), trades_of([5 * USD, -3 * USD, USD], symbols=[0, 1, 1]), on=tape(["BTC", "ETH"], bars))


def page_of(made: Run, words: str = "when RSI(14) is below 30") -> tuple[str, Page]:
    html = render(made, document(made), Told(words, words, (("Buy", words, f"  - {words}"),), ("buy",), (words,)))
    return html, Page(html)


def embedded(page: Page) -> Any:
    return json.loads(page.text["script"][0])


def test_the_page_asks_for_nothing_else() -> None:
    html, page = page_of(made_run())
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|\bimport\(", html)
    for tag, attributes in page.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "href", "style", "srcset"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_allows_exactly_the_pages_own_script_and_style() -> None:
    html, page = page_of(made_run())
    policy = next(a["content"] for tag, a in page.tags if tag == "meta" and "http-equiv" in a)
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for rule, tag in (("script-src", "script"), ("style-src", "style")):
        body = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        assert len(body) == 1
        digest = base64.b64encode(hashlib.sha256(body[0].encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"


def test_hostile_words_stay_words() -> None:
    made = made_run()
    made = replace(
        made,
        program=replace(made.program, name=HOSTILE),
        tape=replace(made.tape, source=HOSTILE, fidelity=HOSTILE, venue=HOSTILE),
    )
    html, page = page_of(made, words=HOSTILE)
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    assert "<script>alert" not in html
    assert page.text["h1"] == [HOSTILE]
    assert page.text["title"][0].startswith(HOSTILE)
    assert page.text["p"].count(HOSTILE) == 4


def test_hostile_symbols_cannot_leave_the_data() -> None:
    on = tape([HOSTILE, "ETH"], bars=30)
    made = run([10_000 * USD] * 30, trades_of([USD, USD], symbols=[0, 1]), on=on)
    _, page = page_of(made)
    assert sum(tag == "script" for tag, _ in page.tags) == 2
    assert {chart["symbol"] for chart in embedded(page)["charts"]} == {HOSTILE, "ETH"}


def test_the_page_shows_what_the_document_says() -> None:
    made = replace(made_run(), costs=Costs(slippage_bps=0, funding=False))
    html, page = page_of(made)
    doc = document(made)
    for name, metric in doc["metrics"].items():
        assert figure(name, metric) in html, name
    for warning in doc["warnings"]:
        assert warning["message"] in page.text["li"]
    assert "Switched off: slippage, funding" in page.text["p"]
    assert "when RSI(14) is below 30" in page.text["p"]
    assert doc["orders_hash"][:12] in page.text["code"]
    assert embedded(page)["trades"][0][-2:] == ["5.00", "close_position"]


def test_every_template_is_told() -> None:
    for template in TEMPLATES.values():
        told = tell(load_document(template.document()))
        assert told.rules
        assert all(lines[0] for lines in told.rules)
        assert "BTC, ETH and SOL on hyperliquid" in told.where


def test_unknown_has_its_own_look_and_a_reason() -> None:
    html, _ = page_of(run([10_000 * USD] * 5))
    assert html.count('<span class="unknown">–</span>') > 10
    assert "no trade was closed" in html


# --- the series -------------------------------------------------------------------------------------------------------


def test_merging_loses_no_extreme() -> None:
    bars = 30_000
    made = made_run(bars)
    data = payload(made, document(made), ())
    first = data["charts"][0]
    row = made.tape.row(first["symbol"])
    assert len(first["t"]) < 8_000
    assert max(first["h"]) == pytest.approx(made.tape.high[row].max())
    assert min(first["l"]) == pytest.approx(made.tape.low[row].min())
    assert (first["o"][0], first["c"][-1]) == (
        pytest.approx(made.tape.open[row, 0]),
        pytest.approx(made.tape.close[row, -1]),
    )
    equity = made.equity / 1e6
    assert len(data["equity"]["t"]) <= POINTS
    assert min(data["equity"]["low"]) == pytest.approx(equity.min())
    assert max(data["equity"]["high"]) == pytest.approx(equity.max())
    worst = document(made)["metrics"]["max_drawdown_pct"]["value"]
    assert min(data["equity"]["drawdown"]) == pytest.approx(-worst, rel=1e-6)
    assert data["equity"]["last"][-1] == pytest.approx(equity[-1])
    assert data["equity"]["t"][-1] == data["range"][1]


def test_short_tapes_are_not_merged() -> None:
    made = made_run(300)
    chart = payload(made, document(made), ())["charts"][0]
    assert chart["t"] == made.tape.ts.tolist()
    assert chart["step_ms"] == 3_600_000


def test_missing_bars_stay_missing() -> None:
    made = made_run(100)
    for column in (made.tape.open, made.tape.high, made.tape.low, made.tape.close):
        column[0, 10:20] = np.nan
    data = payload(made, document(made), ())
    btc = next(chart for chart in data["charts"] if chart["symbol"] == "BTC")
    assert len(btc["t"]) == 90
    assert int(made.tape.ts[15]) not in btc["t"]
    assert all(np.isfinite(data["equity"]["hold"]))


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_merge_keeps_to_its_limit_on_calendar_steps(limit: int) -> None:
    ts = START_TS + 3_600_000 * np.arange(5_000, dtype=np.int64)
    groups = merge(ts, 3_600_000, limit)
    assert len(groups.starts) <= limit + 1
    assert (groups.ts % groups.step == 0).all()
    assert groups.starts[0] == 0


def test_a_huge_trade_list_is_cut_with_a_note() -> None:
    count = TRADES + 10
    made = run([10_000 * USD] * 50, trades_of([USD] * count))
    html, page = page_of(made)
    data = embedded(page)
    assert (len(data["trades"]), data["all_trades"]) == (TRADES, count)
    assert 'id="limit"' in html


# --- indicators -------------------------------------------------------------------------------------------------------


def program_of(template: str) -> Program:
    return compile_strategy(load_document(find_template(template).document()))


def test_indicators_on_the_scale_of_price_are_told_from_oscillators() -> None:
    bands = program_of("exhaustion-fade")
    chosen = drawn(bands, features_of(bands), "ETH")
    assert [feature.name for feature in chosen.on_price] == ["bollinger_upper"]
    assert [feature.name for feature in chosen.oscillators] == ["rsi"]
    assert (chosen.levels, chosen.unit) == ((71.0,), "0 to 100")
    averages = program_of("sma-crossover")
    chosen = drawn(averages, features_of(averages), "BTC")
    assert {feature.name for feature in chosen.on_price} == {"sma"}
    assert all(feature.symbol == "BTC" for feature in (*chosen.on_price, *chosen.oscillators))


def test_every_template_has_something_to_draw_or_nothing_at_all() -> None:
    for name in TEMPLATES:
        program = program_of(name)
        for symbol in program.symbols:
            chosen = drawn(program, features_of(program), symbol)
            assert len(chosen.on_price) <= 4
            assert len(chosen.oscillators) <= 4


def test_indicators_are_drawn_as_they_were_known() -> None:
    made = made_run(200)
    features = (Feature("BTC", "1h", "sma", (10.0,)), Feature("BTC", "1h", "rsi", (14.0,)))
    charts = {chart["symbol"]: chart for chart in payload(made, document(made), features)["charts"]}
    ((line,), (oscillator,)) = charts["BTC"]["lines"], charts["BTC"]["oscillators"]
    assert (line["label"], oscillator["label"]) == ("SMA(10)", "RSI(14)")
    assert line["v"][:9] == [None] * 9
    assert line["v"][9] == pytest.approx(made.tape.close[0, :10].mean())
    assert line["v"][-1] == pytest.approx(made.tape.close[0, -10:].mean())
    assert charts["ETH"]["lines"] == charts["ETH"]["oscillators"] == []
    json.dumps(charts, allow_nan=False)


# --- months -----------------------------------------------------------------------------------------------------------


def test_monthly_returns_compound_to_the_whole() -> None:
    rng = np.random.default_rng(9)
    equity = np.rint(10_000 * USD * np.cumprod(1 + rng.normal(0, 0.01, 100))).astype(int).tolist()
    made = run(equity, interval="1d")
    months = monthly_returns(document(made))
    assert list(months) == [2025]
    assert list(months[2025]) == [1, 2, 3, 4]
    assert months[2025][1] == pytest.approx(equity[30] / (10_000 * USD) - 1)
    whole = np.prod([1 + value for value in months[2025].values() if value is not None])
    assert whole == pytest.approx(equity[-1] / (10_000 * USD))
    assert START_TS % DAY_MS == 0


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(1234.5, False, "1,234.50"), (-0.001, True, "0.00"), (-1.5, True, "−1.50"), (2.0, True, "+2.00")],
)
def test_numbers(value: float, signed: bool, text: str) -> None:
    assert number(value, signed=signed) == text


def test_dollars_and_figures() -> None:
    assert dollars("-1234.567", signed=True) == "−1,234.57"
    assert dollars(None) == "–"
    assert figure("net_pnl_usd", {"value": "5.00", "unit": "usd"}) == "+5.00 USD"
    assert figure("trades", {"value": 1200, "unit": "trades"}) == "1,200"
    assert figure("win_rate_pct", {"value": 50.0, "unit": "%"}) == "50.00 %"
    assert figure("sharpe", {"value": None, "unit": ""}) == "–"
