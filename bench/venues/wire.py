"""From the close of a bar to a signed order at the venue: how long, and which step takes what part of it?"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.venues.stage import COIN, OWNER, USD, Trader, Venue, trader, us, venue
from paddock.core.money import MICROS
from paddock.runtime.kill import Kills
from paddock.runtime.lifecycle import RunState
from paddock.runtime.runner import Runner
from paddock.runtime.signer.client import SignerProcess
from paddock.runtime.worker import Worker
from paddock.strategy.templates.build import equity, graph, node, path
from paddock.surfaces.work import PACE_S, settle_memory
from paddock.venues.hyperliquid.broker import HyperliquidBroker
from paddock.venues.hyperliquid.candles import HyperliquidCandles

PRICES = [59_900, 60_100]  # the first is bought at, the second sold: an order in each bar
WARM = 6  # bars that are not timed
QUIET_S = 0.6
PATIENCE_S = 20.0

STEPS = (  # what begins each of them; the last ends with the request at the venue
    ("traded", "the venue tells the next bar, its frame is heard and read"),
    ("heard", "the worker's next round begins, and the bar is kept"),
    ("bar", "decided, and the intent durable"),
    ("durable", "marked as sent, durable"),
    ("placed", "judged by listing, mids and allowances"),
    ("asked", "signed, in the signer's process"),
    ("signed", "over HTTP to the venue"),
)


def measure(bars: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, venue() as at, trader(at, Path(folder)) as us_there:
        yield from _measured(at, us_there, bars)


def _measured(at: Venue, ours: Trader, bars: int) -> Iterator[str]:
    stamps: dict[str, list[int]] = defaultdict(list)
    with ours.market() as market, noting(stamps):
        worker = Worker(ours.house.database, [market], Kills(ours.house.database, at.clock), "bench")
        deploy(ours, market.feed.name)
        worker.step()  # the kernel may be compiled now, and the run is taken up
        stop = threading.Event()
        living = threading.Thread(target=_live, args=(worker, stop))
        living.start()
        close_bars(at, WARM)
        settle_memory()
        cpu = time.process_time()
        stamps["traded"] = close_bars(at, bars)
        cpu = time.process_time() - cpu
        stop.set()
        living.join()
        worker.stop()
    stamps["acted"] = at.call("acted")
    rows = np.array([row for row in _rows(stamps) if row is not None]) / 1e3
    spans = np.diff(rows, axis=1)
    whole = rows[:, -1] - rows[:, 0]
    yield f"bar close to signed order at the venue, {len(rows)} of {bars} bars with an order"
    yield _line("whole", whole)
    for (_, name), span in zip(STEPS, spans.T, strict=True):
        yield _line(name, span)
    yield _line("without the wait for the round", whole - spans[:, 1])
    yield f"  processor time of the worker's process: {cpu / bars * 1e3:.0f} ms a bar, its idle rounds included"


def close_bars(at: Venue, count: int) -> list[int]:
    """Close bars, each when all that follows from the one before is done; gives when the trade that did it happened."""
    chance, began = random.Random(7), []
    for n in range(count):
        at.call("wait_for_close")
        time.sleep(QUIET_S + chance.random() * PACE_S)
        known = len(at.call("acted"))
        began.append(at.call("close", PRICES[n % len(PRICES)]))
        _until_quiet(at, known)
    return began


def _until_quiet(at: Venue, known: int) -> None:
    """Until more than `known` requests came, and then none for a while."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        time.sleep(PACE_S)
        count = len(at.call("acted"))
        if count > known:
            known, until = count, time.monotonic() + QUIET_S


def _line(name: str, values: Any) -> str:
    p50, p99 = np.percentile(values, (50, 99))
    return f"  {name:60} p50 {p50:7.1f} ms  p99 {p99:7.1f} ms"


def _rows(stamps: dict[str, list[int]]) -> Iterator[list[int] | None]:
    """For each bar the first moment of each step behind the one before; None where no order left before the next."""
    names = [name for name, _ in STEPS[1:]] + ["acted"]
    for n, began in enumerate(stamps["traded"]):
        last = stamps["traded"][n + 1] if n + 1 < len(stamps["traded"]) else us()
        row = [began]
        for name in names:
            row.append(next((one for one in stamps[name] if one >= row[-1]), last))
        yield row if row[-1] < last else None


def _live(worker: Worker, stop: threading.Event) -> None:
    """As the process steps it."""
    while not stop.is_set():
        if not worker.step():
            stop.wait(PACE_S)


def deploy(ours: Trader, feed: str) -> None:
    """Long below 60,000 with a stop, flat above it."""
    nodes = [
        node("start", "trigger"),
        node("low", "price_below", value=60_000),
        node("flat", "no_open_position"),
        node("buy", "open_long", size=equity(10), leverage=2),
        node("stop", "set_stop_loss", stop_loss_pct=5),
        node("high", "price_above", value=60_000),
        node("held", "has_position"),
        node("leave", "close_position"),
    ]
    paths = [path("start", "low", "flat", "buy", "stop"), path("start", "high", "held", "leave")]
    document = graph("each bar", "An order in each bar.", nodes, paths, {"max_leverage": 3})
    document["scope"] = {"venue": "hyperliquid", "interval": "1m", "symbols": [COIN.name]}
    bot = ours.house.bots.create(OWNER, "each bar", document)
    run = ours.house.runs.deploy(OWNER, bot.bot_id, ours.account_id, USD // 2 * MICROS, feed=feed)
    assert run.state is RunState.DRAFT


@contextmanager
def noting(stamps: dict[str, list[int]]) -> Iterator[None]:
    """Notes when each step begins, in the product's own code."""
    with ExitStack() as held:
        for owner, name, before, after in (
            (HyperliquidCandles, "_hear", "", "heard"),
            (Runner, "_bar", "bar", ""),
            (Runner, "_relever", "durable", ""),
            (HyperliquidBroker, "place", "placed", ""),
            (SignerProcess, "sign", "asked", "signed"),
        ):
            held.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, _noted(getattr(owner, name), stamps, before, after))
        yield


def _noted(work: Callable[..., Any], stamps: dict[str, list[int]], before: str, after: str) -> Callable[..., Any]:
    def noted(*args: Any, **more: Any) -> Any:
        if before:
            stamps[before].append(us())
        result = work(*args, **more)
        if after:
            stamps[after].append(us())
        return result

    return noted
