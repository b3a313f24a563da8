"""How does an action get to Hyperliquid? Each bears a nonce of its own, of the agent that signs it."""

from __future__ import annotations

from typing import Any

from paddock.venues import sending
from paddock.venues.hyperliquid.codec.instruments import VENUE
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.sending import Step
from paddock.venues.signing.operations import SignedRequest
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.nonces import Nonces, NonceStore
from paddock.venues.wallet import Wallet


class Sender(sending.Sender):
    def __init__(self, gateway: Gateway, signer: Signer, store: NonceStore) -> None:
        super().__init__(gateway, signer, VENUE, gateway.client.endpoint.network)
        self._client, self._store = gateway.client, store
        self._nonces: dict[str, Nonces] = {}

    def number(self, wallet: Wallet, step: Step) -> int:
        nonces = self._nonces.get(wallet.agent)
        if nonces is None:
            nonces = self._nonces.setdefault(wallet.agent, Nonces(wallet.agent, self._store, self._client.clock))
        return nonces.take()

    async def post(self, wallet: Wallet, request: SignedRequest, priority: Priority) -> Any:
        return await self._client.act(request.body, wallet.address, priority)

    def limited(self, wallet: Wallet) -> None:
        self._client.forget_allowance(wallet.address)
