"""How long does a venue want us to wait? The `Retry-After` header (RFC 9110, section 10.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_ms(headers: Mapping[str, str], now_ts: int) -> int | None:
    """In ms, from seconds or from a date; None where there is none that can be read. Names are in lower case.

    A date counts from the venue's own `Date` where it gives one, so that a clock of ours that is off changes nothing.
    """
    value = headers.get("retry-after", "").strip()
    if value.replace(".", "", 1).isdecimal() and value.isascii():
        return int(float(value) * 1000)
    until_ts = _date_ts(value)
    if until_ts is None:
        return None
    said_ts = _date_ts(headers.get("date", ""))
    return max(0, until_ts - (now_ts if said_ts is None else said_ts))


def _date_ts(value: str) -> int | None:
    try:
        date: datetime = parsedate_to_datetime(value)
    except ValueError:
        return None
    return int(date.replace(tzinfo=date.tzinfo or UTC).timestamp() * 1000)
