"""W6: ten thousand living bots on fifty symbols; from a closed bar to orders that are durable in the journal.

`python -m bench.live [--bots 10000] [--bars 60]`. What it leaves behind is a journal like any other, on SQLite.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import func, insert, select

from bench.documents import Json, bot
from bench.market import Arrays, symbols_of, synthetic, tape_of
from paddock.core.money import MICROS
from paddock.core.seams import CountingIds
from paddock.engine.costs import Costs
from paddock.engine.live import LiveSession
from paddock.journal.database import Database
from paddock.journal.facts import Allocated, draft
from paddock.journal.intents import intents
from paddock.journal.projections import record
from paddock.journal.upgrade import upgrade
from paddock.runtime.accounts import Accounts
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.kept import begun
from paddock.runtime.kill import Kills
from paddock.runtime.lifecycle import RunState, Wanted
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market, Runner
from paddock.runtime.runs import shard_of
from paddock.runtime.seen import bar_at
from paddock.runtime.tables import bot_versions, bots, runs
from paddock.runtime.worker import Worker
from paddock.strategy.canonical import canonical, strategy_hash
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.validate import load_document
from paddock.surfaces.work import settle_memory

SYMBOLS = 50
SAMPLE = 20  # bots that the loop is timed on
HISTORY = 1_000  # bars before the first that is lived
WARM = 5  # bars that are not timed
CAPITAL = 10_000 * MICROS
OWNER = "bench"


@dataclass(frozen=True, slots=True)
class LiveTimes:
    """Milliseconds of each bar: until its decisions were durable, and until its orders had been sent."""

    bots: int
    orders: int
    setup_s: float
    durable: list[float]
    whole: list[float]
    loop_ms: float

    def lines(self) -> Iterator[str]:
        """What was measured, for people."""
        yield f"{self.bots:,} bots on {SYMBOLS} symbols, {len(self.whole)} bars, {self.orders:,} orders, SQLite"
        for name, times in (("bar to durable intents", self.durable), ("bar to orders sent", self.whole)):
            p50, p99 = np.percentile(times, (50, 99))
            yield f"{name}: p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {max(times):.0f} ms"
        yield f"the same, bot by bot in a loop with a transaction each: {self.loop_ms / 1e3:.1f} s a bar"
        yield f"taken up by the worker, with {WARM} bars, in {self.setup_s:.0f} s"


def measure_live(count: int, bars: int, folder: Path) -> LiveTimes:
    arrays = synthetic(HISTORY + WARM + bars + 1, SYMBOLS)
    database = Database.open(f"sqlite:///{folder / 'paddock.db'}")
    feed, worker = living(database, arrays)
    deploy(database, feed, count)
    sent: list[float] = []
    with Timed(sent):
        start = time.perf_counter()
        worker.step()
        for _ in range(WARM):
            feed.advance()
            worker.step()
        setup = time.perf_counter() - start
        settle_memory()
        durable, whole = [], []
        for _ in range(bars):
            sent.clear()
            feed.advance()
            start = time.perf_counter()
            worker.step()
            whole.append((time.perf_counter() - start) * 1e3)
            durable.append((sent[0] - start) * 1e3)
    with database.read() as conn:
        orders = int(conn.execute(select(func.count()).select_from(intents)).scalar_one())
    loop = loop_ms(database, arrays, list(documents(SAMPLE))) * count
    database.close()
    return LiveTimes(count, orders, setup, durable, whole, loop)


def living(database: Database, arrays: Arrays) -> tuple[TapeReplay, Worker]:
    """A worker whose feed replays `arrays` behind their history, on paper, in a new journal."""
    upgrade(database)
    feed = TapeReplay("bench-1m", tape_of(arrays), HISTORY)
    paper = PaperVenue(database, feed)
    market = Market(feed, lambda _: paper, paper, Costs(funding=False))
    return feed, Worker(database, [market], Kills(database, feed), "bench")


def documents(count: int, symbols: int = SYMBOLS, seed: int = 11) -> Iterator[Json]:
    """Bots that differ: seven kinds of rules, periods and levels drawn from what people use, a symbol each."""
    rng = np.random.default_rng(seed)
    names = symbols_of(symbols)
    for n in range(count):
        symbol = names[int(rng.integers(symbols))]
        period = int(rng.integers(7, 31))
        slow = period + int(rng.integers(5, 60))
        yield bot(n % 7, symbol, period, slow, int(rng.integers(20, 41)))


def loop_ms(database: Database, arrays: Arrays, made: list[Json]) -> float:
    """Median milliseconds a bot of the usual loop: each bot evaluated by itself, and committed by itself."""
    tape = tape_of(arrays.head(HISTORY))
    programs = [compile_strategy(load_document(one), tape.symbols) for one in made]
    sessions = [LiveSession([program], tape, starts=[CAPITAL]) for program in programs]
    times = []
    for row in range(HISTORY, HISTORY + 3):
        bar = bar_at(tape_of(arrays), row)
        for session in sessions:
            start = time.perf_counter()
            session.close(bar)
            with database.write() as conn:
                begun(conn, "bench-1m", 10_000 + row, row)
            times.append((time.perf_counter() - start) * 1e3)
    return float(np.median(times))


class Timed:
    """Notes when each bar's decisions were durable: just before its orders are sent."""

    def __init__(self, sent: list[float]) -> None:
        self._sent, self._relever = sent, Runner._relever

    def __enter__(self) -> None:
        sent, relever = self._sent, self._relever

        def noted(runner: Runner, leverages: object) -> None:
            sent.append(time.perf_counter())
            relever(runner, leverages)

        Runner._relever = noted

    def __exit__(self, *_: object) -> None:
        Runner._relever = self._relever


def deploy(database: Database, feed: TapeReplay, count: int, symbols: int = SYMBOLS, capital: int = CAPITAL) -> None:
    """The bots of W5 on one account, all at once: one by one is what the API is for."""
    account = Accounts(database, feed, CountingIds("account")).open(OWNER, "paper", capital * count)
    made = [load_document(document) for document in documents(count, symbols)]
    now = feed.now_ts()
    names = [f"{n:05d}" for n in range(count)]
    shared = {"owner": OWNER, "version": 1}
    with database.write() as conn:
        rows = [{"bot_id": name, "name": name, **shared, "created_ts": now, "changed_ts": now} for name in names]
        conn.execute(insert(bots), rows)
        versions = [
            {
                "bot_id": name,
                "version": 1,
                "strategy_hash": strategy_hash(one),
                "document": canonical(one),
                "created_ts": now,
            }
            for name, one in zip(names, made, strict=True)
        ]
        conn.execute(insert(bot_versions), versions)
        common = {
            **shared,
            "account_id": account.account_id,
            "feed": feed.name,
            "shard": shard_of(account.account_id),
            "capital": capital,
            "state": RunState.DRAFT,
            "wanted": Wanted.ACTIVE,
            "asked": 1,
            "reason": "",
            "decision": 0,
            "deployed_ts": now,
            "settled": 0,
        }
        conn.execute(
            insert(runs),
            [
                {"run_id": one["bot_id"], "bot_id": one["bot_id"], "strategy_hash": one["strategy_hash"], **common}
                for one in versions
            ],
        )
        record(conn, [draft(Allocated(account.account_id, name, capital), now) for name in names])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bots", type=int, default=10_000)
    parser.add_argument("--bars", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measure_live(asked.bots, asked.bars, Path(folder)).lines():
            print(line, flush=True)


if __name__ == "__main__":
    main()
