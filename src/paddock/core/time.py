"""Times are integer milliseconds UTC; intervals are named ("1h") and fixed in length."""

from __future__ import annotations

from datetime import UTC, datetime

from paddock.core.errors import Code, Invalid, nearest

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000

INTERVALS: dict[str, int] = {
    "1m": MINUTE_MS,
    "3m": 3 * MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "30m": 30 * MINUTE_MS,
    "1h": HOUR_MS,
    "2h": 2 * HOUR_MS,
    "4h": 4 * HOUR_MS,
    "8h": 8 * HOUR_MS,
    "12h": 12 * HOUR_MS,
    "1d": DAY_MS,
}
_NAMES = {ms: name for name, ms in INTERVALS.items()}


def interval_ms(name: str) -> int:
    """Length of a named interval in ms; raises Invalid (data.interval) for another name."""
    try:
        return INTERVALS[name]
    except KeyError:
        raise Invalid(
            Code.DATA_INTERVAL,
            f'"{name}" is not an interval',
            seen=name,
            rule=f"an interval is one of {', '.join(INTERVALS)}",
            suggestion=nearest(name, INTERVALS),
        ) from None


def interval_name(ms: int) -> str:
    """Name of an interval of `ms` milliseconds; raises Invalid (data.interval) when no interval is that long."""
    try:
        return _NAMES[ms]
    except KeyError:
        raise Invalid(
            Code.DATA_INTERVAL,
            f"no interval is {ms} ms long",
            seen=ms,
            rule=f"an interval is one of {', '.join(INTERVALS)}",
        ) from None


def parse_ts(text: str) -> int:
    """ISO date or date-time (UTC when no zone is given) to ms; raises Invalid (value) on anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            Code.VALUE,
            f'"{text}" is not a time',
            seen=text,
            rule="a time is an ISO date or date-time, UTC unless it names a zone",
            suggestion="for example 2025-03-04 or 2025-03-04T12:00",
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def format_ts(ts: int) -> str:
    """ms to "2025-03-04 12:00" (seconds only where they are not zero), UTC."""
    moment = datetime.fromtimestamp(ts / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if moment.second else "%Y-%m-%d %H:%M")
