"""What would a venue do? One without a network: its own truth, and a wire to it that fails as it is told."""

from paddock.venues.fake.script import Fault, Script, Step
from paddock.venues.fake.venue import FakeVenue, Mode, Skewed
from paddock.venues.fake.wire import Wire

__all__ = ["FakeVenue", "Fault", "Mode", "Script", "Skewed", "Step", "Wire"]
