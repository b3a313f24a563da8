"""Pacifica's requests for the signer: Ed25519 keys, a signed request for each order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from nacl.signing import SigningKey
from pydantic import TypeAdapter

from paddock.core.errors import Code, Invalid
from paddock.venues import base58
from paddock.venues.pacifica.codec import account_actions, orders
from paddock.venues.pacifica.codec.instruments import Market
from paddock.venues.pacifica.codec.operations import Draft
from paddock.venues.pacifica.codec.signing import KEY_BYTES, address_of, signed
from paddock.venues.signing import dialect
from paddock.venues.signing.grant import Grant
from paddock.venues.signing.keystore import SECRET_BYTES, Entropy
from paddock.venues.signing.operations import (
    Cancel,
    CancelById,
    Leverage,
    MarginMode,
    Order,
    Place,
    ScheduleCancel,
    Shelf,
    SignedRequest,
)

_SHELVES: Final = {
    Shelf.BOOK: orders.Shelf.BOOK,
    Shelf.TRIGGERS: orders.Shelf.TRIGGERS,
    Shelf.TWAPS: orders.Shelf.TWAPS,
}
_markets: Final = TypeAdapter(dict[str, Market])


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A draft of an account."""

    account: str
    draft: Draft

    @property
    def identity(self) -> bytes:
        return self.account.encode() + self.draft.message

    def signed(self, secret: bytes) -> SignedRequest:
        body = signed(self.draft, SigningKey(secret), self.account)
        return SignedRequest(self.draft.type, self.draft.path, body)


class Pacifica:
    """What the signer asks of a venue (`dialect.Dialect`)."""

    def new_secret(self, entropy: Entropy) -> bytes:
        return entropy(SECRET_BYTES)

    def address(self, secret: bytes) -> str:
        return address_of(SigningKey(secret))

    def main_address(self, text: str) -> str:
        try:
            base58.decode(text, KEY_BYTES)
        except ValueError:
            rule = f"an address is {KEY_BYTES} bytes in base58"
            raise Invalid(Code.VALUE, "this is no address", where="main", seen=text[:60], rule=rule) from None
        return text

    def approved(self, secret: bytes, exact: bytes) -> str:
        return base58.encode(SigningKey(secret).sign(exact).signature)

    def markets(self, told: object) -> Mapping[str, Market]:
        return _markets.validate_python(told)

    def identity(self, market: dialect.Market) -> tuple[object, ...]:
        grid = market.instrument
        return grid.px_decimals, grid.qty_decimals, grid.kind

    def unsigned(self, grant: Grant, order: Order, markets: Mapping[str, dialect.Market]) -> Sequence[Unsigned]:
        drafts = list(_drafts(order, cast(Mapping[str, Market], markets), grant.builder))
        for draft in drafts:
            if (draft.timestamp, draft.timestamp + draft.window_ms) != (order.nonce, order.expires_ts):
                raise Invalid(
                    Code.VALUE,
                    "what is signed together is of one time",
                    where="nonce",
                    seen=f"{draft.timestamp}, until {draft.timestamp + draft.window_ms}",
                    rule=f"it is sent at {order.nonce} and expires at {order.expires_ts}, as the request says",
                )
        return [Unsigned(grant.main, draft) for draft in drafts]


def _drafts(order: Order, markets: Mapping[str, Market], builder: str) -> Iterator[Draft]:
    sent_ts, expires_ts = order.nonce, order.expires_ts
    match order.operation:
        case Place(placements, ref_px):
            for placement in placements:
                market, px = markets[placement.symbol], ref_px.get(placement.symbol, 0.0)
                yield orders.placed(placement, market, ref_px=px, builder_code=builder)
        case Cancel(cancellations, shelf):
            for cancellation in cancellations:
                yield orders.cancelled(cancellation, _SHELVES[shelf])
        case CancelById(symbol, ids, shelf):
            for order_id in ids:
                yield orders.cancelled_by_id(symbol, order_id, _SHELVES[shelf], sent_ts, expires_ts)
        case Leverage(symbol, times, _):
            yield account_actions.leverage(symbol, times, sent_ts, expires_ts - sent_ts)
        case MarginMode(symbol, isolated):
            yield account_actions.margin_mode(symbol, sent_ts, expires_ts - sent_ts, isolated=isolated)
        case ScheduleCancel():
            raise _no_words(order, "it knows orders, cancellations, leverage and margin mode")


def _no_words(order: Order, rule: str) -> Invalid:
    return Invalid(Code.VALUE, "Pacifica has no such request", where="operation", seen=order.operation.op, rule=rule)
