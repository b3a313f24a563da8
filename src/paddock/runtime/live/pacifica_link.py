"""Hands approvals to Pacifica and looks at the account there, over the client that all share.

Whom an account lets trade the venue tells to its owner alone. So whether our agent is among them is tried: it signs
the cancellation of an order that nobody has, and the venue says either that there is no such order, or that the agent
may not ask for that.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from paddock.core.errors import Code, Refused, Unavailable, Unknown
from paddock.runtime.live.gateway import COUNTED, Finding, Money, Transfer
from paddock.runtime.live.pacifica import findings
from paddock.runtime.live.prover import Prover
from paddock.runtime.live.rows import Connection
from paddock.runtime.live.states import Status
from paddock.venues.broker import Outcome, RejectCode, Rejected, Unclear
from paddock.venues.pacifica.codec import account, outcomes, queries
from paddock.venues.pacifica.codec.account import BalanceChange
from paddock.venues.pacifica.codec.instruments import VENUE
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.leverage import EARLY_MS
from paddock.venues.pacifica.public import PAGE, Pages
from paddock.venues.sending import VALID_MS
from paddock.venues.signing.operations import CancelById, Order, SignedRequest
from paddock.venues.told import MOST_REPAIR_MS
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.lost import Throttled

_TRADING: Final = frozenset({"trade", "market_liquidation", "backstop_liquidation", "adl_liquidation", "funding"})
LATE_MS: Final = MOST_REPAIR_MS  # how late, by its own time, a change may come to be told
NOBODYS: Final = 1  # the number of an order from before the venue opened


class PacificaLink:
    """What a connection has of the venue (`gateway.Gateway`)."""

    def __init__(self, connection: Connection, gateway: Gateway, prover: Prover) -> None:
        self._connection, self._grant = connection, connection.grant
        self._gateway, self._client, self._prover = gateway, gateway.client, prover

    def submit(self, request: SignedRequest) -> None:
        outcome = self._sent(request)
        if isinstance(outcome, Rejected):
            rule = "the venue takes an approval by its own rules"
            raise Refused(Code.VENUE_REFUSED, outcome.message, where="approval", seen=request.kind, rule=rule)
        if isinstance(outcome, Unclear):
            raise Unknown(Code.VENUE_UNCLEAR, outcome.reason)

    def approved(self) -> bool:
        outcome = self._sent(self._proof())
        match outcome:
            case Rejected(RejectCode.NO_SUCH_ORDER):
                return True
            case Rejected(RejectCode.NOT_ALLOWED):
                return False
            case Rejected(_, why) | Unclear(why):
                raise Unavailable(
                    Code.VENUE_UNAVAILABLE,
                    f"whether the agent may trade cannot be told: {why}",
                    rule="the venue answers what an agent signs",
                    suggestion="try again later",
                )
            case _:
                return True

    def inspect(self) -> Sequence[Finding]:
        grant = self._grant
        builder, fee, agent = grant.builder, grant.builder_fee, self.approved()
        return list(findings(self._gateway, grant.main, agent=agent, builder=builder, builder_fee=fee))

    def money(self, since_ts: int) -> Money:
        worth = account.account(self._gateway.read(self._client.data(queries.account(self._grant.main))))
        changes = self._changes(since_ts) if since_ts else []
        counted_ts = max((each.venue_ts for each in changes), default=0) - LATE_MS
        counted = [Transfer(COUNTED, COUNTED, 0, counted_ts)] if counted_ts > since_ts else []
        return Money(worth.balance, worth.venue_ts, (*_transfers(changes), *counted))

    def _changes(self, since_ts: int) -> list[BalanceChange]:
        """What changed the balance from then on, oldest first. Trades and funding are among it: there may be many
        pages, each of which waits for its turn.
        """
        history = Pages(self._client, lambda cursor: queries.balance_changes(self._grant.main, PAGE, cursor), _read)
        found: list[BalanceChange] = []
        while (rows := self._gateway.read(_in_turn(history))) is not None:
            found += [row for row in rows if row.venue_ts >= since_ts]
            if any(row.venue_ts < since_ts for row in rows):
                break
        return found[::-1]

    def _sent(self, request: SignedRequest) -> Outcome:
        reply = self._gateway.write(self._client.act(request, Priority.OPEN))
        return outcomes.outcome(reply.status, reply.headers, reply.body, cancelling=request.kind.startswith("cancel"))

    def _proof(self) -> SignedRequest:
        """Signed by the agent. Raises Unavailable, also where the key of who is active is not open; and
        Refused (signer.key)."""
        listing = self._gateway.read(self._client.listed())
        now_ts = self._client.clock.now_ts()
        symbol, market = next(iter(listing.markets.items()))
        asked = CancelById(symbol, (NOBODYS,))
        expires_ts = now_ts + self._client.endpoint.ms(VALID_MS)
        order = Order(self._grant.account_id, asked, now_ts - EARLY_MS, expires_ts)
        with suppress(Refused):  # the signer knows it as it was, which is enough to cancel
            self._prover.list_markets(VENUE, self._grant.network, {symbol: market})
        return self._signed(order) if self._connection.status is Status.ACTIVE else self._signed_once(order)

    def _signed(self, order: Order) -> SignedRequest:
        """By a key that is open, as its owner wants it by now: the connection as it was read here may be old."""
        try:
            (signed,) = self._prover.sign(order)
        except Refused as error:
            raise Unavailable(Code.SIGNER_UNAVAILABLE, error.message, suggestion=error.suggestion) from error
        return signed

    def _signed_once(self, order: Order) -> SignedRequest:
        """By the key of a draft, which is open for that long, and for what opens nothing."""
        assert self._connection.sealed is not None  # a link is of a connection that is living
        self._prover.open(self._connection.sealed, closing=True)
        try:
            (signed,) = self._prover.sign(order)
        finally:
            self._prover.close(self._connection.account_id)
        return signed


async def _read(data: Any) -> Sequence[BalanceChange]:
    return account.balance_changes(data)


async def _in_turn(history: Pages[Sequence[BalanceChange]]) -> Sequence[BalanceChange] | None:
    """The next page, once there is room for it."""
    while True:
        try:
            return await history.page()
        except Throttled as error:
            await asyncio.sleep(error.retry_after_ms / 1000)


def _transfers(changes: Iterable[BalanceChange]) -> Iterator[Transfer]:
    """What came or went beside trading and funding. The venue gives a change no number: it is named by what it is, and
    which of its like at its moment."""
    like: Counter[str] = Counter()
    for each in changes:
        if each.kind in _TRADING:
            continue
        name = f"{each.venue_ts}-{each.kind}-{each.amount}"
        like[name] += 1
        yield Transfer(f"{name}-{like[name]}", each.kind, each.amount, each.venue_ts)
