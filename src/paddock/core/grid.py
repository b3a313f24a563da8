"""Prices and quantities: whole ticks and lots of one instrument. The legal operations are listed in `core.money`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from paddock.core.errors import Code, Invalid
from paddock.core.instrument import Instrument
from paddock.core.number import parse_decimal, to_text
from paddock.core.ratio import Ratio
from paddock.core.rounding import Direction, down_exact, up_exact


@dataclass(frozen=True, slots=True)
class Price:
    """A price above 0 on the venue's grid for `instrument`, in whole ticks of `10**-px_decimals`."""

    ticks: int
    instrument: Instrument

    def __post_init__(self) -> None:
        _require_int(self.ticks, "ticks")
        if self.ticks <= 0 or self.ticks % self.instrument.step_ticks(self.ticks):
            raise _off_grid(self.instrument, self.decimal)

    @classmethod
    def parse(cls, text: object, instrument: Instrument, where: str = "px") -> Price:
        """From a decimal string that lies on the grid; raises Invalid (value.number), naming the nearest below."""
        value = parse_decimal(text, where)
        ticks = Fraction(value) * 10**instrument.px_decimals
        if ticks.denominator != 1:
            raise _off_grid(instrument, value)
        return cls(ticks.numerator, instrument)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.ticks).scaleb(-self.instrument.px_decimals)

    def __truediv__(self, other: Price) -> Ratio:
        if type(other) is not Price:
            return NotImplemented
        require_same(self.instrument, other.instrument)
        return Ratio(Fraction(self.ticks, other.ticks))

    def __lt__(self, other: Price) -> bool:
        if type(other) is not Price:
            return NotImplemented
        require_same(self.instrument, other.instrument)
        return self.ticks < other.ticks

    def __le__(self, other: Price) -> bool:
        return self == other or self < other

    def __str__(self) -> str:
        return to_text(self.decimal, self.instrument.px_decimals)


@dataclass(frozen=True, slots=True)
class Qty:
    """A signed quantity of `instrument` in whole lots of `10**-qty_decimals`."""

    lots: int
    instrument: Instrument

    def __post_init__(self) -> None:
        _require_int(self.lots, "lots")

    @classmethod
    def parse(cls, text: object, instrument: Instrument, where: str = "qty", *, negative: bool = False) -> Qty:
        """From a decimal string in whole lots; raises Invalid (value.number)."""
        value = parse_decimal(text, where, decimals=instrument.qty_decimals, negative=negative)
        return cls(int(value.scaleb(instrument.qty_decimals)), instrument)

    @property
    def decimal(self) -> Decimal:
        return self.instrument.qty(self.lots)

    def __add__(self, other: Qty) -> Qty:
        return Qty(self.lots + self._lots_of(other), self.instrument) if type(other) is Qty else NotImplemented

    def __sub__(self, other: Qty) -> Qty:
        return Qty(self.lots - self._lots_of(other), self.instrument) if type(other) is Qty else NotImplemented

    def __mul__(self, times: int) -> Qty:
        return Qty(self.lots * times, self.instrument) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Qty) -> Ratio:
        return Ratio(Fraction(self.lots, self._lots_of(other))) if type(other) is Qty else NotImplemented

    def __neg__(self) -> Qty:
        return Qty(-self.lots, self.instrument)

    def __abs__(self) -> Qty:
        return Qty(abs(self.lots), self.instrument)

    def __lt__(self, other: Qty) -> bool:
        return self.lots < self._lots_of(other) if type(other) is Qty else NotImplemented

    def __le__(self, other: Qty) -> bool:
        return self.lots <= self._lots_of(other) if type(other) is Qty else NotImplemented

    def __str__(self) -> str:
        return to_text(self.decimal, self.instrument.qty_decimals)

    def _lots_of(self, other: Qty) -> int:
        require_same(self.instrument, other.instrument)
        return other.lots


def round_px_down(instrument: Instrument, px: Decimal) -> Price:
    """The price on the grid at or below `px`; raises Invalid (value.number) when there is none above 0."""
    return _rounded(instrument, px, down_exact)


def round_px_up(instrument: Instrument, px: Decimal) -> Price:
    """The price on the grid at or above `px`, which is above 0; raises Invalid (value.number) otherwise."""
    return _rounded(instrument, px, up_exact)


def _rounded(instrument: Instrument, px: Decimal, direction: Direction) -> Price:
    if not (px.is_finite() and px > 0):
        raise _off_grid(instrument, px)
    ticks = Fraction(px) * 10**instrument.px_decimals
    step = instrument.step_ticks(ticks)
    return Price(direction(ticks / step) * step, instrument)


def _off_grid(instrument: Instrument, seen: Decimal) -> Invalid:
    figures = f" and at most {instrument.sig_figs} significant figures" if instrument.sig_figs else ""
    return Invalid(
        Code.NUMBER,
        f"{seen} is not a price of {instrument.symbol}",
        where=instrument.symbol,
        seen=seen,
        rule=f"a price is above 0, with at most {instrument.px_decimals} decimals{figures}",
        suggestion=_neighbour(instrument, seen),
    )


def _neighbour(instrument: Instrument, seen: Decimal) -> str:
    """The highest price on the grid below a price that is off it, if there is one."""
    if not (seen.is_finite() and seen > instrument.tick):
        return str(instrument.tick)
    ticks = Fraction(seen) * 10**instrument.px_decimals
    step = instrument.step_ticks(ticks)
    return to_text(Fraction(down_exact(ticks / step) * step, 10**instrument.px_decimals), instrument.px_decimals)


def require_same(one: Instrument, other: Instrument) -> None:
    if one != other:
        raise TypeError(f"{one.symbol} and {other.symbol} do not mix")


def _require_int(value: object, name: str) -> None:
    if type(value) is not int:
        raise TypeError(f"{name} is an int, not {type(value).__name__}")
