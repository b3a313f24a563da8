"""Hyperliquid as the order desk sees it.

What a reply proves is said, and no more: after bytes may have left, only the venue's own word makes an order accepted
or refused. Every action bears a nonce of its own and a last moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

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
from paddock.venues.hyperliquid.codec import account, info, order_reports, orders, replies, standing
from paddock.venues.hyperliquid.codec.account import Account
from paddock.venues.hyperliquid.codec.history import TwapReport
from paddock.venues.hyperliquid.codec.ids import cloid, is_number
from paddock.venues.hyperliquid.codec.instruments import Listing
from paddock.venues.hyperliquid.codec.orders import Request
from paddock.venues.hyperliquid.codec.standing import Agent
from paddock.venues.hyperliquid.following import POLL_MS, Following, kind_of, running, twap_state
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.placing import Placing
from paddock.venues.hyperliquid.prices import Prices
from paddock.venues.hyperliquid.sending import Sender
from paddock.venues.notes import Notes, NoteStore
from paddock.venues.overdue import Overdue
from paddock.venues.sending import VALID_MS, Step, filled_in
from paddock.venues.signing.operations import Cancel, CancelById, ScheduleCancel, Shelf
from paddock.venues.signing.signer import Signer
from paddock.venues.transport.budget import Priority
from paddock.venues.transport.nonces import NonceStore
from paddock.venues.wallet import Wallet

CAPABILITIES: Final = Capabilities(relative_brackets=False, attached_brackets=True, dedups=False, netting=True)


class HyperliquidBroker:
    """Implements Listening for any number of accounts; its methods are for any thread but the gateway's own.

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

        An action that provably did not leave while others did, or for which there is no budget, is Rejected
        (rate_limit). What the signer, or the venue, does not let us do is Rejected (not_allowed).
        """
        if not placements:
            return []
        wallet = self._wallet(placements[0].account_id)
        return self._placing.place(wallet, self._notes[wallet.account_id], placements)

    # --- cancelling ---

    def cancel(self, cancellations: Sequence[Cancellation]) -> list[Outcome]:
        """As Broker has it, for orders of one account."""
        if not cancellations:
            return []
        wallet = self._wallet(cancellations[0].account_id)
        symbols = frozenset(each.symbol for each in cancellations)
        listing = self._gateway.read(self._client.listed_before(symbols, Priority.CANCEL))
        self._sender.know(listing.markets)
        judged = [self._judged(wallet, each, listing) for each in cancellations]
        return filled_in(cancellations, judged, lambda kept: self._cancel(wallet, kept, listing))

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
        twap = self._twap(wallet.account_id, asked.client_id, Priority.CANCEL)
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
        expires_ts = self._clock.now_ts() + self._client.endpoint.ms(VALID_MS)
        step = Step(ScheduleCancel(at_ts), expires_ts, Priority.CANCEL, 1, lambda said: [replies.acknowledged(said)])
        ((outcome,),) = self._sender.send(wallet, [step])
        return outcome

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
        self._overdue[account_id].end()
        return self._gateway.read(self._following[account_id].events(cursor))

    def _listen(self, wallet: Wallet) -> None:
        """Let the socket tell what happens to an account, and all mids, from the first that concerns it on."""
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

    def _twap(self, account_id: str, client_id: str, priority: Priority = Priority.READ) -> TwapReport | None:
        return dict(self._gateway.read(self._following[account_id].twaps(priority))).get(client_id)

    def _holds(self, wallet: Wallet, symbol: str) -> bool:
        """Asked before an entry."""
        found = self._gateway.read(self._accounts(wallet, Priority.OPEN))
        return any(position.symbol == symbol for one in found for position in one.positions)

    def _wallet(self, account_id: str) -> Wallet:
        found = self._wallets.get(account_id)
        if found is None:
            raise NotFound(Code.LIVE_NOT_FOUND, f"there is no account {account_id} here", seen=account_id)
        return found

    # --- on the loop ---

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

    async def _accounts(self, wallet: Wallet, priority: Priority = Priority.READ) -> list[Account]:
        found = []
        for dex in self._client.dexs:
            message = await self._client.ask(info.account(wallet.address, dex), priority)
            found.append(await self._client.known(message, account.account))
        return found


def _cancelling(request: Request, cancellations: Sequence[Cancellation]) -> Step:
    asked, count = tuple(cancellations[part.asked] for part in request.parts), len(request.parts)
    return Step(
        Cancel(asked), request.expires_ts, Priority.CANCEL, count, lambda reply: replies.cancelled(reply, count)
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
