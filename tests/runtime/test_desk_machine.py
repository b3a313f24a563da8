"""The desk against anything: orders, prices, lost and doubled messages, crashes, in every order that is tried.

After each step: no order twice at the venue (I2), positions are the sum of their fills (I3), no state but along the
table (I6), what is unknown keeps new entries out (I8). When the faults stop: everything ends, the outbox is empty
(I12), and venue, journal and kernel agree (I3, I5).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from paddock.core.orders import TERMINAL, TRANSITIONS, OrderKind, OrderState, Side
from paddock.journal import ledger
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.facts import OrderChanged, fact_of
from paddock.journal.identity import breaches
from paddock.journal.intents import Action, outbox
from paddock.journal.tables import fills
from paddock.journal.upgrade import upgrade
from paddock.venues.broker import Bracket
from paddock.venues.fake import Fault, Script, Step

from .desks import ACCOUNT, ATTACHED, BOOKS, COIN, PLAIN, RUN, UNSURE, Setup

FAULTS = st.sampled_from(
    [
        Step(Fault.ACCEPT),
        Step(Fault.ACCEPT_THEN_TIMEOUT),
        Step(Fault.DROP),
        Step(Fault.LATE, ms=7_000),
        Step(Fault.LATE, ms=28_000),
        Step(Fault.GARBAGE),
        Step(Fault.ERROR_BOOKED),
        Step(Fault.ERROR_LOST),
        Step(Fault.UNREACHABLE),
        Step(Fault.BROKEN),
        Step(Fault.REFUSE),
    ]
)
RUNS = st.sampled_from([RUN, "run-2"])
BRACKETS = st.sampled_from([Bracket(), Bracket(stop_pct=5.0), Bracket(stop_pct=5.0, take_pct=5.0)])


class Killed(BaseException):
    """The process is gone."""


class Drawn(Script):
    """The faults that were drawn, in their order, then none."""

    def __init__(self) -> None:
        super().__init__()
        self.coming: list[Step] = []

    def next_place(self) -> Step:
        return self.coming.pop(0) if self.coming else Step()

    next_cancel = next_place


class DeskMachine(RuleBasedStateMachine):
    blueprint: Path

    @initialize(
        capabilities=st.sampled_from([PLAIN, ATTACHED, BOOKS, UNSURE]), skew=st.sampled_from([-3_000, 0, 3_000])
    )
    def start(self, capabilities, skew):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "desk.db"
        path.write_bytes(self.blueprint.read_bytes())
        self.database = Database.open(f"sqlite:///{path}")
        self.script = Drawn()
        self.setup = Setup(self.database, capabilities, self.script, skew_ms=skew)
        self.states: dict[str, OrderState] = {}
        self.seen = 0

    def teardown(self):
        if hasattr(self, "setup"):
            self.heal()
            self.database.close()
            self.folder.cleanup()

    # --- what happens ---

    @rule(run=RUNS, side=st.sampled_from(Side), lots=st.integers(100, 2000), limit=st.booleans(), bracket=BRACKETS)
    def enter(self, run, side, lots, limit, bracket):
        """As a kernel does: not where the desk blocks, nor while an entry works, nor against its own position."""
        blocked = {(block.book, block.symbol) for block in self.setup.desk.blocks([ACCOUNT])}
        if blocked & {("", ""), ("", COIN.symbol), (run, COIN.symbol), (run, "")}:
            return
        if self.setup.lots(run) * side < 0:
            return
        more = {"kind": OrderKind.LIMIT, "px": 97.0 if side is Side.BUY else 103.0} if limit else {}
        self.setup.record(self.setup.want(side, lots, run=run, bracket=bracket, **more))

    @rule(run=RUNS)
    def leave(self, run):
        lots = self.setup.lots(run)
        if lots:
            side = Side.SELL if lots > 0 else Side.BUY
            self.setup.record(self.setup.want(side, abs(lots), run=run, reduce_only=True))

    @rule(number=st.integers(0, 50))
    def cancel(self, number):
        working = [
            intent
            for intent in self.setup.intents()
            if intent.state not in TERMINAL and intent.action is Action.PLACE and not intent.request.get("reduce_only")
        ]
        if working:
            intent = working[number % len(working)]
            self.setup.cancel(intent.intent_id, run=intent.run_id)

    @rule(faults=st.lists(FAULTS, max_size=3))
    def send(self, faults):
        self.script.coming = faults
        self.setup.desk.send()

    @rule(px=st.sampled_from([93.0, 96.0, 98.0, 100.0, 102.0, 104.0, 107.0]), lots=st.sampled_from([None, 150, 700]))
    def trade(self, px, lots):
        self.setup.venue.trade(COIN.symbol, px, lots)

    @rule(seconds=st.integers(1, 20))
    def tick(self, seconds):
        self.setup.rounds(seconds, every=seconds)

    @rule(count=st.integers(1, 6), swap=st.booleans())
    def garble(self, count, swap):
        self.setup.wire.repeat, self.setup.wire.swap = count, swap
        self.setup.desk.collect([ACCOUNT])

    @rule(when=st.sampled_from(["before", "after", "between"]))
    def crash(self, when):
        """The process dies: between two steps, or while the venue is being asked."""
        if when != "between":
            venue = self.setup.venue
            alive = venue.place

            def die(placements):
                if when == "after":
                    alive(placements)
                raise Killed

            venue.place = die
            try:
                self.setup.desk.send()
            except Killed:
                pass
            finally:
                venue.place = alive
        self.setup.restart()

    # --- what holds ---

    @invariant()
    @precondition(lambda self: hasattr(self, "setup"))
    def no_order_twice(self):
        ids = [order.asked.client_id for order in self.setup.venue.orders]
        assert len(set(ids)) == len(ids)

    @invariant()
    @precondition(lambda self: hasattr(self, "setup"))
    def positions_are_the_sum_of_their_fills(self):
        with self.database.read() as conn:
            assert breaches(conn, [ACCOUNT]) == [] and ledger.check(conn) == []
            wanted = select(fills.c.run_id, func.sum(fills.c.lots * fills.c.side)).group_by(fills.c.run_id)
            booked = dict(conn.execute(wanted).all())
        for run in (RUN, "run-2"):
            assert self.setup.lots(run) == booked.get(run, 0)

    @invariant()
    @precondition(lambda self: hasattr(self, "setup"))
    def states_change_along_the_table(self):
        for intent in self.setup.intents():
            before = self.states.get(intent.intent_id, OrderState.PENDING)
            assert intent.state is before or self.reachable(before, intent.state), (before, intent.state)
            self.states[intent.intent_id] = intent.state

    @staticmethod
    def reachable(before, after):
        """Several changes may lie between two looks."""
        seen, to_see = set(), [before]
        while to_see:
            state = to_see.pop()
            if state not in seen:
                seen.add(state)
                to_see += TRANSITIONS[state]
        return after in seen

    @invariant()
    @precondition(lambda self: hasattr(self, "setup"))
    def the_log_tells_only_what_the_table_allows(self):
        with self.database.read() as conn:
            told = read(conn, after=self.seen, limit=100_000)
        self.seen = told[-1].position if told else self.seen
        for event in told:
            fact = fact_of(event)
            if isinstance(fact, OrderChanged) and fact.state is OrderState.NEVER_LANDED:
                assert not any(order.asked.client_id == fact.intent_id for order in self.setup.venue.orders)

    def heal(self):
        """Without further faults everything comes to rest, and all agree."""
        setup, self.script.coming = self.setup, []
        setup.venue.trade(COIN.symbol, 100.0)
        for _ in range(40):
            setup.rounds(5, every=5)
        setup.rounds(120, every=30)
        working = {OrderState.OPEN, OrderState.PARTIAL}
        resting = {order.client_id for order in setup.venue.open_orders(ACCOUNT)}
        for intent in setup.intents():
            waits = (
                intent.state is OrderState.PENDING and intent.parent in resting
            )  # a level that travels with an entry
            assert intent.state in TERMINAL or waits or (intent.state in working and intent.client_id in resting), (
                intent
            )
        with self.database.read() as conn:
            assert conn.execute(select(func.count()).select_from(outbox)).scalar_one() == 0
        ours = setup.lots(RUN) + setup.lots("run-2") + setup.lots("")
        assert ours == setup.venue_lots()
        assert not {"order_unknown", "position_mismatch", "frozen", "fill_conflict"} & setup.reasons()
        self.positions_are_the_sum_of_their_fills()
        self.no_order_twice()


def test_the_desk_against_anything(tmp_path):
    DeskMachine.blueprint = tmp_path / "blueprint.db"
    made = Database.open(f"sqlite:///{DeskMachine.blueprint}")
    upgrade(made)
    made.close()
    run_state_machine_as_test(
        DeskMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
