"""How does an operation get signed and sent, and what may be concluded then?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paddock.core.errors import Invalid, Refused, Unavailable, Unknown
from paddock.venues.broker import Outcome, RejectCode, Rejected, Unclear
from paddock.venues.hyperliquid.codec.instruments import VENUE, Listing
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.wallet import Wallet
from paddock.venues.signing.operations import Operation, Order
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.lost import Throttled
from paddock.venues.transport.nonces import Nonces, NonceStore

LATER_MS: Final = 1_000  # when to try again what did not leave, beside what did

Reading = Callable[[Any], Sequence[Outcome]]
Answer = Sequence[Outcome] | Unavailable


@dataclass(frozen=True, slots=True)
class Step:
    """One action to sign and send. `read` makes `count` outcomes of its reply, and raises Unknown for garbage."""

    operation: Operation
    expires_ts: int
    priority: Priority
    count: int
    read: Reading


@dataclass(frozen=True, slots=True)
class _Leaving:
    body: Mapping[str, Any]
    step: Step


class Sender:
    """For any thread but the gateway's own."""

    def __init__(self, gateway: Gateway, signer: Signer, store: NonceStore) -> None:
        self._gateway, self._client, self._signer, self._store = gateway, gateway.client, signer, store
        self._nonces: dict[str, Nonces] = {}
        self._told = Listing()  # what the signer knows

    def know(self, listing: Listing) -> Rejected | None:
        """Tell the signer what may be traded; why it will not have it, where a market is not what it was.

        Nothing may be placed then: the signer counts lots as they were. Raises Unavailable.
        """
        if listing is not self._told:
            try:
                self._signer.list_markets(VENUE, self._client.endpoint.network, listing.markets)
            except Refused as error:
                return Rejected(RejectCode.NOT_ALLOWED, f"{error.code}: {error.message}")
            self._told = listing
        return None

    def send(self, wallet: Wallet, steps: Sequence[Step]) -> list[Sequence[Outcome]]:
        """The outcomes of each step. All are signed before the first leaves.

        Raises Unavailable when nothing left at all. What did not leave while other steps did, or because a budget
        is used up, is Rejected (rate_limit): it is provably not booked, and may be tried again.
        """
        signed = [self._signed(wallet, step) for step in steps]
        leaving = [one for one in signed if isinstance(one, _Leaving)]
        sent = self._gateway.write(self._send_all(wallet, leaving)) if leaving else []
        if sent and len(sent) == len(signed) and all(isinstance(one, Unavailable) for one in sent):
            _raise_first(sent)
        answers = iter(sent)
        return [
            _outcomes(step, next(answers) if isinstance(one, _Leaving) else [one] * step.count)
            for step, one in zip(steps, signed, strict=True)
        ]

    def _signed(self, wallet: Wallet, step: Step) -> _Leaving | Rejected:
        nonces = self._nonces.get(wallet.agent)
        if nonces is None:
            nonces = self._nonces.setdefault(wallet.agent, Nonces(wallet.agent, self._store, self._client.clock))
        try:
            (signed,) = self._signer.sign(Order(wallet.account_id, step.operation, nonces.take(), step.expires_ts))
        except (Refused, Invalid) as error:
            return Rejected(RejectCode.NOT_ALLOWED, f"{error.code}: {error.message}")
        return _Leaving(signed.body, step)

    async def _send_all(self, wallet: Wallet, leaving: Sequence[_Leaving]) -> list[Answer]:
        return await asyncio.gather(*(self._send_one(wallet, one) for one in leaving))

    async def _send_one(self, wallet: Wallet, leaving: _Leaving) -> Answer:
        step = leaving.step
        try:
            outcomes = step.read(await self._client.act(leaving.body, wallet.address, step.priority))
        except Unknown as error:
            return [Unclear(error.message)] * step.count
        except Unavailable as error:
            return error
        if any(isinstance(one, Rejected) and one.code is RejectCode.RATE_LIMIT for one in outcomes):
            self._client.forget_allowance(wallet.address)
        return outcomes


def _outcomes(step: Step, answer: Answer) -> Sequence[Outcome]:
    if not isinstance(answer, Unavailable):
        return answer
    wait_ms = answer.retry_after_ms if isinstance(answer, Throttled) else LATER_MS
    return [Rejected(RejectCode.RATE_LIMIT, answer.message, wait_ms)] * step.count


def _raise_first(answers: Sequence[Answer]) -> None:
    """The reason why nothing left; a budget that is used up is told in outcomes, with the time to wait."""
    for answer in answers:
        if isinstance(answer, Unavailable) and not isinstance(answer, Throttled):
            raise answer
