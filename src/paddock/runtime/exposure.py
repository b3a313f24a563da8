"""Which side does each run of an account hold or work for? Where a venue nets, two runs may not oppose each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import Connection, select

from paddock.core.orders import Side
from paddock.journal import intents
from paddock.journal.intents import Action
from paddock.journal.tables import positions
from paddock.runtime.requests import placement
from paddock.runtime.wants import Want


class Exposure:
    """Positions and working entries (unknown ones too) of these accounts, and what this batch adds to them.

    Accounts that are not named keep their runs apart: nothing opposes anything there.
    """

    def __init__(self, conn: Connection, account_ids: Collection[str]) -> None:
        self._accounts = frozenset(account_ids)
        self._sides: defaultdict[tuple[str, str], set[tuple[str, Side]]] = defaultdict(set)
        if not account_ids:
            return
        held = select(positions).where(positions.c.account_id.in_(sorted(account_ids)), positions.c.qty != 0)
        for row in conn.execute(held):
            side = Side.BUY if row.qty > 0 else Side.SELL
            self._sides[row.account_id, row.symbol].add((row.run_id, side))
        for intent in intents.live(conn, account_ids):
            if intent.action is Action.PLACE and not intent.request.get("reduce_only"):
                order = placement(intent.request)
                self._sides[order.account_id, order.symbol].add((intent.run_id, order.side))

    def opposes(self, want: Want) -> bool:
        """Whether another run is on the other side of the symbol."""
        others = self._sides.get((want.account_id, want.symbol), set())
        return any(run_id not in ("", want.run_id) and side is not want.side for run_id, side in others)

    def add(self, want: Want) -> None:
        if want.account_id in self._accounts and not want.reduce_only:
            self._sides[want.account_id, want.symbol].add((want.run_id, want.side))
