"""Hands approvals to Hyperliquid and looks at the account there, each time over a client of its own."""

from __future__ import annotations

from collections.abc import Sequence

from paddock.core.errors import Code, Refused, Unknown
from paddock.core.seams import Clock, RandomSource
from paddock.runtime.live.gateway import Finding
from paddock.runtime.live.hyperliquid import findings
from paddock.runtime.live.rows import Connection
from paddock.venues.broker import Rejected, Unclear
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.codec import info, standing
from paddock.venues.hyperliquid.codec.replies import acknowledged
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import ENDPOINTS, Endpoint, simulator
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import SignedRequest
from paddock.venues.transport.budget import Priority


class HyperliquidLink:
    """What a connection has of the venue (`gateway.Gateway`)."""

    def __init__(self, connection: Connection, clock: Clock, random: RandomSource) -> None:
        """Raises Invalid (value) for a simulator at no address of this machine."""
        self._grant, self._clock, self._random = connection.grant, clock, random
        self._endpoint = endpoint_of(connection)

    def submit(self, request: SignedRequest) -> None:
        with self._open() as gateway:
            reply = gateway.write(gateway.client.act(request.body, self._grant.main, Priority.OPEN))
        outcome = acknowledged(reply)
        if isinstance(outcome, Rejected):
            rule = "the venue takes an approval by its own rules"
            raise Refused(Code.VENUE_REFUSED, outcome.message, where="approval", seen=request.kind, rule=rule)
        if isinstance(outcome, Unclear):
            raise Unknown(Code.VENUE_UNCLEAR, outcome.reason)

    def approved(self) -> bool:
        with self._open() as gateway:
            role = standing.role(gateway.read(gateway.client.ask(info.role(self._grant.agent))))
        return role.role == "agent" and role.owner == self._grant.main

    def inspect(self) -> Sequence[Finding]:
        with self._open() as gateway:
            return list(findings(gateway, self._clock, self._grant.main, self._grant.agent))

    def _open(self) -> Gateway:
        return Gateway(Client(self._endpoint, self._clock, self._random))


def endpoint_of(connection: Connection) -> Endpoint:
    network = connection.grant.network
    return simulator(connection.url) if network is Network.SIMULATOR else ENDPOINTS[network]
