"""What Pacifica is made of."""

from __future__ import annotations

from typing import Any, Final

from paddock.core.seams import Clock, RandomSource
from paddock.runtime.live.pacifica_link import PacificaLink
from paddock.runtime.live.rows import Connection
from paddock.runtime.place import Place
from paddock.surfaces.kits import Kit, Stores
from paddock.venues.broker import Listening
from paddock.venues.pacifica.archive import PacificaArchive
from paddock.venues.pacifica.broker import CAPABILITIES, PacificaBroker
from paddock.venues.pacifica.candles import PacificaCandles
from paddock.venues.pacifica.client import Client
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.networks import ENDPOINTS, simulator
from paddock.venues.pacifica.ticks import PacificaTicks
from paddock.venues.signing.grant import Network
from paddock.venues.signing.signer import Signer
from paddock.venues.wallet import Wallet


def _client(place: Place, clock: Clock, random: RandomSource, speed: float) -> Gateway:
    simulated = place.network is Network.SIMULATOR
    return Gateway(Client(simulator(place.url, speed) if simulated else ENDPOINTS[place.network], clock, random))


def _broker(gateway: Any, connection: Connection, signer: Signer, stores: Stores) -> Listening:
    grant = connection.grant
    return PacificaBroker(gateway, [Wallet(grant.account_id, grant.main, grant.agent)], signer, stores.notes)


KIT: Final = Kit(
    capabilities=CAPABILITIES,
    client=_client,
    broker=_broker,
    link=lambda gateway, connection, signer: PacificaLink(connection, gateway, signer),
    candles=PacificaCandles,
    archive=PacificaArchive,
    ticks=PacificaTicks,
)
