"""What must hold after every run: the numbers are those of the reliability catalogue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from paddock.core.orders import TERMINAL, TRANSITIONS, OrderKind, OrderState
from paddock.journal import intents, ledger
from paddock.journal.events import event_of, events
from paddock.journal.facts import OrderChanged, fact_of
from paddock.journal.intents import outbox
from paddock.journal.rebuild import compare
from paddock.journal.tables import fills, orders, positions
from paddock.journal.verify import verify
from paddock.runtime.lifecycle import RunState
from paddock.runtime.tables import runs
from paddock.runtime.wants import NOBODY
from tests.simulation.bots import NOTIONAL_USD
from tests.simulation.world import CAPITAL, World

_STOPS = (OrderKind.STOP, OrderKind.TRAIL)


def after_each_bar(world: World) -> Iterator[str]:
    """What must hold at any time, whatever happens."""
    yield from _once(world)
    yield from _exposure(world)
    yield from _stops_first(world)


def in_the_end(world: World, conn: Connection) -> Iterator[str]:
    """What must hold when the faults are over and all had time to settle."""
    yield from after_each_bar(world)
    yield from (f"I1 {finding}" for finding in ledger.check(conn))
    yield from _positions(world, conn)
    yield from (f"I4 {finding}" for finding in [*verify(conn), *compare(conn)])
    yield from _monotone(conn)
    yield from _settled(world, conn)
    yield from _protected(world)
    yield from _kernels(world, conn)


def when_flat(world: World, conn: Connection) -> Iterator[str]:
    """What must hold at a simulated venue when nobody holds anything any more: its truth is the ledger's."""
    for account_id in world.accounts:
        books = conn.execute(select(ledger.balances).where(ledger.balances.c.account_id == account_id)).all()
        cash = sum(row.amount for row in books if row.book == ledger.Book.CASH)
        deposit = CAPITAL * len(world.options.kinds)
        if cash - deposit != world.venue.gain(account_id):
            yield f"I1 {account_id} gained {cash - deposit}, at the venue {world.venue.gain(account_id)}"
        yield from (f"not flat: {held.lots} of {held.symbol}" for held in world.venue.positions(account_id))
    if world.venue.by_hand() != world.venue.asked_by_hand:
        yield f"V23 {world.venue.asked_by_hand} orders are a person's own, {world.venue.by_hand()} are there"


def _once(world: World) -> Iterator[str]:
    """I2: no intent is booked twice at the venue, as far as requests are its own doing."""
    booked = Counter((one.asked.account_id, one.asked.client_id) for one in world.venue.orders if not one.parent)
    yield from (f"I2 {name} was booked {count} times" for (_, name), count in booked.items() if count > 1)


def _stops_first(world: World) -> Iterator[str]:
    """A stop goes when another is there, or the position is gone: as far as nobody else moves the position. At a
    simulator an account has one, whose stops may be those of several runs.
    """
    options = world.options
    faults = options.rates.keys() | {rule["fault"] for rule in options.script}
    shared = options.venue and options.one_account and len(options.kinds) > 1
    if not ({"overfill", "liquidate", "late"} & faults or shared):
        yield from world.venue.bared


def _exposure(world: World) -> Iterator[str]:
    """I8: no run holds, or may come to hold, more than it may; what the venue did of its own accord aside."""
    if {"overfill", "liquidate"} & world.options.rates.keys():
        return
    held: dict[tuple[str, str, str], float] = defaultdict(float)
    for account in world.accounts:
        for one in world.venue.positions(account):
            held[account, one.book, one.symbol] += abs(one.lots) * one.entry_px / 1_000
    for one in world.venue.orders:
        if one.live and not one.asked.reduce_only and not world.options.capabilities.netting:
            px = one.px or one.asked.bound_px or 100.0
            held[one.asked.account_id, one.asked.book, one.asked.symbol] += one.rest * px / 1_000
    runs = len(world.options.kinds) if world.options.capabilities.netting else 1
    for (_, book, symbol), usd in held.items():
        if usd > runs * NOTIONAL_USD * 1.1:
            yield f"I8 {book or 'the account'} holds {usd:.0f} USD of {symbol}"


