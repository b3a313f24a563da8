"""A recorded market played as if it happened now: which one, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.seams import Clock
from paddock.core.time import interval_ms
from paddock.market.demo import write_demo
from paddock.market.lake import Lake
from paddock.market.load import DEMO_VENUE, load_tape
from paddock.runtime.feeds import TapeReplay

WARM_UP: Final = 1000  # bars that are history when a replay begins
DEMO_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Replay:
    """Time passes `speed` times as fast as on the tape; None is bar by bar, each when the one before is done with."""

    venue: str
    interval: str
    speed: float | None = 1.0

    @property
    def name(self) -> str:
        return f"{self.venue}-{self.interval}"


DEMO: Final = Replay(DEMO_VENUE, "1h", speed=3600.0)  # a bar a second


def replay_of(text: str, speed: float | None) -> Replay:
    """The replay that `venue:interval` asks for; raises Invalid (usage, data.interval)."""
    venue, colon, interval = text.partition(":")
    if not (venue and colon and interval):
        raise Invalid(
            Code.USAGE,
            "a replay names a venue of the lake and an interval",
            where="replay",
            seen=text,
            rule="a replay is VENUE:INTERVAL",
            suggestion="demo:1h",
        )
    interval_ms(interval)
    if speed is not None and not 0 < speed <= 1e9:
        raise Invalid(
            Code.USAGE, "time must pass", where="speed", seen=speed, rule="a speed is above 0, 1 is real time"
        )
    return Replay(venue, interval, speed)


def feed_of(replay: Replay, lake: Lake, wall: Clock) -> TapeReplay:
    """The feed, standing at its beginning. Raises NotFound (data.not_found) and Invalid (data.*)."""
    tape = load_tape(lake, venue=replay.venue, interval=replay.interval, symbols=None, specs=lake, funding=True)
    begin = min(WARM_UP, tape.bars // 4)
    if begin == 0:
        raise NotFound(
            Code.DATA_NOT_FOUND,
            f"there are only {tape.bars} bars of {replay.venue} {replay.interval}",
            where="replay",
            seen=tape.bars,
            rule="a replay needs bars before its beginning",
        )
    if replay.speed is None:
        return TapeReplay(replay.name, tape, begin)
    return TapeReplay(replay.name, tape, begin, wall=wall, speed=replay.speed)


def ensure_demo_market(lake: Lake) -> None:
    """The generated market, made where it is absent."""
    if not lake.series(DEMO_VENUE):
        write_demo(lake, DEMO_SEED)
