"""`paddock venue`: a venue as it is reached from this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from paddock.surfaces.cli.remote import Json, api

if TYPE_CHECKING:
    from paddock.runtime.live.gateway import Finding

app = App(name="venue", help="A venue as it is reached from this machine: doctor.")


@app.command
def doctor(
    venue: Annotated[str, Parameter(help="Venue: hyperliquid or pacifica.")],
    /,
    *,
    account: Annotated[str, Parameter(help="An account of `paddock serve`, or an address of the venue.")] = "",
    url: Annotated[str | None, Parameter(help="Where a simulator of the venue listens.")] = None,
    json: Json = False,
) -> int:
    """Check what stands against trading at a venue, and what mends it; exits with 1 when something does.

    Reach, clock, listing, smallest order and requests; of an account also its kind, agent, margin, balance and actions,
    and of an account of the server its builder and whether its signer would sign. Nothing is changed or ordered.
    """
    from paddock.surfaces.archives import check_venue

    check_venue(venue)
    asked, said = _Asked(venue, url, main=account), []
    if account and not _is_address(venue, account):
        checked = _checklist(account, venue)
        there, said = checked["connection"], checked["findings"]
        who = {name: there[name] for name in ("network", "main", "agent", "builder", "builder_fee")}
        asked = _Asked(venue, url or there["url"] or None, **who)
    found = [_row(each) for each in _findings(asked)]
    rows = found + [row for row in said if row["name"] not in {each["name"] for each in found}]
    _show(venue, rows, json=json)
    return int(not all(row["passed"] for row in rows))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom of which venue to look at, and where: at a simulator (`url`), or on a network of the venue."""

    venue: str
    url: str | None
    network: str = "mainnet"
    main: str = ""
    agent: str = ""
    builder: str = ""
    builder_fee: int = 0


def _findings(asked: _Asked) -> list[Finding]:
    """Raises Invalid (value), Unavailable (machine)."""
    from paddock.surfaces.archives import hyperliquid_at, pacifica_at
    from paddock.surfaces.machine import SystemClock

    if asked.venue == "pacifica":
        with pacifica_at(asked.url, asked.network) as pacifica:
            from paddock.runtime.live import pacifica as checks

            return list(checks.findings(pacifica, asked.main, builder=asked.builder, builder_fee=asked.builder_fee))
    with hyperliquid_at(asked.url, asked.network) as hyperliquid:
        from paddock.runtime.live.hyperliquid import findings

        who = (asked.main, asked.agent, asked.builder, asked.builder_fee)
        return list(findings(hyperliquid, SystemClock(), *who))


def _is_address(venue: str, account: str) -> bool:
    """Whether it is an address of the venue, and no account of the server's."""
    if venue == "hyperliquid":
        return account.startswith("0x")
    from paddock.venues import base58
    from paddock.venues.pacifica.codec.signing import KEY_BYTES

    try:
        return len(base58.decode(account, KEY_BYTES)) == KEY_BYTES
    except ValueError:
        return False


def _checklist(account_id: str, venue: str) -> dict[str, Any]:
    """Raises Invalid (data.venue) where the account is of another venue, and what the server raises."""
    from paddock.core.errors import Code, Invalid

    with api(asks_a_venue=True) as session:
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
