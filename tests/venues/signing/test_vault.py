"""Nothing outside its policy is ever signed: held on the bodies that would leave, whatever is asked."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid, PaddockError, Refused, Unavailable
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import Bracket
from paddock.venues.hyperliquid.codec.signing import Network as Chain
from paddock.venues.hyperliquid.codec.signing import Signature, signers
from paddock.venues.pacifica.codec.operations import Draft, authenticates
from paddock.venues.pacifica.codec.verification import verifies
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import (
    Cancel,
    CancelById,
    Leverage,
    MarginMode,
    Place,
    ScheduleCancel,
    Shelf,
    SignedRequest,
)
from paddock.venues.signing.tally import DAY_MS
from paddock.venues.signing.wire import plain_markets
from tests.venues.signing.given import (
    LISTINGS,
    NOW,
    POLICY,
    PX,
    VENUES,
    Given,
    asked,
    cancellation,
    client_id,
    given,
    order,
    place,
    wanted,
)


@pytest.fixture
def at(tmp_path):
    with given(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with given(tmp_path_factory.mktemp("vault")) as found:
        yield found


def signer(request: SignedRequest, kind: str = "") -> str:
    """Who signed a request, as its venue finds out."""
    body = request.body
    if "action" in body:
        expires = body["expiresAfter"]
        found = signers(body["action"], body["nonce"], Signature.parse(body["signature"]), expires_after=expires)
        return found[Chain.MAINNET if kind == "mainnet" else Chain.TESTNET]
    aside = authenticates(request.kind)
    payload = {name: value for name, value in body.items() if name not in aside}
    message = Draft(request.kind, payload, body["timestamp"], body["expiry_window"]).message
    assert verifies(body["agent_wallet"], body["signature"], message)
    return body["agent_wallet"]


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("network", Network)
def test_an_order_is_signed_by_its_agent_for_its_network(at, venue, network):
    sealed = at.open(wanted(venue, network=network))
    (request,) = at.vault.sign(place(order()))
    assert signer(request, network) == sealed.grant.agent
    assert sealed.grant.agent not in (sealed.grant.main, "")


@pytest.mark.parametrize("venue", VENUES)
def test_every_operation_that_a_venue_has_is_signed_and_the_others_are_refused(at, venue):
    sealed = at.open(wanted(venue))
    mine = {"hyperliquid": {"leverage", "schedule_cancel"}, "pacifica": {"leverage", "margin_mode"}}[venue]
    for operation in (Leverage("BTC", 3), MarginMode("BTC", True), ScheduleCancel(NOW + 9_000)):
        if operation.op in mine:
            (request,) = at.vault.sign(asked(operation))
            assert signer(request) == sealed.grant.agent
        else:
            with pytest.raises(Invalid, match="no such request"):
                at.vault.sign(asked(operation))
    for shelf in Shelf:
        for operation in (
            Cancel((cancellation(),), shelf),
            CancelById("ETH", (5,), shelf),
        ):
            assert {signer(each) for each in at.vault.sign(asked(operation))} == {sealed.grant.agent}


def test_a_builder_is_paid_what_the_grant_says_and_nobody_else(at):
    at.open(wanted(builder="0x" + "EE" * 20, builder_fee=10))
    assert at.vault.sign(place(order()))[0].body["action"]["builder"] == {"b": "0x" + "ee" * 20, "f": 10}
    at.open(wanted("pacifica", builder="CODE", builder_fee=10))
    assert at.vault.sign(place(order()))[0].body["builder_code"] == "CODE"


PRICES = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1.0, 0.5, 59_999.0, 60_000.0, 60_001.0, 61_000.0, 3_000.0, 3_000.1, 1e12]),
)
LOTS = st.one_of(st.integers(-5, 2**60), st.integers(1, 20_000))
SYMBOLS = st.sampled_from(["BTC", "ETH", "ATOM", "MATIC", "PURR/USDC", "NOPE"])
BRACKETS = st.builds(
    Bracket,
    stop_px=st.sampled_from([0.0, 50_000.0, 70_000.0, math.nan]),
    take_px=st.sampled_from([0.0, 70_000.0, 2_000.0]),
    stop_pct=st.sampled_from([0.0, 0.0, 1.0]),
    stop_client_id=st.builds(client_id),
    take_client_id=st.builds(client_id),
)
ORDERS = st.builds(
    order,
    SYMBOLS,
    kind=st.sampled_from(OrderKind),
    side=st.sampled_from(Side),
    lots=LOTS,
    px=PRICES,
    bound_px=PRICES,
    tif=st.sampled_from(Tif),
    reduce_only=st.booleans(),
    leverage=st.sampled_from([1.0, 3.0, 5.0, 5.5, 100.0, math.nan]),
    slices=st.integers(1, 100),
    bracket=BRACKETS,
)
LIKELY = st.builds(  # many of these may be signed
    order,
    st.sampled_from(["BTC", "BTC", "ETH", "ATOM"]),
    kind=st.sampled_from([OrderKind.MARKET, OrderKind.LIMIT, OrderKind.TWAP, OrderKind.STOP]),
    side=st.sampled_from(Side),
    lots=st.sampled_from([1, 1_000, 15_900, 16_500, 20_000, 2_000_000]),
    px=st.sampled_from([1.0, 2_900.0, 59_000.0, 61_000.0]),
    bound_px=st.sampled_from([0.0, 0.0, 3_100.0, 62_000.0]),
    reduce_only=st.sampled_from([False, False, True]),
    leverage=st.sampled_from([1.0, 5.0, 6.0]),
    slices=st.just(20),
)
REFERENCES = st.fixed_dictionaries({}, optional=dict.fromkeys(["BTC", "ETH", "ATOM"], PRICES))
WILD = st.one_of(
    st.builds(lambda orders, ref: Place(tuple(orders), ref), st.lists(ORDERS, max_size=4), REFERENCES),
    st.builds(Leverage, SYMBOLS, st.integers(-1, 60), st.booleans()),
    st.builds(MarginMode, SYMBOLS, st.booleans()),
    st.builds(CancelById, SYMBOLS, st.lists(st.integers(0, 9), max_size=3).map(tuple), st.sampled_from(Shelf)),
    st.builds(lambda symbol: Cancel((cancellation(symbol=symbol),)), SYMBOLS),
    st.builds(ScheduleCancel, st.none() | st.integers(0, 2**41)),
)
PLAUSIBLE = st.one_of(
    st.builds(lambda orders: Place(tuple(orders), PX | {"ATOM": 5.0}), st.lists(LIKELY, min_size=1, max_size=2)),
    st.builds(lambda one: Place((one,), PX | {"ATOM": 5.0}), LIKELY),
)
TRADING = {
    *(
        "order",
        "cancel",
        "cancelByCloid",
        "updateLeverage",
        "scheduleCancel",
        "twapOrder",
        "twapCancel",
    ),
    *("create_order", "create_market_order", "create_stop_order", "create_twap_order"),
    *("cancel_order", "cancel_stop_order", "cancel_twap_order", "update_leverage", "update_margin_mode"),
}


def openings(request: SignedRequest) -> list[tuple[str, Decimal, Decimal]]:
    """What a body could open: symbol, quantity, and the price it names (0: none)."""
    body = request.body
    if "action" in body:
        action = body["action"]
        names = {market.asset: symbol for symbol, market in LISTINGS["hyperliquid"].items()}
        items = action.get("orders") or [each for each in (action.get("order"), action.get("twap")) if each]
        return [(names[each["a"]], Decimal(each["s"]), Decimal(each.get("p", 0))) for each in items if not each["r"]]
    if "amount" in body and not body.get("reduce_only"):
        return [(body["symbol"], Decimal(body["amount"]), Decimal(body.get("price", 0)))]
    return []


@pytest.mark.parametrize("operations", [WILD, PLAUSIBLE], ids=["wild", "plausible"])
@settings(max_examples=300)
@for_all(st.data())
def test_nothing_outside_its_policy_is_ever_signed(lasting: Given, operations, data):
    venue, operation = data.draw(st.sampled_from(VENUES)), data.draw(operations)
    closing = data.draw(st.sampled_from([False, False, False, True]))
    lasting.open(wanted(venue), closing=closing)
    try:
        requests = lasting.vault.sign(asked(operation))
    except (Refused, Invalid, Unavailable):
        return
    references = getattr(operation, "ref_px", {})
    spent = Decimal(0)
    for request in requests:
        assert request.kind in TRADING
        assert signer(request)
        for symbol, size, px in openings(request):
            reference = Decimal(repr(references.get(symbol, 0)))
            assert symbol in POLICY.symbols and not closing
            value = size * max(px, reference)
            assert value * MICROS <= POLICY.order_usd
            spent += value
    assert spent * MICROS <= POLICY.day_usd
    assert lasting.vault.look()["account-1"].spent >= spent * MICROS
    if isinstance(operation, Leverage):
        assert 1 <= operation.leverage <= POLICY.max_leverage and operation.symbol in POLICY.symbols and not closing


@settings(max_examples=30)
@for_all(st.lists(st.tuples(st.integers(1, 16_000), st.integers(0, 40_000_000)), max_size=40))
def test_no_day_comes_to_more_than_its_cap_however_it_is_cut(lasting: Given, steps):
    lasting.open(wanted())
    lasting.clock.ts += DAY_MS
    days: dict[int, int] = {}
    for lots, wait in steps:
        now = lasting.clock.ts = lasting.clock.ts + wait
        one = order(lots=lots, sent_ts=now, expires_ts=now + 30_000)
        try:
            lasting.vault.sign(place(one, nonce=now, expires_ts=now + 30_000))
        except Refused as error:
            assert error.where == "day_usd"
            assert days.get(now // DAY_MS, 0) + lots * 600_000 > POLICY.day_usd
        else:
            days[now // DAY_MS] = days.get(now // DAY_MS, 0) + lots * 600_000
    assert all(spent <= POLICY.day_usd for spent in days.values())


def test_the_same_request_again_is_the_same_bytes_and_counts_once(at):
    at.open()
    one = place(order(lots=16_000))
    first = at.vault.sign(one)
    assert [at.vault.sign(one) for _ in range(10)] == [first] * 10
    assert at.vault.look()["account-1"].spent == 9_600 * MICROS
    for n in range(4):
        at.vault.sign(replace(one, nonce=NOW + 1 + n))
    with pytest.raises(Refused, match="used up"):
        at.vault.sign(replace(one, nonce=NOW + 9))
    assert at.vault.sign(one) == first


def test_the_same_request_of_another_agent_is_another_request(at):
    at.open(wanted(account_id="account-2"))
    at.open()
    twap = place(order(kind=OrderKind.TWAP, slices=20))  # at Hyperliquid without a client id
    for account_id in ("account-1", "account-2"):
        at.vault.sign(replace(twap, account_id=account_id))
        assert at.vault.look()[account_id].spent == 630 * MICROS


def test_a_restart_keeps_the_day(at):
    sealed = at.open()
    for n in range(5):
        at.vault.sign(place(order(lots=16_666), nonce=NOW + n))
    again = at.another()
    again.open(sealed, closing=False)
    assert again.look()["account-1"].spent == 5 * 16_666 * 600_000
    with pytest.raises(Refused) as caught:
        again.sign(place(order(lots=200)))
    assert caught.value.where == "day_usd"
    again.sign(place(order(lots=200, reduce_only=True)))
    again.sign(asked(Cancel((cancellation(),))))
    at.clock.advance(DAY_MS)
    tomorrow = {"sent_ts": NOW + DAY_MS, "expires_ts": NOW + DAY_MS + 1_000}
    again.sign(place(order(lots=200, **tomorrow), nonce=NOW + DAY_MS, expires_ts=NOW + DAY_MS + 1_000))


def test_what_cannot_be_written_is_not_counted(at):
    at.open()
    with pytest.raises(Invalid):
        at.vault.sign(place(order(px=60_000.123)))
    assert at.vault.look()["account-1"].spent == 0


def test_an_account_that_was_not_opened_is_not_signed_for(at):
    sealed = at.vault.make(wanted())
    with pytest.raises(Refused) as caught:
        at.vault.sign(place(order()))
    assert caught.value.code is Code.LIVE_OFF
    at.vault.open(sealed, closing=False)
    at.vault.self_test("account-1")
    at.vault.close("account-1")
    for ask in (lambda: at.vault.sign(place(order())), lambda: at.vault.self_test("account-1")):
        with pytest.raises(Refused):
            ask()


def test_a_revoked_key_signs_nothing_in_any_process_of_the_home(at):
    sealed, other = at.open(), at.another()
    other.open(sealed, closing=False)
    at.vault.revoke(sealed.grant)
    for vault in (at.vault, other, at.another()):
        for ask in (
            lambda vault=vault: vault.sign(asked(Cancel((cancellation(),)))),
            lambda vault=vault: vault.open(sealed, closing=True),
            lambda vault=vault: vault.reseal(sealed, POLICY),
        ):
            with pytest.raises(Refused) as caught:
                ask()
            assert caught.value.code in (Code.SIGNER_KEY, Code.LIVE_OFF)


def test_a_key_opens_only_for_what_it_was_made_for(at):
    sealed = at.vault.make(wanted())
    wider = replace(sealed, grant=replace(sealed.grant, policy=replace(POLICY, symbols=("*",))))
    for moved in (wider, replace(sealed, grant=replace(sealed.grant, owner="bob"))):
        with pytest.raises(Refused) as caught:
            at.vault.open(moved, closing=False)
        assert caught.value.code is Code.SIGNER_KEY


def test_a_blob_of_another_agent_is_refused(at):
    one = at.vault.make(wanted())
    grant = replace(one.grant, agent="0x" + "12" * 20)
    with at.ring.opened(one.blob, one.grant.bound()) as secret:
        swapped = replace(one, grant=grant, blob=at.ring.seal(secret, grant.bound()))
    with pytest.raises(Refused, match="another agent's"):
        at.vault.open(swapped, closing=False)


def test_another_policy_is_sealed_anew_and_the_old_one_stays_as_it_was(at):
    sealed = at.open()
    wider = at.vault.reseal(sealed, replace(POLICY, symbols=("ATOM", "BTC")))
    assert wider.grant.agent == sealed.grant.agent
    with pytest.raises(Refused):
        at.vault.sign(asked(Place((order("ATOM", px=5.0),), {"ATOM": 5.0})))
    at.vault.open(wider, closing=False)
    at.vault.sign(asked(Place((order("ATOM", px=5.0),), {"ATOM": 5.0})))
    with pytest.raises(Invalid):
        at.vault.reseal(sealed, replace(POLICY, max_leverage=0))


def test_a_market_cannot_become_another_while_it_has_its_name(at):
    markets = plain_markets(LISTINGS["hyperliquid"])
    at.vault.list_markets("hyperliquid", Network.TESTNET, markets)
    for field, value in (("asset", 1), ("instrument", markets["BTC"]["instrument"] | {"qty_decimals": 0})):
        with pytest.raises(Refused, match="not what it was"):
            at.vault.list_markets("hyperliquid", Network.TESTNET, {"BTC": markets["BTC"] | {field: value}})


def test_a_simulator_may_live_in_another_time(at):
    at.open(wanted(network=Network.SIMULATOR))
    long_ago = order(sent_ts=5_000, expires_ts=35_000)
    at.vault.sign(place(long_ago, nonce=5_000, expires_ts=35_000))
    at.open(wanted())
    with pytest.raises(Refused):
        at.vault.sign(place(long_ago, nonce=5_000, expires_ts=35_000))


def test_an_unknown_venue_is_refused(at):
    with pytest.raises(Invalid) as caught:
        at.vault.make(replace(wanted(), venue="hyperlquid"))
    assert caught.value.suggestion == 'did you mean "hyperliquid"?'


@pytest.mark.parametrize(
    ("venue", "main"), [("hyperliquid", "0x12"), ("pacifica", "0x" + "ab" * 20), ("pacifica", "1" * 90)]
)
def test_an_owner_has_an_address_of_the_venue(at, venue, main):
    with pytest.raises(Invalid):
        at.vault.make(wanted(venue, main=main))


def test_no_secret_is_in_anything_that_is_shown(at):
    sealed = at.open()
    with at.ring.opened(sealed.blob, sealed.grant.bound()) as found:
        secret = bytes(found)
    shown = [repr(at.vault), repr(vars(at.vault)), repr(sealed), repr(at.vault.sign(place(order())))]
    with pytest.raises(PaddockError) as caught:
        at.vault.sign(place(order("ATOM")))
    shown.append(repr(caught.value.as_dict()))
    assert not any(form in text for text in shown for form in (secret.hex(), repr(secret)[2:-1]))
