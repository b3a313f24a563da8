"""Where a venue is: one of its networks, or a simulator on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.venues.signing.grant import Network


@dataclass(frozen=True, slots=True)
class Place:
    """A venue's network; `url` is a simulator's, and empty for the venue's own networks."""

    venue: str
    network: Network
    url: str = ""

    @property
    def lake(self) -> str:
        """The venue of the lake under which what it tells is kept."""
        return self.venue if self.network is Network.MAINNET else f"{self.venue}_{self.network}"

    def __str__(self) -> str:
        return f"{self.venue} {self.network} {self.url}".strip()
