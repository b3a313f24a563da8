"""`paddock status`: is it running, and what is it doing?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from paddock.surfaces.cli.remote import NONE, Json, cell

if TYPE_CHECKING:
    from paddock.surfaces.settings import Settings


def status(
    *,
    home: Annotated[Path | None, Parameter(help="Home of the process; PADDOCK_HOME, or ~/.paddock.")] = None,
    json: Json = False,
) -> None:
    """Say what `paddock serve` is doing: over its socket, or over the API where it runs elsewhere.

    Exits with 3 when nothing runs, with 5 when it does not answer.
    """
    from paddock.surfaces import settings
    from paddock.surfaces.cli.terminal import fields, show, show_json

    state = _asked(settings.load(home=home))
    if json:
        show_json(state)
    else:
        show(fields(_lines(state)))


def _asked(configured: Settings) -> dict[str, Any]:
    from paddock.core.errors import NotRunning
    from paddock.surfaces.ipc import ask

    try:
        return ask(configured.home, "get_state")
    except NotRunning:
        from paddock.surfaces.client import Api

        with Api(configured.url, configured.token_file) as session:
            return session.get("/status")


def _lines(state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The state in brief: what each feed brings, how many runs there are, what they earned, what they did last."""
    from paddock.surfaces.cli.gist import acts

    minutes, seconds = divmod(state["uptime_seconds"], 60)
    yield "running", f"for {minutes // 60} h {minutes % 60} min {seconds} s, on {state['mode']}"
    if state["getting_ready"]:
        yield "getting ready", state["getting_ready"]
    yield "entries", "as decided" if state["risk_allowed"] else f"stopped: {state['risk_reason'] or 'kill switch'}"
    yield "runs", ", ".join(f"{count} {name}" for name, count in state["runs"].items()) or NONE
    yield "today", f"{cell('daily_usd', state['daily_pnl'])} USD"
    for feed in state["feeds"]:
        stale = feed["stale_since_ts"]
        pace = "last bar" if stale is None else f"silent since {cell('ts', stale)}, last bar"
        yield "feed", f"{feed['feed']}: {feed['bars']:,} bars, {pace} {cell('ts', feed['last_ts'])} UTC"
    yield "prices", ", ".join(f"{symbol} {px:g}" for symbol, px in state["mid_prices"].items()) or NONE
    for signal in state["latest_signals"]:
        done = ", ".join(act for act, _ in acts(signal["detail"]))
        yield "decided", f"{cell('ts', signal['ts'])} {signal['run_id']} {done}"
