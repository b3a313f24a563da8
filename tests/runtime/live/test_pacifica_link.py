"""From an owner who is made up to an agent that the simulated Pacifica takes orders of: the whole way, over sockets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paddock.core.errors import PaddockError, Refused, Unavailable
from paddock.core.money import MICROS
from paddock.core.orders import Side
from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.ledger import Book, balance
from paddock.runtime.live import pacifica_link
from paddock.runtime.live.pacifica_link import PacificaLink
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.states import Status
from paddock.runtime.live.wish import Wish
from paddock.surfaces.live import links
from paddock.surfaces.machine import SystemRandom
from paddock.surfaces.venues import Venues
from paddock.venues.broker import Accepted
from paddock.venues.exchange import Request, Tif
from paddock.venues.faults import Fault
from paddock.venues.notes import MemoryNoteStore
from paddock.venues.pacifica.broker import PacificaBroker
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.networks import CREDITS
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS
from paddock.venues.pacifica.simulator.server import running
from paddock.venues.pacifica.simulator.simulator import Simulator
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Terms
from paddock.venues.signing.grant import Network
from paddock.venues.signing.tally import FileTally
from paddock.venues.transport.budget import Allowance
from paddock.venues.wallet import Wallet
from tests.venues.impatience import LONG_MS, leave, refuse, unhurried
from tests.venues.pacifica_broker.staged import client
from tests.venues.signing.given import NOW, POLICY, Given, order

__all__ = ["unhurried"]

CANCEL = "post:/orders/cancel"


@pytest.fixture
def simulator():
    return Simulator(ManualClock(NOW), Terms(allowed=UNLIMITED))


@pytest.fixture
def live(fresh_url, tmp_path, simulator, unhurried):
    """In the simulator's time."""
    database, tally = Database.open(fresh_url("sqlite")), FileTally(tmp_path / "tally")
    clock = simulator.clock
    given = Given(tally, clock=clock)
    with running(simulator) as url, Venues(clock, SystemRandom()) as venues:
        reached = links(venues, given.vault)
        accounts = LiveAccounts(database, clock, CountingIds("id"), given.vault, reached)
        yield accounts, given.vault, venues, Wish("pacifica", Network.SIMULATOR, "", POLICY, name="play", url=url)
    tally.close()
    database.close()


@pytest.fixture
def made(live, simulator):
    """A connection of somebody with money."""
    accounts, _, _, wish = live
    made = accounts.connect("ann", wish)
    assert (made.status, made.live) == (Status.DRAFT, False), "the venue takes no approval of an address without money"
    simulator.deposit(made.grant.main, 10_000)
    return made


def test_an_approval_reaches_the_venue_and_then_orders_do(live, made, simulator):
    accounts, vault, venues, _ = live
    connection = accounts.check("ann", made.account_id)
    assert connection.status is Status.ACTIVE, connection.reason
    checked = accounts.enable("ann", made.account_id)
    assert checked.connection.live and {"agent", "balance", "clock"} <= {each.name for each in checked.findings}
    gateway, grant = venues.at(made.place).gateway, made.grant
    broker = PacificaBroker(
        gateway, [Wallet(made.account_id, grant.main, grant.agent)], vault, MemoryNoteStore(), listens=False
    )
    now = simulator.clock.now_ts()
    placed = order(lots=100, px=50_000.0, account_id=made.account_id, sent_ts=now, expires_ts=now + 30_000)
    assert isinstance(broker.place([placed])[0], Accepted)
    assert [each.client_id for each in broker.open_orders(made.account_id)] == [placed.client_id]
    assert broker.equity(made.account_id) == 10_000 * MICROS
    accounts.revoke("ann", made.account_id)
    with pytest.raises(PaddockError):
        vault.self_test(made.account_id)


def test_an_agent_that_its_owner_took_away_is_found_out(live, made, simulator):
    accounts, *_ = live
    assert accounts.check("ann", made.account_id).status is Status.ACTIVE
    simulator.revoke(made.grant.main, made.grant.agent)
    (agent,) = [each for each in accounts.inspect("ann", made.account_id).findings if each.name == "agent"]
    assert not agent.passed and agent.mend
    with pytest.raises(Refused):
        accounts.enable("ann", made.account_id)


