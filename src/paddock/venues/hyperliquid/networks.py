"""Where is Hyperliquid, and how much may be asked of it? Its networks, and the allowances of an IP address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.endpoint import Endpoint
from paddock.venues.signing.grant import Network
from paddock.venues.transport.address import local
from paddock.venues.transport.budget import Allowance, Reserves

IP: Final = "ip"
CONNECTIONS: Final = "ws_connections"
FRAMES: Final = "ws_sent"

# In any minute at most the sum of both leaves: 1,200 of weight, 30 connections, 2,000 frames.
ALLOWANCES: Final = (
    Allowance(IP, burst=400, refill=800, reserves=Reserves(cancel=30, close=60, open=60, read=60)),
    Allowance(CONNECTIONS, burst=10, refill=20),
    Allowance(FRAMES, burst=500, refill=1_500, reserves=Reserves(cancel=20, close=20, open=20)),
)
ADDRESS_ACTIONS: Final = 10_000  # of an account before it has traded; one more for each dollar
ADDRESS_DRIP_MS: Final = 10_000  # without allowance, one action in so long


MAINNET: Final = Endpoint(Network.MAINNET, "https://api.hyperliquid.xyz", "wss://api.hyperliquid.xyz/ws")
TESTNET: Final = Endpoint(
    Network.TESTNET, "https://api.hyperliquid-testnet.xyz", "wss://api.hyperliquid-testnet.xyz/ws"
)
ENDPOINTS: Final[Mapping[Network, Endpoint]] = {one.network: one for one in (MAINNET, TESTNET)}


def simulator(url: str, speed: float = 1.0) -> Endpoint:
    """A simulator at `http://127.0.0.1:port`, and its speed. Raises Invalid (value) for anything else."""
    rest = local(url)
    return Endpoint(Network.SIMULATOR, rest, "ws" + rest.removeprefix("http") + "/ws", speed)


def address_bucket(user: str) -> str:
    return f"address:{user.lower()}"


def address_allowance(user: str) -> Allowance:
    """Of an account, until the venue's own count of it is known. Cancellations have another, far larger one."""
    return Allowance(address_bucket(user), ADDRESS_ACTIONS, 1, ADDRESS_DRIP_MS)
