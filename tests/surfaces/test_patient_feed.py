"""A feed that does not answer is asked again later, and later still; one that does is asked each time."""

from __future__ import annotations

import pytest

from paddock.core.errors import Code, Unavailable
from paddock.surfaces.patient_feed import FIRST_S, MOST_S, Patient
from paddock.venues.transport.lost import Throttled


class Away:
    def __init__(self):
        self.asked, self.down = 0, True
        self.later_ms = 0

    def poll(self):
        self.asked += 1
        if self.later_ms:
            raise Throttled("not now", self.later_ms)
        if self.down:
            raise Unavailable(Code.VENUE_UNAVAILABLE, "nobody answers")
        return ["bar"]


def test_who_does_not_answer_is_left_alone_for_a_while():
    away, now = Away(), [0.0]
    feed = Patient(away, lambda: now[0])
    for wait_s in (FIRST_S, 2 * FIRST_S, 4 * FIRST_S):
        with pytest.raises(Unavailable):
            feed.poll()
        asked = away.asked
        now[0] += wait_s * 0.9
        assert feed.poll() == [] and away.asked == asked
        now[0] += wait_s * 0.2
    now[0] += MOST_S
    away.down = False
    assert feed.poll() == feed.poll() == ["bar"]


@pytest.mark.parametrize(("later_ms", "wait_s"), [(1, FIRST_S), (1_500, 1.5), (300_000, MOST_S)])
def test_who_says_later_is_asked_then_however_often_it_says_so(later_ms, wait_s):
    away, now = Away(), [0.0]
    feed = Patient(away, lambda: now[0])
    away.later_ms = later_ms
    for asked in range(1, 6):
        with pytest.raises(Throttled):
            feed.poll()
        assert away.asked == asked
        now[0] += wait_s * 0.9
        assert feed.poll() == [] and away.asked == asked
        now[0] += wait_s * 0.2
    away.later_ms = 0
    away.down = False
    assert feed.poll() == ["bar"]
