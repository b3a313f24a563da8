"""What is said of the lake is what lies in it."""

from __future__ import annotations

from paddock.market.lake import Key, Lake

from ...market.candles import candles, without
from ...market.tapes import START
from .world import World

HOUR = 3_600_000


def test_coverage_names_the_holes_of_each_symbol(world: World):
    Lake(world.home).upsert(Key("demo", "BTC", "1h"), without(candles(100), *range(40, 50)).drop("symbol"))
    ann = world.client(world.token("ann"), world.services())
    (item,) = ann.get("/api/v1/data/coverage?venue=demo&interval=1h").json()["items"]
    assert item == {
        "symbol": "BTC",
        "ratio": 0.9,
        "bars": 90,
        "expected": 100,
        "first_ts": START,
        "last_ts": START + 99 * HOUR,
        "longest_gap_bars": 10,
        "gaps": [[START + 40 * HOUR, START + 50 * HOUR]],
    }
