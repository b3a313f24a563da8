"""`paddock simulate`: a venue that answers on a port, with prices that walk or come out of the lake."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import httpx2
import polars as pl
import pytest

from paddock.core.errors import Invalid, NotFound
from paddock.market.lake import Key, Lake
from paddock.surfaces.cli.main import main
from paddock.surfaces.simulating import Wish, hyperliquid_at

WHO = "0x" + "11" * 20


def wish(**changes) -> Wish:
    return Wish(**({"port": 0, "data": None, "speed": 1.0, "seed": 1, "fund": (WHO,), "usd": 5_000} | changes))


@contextmanager
def serving(home, **changes):
    with hyperliquid_at(wish(**changes), home) as found:
        thread = threading.Thread(target=found.run, daemon=True)
        thread.start()
        with httpx2.Client(base_url=found.url, timeout=20) as client:
            yield lambda **body: client.post("/info", json=body).json()
        found.end()
        thread.join(20)


def test_it_answers_with_money_where_it_was_paid_into(tmp_path):
    with serving(tmp_path) as ask:
        assert ask(type="clearinghouseState", user=WHO)["withdrawable"] == "5000.0"
        assert len(ask(type="l2Book", coin="BTC")["levels"][0]) == 20


def test_candles_of_the_lake_are_played_and_their_past_is_there(tmp_path):
    rows = [(hour * 3_600_000, 100.0, 110.0, 90.0, 105.0, 1_000.0) for hour in range(200)]
    names = ("ts", "open", "high", "low", "close", "volume")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    Lake(tmp_path).upsert(Key("hyperliquid", "SOL", "1h"), frame)
    with serving(tmp_path, data="hyperliquid:1h") as ask:
        past = ask(type="candleSnapshot", req={"coin": "SOL", "interval": "1h", "startTime": 0})
        assert 100 <= len(past) <= 101 and past[0]["c"] == "105.0"
        assert 90 <= float(ask(type="allMids")["SOL"]) <= 110


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"fund": ("me",)}, Invalid),
        ({"speed": 0.0}, Invalid),
        ({"speed": 1e9}, Invalid),
        ({"data": "demo"}, Invalid),
        ({"data": "nowhere:1h"}, NotFound),
    ],
)
def test_what_cannot_be_is_refused_before_it_serves(tmp_path, changes, error):
    with pytest.raises(error), hyperliquid_at(wish(**changes), tmp_path):
        pass


def test_the_command_says_what_was_wrong(tmp_path, capsys):
    assert main(["simulate", "hyperliquid", "--fund", "me", "--home", str(tmp_path)]) == 4
    assert "40 hex digits" in capsys.readouterr().err
