"""What can be asked of a simulator beside what the venue has: its time, play money, and what is to go wrong.

`GET /simulator` tells its time and how fast that goes, for who wants to live in it; `POST /simulator/fund` pays in;
`POST /simulator/faults` adds faults, and `DELETE /simulator/faults` lets all go well again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from paddock.core.errors import Code, Invalid
from paddock.core.seams import Clock
from paddock.venues.faults import Fault, Faults

MOST_USD: Final = 1_000_000_000


class Played(Protocol):
    """A simulator of any venue."""

    clock: Clock
    speed: float
    faults: Faults

    def deposit(self, address: str, dollars: int, /) -> None: ...


class Wrong(BaseModel):
    """One thing that is to go wrong, as a script says it: a rule of `faults`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fault: Fault
    where: str = Field(min_length=1, max_length=100)
    skip: int = Field(0, ge=0)
    times: int = Field(1, ge=0)
    ms: int = Field(0, ge=0)


class _Fund(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    user: str
    usd: int = Field(gt=0, le=MOST_USD)


_script: Final = TypeAdapter(list[Wrong])


def go_wrong(faults: Faults, script: str | bytes) -> int:
    """Add what a script says, JSON with a list of rules; gives how many. Raises Invalid (value), and adds none."""
    try:
        said = _script.validate_json(script)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _unusable(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    if bad := next((each for each in said if each.fault is Fault.REWRITE), None):
        raise _unusable(f"{bad.fault} takes a program")
    for each in said:
        try:
            Faults().add(each.fault, each.where)
        except ValueError as error:
            raise _unusable(str(error)) from None
    for each in said:
        faults.add(each.fault, each.where, skip=each.skip, times=each.times, ms=each.ms)
    return len(said)


def routes(simulator: Played, is_address: Callable[[str], bool]) -> list[Route]:
    async def itself(_: Request) -> Response:
        return JSONResponse({"time": simulator.clock.now_ts(), "speed": simulator.speed})

    async def fund(request: Request) -> Response:
        try:
            said = _Fund.model_validate(await _json(request))
        except ValidationError:
            said = None
        if said is None or not is_address(said.user):
            return JSONResponse({"error": f"user is an address, usd a whole number up to {MOST_USD}"}, 400)
        simulator.deposit(said.user, said.usd)
        return JSONResponse({"user": said.user, "usd": said.usd})

    async def wrong(request: Request) -> Response:
        try:
            return JSONResponse({"added": go_wrong(simulator.faults, await request.body())})
        except Invalid as error:
            return JSONResponse({"error": f"{error.message}: {error.seen}"}, 400)

    async def well(_: Request) -> Response:
        simulator.faults.clear()
        return JSONResponse({"added": 0})

    return [
        Route("/simulator", itself),
        Route("/simulator/fund", fund, methods=["POST"]),
        Route("/simulator/faults", wrong, methods=["POST"]),
        Route("/simulator/faults", well, methods=["DELETE"]),
    ]


async def _json(request: Request) -> Any:
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None


def _unusable(why: str) -> Invalid:
    rule = 'a script is a list like [{"fault": "mute", "where": "*", "skip": 0, "times": 1, "ms": 0}]'
    return Invalid(Code.VALUE, "this is no script of faults", where="faults", seen=why[:200], rule=rule)
