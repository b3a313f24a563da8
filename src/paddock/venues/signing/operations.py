"""What can be asked of the signer: trading, as types. There are no words for moving money, or for bytes to sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from paddock.venues.broker import Cancellation, Placement


@dataclass(frozen=True, slots=True)
class Place:
    """New orders in one request of the venue.

    `ref_px`: for each symbol in which something may open, the price (mid or mark) that it was judged at. The notional
    is taken at the worst of it and the order's own prices, since a low limit of a sale says nothing of its size.
    """

    orders: tuple[Placement, ...]
    ref_px: Mapping[str, float] = field(default_factory=dict)
    op: Literal["place"] = field(default="place", kw_only=True)


class Shelf(StrEnum):
    """Where an order waits, which at some venues is how it is cancelled."""

    BOOK = "book"
    TRIGGERS = "triggers"
    TWAPS = "twaps"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Orders of one shelf, by their client ids."""

    cancellations: tuple[Cancellation, ...]
    shelf: Shelf = Shelf.BOOK
    op: Literal["cancel"] = field(default="cancel", kw_only=True)


@dataclass(frozen=True, slots=True)
class CancelById:
    """Orders of one symbol and shelf by the venue's ids: those that nobody named, and TWAPs."""

    symbol: str
    venue_order_ids: tuple[int, ...]
    shelf: Shelf = Shelf.BOOK
    op: Literal["cancel_by_id"] = field(default="cancel_by_id", kw_only=True)


@dataclass(frozen=True, slots=True)
class Leverage:
    """`cross` where the venue sets the margin mode together with it."""

    symbol: str
    leverage: int
    cross: bool = True
    op: Literal["leverage"] = field(default="leverage", kw_only=True)


@dataclass(frozen=True, slots=True)
class MarginMode:
    """Where it is a request of its own."""

    symbol: str
    isolated: bool
    op: Literal["margin_mode"] = field(default="margin_mode", kw_only=True)


@dataclass(frozen=True, slots=True)
class ScheduleCancel:
    """The dead-man's switch: the venue cancels all orders at `at_ts`, unless told otherwise before; None clears it."""

    at_ts: int | None
    op: Literal["schedule_cancel"] = field(default="schedule_cancel", kw_only=True)


Operation = Place | Cancel | CancelById | Leverage | MarginMode | ScheduleCancel


@dataclass(frozen=True, slots=True)
class Order:
    """An operation to sign for an account. `nonce` is the venue's nonce, or the time of signing where it has none.

    After `expires_ts` (ms UTC) the venue must not act on it.
    """

    account_id: str
    operation: Operation
    nonce: int
    expires_ts: int


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it is posted to `path` of the venue. `kind` is the venue's word for what it does."""

    kind: str
    path: str
    body: dict[str, Any]
