"""The step: for each bar, fill and book what is working, mark, decide, admit. Compiled; resumable at any bar.

The same function runs a backtest of a year, one variant of a sweep, and one new bar of ten thousand live bots.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paddock.engine.admit import act, react, value_bot
from paddock.engine.bar import is_quiet, trade_bar
from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES, carry, mark_slot
from paddock.engine.grid import nearest_int
from paddock.engine.guards import judge
from paddock.engine.jit import entry_point, part
from paddock.engine.rows import Table
from paddock.engine.state import QUIET, RESTING, Books, Decisions, Friction, Logs, Market, Spec, Step
from paddock.market.tape import Ints
from paddock.strategy.expr import TRUE

# The most rows that one bar can add for one slot: two working orders filled twice over, two protective exits.
ROWS_PER_SLOT = 8


@part
def has_room(decisions: Decisions, slots: int, logs: Logs) -> bool:
    """Whether the logs can take the most that one more bar could write."""
    rows = ROWS_PER_SLOT * slots + 2 * len(decisions.actions) + ROWS_PER_SLOT
    return bool(
        logs.used[ORDERS] + rows <= len(logs.orders)
        and logs.used[FILLS] + rows <= len(logs.fills)
        and logs.used[TRADES] + rows <= len(logs.trades)
        and logs.used[REFUSALS] + rows <= len(logs.refusals)
    )


@part
def judge_bot(
    k: int, end: int, column: int, ts: int, decisions: Decisions, spec: Spec, books: Books, fires: NDArray[np.uint8],
    stack: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Judge the guards of the bot whose signals begin at `k`, before any of its actions; where the next bot's begin."""
    b = books.slots[decisions.actions[decisions.action[k]].slot].bot
    bot = books.bots[b]
    if bot.watched == 0:
        value_bot(bot)
    last = k
    while last < end and books.slots[decisions.actions[decisions.action[last]].slot].bot == b:
        code = decisions.code[last]
        if code != TRUE:
            action = decisions.actions[decisions.action[last]]
            code = judge(
                action.guard_start, action.guard_end, column, decisions, books, ts, spec.lot_scale, spec.lot_value,
                stack,
            )  # fmt: skip
        fires[last - k] = code == TRUE
        last += 1
    return int(last)


@part
def decide(
    j: int, t: int, decisions: Decisions, market: Market, spec: Spec, books: Books, logs: Logs,
    fires: NDArray[np.uint8], stack: NDArray[np.uint8],
) -> None:  # fmt: skip
    """Judge the guards of every bot with signals at hot bar `j`, then do what fired: bot by bot, in firing order."""
    ts = market.ts[t] + market.interval_ms
    end = decisions.start[j + 1]
    k = decisions.start[j]
    while k < end:
        last = judge_bot(k, end, t - decisions.tests_from, ts, decisions, spec, books, fires, stack)
        for n in range(k, last):
            if fires[n - k]:
                act(decisions.actions[decisions.action[n]], t, ts, market, spec, books, logs)
        k = last


@part
def quiet_run(i: int, t: int, stop: int, origin: int, market: Market, spec: Spec, books: Books, equity: Ints) -> int:
    """Mark a quiet position bar after bar, until a level is reached or bar `stop`; returns the bar reached."""
    slot = books.slots[i]
    s, long = slot.symbol, slot.lots > 0
    account = books.accounts[slot.account]
    low_level = slot.adverse if long else slot.target
    high_level = slot.target if long else slot.adverse
    size = float(slot.lots) * spec.lot_value[s]
    base = account.cash - (slot.cost if long else -slot.cost)
    highs, lows, closes = market.high[s], market.low[s], market.close[s]
    first = t
    while t < stop and lows[t] > low_level and highs[t] < high_level:
        equity[0, t - origin] = base + nearest_int(size * closes[t])
        t += 1
    if t > first:
        slot.mark = closes[t - 1]
        slot.unrealised = equity[0, t - 1 - origin] - account.cash
        account.unrealised = books.bots[0].unrealised = slot.unrealised
        account.bars_exposed += t - first
    return t


@part
def run_bar(t: int, market: Market, spec: Spec, friction: Friction, books: Books, logs: Logs) -> None:
    """Phases 1 to 7 of every slot at bar `t`. Marks of quiet slots are summed bot by bot before they are carried."""
    b, change = 0, 0
    for i in range(len(books.slots)):
        state = books.active[i]
        if state == RESTING:
            continue
        slot = books.slots[i]
        if state == QUIET and is_quiet(slot, t, market):
            if slot.bot != b:
                carry(b, change, books)
                b, change = slot.bot, 0
            change += mark_slot(slot, market.close[slot.symbol, t], spec)
        else:
            trade_bar(i, t, market, spec, friction, books, logs)
    carry(b, change, books)


@entry_point
def advance(
    begin: int, end: int, origin: int, market: Market, spec: Spec, friction: Friction, decisions: Decisions,
    books: Books, logs: Logs, equity: Ints, fires: NDArray[np.uint8], stack: NDArray[np.uint8],
) -> int:  # fmt: skip
    """Run bars `begin` to `end` (half open) and return the first bar not run: `end`, or earlier when the logs are full.

    `equity[account, bar - origin]` receives each account's equity at each close.
    """
    n_slots, n_accounts = len(books.slots), len(books.accounts)
    watched = False
    for b in range(len(books.bots)):
        watched = watched or books.bots[b].watched == 1
    simple = n_slots == 1 and not watched
    funded = market.funding_open.shape[1] > 0
    j = int(np.searchsorted(decisions.bars, begin))
    t = begin
    while t < end:
        hot = decisions.bars[j] if j < len(decisions.bars) else end
        if simple and hot > t:
            until = min(hot, end)
            if books.active[0] == RESTING:
                equity[0, t - origin : until - origin] = books.accounts[0].cash
                t = until
                continue
            if books.active[0] == QUIET and not funded:
                reached = quiet_run(0, t, until, origin, market, spec, books, equity)
                if reached > t:
                    t = reached
                    continue
        if not has_room(decisions, n_slots, logs):
            return t
        run_bar(t, market, spec, friction, books, logs)
        if watched:
            ts = market.ts[t] + market.interval_ms
            for b in range(len(books.bots)):
                if books.bots[b].watched == 1:
                    react(b, t, ts, market, books, logs)
        if hot == t:
            decide(j, t, decisions, market, spec, books, logs, fires, stack)
            j += 1
        for a in range(n_accounts):
            account = books.accounts[a]
            equity[a, t - origin] = account.cash + account.unrealised
            account.bars_exposed += account.open_positions > 0
        t += 1
    return t


@entry_point
def act_at_close(t: int, actions: Table[Step], market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    """Do `actions`, decided outside at the close of bar `t`, which has been run: for bots that are not rules."""
    ts = market.ts[t] + market.interval_ms
    for b in range(len(books.bots)):
        value_bot(books.bots[b])
    for n in range(len(actions)):
        act(actions[n], t, ts, market, spec, books, logs)
