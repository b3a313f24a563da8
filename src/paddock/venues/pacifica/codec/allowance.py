"""How many more requests may be sent, as the venue counts. It counts in tenths of a credit: a cancel costs five."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from paddock.venues.pacifica.codec.reading import Said

_left: Final = re.compile(r'"?credits"?\s*;\s*r=([0-9]{1,9})\s*;\s*t=([0-9]{1,6})').search
_policy: Final = re.compile(r'"?credits"?\s*;\s*q=([0-9]{1,9})\s*;\s*w=([0-9]{1,6})').search
_SECOND_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`left` of `quota`, in tenths of a credit, until the count begins anew in `reset_ms`; `quota` 0: not told."""

    left: int
    quota: int
    reset_ms: int


class Left(Said):
    """The same on a socket: `{"r", "q", "t"}`."""

    r: Annotated[int, Field(ge=0)]
    q: Annotated[int, Field(ge=0)]
    t: Annotated[int, Field(ge=0)]

    def allowance(self) -> Allowance:
        return Allowance(self.r, self.q, self.t * _SECOND_MS)


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """From a reply's headers, in whatever case; None where they say nothing that can be read."""
    named = {name.casefold(): value for name, value in headers.items()}
    left = _left(named.get("ratelimit", ""))
    if left is None:
        return None
    policy = _policy(named.get("ratelimit-policy", ""))
    return Allowance(int(left[1]), int(policy[1]) if policy else 0, int(left[2]) * _SECOND_MS)
