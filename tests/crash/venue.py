"""The venue of the kill tests: it lives in the parent, survives every child, and plays each bar once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Any

from paddock.core.orders import OrderKind, Side
from paddock.core.seams import ManualClock
from paddock.venues.broker import Cancellation, Capabilities, Outcome, Placement, VenueEvent, VenueOrder, VenuePosition
from paddock.venues.fake import FakeVenue
from tests.crash.scenario import CAPABILITIES, FIRST_ROW, MARKET, TICKS
from tests.simulation.markets import MINUTE

_BROKER = ("place", "cancel", "find", "open_orders", "positions", "events")


class VenueServer:
    """A fake venue behind a Unix socket. `unprotected` collects positions that a bar found without a stop."""

    def __init__(self, address: Path) -> None:
        self.clock = ManualClock(int(MARKET.ts[FIRST_ROW]))
        instruments = dict(zip(MARKET.symbols, MARKET.instruments, strict=True))
        self.venue = FakeVenue(self.clock, instruments, CAPABILITIES)
        for symbol in MARKET.symbols:
            self.venue.trade(symbol, float(MARKET.close[MARKET.row(symbol), FIRST_ROW - 1]))
        self.row, self.tick = FIRST_ROW, 0
        self.unprotected: list[str] = []
        self._listener = Listener(str(address), "AF_UNIX")
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def truth(self) -> dict[str, Any]:
        """What is at the venue in the end, whatever way led there."""
        return {
            "venue_orders": sorted(
                (one.asked.client_id, one.asked.lots, one.filled, str(one.state)) for one in self.venue.orders
            ),
            "venue_positions": sorted(
                (account, *asdict(held).values())
                for account in self._accounts()
                for held in self.venue.positions(account)
            ),
        }

    def _accounts(self) -> list[str]:
        return sorted({one.asked.account_id for one in self.venue.orders})

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return
            self._answer(connection)

    def _answer(self, connection: Connection) -> None:
        """Serve one child until it dies; there is never a second one."""
        with connection:
            try:
                while True:
                    verb, args = connection.recv()
                    if verb == "now":
                        connection.send((self.row, self.tick, self.clock.ts))
                    elif verb == "play":
                        self._play(*args)
                        connection.send(self.clock.ts)
                    else:
                        assert verb in _BROKER
                        connection.send(getattr(self.venue, verb)(*args))
            except (EOFError, ConnectionError):
                return

    def _play(self, row: int, tick: int) -> None:
        """Part `tick` of bar `row` happens, once; its prices, and all that a venue or a person does, in the last."""
        if (row, tick) <= (self.row, self.tick):
            return
        self.row, self.tick = row, tick
        self.clock.ts = int(MARKET.ts[row]) + MINUTE // TICKS * tick
        if tick < TICKS:
            return
        self._look()
        thin = 2_500 if row % 3 == 0 else None
        for symbol in MARKET.symbols:
            s = MARKET.row(symbol)
            path = (MARKET.open[s, row], MARKET.low[s, row], MARKET.high[s, row], MARKET.close[s, row])
            for px in path:
                if px == px:
                    self.venue.trade(symbol, float(px), thin)
        for account in self._accounts():
            for held in self.venue.positions(account):
                self.venue.pay_funding(account, held.symbol, f"p{row}-{held.book}-{held.symbol}", -1_000, held.book)
            if row == FIRST_ROW + 7:
                self.venue.trade_by_hand(account, MARKET.symbols[0], Side.BUY, 700, 100.0)
        self._race(row)

    def _race(self, row: int) -> None:
        """An entry that was cancelled fills a little all the same."""
        for order in list(self.venue.orders):
            if row == FIRST_ROW + 10 and not order.live and not order.filled and not order.asked.reduce_only:
                self.venue.fill(order.asked.client_id, 100, order.px or 100.0)
                return

    def _look(self) -> None:
        stopped = {
            (one.asked.account_id, one.asked.book, one.asked.symbol)
            for one in self.venue.orders
            if one.live and one.asked.kind in (OrderKind.STOP, OrderKind.TRAIL)
        }
        for account in self._accounts():
            for held in self.venue.positions(account):
                if held.book and (account, held.book, held.symbol) not in stopped:
                    self.unprotected.append(f"{held.symbol} of {held.book} before bar {self.row}")


class RemoteVenue:
    """The venue as a child sees it."""

    capabilities: Capabilities = CAPABILITIES

    def __init__(self, address: Path) -> None:
        self._line = Client(str(address), "AF_UNIX")

    def ask(self, verb: str, *args: Any) -> Any:
        self._line.send((verb, args))
        return self._line.recv()

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        return self.ask("place", list(placements))

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        return self.ask("cancel", list(cancellations))

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        return self.ask("find", account_id, client_id)

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        return self.ask("open_orders", account_id)

    def positions(self, account_id: str) -> list[VenuePosition]:
        return self.ask("positions", account_id)

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        return self.ask("events", account_id, cursor)
