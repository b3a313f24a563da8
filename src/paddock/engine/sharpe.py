"""Ratios of reward to risk from the moments of daily returns, and how much they can be believed.

A ratio "per day" becomes annual by the square root of 365: crypto trades every day. `kurtosis` is raw (a normal has 3).
"""

from __future__ import annotations

import math
from statistics import NormalDist

DAYS_PER_YEAR = 365
_NORMAL = NormalDist()


def annual(per_day: float) -> float:
    """A ratio per day as an annual one, over 365 days, for returns that do not depend on each other."""
    return per_day * math.sqrt(DAYS_PER_YEAR)


def _spread(ratio: float, skew: float, kurtosis: float) -> float | None:
    """Variance of an estimated Sharpe ratio times (n - 1); None where the expansion gives none.

    Bailey and López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012.
    """
    spread = 1 - skew * ratio + (kurtosis - 1) / 4 * ratio**2
    return spread if math.isfinite(spread) and spread > 0 else None


def probabilistic_sharpe(ratio: float, n: int, skew: float, kurtosis: float, benchmark: float = 0.0) -> float | None:
    """Probability that the true ratio exceeds `benchmark`, given `ratio` over `n` periods (both per period).

    PSR of Bailey and López de Prado (2012). None below 3 periods, or where the spread of the estimate has no value.
    """
    spread = _spread(ratio, skew, kurtosis)
    if n < 3 or spread is None:
        return None
    return _NORMAL.cdf((ratio - benchmark) * math.sqrt(n - 1) / math.sqrt(spread))


def minimum_track_record(
    ratio: float, skew: float, kurtosis: float, benchmark: float = 0.0, confidence: float = 0.95
) -> float | None:
    """Periods needed before `ratio` (per period) tells itself from `benchmark` with `confidence`.

    MinTRL of Bailey and López de Prado (2012). None when the ratio does not exceed the benchmark: no record would do.
    """
    spread = _spread(ratio, skew, kurtosis)
    if spread is None or ratio <= benchmark:
        return None
    return 1 + spread * (_NORMAL.inv_cdf(confidence) / (ratio - benchmark)) ** 2
