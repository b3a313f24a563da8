"""Bots that trade at a paper venue through the broker's protocol, without desk and journal between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.core.seams import ManualClock
from paddock.core.time import interval_ms
from paddock.engine.costs import Costs
from paddock.engine.state import NO_ORDER
from paddock.engine.told import Decided, EndReport, FillReport, FundingReport, Levels, NewOrder, VenueReport
from paddock.journal.database import Database
from paddock.market.align import truncate
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.paper import PaperVenue
from paddock.strategy.program import Program
from paddock.venues.broker import Accepted, Bracket, Cancellation, OrderUpdate, Placement, VenueFill
from tests.engine.halves import Bridge

FEED, ACCOUNT, VALID_MS = "rough:1h", "account-1", 30_000


class PaperBridge(Bridge):
    """A `Bridge` whose venue is a PaperVenue; client ids are run, number and what they are."""

    def __init__(
        self, database: Database, programs: Sequence[Program], tape: Tape, costs: Costs, start: Decimal, begin: int
    ) -> None:
        super().__init__(programs, tape, costs, start, begin)
        self.database, self.costs = database, costs
        self.clock = ManualClock(int(tape.ts[begin]))
        self.cursor, self.made = "", 0
        self.orders_of: dict[str, tuple[int, str, int, bool]] = {}
        self.levels: dict[tuple[int, str, str], str] = {}
        self.reopen(begin)
        for bot in range(len(programs)):
            self.paper.enlist({f"run-{bot}": ACCOUNT}, FEED)

    def reopen(self, rows: int) -> None:
        """The venue as another process finds it after `rows` bars."""
        self.paper = PaperVenue(self.database, self.clock)
        self.paper.attach(FEED, truncate(self.tape, rows), self.costs)

    def reports(self, bar: Bar) -> Iterator[VenueReport]:
        self.clock.advance(bar.ts + interval_ms(self.tape.interval) - self.clock.now_ts())
        self.paper.advance(FEED, bar)
        events, self.cursor = self.paper.events(ACCOUNT, self.cursor)
        for event in events:
            if isinstance(event, OrderUpdate):
                if event.client_id in self.orders_of:
                    bot, symbol, number, entry = self.orders_of[event.client_id]
                    yield EndReport(bot, symbol, entry, number, event.state is OrderState.EXPIRED)
                continue
            bot = int(event.book.removeprefix("run-"))
            if not isinstance(event, VenueFill):
                yield FundingReport(bot, event.symbol, event.amount)
                continue
            number, entry = NO_ORDER, False
            if event.kind < OrderKind.STOP:
                _, _, number, entry = self.orders_of[event.client_id]
            yield FillReport(
                bot, event.symbol, event.kind, entry, event.side, event.lots, event.px, event.fee, event.maker,
                event.venue_ts, number, event.within,
            )  # fmt: skip

    def send(self, decided: Decided) -> None:
        now = self.clock.now_ts()
        gone = [self.id_of(order.bot, order.number) for order in decided.ended]
        placements: list[Placement] = []
        for levels in decided.levels:
            self.protect(levels, placements, gone)
        for change in decided.leverages:
            self.paper.set_leverage(ACCOUNT, f"run-{change.bot}", change.symbol, change.leverage)
        placements += [self.placement(order) for order in decided.orders if order.live]
        cancels = [Cancellation(client_id, ACCOUNT, "", now, now + VALID_MS) for client_id in gone]
        outcomes = [*self.paper.cancel(cancels), *self.paper.place(placements)]
        assert all(isinstance(outcome, Accepted) for outcome in outcomes), outcomes
        assert self.paper.place(placements) == outcomes[len(cancels) :]  # the same bytes again

    def id_of(self, bot: int, number: int, what: str = "") -> str:
        return f"run-{bot}-{number}{what}"

    def placement(self, order: NewOrder) -> Placement:
        client_id, now = self.id_of(order.bot, order.number), self.clock.now_ts()
        self.orders_of[client_id] = (order.bot, order.symbol, order.number, order.entry)
        return Placement(
            client_id, ACCOUNT, f"run-{order.bot}", order.symbol, order.kind, order.side, order.lots, now,
            now + VALID_MS, px=order.px, tif=order.tif, reduce_only=not order.entry, leverage=order.leverage,
            bound_px=order.bound_px, slices=order.slices, cancel_ts=order.expire_ts,
            bracket=Bracket(
                order.stop_pct, order.stop_px, order.trail_pct, order.take_pct, order.take_px, f"{client_id}-stop",
                f"{client_id}-take",
            ),
        )  # fmt: skip

    def protect(self, levels: Levels, placements: list[Placement], gone: list[str]) -> None:
        """Levels that are set or moved; one that is taken away is cancelled where the venue shows it."""
        bot, symbol, now = levels.bot, levels.symbol, self.clock.now_ts()
        side = Side.SELL if self.live.slot(bot, symbol).lots > 0 else Side.BUY
        for kind, moved, pct, px in (
            (OrderKind.STOP, levels.stop, levels.stop_pct, levels.stop_px),
            (OrderKind.TAKE, levels.take, levels.take_pct, levels.take_px),
            (OrderKind.TRAIL, levels.trail, levels.trail_pct, 0.0),
        ):
            if moved and (pct or px):
                self.made += 1
                placements.append(
                    Placement(
                        f"level-{self.made}",
                        ACCOUNT,
                        f"run-{bot}",
                        symbol,
                        kind,
                        side,
                        1,
                        now,
                        now + VALID_MS,
                        px=px,
                        pct=pct,
                        reduce_only=True,
                    )
                )
            elif moved:
                there = self.paper.open_orders(ACCOUNT)
                mine = [o.client_id for o in there if (o.book, o.symbol, o.kind) == (f"run-{bot}", symbol, kind)]
                gone += [client_id for client_id in mine if client_id not in gone]
