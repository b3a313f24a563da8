"""What became of an action: the replies of `/exchange`, and of actions posted over the socket.

A reply that cannot be read proves nothing: every function here raises Unknown (venue.unclear) for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from paddock.core.orders import OrderState
from paddock.venues.broker import Accepted, Outcome, Rejected, Unclear
from paddock.venues.hyperliquid.codec.numbers import lots, px
from paddock.venues.hyperliquid.codec.orders import Part, Request
from paddock.venues.hyperliquid.codec.reading import Garbled, arr, obj, reads, text, whole
from paddock.venues.hyperliquid.codec.refusals import MET_NOTHING, UNCLEAR, refusal, wording

_WAITING: Final = frozenset({"waitingForFill", "waitingForTrigger"})


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of one order of an action, as far as the reply proves it.

    `state` is where it stands then: OPEN (also for a child that waits for its entry), PARTIAL, FILLED, CANCELED (an
    immediate order of which nothing, or no more, traded), REFUSED, or UNKNOWN. `filled` lots traded at once, at
    `avg_px` on average; fills tell the rest.
    """

    outcome: Outcome
    state: OrderState
    filled: int = 0
    avg_px: float = 0.0


@reads("the reply to orders")
def placed(reply: Any, parts: Sequence[Part]) -> list[Placed]:
    """What became of each order of an `order` or `batchModify` action, one for each part.

    One refusal for the whole action, or one where more were asked for, counts for each. A number of statuses that
    fits neither leaves everything unclear. An order that crosses in part and then rests may be answered `resting`, or
    `filled` with a smaller size [?]: both are taken.
    """
    data = _data(reply)
    if isinstance(data, Rejected | Unclear):
        return [_refused(data)] * len(parts)
    statuses = arr(obj(data)["statuses"])
    if len(statuses) == 1 < len(parts) and "error" in obj(statuses[0]):
        return [_status(statuses[0], part) for part in parts]
    if len(statuses) != len(parts):
        return [_refused(Unclear(f"{len(statuses)} statuses for {len(parts)} orders"))] * len(parts)
    return [_status(status, part) for status, part in zip(statuses, parts, strict=True)]


@reads("the reply to cancellations")
def cancelled(reply: Any, count: int) -> list[Outcome]:
    """What became of each of `count` cancellations: Accepted, or Rejected (no_such_order) for what had ended."""
    data = _data(reply)
    if isinstance(data, Rejected | Unclear):
        return [data] * count
    statuses = arr(obj(data)["statuses"])
    if len(statuses) == 1 < count and isinstance(statuses[0], dict):
        return [_cancel(statuses[0])] * count
    if len(statuses) != count:
        return [Unclear(f"{len(statuses)} statuses for {count} cancellations")] * count
    return [_cancel(status) for status in statuses]


@reads("the reply to a TWAP")
def twap(reply: Any) -> Outcome:
    """What became of a TWAP that was placed or cancelled; the id of one that runs is its TWAP's."""
    data = _data(reply)
    if isinstance(data, Rejected | Unclear):
        return data
    status = obj(data)["status"]
    if status == "success":
        return Accepted("")
    if "error" in obj(status):
        return _judged(text(status["error"]))
    return Accepted(str(whole(obj(status["running"])["twapId"])))


@reads("a reply")
def acknowledged(reply: Any) -> Outcome:
    """What became of an action that is answered with yes or no: leverage, a changed order, a scheduled cancellation."""
    data = _data(reply)
    return data if isinstance(data, Rejected | Unclear) else Accepted("")


def by_asked(requests: Iterable[tuple[Request, Sequence[Outcome]]], count: int) -> list[Outcome]:
    """Of outcomes by action, one for each thing that the desk asked for, in its order; children have their entry's."""
    found: list[Outcome] = [Unclear("it was not answered")] * count
    for request, outcomes in requests:
        for part, outcome in zip(request.parts, outcomes, strict=True):
            if not part.child:
                found[part.asked] = outcome
    return found


def _data(reply: Any) -> Any:
    """The data of a success (None where there is none), or why there is none."""
    said = obj(reply)
    if said["status"] == "ok":
        return obj(said["response"]).get("data")
    if said["status"] != "err":
        raise Garbled(f"a status is ok or err, not {said['status']!r:.40}")
    return _judged(text(said["response"]))


def _judged(said: str) -> Rejected | Unclear:
    return Unclear(said[:300]) if wording(said) in UNCLEAR else refusal(said)


def _refused(outcome: Rejected | Unclear) -> Placed:
    return Placed(outcome, OrderState.UNKNOWN if isinstance(outcome, Unclear) else OrderState.REFUSED)


def _status(status: Any, part: Part) -> Placed:
    if type(status) is str:
        if status not in _WAITING:
            raise Garbled(f"no status of an order: {status[:40]!r}")
        return Placed(Accepted(""), OrderState.OPEN)
    said = obj(status)
    if "error" in said:
        return _error(text(said["error"]), part)
    if "resting" in said:
        return Placed(Accepted(str(whole(obj(said["resting"])["oid"]))), OrderState.OPEN)
    return _filled(obj(said["filled"]), part)


def _error(said: str, part: Part) -> Placed:
    """An immediate order that met nobody was taken, and ended."""
    if part.immediate and wording(said) in MET_NOTHING:
        return Placed(Accepted(""), OrderState.CANCELED)
    return _refused(_judged(said))


def _filled(said: dict[str, Any], part: Part) -> Placed:
    filled = lots(said["totalSz"], part.market.instrument.qty_decimals)
    short = OrderState.CANCELED if part.immediate else OrderState.PARTIAL
    state = OrderState.FILLED if filled >= part.lots else short
    return Placed(Accepted(str(whole(said["oid"]))), state, filled, px(said["avgPx"]))


def _cancel(status: Any) -> Outcome:
    if status == "success":
        return Accepted("")
    return _judged(text(obj(status)["error"]))