def test_trying_the_agent_opens_no_key_by_what_was_read_before_its_owner_switched_off(live, made):
    accounts, vault, venues, _ = live
    accounts.check("ann", made.account_id)
    known = accounts.enable("ann", made.account_id).connection
    link = links(venues, vault).gateway(known)
    accounts.disable("ann", made.account_id)
    assert link.approved()
    assert vault.look()[made.account_id].closing
    accounts.revoke("ann", made.account_id)
    with pytest.raises(Unavailable):
        link.approved()
    assert made.account_id not in vault.opened()


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.GARBAGE, Fault.THROTTLED])
def test_a_venue_that_does_not_say_whether_the_agent_may_is_asked_again(live, made, simulator, fault):
    accounts, vault, *_ = live
    simulator.faults.add(fault, CANCEL)
    connection = accounts.check("ann", made.account_id)
    assert connection.status is Status.DRAFT and connection.reason
    assert not vault.opened(), "the key of a draft is open only while it proves itself"


def test_what_is_tried_changes_nothing(live, made, simulator):
    accounts, *_ = live
    accounts.check("ann", made.account_id)
    before = simulator.exchange.account(made.grant.main)
    accounts.inspect("ann", made.account_id)
    assert simulator.exchange.account(made.grant.main) == before
    assert simulator.exchange.open_orders(made.grant.main) == []


def test_money_that_came_and_went_is_told_once_by_what_it_is(live, made, simulator):
    accounts, vault, venues, _ = live
    accounts.check("ann", made.account_id)
    simulator.clock.advance(1)
    since_ts = simulator.clock.now_ts()
    for dollars in (5, 5):
        simulator.deposit(made.grant.main, dollars)
    link = links(venues, vault).gateway(made)
    start, told = link.money(0), link.money(since_ts)
    assert (start.cash, start.transfers) == (10_010 * MICROS, ())
    assert [each.amount for each in told.transfers] == [5 * MICROS, 5 * MICROS]
    assert len({each.transfer_id for each in told.transfers}) == 2
    assert link.money(since_ts).transfers == told.transfers


BALANCES = "get:/account/balance/history"


def test_what_trading_changed_is_read_once_and_money_is_found_behind_any_of_it(live, made, simulator, monkeypatch):
    """V12: pages cost much, and what changed the balance is mostly trades."""
    monkeypatch.setattr(pacifica_link, "PAGE", 3)
    monkeypatch.setattr(pacifica_link, "LATE_MS", 0)
    accounts, vault, *_ = live
    accounts.check("ann", made.account_id)
    accounts.enable("ann", made.account_id)
    simulator.clock.advance(1)
    simulator.deposit(made.grant.main, 5)
    simulator.move("BTC", "60000", 1_000_000)
    for _ in range(3):
        for side, px in ((Side.BUY, 70_000), (Side.SELL, 50_000)):
            with simulator.acting() as venue:
                order = Request(made.grant.main, "BTC", side, 100, px * 10**PX_DECIMALS, tif=Tif.IOC)
                venue.exchange.submit(order)
            simulator.clock.advance(10)
    allowance = Allowance(CREDITS, burst=260, refill=60_000)  # for two pages, and then for one in a while
    asked = []
    with Gateway(client(made.url, simulator.clock, allowances=[allowance], wait_ms=LONG_MS)) as gateway:
        refuse(gateway.client)
        accounts._links = replace(accounts._links, gateway=lambda connection: PacificaLink(connection, gateway, vault))
        for _ in range(2):
            leave(gateway, CREDITS, allowance.burst)
            before = simulator.faults.calls.get(BALANCES, 0)
            accounts.count()
            asked.append(simulator.faults.calls[BALANCES] - before)
    assert asked[0] >= 3 and asked[1] == 1
    with accounts._database.read() as conn:
        assert balance(conn, made.account_id, "", Book.CASH) == 10_005 * MICROS
