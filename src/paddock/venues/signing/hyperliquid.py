"""Hyperliquid's requests for the signer: secp256k1 keys, L1 actions, one signed request for an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from coincurve import PrivateKey
from pydantic import TypeAdapter
from pydantic_core import to_json

from paddock.core.errors import Code, Invalid
from paddock.venues.evm import ORDER, address_of, keccak256, signed
from paddock.venues.hyperliquid.codec import actions, orders
from paddock.venues.hyperliquid.codec.actions import Builder
from paddock.venues.hyperliquid.codec.instruments import Listing, Market
from paddock.venues.hyperliquid.codec.signing import Action, sign
from paddock.venues.hyperliquid.codec.signing import Network as Chain
from paddock.venues.hyperliquid.codec.typed import address_bytes
from paddock.venues.signing import dialect
from paddock.venues.signing.grant import Grant, Network
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

PATH: Final = "/exchange"
# A simulator of ours is a test network to every client.
CHAINS: Final = {Network.MAINNET: Chain.MAINNET, Network.TESTNET: Chain.TESTNET, Network.SIMULATOR: Chain.TESTNET}

_markets: Final = TypeAdapter(dict[str, Market])


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An action with its nonce and last moment."""

    chain: Chain
    action: Action
    nonce: int
    expires_ts: int

    @property
    def identity(self) -> bytes:
        return to_json([self.chain, self.nonce, self.expires_ts, self.action])

    def signed(self, secret: bytes) -> SignedRequest:
        body = sign(PrivateKey(secret), self.chain, self.action, self.nonce, expires_after=self.expires_ts)
        return SignedRequest(self.action["type"], PATH, body)


class Hyperliquid:
    """What the signer asks of a venue (`dialect.Dialect`)."""

    def new_secret(self, entropy: Entropy) -> bytes:
        while True:
            secret = entropy(SECRET_BYTES)
            if 0 < int.from_bytes(secret, "big") < ORDER:
                return secret

    def address(self, secret: bytes) -> str:
        return address_of(PrivateKey(secret).public_key).lower()

    def main_address(self, text: str) -> str:
        return "0x" + address_bytes(text).hex()

    def approved(self, secret: bytes, exact: bytes) -> str:
        return "0x" + signed(PrivateKey(secret), keccak256(exact)).hex()

    def markets(self, told: object) -> Mapping[str, Market]:
        return _markets.validate_python(told)

    def identity(self, market: dialect.Market) -> tuple[object, ...]:
        market = cast(Market, market)
        grid = market.instrument
        return market.asset, grid.px_decimals, grid.qty_decimals, grid.kind

    def unsigned(self, grant: Grant, order: Order, markets: Mapping[str, dialect.Market]) -> Sequence[Unsigned]:
        listing = Listing(cast(Mapping[str, Market], markets))
        action = _action(order, listing, Builder(grant.builder, grant.builder_fee) if grant.builder else None)
        return [Unsigned(CHAINS[grant.network], action, order.nonce, order.expires_ts)]


def _action(order: Order, listing: Listing, builder: Builder | None) -> Action:
    match order.operation:
        case Place(placements, ref_px):
            return _one(orders.placing(placements, listing, ref_px, builder=builder), order)
        case Cancel(cancellations, _):
            return _one(orders.cancelling(cancellations, listing), order)
        case CancelById(symbol, ids, Shelf.TWAPS):
            return actions.twap_cancel(listing[symbol].asset, _single(ids))
        case CancelById(symbol, ids, _):
            return actions.cancel([(listing[symbol].asset, oid) for oid in ids])
        case Leverage(symbol, leverage, cross):
            return actions.update_leverage(listing[symbol].asset, leverage, cross=cross)
        case ScheduleCancel(at_ts):
            return actions.schedule_cancel(at_ts)
        case MarginMode():
            raise _no_words("margin_mode", "the margin mode is set together with the leverage")


def _one(requests: Sequence[orders.Request], order: Order) -> Action:
    """The one action of a request; its orders share a last moment, which is the request's."""
    if len(requests) != 1 or requests[0].expires_ts != order.expires_ts:
        seen = f"{len(requests)} actions, until {', '.join(str(each.expires_ts) for each in requests)}"
        raise _no_words(seen, f"orders of one request are one action, and expire with it at {order.expires_ts}")
    return requests[0].action


def _single(ids: Sequence[Any]) -> Any:
    if len(ids) != 1:
        raise _no_words(f"{len(ids)} TWAPs", "a TWAP is cancelled alone")
    return ids[0]


def _no_words(seen: str, rule: str) -> Invalid:
    return Invalid(Code.VALUE, "Hyperliquid has no such request", where="operation", seen=seen, rule=rule)
