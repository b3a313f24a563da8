"""What is traded at the simulated venue: perps with Pacifica's grids. One has isolated margin only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from paddock.venues.exchange import Contract
from paddock.venues.exchange.units import USD
from paddock.venues.pacifica.simulator.numbers import PX_DECIMALS, scaled

_DEEP: Final = frozenset({"BTC", "ETH"})  # their impact prices are of more money
_LIMIT_TO_MARKET: Final = 10
# From this leverage on, a market order may be worth so many dollars.
_LARGEST: Final = ((50, 4_000_000), (20, 1_000_000), (10, 500_000), (0, 250_000))


@dataclass(frozen=True, slots=True)
class Coin:
    """A perp with its grid as the venue writes it. `px` is where it starts, in dollars."""

    symbol: str
    tick_size: str
    lot_size: str
    max_leverage: int
    px: str
    max_tick: str = "1000000"
    max_order_size: str = "5000000"
    isolated_only: bool = False
    created_at: int = 1_748_881_333_944

    @property
    def qty_decimals(self) -> int:
        return len(self.lot_size.partition(".")[2])

    @property
    def start_px(self) -> int:
        """In ticks of the exchange."""
        return scaled(self.px, PX_DECIMALS) or 0

    @property
    def contract(self) -> Contract:
        largest = next(dollars for leverage, dollars in _LARGEST if self.max_leverage >= leverage) * USD
        return Contract(
            self.symbol,
            px_decimals=PX_DECIMALS,
            qty_decimals=self.qty_decimals,
            max_leverage=self.max_leverage,
            tick=scaled(self.tick_size, PX_DECIMALS) or 1,
            lot=scaled(self.lot_size, self.qty_decimals) or 1,
            max_px=scaled(self.max_tick, PX_DECIMALS) or 0,
            min_value=10 * USD,
            max_market_value=largest,
            max_limit_value=largest * _LIMIT_TO_MARKET,
            isolated_only=self.isolated_only,
            impact_value=(20_000 if self.symbol in _DEEP else 6_000) * USD,
        )


COINS: Final = (
    Coin("BTC", "1", "0.00001", 50, "63500"),
    Coin("ETH", "0.1", "0.0001", 50, "2500"),
    Coin("SOL", "0.01", "0.01", 20, "150"),
    Coin("DOGE", "0.00001", "1", 15, "0.2", max_order_size="1000000"),
    Coin("kBONK", "0.000001", "1", 10, "0.02", max_order_size="1000000"),
    Coin("TRUMP", "0.0001", "0.1", 5, "8.5", isolated_only=True, max_order_size="1000000"),
)


class Listing:
    """The coins by symbol, upper and lower case; what is delisted is no longer named."""

    def __init__(self, coins: Sequence[Coin] = COINS) -> None:
        self._coins = {coin.symbol: coin for coin in coins}
        self.gone: set[str] = set()

    @property
    def coins(self) -> list[Coin]:
        return [coin for coin in self._coins.values() if coin.symbol not in self.gone]

    @property
    def contracts(self) -> list[Contract]:
        return [coin.contract for coin in self._coins.values()]

    def __getitem__(self, symbol: str) -> Coin:
        """Also of a delisted one. Raises KeyError."""
        return self._coins[symbol]

    def live(self, symbol: str) -> Coin | None:
        return None if symbol in self.gone else self._coins.get(symbol)
