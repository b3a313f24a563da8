"""Hyperliquid as the order desk sees it.

What a reply proves is said, and no more: after bytes may have left, only the venue's own word makes an order accepted
or refused. Every action bears a nonce of its own and a last moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from paddock.core.errors import Code, Invalid, NotFound, Unavailable
from paddock.core.orders import OrderKind
from paddock.venues.broker import (
    Accepted,
    Bracket,
    Cancellation,
    Capabilities,
    Outcome,
    Placement,
    RejectCode,
    Rejected,
    Unclear,
    VenueEvent,
    VenueOrder,
    VenuePosition,
)
from paddock.venues.hyperliquid import leverage
from paddock.venues.hyperliquid.codec import account, info, order_reports, orders, replies, rules, standing
from paddock.venues.hyperliquid.codec.account import Account
from paddock.venues.hyperliquid.codec.history import TwapReport
from paddock.venues.hyperliquid.codec.ids import cloid, is_number
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.hyperliquid.codec.orders import Request
from paddock.venues.hyperliquid.codec.standing import Agent
from paddock.venues.hyperliquid.following import POLL_MS, Following, kind_of, running, twap_state
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.leverage import VALID_MS, Leverages, reduces
from paddock.venues.hyperliquid.notes import Note, Notes, NoteStore
from paddock.venues.hyperliquid.prices import Prices
from paddock.venues.hyperliquid.sending import LATER_MS, Reading, Sender, Step
from paddock.venues.hyperliquid.wallet import Wallet
from paddock.venues.signing.operations import Cancel, CancelById, Place, ScheduleCancel, Shelf
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.nonces import NonceStore

CAPABILITIES: Final = Capabilities(relative_brackets=False, attached_brackets=True, dedups=False, netting=True)
_NOT_ANSWERED: Final = Unclear("it was not answered")


@dataclass(frozen=True, slots=True)
class _Market:
    """What placements are judged by, as of now."""

    listing: Listing
    mids: Mapping[str, float]


class HyperliquidBroker:
    """Implements Broker for any number of accounts; its methods are for any thread but the gateway's own.

    TWAPs, and orders with a moment when they rest no more, are written down in `notes`: the venue has no words for
    whose the former are, and until when the latter stay. `listens`: whether the socket tells what happens as it does;
    `poll_ms`: how often histories are read while it does not.
    """

    def __init__(
        self,
        gateway: Gateway,
        wallets: Iterable[Wallet],
        signer: Signer,
        nonces: NonceStore,
        notes: NoteStore,
        *,
        listens: bool = True,
        poll_ms: int = POLL_MS,
    ) -> None:
        self._gateway, self._client = gateway, gateway.client
        self._clock, self._listens = self._client.clock, listens
        self._wallets = {wallet.account_id: wallet for wallet in wallets}
        self._notes = {name: Notes(notes, name) for name in self._wallets}
        self._following = {
            name: Following(self._client, wallet.address, self._notes[name], poll_ms)
            for name, wallet in self._wallets.items()
        }
        self._prices = Prices(self._client)
        self._sender = Sender(gateway, signer, nonces)
        self._leverages = Leverages(gateway, self._sender)
        self._heard: set[str] = set()

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    # --- placing ---

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        """As Broker has it, for placements of one account.

        An action that provably did not leave while others did, or for which there is no budget, is Rejected
        (rate_limit). What the signer, or the venue, does not let us do is Rejected (not_allowed).
        """
        if not placements:
            return []
        placements = [_at_prices(each) for each in placements]
        wallet = self._wallet(placements[0].account_id)
        self._listen(wallet)
        market = self._gateway.read(self._market(wallet))
        changed = self._sender.know(market.listing)
        refused: list[Outcome | None] = [changed or self._refused(each, market) for each in placements]
        self._set_leverages(wallet, placements, refused, market.listing)
        return _filled_in(placements, refused, lambda kept: self._place(wallet, kept, market))

    def _place(self, wallet: Wallet, placements: Sequence[Placement], market: _Market) -> list[Outcome]:
        self._note(wallet, placements)
        requests = orders.placing(placements, market.listing, market.mids)
        sent = self._sender.send(wallet, [_placing(request, placements, market.mids) for request in requests])
        found = replies.by_asked(zip(requests, sent, strict=True), len(placements))
        self._keep_twaps(wallet, placements, found)
        return found

    def _refused(self, order: Placement, market: _Market) -> Outcome | None:
        """Why an order would surely be refused, before it costs a request."""
        if self._clock.now_ts() > order.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {order.expires_ts}")
        listed = market.listing.get(order.symbol)
        if listed is None:
            return Rejected(RejectCode.NOT_ALLOWED, f"Hyperliquid lists no {order.symbol}")
        breach = rules.breach(order, listed, market.mids.get(order.symbol, 0.0), minutes=_minutes(order))
        return breach or _unwritable(order, market)

    def _set_leverages(
        self, wallet: Wallet, placements: Sequence[Placement], refused: list[Outcome | None], listing: Listing
    ) -> None:
        """Before an entry leaves, the venue holds the leverage it was decided with; else it is refused."""
        entering = [each for each, outcome in zip(placements, refused, strict=True) if outcome is None]
        for symbol, setting in leverage.wanted(entering, wallet, listing).items():
            why = self._leverages.set(wallet, symbol, setting, partial(self._holds, wallet, symbol))
            for number, each in enumerate(placements):
                if each.symbol == symbol and not reduces(each):
                    refused[number] = refused[number] or why

    def _holds(self, wallet: Wallet, symbol: str) -> bool:
        return any(position.symbol == symbol for position in self.positions(wallet.account_id))

    def _note(self, wallet: Wallet, placements: Iterable[Placement]) -> None:
        """Write down what the venue will not remember; raises Unavailable, and nothing leaves."""
        self._notes[wallet.account_id].put(
            [_note_of(each) for each in placements if each.cancel_ts or each.kind is OrderKind.TWAP]
        )

    def _keep_twaps(self, wallet: Wallet, placements: Sequence[Placement], outcomes: Sequence[Outcome]) -> None:
        """The numbers that the venue gave them; where this is lost they are found by what was asked for, and when."""
        notes = self._notes[wallet.account_id]
        for asked, outcome in zip(placements, outcomes, strict=True):
            note = notes.get(asked.client_id) if asked.kind is OrderKind.TWAP else None
            if note is not None and isinstance(outcome, Accepted) and outcome.venue_order_id:
                notes.put([replace(note, twap_id=int(outcome.venue_order_id))])

    # --- cancelling ---

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        """As Broker has it, for orders of one account."""
        if not cancellations:
            return []
        wallet = self._wallet(cancellations[0].account_id)
        listing = self._gateway.read(self._client.listed())
        self._sender.know(listing)
        judged = [self._judged(wallet, each, listing) for each in cancellations]
        return _filled_in(cancellations, judged, lambda kept: self._cancel(wallet, kept, listing))

    def _cancel(self, wallet: Wallet, cancellations: Sequence[Cancellation], listing: Listing) -> list[Outcome]:
        requests = orders.cancelling(cancellations, listing)
        sent = self._sender.send(wallet, [_cancelling(request, cancellations) for request in requests])
        return replies.by_asked(zip(requests, sent, strict=True), len(cancellations))

    def _judged(self, wallet: Wallet, asked: Cancellation, listing: Listing) -> Outcome | None:
        """What needs no ordinary cancellation: what came too late or is nowhere; a person's order and a TWAP have one
        of their own.
        """
        if self._clock.now_ts() > asked.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {asked.expires_ts}")
        if listing.get(asked.symbol) is None:
            return Rejected(RejectCode.NO_SUCH_ORDER, f"Hyperliquid lists no {asked.symbol}")
        if is_number(asked.client_id):
            return self._cancel_foreign(wallet, asked)
        note = self._notes[wallet.account_id].get(asked.client_id)
        return self._cancel_twap(wallet, asked) if note is not None and note.minutes else None

    def _cancel_foreign(self, wallet: Wallet, asked: Cancellation) -> Outcome:
        """A person's order, which has the venue's number alone: a kill switch may be told to take all."""
        operation = CancelById(asked.symbol, (int(asked.client_id),), Shelf.BOOK)
        step = Step(operation, asked.expires_ts, Priority.CANCEL, 1, lambda reply: replies.cancelled(reply, 1))
        ((outcome,),) = self._sender.send(wallet, [step])
        return outcome

    def _cancel_twap(self, wallet: Wallet, asked: Cancellation) -> Outcome:
        twap = self._twap(wallet.account_id, asked.client_id)
        if twap is None or not running(twap):
            return Rejected(RejectCode.NO_SUCH_ORDER, "there is no such TWAP, or it has ended")
        operation = CancelById(asked.symbol, (twap.twap_id,), Shelf.TWAPS)
        step = Step(operation, asked.expires_ts, Priority.CANCEL, 1, lambda reply: [replies.twap(reply)])
        ((outcome,),) = self._sender.send(wallet, [step])
        return outcome

    def schedule_cancel(self, account_id: str, at_ts: int | None) -> Outcome:
        """The dead-man's switch: the venue cancels all orders of the account at `at_ts`, at least 5 s ahead, unless
        another time (or None: never) is told before. It grants this to accounts that have traded enough.
        """
        wallet = self._wallet(account_id)
        expires_ts = self._clock.now_ts() + VALID_MS
        step = Step(ScheduleCancel(at_ts), expires_ts, Priority.CANCEL, 1, lambda said: [replies.acknowledged(said)])
        ((outcome,),) = self._sender.send(wallet, [step])
        return outcome

    def _cancel_overdue(self, wallet: Wallet) -> None:
        """The venue knows no last moment of an order that rests; what this does not reach is tried the next time."""
        now_ts, notes = self._clock.now_ts(), self._notes[wallet.account_id]
        due = notes.overdue(now_ts)
        asked = [
            Cancellation(note.client_id, wallet.account_id, note.symbol, now_ts, now_ts + VALID_MS) for note in due
        ]
        for note, outcome in zip(due, self.cancel(asked), strict=True):
            gone = isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER
            if isinstance(outcome, Accepted) or (gone and now_ts > note.expires_ts):
                notes.end(note.client_id)

    # --- looking ---

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        note = self._notes[self._wallet(account_id).account_id].get(client_id)
        if note is None or not note.minutes:
            return self._gateway.read(self._find(account_id, client_id))
        twap = self._twap(account_id, client_id)
        return None if twap is None else _of_twap(client_id, twap)

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        """With triggers, children that wait for their entry, and TWAPs of ours that run."""
        found = self._gateway.read(self._open_orders(self._wallet(account_id)))
        if self._notes[account_id].twaps():
            twaps = self._gateway.read(self._following[account_id].twaps())
            found += [_of_twap(name, twap) for name, twap in twaps if running(twap)]
        return found

    def positions(self, account_id: str) -> list[VenuePosition]:
        return [position for one in self.accounts(account_id) for position in one.positions]

    def accounts(self, account_id: str) -> list[Account]:
        """What the venue shows of the account, on each dex that counts."""
        return self._gateway.read(self._accounts(self._wallet(account_id)))

    def equity(self, account_id: str) -> int:
        """What the account is worth as the venue shows it, in micro-dollars: cash and profit of open perps."""
        return sum(one.equity for one in self.accounts(account_id))

    def agents(self, account_id: str) -> tuple[Agent, ...]:
        """The named agents that the account's owner lets trade."""
        message = self._gateway.read(self._client.ask(info.agents(self._wallet(account_id).address)))
        return standing.agents(message)

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        """As Broker has it. Orders of ours whose time is over are cancelled on the way."""
        wallet = self._wallet(account_id)
        self._listen(wallet)
        self._cancel_overdue(wallet)
        return self._gateway.read(self._following[account_id].events(cursor))

    def _listen(self, wallet: Wallet) -> None:
        """Let the socket tell what happens to an account, and all mids, from the first that concerns it on."""
        if not self._listens or wallet.account_id in self._heard:
            return
        if not self._heard:
            self._gateway.read(self._prices.listen())
        self._gateway.read(self._following[wallet.account_id].listen())
        self._heard.add(wallet.account_id)

    def _twap(self, account_id: str, client_id: str) -> TwapReport | None:
        return dict(self._gateway.read(self._following[account_id].twaps())).get(client_id)

    def _wallet(self, account_id: str) -> Wallet:
        found = self._wallets.get(account_id)
        if found is None:
            raise NotFound(Code.LIVE_NOT_FOUND, f"there is no account {account_id} here", seen=account_id)
        return found

    # --- on the loop ---

    async def _market(self, wallet: Wallet) -> _Market:
        await self._client.count_allowance(wallet.address)
        return _Market(await self._client.listed(), await self._prices.mids())

    async def _find(self, account_id: str, client_id: str) -> VenueOrder | None:
        following = self._following[account_id]
        report = await following.order(cloid(client_id))
        if report is None:
            return None
        return replace(report.order(), kind=kind_of(report), filled=await following.filled(report))

    async def _open_orders(self, wallet: Wallet) -> list[VenueOrder]:
        found: dict[int, VenueOrder] = {}
        for dex in self._client.dexs:
            rows = _with_children(await self._client.ask(info.open_orders(wallet.address, dex)))
            known = await self._client.known(rows, order_reports.open_orders)
            found |= {one.oid: one.order() for one in known.rows}
        return list(found.values())

    async def _accounts(self, wallet: Wallet) -> list[Account]:
        found = []
        for dex in self._client.dexs:
            message = await self._client.ask(info.account(wallet.address, dex))
            found.append(await self._client.known(message, account.account))
        return found


