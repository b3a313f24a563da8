"""The report: a run as one HTML page that needs nothing else, no host, no font, no network.

Everything that came from a user or a file is escaped; the page's policy runs only the one script it was made with.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from paddock.core.time import format_ts
from paddock.engine.log import Run
from paddock.engine.result import Document
from paddock.market.feature import Feature
from paddock.surfaces.figures import GROUPS, MINUS, UNKNOWN, dollars, figure, listed, number, words
from paddock.surfaces.report.months import month_table
from paddock.surfaces.report.series import payload
from paddock.surfaces.report.told import Told, told_html

_HEADLINES = (
    ("net_pnl_usd", "Net PnL, USD"),
    ("max_drawdown_pct", "Max drawdown"),
    ("sharpe", "Sharpe"),
    ("profit_factor", "Profit factor"),
    ("trades", "Trades"),
    ("market_change_pct", "Market change"),
)


def render(run: Run, doc: Document, told: Told, features: Sequence[Feature] = ()) -> str:
    """The page. `doc` is the document of `run`; `told` reads the strategy in plain words.

    Indicators that belong on a chart are drawn from `features`, those that the strategy reads.
    """
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; script-src {_source_hash(script)}; style-src {_source_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    name = escape(doc["strategy_name"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{name} · Paddock backtest</title>
<style>{style}</style>
</head>
<body>
{_header(doc, name)}
<main>
{_headlines(doc)}
{_warnings(doc)}
{_charts()}
<div class="columns">
{_strategy(told)}
<div>
{_costs(doc)}
{_exits(doc)}
</div>
</div>
{_months(doc)}
{_metrics(doc)}
{_trades(doc)}
</main>
{_footer(doc)}
<script type="application/json" id="data">{_embedded(payload(run, doc, features))}</script>
<script>{script}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _embedded(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _day(ts: int) -> str:
    return format_ts(ts)[:10]


def _range(doc: Document) -> str:
    tape = doc["tape"]
    return f"{_day(tape['start_ts'])} → {_day(tape['end_ts'] - 1)} UTC"


def _coverage(doc: Document) -> str:
    ratios = [c["ratio"] for c in doc["tape"]["coverage"].values()]
    return f"{100 * min(ratios):.4g} %" if ratios else UNKNOWN


def _header(doc: Document, name: str) -> str:
    tape = doc["tape"]
    facts = [
        f"{tape['venue'].capitalize()} {tape['interval']}",
        listed(tape["symbols"]),
        _range(doc),
        f"{tape['bars']:,} bars",
        f"coverage {_coverage(doc)}",
    ]
    return f"""<header>
