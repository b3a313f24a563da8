"""The only places where a number becomes an integer of money, price or quantity.

One function a direction, for floats (`*_int`) and for exact numbers (`*_exact`). A float within a millionth (or one
part in 10^12) of an integer *is* that integer: it got there by binary noise (0.29 / 0.01), not by trading. `up`
and `down` are chosen against whoever benefits: fees up, payouts down. The engine's kernel compiles the float ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

Direction = Callable[[Fraction], int]

SNAP = 1e-6
SNAP_RELATIVE = 1e-12


def nearest_int(x: float) -> int:
    """Nearest integer, halves to even: for marks and cost shares, which favour nobody.

    A float within a millionth of a half is that half (0.6319805 * 327e6 is 206657623.5).
    """
    near = round(x)
    if abs(x - near) > 0.5 - SNAP:
        low = math.floor(x)
        return low + (low & 1)
    return near


def down_int(x: float) -> int:
    """Largest integer not above `x` (payouts, quantities, a buyer's limit)."""
    near = round(x)
    return near if abs(x - near) < max(SNAP, abs(x) * SNAP_RELATIVE) else math.floor(x)


def up_int(x: float) -> int:
    """Smallest integer not below `x` (fees, a seller's limit)."""
    near = round(x)
    return near if abs(x - near) < max(SNAP, abs(x) * SNAP_RELATIVE) else math.ceil(x)


def nearest_exact(x: Fraction) -> int:
    """Nearest integer to an exact number, halves to even."""
    return round(x)


def down_exact(x: Fraction) -> int:
    """Largest integer not above an exact number; nothing snaps, there is no binary noise in it."""
    return math.floor(x)


def up_exact(x: Fraction) -> int:
    """Smallest integer not below an exact number."""
    return math.ceil(x)
