"""What a run may want of the order desk, and what the desk reports back to it.

A decision is numbered by its run; its legs are numbered by the runner from 0. What the desk adds to a leg (levels of a
bracket, a moved stop, another try of an exit) gets a derived leg, so that every order's id is a pure function of run,
decision and leg.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import Connection

from paddock.core.orders import OrderKind, OrderState, Reason, Side, Tif
from paddock.venues.broker import NO_BRACKET, SLICE_MS, Bracket

NOBODY: Final = ""  # the run of what no run did: a person's own trades, and what was there before
_FAMILY: Final = 10**12  # derived legs that one leg has room for
STOP_LEG, TAKE_LEG, TRAIL_LEG = 1, 2, 3  # the first of them: levels that travel with their leg
ROUND: Final = 10**6  # from one change of a position's protection to the next; the tries of one change lie between


@dataclass(frozen=True, slots=True)
class Want:
    """An order. Prices on the grid, 0 for none; `bracket` without client ids; `ref_px` is the price it was sized by.

    `cancel_ts`: when it ends by itself if it still rests then; 0 never.
    """

    run_id: str
    account_id: str
    decision: int
    leg: int
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    reason: Reason
    ref_px: float
    px: float = 0.0
    tif: Tif = Tif.GTC
    reduce_only: bool = False
    leverage: float = 1.0
    bound_px: float = 0.0
    slices: int = 1
    slice_ms: int = SLICE_MS
    cancel_ts: int = 0
    bracket: Bracket = NO_BRACKET


@dataclass(frozen=True, slots=True)
class CancelWant:
    """An end to the order of another leg, named by its intent; `known`: to the run's books it is over already."""

    run_id: str
    account_id: str
    decision: int
    leg: int
    symbol: str
    intent_id: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class ProtectWant:
    """All levels that a position is to have from now on; a level that is not named goes.

    `side` is that of the position; `changed` says which of STOP, TAKE and TRAIL are not as they were.
    """

    run_id: str
    account_id: str
    decision: int
    leg: int
    symbol: str
    side: Side
    lots: int
    bracket: Bracket
    changed: frozenset[OrderKind]


AnyWant = Want | CancelWant | ProtectWant


class Role(StrEnum):
    """What a fill did to the position, as the kernel books it."""

    ENTRY = "entry"
    EXIT = "exit"
    STOP = "stop"
    TAKE = "take"
    TRAIL = "trail"
    LIQUIDATION = "liquidation"


@dataclass(frozen=True, slots=True)
class Booked:
    """A fill that counts. `decision` and `leg` are those of the want it filled, -1 where no want did."""

    run_id: str
    account_id: str
    symbol: str
    role: Role
    intent_id: str
    decision: int
    leg: int
    side: Side
    lots: int
    px: float
    fee: int
    maker: bool
    venue_ts: int
    within: bool
    fill_id: str


@dataclass(frozen=True, slots=True)
class Funded:
    run_id: str
    account_id: str
    symbol: str
    payment_id: str
    amount: int
    venue_ts: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A want that will not fill any further: refused, cancelled, expired, or never landed, and why."""

    run_id: str
    account_id: str
    symbol: str
    role: Role
    intent_id: str
    decision: int
    leg: int
    state: OrderState
    why: str


Fact = Booked | Funded | Ended


def role_of(kind: OrderKind, *, reduce_only: bool) -> Role:
    """What a fill of an order of this kind does."""
    if kind in _PROTECTIVE:
        return _PROTECTIVE[kind]
    return Role.EXIT if reduce_only else Role.ENTRY


_PROTECTIVE: Final = {
    OrderKind.STOP: Role.STOP,
    OrderKind.TAKE: Role.TAKE,
    OrderKind.TRAIL: Role.TRAIL,
    OrderKind.LIQUIDATION: Role.LIQUIDATION,
}


class Books(Protocol):
    """Who keeps the kernel's state of each run beside the journal's."""

    def apply(self, conn: Connection, facts: Sequence[Fact]) -> None:
        """Book facts into the runs they name, and store their states with `conn`. It may yet be undone."""
        ...

    def forget(self, run_ids: frozenset[str]) -> None:
        """What `apply` just did to these runs was not committed: read their states again before they are used."""
        ...


def derived(leg: int, number: int) -> int:
    """The `number`th leg (from 1) that the desk adds to a leg of the runner's, or to one of its own."""
    return _FAMILY * (origin(leg) + 1) + number


def origin(leg: int) -> int:
    """The runner's leg behind a leg."""
    return leg if leg < _FAMILY else leg // _FAMILY - 1


def number_of(leg: int) -> int:
    """Which of its origin's derived legs it is; 0 for the origin itself."""
    return leg % _FAMILY if leg >= _FAMILY else 0
