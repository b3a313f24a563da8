"""How does a batch of orders leave? What takes risk away goes first, and waits for nothing that only an entry needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial

from paddock.core.errors import Invalid, Unavailable, Unknown
from paddock.core.orders import OrderKind
from paddock.venues.broker import Accepted, Bracket, Outcome, Placement, RejectCode, Rejected
from paddock.venues.hyperliquid.codec import orders, replies, rules
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.hyperliquid.codec.orders import Request
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.leverage import Leverages
from paddock.venues.hyperliquid.prices import Prices
from paddock.venues.leverage import reduces, wanted
from paddock.venues.notes import Note, Notes
from paddock.venues.sending import Reading, Sender, Step, filled_in, later
from paddock.venues.signing.operations import Place
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.lost import unavailable
from paddock.venues.wallet import Wallet

Held = Callable[[Wallet, str], bool]


class Needs(IntEnum):
    """What has to be known before an order leaves; who needs less leaves first."""

    NOTHING = 0  # beside its market: what reduces, at a price of its own
    PRICES = 1  # a market order that reduces, which is bound by the mid
    ALL = 2  # what may open something: the mid, the leverage, and how many actions are left


@dataclass(frozen=True, slots=True)
class _Market:
    """What placements are judged by, as of now; where no mids are needed there are none."""

    listing: Listing
    mids: Mapping[str, float]


class Placing:
    """For any thread but the gateway's own. `held`: whether an account has a position in a symbol."""

    def __init__(self, gateway: Gateway, sender: Sender, prices: Prices, held: Held) -> None:
        self._gateway, self._client, self._sender, self._prices = gateway, gateway.client, sender, prices
        self._leverages, self._held = Leverages(gateway, sender), held

    def place(self, wallet: Wallet, notes: Notes, placements: Sequence[Placement]) -> list[Outcome]:
        """As Broker has it, for placements of one account, whose notes these are."""
        asked = [_at_prices(each) for each in placements]
        outcomes: dict[int, Outcome] = {}
        for needs in Needs:
            group = [number for number, each in enumerate(asked) if _needs(each) is needs]
            chosen = [asked[number] for number in group]
            try:
                found = self._leave(wallet, notes, chosen, needs) if chosen else []
            except Unavailable as error:
                if not outcomes:
                    raise
                found = [later(error)] * len(group)
            outcomes |= zip(group, found, strict=True)
        return [outcomes[number] for number in range(len(asked))]

    def _leave(self, wallet: Wallet, notes: Notes, asked: Sequence[Placement], needs: Needs) -> list[Outcome]:
        """Of orders that need the same. Raises Unavailable when nothing left."""
        market = self._market(wallet, asked, needs)
        changed = self._sender.know(market.listing.markets)
        refused: list[Outcome | None] = [self._refused(each, market) for each in asked]
        if needs is Needs.ALL:
            refused = [changed.get(each.symbol) or outcome for each, outcome in zip(asked, refused, strict=True)]
            self._set_leverages(wallet, asked, refused, market.listing)
        return filled_in(asked, refused, lambda kept: self._send(wallet, notes, kept, market))

    def _market(self, wallet: Wallet, asked: Sequence[Placement], needs: Needs) -> _Market:
        priority, symbols = _priority(asked), frozenset(each.symbol for each in asked)

        async def entering() -> _Market:
            await self._client.count_allowance(wallet.address, priority)
            return _Market(await self._client.listed(priority=priority), await self._prices.mids(priority))

        async def leaving() -> _Market:
            listing = await self._client.listed_before(symbols, priority)
            return _Market(listing, await self._prices.mids(priority) if needs is Needs.PRICES else {})

        try:
            return self._gateway.read(entering() if needs is Needs.ALL else leaving())
        except Unknown as error:  # of a question: nothing has left yet
            raise unavailable(error.message) from error

    def _refused(self, order: Placement, market: _Market) -> Outcome | None:
        """Why an order would surely be refused, before it costs a request."""
        if self._client.clock.now_ts() > order.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {order.expires_ts}")
        listed = market.listing.get(order.symbol)
        if listed is None:
            return Rejected(RejectCode.NOT_ALLOWED, f"Hyperliquid lists no {order.symbol}")
        breach = rules.breach(order, listed, market.mids.get(order.symbol, 0.0), minutes=_minutes(order))
        return breach or _unwritable(order, market)

    def _set_leverages(
        self, wallet: Wallet, asked: Sequence[Placement], refused: list[Outcome | None], listing: Listing
    ) -> None:
        """Before an entry leaves, the venue holds the leverage it was decided with; else the entries of that symbol
        are refused. Raises Unavailable where that is all of them.
        """
        entering = [each for each, outcome in zip(asked, refused, strict=True) if outcome is None]
        missed: dict[str, Unavailable] = {}
        for symbol, setting in wanted(entering, lambda symbol: wallet.cross and not listing[symbol].isolated).items():
            try:
                why = self._leverages.set(wallet, symbol, setting, partial(self._held, wallet, symbol))
            except (Unavailable, Unknown) as error:  # whatever became of the leverage, the entry has not left
                missed[symbol] = error if isinstance(error, Unavailable) else unavailable(error.message)
                why = later(missed[symbol])
            for number, each in enumerate(asked):
                if each.symbol == symbol:
                    refused[number] = refused[number] or why
        if missed and all(each.symbol in missed for each in asked):
            raise next(iter(missed.values()))

    def _send(self, wallet: Wallet, notes: Notes, asked: Sequence[Placement], market: _Market) -> list[Outcome]:
        """What the venue will not remember is written down before: Unavailable where it is not, and nothing leaves."""
        notes.put([_note_of(each) for each in asked if each.cancel_ts or each.kind is OrderKind.TWAP])
        requests = orders.placing(asked, market.listing, market.mids)
        sent = self._sender.send(wallet, [_step(request, asked, market.mids) for request in requests])
        found = replies.by_asked(zip(requests, sent, strict=True), len(asked))
        _keep_twaps(notes, asked, found)
        return found


