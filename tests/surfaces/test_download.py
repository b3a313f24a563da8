"""`paddock data download` against the simulated venue, over real sockets of this machine."""

from __future__ import annotations

import json
import random
import time

import pytest

from paddock.core.seams import ManualClock
from paddock.core.time import HOUR_MS, format_ts
from paddock.market.lake import FUNDING, Key, Lake
from paddock.surfaces.cli.main import main
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.simulator.candles import Candle
from paddock.venues.pacifica.simulator.candles import Candle as PacificaCandle
from paddock.venues.pacifica.simulator.server import running
from paddock.venues.pacifica.simulator.simulator import Simulator as PacificaSimulator
from paddock.venues.pacifica.simulator.terms import UNLIMITED
from paddock.venues.pacifica.simulator.terms import Terms as PacificaTerms
from tests.surfaces.test_backtest_cli import strategy
from tests.venues.hyperliquid_simulator.kit import hyperliquid_simulator  # noqa: F401  a fixture

HOURS = 1_200
PLACE = "hyperliquid_simulator"
BARS, RATES = Key(PLACE, "BTC", "1h"), Key(PLACE, "BTC", FUNDING)


@pytest.fixture
def stage(hyperliquid_simulator):  # noqa: F811
    """A venue with 1,200 hours of trades in BTC, the last of them still forming, and funding of each hour."""
    stage = hyperliquid_simulator
    stage.advance(max(30_000 - stage.clock.now_ts() % 60_000, 0))  # no bar has closed just now
    remember(stage, "BTC", "1h", HOUR_MS, HOURS)
    hour = stage.clock.now_ts() // HOUR_MS
    with stage.simulator.acting() as venue:
        venue.records.rates["BTC"] += [rate(hour - age, age) for age in reversed(range(HOURS))]
    return stage


def rate(hour: int, age: int) -> dict:
    return {"coin": "BTC", "fundingRate": "0.0000125", "premium": "0.0", "time": hour * HOUR_MS + 2 + age % 49}


