"""Hands approvals to Hyperliquid and looks at the account there, over the client that all share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import structlog

from paddock.core.errors import Code, Refused, Unknown
from paddock.runtime.live.gateway import Finding, Money, Transfer
from paddock.runtime.live.hyperliquid import findings
from paddock.runtime.live.rows import Connection
from paddock.venues.broker import Rejected, Unclear
from paddock.venues.hyperliquid.codec import account, history, info, standing
from paddock.venues.hyperliquid.codec.replies import acknowledged
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.signing.operations import SignedRequest
from paddock.venues.transport.budget import Priority

_log = structlog.get_logger()


class HyperliquidLink:
    """What a connection has of the venue (`gateway.Gateway`)."""

    def __init__(self, connection: Connection, gateway: Gateway) -> None:
        self._grant, self._gateway = connection.grant, gateway

    def submit(self, request: SignedRequest) -> None:
        reply = self._gateway.write(self._gateway.client.act(request.body, self._grant.main, Priority.OPEN))
        outcome = acknowledged(reply)
        if isinstance(outcome, Rejected):
            rule = "the venue takes an approval by its own rules"
            raise Refused(Code.VENUE_REFUSED, outcome.message, where="approval", seen=request.kind, rule=rule)
        if isinstance(outcome, Unclear):
            raise Unknown(Code.VENUE_UNCLEAR, outcome.reason)

    def approved(self) -> bool:
        role = standing.role(self._ask(info.role(self._grant.agent)))
        return role.role == "agent" and role.owner == self._grant.main

    def inspect(self) -> Sequence[Finding]:
        grant, clock = self._grant, self._gateway.client.clock
        return list(findings(self._gateway, clock, grant.main, grant.agent, grant.builder, grant.builder_fee))

    def money(self, since_ts: int) -> Money:
        listing = self._gateway.read(self._gateway.client.listed())
        worth = account.account(self._ask(info.account(self._grant.main)), listing)
        cash = worth.equity - sum(held.unrealized for held in worth.held)
        entries = history.ledger(self._ask(info.ledger(self._grant.main, since_ts))) if since_ts else ()
        return Money(cash, worth.venue_ts, tuple(self._transfers(entries)))

    def _transfers(self, entries: Sequence[history.LedgerEntry]) -> Iterator[Transfer]:
        for entry in entries:
            amount = entry.moved(self._grant.main)
            if amount is None:
                _log.warning(
                    "money moved in a way that is not known", account_id=self._grant.account_id, kind=entry.kind
                )
            elif amount:
                name = f"{entry.hash} {entry.venue_ts} {entry.kind}"
                yield Transfer(name, entry.kind, amount, entry.venue_ts)

    def _ask(self, query: info.Query) -> Any:
        return self._gateway.read(self._gateway.client.ask(query))
