"""What an account has at its venue is in its ledger: what was there at first, and each transfer once."""

from __future__ import annotations

import pytest

from paddock.core.errors import Code, Invalid, Unavailable
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, OrderState, Side
from paddock.journal.database import Database
from paddock.journal.ledger import Book, balance
from paddock.runtime.live.broker import LiveBroker
from paddock.runtime.live.gateway import Transfer
from paddock.runtime.live.wish import Wish
from paddock.venues.broker import Capabilities, OrderUpdate, VenueEvent, VenueFill, VenueFunding
from paddock.venues.signing.grant import Network
from paddock.venues.told import Cursor
from tests.databases import fresh_url
from tests.venues.signing.given import NOW, POLICY

from .place import Place

__all__ = ["fresh_url"]


@pytest.fixture
def place(fresh_url, tmp_path):
    database = Database.open(fresh_url("sqlite"))
    made = Place(database, tmp_path)
    yield made
    made.close()
    database.close()


CAPABILITIES = Capabilities(False, True, False, True)


def cash(place: Place, account_id: str) -> int:
    with place.database.read() as conn:
        return balance(conn, account_id, "", Book.CASH)


def test_what_is_there_is_booked_when_it_is_switched_on_and_each_transfer_once(place):
    place.venue.cash = 1_000 * MICROS
    account = place.enabled().account_id
    assert cash(place, account) == 1_000 * MICROS
    place.venue.transfers = [
        Transfer("before", "deposit", 7 * MICROS, NOW),  # is in what was there
        Transfer("in", "deposit", 50 * MICROS, NOW + 1),
        Transfer("out", "withdraw", -20 * MICROS, NOW + 1),
    ]
    for _ in range(2):
        place.live.count()
    place.live.disable("ann", account)
    place.live.enable("ann", account)
    assert cash(place, account) == 1_030 * MICROS


def test_an_account_is_connected_again_at_its_own_address_alone(place):
    account = place.enabled().account_id
    place.live.revoke("ann", account)
    with pytest.raises(Invalid) as caught:
        place.live.connect("ann", Wish("hyperliquid", Network.MAINNET, "0x" + "12" * 20, POLICY, account_id=account))
    assert caught.value.code is Code.VALUE
    assert place.connect(account_id=account, name="").status == "draft"


class Wired:
    """A broker that tells which agent it was made for."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.told: list[VenueEvent] = []
        self.read: list[str] = []
        self.closed = False

    def close(self):
        self.closed = True

    def place(self, _placements):
        return [self.agent]

    def cancel(self, _cancellations):
        return [self.agent]

    def events(self, _account_id, cursor):
        self.read.append(cursor)
        return self.told, "behind"


def test_what_was_before_its_money_was_counted_is_in_it_and_is_not_told_again(place):
    connection, wired = place.active(), Wired("")
    account = connection.account_id
    wired.told = [
        told
        for ts in (NOW - 1, NOW, NOW + 1)
        for told in (
            VenueFill(f"fill-{ts}", "", "", "BTC", OrderKind.MARKET, Side.BUY, 5, 60_000.0, 1, False, ts),
            OrderUpdate(f"order-{ts}", OrderState.OPEN, ts),
            VenueFunding(f"paid-{ts}", "", "BTC", 1, ts),
        )
    ]
    broker = LiveBroker(place.database, account, CAPABILITIES, lambda _one: wired, lambda _account: True)
    assert broker.events(account, "") == ([], ""), "nothing is told of one whose money was never counted"
    place.live.enable("ann", account)
    events, cursor = broker.events(account, "")
    assert cursor == "behind"
    assert [event for event in events if isinstance(event, OrderUpdate)] == wired.told[1::3]
    assert [event for event in events if not isinstance(event, OrderUpdate)] == [wired.told[6], wired.told[8]]
    assert broker.events(account, cursor) == (events, "behind")
    assert wired.read == [str(Cursor.since(NOW)), "behind"], "what is long past is not even asked for"


def test_orders_go_by_the_connection_that_there_is_now(place):
    connection, known = place.enabled(), [True]
    account = connection.account_id
    made: list[Wired] = []

    def make(one):
        made.append(Wired(one.grant.agent))
        return made[-1]

    broker = LiveBroker(place.database, account, CAPABILITIES, make, lambda _account: known[0])
    assert broker.place([]) == [connection.grant.agent]
    place.live.revoke("ann", account)
    again = place.sign(place.connect(account_id=account, name=""))
    assert broker.cancel([]) == [connection.grant.agent], "what takes back needs no database"
    assert broker.place([]) == [again.grant.agent] != [connection.grant.agent]
    assert [one.closed for one in made] == [True, False], "who is replaced hears no more"
    known[0] = False
    with pytest.raises(Unavailable):
        broker.place([])
