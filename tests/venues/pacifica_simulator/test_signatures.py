"""Who may ask for what: the recorded vectors, agents, windows, owners' operations."""

from __future__ import annotations

import pytest

from paddock.core.seams import ManualClock
from paddock.venues.pacifica.codec.operations import OWNERS_ONLY
from paddock.venues.pacifica.codec.verification import Fault
from paddock.venues.pacifica.simulator.answers import NOT_AUTHORIZED, VERIFICATION
from paddock.venues.pacifica.simulator.desk import OPERATIONS
from paddock.venues.pacifica.simulator.simulator import Simulator
from tests.venues.pacifica.recorded import RECORDINGS, load, needs_recordings
from tests.venues.pacifica_simulator.kit import (
    ACCOUNT,
    AGENT,
    AGENT_WALLET,
    OTHER,
    STRANGER,
    TYPES,
    Desk,
    make,
    signed,
)

ORDER = {"symbol": "BTC", "price": "60000", "amount": "0.01", "side": "bid", "tif": "GTC", "reduce_only": False}
VECTORS = load("signing_vectors.json")["vectors"] if RECORDINGS.is_dir() else []


def refused_signature(answer):
    """A venue that had taken the signature would speak of the order, the agent's rights or the operation."""
    return answer in (VERIFICATION, NOT_AUTHORIZED) or answer.error in set(Fault)


@needs_recordings
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_vector_is_taken_or_refused_as_marked(vector):
    simulator, _ = make()
    simulator.bind(ACCOUNT, AGENT_WALLET)
    body = vector["request_body"]
    simulator.deposit(body.get("account", ACCOUNT), 100_000)
    answer, _ = simulator.act(vector["path"].removeprefix("/api/v1"), body)
    elements = answer.data["results"] if vector["id"] == "batch" else []
    taken = not refused_signature(answer) and not any(one.get("error") == VERIFICATION.error for one in elements)
    assert taken == vector["expect_valid"], answer


@needs_recordings
def test_a_third_partys_fixture_is_taken():
    fixture = load("third_party_signing_fixture.json")["payload"]
    header, account = fixture["header"], fixture["public_key"]
    simulator = Simulator(ManualClock(header["timestamp"]))
    simulator.deposit(account, 1000)
    stamped = {name: header[name] for name in ("timestamp", "expiry_window")}
    body = {"account": account, "signature": fixture["signature"], **stamped, **fixture["payload"]}
    assert simulator.act("/orders/create", body)[0].ok
    assert simulator.act("/orders/create", body | {"price": "100000.0"})[0] == VERIFICATION


def test_an_agent_trades_until_it_is_revoked():
    simulator, _ = make()
    owner, agent = Desk(simulator), Desk(simulator, key=AGENT)
    assert agent.limit("bid", "60000", "0.01") == NOT_AUTHORIZED
    assert owner.do("bind_agent_wallet", agent_wallet=AGENT_WALLET).ok
    assert owner.do("list_agent_wallets").data == {"agent_wallets": [AGENT_WALLET]}
    assert agent.limit("bid", "60000", "0.01").ok
    assert owner.do("revoke_agent_wallet", agent_wallet=AGENT_WALLET).ok
    assert agent.limit("bid", "60000", "0.01") == NOT_AUTHORIZED
    assert owner.do("revoke_agent_wallet", agent_wallet=AGENT_WALLET).status == 404


def test_an_agent_is_of_one_account_only():
    simulator, _ = make()
    simulator.deposit(STRANGER, 1000)
    simulator.bind(ACCOUNT, AGENT_WALLET)
    assert Desk(simulator, key=AGENT, account=STRANGER).limit("bid", "60000", "0.01") == NOT_AUTHORIZED


@pytest.mark.parametrize("kind", sorted(OWNERS_ONLY & set(TYPES)))
def test_what_owners_alone_may_sign(kind):
    """Where an agent is what it is about, naming it signs nothing; elsewhere an agent is turned away."""
    simulator, _ = make()
    simulator.bind(ACCOUNT, AGENT_WALLET)
    body = signed(kind, {}, simulator.wall.now_ts(), key=AGENT)
    assert simulator.act(TYPES[kind], body)[0] == VERIFICATION


@pytest.mark.parametrize("path", sorted(OPERATIONS))
def test_every_operation_asks_for_a_signature(path):
    simulator, _ = make()
    body = signed(OPERATIONS[path].signed_as, {"symbol": "BTC"}, simulator.wall.now_ts(), key=OTHER)
    body.pop("agent_wallet")
    assert simulator.act(path, body)[0] == VERIFICATION


@pytest.mark.parametrize(
    "late_ms, ok", [(-1, False), (0, True), (5_000, True), (5_001, False)], ids=["early", "first", "last", "late"]
)
def test_a_request_is_good_within_its_window(late_ms, ok):
    simulator, _ = make()
    body = signed("create_order", ORDER, simulator.wall.now_ts() - late_ms)
    answer, _ = simulator.act("/orders/create", body)
    assert answer.ok == ok and (ok or answer.error == "Invalid message")


def test_the_window_is_thirty_seconds_where_it_is_not_said():
    simulator, clock = make()
    body = signed("create_order", ORDER, simulator.wall.now_ts(), window=30_000)
    del body["expiry_window"]
    clock.advance(30_000)
    assert simulator.act("/orders/create", body)[0].ok
    clock.advance(1)
    assert not simulator.act("/orders/create", body)[0].ok


@pytest.mark.parametrize("field", sorted(ORDER))
def test_no_signed_field_may_change(field):
    simulator, _ = make()
    body = signed("create_order", ORDER, simulator.wall.now_ts())
    for changed in (body | {field: "x"}, {name: value for name, value in body.items() if name != field}):
        assert simulator.act("/orders/create", changed)[0] == VERIFICATION
    assert simulator.act("/orders/create", body | {"builder_code": "X"})[0] == VERIFICATION


def test_the_same_body_is_booked_again_unless_it_is_named():
    simulator, _ = make()
    bare = signed("create_order", ORDER, simulator.wall.now_ts())
    assert [simulator.act("/orders/create", bare)[0].ok for _ in range(2)] == [True, True]
    name = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
    named = signed("create_order", ORDER | {"client_order_id": name}, simulator.wall.now_ts())
    assert simulator.act("/orders/create", named)[0].ok
    again, _ = simulator.act("/orders/create", named)
    assert (again.status, again.code) == (422, 36)
    assert Desk(simulator).do("cancel_order", symbol="BTC", client_order_id=name).ok
    assert simulator.act("/orders/create", named)[0].code == 36


def test_an_account_without_a_deposit_is_unknown():
    simulator, _ = make(dollars=0)
    answer = Desk(simulator).limit("bid", "60000", "0.01")
    assert (answer.status, answer.code, answer.error) == (404, 1, "Account not found")


@pytest.mark.parametrize(
    "kind",
    ["withdraw", "transfer_funds", "create_lake", "deposit_to_lake", "withdraw_from_lake", "withdraw_spot_asset"],
)
def test_money_does_not_move(kind):
    simulator, _ = make()
    before = simulator.exchange.account(ACCOUNT)
    answer = Desk(simulator).do(kind, amount="1")
    assert (answer.status, answer.code) == (422, 51)
    assert simulator.exchange.account(ACCOUNT) == before
