"""`paddock kill`: the switch that is honoured before anything else."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, api, show_items, show_one

app = App(name="kill", help="The kill switch: cancel orders, leave positions, stop; of a run, an account or all.")
Why = Annotated[str, Parameter(help="Why, for whoever reads the journal.")]
Foreign = Annotated[bool, Parameter(negative="", help="Cancel orders of the account that are not ours, too.")]
PauseOnly = Annotated[bool, Parameter(name="--pause", negative="", help="Only stop entries, until it is released.")]
COLUMNS = {
    "scope": "scope",
    "action": "action",
    "reason": "reason",
    "foreign": "others' orders",
    "by": "by",
    "engaged_ts": "since",
}


@app.command
def run(run: Annotated[str, Parameter(help="The run's id.")], /, *, why: Why = "", pause: PauseOnly = False) -> None:
    """Kill one run."""
    _engage("run", run, why, pause, foreign=False)


@app.command
def account(
    account: Annotated[str, Parameter(help="The account's id.")],
    /,
    *,
    why: Why = "",
    pause: PauseOnly = False,
    foreign: Foreign = False,
) -> None:
    """Kill all runs of an account."""
    _engage("account", account, why, pause, foreign=foreign)


@app.command
def platform(*, why: Why = "", pause: PauseOnly = False, foreign: Foreign = False) -> None:
    """Kill everything."""
    _engage("platform", "", why, pause, foreign=foreign)


@app.command(name="list")
def list_(*, json: Json = False) -> None:
    """Switches that are engaged."""
    with api() as session:
        found = session.get("/kills")
    show_items(found, COLUMNS, json=json, nothing="No kill switch is engaged.")


@app.command
def release(scope: Annotated[str, Parameter(help="As `kill list` names it: platform, run:ID, account:ID.")], /) -> None:
    """Let runs be started again; what was stopped stays stopped."""
    kind, _, id_ = scope.partition(":")
    with api() as session:
        session.post("/kills/release", body={"scope": kind, "id": id_})
    print(f"released {scope}")


def _engage(scope: str, id_: str, why: str, pause: bool, *, foreign: bool) -> None:
    action = "pause" if pause else "stop"
    with api() as session:
        body = {"scope": scope, "id": id_, "action": action, "reason": why, "foreign": foreign}
        show_one(session.post("/kills", body=body), json=False)
