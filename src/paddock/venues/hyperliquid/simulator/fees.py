"""What an account pays, and by which schedule, as `userFees` tells it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from paddock.venues.exchange.units import DAY_MS, RATE_ONE
from paddock.venues.exchange.views import FeesView
from paddock.venues.hyperliquid.simulator.numbers import rate, usd
from paddock.venues.hyperliquid.simulator.records import Log
from paddock.venues.hyperliquid.simulator.terms import FEE_TIERS

_DAYS: Final = 15  # shown, today among them
_SPOT_TAKER: Final = (7_000_000, 6_000_000, 5_000_000, 4_000_000, 3_500_000, 3_000_000, 2_500_000)
_SPOT_MAKER: Final = (4_000_000, 3_000_000, 2_000_000, 1_000_000, 0, 0, 0)
_MAKERS: Final = (("0.005", "-0.00001"), ("0.015", "-0.00002"), ("0.03", "-0.00003"))
_STAKERS: Final = (
    ("0.0", "0.0"),
    ("0.0001", "0.05"),
    ("0.001", "0.1"),
    ("0.01", "0.15"),
    ("0.1", "0.2"),
    ("1.0", "0.3"),
    ("5.0", "0.4"),
)


def user_fees(view: FeesView, log: Log, now_ts: int) -> dict[str, Any]:
    """Rates are fractions; nobody stakes, refers or is on trial here."""
    return {
        "dailyUserVlm": [_day(log, day) for day in range(now_ts // DAY_MS - _DAYS + 1, now_ts // DAY_MS + 1)],
        "feeSchedule": _schedule(),
        "userCrossRate": rate(view.taker),
        "userAddRate": rate(view.maker),
        "userSpotCrossRate": rate(_SPOT_TAKER[0]),
        "userSpotAddRate": rate(_SPOT_MAKER[0]),
        "activeReferralDiscount": rate(0),
        "trial": None,
        "feeTrialReward": usd(0),
        "nextTrialAvailableTimestamp": None,
        "stakingLink": None,
        "activeStakingDiscount": {"bpsOfMaxSupply": "0.0", "discount": rate(0)},
    }


def _day(log: Log, day: int) -> dict[str, str]:
    taken, made = log.days.get(day, [0, 0])
    date = datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()
    return {"date": date, "userCross": usd(taken), "userAdd": usd(made), "exchange": usd(taken + made)}


def _schedule() -> dict[str, Any]:
    first, *tiers = FEE_TIERS
    vip = [
        {
            "ntlCutoff": usd(tier.volume),
            "cross": rate(tier.taker),
            "add": rate(tier.maker),
            "spotCross": rate(_SPOT_TAKER[number]),
            "spotAdd": rate(_SPOT_MAKER[number]),
        }
        for number, tier in enumerate(tiers, 1)
    ]
    return {
        "cross": rate(first.taker),
        "add": rate(first.maker),
        "spotCross": rate(_SPOT_TAKER[0]),
        "spotAdd": rate(_SPOT_MAKER[0]),
        "tiers": {"vip": vip, "mm": [{"makerFractionCutoff": share, "add": add} for share, add in _MAKERS]},
        "referralDiscount": rate(RATE_ONE * 4 // 100),
        "stakingDiscountTiers": [{"bpsOfMaxSupply": share, "discount": discount} for share, discount in _STAKERS],
    }