def remember(stage, coin: str, interval: str, step: int, count: int) -> None:
    decimals = stage.simulator.venue.listing[coin].px_decimals
    first_ts = (stage.clock.now_ts() // step - count + 1) * step
    chance, px, past = random.Random(7), 84_000 * 10**decimals, []
    for number in range(count):
        close = int(px * (1 + chance.gauss(0, 0.01)))
        open_ts = first_ts + number * step
        past.append(Candle(open_ts, open_ts + step, px, max(px, close), min(px, close), close, 1_000, 84_000_000, 3))
        px = close
    with stage.simulator.acting() as venue:
        venue.candles.remember(coin, interval, past)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def data(capsys, *arguments) -> tuple[int, str, str]:
    code = main(["data", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err


def download(capsys, stage, *arguments) -> dict[str, dict]:
    """What became of each series, by its interval."""
    code, out, _ = data(capsys, "download", "hyperliquid", "BTC", "--url", stage.url, "--json", *arguments)
    document = json.loads(out)
    assert code == 0, document
    return {row["interval"]: row for row in document["series"]}


def test_brings_closed_bars_and_hourly_funding_and_a_backtest_runs_on_them(capsys, stage, home, tmp_path):
    now = stage.clock.now_ts() // HOUR_MS * HOUR_MS
    found = download(capsys, stage)
    assert (found["1h"]["added"], found["1h"]["last_ts"]) == (HOURS - 1, now - HOUR_MS)
    lake = Lake(home)
    closes = lake.read(BARS)["close"].to_list()
    with stage.simulator.acting() as venue:
        kept = venue.candles.between("BTC", "1h", 0, now, now)[:-1]
    assert closes == [candle.close / 10 for candle in kept]
    # The venue stamps a rate some ms past its hour: here it is that of the hour.
    assert set(lake.read(RATES)["ts"] % HOUR_MS) == {0}
    assert found[FUNDING]["added"] >= HOURS - 1
    assert lake.instruments(PLACE)["BTC"].max_leverage == 40
    assert data(capsys, "verify", "--venue", PLACE)[0] == 0

    document = tmp_path / "strategy.json"
    document.write_text(json.dumps(strategy(venue=PLACE)))
    assert main(["backtest", str(document), "--venue", PLACE, "--json"]) == 0
    result = json.loads(capsys.readouterr()[0])
    assert len(result["trades"]) > 5
    assert result["tape"]["funding_coverage"] > 0.99


def test_goes_on_after_the_last_closed_bar(capsys, stage, home):
    first_ts = download(capsys, stage)["1h"]["first_ts"]
    asked = stage.faults.calls["info:candleSnapshot"]
    assert download(capsys, stage, "--since", format_ts(first_ts))["1h"]["added"] == 0
    assert stage.faults.calls["info:candleSnapshot"] == asked  # nothing was missing, so nothing was asked for
    stage.advance(2 * HOUR_MS)
    again = download(capsys, stage)
    assert (again["1h"]["added"], again[FUNDING]["added"]) == (2, 2)
    stamps = Lake(home).read(BARS)["ts"].diff().drop_nulls()
    assert set(stamps) == {HOUR_MS}


def test_a_bar_is_not_kept_before_it_is_settled(capsys, stage, home):
    now = stage.clock.now_ts()
    stage.advance(HOUR_MS - now % HOUR_MS + 1_000)
    last_ts = download(capsys, stage)["1h"]["last_ts"]
    assert last_ts == stage.clock.now_ts() // HOUR_MS * HOUR_MS - 2 * HOUR_MS
    stage.advance(10_000)
    assert download(capsys, stage)["1h"]["last_ts"] == last_ts + HOUR_MS


def test_repairs_what_an_interruption_or_a_hole_left(capsys, stage, home):
    stage.faults.add(Fault.ERROR, "info:fundingHistory", skip=1, times=0)
    code, out, _ = data(capsys, "download", "hyperliquid", "BTC", "--url", stage.url, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "venue.unavailable")
    lake = Lake(home)
    assert lake.stored(RATES).rows == 500  # the first page stays
    month = sorted(lake.folder(BARS).glob("*.parquet"))[1]
    lost = len(lake.read(BARS)) - HOURS + 1
    before = lake.read(BARS)
    month.unlink()
    stage.faults.rules.clear()
    found = download(capsys, stage)
    assert lake.read(BARS).equals(before)
    assert (lost, found["1h"]["gaps"], found[FUNDING]["gaps"]) == (0, 0, 0)
    assert found["1h"]["added"] > 0


def test_what_a_person_imported_is_not_paid_twice(capsys, stage, home):
    """Files of others have the venue's stamps, some ms past the hour; those hours are there."""
    lake = Lake(home)
    download(capsys, stage)
    rates = lake.read(RATES)
    for path in lake.folder(RATES).glob("*.parquet"):
        path.unlink()
    lake.upsert(RATES, rates.with_columns(rates["ts"] + 17))
    assert download(capsys, stage)[FUNDING]["added"] == 0


def test_says_from_when_on_the_venue_has_candles(capsys, stage, home):
    remember(stage, "ETH", "1m", 60_000, 5_100)
    code, out, _ = data(
        capsys, "download", "hyperliquid", "ETH", "--interval", "1m", "--since", "2026-01-01", "--url", stage.url
    )
    oldest = format_ts((stage.clock.now_ts() // 60_000 - 4_999) * 60_000)
    assert code == 0
    assert f"ETH 1m: 4,999 rows added, 4,999 there, {oldest} to" in out
    assert f"keeps only the newest 5,000 candles of an interval, none before {oldest}" in out
    assert "ETH funding: hyperliquid has nothing of that range" in out


def test_a_span(capsys, stage, home):
    now = stage.clock.now_ts() // HOUR_MS * HOUR_MS
    since, until = (format_ts(now - hours * HOUR_MS) for hours in (50, 20))
    found = download(capsys, stage, "--since", since, "--until", until)
    assert [found[name]["added"] for name in ("1h", FUNDING)] == [30, 30]
    assert found["1h"]["first_ts"] == now - 50 * HOUR_MS


@pytest.mark.parametrize(
    ("arguments", "code", "error", "hint"),
    [
        (["hyperliquid", "BTX"], 2, "data.symbol", 'did you mean "BTC"?'),
        (["hyperliquid", "BTC", "ETHH"], 2, "data.symbol", 'did you mean "ETH"?'),
        (["hyperliquid", "BTC", "--interval", "1hr"], 4, "data.interval", 'did you mean "1h"?'),
        (["hyperliqud", "BTC"], 4, "data.venue", 'did you mean "hyperliquid"?'),
        (["hyperliquid", "BTC", "--since", "2099-01-01"], 4, "data.range", "a time before"),
        (["hyperliquid", "BTC", "--since", "yesterday"], 4, "value", "for example"),
        (["hyperliquid"], 4, "usage", "for example BTC"),
    ],
)
def test_names_the_nearest_thing_that_is_right(capsys, stage, home, arguments, code, error, hint):
    told, out, _ = data(capsys, "download", *arguments, "--url", stage.url, "--json")
    shape = json.loads(out)["error"]
    assert (told, shape["code"]) == (code, error)
    assert hint in shape["suggestion"]
    assert not home.exists() or not Lake(home).series()  # nothing was begun


def test_a_venue_that_cannot_be_reached(capsys, home):
    code, out, _ = data(capsys, "download", "hyperliquid", "BTC", "--url", "http://127.0.0.1:9", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (1, "venue.unavailable")


# --- Pacifica ---

THERE = "pacifica_simulator"


@pytest.fixture
def pacifica():
    """A venue with 1,200 hours of trades in BTC, the last of them still forming, and funding of each hour."""
    clock = ManualClock(time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS + HOUR_MS // 2)
    simulator = PacificaSimulator(clock, PacificaTerms(allowed=UNLIMITED))
    hour = clock.now_ts() // HOUR_MS
    chance, px, past = random.Random(7), 63_500_000_000, []
    for age in reversed(range(HOURS)):
        close = int(px * (1 + chance.gauss(0, 0.01)))
        rows = (px, max(px, close), min(px, close), close)
        past.append(PacificaCandle((hour - age) * HOUR_MS, *rows, lots=1_000, value=84_000_000, count=3))
        px = close
    with simulator.acting() as venue:
        venue.records.candles.remember("BTC", "1h", past)
        venue.records.rates["BTC"] += [funding(hour - age, age) for age in reversed(range(HOURS))]
    with running(simulator) as url:
        yield simulator, url


def funding(hour: int, age: int) -> dict:
    px = dict.fromkeys(("oracle_price", "bid_impact_price", "ask_impact_price"), "63500")
    rates = {"funding_rate": "0.0000125", "next_funding_rate": "0.0000125"}
    return px | rates | {"created_at": hour * HOUR_MS + 2 + age % 49}


def from_pacifica(capsys, url, *arguments) -> dict[str, dict]:
    code, out, _ = data(capsys, "download", "pacifica", "BTC", "--url", url, "--json", *arguments)
    document = json.loads(out)
    assert code == 0, document
    return {row["interval"]: row for row in document["series"]}


def test_pacificas_past_comes_too_and_a_backtest_runs_on_it(capsys, pacifica, home, tmp_path):
    simulator, url = pacifica
    now = simulator.clock.now_ts() // HOUR_MS * HOUR_MS
    since = format_ts(now - 2_000 * HOUR_MS)
    found = from_pacifica(capsys, url, "--since", since)
    assert (found["1h"]["added"], found["1h"]["last_ts"]) == (HOURS - 1, now - HOUR_MS)
    assert found[FUNDING]["added"] == HOURS and found["1h"]["forgotten_ts"] is None
    lake = Lake(home)
    rates = Key(THERE, "BTC", FUNDING)
    assert set(lake.read(rates)["ts"] % HOUR_MS) == {0} and lake.instruments(THERE)["BTC"].max_leverage == 50
    assert data(capsys, "verify", "--venue", THERE)[0] == 0
    asked = simulator.faults.calls["get:/kline"]
    assert from_pacifica(capsys, url, "--since", format_ts(found["1h"]["first_ts"]))["1h"]["added"] == 0
    assert simulator.faults.calls["get:/kline"] == asked  # nothing was missing, so nothing was asked for
    document = tmp_path / "strategy.json"
    document.write_text(json.dumps(strategy(venue=THERE)))
    assert main(["backtest", str(document), "--venue", THERE, "--json"]) == 0
    assert json.loads(capsys.readouterr()[0])["tape"]["funding_coverage"] > 0.99


def test_of_the_time_before_pacifica_opened_nothing_is_asked(capsys, pacifica, home):
    simulator, url = pacifica
    found = from_pacifica(capsys, url, "--since", "2020-01-01", "--until", "2021-01-01")
    assert found["1h"]["rows"] == 0 and "get:/kline" not in simulator.faults.calls


def test_a_symbol_of_pacifica_that_is_not_there_is_named_with_the_nearest(capsys, pacifica, home):
    code, _, err = data(capsys, "download", "pacifica", "BTX", "--url", pacifica[1])
    assert code == 2 and 'did you mean "BTC"?' in err
