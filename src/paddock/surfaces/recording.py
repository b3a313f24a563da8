"""The recorder as parts of a process: trades and books as they are told, candles and funding once an hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Final

import structlog

from paddock.core.errors import PaddockError, Unavailable, Unknown
from paddock.market.lake import Lake
from paddock.runtime.recorder import HISTORY_MS, Recorder, keep_history
from paddock.surfaces.parts import Part

if TYPE_CHECKING:
    from paddock.venues.hyperliquid.gateway import Gateway

PACE_S: Final = 0.25
AGAIN_S: Final = 10.0  # before a venue that did not answer is asked again

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is kept: symbols of one venue, as `place` in the lake, with candles of one interval."""

    place: str
    symbols: tuple[str, ...]
    interval: str


def recording_parts(wanted: Recorded, lake: Lake, reach: Callable[[], Gateway], *, vital: bool) -> list[Part]:
    """`reach` gives the venue's client, when it is first needed. What the venue does not answer is asked again."""

    def history(stop: Event) -> None:
        from paddock.venues.hyperliquid.archive import HyperliquidArchive

        def bring() -> None:
            archive = HyperliquidArchive(reach(), lambda ms: _wait(stop, ms))
            brought = keep_history(archive, lake, wanted.place, wanted.symbols, wanted.interval)
            log.info("candles and funding are kept", venue=wanted.place, added=sum(one.added for one in brought))

        _again(bring, stop, HISTORY_MS / 1000)

    def ticks(stop: Event) -> None:
        from paddock.venues.hyperliquid.archive import HyperliquidArchive
        from paddock.venues.hyperliquid.ticks import HyperliquidTicks

        made: list[Recorder] = []

        def step() -> None:
            if not made:
                gateway = reach()
                archive = HyperliquidArchive(gateway, lambda ms: _wait(stop, ms))
                instruments = {symbol: archive.instrument(symbol) for symbol in wanted.symbols}
                source = HyperliquidTicks(gateway)
                made.append(Recorder(source, lake, wanted.place, instruments, gateway.client.clock))
            made[0].step()

        try:
            _again(step, stop, PACE_S)
        finally:
            for recorder in made:
                recorder.close()
                log.info("the recorder ended", venue=wanted.place, rows=recorder.kept)

    return [Part("recorder", ticks, vital), Part("recorder of history", history, vital)]


def require_listed(gateway: Gateway, symbols: Sequence[str]) -> None:
    """Raises NotFound (data.symbol), and Unavailable when the venue does not answer."""
    listing = gateway.read(gateway.client.listed(frozenset(symbols)))
    for symbol in symbols:
        _ = listing[symbol]


def _again(step: Callable[[], None], stop: Event, pace_s: float) -> None:
    """Until `stop`; what a venue does not answer is told once, and tried again later."""
    told = ""
    while not stop.is_set():
        try:
            step()
            told = ""
        except (Unavailable, Unknown) as error:
            told = _told(error, told)
        stop.wait(AGAIN_S if told else pace_s)


def _told(error: PaddockError, before: str) -> str:
    if error.message != before:
        log.warning("the recorder waits for its venue", code=error.code, message=error.message)
    return error.message


def _wait(stop: Event, ms: int) -> None:
    stop.wait(ms / 1000)
