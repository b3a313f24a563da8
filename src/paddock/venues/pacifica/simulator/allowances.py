"""Who asks too much? Tenths of a credit in windows of 60 seconds, by API config key or else by IP address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paddock.venues.pacifica.simulator.terms import Allowed

WINDOW_MS: Final = 60_000
CALL: Final = 10
CANCEL: Final = 5
HEAVY: Final = 120  # without a key
HEAVY_KEYED: Final = 40

_UNCOUNTED: Final = 100_000_000  # told where nothing is limited


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of `quota`, which begins anew in `seconds`. `granted`: whether what was asked for fitted."""

    left: int
    quota: int
    seconds: int
    granted: bool = True

    @property
    def headers(self) -> dict[str, str]:
        return {
            "ratelimit": f'"credits";r={self.left};t={self.seconds}',
            "ratelimit-policy": f'"credits";q={self.quota};w={WINDOW_MS // 1000}',
        }

    @property
    def wire(self) -> dict[str, int]:
        """As an answer on the socket has it."""
        return {"r": self.left, "q": self.quota, "t": self.seconds}


NOTHING_LEFT: Final = Left(0, _UNCOUNTED, WINDOW_MS // 1000, granted=False)


@dataclass(slots=True)
class _Window:
    began_ts: int
    taken: int = 0


class Allowances:
    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._windows: dict[str, _Window] = {}

    def take(self, who: str, amount: int, now_ts: int, *, keyed: bool) -> Left:
        """Take of an asker's window; nothing where it does not fit."""
        quota = self._allowed.key if keyed else self._allowed.ip
        if not quota:
            return Left(_UNCOUNTED, _UNCOUNTED, WINDOW_MS // 1000)
        window = self._windows.get(who)
        if window is None or now_ts - window.began_ts >= WINDOW_MS:
            window = self._windows[who] = _Window(now_ts)
        granted = window.taken + amount <= quota
        if granted:
            window.taken += amount
        seconds = -(-(window.began_ts + WINDOW_MS - now_ts) // 1000)
        return Left(quota - window.taken, quota, seconds, granted)