<div class="bar"><span class="brand">Paddock</span>
<span class="chip">Simulated · {escape(tape["fidelity"])}</span></div>
<h1>{name}</h1>
<p class="facts">{" <i>·</i> ".join(escape(fact) for fact in facts)}</p>
<p class="hashes">Source: {escape(tape["source"])} <i>·</i> strategy
<code title="{doc["strategy_hash"]}">{doc["strategy_hash"][:12]}</code> <i>·</i> orders
<code title="{doc["orders_hash"]}">{doc["orders_hash"][:12]}</code></p>
</header>"""


def _toned(text: str) -> str:
    """A signed figure with an arrow and the colour of its sign; other figures as they are."""
    sign = {"+": ("profit", "▲"), MINUS: ("loss", "▼")}.get(text[:1])
    if sign is None:
        return f'<span class="unknown">{text}</span>' if text == UNKNOWN else escape(text)
    return f'<span class="{sign[0]}"><b aria-hidden="true">{sign[1]}</b>{escape(text)}</span>'


def _headlines(doc: Document) -> str:
    metrics = doc["metrics"]
    below = {
        "net_pnl_usd": f"{figure('return_pct', metrics['return_pct'])} on {dollars(doc['account']['start_usd'])}",
        "max_drawdown_pct": _drawdown_dates(doc),
        "sharpe": f"daily, 365, n = {metrics['sharpe']['n']}",
        "profit_factor": f"win rate {figure('win_rate_pct', metrics['win_rate_pct'])}",
        "trades": f"exposure {figure('exposure_pct', metrics['exposure_pct'])}",
        "market_change_pct": "buy and hold, no costs",
    }
    cells = []
    for key, label in _HEADLINES:
        metric = metrics[key]
        note = metric.get("reason") or below[key]
        shown = _toned(figure(key, metric).removesuffix(" USD"))
        cells.append(f"<div><dt>{label}</dt><dd>{shown}</dd><p>{escape(note)}</p></div>")
    return f'<dl class="headlines">{"".join(cells)}</dl>'


def _drawdown_dates(doc: Document) -> str:
    worst = doc["worst_drawdown"]
    if worst is None:
        return "equity never fell"
    until = f"recovered {_day(worst['recovered_ts'])}" if worst["recovered_ts"] else "not recovered"
    return f"low {_day(worst['trough_ts'])}, {until}".replace("-", "\N{NON-BREAKING HYPHEN}")


def _warnings(doc: Document) -> str:
    if not doc["warnings"]:
        return ""
    items = "".join(f"<li>{escape(warning['message'])}</li>" for warning in doc["warnings"])
    return f'<section class="warnings" aria-label="Warnings"><h2>Before you believe it</h2><ul>{items}</ul></section>'


def _charts() -> str:
    return """<section class="charts" aria-label="Charts">
<div class="tools">
<label>Price of <select id="symbol"></select></label>
<span id="readout" class="readout" role="status"></span>
<span class="buttons">
<button type="button" data-do="back" aria-label="Earlier">←</button>
<button type="button" data-do="on" aria-label="Later">→</button>
<button type="button" data-do="in" aria-label="Zoom in">+</button>
<button type="button" data-do="out" aria-label="Zoom out">−</button>
<button type="button" data-do="all">All</button>
</span>
</div>
<div class="stage"><canvas id="chart" tabindex="0" role="img"
aria-label="Price with entries and exits, equity, drawdown"></canvas><div id="tip" class="tip" hidden></div></div>
<p class="legend"><span class="key entry">▲▼ entry</span><span class="key exit">△▽ exit</span>
<span class="key line">equity</span>
<label class="key hold"><input type="checkbox" id="hold" checked> buy and hold, no costs</label>
<span id="merged"></span><span class="hint">Drag to zoom, double-click for all, arrow keys move</span></p>
<noscript><p class="hint">Charts and trade list are drawn by the page's script, which is switched off.</p></noscript>
</section>"""


def _strategy(told: Told) -> str:
    return f'<section class="english"><h2>The strategy</h2>{told_html(told)}</section>'


def _costs(doc: Document) -> str:
    costs, metrics = doc["costs"], doc["metrics"]
    net, fees, funding = (float(metrics[key]["value"]) for key in ("net_pnl_usd", "fees_usd", "funding_usd"))
    ledger = [("Gross PnL", net + fees - funding), ("Fees", -fees), ("Funding", funding), ("Net PnL", net)]
    rows = "".join(f"<tr><th>{label}</th><td>{_toned(number(value, signed=True))}</td></tr>" for label, value in ledger)
    slippage = f"{costs['slippage_bps']:g} bps"
    if costs["impact"]:
        slippage += f" and square-root impact {costs['impact']:g}"
    used = [
        ("Taker fee", _spread([fee["taker_bps"] for fee in costs["fees"].values()])),
        ("Maker fee", _spread([fee["maker_bps"] for fee in costs["fees"].values()])),
        ("Slippage", slippage),
        ("Latency", f"{costs['latency_ms']:g} ms"),
        ("Funding", _funding(doc)),
        ("Participation", "no cap" if costs["participation_pct"] is None else f"{costs['participation_pct']:g} %"),
        ("Limit orders fill", "when touched" if costs["touch"] else "when traded through"),
    ]
    terms = "".join(f"<tr><th>{label}</th><td>{escape(text)}</td></tr>" for label, text in used)
    off = ", ".join(words(name) for name in costs["off"])
    banner = f'<p class="off">Switched off: {escape(off)}</p>' if off else ""
    return f"""<section class="costs"><h2>Costs, USD</h2>{banner}
