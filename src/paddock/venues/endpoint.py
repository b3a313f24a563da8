"""Where is a venue, and for which of its networks are requests signed there?"""

from __future__ import annotations

from dataclasses import dataclass

from paddock.venues.signing.grant import Network


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`rest` without a slash at its end; `network` is the one that requests are signed for.

    `speed`: how much faster than ours its time goes, at a simulator.
    """

    network: Network
    rest: str
    socket: str
    speed: float = 1.0

    def ms(self, ours_ms: int) -> int:
        """How much time passes there in so much of ours: whoever waits is as patient as ever."""
        return max(1, int(ours_ms * self.speed))
