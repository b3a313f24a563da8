"""Trading live as a part of the process: the signer, and the venues that owners' approvals go to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

import structlog

from paddock.core.errors import Code, Invalid, PaddockError, Refused, Unavailable, nearest
from paddock.journal.database import Database
from paddock.journal.upgrade import require_current
from paddock.runtime.live.gateway import Gateway, Links
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.signer.client import Keeping, SignerProcess
from paddock.surfaces.house import House, house_on
from paddock.surfaces.machine import RandomIds, SystemClock, SystemRandom
from paddock.surfaces.parts import Part
from paddock.surfaces.settings import Settings
from paddock.venues.approvals.base import Approvals

TEND_S = 1.0
VENUES = ("hyperliquid", "pacifica")

log = structlog.get_logger(__name__)


@contextmanager
def live_on(configured: Settings, house: House, *, counts: bool) -> Iterator[LiveAccounts]:
    """Live accounts with a signer of this home; it starts when it is first needed, and ends here.

    `counts`: this process signs orders. Others only make keys, and take them back.
    """
    keeping = Keeping.in_home(configured.home, configured.master_keys)
    with SignerProcess(keeping, time.monotonic, counts=counts) as signer:
        yield LiveAccounts(house.database, house.clock, house.ids, signer, links())


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
            count = LiveAccounts(house.database, house.clock, house.ids, signer, links()).rewrap()
        with SignerProcess(keeping, time.monotonic, ring="current key alone") as signer:
            signer.look()
    return count


def live_part(live: LiveAccounts) -> Part:
    """Keeps the signer to what the database says, and ends what has run out."""

    def run(stop: Event) -> None:
        told = ""
        while not stop.wait(TEND_S):
            try:
                live.tend()
                told = ""
            except PaddockError as error:  # paper goes on; what is live is signed for only while this works
                if error.message != told:
                    log.warning("live accounts are not tended", code=error.code, message=error.message)
                told = error.message

    return Part("live", run)


def links() -> Links:
    return Links(approvals_of, gateway_of)


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
        raise _not_installed(error) from None
    raise Invalid(
        Code.DATA_VENUE,
        f"nothing is traded live at {venue}",
        where="venue",
        seen=venue,
        rule=f"venues are {', '.join(VENUES)}",
        suggestion=nearest(venue, VENUES),
    )


def gateway_of(connection: Connection) -> Gateway:
    """Who asks the venue of a connection. Raises Unavailable, Invalid (value) for an address that is none."""
    if connection.grant.venue == "hyperliquid":
        try:
            from paddock.runtime.live.hyperliquid_link import HyperliquidLink
        except ImportError as error:
            raise _not_installed(error) from None
        return HyperliquidLink(connection, SystemClock(), SystemRandom())
    raise Unavailable(
        Code.VENUE_UNAVAILABLE,
        f"{connection.grant.venue} cannot be asked yet",
        where="venue",
        seen=connection.grant.venue,
        rule="a venue's client hands approvals in and looks at the account",
    )


def _not_installed(error: ImportError) -> Unavailable:
    return Unavailable(
        Code.MACHINE,
        "trading at a venue takes more than is installed",
        seen=str(error.name),
        rule="signatures and sockets come with an extra",
        suggestion="pip install 'paddock[venues]'",
    )
