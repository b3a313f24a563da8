"""`paddock venue`: a venue as it is reached from this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, api

if TYPE_CHECKING:
    from paddock.runtime.live.gateway import Finding

app = App(name="venue", help="A venue as it is reached from this machine: doctor.")
ADDRESS = "0x"
OURS = ("approval", "key", "kill switch")  # what of the checklist only the server can say


@app.command
def doctor(
    venue: Annotated[str, Parameter(help="Venue, such as hyperliquid.")],
    /,
    *,
    account: Annotated[str, Parameter(help="An account of `paddock serve`, or an address (0x…).")] = "",
    url: Annotated[str | None, Parameter(help="Where a simulator of the venue listens.")] = None,
    json: Json = False,
) -> int:
    """Check what stands against trading at a venue, and what mends it; exits with 1 when something does.

    Reach, clock, listing, smallest order and requests; of an account also its kind, agent, margin, balance and actions,
    and of an account of the server its builder and whether its signer would sign. Nothing is changed or ordered.
    """
    from paddock.surfaces.archives import check_venue, gateway_at
    from paddock.surfaces.machine import SystemClock

    check_venue(venue)
    who, ours = (account,), []
    if account and not account.startswith(ADDRESS):
        checked = _checklist(account, venue)
        who = tuple(checked["connection"][name] for name in ("main", "agent", "builder", "builder_fee"))
        ours = [row for row in checked["findings"] if row["name"] in OURS]
        url = url or _address_of(checked["connection"])
    with gateway_at(venue, url) as gateway:
        from paddock.runtime.live.hyperliquid import findings

        rows = [_row(found) for found in findings(gateway, SystemClock(), *who)] + ours
    _show(venue, rows, json=json)
    return int(not all(row["passed"] for row in rows))


def _checklist(account_id: str, venue: str) -> dict[str, Any]:
    """Raises Invalid (data.venue) where the account is of another venue, and what the server raises."""
    from paddock.core.errors import Code, Invalid

    with api() as session:
        checked: dict[str, Any] = session.get("/accounts/{}/live/checklist", account_id)
    there = checked["connection"]["venue"]
    if there != venue:
        raise Invalid(
            Code.DATA_VENUE,
            f"the account trades at {there}",
            where="account",
            seen=account_id,
            rule="an account is looked at where it trades",
            suggestion=f"paddock venue doctor {there} --account {account_id}",
        )
    return checked


def _address_of(connection: dict[str, Any]) -> str | None:
    """Where to ask: a simulator, the venue's network for tests, or (None) the venue."""
    from paddock.venues.hyperliquid.networks import TESTNET

    return connection["url"] or (TESTNET.rest if connection["network"] == TESTNET.network else None)


def _row(found: Finding) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("name", "passed", "seen", "rule", "mend")}


def _show(venue: str, rows: list[dict[str, Any]], *, json: bool) -> None:
    from paddock.surfaces.cli.doctor import MARKS
    from paddock.surfaces.cli.failure import plain
    from paddock.surfaces.cli.terminal import show_json

    if json:
        show_json({"venue": venue, "passed": all(row["passed"] for row in rows), "findings": rows})
        return
    for row in rows:
        print(f"{MARKS['well' if row['passed'] else 'broken']} {row['name']}: {plain(row['seen'])}")
        if not row["passed"]:
            print(f"    rule: {row['rule']}\n    mend: {plain(row['mend'])}")
