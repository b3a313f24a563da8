"""Where is a venue, and for which of its networks are requests signed there?"""

from __future__ import annotations

from dataclasses import dataclass

from paddock.venues.signing.grant import Network


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`rest` without a slash at its end; `network` is the one that requests are signed for."""

    network: Network
    rest: str
    socket: str
