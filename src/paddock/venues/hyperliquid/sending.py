"""How does an operation get signed and sent, and what may be concluded then?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from paddock.core.errors import Invalid, Refused, Unavailable, Unknown
from paddock.venues.broker import Outcome, RejectCode, Rejected, Unclear
from paddock.venues.hyperliquid.codec.instruments import VENUE, Listing, Market
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.wallet import Wallet
from paddock.venues.signing.operations import Operation, Order
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.lost import Throttled
from paddock.venues.transport.nonces import Nonces, NonceStore

LATER_MS: Final = 1_000  # when to try again what did not leave, beside what did
_NOT_ANSWERED: Final = Unclear("it was not answered")

T = TypeVar("T")
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
        self._told = Listing()  # what the signer was told
        self._changed: Mapping[str, Rejected] = {}

    def know(self, listing: Listing) -> Mapping[str, Rejected]:
        """Tell the signer what may be traded; of each market that is not what it was, why nothing may open there.

        The signer goes on by what it knew of those: what reduces or cancels is signed, in lots as they were. Raises
        Unavailable.
        """
        if listing is not self._told:
            self._changed = self._tell(listing.markets)
            self._told = listing
        return self._changed

    def _tell(self, markets: Mapping[str, Market]) -> Mapping[str, Rejected]:
        """All at once; where that is refused, each alone, and all others together again."""
        if self._refuses(markets) is None:
            return {}
        refused = {symbol: self._refuses({symbol: market}) for symbol, market in markets.items()}
        changed = {symbol: why for symbol, why in refused.items() if why is not None}
        self._refuses({symbol: market for symbol, market in markets.items() if symbol not in changed})
        return changed

    def _refuses(self, markets: Mapping[str, Market]) -> Rejected | None:
        try:
            self._signer.list_markets(VENUE, self._client.endpoint.network, markets)
        except Refused as error:
            return _not_allowed(error)
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
            return _not_allowed(error)
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


def later(why: Unavailable) -> Rejected:
    """Of what did not leave, beside what did: it is provably not booked, and may be tried again."""
    wait_ms = why.retry_after_ms if isinstance(why, Throttled) else LATER_MS
    return Rejected(RejectCode.RATE_LIMIT, why.message, wait_ms)


def filled_in(
    asked: Sequence[T], judged: Sequence[Outcome | None], rest: Callable[[list[T]], Sequence[Outcome]]
) -> list[Outcome]:
    """The outcomes that are known, and those that `rest` gives for what is not judged yet, in its place."""
    open_ones = [one for one, outcome in zip(asked, judged, strict=True) if outcome is None]
    given = iter(rest(open_ones) if open_ones else ())
    return [outcome if outcome is not None else next(given, _NOT_ANSWERED) for outcome in judged]


def _not_allowed(error: Refused | Invalid) -> Rejected:
    return Rejected(RejectCode.NOT_ALLOWED, f"{error.code}: {error.message}")


def _outcomes(step: Step, answer: Answer) -> Sequence[Outcome]:
    return [later(answer)] * step.count if isinstance(answer, Unavailable) else answer


def _raise_first(answers: Sequence[Answer]) -> None:
    """The reason why nothing left; a budget that is used up is told in outcomes, with the time to wait."""
    for answer in answers:
        if isinstance(answer, Unavailable) and not isinstance(answer, Throttled):
            raise answer
