"""What an account is shown adds up, to the micro-dollar, whatever it did."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.venues.exchange.maker import Quoting
from paddock.venues.pacifica.simulator.listing import COINS
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Terms
from tests.venues.pacifica_simulator.kit import ACCOUNT, Desk, make

HOUR_MS = 3_600_000
SMALL = Terms(coins=tuple(coin for coin in COINS if coin.symbol in {"BTC", "SOL", "TRUMP"}), allowed=UNLIMITED)
SYMBOLS = ("BTC", "SOL", "TRUMP")
AMOUNTS = {"BTC": ("0.01", "0.5"), "SOL": ("1", "150"), "TRUMP": ("10", "900.5")}
SPAN = {"BTC": (50_000, 80_000), "SOL": (100, 200), "TRUMP": (6, 11)}

_symbol = st.sampled_from(SYMBOLS)
_side = st.sampled_from(("bid", "ask"))
_steps = st.one_of(
    st.tuples(st.just("market"), _symbol, _side, st.sampled_from((0, 1))),
    st.tuples(st.just("limit"), _symbol, _side, st.sampled_from((0, 1))),
    st.tuples(st.just("move"), _symbol, st.integers(0, 100)),
    st.tuples(st.just("isolate"), st.just("SOL")),
    st.tuples(st.just("margin"), _symbol),
    st.tuples(st.just("hour")),
    st.tuples(st.just("cancel")),
    st.tuples(st.just("twap"), _symbol, _side),
)


def do(simulator, clock, desk, step):
    kind, *rest = step
    if kind == "market":
        symbol, side, size = rest
        desk.market(side, AMOUNTS[symbol][size], "5", symbol)
    elif kind == "limit":
        symbol, side, size = rest
        book = desk.get("/book", symbol=symbol)["l"]
        desk.limit(side, book[side == "ask"][-1]["p"], AMOUNTS[symbol][size], symbol=symbol)
    elif kind == "move":
        symbol, share = rest
        low, high = SPAN[symbol]
        simulator.move(symbol, str(low + (high - low) * share // 100), lots=1000)
    elif kind == "isolate":
        desk.do("update_margin_mode", symbol=rest[0], is_isolated=True)
    elif kind == "margin":
        desk.do("add_isolated_margin", symbol=rest[0], amount="25.5")
    elif kind == "hour":
        clock.advance(HOUR_MS)
        simulator.step()
    elif kind == "twap":
        asked = {"slippage_percent": "1", "reduce_only": False, "duration_in_seconds": 60}
        desk.do("create_twap_order", symbol=rest[0], side=rest[1], amount=AMOUNTS[rest[0]][0], **asked)
    else:
        desk.do("cancel_all_orders", all_symbols=True, exclude_reduce_only=False)


def total(rows, name):
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


@settings(deadline=None)
@given(st.lists(_steps, max_size=16))
def test_an_account_adds_up(steps):
    simulator, clock = make(SMALL, 20_000, quoting=Quoting(levels=8))
    desk = Desk(simulator)
    for step in steps:
        do(simulator, clock, desk, step)
    account = desk.mine("/account")
    view = simulator.exchange.account(ACCOUNT)
    balance, equity = Decimal(account["balance"]), Decimal(account["account_equity"])

    changes = desk.mine("/account/balance/history", limit=4000)
    assert total(changes, "amount") == balance == Decimal(changes[0]["balance"])
    trades, payments = desk.mine("/trades/history", limit=4000), desk.mine("/funding/history", limit=4000)
    other = [row for row in changes if row["event_type"] in {"deposit", "payout"}]
    assert total(other, "amount") + total(trades, "pnl") + total(payments, "payout") == balance

    unrealised = Decimal(sum(held.unrealised for held in view.positions)) / 10**6
    assert balance + unrealised == equity
    spendable = Decimal(account["available_to_spend"])
    assert spendable == max(equity - Decimal(account["total_margin_used"]), Decimal(0))

    held = {row["symbol"]: row for row in desk.mine("/positions")}
    for symbol in SYMBOLS:
        signs = {"open_long": 1, "close_short": 1, "open_short": -1, "close_long": -1}
        signed = sum(
            (signs[row["side"]] * Decimal(row["amount"]) for row in trades if row["symbol"] == symbol), Decimal(0)
        )
        row = held.get(symbol, {"amount": "0", "side": "bid"})
        assert signed == Decimal(row["amount"]) * (1 if row["side"] == "bid" else -1)
    assert account["positions_count"] == len(held)
    assert account["orders_count"] + account["stop_orders_count"] == len(desk.mine("/orders"))


@settings(deadline=None)
@given(st.lists(_steps, max_size=12))
def test_what_is_heard_is_what_is_read(steps):
    """Fills and the last word of each order: the socket and HTTP agree."""
    simulator, clock = make(SMALL, 20_000, quoting=Quoting(levels=8))
    desk, frames = Desk(simulator), []
    listener = simulator.hub.join(frames.append)
    for source in ("account_trades", "account_order_updates", "account_positions"):
        assert not simulator.hub.subscribe(listener, {"source": source, "account": ACCOUNT})
    for step in steps:
        do(simulator, clock, desk, step)
    told = [json.loads(text) for text in frames]
    trades = [row for frame in told if frame["channel"] == "account_trades" for row in frame["data"]]
    read = desk.mine("/trades/history", limit=4000)[::-1]
    assert [(row["h"], row["n"], row["a"]) for row in trades] == [
        (row["history_id"], row["pnl"], row["amount"]) for row in read
    ]
    last = {
        row["i"]: (row["os"], row["f"])
        for frame in told
        if frame["channel"] == "account_order_updates"
        for row in frame["data"]
    }
    history = desk.mine("/orders/history", limit=4000)
    assert last == {row["order_id"]: (row["order_status"], row["filled_amount"]) for row in history}
    positions = [frame["data"] for frame in told if frame["channel"] == "account_positions"][-1]
    assert [(row["s"], row["a"], row["f"]) for row in positions] == [
        (row["symbol"], row["amount"], row["funding"]) for row in desk.mine("/positions")
    ]
    counts = [frame["li"] for frame in told if "li" in frame]
    assert counts == sorted(counts)
