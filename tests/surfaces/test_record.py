"""The recorder against the simulated venue over real sockets: what is told is kept, and what was not heard is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import cycle
from threading import Event, Thread

import pytest

from paddock.core.errors import Invalid, Unavailable
from paddock.core.seams import ManualClock, SeededRandom
from paddock.core.time import HOUR_MS
from paddock.market import recording
from paddock.market.lake import FUNDING, Key, Lake
from paddock.market.recording import Kind, Recording
from paddock.runtime import recorder as recorders
from paddock.runtime.place import Place
from paddock.runtime.recorder import BOOK_MS, FLUSH_MS, Recorder, keep_history
from paddock.surfaces import recording as recording_surface
from paddock.surfaces.archives import gateway_at
from paddock.surfaces.cli.main import main
from paddock.surfaces.recording import Recorded, recorded_of, recording_parts
from paddock.surfaces.venue_wish import venue_wish
from paddock.venues.faults import Fault
from paddock.venues.heard import Book, Gap, Level, Trade
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import simulator
from paddock.venues.hyperliquid.ticks import HyperliquidTicks
from paddock.venues.pacifica import public as pacifica_public
from paddock.venues.pacifica.archive import PacificaArchive
from paddock.venues.pacifica.gateway import Gateway as PacificaGateway
from paddock.venues.signing.grant import Network
from paddock.venues.ticks import Tick
from paddock.venues.transport.stream import Pace
from tests.patience import PATIENCE_S, pause, until
from tests.venues.hyperliquid_simulator.kit import hyperliquid_simulator  # noqa: F401  a fixture
from tests.venues.pacifica_broker import staged
from tests.venues.pacifica_simulator import kit as pacifica

PLACE = "hyperliquid_simulator"
PACE = Pace(heartbeat_ms=200, stall_ms=2_000, backoff_ms=5, backoff_most_ms=50)


@pytest.fixture
def stage(hyperliquid_simulator):  # noqa: F811
    return hyperliquid_simulator


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path)


@pytest.fixture
def gateway(stage):
    with Gateway(Client(simulator(stage.url), stage.clock, SeededRandom(1), pace=PACE)) as gateway:
        yield gateway


def kept(lake, kind, symbol="BTC"):
    return Recording(lake, PLACE, symbol, kind)


def truth(stage, symbol="BTC"):
    """The last trades as the venue tells them."""
    with stage.simulator.acting() as venue:
        return [str(row["tid"]) for row in venue.records.trades[symbol]]


def ids(lake, symbol="BTC"):
    return kept(lake, Kind.TRADES, symbol).read()["trade_id"].drop_nulls().to_list()


def gaps(lake, kind):
    return kept(lake, kind).read()["gap"].drop_nulls().to_list()


class Stepped:
    """A recorder that takes a step when a test says so."""

    def __init__(self, gateway, lake, *symbols, **more):
        instruments = {name: gateway.read(gateway.client.listed())[name].instrument for name in symbols}
        self.gateway, self.source = gateway, HyperliquidTicks(gateway, **more)
        self.recorder = Recorder(self.source, lake, PLACE, instruments, gateway.client.clock)

    def until(self, met, stage):
        def stepped():
            stage.advance(FLUSH_MS)
            self.recorder.step()
            return met()

        until(stepped)


def test_trades_and_books_are_kept_as_they_were_told_each_trade_once(stage, gateway, lake):
    stage.move("BTC", "84000", 10)
    one = Stepped(gateway, lake, "BTC", "ETH")
    one.until(lambda: len(ids(lake)) == len(truth(stage)), stage)
    seen = truth(stage)
    for px in ("84100", "84200"):
        stage.move("BTC", px, 10)
        seen += [tid for tid in truth(stage) if tid not in seen]
    one.until(lambda: len(ids(lake)) == len(seen), stage)
    stage.faults.cut_off()  # the stream begins again with trades that were told before
    stage.simulator.step()
    one.until(lambda: len(gaps(lake, Kind.TRADES)) == 2, stage)
    stage.move("BTC", "84300", 10)
    seen += [tid for tid in truth(stage) if tid not in seen]
    one.until(lambda: len(ids(lake)) == len(seen), stage)
    assert ids(lake) == seen
    frame = kept(lake, Kind.TRADES).read()
    assert frame["gap"][0] == "it begins" and frame["seen_ts"].is_sorted()
    assert (frame["qty"].drop_nulls() > 0).all() and (frame["venue_ts"].drop_nulls() <= frame["seen_ts"].max()).all()
    books = kept(lake, Kind.BOOKS).read().drop_nulls("bid_px")
    assert books["bid_px"].list.len().max() <= 20
    assert all(bid[0] < ask[0] for bid, ask in books.select("bid_px", "ask_px").rows())
    assert books["ask_px"][-1][0] > 84_000 and kept(lake, Kind.BOOKS, "ETH").read().height > 0


def test_what_nobody_took_in_time_is_a_gap_and_memory_stays_bounded(stage, gateway, lake):
    one = Stepped(gateway, lake, "BTC", most=6)
    one.until(lambda: bool(ids(lake)) or bool(gaps(lake, Kind.TRADES)), stage)
    before = stage.faults.calls.get("frame:trades", 0)
    for n in range(12):
        stage.move("BTC", str(84_000 + 100 * n), 10)
    until(lambda: stage.faults.calls.get("frame:trades", 0) >= before + 12)
    until(lambda: len(one.source.waiting) == 6)
    one.until(lambda: True, stage)

    prices = cycle(("84050", "84150"))

    def told():
        stage.move("BTC", next(prices), 10)
        return "the recorder was too slow" in gaps(lake, Kind.TRADES)

    one.until(told, stage)


def test_a_venue_that_does_not_answer_at_first_is_listened_to_later(stage, gateway):
    source = HyperliquidTicks(gateway)
    stage.faults.add(Fault.ERROR, "info:meta")
    with pytest.raises(Unavailable):
        source.listen(["BTC"])
    for _ in range(2):
        source.listen(["BTC"])
    kinds: set[Kind] = set()
    until(lambda: kinds.update(tick.kind for tick in source.heard()) or kinds == set(Kind))


def test_a_recorder_that_ended_hears_nothing_more(stage, gateway, lake):
    one, other = Stepped(gateway, lake, "BTC"), Stepped(gateway, Lake(lake.home / "other"), "BTC")
    for each in (one, other):
        each.until(lambda: not gateway.client.stale(), stage)
    one.recorder.close()
    stage.move("BTC", "84000", 10)
    until(lambda: len(other.source.waiting) > 0)
    assert len(one.source.waiting) == 0
    other.recorder.close()
    assert not gateway.client._hearing._hearers


def trade(n, ts):
    return Tick("S", Kind.TRADES, Trade("S", str(n), 1, 2.0, 3, ts), ts)


def book(px, ts):
    return Tick("S", Kind.BOOKS, Book("S", (Level(px, 5),), (Level(px + 1, 5),), ts), ts)


class Told:
    """A source that tells what it is given."""

    def __init__(self):
        self.waiting = []

    def listen(self, symbols):
        self.symbols = symbols

    def close(self):
        self.closed = True

    def heard(self):
        waiting, self.waiting = self.waiting, []
        return waiting


@pytest.fixture
def fed(lake, gateway):
    clock, source = ManualClock(1_780_000_000_000), Told()
    instrument = gateway.read(gateway.client.listed())["BTC"].instrument
    return source, clock, Recorder(source, lake, PLACE, {"S": instrument}, clock)


def test_the_newest_book_of_each_second_is_kept_where_it_is_another_one(fed, lake):
    source, clock, recorder = fed
    start = clock.now_ts()
    for ms, px in ((0, 10.0), (100, 11.0), (900, 12.0), (1_050, 13.0), (3_000, 13.0)):
        source.waiting.append(book(px, start + ms))
    source.waiting.append(Tick("S", Kind.BOOKS, Gap("l2Book:S", "cut"), start + 3_500))
    source.waiting.append(book(13.0, start + 4_000))
    recorder.close()
    rows = kept(lake, Kind.BOOKS, "S").read().rows(named=True)
    assert [(row["seen_ts"] - start, row["bid_px"] and row["bid_px"][0]) for row in rows] == [
        (0, 10.0), (900, 12.0), (1_050, 13.0), (3_500, None), (4_000, 13.0),
    ]  # fmt: skip


def test_what_waits_is_written_after_some_seconds_and_a_book_that_stays_is_not_held_back(fed, lake):
    source, clock, recorder = fed
    source.waiting += [trade(1, clock.now_ts()), book(10.0, clock.now_ts())]
    recorder.step()
    recorder.step()
    assert kept(lake, Kind.TRADES, "S").files() == []
    clock.advance(FLUSH_MS)
    recorder.step()
    assert ids(lake, "S") == ["1"] and kept(lake, Kind.BOOKS, "S").read().height == 1
    assert BOOK_MS < FLUSH_MS


def test_many_rows_are_written_at_once_and_nothing_is_taken_in_while_nothing_can_be_written(fed, lake, monkeypatch):
    monkeypatch.setattr(recorders, "BATCH", 3)
    source, clock, recorder = fed
    source.waiting += [trade(n, clock.now_ts()) for n in range(3)]
    recorder.step()
    folder = kept(lake, Kind.TRADES, "S").folder
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    source.waiting += [trade(n, clock.now_ts()) for n in range(3, 6)]
    for _ in range(3):
        with pytest.raises(OSError):
            recorder.step()
    assert len(source.waiting) == 3
    folder.unlink()
    recorder.step()
    recorder.step()
    assert ids(lake, "S") == [str(n) for n in range(6)]


@contextmanager
def parts(wanted, lake, gateway):
    """The parts, as a process has them, until the end of the block."""
    stop = Event()
    made = recording_parts(wanted, lake, lambda: gateway, vital=False)
    running = [Thread(target=part.run, args=(stop,), daemon=True) for part in made]
    for one in running:
        one.start()
    try:
        yield
    finally:
        stop.set()
        for one in running:
            one.join(PATIENCE_S)
        assert not any(one.is_alive() for one in running)


def test_candles_and_funding_are_brought_too_and_the_last_ticks_are_written_at_the_end(
    stage, gateway, lake, monkeypatch
):
    monkeypatch.setattr(recording_surface, "AGAIN_S", 0.05)
    beside = HyperliquidTicks(gateway)
    for _ in range(3):
        stage.move("BTC", "84000", 10)
        stage.advance(HOUR_MS)
    stage.faults.add(Fault.ERROR, "info:meta")
    with parts(Recorded("hyperliquid", PLACE, {"1h": ("BTC",)}), lake, gateway):
        until(lambda: lake.root.exists() and {key.interval for key in lake.series(PLACE)} == {"1h", FUNDING})
        until(lambda: not gateway.client.stale() and bool(gateway.client._hearing._hearers))
        beside.listen(["BTC"])  # hears what the recorder hears
        stage.move("BTC", "84500", 10)
        last = truth(stage)[-1]
        until(lambda: any(isinstance(tick.message, Trade) and tick.message.trade_id == last for tick in beside.heard()))
    assert lake.read(Key(PLACE, "BTC", "1h")).height >= 2
    assert ids(lake)[-1] == truth(stage)[-1]
    assert lake.instruments(PLACE)["BTC"].max_leverage == 40


def test_what_a_venue_never_had_is_not_asked_for_each_hour(lake, monkeypatch):
    monkeypatch.setattr(pacifica_public, "PAGE", 2)
    simulated, clock = pacifica.make()
    place, calls = "pacifica_simulator", simulated.faults.calls
    with pacifica.serving(simulated) as url, PacificaGateway(staged.client(url, clock)) as gateway:
        archive = PacificaArchive(gateway, lambda _: None)
        for hours, new in ((6, False), (1, True)):
            before = dict(calls)
            for _ in range(hours):
                simulated.move("BTC", "60000", 10)
                clock.advance(HOUR_MS)
                simulated.step()
            keep_history(archive, lake, place, ["BTC"], "1h", new=new)
        assert calls["get:/kline"] - before["get:/kline"] == 1
        assert calls["get:/funding_rate/history"] - before["get:/funding_rate/history"] <= 2, "of four pages"
    assert lake.read(Key(place, "BTC", FUNDING)).height == 6
    assert before["get:/kline"] > 1 and before["get:/funding_rate/history"] > 1


def test_pacifica_is_recorded_the_same_way(lake, monkeypatch):
    monkeypatch.setattr(recording_surface, "POLITE_MS", 0)
    simulated, clock = pacifica.make()
    with pacifica.serving(simulated) as url, gateway_at("pacifica", url) as gateway:
        for n in range(4):
            simulated.move("BTC", str(60_000 + n), 10)
            clock.advance(HOUR_MS)
            simulated.step()
        place = "pacifica_simulator"
        trades = Recording(lake, place, "BTC", Kind.TRADES)
        with parts(Recorded("pacifica", place, {"1h": ("BTC",)}), lake, gateway):
            until(lambda: lake.root.exists() and {key.interval for key in lake.series(place)} == {"1h", FUNDING})

            def told():
                simulated.move("BTC", "61000", 10)
                return trades.read()["trade_id"].drop_nulls().len() > 0

            until(told)
        assert Recording(lake, place, "BTC", Kind.BOOKS).read()["bid_px"].drop_nulls().len() > 0


@contextmanager
def process(stage, home):
    words = ["data", "record", "hyperliquid", "BTC", "--url", stage.url, "--home", str(home)]
    code = "import sys; from paddock.surfaces.cli.main import main; sys.exit(main(sys.argv[1:]))"
    running = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        running.wait(PATIENCE_S)
        running.stdout.close()


def test_killed_and_started_again_it_goes_on_with_a_gap_and_nothing_corrupt(stage, tmp_path, capsys):
    lake = Lake(tmp_path)
    seen: list[str] = []

    def recorded_more(than: int) -> None:
        def more():
            stage.move("BTC", str(84_000 + 10 * len(seen)), 10)
            seen.extend(tid for tid in truth(stage) if tid not in seen)
            pause(0.1)
            return len(ids(lake)) > than

        until(more)

    with process(stage, tmp_path) as running:
        recorded_more(10)
        os.kill(running.pid, signal.SIGKILL)
        assert running.wait(PATIENCE_S) == -signal.SIGKILL
    before = ids(lake)
    assert before and len(set(before)) == len(before) and set(before) <= set(seen)
    stage.move("BTC", "90000", 10)
    with process(stage, tmp_path) as running:
        recorded_more(len(before) + 3)
        running.send_signal(signal.SIGTERM)
        assert running.wait(PATIENCE_S) == 0
        assert b"Recording BTC of hyperliquid" in running.stdout.read()
    after = ids(lake)
    assert after[: len(before)] == before and len(set(after)) == len(after)
    assert gaps(lake, Kind.TRADES).count("it begins") == 2
    assert main(["data", "verify", "--home", str(tmp_path), "--interval", "trades", "--json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)["sets"]
    assert "stream_gap" in {finding["code"] for finding in report["findings"]}
    assert main(["data", "list", "--home", str(tmp_path), "--json"]) == 0
    listed = {row["interval"]: row["rows"] for row in json.loads(capsys.readouterr().out)["series"]}
    assert listed["trades"] == kept(lake, Kind.TRADES).read().height and "books" in listed


def test_beside_feeds_all_that_they_hear_of_venues_is_kept_once_and_nothing_of_simulators():
    asked = ("hyperliquid:1m:BTC,ETH@mainnet", "hyperliquid:1h:BTC@mainnet", "hyperliquid:1m:SOL@testnet")
    kept_of = recorded_of(
        [venue_wish(text) for text in asked]
        + [replace(venue_wish(asked[0]), place=Place("hyperliquid", Network.SIMULATOR, "http://127.0.0.1:1"))]
    )
    assert [one.place for one in kept_of.values()] == ["hyperliquid", "hyperliquid_testnet"]
    mainnet, testnet = kept_of.values()
    assert mainnet.candles == {"1m": ("BTC", "ETH"), "1h": ("BTC",)} and mainnet.symbols == ("BTC", "ETH")
    assert testnet.symbols == ("SOL",)


def test_what_is_not_listed_is_refused_at_once(stage, tmp_path, capsys):
    words = ["data", "record", "hyperliquid", "BTCC", "--url", stage.url, "--home", str(tmp_path)]
    assert main(words) == 2
    assert 'did you mean "BTC"?' in capsys.readouterr().err
    assert main(["data", "record", "hyperliquid", "--url", stage.url]) == 4
    with pytest.raises(Invalid):
        Recording(Lake(tmp_path), "No Venue", "BTC", Kind.TRADES)
    assert recording.recordings(Lake(tmp_path)) == []
