"""Instruments and hypothesis strategies for values, shared by the tests of core."""

from fractions import Fraction

from hypothesis import strategies as st

from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import Usd
from paddock.core.ratio import Bps, Ratio

BTC = Instrument("hyperliquid", "BTC", px_decimals=1, qty_decimals=5, sig_figs=5)
ETH = Instrument("hyperliquid", "ETH", px_decimals=2, qty_decimals=4, sig_figs=5)
FREE = Instrument("test", "FREE", px_decimals=3, qty_decimals=2)

usds = st.integers(-(10**15), 10**15).map(Usd)
ratios = st.fractions(min_value=-10, max_value=10, max_denominator=10**9).map(Ratio)
bps = st.integers(-500, 10_000).map(lambda hundredths: Bps(Fraction(hundredths, 100)))


def qtys(instrument: Instrument = FREE, low: int = -(10**9), high: int = 10**9):
    return st.integers(low, high).map(lambda lots: Qty(lots, instrument))


def prices(high: int = 10**9):
    """Prices of an instrument without significant figures: every tick is on its grid."""
    return st.integers(1, high).map(lambda ticks: Price(ticks, FREE))
