"""Where is Pacifica, and how much may be asked of it? Its networks, and the allowance of an IP address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paddock.venues.endpoint import Endpoint
from paddock.venues.signing.grant import Network
from paddock.venues.transport.address import local
from paddock.venues.transport.budget import Allowance, Reserves

CREDITS: Final = "credits"
CONNECTIONS: Final = "ws_connections"

# In tenths of a credit, as the venue counts: who does not name an API config key has 100 credits a minute.
CALL: Final = 10
CANCEL: Final = 5
HEAVY: Final = 120  # histories and candles cost 3 to 12 credits [?]
ALLOWANCES: Final = (
    Allowance(CREDITS, burst=400, refill=600, reserves=Reserves(cancel=50, close=50, open=50, read=HEAVY)),
    Allowance(CONNECTIONS, burst=20, refill=40),
)

_REST: Final = "/api/v1"
_SOCKET: Final = "/ws"

MAINNET: Final = Endpoint(Network.MAINNET, f"https://api.pacifica.fi{_REST}", f"wss://ws.pacifica.fi{_SOCKET}")
TESTNET: Final = Endpoint(
    Network.TESTNET, f"https://test-api.pacifica.fi{_REST}", f"wss://test-ws.pacifica.fi{_SOCKET}"
)
ENDPOINTS: Final[Mapping[Network, Endpoint]] = {one.network: one for one in (MAINNET, TESTNET)}


def simulator(url: str, speed: float = 1.0) -> Endpoint:
    """A simulator at `http://127.0.0.1:port`, and its speed. Raises Invalid (value) for anything else."""
    base = local(url)
    return Endpoint(Network.SIMULATOR, base + _REST, f"ws{base.removeprefix('http')}{_SOCKET}", speed)