def _positions(world: World, conn: Connection) -> Iterator[str]:
    """I3: positions are the sum of the fills, and those of the venue."""
    summed: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in conn.execute(select(fills)):
        summed[row.account_id, row.run_id, row.symbol] += row.lots * row.side
    folded = {(row.account_id, row.run_id, row.symbol): row.qty for row in conn.execute(select(positions))}
    for key in summed.keys() | folded.keys():
        if summed.get(key, 0) != folded.get(key, 0):
            yield f"I3 {key}: the fills come to {summed.get(key, 0)}, the position is {folded.get(key, 0)}"
    ours: dict[tuple[str, str], int] = defaultdict(int)
    for (account, _, symbol), lots in summed.items():
        ours[account, symbol] += lots
    theirs: dict[tuple[str, str], int] = defaultdict(int)
    for account in world.accounts:
        for one in world.venue.positions(account):
            theirs[account, one.symbol] += one.lots
    for key in ours.keys() | theirs.keys():
        if ours[key] != theirs[key]:
            yield f"I3 {key}: the journal has {ours[key]} lots, the venue {theirs[key]}"


def _monotone(conn: Connection) -> Iterator[str]:
    """I6: the states that were told follow the table."""
    state: dict[str, OrderState] = {}
    for row in conn.execute(select(events).where(events.c.kind.like("order.%")).order_by(events.c.position)):
        fact = fact_of(event_of(row))
        if isinstance(fact, OrderChanged):
            before = state.get(fact.intent_id, OrderState.PENDING)
            if fact.state != before and fact.state not in TRANSITIONS[before] and before in TERMINAL:
                yield f"I6 {fact.intent_id} went from {before} to {fact.state}"
            state[fact.intent_id] = fact.state


def _settled(world: World, conn: Connection) -> Iterator[str]:
    """I12: nothing waits for an answer any more."""
    waiting = conn.execute(select(func.count()).select_from(outbox)).scalar_one()
    if waiting:
        yield f"I12 {waiting} requests are still in the outbox"
    for one in intents.unresolved(conn, world.accounts):
        yield f"I12 {one.intent_id} is still {one.state}"
    # Levels that a venue keeps itself are part of their entry, not orders of their own.
    own = not world.options.capabilities.relative_brackets
    live_there = {one.asked.client_id for one in world.venue.orders if one.live and (own or not one.parent)}
    live_here = _live(conn)
    for name in live_here.keys() - live_there - world.venue.waiting:
        yield f"I12 the journal has {name} as {live_here[name]}, the venue does not"
    for name in live_there - live_here.keys():
        yield f"I12 the venue works {name}, the journal does not know"


def _live(conn: Connection) -> dict[str, str]:
    """The states of the orders that have not ended; without levels that wait for the first fill of their entry."""
    placed, entry = intents.intents, intents.intents.alias()
    here = (
        select(orders.c.intent_id, orders.c.state, entry.c.state)
        .join(placed, placed.c.intent_id == orders.c.intent_id)
        .outerjoin(entry, entry.c.intent_id == placed.c.parent)
        .where(orders.c.state.not_in([str(one) for one in TERMINAL]))
    )
    return {
        name: state
        for name, state, above in conn.execute(here)
        if state != OrderState.PENDING or above is None or OrderState(above) in TERMINAL
    }


def _protected(world: World) -> Iterator[str]:
    """Every position of a run has a stop at the venue."""
    stopped = {
        (one.asked.account_id, "" if world.options.capabilities.netting else one.asked.book, one.asked.symbol)
        for one in world.venue.orders
        if one.live and one.asked.kind in _STOPS
    }
    for account in world.accounts:
        for one in world.venue.positions(account):
            if ((account, one.book, one.symbol) not in stopped and one.book != NOBODY) or (
                world.options.capabilities.netting and (account, "", one.symbol) not in stopped
            ):
                yield f"unprotected: {one.lots} lots of {one.symbol} of {one.book or account}"


def _kernels(world: World, conn: Connection) -> Iterator[str]:
    """I3: what the kernel of each run believes to hold is what its fills come to, and so none was set aside."""
    yield from (f"{run_id} is {state}" for run_id, state in conn.execute(_SET_ASIDE))
    told = {(row.run_id, row.symbol): row.qty for row in conn.execute(select(positions).where(positions.c.qty != 0))}
    for one in world.living:
        for session, members in one.kernels():
            for row in session.slots:
                run_id, symbol, lots = members[row["bot"]], session.symbols[row["symbol"]], int(row["lots"])
                if lots != told.get((run_id, symbol), 0):
                    yield f"I3 {run_id} believes in {lots} lots of {symbol}, {told.get((run_id, symbol), 0)} are there"


_SET_ASIDE = select(runs.c.run_id, runs.c.state).where(runs.c.state.in_([RunState.QUARANTINED, RunState.FAILED]))
