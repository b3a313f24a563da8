"""Pacifica as the order desk sees it.

What a reply proves is said, and no more: after bytes may have left, only the venue's own word makes an order accepted
or refused. Every request bears the span in which it may be booked; the same one is never sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from paddock.core.errors import Code, NotFound
from paddock.core.orders import OrderKind
from paddock.venues.broker import (
    Cancellation,
    Capabilities,
    Outcome,
    Placement,
    RejectCode,
    Rejected,
    VenueEvent,
    VenueOrder,
    VenuePosition,
)
from paddock.venues.notes import Note, Notes, NoteStore
from paddock.venues.overdue import Overdue
from paddock.venues.pacifica.codec import account, outcomes, queries
from paddock.venues.pacifica.codec.account import Account, Position
from paddock.venues.pacifica.codec.ids import is_number
from paddock.venues.pacifica.codec.instruments import VENUE, Listing
from paddock.venues.pacifica.following import POLL_MS, Following
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.leverage import EARLY_MS
from paddock.venues.pacifica.placing import Placing
from paddock.venues.pacifica.prices import Prices
from paddock.venues.sending import VALID_MS, Sender, Step, filled_in
from paddock.venues.signing.operations import Cancel, CancelById, Operation, Shelf, SignedRequest
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.http import Reply
from paddock.venues.wallet import Wallet

CAPABILITIES: Final = Capabilities(relative_brackets=False, attached_brackets=True, dedups=False, netting=True)
_SHELVES: Final = {OrderKind.STOP: Shelf.TRIGGERS, OrderKind.TWAP: Shelf.TWAPS}


class PacificaSender(Sender):
    def __init__(self, gateway: Gateway, signer: Signer) -> None:
        super().__init__(gateway, signer, VENUE, gateway.client.endpoint.network)
        self._client = gateway.client

    def number(self, wallet: Wallet, step: Step) -> int:
        return step.sent_ts

    async def post(self, wallet: Wallet, request: SignedRequest, priority: Priority) -> Reply:
        return await self._client.act(request, priority)


class PacificaBroker:
    """Implements Broker for any number of accounts; its methods are for any thread but the gateway's own.

    Orders with a moment when they rest no more are written down in `notes`: the venue knows no such moment. `listens`:
    whether sockets tell what happens as it does; `poll_ms`: how often histories are read while they do not.
    """

    def __init__(
        self,
        gateway: Gateway,
        wallets: Iterable[Wallet],
        signer: Signer,
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
        self._sender = PacificaSender(gateway, signer)
        self._placing = Placing(gateway, self._sender, self._prices, self._holds)
        valid_ms = self._client.endpoint.ms(VALID_MS)
        self._overdue = {
            name: Overdue(name, self._notes[name], self._clock, self.cancel, valid_ms) for name in self._wallets
        }
        self._heard: set[str] = set()

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    # --- placing ---

    def place(self, placements: Sequence[Placement]) -> list[Outcome]:
        """As Broker has it, for placements of one account.

        A request that provably did not leave while others did, or for which there is no budget, is Rejected
        (rate_limit). What the signer, or the venue, does not let us do is Rejected (not_allowed).
        """
        if not placements:
            return []
        wallet = self._wallet(placements[0].account_id)
        self._listen(wallet)
        self._notes[wallet.account_id].put([_note_of(each) for each in placements if each.cancel_ts])
        following = self._following[wallet.account_id]
        for each in placements:
            following.placing(each.client_id, each.kind, _SHELVES.get(each.kind, Shelf.BOOK))
            levels = {OrderKind.STOP: each.bracket.stop_client_id, OrderKind.TAKE: each.bracket.take_client_id}
            for kind, client_id in levels.items():
                if client_id:
                    following.placing(client_id, kind, Shelf.TRIGGERS)
        return self._placing.place(wallet, placements)

    def _holds(self, wallet: Wallet, symbol: str) -> bool:
        return any(position.symbol == symbol for position in self.positions(wallet.account_id))

    # --- cancelling ---

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        """As Broker has it, for orders of one account."""
        if not cancellations:
            return []
        wallet = self._wallet(cancellations[0].account_id)
        listing = self._gateway.read(self._client.listed(priority=Priority.CANCEL))
        self._sender.know(listing.markets)
        shelves = self._shelves(wallet, cancellations)
        judged = [self._judged(each, shelves, listing) for each in cancellations]
        return filled_in(cancellations, judged, lambda kept: self._cancel(wallet, kept, shelves))

    def _cancel(
        self, wallet: Wallet, cancellations: Sequence[Cancellation], shelves: Mapping[str, Shelf]
    ) -> list[Outcome]:
        steps = [_cancelling(each, shelves[each.client_id]) for each in cancellations]
        return [outcome for (outcome,) in self._sender.send(wallet, steps)]

    def _shelves(self, wallet: Wallet, cancellations: Iterable[Cancellation]) -> Mapping[str, Shelf]:
        """Where each waits: triggers and TWAPs are cancelled by requests of their own. What this process does not know
        the venue is asked for; what does not rest has no shelf.
        """
        following = self._following[wallet.account_id]
        named = {each.client_id for each in cancellations}
        if any(following.shelf(name) is None for name in named):
            self._gateway.read(following.resting(Priority.CANCEL))
        return {name: shelf for name in named if (shelf := following.shelf(name)) is not None}

    def _judged(self, asked: Cancellation, shelves: Mapping[str, Shelf], listing: Listing) -> Outcome | None:
        """What needs no request: what came too late, or rests nowhere."""
        if self._clock.now_ts() > asked.expires_ts:
            return Rejected(RejectCode.EXPIRED, f"it was to arrive by {asked.expires_ts}")
        if asked.symbol not in listing.markets:
            return Rejected(RejectCode.NO_SUCH_ORDER, f"Pacifica lists no {asked.symbol}")
        if asked.client_id not in shelves:
            return Rejected(RejectCode.NO_SUCH_ORDER, "no such order rests")
        return None

    # --- looking ---

    def find(self, account_id: str, client_id: str) -> VenueOrder | None:
        """As Broker has it; of orders that ended more than a day ago nothing is known."""
        self._wallet(account_id)
        found = self._gateway.read(self._following[account_id].order(client_id))
        return None if found is None else found.seen

    def open_orders(self, account_id: str) -> list[VenueOrder]:
        """With triggers, levels that wait for their entry, and TWAPs that run."""
        self._wallet(account_id)
        return [row.seen for row in self._gateway.read(self._following[account_id].resting())]

    def positions(self, account_id: str) -> list[VenuePosition]:
        return [position.held for position in self.held(account_id)]

    def held(self, account_id: str) -> Sequence[Position]:
        """Positions with what the venue says of their margin."""
        return self._gateway.read(self._positions(self._wallet(account_id)))

    def account(self, account_id: str) -> Account:
        """The account's money as the venue shows it."""
        message = self._gateway.read(self._client.data(queries.account(self._wallet(account_id).address)))
        return account.account(message)

    def equity(self, account_id: str) -> int:
        """What the account is worth as the venue shows it, in micro-dollars."""
        return self.account(account_id).equity

    def events(self, account_id: str, cursor: str) -> tuple[list[VenueEvent], str]:
        """As Broker has it. Orders of ours whose time is over are cancelled on the way."""
        wallet = self._wallet(account_id)
        self._listen(wallet)
        self._overdue[account_id].end()
        return self._gateway.read(self._following[account_id].events(cursor))

    def _listen(self, wallet: Wallet) -> None:
        """Let sockets tell what happens to an account, and all prices, from the first that concerns it on."""
        if not self._listens or wallet.account_id in self._heard:
            return
        if not self._heard:
            self._gateway.read(self._prices.listen())
        self._gateway.read(self._following[wallet.account_id].listen())
        self._heard.add(wallet.account_id)

    def close(self) -> None:
        """As Listening has it."""
        self._gateway.read(self._unlisten())

    async def _unlisten(self) -> None:
        for following in self._following.values():
            following.unlisten()
        self._prices.unlisten()
        self._heard.clear()

    def _wallet(self, account_id: str) -> Wallet:
        found = self._wallets.get(account_id)
        if found is None:
            raise NotFound(Code.LIVE_NOT_FOUND, f"there is no account {account_id} here", seen=account_id)
        return found

    async def _positions(self, wallet: Wallet) -> Sequence[Position]:
        return await self._client.known(await self._client.data(queries.positions(wallet.address)), account.positions)


def _cancelling(asked: Cancellation, shelf: Shelf) -> Step:
    """Ours by its client id; a person's order has the venue's number alone."""
    early = replace(asked, sent_ts=asked.sent_ts - EARLY_MS)
    operation: Operation = Cancel((early,), shelf)
    if is_number(asked.client_id):
        operation = CancelById(asked.symbol, (int(asked.client_id),), shelf)
    return Step(operation, asked.expires_ts, Priority.CANCEL, 1, _cancelled, early.sent_ts)


def _cancelled(reply: Reply) -> list[Outcome]:
    return [outcomes.outcome(reply.status, reply.headers, reply.body, cancelling=True)]


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
    )
