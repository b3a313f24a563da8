"""What a policy allows, value by value: each refusal names what was seen, the rule, and the nearest that is allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paddock.core.errors import Code, Invalid, Refused
from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Bracket
from paddock.venues.hyperliquid.codec.numbers import MARKET_SLIPPAGE
from paddock.venues.pacifica.codec.numbers import SLIPPAGE_PERCENT
from paddock.venues.signing.operations import (
    Cancel,
    CancelById,
    Leverage,
    MarginMode,
    Place,
    ScheduleCancel,
)
from paddock.venues.signing.policy import UNBOUND, Policy, checked, require_allowed, require_day, require_timely
from tests.venues.signing.given import LISTINGS, NOW, POLICY, PX, cancellation, order

INSTRUMENTS = {symbol: market.instrument for symbol, market in LISTINGS["hyperliquid"].items()}
NAN = float("nan")


def allowed(operation, *, closing=False, policy=POLICY):
    return require_allowed(policy, operation, INSTRUMENTS, closing=closing)


def refused(operation, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        allowed(operation, **options)
    assert caught.value.code is Code.SIGNER_POLICY
    assert caught.value.where and caught.value.rule
    return caught.value


def test_an_order_within_its_limits_is_worth_its_worst_price_rounded_up():
    # 0.01 BTC at 60,000
    assert allowed(Place((order(),), PX)) == 600 * MICROS
    assert allowed(Place((order(px=50_000.0),), PX)) == 600 * MICROS
    assert allowed(Place((order(px=70_000.0),), PX)) == 700 * MICROS
    assert allowed(Place((order(lots=1, px=60_000.1),), PX)) == 600_001
    assert allowed(Place((order(lots=1), order("ETH", lots=10)), PX)) == 600_000 + 3 * MICROS


def test_a_sale_at_a_low_price_is_not_small():
    sale = order(side=Side.SELL, px=1.0)
    assert allowed(Place((sale,), PX)) == 600 * MICROS
    assert refused(Place((replace(sale, lots=1_000_000),), PX)).where == "order_usd"


@pytest.mark.parametrize("kind", [OrderKind.MARKET, OrderKind.TWAP])
def test_what_has_no_price_is_worth_the_worst_of_a_venues_own_bounds(kind):
    bare = order(kind=kind, px=0.0)
    for each in (bare, replace(bare, px=1.0), replace(bare, side=Side.SELL)):
        assert allowed(Place((each,), PX)) == 630 * MICROS
    bound = 610 if kind is OrderKind.MARKET else 630  # venues bound the slices of a TWAP themselves
    assert allowed(Place((replace(bare, bound_px=61_000.0),), PX)) == bound * MICROS
    assert 1 + max(MARKET_SLIPPAGE, SLIPPAGE_PERCENT / 100) <= UNBOUND


@pytest.mark.parametrize("px", [0.0, -1.0, NAN, float("inf")])
def test_an_order_that_may_open_names_the_price_it_was_judged_at(px):
    assert refused(Place((order(),), {"BTC": px})).where == "ref_px"
    assert refused(Place((order(),), {"ETH": 1.0})).where == "ref_px"
    assert allowed(Place((order(reduce_only=True),))) == 0


def test_the_cap_of_an_order_names_the_largest_that_it_allows():
    error = refused(Place((order(lots=16_667),), PX))  # 10,000.20 USD
    assert (error.where, error.suggestion) == ("order_usd", "16666 lots")
    assert "10000.2" in error.seen and "10000.00" in error.rule
    assert allowed(Place((order(lots=16_666),), PX)) <= POLICY.order_usd


def test_the_cap_of_a_day_names_what_is_left():
    require_day(POLICY, POLICY.day_usd - 5, 5)
    require_day(POLICY, POLICY.day_usd * 2, 0)
    with pytest.raises(Refused) as caught:
        require_day(POLICY, POLICY.day_usd - 5 * MICROS, 5 * MICROS + 1)
    assert (caught.value.code, caught.value.where) == (Code.SIGNER_POLICY, "day_usd")
    assert caught.value.suggestion == "5.000000 USD are left"


@pytest.mark.parametrize(
    "exit_",
    [
        order(lots=10**9, reduce_only=True),
        order(lots=10**9, kind=OrderKind.STOP),
        order(lots=10**9, kind=OrderKind.TAKE),
    ],
)
def test_an_exit_passes_the_caps_also_while_live_is_off(exit_):
    assert allowed(Place((exit_,)), closing=True) == 0
    assert allowed(Place((replace(exit_, leverage=40.0),)), closing=True) == 0


@pytest.mark.parametrize(
    "operation",
    [
        Cancel((cancellation(),)),
        Cancel((cancellation(symbol="ATOM"),)),
        CancelById("ATOM", (1,)),
        ScheduleCancel(None),
    ],
)
def test_what_takes_risk_away_always_passes(operation):
    assert allowed(operation, closing=True) == 0


@pytest.mark.parametrize("operation", [Place((order(),), PX), Leverage("BTC", 2), MarginMode("BTC", True)])
def test_while_live_is_off_nothing_else_passes(operation):
    allowed(operation)
    assert refused(operation, closing=True).where == "live"


def test_only_the_symbols_of_the_policy_are_opened_and_every_one_may_be_left():
    """A list that was narrowed must not strand what is held."""
    assert refused(Place((order("ATOM", px=5.0),), {"ATOM": 5.0})).where == "symbols"
    assert allowed(Place((order("ATOM", px=5.0, reduce_only=True),), {"ATOM": 5.0})) == 0
    assert allowed(Place((order("ATOM", kind=OrderKind.STOP, px=5.0),))) == 0
    assert refused(Leverage("ATOM", 2)).where == "symbols"
    assert refused(MarginMode("ATOM", True)).where == "symbols"
    assert refused(Place((order("BTCC"),), PX)).suggestion == 'did you mean "BTC"?'
    assert allowed(Place((order("ATOM", px=5.0),), {"ATOM": 5.0}), policy=replace(POLICY, symbols=("*",))) > 0


@pytest.mark.parametrize("symbol", ["PURR/USDC", "@107", "GOLD", ""])
def test_only_perps_that_the_venue_lists_are_traded(symbol):
    every = replace(POLICY, symbols=("*",))
    assert refused(Place((order(symbol),), {symbol: 1.0}), policy=every).where == "symbol"
    assert refused(Cancel((cancellation(symbol=symbol),))).where == "symbol"


@pytest.mark.parametrize("leverage", [5.000001, 0.99, NAN, 1e9])
def test_leverage_is_within_the_policy(leverage):
    assert refused(Place((order(leverage=leverage),), PX)).where == "max_leverage"
    assert allowed(Place((order(leverage=5.0),), PX)) > 0


def test_a_leverage_that_is_set_is_within_the_policy_too():
    assert allowed(Leverage("BTC", 5)) == 0
    assert refused(Leverage("BTC", 6)).suggestion == "5"
    assert refused(Leverage("BTC", 0)).suggestion == "1"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"px": NAN}, "px"),
        ({"px": -1.0}, "px"),
        ({"bound_px": float("inf")}, "px"),
        ({"bracket": Bracket(stop_px=NAN)}, "px"),
        ({"lots": 0}, "lots"),
        ({"lots": -5}, "lots"),
        ({"lots": 2**53 + 1}, "lots"),
        ({"kind": OrderKind.TRAIL}, "kind"),
        ({"kind": OrderKind.LIQUIDATION}, "kind"),
    ],
)
def test_numbers_that_are_none_are_refused_of_an_exit_too(changes, where):
    assert refused(Place((order(**changes),), PX)).where == where
    assert refused(Place((order(reduce_only=True, **changes),), PX)).where == where


def test_a_request_holds_something_and_not_too_much():
    for operation in (Place(()), Cancel(()), CancelById("BTC", ())):
        assert refused(operation).where in ("orders", "cancellations")
    assert refused(Place(tuple(order(lots=1) for _ in range(201)), PX)).suggestion == "200"


@pytest.mark.parametrize(
    ("nonce", "expires", "where"),
    [
        (0, NOW + 1, "nonce"),
        (NOW + 86_400_000, NOW + 1, "nonce"),
        (NOW, NOW, "expires_ts"),
        (NOW, NOW + 600_001, "expires_ts"),
    ],
)
def test_a_signature_is_of_now_and_ends_soon(nonce, expires, where):
    require_timely(NOW, NOW + 600_000, NOW)
    with pytest.raises(Refused) as caught:
        require_timely(nonce, expires, NOW)
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("changes", "where", "suggestion"),
    [
        ({"symbols": ()}, "policy.symbols", "name what the bots trade"),
        ({"symbols": ("*", "BTC")}, "policy.symbols", "name what the bots trade"),
        ({"order_usd": 0}, "policy.order_usd", "1.000000"),
        ({"day_usd": POLICY.order_usd - 1}, "policy.day_usd", "10000.000000"),
        ({"day_usd": 10**16}, "policy.day_usd", "1000000000.000000"),
        ({"max_leverage": 0}, "policy.max_leverage", "1"),
        ({"max_leverage": 101}, "policy.max_leverage", "100"),
    ],
)
def test_limits_that_are_none_are_refused_with_the_nearest_that_are(changes, where, suggestion):
    with pytest.raises(Invalid) as caught:
        checked(replace(POLICY, **changes))
    assert (caught.value.code, caught.value.where, caught.value.suggestion) == (Code.LIVE_POLICY, where, suggestion)


def test_a_policy_is_kept_in_one_form():
    assert checked(Policy(("ETH", "BTC", "ETH"), 1, 1, 1)).symbols == ("BTC", "ETH")
