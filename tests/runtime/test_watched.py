"""What guards a position, and what was watched over it, is what the paper venue itself keeps; at a venue what rests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert, select

from paddock.core.orders import OrderKind
from paddock.core.time import interval_ms
from paddock.engine.carried import slot_of
from paddock.journal.database import Database
from paddock.journal.tables import decisions, fills, orders, positions
from paddock.runtime.feeds import feed_record
from paddock.runtime.guards import Guard, Protection, guards
from paddock.runtime.marks import marks
from paddock.runtime.paper_tables import paper_seats
from paddock.runtime.runs import Run
from paddock.runtime.tables import accounts, layouts
from paddock.runtime.watched import Level, LevelKind, Market, levels_of
from tests.engine.market import SYMBOLS
from tests.runtime.desks import ACCOUNT, ATTACHED, BRACKET, COIN, RUN, Setup
from tests.runtime.moves import MOVES
from tests.runtime.rig import CAPITAL, OWNER, Rig, document

BARS, STEP = 120, 8


def market_of(rig: Rig, symbol: str) -> Market:
    tape = rig.tape
    return Market(tape.instruments[tape.row(symbol)], tape.row(symbol), interval_ms(tape.interval))


def held(conn: Connection) -> list:
    return list(conn.execute(select(positions).where(positions.c.qty != 0)).mappings())


def on_paper(conn: Connection, run_id: str, symbol: str) -> dict[str, float]:
    """What the venue's own books have."""
    wanted = select(paper_seats.c.state, layouts.c.layout).join(layouts)
    row = conn.execute(wanted.where(paper_seats.c.book == run_id, paper_seats.c.symbol == symbol)).one()
    slot = slot_of(row.state, row.layout)
    names = ("stop_px", "take_px", "trail_px", "entry_px")
    return {name: float(slot[name]) for name in names if slot[name] > 0.0}


def standing(levels: list[Level]) -> dict[str, float]:
    names = {LevelKind.STOP: "stop_px", LevelKind.TARGET: "take_px", LevelKind.TRAIL: "trail_px"}
    return {names.get(one.kind, "entry_px"): one.px for one in levels if one.until_ts is None}


@pytest.fixture
def rig(fresh_url: Callable[[str], str]) -> Rig:
    """On SQLite: the queries are those of the desk's tests below, which know both engines."""
    return Rig(Database.open(fresh_url("sqlite")))


