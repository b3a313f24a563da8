"""Features: indicators over a tape, computed once each and shared. Pure: arrays in, arrays out.

A feature is computed from the tape's first bar on, over the bars its symbol really has, so a value depends neither on
how much was asked for nor on what comes later. Unknown is NaN. A higher interval shows only closed bars.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

from paddock.core.errors import Code, Invalid, NotFound, nearest
from paddock.core.time import DAY_MS, INTERVALS, interval_ms
from paddock.market import indicators as ta
from paddock.market.feature import Feature
from paddock.market.series import HigherSeries, TapeSeries
from paddock.market.tape import Floats, Ints, Tape

__all__ = ["FEATURES", "LONGEST", "Feature", "FeatureSpec", "FeatureStore", "Param", "lookback_bars", "validate"]

LONGEST = 10_000  # bars


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a feature, in `unit`, between `low` and `high` inclusive; a whole number unless `real`."""

    name: str
    default: float
    low: float = 2
    high: float = LONGEST
    unit: str = "bars"
    real: bool = False


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """What a feature is: `compute(series, *params)` gives a column [N], or several of which `output` picks one.

    `lookback(bar_ms, *params)` is the number of bars at the start of an unbroken series for which it is not known.
    """

    name: str
    unit: str
    doc: str
    params: tuple[Param, ...]
    compute: Callable[..., Floats | tuple[Floats, ...]]
    lookback: Callable[..., int]
    output: int | None = None

    @property
    def defaults(self) -> tuple[float, ...]:
        return tuple(param.default for param in self.params)


def _before(bars: int = 0) -> Callable[..., int]:
    """A lookback of the first parameter plus `bars`."""
    return lambda _bar_ms, n, *_rest: int(n) + bars


def _none(_bar_ms: int) -> int:
    return 0


def _macd_lookback(_bar_ms: int, _fast: float, slow: float, signal: float) -> int:
    return int(slow + signal) - 2


def _adx_lookback(_bar_ms: int, n: float) -> int:
    return 2 * int(n) - 1


def _stochastic_lookback(_bar_ms: int, k: float, d: float, smooth: float) -> int:
    return int(k + d + smooth) - 3


def _day_lookback(bar_ms: int) -> int:
    return DAY_MS // bar_ms - 1


def _n(default: int, low: int = 2) -> tuple[Param, ...]:
    return (Param("n", default, low),)


