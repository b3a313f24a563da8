"""Positions and closures are folds: order of arrival and repeats change nothing, and no money is made or lost."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid
from paddock.core.fills import Fill, FundingPayment, in_order
from paddock.core.grid import Price, Qty
from paddock.core.money import ZERO, Usd, total
from paddock.core.orders import Side
from paddock.core.position import fold

from .values import BTC, FREE


def fill(name: str, lots: int, ticks: int, ts: int = 0, fee: int = 0) -> Fill:
    side = Side.BUY if lots > 0 else Side.SELL
    return Fill(name, f"order of {name}", ts, side, Qty(abs(lots), FREE), Price(ticks, FREE), Usd(fee))


sizes = st.integers(-(10**6), 10**6).filter(bool)
fill_lists = st.lists(
    st.tuples(sizes, st.integers(1, 10**8), st.integers(0, 20), st.integers(-(10**6), 10**8)), max_size=12
).map(lambda rows: [fill(f"f{i}", *row) for i, row in enumerate(rows)])
payment_lists = st.lists(st.tuples(st.integers(0, 20), st.integers(-(10**8), 10**8)), max_size=8).map(
    lambda rows: [FundingPayment(f"p{i}", ts, Usd(amount)) for i, (ts, amount) in enumerate(rows)]
)


def shuffled_with_repeats(events, seed):
    rng = random.Random(seed)
    noisy = events + [event for event in events if rng.random() < 0.5]
    rng.shuffle(noisy)
    return noisy


@given(fill_lists, payment_lists, st.integers(0, 2**32))
def test_arrival_in_any_order_and_any_number_of_times_makes_the_same_holding(fills, payments, seed):
    expected = fold(FREE, fills, payments)
    assert fold(FREE, shuffled_with_repeats(fills, seed), shuffled_with_repeats(payments, seed)) == expected


@given(fill_lists, payment_lists)
def test_no_money_is_made_or_lost(fills, payments):
    holding = fold(FREE, fills, payments)
    position, closures = holding.position, holding.closures
    traded = total(f.value * -int(f.side) for f in fills)
    sign = int(position.side or 0)
    assert traded == total(c.realised for c in closures) - position.cost * sign
    assert total(f.fee for f in fills) == total(c.fees for c in closures) + position.fees
    received = total(p.amount for p in payments)
    assert received == total(c.funding for c in closures) + position.funding + holding.unattributed_funding
    assert position.qty.lots == sum(f.signed_qty.lots for f in fills)


@given(fill_lists)
def test_lots_hold_what_is_open_and_matches_what_was_closed(fills):
    holding = fold(FREE, fills)
    position = holding.position
    assert sum(lot.qty.lots for lot in position.lots) == abs(position.qty.lots)
    assert all(lot.qty.lots > 0 for lot in position.lots)
    for closure in holding.closures:
        assert sum(match.qty.lots for match in closure.matches) == closure.qty.lots
        assert total(match.exit_value for match in closure.matches) == closure.exit_value
        assert closure.realised == (closure.exit_value - closure.cost) * int(closure.side)
    opened = {lot.fill_id: lot.qty.lots for lot in position.lots}
    for match in (match for closure in holding.closures for match in closure.matches):
        opened[match.lot_id] = opened.get(match.lot_id, 0) + match.qty.lots
    by_id = {f.fill_id: f for f in fills}
    assert all(lots <= by_id[name].qty.lots for name, lots in opened.items())


@given(fill_lists)
def test_a_flat_position_owes_nothing_and_both_methods_realised_the_same(fills):
    net = sum(f.signed_qty.lots for f in fills)
    closed = [*fills, fill("last", -net, 5000, ts=100)] if net else fills
    holding = fold(FREE, closed)
    position = holding.position
    assert position.side is None
    assert (position.cost, position.fees, position.funding, position.lots, position.entry_ts) == (
        ZERO,
        ZERO,
        ZERO,
        (),
        0,
    )
    average = total(c.realised for c in holding.closures)
    fifo = total(m.realised for c in holding.closures for m in c.matches)
    assert average == fifo


@given(fill_lists, st.integers(1, 10**8))
def test_equity_is_cash_plus_position_at_mark(fills, ticks):
    holding = fold(FREE, fills)
    mark = Price(ticks, FREE)
    cash = total(f.value * -int(f.side) - f.fee for f in fills)
    position = holding.position
    pnl = total(c.pnl for c in holding.closures)
    at_mark = position.unrealised(mark) + position.cost * int(position.side or 0)
    assert cash + at_mark == pnl + position.unrealised(mark) - position.fees


def test_the_published_permutation_vector():
    fills = [fill("a", 200, 10_000), fill("b", 300, 11_000, 1), fill("c", -100, 12_000, 2)]
    for seed in range(20):
        noisy = in_order(shuffled_with_repeats(fills, seed))
        position = fold(FREE, noisy).position
        assert position.qty == Qty(400, FREE)
        assert total(f.value * int(f.side) for f in noisy) == Usd.parse("41")


def test_average_cost_and_fifo_by_hand():
    holding = fold(
        FREE,
        [
            fill("a", 100, 10_000, 1, fee=100),
            fill("b", 300, 20_000, 2, fee=200),
            fill("c", -200, 30_000, 3, fee=50),
        ],
        [FundingPayment("p", 2, Usd(-40)), FundingPayment("q", 3, Usd(-40))],
    )
    closure = holding.closures[0]
    assert (closure.side, closure.qty, closure.entry_ts, closure.exit_ts) == (Side.BUY, Qty(200, FREE), 1, 3)
    assert closure.cost == Usd.parse("35")  # half of 10 + 60
    assert closure.realised == Usd.parse("25")
    assert closure.fees == Usd(200)  # half of 300, and its own 50
    assert closure.funding == Usd(-40)
    assert closure.pnl == Usd(25_000_000 - 200 - 40)
    assert [(m.lot_id, m.qty.lots, m.realised) for m in closure.matches] == [
        ("a", 100, Usd.parse("20")),
        ("b", 100, Usd.parse("10")),
    ]
    rest = holding.position
    assert (rest.qty, rest.cost, rest.fees, rest.funding) == (Qty(200, FREE), Usd.parse("35"), Usd(150), Usd(-40))
    assert rest.unrealised(Price(15_000, FREE)) == Usd.parse("-5", negative=True)


def test_one_fill_that_turns_a_long_into_a_short_closes_and_opens():
    holding = fold(FREE, [fill("a", 100, 10_000, 1, fee=10), fill("b", -300, 12_000, 2, fee=30)])
    assert [(c.qty.lots, c.realised, c.fees) for c in holding.closures] == [(100, Usd.parse("2"), Usd(20))]
    position = holding.position
    assert (position.qty.lots, position.cost, position.fees, position.entry_ts) == (-200, Usd.parse("24"), Usd(20), 2)
    assert position.side is Side.SELL
    assert position.unrealised(Price(11_000, FREE)) == Usd.parse("2")


def test_funding_at_the_time_of_a_fill_belongs_to_the_position_before_it():
    opening = fold(FREE, [fill("a", 100, 10_000, 5)], [FundingPayment("p", 5, Usd(-7))])
    assert (opening.unattributed_funding, opening.position.funding) == (Usd(-7), ZERO)
    closing = fold(FREE, [fill("a", 100, 10_000, 1), fill("b", -100, 10_000, 5)], [FundingPayment("p", 5, Usd(-7))])
    assert closing.closures[0].funding == Usd(-7)


def test_one_id_with_two_contents_is_an_error():
    with pytest.raises(Invalid) as caught:
        fold(FREE, [fill("a", 100, 10_000), fill("a", 100, 10_001)])
    assert caught.value.code is Code.FILL_CONFLICT


def test_two_fills_that_differ_in_id_alone_both_count():
    assert fold(FREE, [fill("a", 100, 10_000), fill("b", 100, 10_000)]).position.qty == Qty(200, FREE)


def test_a_fill_of_another_instrument_does_not_fit():
    foreign = Fill("x", "o", 1, Side.BUY, Qty(1, BTC), Price(10, BTC), ZERO)
    with pytest.raises(TypeError, match="do not mix"):
        fold(FREE, [fill("a", 100, 10_000), foreign])


def test_a_fill_has_a_quantity_above_zero_and_one_instrument():
    for qty, px in ((Qty(0, FREE), Price(1, FREE)), (Qty(-1, FREE), Price(1, FREE)), (Qty(1, FREE), Price(10, BTC))):
        with pytest.raises(Invalid) as caught:
            Fill("x", "o", 1, Side.BUY, qty, px, ZERO)
        assert caught.value.code is Code.FILL
