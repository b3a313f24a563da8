"""How does a batch of orders leave for Pacifica? What takes risk away goes first, and waits for nothing that only an
entry needs. Each order is a request of its own, with the levels that travel with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from paddock.core.errors import Invalid, Unavailable, Unknown
from paddock.core.orders import OrderKind
from paddock.venues.broker import Bracket, Outcome, Placement, RejectCode, Rejected
from paddock.venues.leverage import reduces, wanted
from paddock.venues.pacifica.codec import orders, outcomes, rules
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.leverage import EARLY_MS, Leverages
from paddock.venues.pacifica.prices import Prices
from paddock.venues.sending import LATER_MS, Sender, Step, filled_in, later
from paddock.venues.signing.operations import Place
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.http import Reply
from paddock.venues.transport.lost import unavailable
from paddock.venues.wallet import Wallet

Held = Callable[[Wallet, str], bool]
_NO_PRICES: Final[Mapping[str, float]] = {}


@dataclass(frozen=True, slots=True)
class _Market:
    """What placements are judged by, as of now; where no prices are needed there are none."""

    listing: Listing
    px: Mapping[str, float]


class Placing:
    """For any thread but the gateway's own. `held`: whether an account has a position in a symbol."""

    def __init__(self, gateway: Gateway, sender: Sender, prices: Prices, held: Held) -> None:
        self._gateway, self._client, self._sender, self._prices = gateway, gateway.client, sender, prices
        self._leverages, self._held = Leverages(gateway, sender), held

    def place(self, wallet: Wallet, placements: Sequence[Placement]) -> list[Outcome]:
        """As Broker has it, for placements of one account."""
        asked = [_written(each) for each in placements]
        outcomes: dict[int, Outcome] = {}
        for priced in (False, True):
            group = [number for number, each in enumerate(asked) if _needs_price(each) is priced]
            chosen = [asked[number] for number in group]
            try:
                found = self._leave(wallet, chosen, priced=priced) if chosen else []
            except Unavailable as error:
                if not outcomes:
                    raise
                found = [later(error)] * len(group)
            outcomes |= zip(group, found, strict=True)
        return [outcomes[number] for number in range(len(asked))]

    def _leave(self, wallet: Wallet, asked: Sequence[Placement], *, priced: bool) -> list[Outcome]:
        """Raises Unavailable when nothing left."""
        market = self._market(asked, priced=priced)
        changed = self._sender.know(market.listing.markets)
        refused: list[Outcome | None] = [self._refused(each, market) for each in asked]
        refused = [
            outcome or (None if reduces(each) else changed.get(each.symbol))
            for each, outcome in zip(asked, refused, strict=True)
        ]
        if priced:
            self._set_leverages(wallet, asked, refused, market.listing)
        return filled_in(asked, refused, lambda kept: self._send(wallet, kept, market))

    def _market(self, asked: Sequence[Placement], *, priced: bool) -> _Market:
        priority, symbols = min(map(_priority, asked)), frozenset(each.symbol for each in asked)

        async def read() -> _Market:
            listing = await self._client.listed(symbols, priority)
            return _Market(listing, await self._prices.now(priority) if priced else _NO_PRICES)

        try:
            return self._gateway.read(read())
        except Unknown as error:  # of a question: nothing has left yet
            raise unavailable(error.message) from error

    def _refused(self, order: Placement, market: _Market) -> Outcome | None:
        """Why an order would surely be refused, before it costs a request."""
        if self._client.clock.now_ts() > order.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {order.expires_ts}")
        listed = market.listing.markets.get(order.symbol)
        if listed is None:
            return Rejected(RejectCode.NOT_ALLOWED, f"Pacifica lists no {order.symbol}")
        ref_px = market.px.get(order.symbol, 0.0)
        breach = rules.breach(order, listed, ref_px)
        if breach is not None:
            return breach
        if _needs_price(order) and not ref_px:
            return Rejected(RejectCode.RATE_LIMIT, f"no price of {order.symbol} is known", LATER_MS)
        try:
            orders.placed(order, listed, ref_px=ref_px)
        except Invalid as error:  # it breaks no rule, and the venue has no words for it: others still leave
            return Rejected(RejectCode.NOT_ALLOWED, error.message)
        return None

    def _set_leverages(
        self, wallet: Wallet, asked: Sequence[Placement], refused: list[Outcome | None], listing: Listing
    ) -> None:
        """Before an entry leaves, the venue holds the leverage it was decided with; else the entries of that symbol
        are refused. Raises Unavailable where that is all of them.
        """
        entering = [each for each, outcome in zip(asked, refused, strict=True) if outcome is None]
        missed: dict[str, Unavailable] = {}
        for symbol, setting in wanted(
            entering, lambda symbol: wallet.cross and not listing[symbol].isolated_only
        ).items():
            try:
                why = self._leverages.set(wallet, symbol, setting, partial(self._held, wallet, symbol))
            except (Unavailable, Unknown) as error:  # whatever became of the leverage, the entry has not left
                missed[symbol] = error if isinstance(error, Unavailable) else unavailable(error.message)
                why = later(missed[symbol])
            for number, each in enumerate(asked):
                if each.symbol == symbol and not reduces(each):
                    refused[number] = refused[number] or why
        if missed and all(each.symbol in missed for each in asked):
            raise next(iter(missed.values()))

    def _send(self, wallet: Wallet, asked: Sequence[Placement], market: _Market) -> list[Outcome]:
        sent = self._sender.send(wallet, [_step(each, market.px) for each in asked])
        return [outcome for (outcome,) in sent]


def _written(order: Placement) -> Placement:
    """As it is written: signed for a moment before now, since the venue's clock may be behind ours, and with the levels
    that travel with it. Those are the ones with an id, at their prices: percentages beside these are the desk's, which
    keeps the levels there, and a level without an id stays with the desk until the entry fills.
    """
    bracket = order.bracket
    stop = (bracket.stop_px, bracket.stop_client_id) if bracket.stop_client_id else (0.0, "")
    take = (bracket.take_px, bracket.take_client_id) if bracket.take_client_id else (0.0, "")
    early = replace(order, sent_ts=order.sent_ts - EARLY_MS)
    if (stop[1] and not stop[0]) or (take[1] and not take[0]):
        return early  # a level in percent alone, which the venue has no words for
    sent = Bracket(stop_px=stop[0], stop_client_id=stop[1], take_px=take[0], take_client_id=take[1])
    return replace(early, bracket=sent)


def _needs_price(order: Placement) -> bool:
    """What may open something is judged by a price, and the bound of a TWAP is told as a distance from one."""
    return not reduces(order) or (order.kind is OrderKind.TWAP and order.bound_px > 0)


def _step(order: Placement, px: Mapping[str, float]) -> Step:
    known = {order.symbol: px[order.symbol]} if order.symbol in px else {}
    return Step(Place((order,), known), order.expires_ts, _priority(order), 1, _outcome, order.sent_ts)


def _outcome(reply: Reply) -> list[Outcome]:
    return [outcomes.outcome(reply.status, reply.headers, reply.body)]


def _priority(order: Placement) -> Priority:
    if order.kind is OrderKind.STOP:
        return Priority.STOP
    return Priority.CLOSE if reduces(order) else Priority.OPEN
