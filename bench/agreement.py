"""Do the peers find the same trades? Same signals, same fill rule: decided at a close, filled at the next open.

How each peer's rules were matched, and where they cannot be, is written in `docs/performance.md`, "Agreement".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench import documents, product
from bench.market import Arrays
from bench.signals import Flags, rsi_extremes, sma_crosses
from paddock.market.tape import Floats, Ints


@dataclass(frozen=True, slots=True)
class Trades:
    """Closed trades in order, and the equity in USD at the last close (an open trade marked there)."""

    entry_bar: Ints
    exit_bar: Ints
    side: Ints
    entry_px: Floats
    exit_px: Floats
    end_usd: float

    def __len__(self) -> int:
        return len(self.side)

    def same_entry(self, i: int, other: Trades, j: int) -> bool:
        return bool(self.entry_bar[i] == other.entry_bar[j] and self.side[i] == other.side[j])


@dataclass(frozen=True, slots=True)
class Case:
    """A strategy as a document, and as flags [T] at the closes for the peers; levels as fractions of the fill price."""

    name: str
    document: documents.Json
    entries: Flags
    exits: Flags
    shorts: Flags
    stop: float = 0.0
    take: float = 0.0


def sma_case(arrays: Arrays) -> Case:
    up, down = sma_crosses(arrays.close[0])
    return Case("SMA(10/50) cross, long or flat", documents.sma_cross(), up, down, np.zeros_like(up))


def rsi_case(arrays: Arrays, stop_pct: float, take_pct: float) -> Case:
    low, high = rsi_extremes(arrays.close[0])
    document = documents.rsi_bracket(stop_pct, take_pct)
    name = f"RSI(14) 30/70, long and short, stop {stop_pct:g} %, target {take_pct:g} %"
    return Case(name, document, low, np.zeros_like(low), high, stop_pct / 100, take_pct / 100)


def by_paddock(case: Case, arrays: Arrays) -> Trades:
    run, _ = product.result(case.document, arrays)
    rows = run.trades
    columns = (rows[name] for name in ("entry_bar", "exit_bar", "side", "entry_px", "exit_px"))
    return Trades(*columns, end_usd=int(run.equity[-1]) / 1e6)


def by_vectorbt(case: Case, arrays: Arrays) -> Trades:
    """Raises ImportError where vectorbt is not installed."""
    from bench.peers import vectorbt as peer

    signals = {"entries": peer.late(case.entries), "exits": peer.late(case.exits)}
    if case.stop:
        signals |= {"short_entries": peer.late(case.shorts)} | peer.brackets(arrays, case.stop, case.take)
    done = peer.bare_result(arrays, "auto", **signals)
    rows = done.trades[done.trades["status"] == 1]
    side = np.where(rows["direction"] == 0, 1, -1)
    columns = (rows["entry_idx"], rows["exit_idx"], side, rows["entry_price"], rows["exit_price"])
    return Trades(*columns, end_usd=float(done.equity[-1, 0]))


def by_backtesting(case: Case, arrays: Arrays) -> Trades:
    """Raises ImportError where backtesting.py is not installed."""
    from bench.peers import backtesting as peer

    stats = peer.run(peer.GivenSignals, arrays, signals=case)
    rows = stats["_trades"].sort_values(["ExitBar", "EntryBar"])
    names = ("EntryBar", "ExitBar", "Size", "EntryPrice", "ExitPrice")
    entry, exit_, size, entry_px, exit_px = (rows[name].to_numpy() for name in names)
    return Trades(entry, exit_, np.sign(size), entry_px, exit_px, float(stats["_equity_curve"]["Equity"].iloc[-1]))


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two lists of trades compare. Prices in units of price, equity in USD, differences absolute.

    `entry_bar_exits` are the places where they part because we exit in the bar of the fill itself and the peer cannot;
    `unexplained` says where they part for any other reason ("" if nowhere).
    """

    ours: int
    theirs: int
    alike: int
    entry_bar_exits: int
    unexplained: str
    worst_px: float
    end_usd: float


def compare(ours: Trades, theirs: Trades) -> Comparison:
    """Walk both lists; after an exit in the entry bar, go on where both enter together again."""
    i = j = alike = parted = 0
    worst = 0.0
    unexplained = ""
    while i < len(ours) and j < len(theirs) and not unexplained:
        if ours.same_entry(i, theirs, j) and ours.exit_bar[i] == theirs.exit_bar[j]:
            worst = max(worst, *(abs(getattr(ours, px)[i] - getattr(theirs, px)[j]) for px in ("entry_px", "exit_px")))
            i, j, alike = i + 1, j + 1, alike + 1
        elif ours.same_entry(i, theirs, j) and ours.exit_bar[i] == ours.entry_bar[i]:
            parted += 1
            i, j = together_again(ours, i + 1, theirs, j + 1)
        else:
            unexplained = f"our trade {i} from bar {ours.entry_bar[i]} to {ours.exit_bar[i]}, "
            unexplained += f"theirs from bar {theirs.entry_bar[j]} to {theirs.exit_bar[j]}"
    if not unexplained and not parted and len(ours) != len(theirs):
        unexplained = f"{len(ours)} trades against {len(theirs)}"
    return Comparison(len(ours), len(theirs), alike, parted, unexplained, worst, abs(ours.end_usd - theirs.end_usd))


def together_again(ours: Trades, i: int, theirs: Trades, j: int) -> tuple[int, int]:
    """The next pair of trades with the same entry bar, or the ends of both lists."""
    while i < len(ours) and j < len(theirs) and ours.entry_bar[i] != theirs.entry_bar[j]:
        if ours.entry_bar[i] < theirs.entry_bar[j]:
            i += 1
        else:
            j += 1
    return (i, j) if i < len(ours) and j < len(theirs) else (len(ours), len(theirs))


PEERS: dict[str, Callable[[Case, Arrays], Trades]] = {"vectorbt": by_vectorbt, "backtesting": by_backtesting}


def cases(arrays: Arrays) -> tuple[Case, ...]:
    return sma_case(arrays), rsi_case(arrays, 2, 4), rsi_case(arrays, 0.4, 0.8)
