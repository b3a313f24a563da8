"""Seconds, dates, and what is neither."""

from __future__ import annotations

import pytest

from paddock.venues.transport.retry_after import retry_after_ms

NOON_TS = 1_767_268_800_000  # 1 January 2026, 12:00 UTC


@pytest.mark.parametrize(
    ("headers", "ms"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7_000),
        ({"retry-after": " 0.25 "}, 250),
        ({"retry-after": "Thu, 01 Jan 2026 12:01:30 GMT"}, 90_000),
        ({"retry-after": "Thu, 01 Jan 2026 11:00:00 GMT"}, 0),
        # our clock is an hour off: the venue's own date tells the time between
        ({"retry-after": "Thu, 01 Jan 2026 13:00:05 GMT", "date": "Thu, 01 Jan 2026 13:00:00 GMT"}, 5_000),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "٣"}, None),
    ],
)
def test_retry_after(headers, ms):
    assert retry_after_ms(headers, NOON_TS) == ms
