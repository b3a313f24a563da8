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


def test_candles_leave_a_place_for_each_bar_that_is_missing(world: World):
    Lake(world.home).upsert(Key("demo", "BTC", "1h"), without(candles(100), *range(40, 50)).drop("symbol"))
    ann = world.client(world.token("ann"), world.services())
    asked = "/api/v1/data/candles?venue=demo&interval=1h&symbol=BTC"
    whole = ann.get(asked).json()
    assert whole["ts"] == [START + bar * HOUR for bar in range(100)]
    assert [bar for bar, close in enumerate(whole["close"]) if close is None] == list(range(40, 50))
    assert (whole["step_ms"], whole["symbol"]) == (HOUR, "BTC")
    around = ann.get(f"{asked}&limit=15&before_ts={START + 52 * HOUR}").json()
    assert around["ts"] == [START + bar * HOUR for bar in range(37, 52)]
    assert around["close"] == whole["close"][37:52]
    within = ann.get(f"{asked}&limit=5&before_ts={START + 45 * HOUR}").json()
    assert within["ts"] == [START + bar * HOUR for bar in range(35, 40)]  # ends with a bar that is there
    after_a_gap = ann.get(f"{asked}&limit=5&before_ts={START + 51 * HOUR}").json()
    assert after_a_gap["ts"] == [START + 50 * HOUR]  # and begins with one
    assert ann.get(f"{asked}&before_ts={START}").json()["ts"] == []


def test_candles_of_what_is_not_there_are_not_found(world: World):
    Lake(world.home).upsert(Key("demo", "BTC", "1h"), candles(10).drop("symbol"))
    ann = world.client(world.token("ann"), world.services())
    for asked in ("venue=demo&interval=1h&symbol=BTX", "venue=nowhere&interval=1h&symbol=BTC"):
        answer = ann.get(f"/api/v1/data/candles?{asked}")
        assert answer.status_code == 404
    told = ann.get("/api/v1/data/candles?venue=demo&interval=1h&symbol=BTX").json()["error"]
    assert told["suggestion"] == 'did you mean "BTC"?'
