"""Trades as the venue tells them: of an account with what they did to it, and of everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from paddock.venues.exchange.events import Funded, Traded, TradeSide
from paddock.venues.pacifica.simulator.listing import Coin
from paddock.venues.pacifica.simulator.numbers import decimal, funding_rate, px, px_near, usd
from paddock.venues.pacifica.simulator.words import CAUSES

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fill:
    """One row of an account's trades. `entry` in ticks; `pnl` is net of `fee`, both in micro-dollars.

    `client_id` is the order's; a TWAP's slices have that of the TWAP [?].
    """

    history_id: int
    li: int
    coin: Coin
    event: Traded
    party: TradeSide
    client_id: str
    side: str
    lots: int
    entry: Fraction
    fee: int
    pnl: int

    @property
    def named(self) -> Row:
        """As `/trades/history` has it."""
        return {
            "history_id": self.history_id,
            "order_id": self.party.order_id,
            "client_order_id": self.client_id or None,
            "symbol": self.coin.symbol,
            "amount": decimal(self.lots, self.coin.qty_decimals),
            "price": px(self.event.px),
            "entry_price": px_near(self.entry),
            "fee": usd(self.fee),
            "pnl": usd(self.pnl),
            "event_type": self._role,
            "side": self.side,
            "created_at": self.event.ts,
            "cause": CAUSES[self.event.method],
        }

    @property
    def lettered(self) -> Row:
        """As the socket has it."""
        return {
            "h": self.history_id,
            "i": self.party.order_id,
            "I": self.client_id or None,
            "u": self.party.account,
            "s": self.coin.symbol,
            "p": px(self.event.px),
            "o": px_near(self.entry),
            "a": decimal(self.lots, self.coin.qty_decimals),
            "te": self._role,
            "ts": self.side,
            "tc": CAUSES[self.event.method],
            "f": usd(self.fee),
            "n": usd(self.pnl),
            "t": self.event.ts,
            "it": 0,
            "li": self.li,
        }

    @property
    def _role(self) -> str:
        return "fulfill_maker" if self.party.maker else "fulfill_taker"


def fills(event: Traded, party: TradeSide, coin: Coin, li: int, client_id: str, ids: Iterator[int]) -> list[Fill]:
    """What a trade was for one party: a trade that turns a position round closes it first and then opens the other.

    The fee of such a trade is shared by size; realised profit belongs to the part that closes.
    """
    closing = min(event.lots, abs(party.start_lots)) if party.start_lots * int(party.side) < 0 else 0
    closing_fee = party.fee * closing // event.lots
    rows: list[Fill] = []

    def tell(side: str, lots: int, entry: Fraction, fee: int, pnl: int) -> None:
        rows.append(Fill(next(ids), li, coin, event, party, client_id, side, lots, entry, fee, pnl))

    if closing:
        side = "close_long" if party.start_lots > 0 else "close_short"
        entry = _entry(coin, party.start_cost, party.start_lots)
        tell(side, closing, entry, closing_fee, party.realised - closing_fee)
    if event.lots > closing:
        side, fee = "open_long" if party.side > 0 else "open_short", party.fee - closing_fee
        tell(side, event.lots - closing, _entry(coin, party.end_cost, party.end_lots), fee, -fee)
    return rows


def public_named(event: Traded, coin: Coin) -> Row:
    """A row of `/trades`."""
    return {
        "event_type": "fulfill_taker",
        "price": px(event.px),
        "amount": decimal(event.lots, coin.qty_decimals),
        "side": _direction(event.taker),
        "cause": CAUSES[event.method],
        "created_at": event.ts,
    }


def public_lettered(event: Traded, coin: Coin, history_id: int, li: int) -> Row:
    """A row of the channel `trades`."""
    return {
        "h": history_id,
        "s": coin.symbol,
        "a": decimal(event.lots, coin.qty_decimals),
        "p": px(event.px),
        "d": _direction(event.taker),
        "tc": CAUSES[event.method],
        "t": event.ts,
        "it": 0,
        "li": li,
    }


def funding(event: Funded, coin: Coin, history_id: int) -> Row:
    """A payment, received when positive."""
    return {
        "history_id": history_id,
        "symbol": coin.symbol,
        "side": "bid" if event.lots > 0 else "ask",
        "amount": decimal(abs(event.lots), coin.qty_decimals),
        "payout": usd(event.amount),
        "rate": funding_rate(event.rate),
        "created_at": event.ts,
    }


def _direction(party: TradeSide) -> str:
    """What it did to its position; one that turns round counts as closing."""
    if party.start_lots * int(party.side) < 0:
        return "close_long" if party.start_lots > 0 else "close_short"
    return "open_long" if party.side > 0 else "open_short"


def _entry(coin: Coin, cost: int, lots: int) -> Fraction:
    return coin.contract.tick_lots(abs(cost)) / abs(lots)
