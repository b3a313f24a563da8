"""What the order desk may ask of a venue, and what a venue may answer.

Quantities are int lots, prices float on the instrument's grid, money int micro-dollars, times int ms UTC of the venue's
clock. A *book* is whose position it is where a venue keeps bots apart; elsewhere the positions of an account are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from paddock.core.orders import OrderKind, OrderState, Side, Tif

SLICE_MS: Final = 30_000  # of a TWAP, where nobody says how long its slices last


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a venue can do, as far as the desk's protocol depends on it."""

    relative_brackets: bool  # levels in percent of the average entry, trailing included, kept by the venue itself
    attached_brackets: bool  # stop and target travel with the entry in one request
    dedups: bool  # the same client id is never booked twice: identical bytes may be sent again
    netting: bool  # one position for each symbol of an account, whoever traded it


@dataclass(frozen=True, slots=True)
class Bracket:
    """Protection that goes with an entry. A percentage is of the average entry; 0 means none of that level.

    Each level is an order of its own with its own client id (empty where there is none).
    """

    stop_pct: float = 0.0
    stop_px: float = 0.0
    trail_pct: float = 0.0
    take_pct: float = 0.0
    take_px: float = 0.0
    stop_client_id: str = ""
    take_client_id: str = ""


NO_BRACKET = Bracket()


@dataclass(frozen=True, slots=True)
class Placement:
    """One order as it leaves. It is complete: sending it again means sending the same bytes.

    `px` is a limit or a trigger price, 0 for none (market, TWAP, or a level that `pct` gives); `bound_px` the worst
    price of a market order or slice; `slices` those of a TWAP, each for `slice_ms`. `expires_ts`: after it the venue
    must not book the request. `cancel_ts`: when a resting order ends by itself; 0 never. A STOP, TAKE or TRAIL is
    reduce-only and rests until price reaches it. For relative brackets only: its `pct` is of the average entry (TRAIL:
    of the best price so far), it replaces the position's level of its kind, and without `px` and `pct` it takes that
    level away.
    """

    client_id: str
    account_id: str
    book: str
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    sent_ts: int
    expires_ts: int
    px: float = 0.0
    pct: float = 0.0
    tif: Tif = Tif.GTC
    reduce_only: bool = False
    leverage: float = 1.0
    bound_px: float = 0.0
    slices: int = 1
    slice_ms: int = SLICE_MS
    cancel_ts: int = 0
    bracket: Bracket = NO_BRACKET


@dataclass(frozen=True, slots=True)
class Cancellation:
    client_id: str
    account_id: str
    symbol: str
    sent_ts: int
    expires_ts: int


class RejectCode(StrEnum):
    """Why a venue refused, in the desk's words; a venue's own text travels beside it."""

    MIN_NOTIONAL = "min_notional"
    TICK = "tick"
    LOT = "lot"
    LEVERAGE = "leverage"
    MARGIN = "margin"
    POST_ONLY = "post_only"
    REDUCE_ONLY = "reduce_only"
    EXPIRED = "expired"
    DUPLICATE = "duplicate"
    HALTED = "halted"
    NO_SUCH_ORDER = "no_such_order"
    NOT_ALLOWED = "not_allowed"
    RATE_LIMIT = "rate_limit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The venue has it. For a cancellation: the order is gone or going."""

    venue_order_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue said no, and nothing was booked."""

    code: RejectCode
    message: str = ""
    retry_after_ms: int = 0


@dataclass(frozen=True, slots=True)
class Unclear:
    """It was sent, and no reply proves what became of it: a timeout, a 5xx, a reply that cannot be read."""

    reason: str


Outcome = Accepted | Rejected | Unclear


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order as the venue has it; `client_id` is empty for one that nobody named."""

    client_id: str
    venue_order_id: str
    book: str
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    filled: int
    state: OrderState
    px: float = 0.0
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class VenuePosition:
    """Signed lots of one symbol; `book` is empty at a venue that nets."""

    symbol: str
    lots: int
    entry_px: float
    book: str = ""


@dataclass(frozen=True, slots=True)
class VenueFill:
    """A trade; `fill_id` is unique in an account. `fee` is positive when paid. `within`: after its bar's open.

    `client_id` is empty for an order that was not ours, and for a liquidation (`kind` says so).
    """

    fill_id: str
    client_id: str
    book: str
    symbol: str
    kind: OrderKind
    side: Side
    lots: int
    px: float
    fee: int
    maker: bool
    venue_ts: int
    within: bool = True


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """An order changed its state at the venue; fills are reported apart."""

    client_id: str
    state: OrderState
    venue_ts: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VenueFunding:
    """Funding of one interval; `amount` is received when positive."""

    payment_id: str
    book: str
    symbol: str
    amount: int
    venue_ts: int


VenueEvent = VenueFill | OrderUpdate | VenueFunding


class Broker(Protocol):
    """A venue as the desk sees it. Every call may raise Unavailable: nothing was sent, try later.

    `place` and `cancel` may also raise Unknown: every request of the batch is then Unclear.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        """One outcome for each placement, in their order; those of a bracket share their entry's."""
        ...

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]: ...

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        """The order of that id as of now; None when the venue says that it knows none (it may still arrive)."""
        ...

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        """All that rest at the venue, whoever placed them."""
        ...

    def positions(self, account_id: str) -> list[VenuePosition]: ...

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        """What happened after `cursor` ("" from the start), and the cursor behind it. An event may come again."""
        ...


class Listening(Broker, Protocol):
    """A broker that hears what happens, until it is closed."""

    def close(self) -> None:
        """Hear nothing more. What listens beside it goes on."""
        ...