def test_levels_follow_from_the_books_as_the_paper_venue_keeps_them(rig: Rig) -> None:
    account = rig.accounts.open(OWNER, "paper", CAPITAL * 4).account_id
    raw = [document("breakout"), document("rsi-mean-reversion"), MOVES | {"scope": document("breakout")["scope"]}]
    runs = {run.run_id: run for run in (rig.deploy(one, account_id=account) for one in raw)}
    kinds: set[LevelKind] = set()
    looked = moved = 0
    for _ in range(BARS // STEP):
        rig.go(STEP)
        with rig.database.read() as conn:
            for (run_id, symbol), guard in guards(conn, held(conn)).items():
                known = on_paper(conn, run_id, symbol)
                levels = levels_of(conn, runs[run_id], market_of(rig, symbol))
                assert standing(levels) == pytest.approx(known)
                shown = {"stop_px": guard.stop_px, "take_px": guard.take_px, "trail_px": guard.trail_px}
                assert {name: px for name, px in shown.items() if px} | {"entry_px": known["entry_px"]} == known
                assert (guard.protection is Protection.PROTECTED) == bool(known.keys() & {"stop_px", "trail_px"})
                check_since(conn, runs[run_id], symbol, guard, levels)
                kinds |= {one.kind for one in levels}
                moved += moved_by_a_decision(conn, run_id, guard)
                looked += 1
    assert kinds == set(LevelKind)
    assert looked > 10
    assert moved > 0
    check_ends(rig, next(run for run in runs.values()))
    check_mark(rig)
    assert any(check_past(rig, run) for run in runs.values())


def check_ends(rig: Rig, run: Run) -> None:
    """Levels end with their position, and a later look begins later."""
    with rig.database.read() as conn:
        for symbol in SYMBOLS:
            every = levels_of(conn, run, market_of(rig, symbol))
            ended = [one for one in every if one.until_ts is not None]
            assert all(one.since_ts < one.until_ts for one in ended if one.until_ts is not None)
            middle = ended[len(ended) // 2].since_ts if ended else 0
            later = levels_of(conn, run, market_of(rig, symbol), middle)
            assert later == [one for one in every if one.until_ts is None or one.until_ts >= middle]


def check_past(rig: Rig, run: Run) -> bool:
    """What was before the position that a look begins with is not read. Gives whether there was anything."""
    for symbol in SYMBOLS:
        mine = (fills.c.run_id == run.run_id, fills.c.symbol == symbol)
        with rig.database.read() as conn:
            every = levels_of(conn, run, market_of(rig, symbol))
            entries = sorted({one.since_ts for one in every if one.kind is LevelKind.ENTRY})
            late = levels_of(conn, run, market_of(rig, symbol), entries[-1]) if entries else []
            first = conn.execute(select(fills.c.fill_id).where(*mine).order_by(fills.c.venue_ts)).scalars().first()
        if len(late) == len(every):
            continue
        with rig.database.write() as conn:
            conn.execute(fills.update().where(*mine, fills.c.fill_id == first).values(lots=fills.c.lots + 1))
        with rig.database.read() as conn:
            assert levels_of(conn, run, market_of(rig, symbol), entries[-1]) == late
        return True
    return False


def check_mark(rig: Rig) -> None:
    """The last close there is; nothing for what is not traded."""
    with rig.database.read() as conn:
        feed = feed_record(conn, rig.feed.name)
        found = marks(conn, feed, ["A", "nowhere"])
    row = int(rig.tape.ts.searchsorted(feed.last_ts))
    while not rig.tape.close[0, row] > 0:
        row -= 1
    assert set(found) == {"A"}
    assert (found["A"].px, found["A"].ts) == (rig.tape.close[0, row], int(rig.tape.ts[row]) + interval_ms("1h"))


def check_since(conn: Connection, run: Run, symbol: str, guard: Guard, levels: list[Level]) -> None:
    """Protected since a fill, or a decision, of this position; and the chart says the same."""
    if guard.since_ts is None:
        return
    mine = (fills.c.run_id == run.run_id, fills.c.symbol == symbol)
    at = set(conn.execute(select(fills.c.venue_ts).where(*mine)).scalars())
    at |= set(conn.execute(select(decisions.c.ts).where(decisions.c.run_id == run.run_id)).scalars())
    assert guard.since_ts in at
    nearest = {guard.stop_px, guard.trail_px} - {None}
    assert guard.since_ts in {one.order_ts for one in levels if one.until_ts is None and one.px in nearest}


def moved_by_a_decision(conn: Connection, run_id: str, guard: Guard) -> bool:
    wanted = select(decisions.c.ts).where(decisions.c.run_id == run_id, decisions.c.ts == guard.since_ts)
    level = select(orders.c.intent_id).where(orders.c.run_id == run_id, orders.c.kind >= int(OrderKind.STOP))
    return conn.execute(wanted).first() is not None and conn.execute(level).first() is not None


@pytest.fixture
def setup(database: Database) -> Setup:
    """A position of one run at a venue that takes stop and target with the entry."""
    with database.write() as conn:
        values = {"account_id": ACCOUNT, "owner": OWNER, "name": "real", "venue": "fake", "opened_ts": 0}
        conn.execute(insert(accounts), values)
    return Setup(database, ATTACHED)


def guard_of(database: Database) -> Guard:
    with database.read() as conn:
        return guards(conn, held(conn))[RUN, COIN.symbol]


def test_at_a_venue_a_stop_protects_from_its_acknowledgement_on(setup: Setup) -> None:
    setup.order(bracket=BRACKET, leverage=3.0)
    setup.rounds(5)
    guard = guard_of(setup.database)
    with setup.database.read() as conn:
        rows = {row.kind: row for row in conn.execute(select(orders).where(orders.c.reduce_only == 1))}
    stop, take = rows[int(OrderKind.STOP)], rows[int(OrderKind.TAKE)]
    assert guard.protection is Protection.PROTECTED
    assert (guard.stop_px, guard.take_px, guard.trail_px) == (stop.px, take.px, None)
    assert (guard.since_ts, guard.leverage, guard.bare_ts) == (stop.changed_ts, 3.0, None)
    assert guard.liquidation_px is None and "liquidation_px" in guard.unknown


def test_a_position_without_its_stop_is_bare_and_says_since_when(setup: Setup) -> None:
    setup.order(bracket=BRACKET)
    setup.rounds(5)
    with setup.database.write() as conn:  # as long as the venue has not said that it has the stop
        conn.execute(orders.update().where(orders.c.kind == int(OrderKind.STOP)).values(state="unknown"))
    assert guard_of(setup.database).protection is Protection.BARE
    setup.leave(600)
    setup.rounds(3)
    assert setup.lots() == 400


def test_nobody_asked_for_a_stop(setup: Setup) -> None:
    setup.order()
    setup.rounds(3)
    guard = guard_of(setup.database)
    assert (guard.protection, guard.stop_px, guard.since_ts) == (Protection.NONE, None, None)


def test_levels_of_a_venue_stood_from_their_acknowledgement_to_their_end(setup: Setup) -> None:
    setup.order(bracket=BRACKET)
    setup.rounds(5)
    setup.leave()
    setup.rounds(10)
    with setup.database.read() as conn:
        run = fake_run()
        levels = levels_of(conn, run, Market(COIN, 0, 60_000))
    assert {one.kind for one in levels} == {LevelKind.ENTRY, LevelKind.STOP, LevelKind.TARGET}
    assert all(one.until_ts is not None and one.since_ts < one.until_ts for one in levels)
    stop = next(one for one in levels if one.kind is LevelKind.STOP)
    assert (stop.px, stop.order_ts) == (95.0, stop.since_ts)


def fake_run() -> Run:
    names = dict.fromkeys(Run.__slots__)
    return Run(**names | {"run_id": RUN, "account_id": ACCOUNT, "feed": "fake-1m"})  # type: ignore[arg-type]