def _filled_in(
    asked: Sequence[Any], judged: Sequence[Outcome | None], rest: Callable[[list[Any]], Sequence[Outcome]]
) -> list[Outcome]:
    """The outcomes that are known, and those that `rest` gives for what is not judged yet, in its place."""
    open_ones = [one for one, outcome in zip(asked, judged, strict=True) if outcome is None]
    given = iter(rest(open_ones) if open_ones else ())
    return [outcome if outcome is not None else next(given, _NOT_ANSWERED) for outcome in judged]


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
        return Rejected(RejectCode.RATE_LIMIT, error.message, LATER_MS)
    return None


def _placing(request: Request, placements: Sequence[Placement], mids: Mapping[str, float]) -> Step:
    asked = tuple(placements[number] for number in dict.fromkeys(part.asked for part in request.parts))
    known = {each.symbol: mids[each.symbol] for each in asked if each.symbol in mids}
    return Step(Place(asked, known), request.expires_ts, _priority(asked), len(request.parts), _reading(request))


def _reading(request: Request) -> Reading:
    if request.action["type"] == "twapOrder":
        return lambda reply: [replies.twap(reply)]
    return lambda reply: [one.outcome for one in replies.placed(reply, request.parts)]


def _cancelling(request: Request, cancellations: Sequence[Cancellation]) -> Step:
    asked, count = tuple(cancellations[part.asked] for part in request.parts), len(request.parts)
    return Step(
        Cancel(asked), request.expires_ts, Priority.CANCEL, count, lambda reply: replies.cancelled(reply, count)
    )


def _priority(placements: Iterable[Placement]) -> Priority:
    """Of an action: that of the most urgent order in it."""
    return min(
        Priority.STOP if each.kind is OrderKind.STOP else Priority.CLOSE if reduces(each) else Priority.OPEN
        for each in placements
    )


def _minutes(order: Placement) -> int:
    return orders.twap_minutes(order.slices) if order.kind is OrderKind.TWAP else 0


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


def _of_twap(client_id: str, twap: TwapReport) -> VenueOrder:
    return VenueOrder(
        client_id,
        str(twap.twap_id),
        "",
        twap.symbol,
        OrderKind.TWAP,
        twap.side,
        twap.lots,
        twap.filled,
        twap_state(twap),
        reduce_only=twap.reduce_only,
    )


def _with_children(rows: Any) -> Any:
    """Open orders with those that wait inside of them; what is no list is the reader's to judge."""
    if not isinstance(rows, list):
        return rows
    children = [child for row in rows if isinstance(row, dict) for child in row.get("children") or ()]
    return [*rows, *children]
