"""The sums that hold on the venue's recordings hold on what the simulator answers, whatever was traded before."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.venues.hyperliquid.codec import margin
from paddock.venues.hyperliquid.codec.instruments import perps
from paddock.venues.hyperliquid.codec.numbers import micros

from .kit import Stage, stage
from .raw import GTC, IOC, Trader, ask, order

COINS = {"BTC": (0, 84_000, "0.01"), "ETH": (1, 2_500, "0.5"), "SOL": (5, 150, "7")}
DEPOSIT = 10_000
SIGNS = {"B": 1, "A": -1}

orders = st.tuples(
    st.just("order"),
    st.integers(0, 1),
    st.sampled_from(sorted(COINS)),
    st.booleans(),
    st.sampled_from([-2, 0, 2]),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([GTC, IOC]),
    st.booleans(),
)
moves = st.tuples(st.just("move"), st.sampled_from(sorted(COINS)), st.integers(-3, 3))
waits = st.tuples(st.just("wait"), st.sampled_from([60_000, 3_600_000]))
cancels = st.tuples(st.just("cancel"), st.integers(0, 1))
steps = st.lists(st.one_of(orders, orders, orders, moves, waits, cancels), max_size=25)


def play(set_up: Stage, traders: list[Trader], step: tuple) -> None:
    kind = step[0]
    if kind == "order":
        _, who, coin, buys, percent, times, tif, reduces = step
        asset, px, size = COINS[coin]
        asked = order(asset, str(px * (100 + percent) // 100), str(float(size) * times), buys=buys, kind=tif)
        traders[who].order(asked | {"r": reduces})
    elif kind == "move":
        set_up.move(step[1], str(COINS[step[1]][1] * (100 + step[2]) // 100))
    elif kind == "wait":
        set_up.advance(step[1])
    else:
        cancel_all(traders[step[1]])


def cancel_all(trader: Trader) -> None:
    resting = trader.ask("openOrders")
    if resting:
        trader.act({"type": "cancel", "cancels": [{"a": COINS[row["coin"]][0], "o": row["oid"]} for row in resting]})


def check_account(trader: Trader, marks: dict[str, Fraction], listing) -> None:
    """The sums of one account, each from what the wire says."""
    state = trader.ask("clearinghouseState")
    rows = [row["position"] for row in state["assetPositions"]]
    values = {row["coin"]: margin.value_of(Fraction(row["szi"]), marks[row["coin"]]) for row in rows}
    total = {name: micros(value) for name, value in state["marginSummary"].items()}
    assert total["accountValue"] == margin.account_value(total["totalRawUsd"], values.values())
    assert total["totalNtlPos"] == sum(abs(value) for value in values.values())
    needed = sum(int(margin.maintenance(values[row["coin"]], listing[row["coin"]].tiers)) for row in rows)
    assert micros(state["crossMaintenanceMarginUsed"]) == needed
    for row in rows:
        check_position(row, values[row["coin"]], total["accountValue"] - needed, marks[row["coin"]], listing)
    free = margin.withdrawable(total["accountValue"], total["totalMarginUsed"], total["totalNtlPos"])
    if not trader.ask("openOrders"):
        assert abs(micros(state["withdrawable"]) - free) <= len(rows)
    assert total["accountValue"] == told(trader, rows)


def check_position(row: dict, value: int, spare: int, mark: Fraction, listing) -> None:
    assert micros(row["positionValue"]) == abs(value)
    assert micros(row["marginUsed"]) == margin.margin_used(value, row["leverage"]["value"])
    rate = margin.maintenance_rate(value, listing[row["coin"]].tiers)
    px = margin.liquidation_px(mark, Fraction(row["szi"]), Fraction(spare), rate)
    if px is None:
        assert row["liquidationPx"] is None
    else:
        assert abs(Fraction(row["liquidationPx"]) - px) <= px / 10**6


def told(trader: Trader, rows: list[dict]) -> int:
    """What the account is worth by its history: money put in, what trades made and cost, funding, what is open."""
    fills, paid = trader.ask("userFills"), trader.ask("userFunding")
    made = sum(micros(fill["closedPnl"]) - micros(fill["fee"]) for fill in fills)
    funding = sum(micros(row["delta"]["usdc"]) for row in paid)
    return DEPOSIT * 10**6 + made + funding + sum(micros(row["unrealizedPnl"]) for row in rows)


def check_fills(trader: Trader) -> None:
    """Each fill starts where the one before it ended, and the last ends where the position is."""
    held: dict[str, Fraction] = defaultdict(Fraction)
    for fill in reversed(trader.ask("userFills")):
        assert Fraction(fill["startPosition"]) == held[fill["coin"]]
        held[fill["coin"]] += SIGNS[fill["side"]] * Fraction(fill["sz"])
    said = {
        row["position"]["coin"]: row["position"]["szi"] for row in trader.ask("clearinghouseState")["assetPositions"]
    }
    assert {coin: size for coin, size in held.items() if size} == {coin: Fraction(size) for coin, size in said.items()}


@settings(deadline=None)
@given(steps)
def test_accounts_add_up_after_any_trading(played):
    set_up = stage()
    traders = [Trader(set_up, 2_001), Trader(set_up, 2_002)]
    for trader in traders:
        for asset, _, _ in COINS.values():
            trader.act({"type": "updateLeverage", "asset": asset, "isCross": True, "leverage": 3})
    for step in played:
        play(set_up, traders, step)
    meta, contexts = ask(set_up, "metaAndAssetCtxs")
    names = [coin["name"] for coin in meta["universe"]]
    marks = {name: Fraction(context["markPx"]) for name, context in zip(names, contexts, strict=True)}
    for trader in traders:
        check_account(trader, marks, perps(meta))
        check_fills(trader)
