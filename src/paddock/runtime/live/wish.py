"""What connections are asked for, and what they have of the signer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from paddock.venues.approvals.base import SignedDraft, Terms
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.policy import Policy


class Keys(Protocol):
    """What connections have of the signer. Every call may raise Unavailable (signer.unavailable)."""

    def make(self, wanted: Grant) -> Sealed: ...

    def play(self, wanted: Grant, terms: Terms) -> tuple[Sealed, list[SignedDraft]]: ...

    def reseal(self, sealed: Sealed, policy: Policy) -> Sealed: ...

    def rewrap(self, sealed: Sealed) -> Sealed: ...

    def open(self, sealed: Sealed, *, closing: bool) -> None: ...

    def close(self, account_id: str) -> None: ...

    def revoke(self, grant: Grant) -> None: ...

    def self_test(self, account_id: str) -> None: ...

    def opened(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """A connection as it is asked for: of an account that is there, or of a new one called `name`.

    At a simulator `main` may be empty: an owner is made up, who approves everything.
    """

    venue: str
    network: Network
    main: str
    policy: Policy
    name: str = ""
    account_id: str = ""
    url: str = ""
    terms: Terms = field(default=Terms())
    builder: str = ""
    builder_fee: int = 0
