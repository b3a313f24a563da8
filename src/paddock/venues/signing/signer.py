"""What a broker has of the signer, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Order, SignedRequest


class Signer(Protocol):
    """Safe to share among threads. A `Vault` is one too, for tests of one thread."""

    def list_markets(self, venue: str, network: Network, markets: Mapping[str, Any]) -> None:
        """Tell which markets there are, as the venue's codec has them; what is not told is not signed.

        Raises Refused (signer.policy) where one is not what it was before.
        """
        ...

    def sign(self, order: Order) -> list[SignedRequest]:
        """The requests for an order; no more than one where the venue takes all of it in one.

        Raises Refused (live.off, signer.key, signer.policy), Invalid for what the venue has no words for, and
        Unavailable (signer.unavailable). Whatever is raised, no signature has left.
        """
        ...
