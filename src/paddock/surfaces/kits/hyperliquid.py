"""What Hyperliquid is made of."""

from __future__ import annotations

from typing import Any, Final

from paddock.core.seams import Clock, RandomSource
from paddock.runtime.live.hyperliquid_link import HyperliquidLink
from paddock.runtime.live.rows import Connection
from paddock.runtime.place import Place
from paddock.surfaces.kits import Kit, Stores
from paddock.venues.broker import Listening
from paddock.venues.hyperliquid.archive import HyperliquidArchive
from paddock.venues.hyperliquid.broker import CAPABILITIES, HyperliquidBroker
from paddock.venues.hyperliquid.candles import HyperliquidCandles
from paddock.venues.hyperliquid.client import Client
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import ENDPOINTS, simulator
from paddock.venues.hyperliquid.ticks import HyperliquidTicks
from paddock.venues.signing.grant import Network
from paddock.venues.signing.signer import Signer
from paddock.venues.wallet import Wallet


def _client(place: Place, clock: Clock, random: RandomSource, speed: float) -> Gateway:
    simulated = place.network is Network.SIMULATOR
    return Gateway(Client(simulator(place.url, speed) if simulated else ENDPOINTS[place.network], clock, random))


def _broker(gateway: Any, connection: Connection, signer: Signer, stores: Stores) -> Listening:
    grant = connection.grant
    wallet = Wallet(grant.account_id, grant.main, grant.agent)
    return HyperliquidBroker(gateway, [wallet], signer, stores.nonces, stores.notes)


KIT: Final = Kit(
    capabilities=CAPABILITIES,
    client=_client,
    broker=_broker,
    link=lambda gateway, connection, _: HyperliquidLink(connection, gateway),
    candles=HyperliquidCandles,
    archive=HyperliquidArchive,
    ticks=HyperliquidTicks,
)
