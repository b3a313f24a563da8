"""How does an operation get signed and sent, and what may be concluded then? The same at every venue."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from paddock.core.errors import Invalid, Refused, Unavailable, Unknown
from paddock.venues.broker import Outcome, RejectCode, Rejected, Unclear
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Operation, Order, SignedRequest
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.gateway import Gateway
from paddock.venues.transport.lost import Throttled
from paddock.venues.wallet import Wallet

VALID_MS: Final = 30_000  # of what nobody gave a last moment
LATER_MS: Final = 1_000  # when to try again what did not leave, beside what did
_NOT_ANSWERED: Final = Unclear("it was not answered")

T = TypeVar("T")
Reading = Callable[[Any], Sequence[Outcome]]
Answer = Sequence[Outcome] | Unavailable


@dataclass(frozen=True, slots=True)
class Step:
    """One request to sign and send. `read` makes `count` outcomes of its reply, and raises Unknown for garbage.

    `sent_ts`: the time that it is signed for, at a venue that goes by it.
    """

    operation: Operation
    expires_ts: int
    priority: Priority
    count: int
    read: Reading
    sent_ts: int = 0


@dataclass(frozen=True, slots=True)
class _Leaving:
    request: SignedRequest
    step: Step


class Sender(ABC):
    """Of one venue; for any thread but the gateway's own."""

    def __init__(self, gateway: Gateway[Any], signer: Signer, venue: str, network: Network) -> None:
        self._gateway, self._signer, self._venue, self._network = gateway, signer, venue, network
        self._told: Mapping[str, Any] = {}  # what the signer was told
        self._changed: Mapping[str, Rejected] = {}

    @abstractmethod
    def number(self, wallet: Wallet, step: Step) -> int:
        """The venue's nonce of a request, or the time that it is signed for. Raises Unavailable."""
        ...

    @abstractmethod
    async def post(self, wallet: Wallet, request: SignedRequest, priority: Priority) -> Any:
        """The reply to a signed request. Raises Unavailable, and Unknown where it may have reached the venue."""
        ...

    def limited(self, wallet: Wallet) -> None:  # noqa: B027  where nobody counts, nothing is done
        """The venue refused a request for its rate."""

    def know(self, markets: Mapping[str, Any]) -> Mapping[str, Rejected]:
        """Tell the signer what may be traded; of each market that is not what it was, why nothing may open there.

        The signer goes on by what it knew of those: what reduces or cancels is signed, in lots as they were. Raises
        Unavailable.
        """
        if markets is not self._told:
            self._changed = self._tell(markets)
            self._told = markets
        return self._changed

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

    def _tell(self, markets: Mapping[str, Any]) -> Mapping[str, Rejected]:
        """All at once; where that is refused, each alone, and all others together again."""
        if self._refuses(markets) is None:
            return {}
        refused = {symbol: self._refuses({symbol: market}) for symbol, market in markets.items()}
        changed = {symbol: why for symbol, why in refused.items() if why is not None}
        self._refuses({symbol: market for symbol, market in markets.items() if symbol not in changed})
        return changed

    def _refuses(self, markets: Mapping[str, Any]) -> Rejected | None:
        try:
            self._signer.list_markets(self._venue, self._network, markets)
        except Refused as error:
            return _not_allowed(error)
        return None

    def _signed(self, wallet: Wallet, step: Step) -> _Leaving | Rejected:
        number = self.number(wallet, step)
        try:
            (signed,) = self._signer.sign(Order(wallet.account_id, step.operation, number, step.expires_ts))
        except (Refused, Invalid) as error:
            return _not_allowed(error)
        return _Leaving(signed, step)

    async def _send_all(self, wallet: Wallet, leaving: Sequence[_Leaving]) -> list[Answer]:
        return await asyncio.gather(*(self._send_one(wallet, one) for one in leaving))

    async def _send_one(self, wallet: Wallet, leaving: _Leaving) -> Answer:
        step = leaving.step
        try:
            outcomes = step.read(await self.post(wallet, leaving.request, step.priority))
        except Unknown as error:
            return [Unclear(error.message)] * step.count
        except Unavailable as error:
            return error
        if any(isinstance(one, Rejected) and one.code is RejectCode.RATE_LIMIT for one in outcomes):
            self.limited(wallet)
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
