"""At which price does a position's protection belong, for venues that keep no levels in percent?"""

from __future__ import annotations

from paddock.core.instrument import Instrument
from paddock.core.orders import Side
from paddock.core.rounding import down_int, up_int
from paddock.venues.broker import Bracket


def stop_px(bracket: Bracket, instrument: Instrument, side: Side, average: float) -> float:
    """The nearest of stop and trailing stop for a position on `side`, rounded away from it; 0 when there is none."""
    prices = [average * (1.0 - side * pct / 100.0) for pct in (bracket.stop_pct, bracket.trail_pct) if pct > 0.0]
    if bracket.stop_px > 0.0 and not bracket.stop_pct:
        prices.append(bracket.stop_px)
    if not prices:
        return 0.0
    return _on_grid(instrument, max(prices) if side is Side.BUY else min(prices), down=side is Side.BUY)


def take_px(bracket: Bracket, instrument: Instrument, side: Side, average: float) -> float:
    """The target for a position on `side`, rounded away from it; 0 when there is none."""
    px = average * (1.0 + side * bracket.take_pct / 100.0) if bracket.take_pct > 0.0 else bracket.take_px
    return _on_grid(instrument, px, down=side is Side.SELL) if px > 0.0 else 0.0


def _on_grid(instrument: Instrument, px: float, *, down: bool) -> float:
    """Rounded as the kernel rounds its levels; at least one tick."""
    ticks = px * 10.0**instrument.px_decimals
    step = instrument.step_ticks(int(ticks))
    rounded = (down_int if down else up_int)(ticks / step) * step
    return float(max(rounded, 1) / 10.0**instrument.px_decimals)
