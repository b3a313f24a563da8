"""Who trades with a person who is alone? A market maker that quotes a deep book around a price it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from paddock.core.orders import Side
from paddock.venues.exchange import prices
from paddock.venues.exchange.exchange import Exchange
from paddock.venues.exchange.orders import Order
from paddock.venues.exchange.requests import Request, Tif
from paddock.venues.exchange.units import RATE_ONE, USD

MAKER: Final = "maker"
TAKER: Final = "taker"  # the other side of the trades that the tape tells of


@dataclass(frozen=True, slots=True)
class Quoting:
    """`spread` (between best bid and ask) and `gap` (between levels) are 1e-10 of the price; at least one step each.

    `value`: micro-dollars at each of the `levels` of a side. `premium`: how far (1e-10) the market stands above the
    oracle.
    """

    spread: int = RATE_ONE // 10_000
    gap: int = RATE_ONE // 10_000
    levels: int = 20
    value: int = 50_000 * USD
    premium: int = 0


class MarketMaker:
    """Quotes one symbol. What stands in the way of its new quotes it trades with, as any taker would.

    Levels lie on fixed multiples of the gap, so that a small move of the price leaves most of the book as it is. Each
    move fills up what was taken meanwhile.
    """

    def __init__(self, exchange: Exchange, symbol: str, quoting: Quoting | None = None) -> None:
        self._exchange, self._symbol = exchange, symbol
        self._quoting = quoting or Quoting()
        self._contract = exchange.contracts[symbol]
        self._quotes: dict[tuple[Side, int], Order] = {}
        self._px = 0
        exchange.set_house(MAKER)
        exchange.set_house(TAKER)

    def move(self, px: int, lots: int = 0) -> None:
        """Quote around `px`, let `lots` trade in the direction of the move, then set the mark and the oracle."""
        wanted = self._wanted(px)
        self._quote(wanted)
        if lots:
            self._print(Side.BUY if px >= self._px else Side.SELL, lots, wanted)
            self._quote(wanted)
        self._px = px
        oracle = px * RATE_ONE // (RATE_ONE + self._quoting.premium)
        self._exchange.set_prices(self._symbol, px, oracle)

    def _wanted(self, px: int) -> dict[tuple[Side, int], int]:
        """Lots by side and price."""
        quoting, contract = self._quoting, self._contract
        half = px * quoting.spread // (2 * RATE_ONE)
        step = contract.step(px)
        gap = max(px * quoting.gap // RATE_ONE // step * step, step)
        lots = max(_two_figures(int(contract.tick_lots(quoting.value) / px)) // contract.lot, 1) * contract.lot
        wanted: dict[tuple[Side, int], int] = {}
        best = min((px - half) // gap * gap, prices.rounded(contract, px - 1, up=False))
        for level in range(quoting.levels):
            wanted[Side.BUY, prices.rounded(contract, best - level * gap, up=False)] = lots
        best = max(-(-(px + half) // gap) * gap, prices.rounded(contract, px + 1, up=True))
        for level in range(quoting.levels):
            wanted[Side.SELL, prices.rounded(contract, best + level * gap, up=True)] = lots
        return {(side, at): size for (side, at), size in wanted.items() if at > 0}

    def _quote(self, wanted: dict[tuple[Side, int], int]) -> None:
        """Cancel what is not wanted or not whole any more, and place what is missing."""
        for key, order in list(self._quotes.items()):
            if order.ended or wanted.get(key) != order.left:
                self._exchange.cancel(MAKER, order.order_id)
                del self._quotes[key]
        for key, lots in wanted.items():
            if key not in self._quotes:
                side, px = key
                order = self._exchange.submit(Request(MAKER, self._symbol, side, lots, px))
                if not order.ended:
                    self._quotes[key] = order

    def _print(self, side: Side, lots: int, wanted: dict[tuple[Side, int], int]) -> None:
        """Trade up to the maker's own best quote, so that what others offer inside of it goes first."""
        best = min((px * side for quoted, px in wanted if quoted is not side), default=0) * side
        whole = lots // self._contract.lot * self._contract.lot
        if best and whole:
            self._exchange.submit(Request(TAKER, self._symbol, side, whole, best, Tif.IOC))


def _two_figures(number: int) -> int:
    """Cut to two significant figures, so that sizes stay the same while the price moves a little."""
    unit = int(10 ** max(len(str(number)) - 2, 0))
    return number // unit * unit
