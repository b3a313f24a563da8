"""The name of a column of the market, light enough for those that only speak of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the market. `interval` may be higher than the tape's: then it shows only closed bars."""

    symbol: str
    interval: str
    name: str
    params: tuple[float, ...] = ()
