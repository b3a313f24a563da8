"""The recorder as parts of a process: trades and books as they are told, candles and funding once an hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import structlog

from paddock.core.errors import PaddockError, Unavailable, Unknown
from paddock.market.lake import Lake
from paddock.runtime.recorder import HISTORY_MS, Recorder, keep_history
from paddock.surfaces.kits import kit_of
from paddock.surfaces.parts import Part
from paddock.venues.signing.grant import Network

if TYPE_CHECKING:
    from paddock.runtime.place import Place
    from paddock.surfaces.venue_wish import VenueWish
    from paddock.venues.archive import Archive
    from paddock.venues.transport.gateway import Gateway

PACE_S: Final = 0.25
AGAIN_S: Final = 10.0  # before a venue that did not answer is asked again
POLITE_MS: Final = 30_000  # longer than its turn history waits, so that accounts are looked at meanwhile

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is kept of a venue, as `place` in the lake: for each interval of candles the symbols that have them."""

    venue: str
    place: str
    candles: Mapping[str, tuple[str, ...]]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those whose trades and books are kept."""
        return tuple(dict.fromkeys(symbol for symbols in self.candles.values() for symbol in symbols))


def recorded_of(wishes: Iterable[VenueWish]) -> dict[Place, Recorded]:
    """What is kept beside feeds. What a simulator tells is no past of anything, and is not kept."""
    found: dict[Place, dict[str, tuple[str, ...]]] = {}
    for wish in wishes:
        if wish.place.network is not Network.SIMULATOR:
            candles = found.setdefault(wish.place, {})
            candles[wish.interval] = tuple(dict.fromkeys((*candles.get(wish.interval, ()), *wish.symbols)))
    return {place: Recorded(place.venue, place.lake, candles) for place, candles in found.items()}


def recording_parts(wanted: Recorded, lake: Lake, reach: Callable[[], Gateway[Any]], *, vital: bool) -> list[Part]:
    """`reach` gives the venue's client, when it is first needed. What the venue does not answer is asked again."""

    def history(stop: Event) -> None:
        made: list[Archive] = []
        brought_before: set[str] = set()

        def bring() -> None:
            if not made:
                made.append(kit_of(wanted.venue).archive(reach(), lambda ms: _wait(stop, ms + POLITE_MS)))
            for interval, symbols in wanted.candles.items():
                new = interval in brought_before
                brought = keep_history(made[0], lake, wanted.place, symbols, interval, new=new)
                brought_before.add(interval)
                added = sum(one.added for one in brought)
                log.info("candles and funding are kept", venue=wanted.place, interval=interval, added=added)

        _again(bring, stop, HISTORY_MS / 1000)

    def ticks(stop: Event) -> None:
        made: list[Recorder] = []

        def step() -> None:
            if not made:
                kit, gateway = kit_of(wanted.venue), reach()
                archive = kit.archive(gateway, lambda ms: _wait(stop, ms))
                instruments = {symbol: archive.instrument(symbol) for symbol in wanted.symbols}
                made.append(Recorder(kit.ticks(gateway), lake, wanted.place, instruments, gateway.client.clock))
            made[0].step()

        try:
            _again(step, stop, PACE_S)
        finally:
            for recorder in made:
                recorder.close()
                log.info("the recorder ended", venue=wanted.place, rows=recorder.kept)

    return [Part("recorder", ticks, vital), Part("recorder of history", history, vital)]


def require_listed(wanted: Recorded, gateway: Gateway[Any]) -> None:
    """Raises NotFound (data.symbol), and Unavailable when the venue does not answer."""
    archive = kit_of(wanted.venue).archive(gateway, lambda _: None)
    for symbol in wanted.symbols:
        archive.instrument(symbol)


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
