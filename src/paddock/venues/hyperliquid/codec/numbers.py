"""Numbers as Hyperliquid writes them: plain decimal strings, without trailing zeros or exponent when we send them.

What we send is hashed as text, so each value has one spelling. What we read may carry zeros and binary noise
("4564270.1109969998"), so texts are never compared.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from paddock.core.errors import Code, Invalid
from paddock.core.grid import Price, round_px_down, round_px_up
from paddock.core.instrument import Instrument
from paddock.core.money import USD_DECIMALS
from paddock.core.orders import Side
from paddock.core.rounding import nearest_exact
from paddock.venues.hyperliquid.codec.reading import Garbled

MARKET_SLIPPAGE: Final = Decimal("0.05")  # what the venue's own clients allow an order without a price
TRIGGER_SLIPPAGE: Final = Decimal("0.1")  # what the venue allows a triggered market order

_plain: Final = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?").fullmatch
_LARGEST_PX: Final = 1e12
_NOISE: Final = 1000  # a quantity within a thousandth of a lot is that lot


def plain(text: str) -> str:
    """The text, if it is a plain decimal number; raises Garbled or TypeError."""
    if _plain(text) is None:
        raise Garbled(f"not a plain number: {text[:60]!r}")
    return text


def number(text: str) -> float:
    """A rate, a volume: the nearest float to the text."""
    return float(plain(text))


def px(text: str) -> float:
    """A price, above 0."""
    value = float(plain(text))
    if value <= 0.0:
        raise Garbled(f"not a price: {text!r}")
    return value


def micros(text: str) -> int:
    """An amount in micro-dollars, to the nearest: only binary noise is finer."""
    return _scaled(plain(text), USD_DECIMALS)


def lots(text: str, decimals: int) -> int:
    """A quantity in lots of `10**-decimals`; raises Garbled for one between lots, unless by binary noise."""
    value = _scaled(plain(text), decimals)
    extra = len(text.partition(".")[2]) - decimals
    if extra > 0:
        digits = int(text.replace(".", ""))
        if abs(digits - value * 10**extra) * _NOISE > 10**extra:
            raise Garbled(f"not whole lots of {decimals} decimals: {text!r}")
    return value


def exact(text: str) -> Decimal:
    return Decimal(plain(text))


def _scaled(text: str, decimals: int) -> int:
    units, _, rest = text.partition(".")
    extra = len(rest) - decimals
    if extra <= 0:
        return int(units + rest.ljust(decimals, "0"))
    return nearest_exact(Fraction(int(units + rest), 10**extra))


def px_text(instrument: Instrument, value: float) -> str:
    """A price as it goes out; raises Invalid (value.number) for one that is not on the instrument's grid."""
    written = f"{value:.{instrument.px_decimals}f}"
    if float(written) != value or not 0 < value < _LARGEST_PX:
        raise _off_grid(instrument, value)
    text = _trimmed(written)
    figures = text.replace(".", "").lstrip("0")
    if instrument.sig_figs and "." in text and len(figures) > instrument.sig_figs:
        raise _off_grid(instrument, value)
    return text


def lots_text(instrument: Instrument, value: int) -> str:
    """A quantity above 0 as it goes out; raises Invalid (value.number)."""
    if value <= 0:
        raise Invalid(Code.NUMBER, f"{value} lots cannot be traded", seen=value, rule="an order has at least one lot")
    units, rest = divmod(value, 10**instrument.qty_decimals)
    return _trimmed(f"{units}.{rest:0{instrument.qty_decimals}d}") if instrument.qty_decimals else str(units)


def usd_text(value: int) -> str:
    """An amount of micro-dollars, without trailing zeros."""
    units, rest = divmod(abs(value), 10**USD_DECIMALS)
    return ("-" if value < 0 else "") + _trimmed(f"{units}.{rest:0{USD_DECIMALS}d}")


def aggressive_px(instrument: Instrument, side: Side, ref_px: float, slippage: Decimal = MARKET_SLIPPAGE) -> float:
    """The worst price of an order that is to fill now: within `slippage` of a reference, rounded towards it.

    Raises Invalid (value.number) where the reference is no price, or no price on the grid is that near.
    """
    reference = Decimal(repr(ref_px))
    if side is Side.BUY:
        return float(round_px_down(instrument, reference * (1 + slippage)).decimal)
    return float(round_px_up(instrument, reference * (1 - slippage)).decimal)


def on_grid_towards(instrument: Instrument, side: Side, bound_px: float) -> float:
    """The price on the grid nearest to a bound that is not worse than it: a buyer's is not above, a seller's not below.

    Raises Invalid (value.number) when there is none.
    """
    rounded = round_px_down if side is Side.BUY else round_px_up
    return float(rounded(instrument, Decimal(repr(bound_px))).decimal)


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _off_grid(instrument: Instrument, value: float) -> Invalid:
    """What the grid says of a price that it does not hold."""
    try:
        Price.parse(f"{Decimal(repr(value)):f}", instrument)
    except Invalid as error:
        return error
    return Invalid(Code.NUMBER, f"{value!r} is not a price of {instrument.symbol}", seen=value)
