"""The only places where a float becomes an integer of money, price or quantity.

One function a direction. A value within a millionth (or one part in 10^12) of an integer *is* that integer: it got
there by binary noise (0.1234 / 0.0001), not by trading. `up` and `down` are chosen against whoever benefits: fees up,
payouts down. The engine's kernel compiles these same functions.
"""

from __future__ import annotations

import math

SNAP = 1e-6
SNAP_RELATIVE = 1e-12


def nearest_int(x: float) -> int:
    """Nearest integer, halves to even: for marks and cost shares, which favour nobody."""
    return round(x)


def down_int(x: float) -> int:
    """Largest integer not above `x` (payouts, quantities, a buyer's limit)."""
    near = round(x)
    return near if abs(x - near) < max(SNAP, abs(x) * SNAP_RELATIVE) else math.floor(x)


def up_int(x: float) -> int:
    """Smallest integer not below `x` (fees, a seller's limit)."""
    near = round(x)
    return near if abs(x - near) < max(SNAP, abs(x) * SNAP_RELATIVE) else math.ceil(x)
