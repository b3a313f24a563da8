"""From an owner who is made up to a signed order that the simulated venue books: the whole way, over real sockets."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest

from paddock.core.errors import PaddockError
from paddock.core.seams import CountingIds
from paddock.runtime.live.service import LiveAccounts
from paddock.runtime.live.states import Status
from paddock.runtime.live.wish import Wish
from paddock.surfaces.live import links
from paddock.surfaces.machine import SystemClock, SystemRandom
from paddock.surfaces.venues import Venues
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Order, Place
from paddock.venues.signing.tally import FileTally
from tests.venues.hyperliquid_simulator.kit import hyperliquid_simulator  # noqa: F401  a fixture
from tests.venues.signing.given import POLICY, PX, Given, order


@pytest.fixture
def live(fresh_url, tmp_path):
    from paddock.journal.database import Database

    database, tally = Database.open(fresh_url("sqlite")), FileTally(tmp_path / "tally")
    given = Given(tally, clock=SystemClock())
    with Venues(SystemClock(), SystemRandom()) as venues:
        of_venues = links(venues, given.vault)
        yield LiveAccounts(database, SystemClock(), CountingIds("id"), given.vault, of_venues), given.vault
    tally.close()
    database.close()


def now() -> int:
    return time.time_ns() // 1_000_000


def test_an_approval_reaches_the_venue_and_then_orders_do(live, hyperliquid_simulator):  # noqa: F811
    stage, (accounts, vault) = hyperliquid_simulator, live
    wish = Wish("hyperliquid", Network.SIMULATOR, "", POLICY, name="play", url=stage.url)
    made = accounts.connect("ann", wish)
    assert (made.status, made.live) == (Status.DRAFT, False), "the venue takes no approval of an address without money"
    stage.simulator.deposit(made.grant.main, 10_000)
    connection = accounts.check("ann", made.account_id)
    assert connection.status is Status.ACTIVE, connection.reason
    stage.advance(max(now() - stage.clock.now_ts(), 0))
    assert accounts.enable("ann", made.account_id).connection.live
    stamps = {"sent_ts": now(), "expires_ts": now() + 30_000}
    one = order(lots=100, px=50_000.0, account_id=made.account_id, **stamps)
    asked = Order(made.account_id, Place((one,), PX), stamps["sent_ts"], stamps["expires_ts"])
    (request,) = vault.sign(asked)
    post = urllib.request.Request(
        stage.url + request.path, json.dumps(request.body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(post, timeout=10) as answer:
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
