"""What does a signature of an order cost, ours and others'?"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coincurve import PrivateKey

from bench.timing import take_turns
from bench.venues.peers import Paddock, ccxt_signing, official_signing, wallet
from bench.venues.stage import COIN, Trader, trader, venue
from paddock.core.orders import OrderKind, Side
from paddock.venues.broker import Placement
from paddock.venues.hyperliquid.codec.signing import Network, sign
from paddock.venues.signing.operations import Order, Place

EACH = 20  # signatures of a turn
OURS, PROCESS = "Paddock", "Paddock, asking the signer's process"


def action() -> dict[str, Any]:
    order = {"a": 0, "b": True, "p": "59000", "s": "0.0002", "r": False, "t": {"limit": {"tif": "Gtc"}}}
    return {"type": "order", "orders": [order | {"c": "0x" + "1b" * 16}], "grouping": "na"}


def measure(rounds: int) -> Iterator[str]:
    nonce = time.time_ns() // 1_000_000
    key = PrivateKey(bytes.fromhex(f"{1:064x}"))
    ours, theirs = lambda: sign(key, Network.TESTNET, action(), nonce), official_signing(action(), nonce)
    assert int(theirs()["r"], 16) == int(ours()["signature"]["r"], 16), "the same bytes are signed"
    with tempfile.TemporaryDirectory() as folder, venue() as at, trader(at, Path(folder)) as there:
        Paddock(there).place(59_000)  # the signer knows the markets from here on
        works = {
            OURS: ours,
            "hyperliquid-python-sdk": theirs,
            "ccxt": ccxt_signing(action(), nonce),
            PROCESS: lambda: there.live.signer.sign(_order(there, nonce)),
        }
        times = take_turns(
            {name: lambda work=work: [work() for _ in range(EACH)] for name, work in works.items()}, rounds
        )
    base = times[OURS]
    yield f"a signed order of {wallet(1).address}, microseconds, median of {rounds} turns of {EACH}"
    for name, each in times.items():
        cpu = sorted(each.cpu)[len(each.cpu) // 2]
        yield (
            f"  {name:40} {each.median / EACH * 1e3:8.0f}  processor {cpu / EACH * 1e3:8.0f}"
            f"  {each.median / base.median:6.1f} times Paddock"
        )


def _order(there: Trader, nonce: int) -> Order:
    placed = Placement(
        "1b" * 16,
        there.account_id,
        "bench",
        COIN.name,
        OrderKind.LIMIT,
        Side.BUY,
        20,
        nonce,
        nonce + 30_000,
        px=59_000.0,
    )
    return Order(there.account_id, Place((placed,), {COIN.name: 60_000.0}), nonce, nonce + 30_000)
