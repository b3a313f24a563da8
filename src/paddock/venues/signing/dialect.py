"""What a venue's codec does for the signer: its kind of key, and the requests that it has words for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from paddock.core.instrument import Instrument
from paddock.venues.signing.grant import Grant
from paddock.venues.signing.keystore import Entropy
from paddock.venues.signing.operations import Order, SignedRequest


class Market(Protocol):
    """A thing to trade, in a venue's own type."""

    @property
    def instrument(self) -> Instrument: ...


class Unsigned(Protocol):
    """A request but for its signature. `identity`: the same bytes are the same request, which a venue books once."""

    @property
    def identity(self) -> bytes: ...

    def signed(self, secret: bytes) -> SignedRequest: ...


class Dialect(Protocol):
    def new_secret(self, entropy: Entropy) -> bytes:
        """32 bytes that are a key."""
        ...

    def address(self, secret: bytes) -> str:
        """The address of a key, as the venue writes it."""
        ...

    def main_address(self, text: str) -> str:
        """An owner's address as the venue writes it. Raises Invalid (value)."""
        ...

    def approved(self, secret: bytes, exact: bytes) -> str:
        """An owner's signature of an approval, as a wallet gives it: for owners that are made up, at simulators."""
        ...

    def markets(self, told: object) -> Mapping[str, Market]:
        """Markets by symbol, from plain values. Raises pydantic's ValidationError, or Invalid."""
        ...

    def identity(self, market: Market) -> tuple[object, ...]:
        """What can never change about a market while it has its name."""
        ...

    def unsigned(self, grant: Grant, order: Order, markets: Mapping[str, Market]) -> Sequence[Unsigned]:
        """The venue's requests for an order that is allowed. Raises Invalid for what it has no words for."""
        ...