_BAND = (Param("n", 20), Param("k", 2, 0.1, 10, "standard deviations", real=True))
_MACD = (Param("fast", 12), Param("slow", 26, 3), Param("signal", 9))
_STOCHASTIC = (Param("k", 14), Param("d", 3, 1), Param("smooth", 3, 1))
_COLUMNS = {
    "open": ("open", "price", "open of the bar"),
    "high": ("high", "price", "highest price of the bar"),
    "low": ("low", "price", "lowest price of the bar"),
    "close": ("close", "price", "close of the bar"),
    "volume": ("volume", "base units", "volume of the bar"),
    "funding_rate": (
        "funding_last",
        "fraction per interval",
        "last funding rate known at the close",
    ),
    "open_interest": ("open_interest", "base units", "open interest known at the close"),
}
_SPECS = (
    *(FeatureSpec(name, unit, doc, (), partial(ta.column, key), _none) for name, (key, unit, doc) in _COLUMNS.items()),
    FeatureSpec("sma", "price", "simple moving average of the close", _n(20), ta.sma, _before(-1)),
    FeatureSpec("ema", "price", "exponential moving average of the close", _n(20), ta.ema, _before(-1)),
    FeatureSpec("rsi", "0 to 100", "relative strength index of the close (Wilder)", _n(14), ta.rsi, _before()),
    FeatureSpec("macd", "price", "fast EMA less slow EMA of the close", _MACD, ta.macd, _macd_lookback, 0),
    FeatureSpec("macd_signal", "price", "EMA of the MACD line", _MACD, ta.macd, _macd_lookback, 1),
    FeatureSpec("macd_histogram", "price", "MACD line less its signal", _MACD, ta.macd, _macd_lookback, 2),
    FeatureSpec("bollinger_upper", "price", "SMA plus k standard deviations", _BAND, ta.bollinger, _before(-1), 0),
    FeatureSpec("bollinger_middle", "price", "SMA of the close", _BAND, ta.bollinger, _before(-1), 1),
    FeatureSpec("bollinger_lower", "price", "SMA less k standard deviations", _BAND, ta.bollinger, _before(-1), 2),
    FeatureSpec(
        "bollinger_width_pct",
        "%",
        "width of the bands in % of the middle",
        _BAND,
        ta.bollinger_width_pct,
        _before(-1),
    ),
    FeatureSpec(
        "volatility_pct", "%", "standard deviation of the bars' returns in %", _n(20), ta.volatility_pct, _before()
    ),
    FeatureSpec("atr_pct", "%", "average true range (Wilder) in % of the close", _n(14, 1), ta.atr_pct, _before()),
    FeatureSpec("adx", "0 to 100", "average directional index (Wilder)", _n(14), ta.adx, _adx_lookback),
    FeatureSpec("zscore", "standard deviations", "distance of the close from its mean", _n(20), ta.zscore, _before(-1)),
    FeatureSpec("vwap", "price", "volume-weighted average of the typical price, rolling", _n(24), ta.vwap, _before(-1)),
    FeatureSpec("highest", "price", "highest high of the n bars before this one", _n(20), ta.highest, _before()),
    FeatureSpec("lowest", "price", "lowest low of the n bars before this one", _n(20), ta.lowest, _before()),
    FeatureSpec("change_pct", "%", "change of the close over n bars", _n(1, 1), ta.change_pct, _before()),
    FeatureSpec("stochastic_k", "0 to 100", "slow stochastic %K", _STOCHASTIC, ta.stochastic, _stochastic_lookback, 0),
    FeatureSpec("stochastic_d", "0 to 100", "slow stochastic %D", _STOCHASTIC, ta.stochastic, _stochastic_lookback, 1),
    FeatureSpec(
        "volume_ratio", "ratio", "volume by the mean of the n bars before this one", _n(20), ta.volume_ratio, _before()
    ),
    FeatureSpec("volume_24h_usd", "USD", "close times volume over 24 hours", (), ta.volume_24h_usd, _day_lookback),
    FeatureSpec("minute_of_day", "minutes", "minute of the UTC day at the close", (), ta.minute_of_day, _none),
    FeatureSpec("weekday", "0 to 6", "weekday in UTC at the close, 0 is Monday", (), ta.weekday, _none),
)
FEATURES: dict[str, FeatureSpec] = {spec.name: spec for spec in _SPECS}


def validate(feature: Feature) -> FeatureSpec:
    """The specification of a valid feature; raises Invalid (value.feature) with the rule and a suggestion."""
    spec = FEATURES.get(feature.name)
    if spec is None:
        raise Invalid(
            Code.FEATURE,
            f'there is no feature "{feature.name}"',
            seen=feature.name,
            rule=f"a feature is one of {', '.join(FEATURES)}",
            suggestion=nearest(feature.name, FEATURES),
        )
    if feature.interval not in INTERVALS:
        raise _broken(feature, feature.interval, f"an interval is one of {', '.join(INTERVALS)}")
    if len(feature.params) != len(spec.params):
        names = ", ".join(param.name for param in spec.params) or "no parameters"
        raise _broken(feature, feature.params, f"{spec.name} takes {names}", f"for example {spec.defaults}")
    for param, value in zip(spec.params, feature.params, strict=True):
        if not param.low <= value <= param.high or not (param.real or float(value).is_integer()):
            kind = "a number" if param.real else "a whole number"
            rule = f"{param.name} is {kind} of {param.unit} between {param.low:g} and {param.high:g}"
            raise _broken(feature, value, rule, f"the usual value is {param.default:g}")
    if spec.compute is ta.macd and feature.params[0] >= feature.params[1]:
        raise _broken(feature, feature.params, "slow is greater than fast", f"for example {spec.defaults}")
    return spec


