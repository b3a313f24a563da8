"""The scripted scenario: entries with stops, partial fills, a cancel race, funding, a person's trade, a pause."""

from __future__ import annotations

from typing import Final

from paddock.market.tape import Tape
from paddock.venues.broker import Capabilities
from tests.simulation.markets import HISTORY, market

BARS: Final = 14
SEED: Final = 11
KINDS: Final = ("closing", "limit", "short")
MARKET: Final[Tape] = market(SEED, BARS, 2)
FIRST_ROW: Final = HISTORY
LAST_ROW: Final = HISTORY + BARS
TICKS: Final = 2  # looks of the worker at the world in each bar
CAPABILITIES: Final = Capabilities(relative_brackets=False, attached_brackets=False, dedups=True, netting=False)
