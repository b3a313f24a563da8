"""The step: for each bar, fill and book what is working, mark, decide, admit. Compiled; resumable at any bar.

The same function runs a backtest of a year, one variant of a sweep, and one new bar of ten thousand live bots.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paddock.engine.admit import act, depends_on_marks, react, value_bot
from paddock.engine.bar import is_quiet, trade_bar
from paddock.engine.book import FILLS, ORDERS, REFUSALS, TRADES, carry, mark_slot
from paddock.engine.doze import AWAKE, Doze, carry_last_mark, get_up, lie_down, value_dozers
from paddock.engine.guards import judge, side_of
from paddock.engine.jit import entry_point, part
from paddock.engine.prefetch import prefetch
from paddock.engine.rows import Table
from paddock.engine.state import QUIET, RESTING, Books, Decisions, Friction, Logs, Market, Spec, Step
from paddock.market.tape import Ints
from paddock.strategy.expr import FALSE, TRUE, UNKNOWN


class Scratch(NamedTuple):
    """Room that a run needs and nobody reads after it: a flag an action, a place a part of a guard, who dozes."""

    fires: NDArray[np.uint8]
    stack: NDArray[np.uint8]
    doze: Doze


# The most rows that one bar can add for one slot: two working orders filled twice over, two protective exits.
ROWS_PER_SLOT = 8
AHEAD = 8  # hot bars between a look ahead and the decision: about the time that memory takes


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
def code_now(k: int, decisions: Decisions, books: Books) -> int:
    """What signal `k` says of its guard, now that the position of its slot is known."""
    lots = books.slots[decisions.actions[decisions.action[k]].slot].lots
    return side_of(decisions.code[k], lots)


@part
def stirs(j: int, decisions: Decisions, books: Books) -> int:
    """What the guards with signals at hot bar `j` may do, positions being what they are.

    FALSE: nothing. TRUE: one is true, and none has to be judged. UNKNOWN: one has to be judged.
    """
    most = FALSE
    for k in range(decisions.start[j], decisions.start[j + 1]):
        code = code_now(k, decisions, books)
        if code == UNKNOWN:
            return UNKNOWN
        most = max(most, code)
    return most


@part
def look_ahead(j: int, decisions: Decisions, market: Market, books: Books) -> None:
    """Begin to load what signals at hot bar `j` will need: its time, and the bars that fill what they order."""
    t = decisions.bars[j]
    prefetch(market.ts, t)
    for k in range(decisions.start[j], decisions.start[j + 1]):
        if code_now(k, decisions, books) != FALSE:
            s = books.slots[decisions.actions[decisions.action[k]].slot].symbol
            prefetch(market.open[s], t + 1)
            prefetch(market.high[s], t + 1)
            prefetch(market.low[s], t + 1)
            prefetch(market.close[s], t + 1)


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
        code = code_now(last, decisions, books)
        if code == UNKNOWN:
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
    j: int, t: int, origin: int, decisions: Decisions, market: Market, spec: Spec, books: Books, logs: Logs,
    scratch: Scratch, equity: Ints,
) -> bool:  # fmt: skip
    """Judge the guards of every bot with signals at hot bar `j`, then do what fired: bot by bot, in firing order.

    Who dozes is valued where that may decide anything, and woken to act. Returns whether anything was done.
    """
    fires, doze = scratch.fires, scratch.doze
    done = False
    ts = market.ts[t] + market.interval_ms
    k, end = decisions.start[j], decisions.start[j + 1]
    if stirs(j, decisions, books) == UNKNOWN:
        value_dozers(t, market, spec, books, doze)
    while k < end:
        last = judge_bot(k, end, t - decisions.tests_from, ts, decisions, spec, books, fires, scratch.stack)
        for n in range(k, last):
            if not fires[n - k]:
                continue
            done = True
            action = decisions.actions[decisions.action[n]]
            slot = books.slots[action.slot]
            marks = depends_on_marks(action, t, market, spec, books)
            if marks:
                value_dozers(t, market, spec, books, doze)
                value_bot(books.bots[slot.bot])
            if doze.wake[action.slot] != AWAKE:
                get_up(action.slot, t, origin, market, spec, books, doze, equity)
                carry_last_mark(slot, t, t + 1, market, spec, books)
            act(action, t, ts, not marks, market, spec, books, logs)
        k = last
    return done


@part
def run_bar(
    t: int, end: int, dozing: bool, origin: int, market: Market, spec: Spec, friction: Friction, books: Books,
    logs: Logs, doze: Doze, equity: Ints,
) -> int:  # fmt: skip
    """Phases 1 to 7 of every slot that does not rest or doze at bar `t`; the next bar at which one has to be run."""
    b, change = 0, 0
    soonest = end
    for i in range(len(books.slots)):
        if books.active[i] == RESTING:
            continue
        if doze.wake[i] != AWAKE:
            if doze.wake[i] > t:
                soonest = min(soonest, doze.wake[i])
                continue
            get_up(i, t, origin, market, spec, books, doze, equity)
        slot = books.slots[i]
        if books.active[i] == QUIET and is_quiet(slot, t, market):
            # Marks of quiet slots are summed bot by bot before they are carried.
            if slot.bot != b:
                carry(b, change, books)
                b, change = slot.bot, 0
            change += mark_slot(slot, market.close[slot.symbol, t], spec)
        else:
            trade_bar(i, t, market, spec, friction, books, logs)
        if dozing and books.active[i] == QUIET:
            lie_down(i, t, end, market, books, doze)
            soonest = min(soonest, doze.wake[i])
        elif books.active[i] != RESTING:
            soonest = t + 1
    carry(b, change, books)
    return soonest


@part
def pass_time(t: int, until: int, origin: int, books: Books, doze: Doze, equity: Ints) -> None:
    """Equity of bars `t` to `until`, at which nothing happens; what dozes adds its marks when it wakes."""
    for a in range(len(books.accounts)):
        account = books.accounts[a]
        equity[a, t - origin : until - origin] = account.cash + account.unrealised - doze.unrealised[0]
        if account.open_positions > 0:
            account.bars_exposed += until - t


@entry_point
def advance(
    begin: int, end: int, origin: int, market: Market, spec: Spec, friction: Friction, decisions: Decisions,
    books: Books, logs: Logs, equity: Ints, scratch: Scratch,
) -> int:  # fmt: skip
    """Run bars `begin` to `end` (half open) and return the first bar not run: `end`, or earlier when the logs are full.

    `equity[account, bar - origin]` receives each account's equity at each close. Bars at which nothing happens are
    passed over, unless a bot has a rule on its equity or on time.
    """
    n_slots = len(books.slots)
    doze = scratch.doze
    watched = False
    for b in range(len(books.bots)):
        watched = watched or books.bots[b].watched == 1
    dozing = len(books.bots) == 1 and len(books.accounts) == 1 and not watched
    j = int(np.searchsorted(decisions.bars, begin))
    ahead = j + AHEAD
    t = soonest = begin
    while t < end:
        while j < len(decisions.bars) and decisions.bars[j] < soonest and stirs(j, decisions, books) == FALSE:
            j += 1
        while ahead < min(j + AHEAD, len(decisions.bars)):
            look_ahead(ahead, decisions, market, books)
            ahead += 1
        hot = min(decisions.bars[j], end) if j < len(decisions.bars) else end
        event = min(hot, soonest)
        if event > t and not watched:
            pass_time(t, event, origin, books, doze, equity)
            t = event
            continue
        if not has_room(decisions, n_slots, logs):
            break
        if soonest <= t:
            soonest = run_bar(t, end, dozing, origin, market, spec, friction, books, logs, doze, equity)
        if watched:
            ts = market.ts[t] + market.interval_ms
            for b in range(len(books.bots)):
                if books.bots[b].watched == 1:
                    react(b, t, ts, market, books, logs)
            soonest = t + 1
        if hot == t:
            if decide(j, t, origin, decisions, market, spec, books, logs, scratch, equity):
                soonest = t + 1
            j += 1
        pass_time(t, t + 1, origin, books, doze, equity)
        t += 1
    for i in range(n_slots):
        if doze.wake[i] != AWAKE:
            get_up(i, t, origin, market, spec, books, doze, equity)
    return t


@entry_point
def act_at_close(t: int, actions: Table[Step], market: Market, spec: Spec, books: Books, logs: Logs) -> None:
    """Do `actions`, decided outside at the close of bar `t`, which has been run: for bots that are not rules."""
    ts = market.ts[t] + market.interval_ms
    for b in range(len(books.bots)):
        value_bot(books.bots[b])
    for n in range(len(actions)):
        act(actions[n], t, ts, False, market, spec, books, logs)
