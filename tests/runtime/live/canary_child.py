"""A program that trades live, for `test_canary.py` to look into: it prints all that it can say, and waits."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

import structlog

from paddock.core.errors import PaddockError
from paddock.core.seams import CountingIds
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.runtime.live.gateway import Links
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.wish import Wish
from paddock.runtime.signer import client
from paddock.runtime.signer.client import Keeping, SignerProcess
from paddock.surfaces.live import approvals_of
from paddock.surfaces.machine import SystemClock
from paddock.venues.sending import VALID_MS
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Order, Place
from tests.patience import PATIENCE_S
from tests.runtime.live.place import Venue
from tests.venues.signing.given import LISTINGS, POLICY, PX, order


def act(live: LiveAccounts, signer: SignerProcess, venue: str) -> list[object]:
    """Connect, trade, fail, change the limits; gives whatever was seen of it."""
    signer.list_markets(venue, Network.SIMULATOR, LISTINGS[venue])
    made = live.connect("ann", Wish(venue, Network.SIMULATOR, "", POLICY, name=venue))
    seen: list[object] = [made, live.enable("ann", made.account_id), live.approvals("ann", made.account_id)]
    for lots in (1, 10**9, 2):
        now = time.time_ns() // 1_000_000
        one = order(lots=lots, account_id=made.account_id, sent_ts=now, expires_ts=now + VALID_MS)
        try:
            seen.append(signer.sign(Order(made.account_id, Place((one,), PX), now, now + VALID_MS)))
        except PaddockError as error:
            seen += [error, error.as_dict()]
    seen.append(live.limit("ann", made.account_id, POLICY))
    live.rewrap()
    return seen


def main() -> None:
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stdout))
    client.START_S, SignerProcess._exchange.__defaults__ = PATIENCE_S, (PATIENCE_S,)
    home = Path(sys.argv[1])
    database = Database.open(f"sqlite:///{home}/paddock.db")
    upgrade(database)
    with SignerProcess(Keeping.in_home(home), time.monotonic) as signer:
        venue = Venue()
        links = Links(approvals_of, lambda _connection: venue)
        live = LiveAccounts(database, SystemClock(), CountingIds("id"), signer, links)
        seen = [act(live, signer, name) for name in LISTINGS]
        live.tend()
        print(seen, vars(live), vars(signer), signer.look(), live.list("ann"))
        print("READY", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
