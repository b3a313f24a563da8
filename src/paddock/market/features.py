"""Features: indicators over a tape, computed once each and shared. Pure: arrays in, arrays out.

(stub to be filled: see Feature and FeatureStore)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the market. `interval` may be higher than the tape's: then it shows only closed bars."""

    symbol: str
    interval: str
    name: str
    params: tuple[float, ...] = ()
