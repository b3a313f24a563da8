"""How the feed of a venue is traded: on paper, or at the venue itself, by whose account it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from sqlalchemy import select

from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.runtime.accounts import PAPER
from paddock.runtime.feeds import Feed
from paddock.runtime.live.broker import LiveBroker
from paddock.runtime.live.notes import DatabaseNotes
from paddock.runtime.live.rows import Connection
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market
from paddock.runtime.tables import accounts
from paddock.surfaces.kits import Stores, kit_of
from paddock.surfaces.live import Live
from paddock.surfaces.venues import Reached
from paddock.surfaces.work import in_time_of
from paddock.venues.broker import Broker, Listening
from paddock.venues.transport.nonce_stores import FileNonces


def trading(database: Database, home: Path, live: Live, costs: Costs) -> Callable[[Feed, Reached], Market]:
    """Makes the market of a venue's feed: accounts of paper fill on its bars, at `costs`; a venue's own trade there."""
    stores = Stores(FileNonces(home / "nonces"), DatabaseNotes(database))

    def broker_of(connection: Connection) -> Listening:
        gateway = live.venues.at(connection.place).gateway
        return kit_of(connection.grant.venue).broker(gateway, connection, live.signer, stores)

    def is_signed_for(account_id: str) -> bool:
        return account_id in live.signer.opened()

    @cache
    def on_paper(account_id: str) -> bool:
        with database.read() as conn:
            venue = conn.execute(select(accounts.c.venue).where(accounts.c.account_id == account_id)).scalar_one()
        return str(venue) == PAPER

    def market_of(feed: Feed, reached: Reached) -> Market:
        paper, capabilities = PaperVenue(database, feed.clock), kit_of(feed.history().venue).capabilities

        def broker(account_id: str) -> Broker:
            if on_paper(account_id):
                return paper
            return LiveBroker(database, account_id, capabilities, broker_of, is_signed_for)

        return Market(feed, broker, paper, costs, on_paper, in_time_of(reached.speed))

    return market_of
