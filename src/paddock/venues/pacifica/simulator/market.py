"""What moves the prices? A book around each coin's price, which stands still, or follows a tape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from paddock.venues.exchange.maker import MarketMaker, Quoting
from paddock.venues.exchange.tape import Point, Tape
from paddock.venues.pacifica.simulator.venue import Venue


class Market:
    """`tracks`: the points that a coin's price goes through; a coin without any stays where it is put."""

    def __init__(
        self, venue: Venue, tracks: Mapping[str, Iterable[Point]] | None = None, quoting: Quoting | None = None
    ) -> None:
        self._venue = venue
        self._makers = {coin.symbol: MarketMaker(venue.exchange, coin.symbol, quoting) for coin in venue.listing.coins}
        for coin in venue.listing.coins:
            self.move(coin.symbol, coin.start_px)
        self.follow(tracks or {})

    def follow(self, tracks: Mapping[str, Iterable[Point]]) -> None:
        """Let the prices of these coins go through these points, and no others."""
        self._tape = Tape(self._venue.exchange, [(self._makers[symbol], points) for symbol, points in tracks.items()])

    def move(self, symbol: str, px: int, lots: int = 0) -> None:
        """Quote around another price (in ticks), with a trade on the way there; mark and oracle follow."""
        self._makers[symbol].move(px, lots)

    def advance(self, now_ts: int) -> Iterator[None]:
        """Let time pass, with a stop after each point of the tape."""
        while (next_ts := self._tape.next_ts) is not None and next_ts <= now_ts:
            self._tape.advance(max(next_ts, self._venue.exchange.now_ts))
            yield
        self._tape.advance(now_ts)
        yield