def _broken(feature: Feature, seen: object, rule: str, suggestion: str = "") -> Invalid:
    message = f"{feature.name}: {rule}"
    return Invalid(Code.FEATURE, message, where=feature.name, seen=seen, rule=rule, suggestion=suggestion)


def lookback_bars(feature: Feature) -> int:
    """Bars of the feature's own interval, from the start of the symbol's history, for which it is not known."""
    return validate(feature).lookback(interval_ms(feature.interval), *feature.params)


class FeatureStore:
    """The features of one tape. What is shared must not be written to: columns may be the tape's own memory."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._columns: dict[Feature, Floats] = {}
        self._series: dict[tuple[str, str], TapeSeries | HigherSeries] = {}

    def column(self, feature: Feature) -> Floats:
        """float64 [T] on the tape's clock, as known at each bar's close; computed once and kept.

        Raises Invalid (value.feature, data.interval) and NotFound (data.symbol).
        """
        if feature not in self._columns:
            self._columns.update(self._family(feature))
        return self._columns[feature]

    def compute(self, feature: Feature) -> Floats:
        """As `column`, but not kept: for sweeps over more features than memory should hold."""
        return self._family(feature)[feature]

    def passing(self) -> FeatureStore:
        """A store for columns that need not be kept; by default they are."""
        return self

    def rows(self, symbol: str) -> Ints | None:
        """Rows of the tape at which the symbol has a bar; None when it has all of them."""
        series = self.series(symbol, self.tape.interval)
        assert isinstance(series, TapeSeries)
        return series.rows

    def _family(self, feature: Feature) -> dict[Feature, Floats]:
        """The feature and those that its indicator gives in the same pass."""
        spec = validate(feature)
        series = self.series(feature.symbol, feature.interval)
        args = [value if param.real else int(value) for param, value in zip(spec.params, feature.params, strict=True)]
        outputs = spec.compute(series, *args)
        if not isinstance(outputs, tuple):
            return {feature: series.spread(outputs)}
        return {
            replace(feature, name=sibling.name): series.spread(outputs[sibling.output])
            for sibling in _SPECS
            if sibling.compute is spec.compute and sibling.output is not None
        }

    def series(self, symbol: str, interval: str) -> TapeSeries | HigherSeries:
        """The bars of a symbol as indicators see them; raises as `column` does."""
        key = (symbol, interval)
        if key not in self._series:
            self._series[key] = self._build(symbol, interval)
        return self._series[key]

    def _build(self, symbol: str, interval: str) -> TapeSeries | HigherSeries:
        tape = self.tape
        if symbol not in tape.symbols:
            raise NotFound(
                Code.DATA_SYMBOL,
                f'"{symbol}" is not on the tape',
                seen=symbol,
                rule="a feature reads a symbol of its tape",
                suggestion=nearest(symbol, tape.symbols),
            )
        wanted, own = interval_ms(interval), interval_ms(tape.interval)
        if wanted == own:
            return TapeSeries(tape, tape.row(symbol), own)
        if wanted < own or wanted % own:
            possible = ", ".join(name for name, ms in INTERVALS.items() if ms % own == 0)
            raise Invalid(
                Code.DATA_INTERVAL,
                f"{interval} bars cannot be built from {tape.interval} bars",
                seen=interval,
                rule=f"the interval of a feature is a multiple of the tape's: {possible}",
            )
        lower = self.series(symbol, tape.interval)
        assert isinstance(lower, TapeSeries)
        return HigherSeries(lower, wanted)


class PassingFeatures(FeatureStore):
    """For a single run: what was asked of `passing()` goes with it, so that its memory is used again."""

    def passing(self) -> FeatureStore:
        passing = copy(self)
        passing._columns = dict(self._columns)
        return passing
