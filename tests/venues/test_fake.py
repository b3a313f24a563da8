"""The fake venue keeps the contract of venues in every combination of what a venue can do."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import pytest

from paddock.core.instrument import Instrument
from paddock.core.seams import ManualClock
from paddock.venues.broker import Capabilities
from paddock.venues.fake import FakeVenue, Script, Wire

from .contract import STEP_MS, VenueContract, trader  # noqa: F401

COIN = Instrument("fake", "COIN", px_decimals=2, qty_decimals=3, min_notional_usd=Decimal(10), max_leverage=20)
ALL = [Capabilities(*flags) for flags in product((False, True), repeat=4)]


@dataclass
class FakeStage:
    broker: Wire
    venue: FakeVenue
    clock: ManualClock
    instrument: Instrument = COIN

    def trade(self, px: float) -> None:
        self.clock.advance(STEP_MS)
        self.venue.trade(COIN.symbol, px)


def named(capabilities: Capabilities) -> str:
    return "-".join(name for name in capabilities.__slots__ if getattr(capabilities, name)) or "nothing"


class TestFakeVenue(VenueContract):
    @pytest.fixture(params=ALL, ids=named)
    def stage(self, request):
        clock = ManualClock(1_700_000_000_000)
        venue = FakeVenue(clock, {COIN.symbol: COIN}, request.param)
        return FakeStage(Wire(venue, clock, Script()), venue, clock)
