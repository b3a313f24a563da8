"""How do threads that wait use Hyperliquid's client?"""

from __future__ import annotations

from paddock.venues.hyperliquid.client import Client
from paddock.venues.transport import gateway


class Gateway(gateway.Gateway[Client]):
    def __init__(self, client: Client) -> None:
        super().__init__(client, "hyperliquid")
