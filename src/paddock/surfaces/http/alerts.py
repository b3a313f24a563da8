"""What of a fleet wants a person? Each thing once, however many bots it touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from paddock.core.orders import Refusal
from paddock.runtime.guards import Protection
from paddock.runtime.health import limits, stated
from paddock.runtime.kill import PLATFORM, account_scope, run_scope
from paddock.runtime.lifecycle import KEPT, RunState
from paddock.runtime.runs import Run
from paddock.surfaces.http.fleet import Fleet
from paddock.surfaces.http.models.held import AlertModel

_BREACHES: Final = {
    Refusal.DRAWDOWN_HALT.label: "its drawdown reached the limit: it makes no more entries",
    Refusal.DAILY_LOSS.label: "it lost what it may lose in a day: no entries until the next, UTC",
}
_WORST: Final = ("kill", "failed", "unprotected", "frozen", "unknown_order", "stale", "breach", "blocked")
_Key = tuple[str, str, str, int | None]  # kind, what, text, since


def alerts_of(fleet: Fleet) -> list[AlertModel]:
    """The worst first."""
    touched: defaultdict[_Key, set[str]] = defaultdict(set)
    names = {bot.bot_id: bot.name for bot in fleet.bots}
    for bot_id, found in fleet.runs.items():
        for run in found:
            for key in (*_of_run(fleet, run, names[bot_id]), *_around(fleet, run, names[bot_id])):
                touched[key].add(bot_id)
    ordered = sorted(touched, key=lambda key: (_WORST.index(key[0]), key[1], key[2]))
    return [
        AlertModel(kind=kind, what=what, text=text, since_ts=since, bot_ids=sorted(touched[kind, what, text, since]))
        for kind, what, text, since in ordered
    ]


def _of_run(fleet: Fleet, run: Run, name: str) -> Iterator[_Key]:
    """What is wrong with the run itself."""
    if run.state in (RunState.FAILED, RunState.QUARANTINED):
        yield "failed", name, stated(run), run.end_ts
    for one in fleet.held.get(run.run_id, ()):
        if one.guard.protection is Protection.BARE:
            yield "unprotected", name, f"no acknowledged stop covers its position in {one.symbol}", one.guard.bare_ts
    if run.state not in KEPT:
        return
    for reason in sorted({reason for _, reason in fleet.refused.get(run.run_id, ()) if reason in _BREACHES}):
        yield "breach", name, _BREACHES[reason], None


def _around(fleet: Fleet, run: Run, name: str) -> Iterator[_Key]:
    """What stands in the way of the run, and maybe of others too."""
    account = fleet.accounts.get(run.account_id, run.account_id)
    called = {run_scope(run.run_id): name, account_scope(run.account_id): account, PLATFORM: "everything"}
    for reason in limits(run, fleet.facts):
        yield reason.kind, called.get(reason.about, reason.about), reason.text, reason.since_ts