def _needs(order: Placement) -> Needs:
    if not reduces(order):
        return Needs.ALL
    return Needs.PRICES if order.kind is OrderKind.MARKET and not order.bound_px else Needs.NOTHING


def _at_prices(order: Placement) -> Placement:
    """With the levels that travel with it: those with an id, at their prices; percentages beside these are the desk's,
    which keeps the levels there. A level without an id stays with the desk until the entry fills.
    """
    bracket = order.bracket
    stop = (bracket.stop_px, bracket.stop_client_id) if bracket.stop_client_id else (0.0, "")
    take = (bracket.take_px, bracket.take_client_id) if bracket.take_client_id else (0.0, "")
    if (stop[1] and not stop[0]) or (take[1] and not take[0]):
        return order  # a level in percent alone, which the venue has no words for
    sent = Bracket(stop_px=stop[0], stop_client_id=stop[1], take_px=take[0], take_client_id=take[1])
    return replace(order, bracket=sent)


def _unwritable(order: Placement, market: _Market) -> Rejected | None:
    """Why the venue has no words for an order that breaks no rule of its own: others of a batch still leave."""
    try:
        orders.placing([order], market.listing, market.mids)
    except Invalid as error:
        return Rejected(RejectCode.NOT_ALLOWED, error.message)
    except Unavailable as error:  # no price is known by which it could be bound
        return later(error)
    return None


def _step(request: Request, placements: Sequence[Placement], mids: Mapping[str, float]) -> Step:
    asked = tuple(placements[number] for number in dict.fromkeys(part.asked for part in request.parts))
    known = {each.symbol: mids[each.symbol] for each in asked if each.symbol in mids}
    return Step(Place(asked, known), request.expires_ts, _priority(asked), len(request.parts), _reading(request))


def _reading(request: Request) -> Reading:
    if request.action["type"] == "twapOrder":
        return lambda reply: [replies.twap(reply)]
    return lambda reply: [one.outcome for one in replies.placed(reply, request.parts)]


def _keep_twaps(notes: Notes, asked: Sequence[Placement], outcomes: Sequence[Outcome]) -> None:
    """The numbers that the venue gave them; where this is lost they are found by what was asked for, and when."""
    for each, outcome in zip(asked, outcomes, strict=True):
        note = notes.get(each.client_id) if each.kind is OrderKind.TWAP else None
        if note is not None and isinstance(outcome, Accepted) and outcome.venue_order_id:
            notes.put([replace(note, twap_id=int(outcome.venue_order_id))])


def _priority(placements: Iterable[Placement]) -> Priority:
    """That of the most urgent order."""
    return min(
        Priority.STOP if each.kind is OrderKind.STOP else Priority.CLOSE if reduces(each) else Priority.OPEN
        for each in placements
    )


def _minutes(order: Placement) -> int:
    return orders.twap_minutes(order.slices, order.slice_ms) if order.kind is OrderKind.TWAP else 0


def _note_of(order: Placement) -> Note:
    return Note(
        order.client_id,
        order.symbol,
        order.side,
        order.lots,
        order.reduce_only,
        order.sent_ts,
        order.expires_ts,
        order.cancel_ts,
        _minutes(order),
    )
