"""What does a link need of the signer, where only a signature of the agent tells whether a venue takes its orders?"""

from __future__ import annotations

from typing import Protocol

from paddock.venues.signing.grant import Sealed
from paddock.venues.signing.signer import Signer


class Prover(Signer, Protocol):
    """A signer whose keys are opened and closed. Every call may raise Unavailable (signer.unavailable)."""

    def open(self, sealed: Sealed, *, closing: bool) -> None: ...

    def close(self, account_id: str) -> None: ...
