"""The order desk over real sockets: whatever is lost on the way, venue, ledger and books agree in the end."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select

from paddock.core.orders import TERMINAL, OrderKind, Side
from paddock.core.seams import SeededRandom
from paddock.journal.intents import Action, outbox
from paddock.journal.tables import fills
from paddock.venues.broker import Bracket
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.codec.ids import client_id_of
from tests.runtime.desks import ACCOUNT, RUN, Setup

from .staged import staged

LOSSES = (Fault.MUTE, Fault.LOST, Fault.RESET, Fault.RESET_DONE, Fault.ERROR, Fault.ERROR_DONE, Fault.TRUNCATED)
PLACES = ("exchange:*", "exchange:order", "info:orderStatus", "info:userFillsByTime")


class Living(Setup):
    """The desk's own setup, with the simulated Hyperliquid in place of the fake venue."""

    def __init__(self, database, stage):
        self.stage = stage
        super().__init__(database, clock=stage.clock)

    def __post_init__(self):
        self.instruments = {"COIN": self.stage.instrument}
        self.wire = self.stage.broker
        self.decisions = Counter()
        self.restart()

    def settle(self):
        """Without faults, until nothing is unclear."""
        self.stage.simulator.faults.clear()
        for _ in range(12):
            self.rounds(8, every=8)
        self.desk.reconcile([ACCOUNT])

    def flat(self):
        """Leave what is held, and wait until it is left."""
        for _ in range(3):
            if not self.lots():
                return
            side = Side.SELL if self.lots() > 0 else Side.BUY
            self.leave(abs(self.lots()), side=side)
            self.settle()


def booked_ids(stage):
    """How often each of our ids was booked at the venue."""
    with stage.simulator.lock:
        oids = stage.simulator.venue.records.of(stage.wallet.address).orders
        found = [stage.simulator.exchange.order(oid).asked.client_id for oid in oids]
    return Counter(client_id_of(one) for one in found if one)


def trades_of(stage):
    """Price, lots and fee (micro-dollars) of each fill, as the venue booked them."""
    with stage.simulator.lock:
        rows = stage.simulator.venue.records.of(stage.wallet.address).fills
        return sorted(
            (float(row["px"]), round(float(row["sz"]) * 1000), round(float(row["fee"]) * 1e6)) for row in rows
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_lost_nothing_is_doubled_and_all_agree_in_the_end(tmp_path, database, seed):
    chance = SeededRandom(seed)
    with staged(tmp_path) as stage:
        stage.trade(100.0)
        desk, px = Living(database, stage), 100.0
        made = []
        for step in range(18):
            if chance.below(3) == 0:
                fault = LOSSES[chance.below(len(LOSSES))]
                stage.simulator.faults.add(
                    fault, ("exchange:*", "info:orderStatus", "info:userFillsByTime")[chance.below(3)]
                )
            match chance.below(5):
                case 0:
                    side = Side.BUY if chance.below(2) else Side.SELL
                    made.append(desk.order(side, 1000 + chance.below(500), bracket=Bracket(stop_pct=5.0, take_pct=8.0)))
                case 1:
                    limit = round(px * (0.97 + chance.below(3) / 100), 2)
                    made.append(desk.order(Side.BUY, 800, kind=OrderKind.LIMIT, px=limit))
                case 2 if made:
                    desk.cancel(made[chance.below(len(made))])
                case 3 if desk.lots():
                    desk.leave(abs(desk.lots()), side=Side.SELL if desk.lots() > 0 else Side.BUY)
                case _:
                    px = round(px * (0.95 + chance.below(11) / 100), 2)
                    stage.move(px)
            if step == 9:
                desk.restart()
            desk.rounds(6, every=3)
        desk.settle()
        desk.flat()
        assert desk.lots() == stage.truth() == 0
        counts = booked_ids(stage)
        assert counts and max(counts.values()) == 1
        known = {one.intent_id for one in desk.intents()}
        assert counts.keys() <= known
        unsettled = [one for one in desk.intents() if one.state not in TERMINAL and one.action is Action.PLACE]
        assert {one.client_id for one in unsettled} <= {o.client_id for o in stage.broker.open_orders(ACCOUNT)}
        with database.read() as conn:
            assert conn.execute(select(func.count()).select_from(outbox)).scalar() == 0
            rows = conn.execute(select(fills)).all()
        assert sorted((row.px, row.lots, row.fee) for row in rows) == trades_of(stage)
        assert {row.run_id for row in rows} == {RUN}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_position_that_a_twap_builds_is_protected_as_it_grows(tmp_path, database):
    with staged(tmp_path) as stage:
        stage.trade(100.0)
        desk = Living(database, stage)
        desk.order(Side.BUY, 2000, kind=OrderKind.TWAP, slices=5, bracket=Bracket(stop_pct=5.0))
        for seconds in (20, 60):
            desk.rounds(seconds, every=2)
            (stop,) = [order for order in stage.broker.open_orders(ACCOUNT) if order.kind is OrderKind.STOP]
            assert stop.lots == desk.lots() == stage.truth() > 0
        assert desk.reasons() == set()