<table class="ledger"><tbody>{rows}</tbody></table><table class="terms"><tbody>{terms}</tbody></table></section>"""


def _spread(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g} bps" if low == high else f"{low:g} to {high:g} bps"


def _funding(doc: Document) -> str:
    if "funding" in doc["costs"]["off"]:
        return "switched off"
    if not doc["costs"]["funding"]:
        return "no rates on the tape"
    return f"real rates, {100 * doc['tape']['funding_coverage']:.4g} % of bars"


def _months(doc: Document) -> str:
    return f"""<section><h2>Monthly returns <small>% of equity at the start of the month, UTC</small></h2>
<div class="scroll">{month_table(doc)}</div></section>"""


def _exits(doc: Document) -> str:
    totals: dict[str, list[float]] = {}
    for trade in doc["trades"]:
        totals.setdefault(trade["exit_reason"], []).append(float(trade["pnl_usd"]))
    if not totals:
        return ""
    rows = "".join(
        f"<tr><th>{escape(words(reason)).capitalize()}</th><td>{len(pnls):,}</td>"
        f"<td>{100 * sum(pnl > 0 for pnl in pnls) / len(pnls):.1f} %</td>"
        f"<td>{_toned(number(sum(pnls) / len(pnls), signed=True))}</td>"
        f"<td>{_toned(number(sum(pnls), signed=True))}</td></tr>"
        for reason, pnls in sorted(totals.items(), key=lambda item: -len(item[1]))
    )
    return f"""<section><h2>How trades ended</h2><table class="figures">
<thead><tr><th>Exit</th><th>Trades</th><th>Won</th><th>Average</th><th>PnL, USD</th></tr></thead>
<tbody>{rows}</tbody></table></section>"""


def _metrics(doc: Document) -> str:
    blocks = {}
    for group, labels in GROUPS.items():
        rows = []
        for key, label in labels.items():
            metric = doc["metrics"][key]
            basis = metric["basis"] + (f"; {metric['reason']}" if metric.get("reason") else "")
            rows.append(
                f"<tr><th>{label}</th><td>{_toned(figure(key, metric))}</td>"
                f"<td class='basis'>{escape(basis)}</td><td class='n'>{metric['n']:,}</td></tr>"
            )
        head = f"<thead><tr><th>{group}</th><th></th><th class='basis'>Basis</th><th class='n'>n</th></tr></thead>"
        blocks[group] = f'<table class="figures">{head}<tbody>{"".join(rows)}</tbody></table>'
    left = "".join(blocks[group] for group in ("Account", "Risk", "Activity"))
    return f"""<section><h2>Metrics</h2>
<div class="metrics"><div>{left}</div><div>{blocks["Trades"]}</div></div></section>"""


def _trades(doc: Document) -> str:
    if not doc["trades"]:
        return '<section><h2>Trades</h2><p class="hint">No trade was closed.</p></section>'
    return """<section class="trades"><h2>Trades <small id="count"></small></h2>
<div class="scroll"><table id="trades"><thead></thead><tbody></tbody></table></div>
<p class="more"><button type="button" id="more" hidden>Show more</button>
<span id="limit" class="hint"></span></p></section>"""


def _footer(doc: Document) -> str:
    return f"""<footer><p>A simulation on past data with the costs stated above. It promises nothing about returns.
One variant was tried here; the more variants are tried, the better the best looks by luck alone.</p>
<p>{escape(doc["schema"])} <i>·</i> <span id="zone">times in UTC</span></p></footer>"""
