"""How many updates of orders are handled in a second: from the socket's frames into the journal?

Orders rest at prices one below the other, and the market slides through them. Each fills in a step of its own, of which
the venue tells twice: what became of the order, and the fill.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.venues.stage import COIN, Trader, Venue, trader, us, venue
from paddock.core.orders import OrderKind, Reason, Side
from paddock.runtime.desk import OrderDesk
from paddock.runtime.wants import Booked, Fact, Want
from paddock.surfaces.work import PACE_S

TOP = 59_900
LOTS = 20  # 0.0002 BTC
PATIENCE_S = 120.0


class NoBooks:
    """The desk's facts go into the journal; no kernel is there to be told."""

    def apply(self, conn: Any, facts: Sequence[Fact]) -> None: ...

    def forget(self, run_ids: frozenset[str]) -> None: ...


def measure(count: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, venue() as at, trader(at, Path(folder)) as ours:
        yield from _measured(at, ours, count)


def _measured(at: Venue, ours: Trader, count: int) -> Iterator[str]:
    desk, account = _desk(ours), ours.account_id
    wants = [_bid(account, n) for n in range(count)]
    desk.collect([account])  # from here on it is heard
    for part in range(0, count, 50):
        with ours.house.database.write() as conn:
            desk.record(conn, wants[part : part + 50])
        desk.send()
    while len(ours.broker().open_orders(account)) < count:
        time.sleep(PACE_S)
    desk.collect([account])
    began: list[int] = []
    sliding = threading.Thread(target=lambda: began.append(at.call("slide", [TOP - n - 5 for n in range(count + 5)])))
    cpu, theirs = time.process_time(), at.call("cpu_us")
    sliding.start()
    filled, slept, rounds, until = set[str](), 0, 0, time.monotonic() + PATIENCE_S
    while len(filled) < count and time.monotonic() < until:
        found = {fact.intent_id for fact in desk.collect([account]) if isinstance(fact, Booked)}
        filled |= found
        rounds += bool(found)
        if not found:
            slept += 1
            time.sleep(PACE_S)
    ended = us()
    cpu = time.process_time() - cpu
    sliding.join()
    theirs = at.call("cpu_us") - theirs
    took, updates = (ended - began[0]) / 1e6, 2 * len(filled)
    yield f"{len(filled)} of {count} orders filled one after the other: {updates:,} updates in {took:.1f} s"
    yield f"  handled: {updates / took:,.0f} a second beside the venue, in {rounds} transactions"
    yield f"  processor time: {cpu / updates * 1e3:.2f} ms an update, so {updates / cpu:,.0f} a second on a core"
    yield f"  the venue's processor time: {theirs / 1e3 / updates:.2f} ms an update"


def _desk(ours: Trader) -> OrderDesk:
    gateway = ours.live.venues.at(ours.place).gateway
    instrument = gateway.read(gateway.client.listed())[COIN.name].instrument
    brokers = {ours.account_id: ours.broker()}
    return OrderDesk(ours.house.database, brokers, {COIN.name: instrument}, ours.house.clock, NoBooks())


def _bid(account: str, n: int) -> Want:
    px = float(TOP - n)
    return Want(
        "bench", account, n + 1, 0, COIN.name, OrderKind.LIMIT, Side.BUY, LOTS, Reason.ENTRY, ref_px=px, px=px,
        leverage=5.0,
    )  # fmt: skip
