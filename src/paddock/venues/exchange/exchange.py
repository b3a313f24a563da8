"""A perpetual-futures exchange: pure, deterministic, without a wire.

Units are those of `units`: prices in ticks, quantities in lots, money in micro-dollars, rates in 1e-10, time in ms UTC.
It reads no clock: `advance` says what time it is, and everything else happens at that time. The same calls give the
same events. What happens is told once, in order, as `events`; what a request did is also its answer.

A request with an unknown symbol raises KeyError: the wire translates names before it asks. An account exists from its
first mention. Refusals are values (`Refused`), never exceptions; a refused order has an id and is an Order whose
`refused` says why.

Money: a balance is cash with realised profit, fees and funding; a position carries its cost. At every moment, the
balances and isolated margins of all accounts (EXCHANGE, which takes the fees and the dust of rounding, and BACKSTOP
among them) less the signed costs of all positions are what was deposited less what was withdrawn, to the micro-dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paddock.core.seams import RandomSource
from paddock.venues.exchange.events import CancelReason, Event
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.refusals import Refused
from paddock.venues.exchange.requests import Request, TwapRequest
from paddock.venues.exchange.rules import Contract, Rules
from paddock.venues.exchange.twaps import Twap
from paddock.venues.exchange.views import AccountView, Depth, FeesView, MarketView, PositionView


class Exchange:
    def __init__(self, rules: Rules, contracts: Iterable[Contract], start_ts: int, random: RandomSource) -> None:
        raise NotImplementedError

    # --- time and prices ---

    @property
    def now_ts(self) -> int:
        raise NotImplementedError

    def advance(self, now_ts: int) -> None:
        """Do all that is due up to `now_ts`, each at its own time: TWAP slices, expiries, scheduled cancels, funding."""
        raise NotImplementedError

    def set_prices(self, symbol: str, mark: int, oracle: int = 0) -> None:
        """Move mark and oracle (0: as the mark); fires triggers, liquidates."""
        raise NotImplementedError

    def halt(self, symbol: str, *, halted: bool = True) -> None:
        """Refuse new orders of a contract, or take them again."""
        raise NotImplementedError

    def post_only(self, *, on: bool = True) -> None:
        """Take only post-only orders, as after an upgrade of a venue."""
        raise NotImplementedError

    # --- money ---

    def deposit(self, account: str, amount: int) -> None: ...

    def withdraw(self, account: str, amount: int) -> Refused | None:
        """Refused (BALANCE) beyond what is withdrawable."""
        raise NotImplementedError

    def transfer(self, account: str, to: str, amount: int) -> Refused | None:
        """From one account's withdrawable cash to another's balance."""
        raise NotImplementedError

    # --- orders ---

    def submit(self, request: Request) -> Order:
        """The order as it stands after everything that it set off: rejected, open, waiting, filled or cancelled."""
        raise NotImplementedError

    def submit_bracket(self, entry: Request, children: Sequence[Request]) -> list[Order]:
        """An entry with reduce-only triggers of the other side that wait for its fill; the entry's order comes first.

        One child's fill cancels its siblings. Where a child does not belong, all are rejected (GROUP); where the
        entry is refused, its children are rejected too (PARENT).
        """
        raise NotImplementedError

    def submit_siblings(self, children: Sequence[Request]) -> list[Order]:
        """Reduce-only triggers of one position; one's fill cancels the others, and the position's end all of them."""
        raise NotImplementedError

    def cancel(self, account: str, ref: int | str, reason: CancelReason = CancelReason.USER) -> Order | Refused:
        """By order id (int) or client id (str). Refused: NOT_OPEN. Children go with their entry."""
        raise NotImplementedError

    def cancel_all(
        self, account: str, symbol: str = "", *, keep_reduce_only: bool = False, keep_triggers: bool = False
    ) -> list[Order]:
        """All open orders of an account, or of one symbol of it."""
        raise NotImplementedError

    def modify(self, account: str, ref: int | str, request: Request, *, always: bool = False) -> Order | Refused:
        """Cancel an open order and enter `request` under a new id, in the old one's place in its group.

        Refused (NOT_OPEN, unless `always`), or for what is wrong with the new order by itself: the old one then stays.
        """
        raise NotImplementedError

    def schedule_cancel(self, account: str, at_ts: int = 0) -> Refused | None:
        """Cancel all orders of the account at a time; 0 takes it away."""
        raise NotImplementedError

    def submit_twap(self, request: TwapRequest) -> Twap | Refused:
        """The first slice goes out at once."""
        raise NotImplementedError

    def cancel_twap(self, account: str, ref: int | str) -> Twap | Refused: ...

    # --- an account's settings ---

    def set_leverage(self, account: str, symbol: str, leverage: int, *, isolated: bool | None = None) -> Refused | None:
        """`isolated` None: leave the margin mode. Refused: LEVERAGE, LEVERAGE_DOWN, MARGIN_MODE, ISOLATED_ONLY, MARGIN."""
        raise NotImplementedError

    def set_margin_mode(self, account: str, symbol: str, *, isolated: bool) -> Refused | None:
        """Refused with an open position (MARGIN_MODE) or where only isolated margin is allowed (ISOLATED_ONLY)."""
        raise NotImplementedError

    def add_isolated_margin(self, account: str, symbol: str, amount: int) -> Refused | None:
        """Move money between the balance and an isolated position; a negative amount takes margin out of it."""
        raise NotImplementedError

    def set_fees(self, account: str, maker: int, taker: int) -> None:
        """Fix an account's rates (1e-10), whatever it has traded."""
        raise NotImplementedError

    def set_house(self, account: str) -> None:
        """An account that makes the market: without margin, fees, liquidation, and without order events."""
        raise NotImplementedError

    # --- reading ---

    @property
    def contracts(self) -> dict[str, Contract]:
        raise NotImplementedError

    def events(self, after_seq: int = 0) -> Sequence[Event]:
        raise NotImplementedError

    def forget_events(self, up_to_seq: int) -> None:
        """Drop the oldest events, so that a long run stays small."""
        raise NotImplementedError

    def order(self, order_id: int) -> Order | None: ...

    def find(self, account: str, client_id: str) -> Order | None:
        """The newest order of that client id."""
        raise NotImplementedError

    def open_orders(self, account: str, symbol: str = "") -> list[Order]:
        """All that rest or wait, by order id."""
        raise NotImplementedError

    def twap(self, twap_id: int) -> Twap | None: ...

    def twaps(self, account: str) -> list[Twap]: ...

    def account(self, account: str) -> AccountView: ...

    def accounts(self) -> list[str]: ...

    def position(self, account: str, symbol: str) -> PositionView:
        """Also of a flat one, for its leverage and margin mode."""
        raise NotImplementedError

    def fees(self, account: str) -> FeesView: ...

    def market(self, symbol: str) -> MarketView: ...

    def depth(self, symbol: str, levels: int = 20, step: int = 1) -> Depth:
        """The best `levels` a side; prices are summed to multiples of `step`, away from the middle."""
        raise NotImplementedError
