"""Conditions on the time of a bar's close, in UTC."""

from __future__ import annotations

from collections.abc import Iterator

from paddock.strategy.blocks import params as p
from paddock.strategy.blocks.base import At, Condition, block, const, feature
from paddock.strategy.blocks.kinds import ANY_SYMBOL, SCOPE_INTERVAL, WEEKDAYS, Clock, Reject, Weekdays
from paddock.strategy.expr import All, Any, Expr, Op, Test

FAMILY = "time"


def _between(at: At, name: str, first: int, last: int) -> Expr:
    """`first <= clock <= last`."""
    clock = feature(at, ANY_SYMBOL, SCOPE_INTERVAL, name)
    return All((Test(Op.GE, clock, const(first)), Test(Op.LE, clock, const(last))))


@block
class TimeBetween(Condition):
    """True when the bar closes at or after `start` and before `end` (UTC). A window may cross midnight."""

    family = FAMILY
    type = "time_between"
    title = "Time of day"
    start: int = p.param(Clock(), 0, "first time of day, included")
    end: int = p.param(Clock(), 1440, "last time of day, excluded")

    def check(self) -> Iterator[Reject]:
        if self.start in (self.end, 1440):
            yield Reject(
                "start and end must differ and start lies before 24:00", param="start", seen=Clock().dump(self.start)
            )

    def lower(self, at: At) -> Expr:
        if self.start < self.end:
            return _between(at, "minute_of_day", self.start, self.end - 1)
        late = _between(at, "minute_of_day", self.start, 1439)
        return Any((late, _between(at, "minute_of_day", 0, self.end - 1))) if self.end else late

    def sentence(self) -> str:
        return f"the bar closes between {Clock().dump(self.start)} and {Clock().dump(self.end)} UTC"


@block
class WeekdayIs(Condition):
    """True when the bar closes on one of `days` (UTC)."""

    family = FAMILY
    type = "weekday_is"
    title = "Day of the week"
    days: tuple[int, ...] = p.param(Weekdays(), (0, 1, 2, 3, 4), "days on which it is true")

    def lower(self, at: At) -> Expr:
        tests = tuple(_between(at, "weekday", day, day) for day in self.days)
        return tests[0] if len(tests) == 1 else Any(tests)

    def sentence(self) -> str:
        return f"the bar closes on {', '.join(WEEKDAYS[day] for day in self.days)}"
