"""What does a request meet between its client and the venue? Its answer, or what a fault makes of it.

The same over HTTP and when it is posted over a socket: a rule for `exchange:order` strikes both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from paddock.venues.faults import NOT_DONE, Fault, Rule
from paddock.venues.hyperliquid.simulator.answers import PAGE, Answer
from paddock.venues.hyperliquid.simulator.simulator import Simulator


@dataclass(frozen=True, slots=True)
class Met:
    """`answer` None: none ever comes; `broken`: its connection breaks. `wait_ms` by the clients' clock before the
    answer goes, and `change` makes another text of it.
    """

    answer: Answer | None
    broken: bool = False
    wait_ms: int = 0
    change: Callable[[str], str] = str


_NO_ANSWER: Final = Met(None)
_BROKEN: Final = Met(None, broken=True)
_BAD_GATEWAY: Final = Answer(502, text=PAGE)


def meet(simulator: Simulator, door: str, body: Mapping[str, Any], ip: str) -> Met:
    """`door` is `info` or `exchange`."""
    rule = simulator.faults.strike(f"{door}:{_kind(body)}")
    handle = simulator.ask if door == "info" else simulator.act
    if rule is None:
        return Met(handle(body, ip))
    if rule.fault in NOT_DONE:
        return _before(simulator, rule, body)
    return _after(rule, handle(body, ip))


def _after(rule: Rule, answer: Answer) -> Met:
    """It has been done."""
    if rule.fault is Fault.MUTE:
        return _NO_ANSWER
    if rule.fault is Fault.RESET_DONE:
        return _BROKEN
    if rule.fault is Fault.ERROR_DONE:
        return Met(_BAD_GATEWAY)
    if rule.fault is Fault.DELAY:
        return Met(answer, wait_ms=rule.ms)
    if rule.fault is Fault.TRUNCATED:
        return Met(answer, change=lambda text: text[: len(text) // 2])
    if rule.fault is Fault.GARBAGE:
        return Met(answer, change=lambda text: PAGE)
    return Met(answer, change=rule.change)


def _before(simulator: Simulator, rule: Rule, body: Mapping[str, Any]) -> Met:
    """It is not done, or not now."""
    if rule.fault is Fault.LATE:
        simulator.act_late(body, rule.ms)
    if rule.fault is Fault.RESET:
        return _BROKEN
    if rule.fault is Fault.ERROR:
        return Met(_BAD_GATEWAY)
    if rule.fault is Fault.THROTTLED:
        return Met(Answer(429, retry_after_s=-(-rule.ms // 1000)))
    return _NO_ANSWER


def _kind(body: Mapping[str, Any]) -> str:
    """The type of a question or an action."""
    action = body.get("action", body)
    return str(action.get("type", "")) if isinstance(action, Mapping) else ""
