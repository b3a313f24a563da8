"""A price that nobody recorded: the same from the same seed, on its grid, neither still nor wild."""

from __future__ import annotations

from itertools import islice

from paddock.core.seams import SeededRandom
from paddock.venues.exchange import Contract, prices
from paddock.venues.exchange.walk import walk

CONTRACT = Contract("BTC", px_decimals=1, qty_decimals=5, max_leverage=40, sig_figs=5)


def first(count: int, seed: int, step_ms: int = 1_000):
    return list(islice(walk(CONTRACT, 840_000, 0, step_ms, SeededRandom(seed)), count))


def test_the_same_seed_walks_the_same_way_and_another_does_not():
    assert first(50, 1) == first(50, 1) != first(50, 2)


def test_each_point_is_a_price_in_its_time_with_something_traded():
    found = first(500, 1)
    assert [point.ts for point in found] == [1_000 * number for number in range(1, 501)]
    assert all(prices.on_grid(CONTRACT, point.px) and point.lots > 0 for point in found)


def test_a_day_moves_it_some_percent():
    ends = [first(24, seed, step_ms=3_600_000)[-1].px / 840_000 - 1 for seed in range(30)]
    typical = sorted(map(abs, ends))[15]
    assert 0.005 < typical < 0.06
