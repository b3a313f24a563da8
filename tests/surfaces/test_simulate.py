"""`paddock simulate`: a venue that answers on a port, with prices that walk or come out of the lake."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path

import httpx2
import polars as pl
import pytest

from paddock.core.errors import Invalid, NotFound
from paddock.market.lake import Key, Lake
from paddock.surfaces.cli.main import main
from paddock.surfaces.simulating import Wish, hyperliquid_at, pacifica_at
from tests.patience import PATIENCE_S

WHO = "0x" + "11" * 20
SOMEBODY = "GmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB"


def wish(**changes) -> Wish:
    return Wish(**({"port": 0, "data": None, "speed": 1.0, "seed": 1, "fund": (WHO,), "usd": 5_000} | changes))


@contextmanager
def at(venue_at, home, **changes):
    """A client of a venue that is served."""
    with venue_at(wish(**changes), home) as found:
        thread = threading.Thread(target=found.run, daemon=True)
        thread.start()
        with httpx2.Client(base_url=found.url, timeout=PATIENCE_S) as client:
            yield client
        found.end()
        thread.join(PATIENCE_S)


@contextmanager
def serving(home, **changes):
    with at(hyperliquid_at, home, **changes) as client:
        yield lambda **body: client.post("/info", json=body).json()


@contextmanager
def pacifica(home, **changes):
    with at(pacifica_at, home, **{"fund": (SOMEBODY,)} | changes) as client:
        yield lambda path, **query: client.get(f"/api/v1{path}", params=query).json()["data"]


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


def test_pacifica_answers_with_money_where_it_was_paid_into(tmp_path):
    with pacifica(tmp_path) as ask:
        assert ask("/account", account=SOMEBODY)["balance"] == "5000"
        assert len(ask("/book", symbol="BTC")["l"][0]) == 10


def test_pacifica_plays_candles_of_the_lake_and_remembers_their_past(tmp_path):
    rows = [(hour * 3_600_000, 100.0, 110.0, 90.0, 105.0, 1_000.0) for hour in range(200)]
    names = ("ts", "open", "high", "low", "close", "volume")
    Lake(tmp_path).upsert(Key("pacifica", "SOL", "1h"), pl.DataFrame(rows, schema=names, orient="row"))
    with pacifica(tmp_path, data="pacifica:1h") as ask:
        past = ask("/kline", symbol="SOL", interval="1h", start_time=0)
        assert 100 <= len(past) <= 101 and (past[0]["c"], past[0]["h"]) == ("105", "110")
        assert len(ask("/kline", symbol="SOL", interval="1d", start_time=0)) >= 5
        (row,) = [each for each in ask("/info/prices") if each["symbol"] == "SOL"]
        assert 90 <= float(row["mark"]) <= 110


@pytest.mark.parametrize(("venue_at", "who"), [(hyperliquid_at, WHO), (pacifica_at, SOMEBODY)])
def test_beside_the_venue_a_simulator_tells_its_time_takes_money_and_goes_wrong_as_told(tmp_path, venue_at, who):
    script = tmp_path / "faults.json"
    script.write_text('[{"fault": "error", "where": "*", "times": 1}]')
    with at(venue_at, tmp_path, fund=(), speed=60.0, faults=script) as client:
        assert client.get("/simulator").json()["speed"] == 60.0
        assert client.post("/simulator/fund", json={"user": who, "usd": 77}).json() == {"user": who, "usd": 77}
        for wrong in ({"user": "me", "usd": 77}, {"user": who, "usd": 0}, {"user": who}, [1]):
            assert client.post("/simulator/fund", json=wrong).status_code == 400
        assert asked(client, venue_at).status_code >= 500
        assert asked(client, venue_at).status_code == 200
        throttled = [{"fault": "throttled", "where": "*", "times": 0}]
        assert client.post("/simulator/faults", json=throttled).json() == {"added": 1}
        assert asked(client, venue_at).status_code == 429
        assert client.delete("/simulator/faults").status_code == 200
        assert asked(client, venue_at).status_code == 200
        for bad in ("{", "[{}]", '[{"fault": "rewrite", "where": "*"}]', '[{"fault": "twice", "where": "*"}]'):
            assert client.post("/simulator/faults", content=bad).status_code == 400


def asked(client, venue_at):
    if venue_at is pacifica_at:
        return client.get("/api/v1/info")
    return client.post("/info", json={"type": "meta"})


@pytest.mark.parametrize("venue_at", [hyperliquid_at, pacifica_at])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"fund": ("me",)}, Invalid),
        ({"speed": 0.0}, Invalid),
        ({"speed": 1e9}, Invalid),
        ({"data": "demo"}, Invalid),
        ({"data": "nowhere:1h"}, NotFound),
        ({"faults": Path("nowhere.json")}, Invalid),
    ],
)
def test_what_cannot_be_is_refused_before_it_serves(tmp_path, venue_at, changes, error):
    nobodys = {"fund": ()} | changes
    with pytest.raises(error), venue_at(wish(**nobodys), tmp_path):
        pass


def test_the_command_says_what_was_wrong(tmp_path, capsys):
    assert main(["simulate", "hyperliquid", "--fund", "me", "--home", str(tmp_path)]) == 4
    assert "40 hex digits" in capsys.readouterr().err
    assert main(["simulate", "pacifica", "--fund", "me", "--home", str(tmp_path)]) == 4
    assert "base58" in capsys.readouterr().err
