"""The same flow of orders by the product's broker and by others: an order that rests, a look at it, its end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from bench.timing import Times, timed
from bench.venues.peers import Ccxt, Client, Official, Paddock, wallet
from bench.venues.stage import USD, trader, venue
from paddock.surfaces.venues import pay_in

PX = 59_000
WARM = 5
STEPS = ("place", "read", "cancel")


def measure(rounds: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, venue() as at, trader(at, Path(folder)) as ours:
        clients: dict[str, Client] = {"Paddock": Paddock(ours)}
        for n, (name, made) in enumerate({"hyperliquid-python-sdk": Official, "ccxt": Ccxt}.items(), 2):
            pay_in(at.url, wallet(n).address, USD)
            clients[name] = made(at.url, wallet(n))
        yield from _measured(clients, rounds)


def _measured(clients: dict[str, Client], rounds: int) -> Iterator[str]:
    times = {name: {step: Times() for step in STEPS} for name in clients}
    for turn in range(rounds + WARM):
        for name, client in clients.items():
            taken = times[name] if turn >= WARM else {step: Times() for step in STEPS}
            placed = timed(partial(client.place, PX), taken["place"])
            for step in STEPS[1:]:
                timed(partial(getattr(client, step), placed), taken[step])
    yield f"an order that rests, a look at it, its end: {rounds} rounds in turns, in ms"
    base = _total(times["Paddock"])
    for name, taken in times.items():
        whole = _total(taken)
        p50, p99 = np.percentile(whole, (50, 99))
        cpu = sum(np.median(taken[step].cpu) for step in STEPS)
        parts = ", ".join(f"{step} {taken[step].median:.1f}" for step in STEPS)
        rate = len(STEPS) * 1e3 / whole.mean()
        yield f"  {name:24} p50 {p50:6.1f}  p99 {p99:6.1f}  processor {cpu:5.1f}  {rate:3.0f} requests a second"
        yield f"  {'':24} {p50 / np.median(base):.2f} times as long as Paddock; {parts}"


def _total(taken: dict[str, Times]) -> np.ndarray:
    return np.sum([taken[step].wall for step in STEPS], axis=0)
