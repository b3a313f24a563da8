"""Has this number been used? The 100 highest of each signer are kept, and only new ones near the time are taken."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final

from paddock.venues.exchange.units import DAY_MS
from paddock.venues.hyperliquid.codec.refusals import Text

KEPT: Final = 100
BEHIND_MS: Final = 2 * DAY_MS
AHEAD_MS: Final = DAY_MS
TOO_HIGH: Final = "Invalid nonce: nonce too high {nonce} > {most}"  # no source has the venue's words for it


class Nonces:
    def __init__(self) -> None:
        self._used: dict[str, list[int]] = {}

    def refuse(self, signer: str, nonce: int, now_ts: int) -> str | None:
        """Why it may not be used, in the venue's words; None when it may."""
        used = self._used.get(signer, [])
        place = bisect_left(used, nonce)
        if place < len(used) and used[place] == nonce:
            return Text.DUPLICATE_NONCE.format(nonce=nonce)
        least = max(used[0] + 1 if len(used) >= KEPT else 0, now_ts - BEHIND_MS)
        if nonce < least:
            return Text.LOW_NONCE.format(nonce=nonce, least=least)
        if nonce > now_ts + AHEAD_MS:
            return TOO_HIGH.format(nonce=nonce, most=now_ts + AHEAD_MS)
        return None

    def use(self, signer: str, nonce: int) -> None:
        used = self._used.setdefault(signer, [])
        insort(used, nonce)
        if len(used) > KEPT:
            del used[0]

    def forget(self, signer: str) -> None:
        """What may happen to an agent's numbers once it is deregistered: they could be used again."""
        self._used.pop(signer, None)
