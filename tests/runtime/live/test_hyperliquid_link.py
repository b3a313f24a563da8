"""From an owner who is made up to a signed order that the simulated venue books: the whole way, over real sockets."""

from __future__ import annotations

import json
import urllib.request

import pytest

from paddock.core.errors import PaddockError
from paddock.core.seams import CountingIds
from paddock.journal.database import Database
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.states import Status
from paddock.runtime.live.wish import Wish
from paddock.surfaces.live import links
from paddock.surfaces.machine import SystemRandom
from paddock.surfaces.venues import Venues
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Order, Place
from paddock.venues.signing.tally import FileTally
from tests.patience import PATIENCE_S
from tests.venues.hyperliquid_simulator.kit import hyperliquid_simulator  # noqa: F401  a fixture
from tests.venues.impatience import unhurried
from tests.venues.signing.given import POLICY, PX, Given, order

__all__ = ["unhurried"]


@pytest.fixture
def live(fresh_url, tmp_path, hyperliquid_simulator, unhurried):  # noqa: F811
    """In the simulator's time."""
    database, tally = Database.open(fresh_url("sqlite")), FileTally(tmp_path / "tally")
    clock = hyperliquid_simulator.clock
    given = Given(tally, clock=clock)
    with Venues(clock, SystemRandom()) as venues:
        of_venues = links(venues, given.vault)
        yield LiveAccounts(database, clock, CountingIds("id"), given.vault, of_venues), given.vault
    tally.close()
    database.close()


def test_an_approval_reaches_the_venue_and_then_orders_do(live, hyperliquid_simulator):  # noqa: F811
    stage, (accounts, vault) = hyperliquid_simulator, live
    wish = Wish("hyperliquid", Network.SIMULATOR, "", POLICY, name="play", url=stage.url)
    made = accounts.connect("ann", wish)
    assert (made.status, made.live) == (Status.DRAFT, False), "the venue takes no approval of an address without money"
    stage.simulator.deposit(made.grant.main, 10_000)
    connection = accounts.check("ann", made.account_id)
    assert connection.status is Status.ACTIVE, connection.reason
    assert accounts.enable("ann", made.account_id).connection.live
    now_ts = stage.clock.now_ts()
    stamps = {"sent_ts": now_ts, "expires_ts": now_ts + 30_000}
    one = order(lots=100, px=50_000.0, account_id=made.account_id, **stamps)
    asked = Order(made.account_id, Place((one,), PX), stamps["sent_ts"], stamps["expires_ts"])
    (request,) = vault.sign(asked)
    post = urllib.request.Request(
        stage.url + request.path, json.dumps(request.body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(post, timeout=PATIENCE_S) as answer:
        said = json.loads(answer.read())
    assert "resting" in said["response"]["data"]["statuses"][0], said
    accounts.revoke("ann", made.account_id)
    with pytest.raises(PaddockError):
        vault.sign(asked)


def test_the_checklist_asks_whether_the_builder_of_the_accounts_orders_is_approved(live, hyperliquid_simulator):  # noqa: F811
    stage, (accounts, _) = hyperliquid_simulator, live
    builder = stage.account().address
    wish = Wish(
        "hyperliquid", Network.SIMULATOR, "", POLICY, name="play", url=stage.url, builder=builder, builder_fee=20
    )
    made = accounts.connect("ann", wish)
    stage.simulator.deposit(made.grant.main, 10_000)

    def found() -> bool:
        (one,) = [one for one in accounts.inspect("ann", made.account_id).findings if one.name == "builder"]
        return one.passed

    assert not found()
    assert accounts.check("ann", made.account_id).status is Status.ACTIVE
    assert found()
