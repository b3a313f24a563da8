"""How many requests a caller may make: a bucket for each, as many buckets as memory should hold."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from paddock.core.errors import Code
from paddock.surfaces.http.problems import TooMany
from paddock.surfaces.http.services import Rate

MAX_BUCKETS = 65_536
IPV6_SITE = 64  # one customer has at least so many bits to choose from


class Buckets:
    """Token buckets by key; `timer` gives seconds. The least used are forgotten first, and are then full again."""

    def __init__(self, rate: Rate, timer: Callable[[], float]) -> None:
        self._rate = rate
        self._timer = timer
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one request; raises TooMany (request.rate) when there is no room for it."""
        now, burst = self._timer(), float(self._rate.burst)
        level, then = self._buckets.pop(key, (burst, now))
        level = min(burst, level + (now - then) * self._rate.per_second)
        allowed = level >= 1.0
        self._buckets[key] = (level - 1.0 if allowed else level, now)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany(
                Code.REQUEST_RATE,
                "too many requests",
                retry_after_s=ceil((1.0 - level) / self._rate.per_second),
                rule=f"{self._rate.per_second:g} a second, and {self._rate.burst} at once",
            )


def site_of(address: str) -> str:
    """What stands for a client's address: itself, or the network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_SITE), strict=False))
