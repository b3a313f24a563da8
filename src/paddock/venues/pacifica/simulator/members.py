"""Who has an account, which agents may act for it, and which builder codes it approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MOST_AGENTS: Final = 20
MOST_API_KEYS: Final = 5


@dataclass(slots=True)
class Member:
    """`builders`: the largest fee (1e-10) that each approved code may take. Times are ms UTC."""

    address: str
    since_ts: int
    agents: list[str] = field(default_factory=list)
    builders: dict[str, int] = field(default_factory=dict)
    builders_ts: dict[str, int] = field(default_factory=dict)
    api_keys: list[str] = field(default_factory=list)
    keys_made: int = 0
    settings_ts: dict[str, tuple[int, int]] = field(default_factory=dict)


class Members:
    def __init__(self) -> None:
        self._members: dict[str, Member] = {}

    def get(self, address: str) -> Member | None:
        return self._members.get(address)

    def welcome(self, address: str, now_ts: int) -> Member:
        """The account, made where there is none."""
        return self._members.setdefault(address, Member(address, now_ts))

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())
