"""Trading live as a part of the process: the signer, and the venues that owners' approvals go to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Event

import structlog

from paddock.core.errors import Code, Invalid, PaddockError, Refused, nearest
from paddock.journal.database import Database
from paddock.journal.upgrade import require_current
from paddock.runtime.live.gateway import Gateway, Links
from paddock.runtime.live.prover import Prover
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.signer.client import Keeping, SignerProcess
from paddock.surfaces.house import House, house_on
from paddock.surfaces.kits import VENUES, kit_of, not_installed
from paddock.surfaces.machine import RandomIds, SystemClock, SystemRandom
from paddock.surfaces.parts import Part
from paddock.surfaces.settings import Settings
from paddock.surfaces.venues import Venues
from paddock.venues.approvals.base import Approvals

TEND_S = 1.0
COUNT_S = 600.0  # a reading takes a fifth of a minute's credits at one of the venues

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Live:
    """Trading live as a process has it: its accounts, who signs, and the venues that it asks."""

    accounts: LiveAccounts
    signer: SignerProcess
    venues: Venues


@contextmanager
def live_on(configured: Settings, house: House, *, counts: bool) -> Iterator[Live]:
    """Live accounts with a signer of this home; it starts when it is first needed, and ends here.

    `counts`: this process signs orders. Others only make keys, and take them back.
    """
    keeping = Keeping.in_home(configured.home, configured.master_keys)
    with (
        Venues(SystemClock(), SystemRandom()) as venues,
        SignerProcess(keeping, time.monotonic, counts=counts) as signer,
    ):
        accounts = LiveAccounts(house.database, house.clock, house.ids, signer, links(venues, signer))
        yield Live(accounts, signer, venues)


def rotate_master_key(configured: Settings) -> int:
    """Seal every key of the home's database under a new master key, and forget the old ones; gives how many there are.

    Where the keys come from the environment, the new one stands before the others there already. Raises Refused
    (serve.already_running) while another process of this home signs.
    """
    database = Database.open(configured.database_url)
    with closing(database):
        require_current(database)
        house = house_on(database, SystemClock(), RandomIds())
        keeping = Keeping.in_home(configured.home, configured.master_keys)
        with SignerProcess(keeping, time.monotonic, ring="new key") as signer:
            signer.look()
            if not signer.counting:
                raise Refused(
                    Code.ALREADY_RUNNING,
                    "another process of this home signs",
                    where=str(configured.home),
                    rule="master keys change while nothing signs",
                    suggestion="stop paddock serve first",
                )
            with Venues(SystemClock(), SystemRandom()) as venues:
                accounts = LiveAccounts(house.database, house.clock, house.ids, signer, links(venues, signer))
                accounts.rewrap()
                count = accounts.rewrap()  # also what another process sealed under the old key meanwhile
        with SignerProcess(keeping, time.monotonic, ring="current key alone") as signer:
            signer.look()
    return count


def sign_for_all(live: LiveAccounts) -> None:
    """Let the signer sign before the first order leaves; what hinders that is told, and tried again by the part."""
    try:
        live.tend()
    except PaddockError as error:
        log.warning("nothing is signed yet", code=error.code, message=error.message)


def live_parts(live: LiveAccounts) -> list[Part]:
    """Keep the signer to what the database says, and end what has run out; count what comes and goes at the venues."""
    tending = "live accounts are not tended"
    counting = "the money of live accounts is not counted"
    return [Part("live", _again(live.tend, TEND_S, tending)), Part("money", _again(live.count, COUNT_S, counting))]


def _again(do: Callable[[], None], every_s: float, failing: str) -> Callable[[Event], None]:
    def run(stop: Event) -> None:
        told = ""
        while not stop.wait(every_s):
            try:
                do()
                told = ""
            except PaddockError as error:  # paper goes on; what is live is signed for only while this works
                if error.message != told:
                    log.warning(failing, code=error.code, message=error.message)
                told = error.message

    return run


def links(venues: Venues, prover: Prover) -> Links:
    return Links(approvals_of, lambda connection: gateway_of(connection, venues, prover))


def approvals_of(venue: str) -> Approvals:
    """What owners sign at a venue. Raises Invalid (data.venue), Unavailable (machine)."""
    try:
        if venue == "hyperliquid":
            from paddock.venues.approvals.hyperliquid import HyperliquidApprovals

            return HyperliquidApprovals()
        if venue == "pacifica":
            from paddock.venues.approvals.pacifica import PacificaApprovals

            return PacificaApprovals()
    except ImportError as error:
        raise not_installed(error) from None
    raise Invalid(
        Code.DATA_VENUE,
        f"nothing is traded live at {venue}",
        where="venue",
        seen=venue,
        rule=f"venues are {', '.join(VENUES)}",
        suggestion=nearest(venue, VENUES),
    )


def gateway_of(connection: Connection, venues: Venues, prover: Prover) -> Gateway:
    """Who asks the venue of a connection. Raises Invalid (data.venue), Unavailable, and Invalid (value) for an address
    that is none."""
    kit = kit_of(connection.grant.venue)
    return kit.link(venues.at(connection.place).gateway, connection, prover)
