"""Kinds of parameter: what values are allowed, and how they are read, written and described."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from paddock.core.errors import nearest
from paddock.core.time import INTERVALS
from paddock.strategy.program import Size, SizeMode

ANY_SYMBOL = "*"
LEGACY_UNIVERSE = "__BOT_MARKET_UNIVERSE__"
SCOPE_INTERVAL = "scope"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,63}")
_LABEL = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Reject(Exception):
    """A raw value that a kind does not accept; becomes a Problem where it is caught."""

    def __init__(self, rule: str, suggestion: str = "", *, param: str = "", seen: object = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.suggestion = suggestion
        self.param = param
        self.seen = seen


class Kind(Protocol):
    """What a parameter may be. `parse` raises Reject; `dump` gives the one canonical JSON form of a parsed value."""

    def parse(self, raw: object) -> Any: ...

    def dump(self, value: Any) -> object: ...

    def schema(self) -> dict[str, object]: ...

    def text(self) -> str: ...


def num(value: float) -> str:
    """A number as people write it: 30, 2.5, 10000000, 1e-05."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.10g}"


def plain(value: float) -> float | int:
    """The canonical JSON number: whole numbers without a point, no negative zero."""
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


@dataclass(frozen=True, slots=True)
class Number:
    low: float
    high: float
    whole: bool = False
    above: bool = False  # `low` itself is not allowed

    def parse(self, raw: object) -> float | int:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise Reject(f"must be a number {self._range()}")
        if isinstance(raw, float) and not math.isfinite(raw):
            raise Reject(f"must be a finite number {self._range()}")
        if raw < self.low or raw > self.high or (self.above and raw == self.low):
            raise Reject(f"must be {self.text()}", f"use {num(self._nearest(raw))}")
        if not self.whole:
            return float(raw) + 0.0
        if raw != int(raw):
            raise Reject(f"must be {self.text()}", f"use {int(raw)}")
        return int(raw)

    def dump(self, value: float) -> object:
        return plain(value)

    def schema(self) -> dict[str, object]:
        low = "exclusiveMinimum" if self.above else "minimum"
        return {"type": "integer" if self.whole else "number", low: plain(self.low), "maximum": plain(self.high)}

    def text(self) -> str:
        return f"a {'whole ' if self.whole else ''}number {self._range()}"

    def _range(self) -> str:
        if self.above:
            return f"above {num(self.low)}, up to {num(self.high)}"
        return f"from {num(self.low)} to {num(self.high)}"

    def _nearest(self, raw: float) -> float:
        if raw > self.high:
            return self.high
        return self.low if not self.above else (1 if self.whole or self.high >= 1 else self.high)


@dataclass(frozen=True, slots=True)
class Flag:
    def parse(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise Reject("must be true or false")
        return raw

    def dump(self, value: bool) -> object:
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "boolean"}

    def text(self) -> str:
        return "true or false"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words; `also` maps other spellings to them. Words compare without case."""

    words: tuple[str, ...]
    also: Mapping[str, str] = field(default_factory=dict)

    def parse(self, raw: object) -> str:
        if isinstance(raw, str):
            word = self.also.get(raw.lower(), raw.lower())
            if word in self.words:
                return word
        raise Reject(f"must be {self.text()}", nearest(raw.lower(), self.words) if isinstance(raw, str) else "")

    def dump(self, value: str) -> object:
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "string", "enum": [*self.words, *self.also]}

    def text(self) -> str:
        return f"one of {', '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A market's name as the venue writes it; "-PERP" is dropped. With `any_symbol`, "*" means each of the scope."""

    any_symbol: bool = True

    def parse(self, raw: object) -> str:
        if isinstance(raw, str):
            if self.any_symbol and raw in (ANY_SYMBOL, LEGACY_UNIVERSE):
                return ANY_SYMBOL
            name = raw.removesuffix("-PERP")
            if _SYMBOL.fullmatch(name):
                return name
        raise Reject(f"must be {self.text()}", 'for example "BTC"')

    def dump(self, value: str) -> object:
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "string", "maxLength": 69}

    def text(self) -> str:
        return 'a symbol, or "*" for each symbol of the scope' if self.any_symbol else "a symbol"


@dataclass(frozen=True, slots=True)
class Interval:
    scope: bool = True

    def parse(self, raw: object) -> str:
        if isinstance(raw, str) and (raw in INTERVALS or (self.scope and raw == SCOPE_INTERVAL)):
            return raw
        raise Reject(f"must be {self.text()}", nearest(raw, INTERVALS) if isinstance(raw, str) else 'for example "1h"')

    def dump(self, value: str) -> object:
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "string", "enum": [*([SCOPE_INTERVAL] if self.scope else []), *INTERVALS]}

    def text(self) -> str:
        return f"an interval ({', '.join(INTERVALS)})" + (' or "scope"' if self.scope else "")


@dataclass(frozen=True, slots=True)
class Label:
    def parse(self, raw: object) -> str:
        if isinstance(raw, str) and (raw == "" or _LABEL.fullmatch(raw)):
            return raw
        raise Reject(f"must be {self.text()}")

    def dump(self, value: str) -> object:
        return value

    def schema(self) -> dict[str, object]:
        return {"type": "string", "maxLength": 64}

    def text(self) -> str:
        return "up to 64 letters, digits and _ . : -"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day "HH:MM" in UTC, held as minutes after midnight; "24:00" is the end of the day."""

    def parse(self, raw: object) -> int:
        if raw == "24:00":
            return 1440
        found = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
        if not found:
            raise Reject(f"must be {self.text()}", 'for example "13:30"')
        return int(found[1]) * 60 + int(found[2])

    def dump(self, value: int) -> object:
        return f"{value // 60:02d}:{value % 60:02d}"

    def schema(self) -> dict[str, object]:
        return {"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}

    def text(self) -> str:
        return "a time of day HH:MM, UTC"


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, held as sorted numbers (Monday is 0)."""

    def parse(self, raw: object) -> tuple[int, ...]:
        if not isinstance(raw, list | tuple) or not raw or len(raw) > 7:
            raise Reject(f"must be {self.text()}", 'for example ["mon", "tue"]')
        days = set()
        for day in raw:
            if not isinstance(day, str) or day[:3].lower() not in WEEKDAYS:
                raise Reject(f"must be {self.text()}", 'for example ["mon", "tue"]')
            days.add(WEEKDAYS.index(day[:3].lower()))
        return tuple(sorted(days))

    def dump(self, value: tuple[int, ...]) -> object:
        return [WEEKDAYS[day] for day in value]

    def schema(self) -> dict[str, object]:
        return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 7}

    def text(self) -> str:
        return f"a list of days ({', '.join(WEEKDAYS)})"


_SIZE_HIGH = {
    SizeMode.NOTIONAL_USD: 1e9,
    SizeMode.MARGIN_USD: 1e9,
    SizeMode.EQUITY_PCT: 10_000.0,
    SizeMode.RISK_PCT: 100.0,
    SizeMode.QTY: 1e12,
    SizeMode.POSITION_PCT: 100.0,
}


@dataclass(frozen=True, slots=True)
class SizeKind:
    """{"mode": ..., "value": ...}."""

    modes: tuple[SizeMode, ...]

    def parse(self, raw: object) -> Size:
        if isinstance(raw, Size):
            raw = self.dump(raw)
        if not isinstance(raw, dict) or set(raw) != {"mode", "value"}:
            raise Reject(f"must be {self.text()}", '{"mode": "notional_usd", "value": 1000}')
        names = {mode.name.lower(): mode for mode in self.modes}
        word = raw["mode"]
        if not isinstance(word, str) or word not in names:
            rule = f"mode is one of {', '.join(names)}"
            raise Reject(rule, nearest(word, names) if isinstance(word, str) else "", param="mode", seen=word)
        try:
            value = self._number(names[word]).parse(raw["value"])
        except Reject as reject:
            raise Reject(reject.rule, reject.suggestion, param="value", seen=raw["value"]) from None
        return Size(names[word], float(value))

    def dump(self, value: Size) -> object:
        return {"mode": value.mode.name.lower(), "value": plain(value.value)}

    def schema(self) -> dict[str, object]:
        return {
            "type": "object",
            "oneOf": [
                {
                    "properties": {"mode": {"const": mode.name.lower()}, "value": self._number(mode).schema()},
                    "required": ["mode", "value"],
                    "additionalProperties": False,
                }
                for mode in self.modes
            ],
        }

    def text(self) -> str:
        return f'{{"mode", "value"}} with mode one of {", ".join(mode.name.lower() for mode in self.modes)}'

    @staticmethod
    def _number(mode: SizeMode) -> Number:
        return Number(0, _SIZE_HIGH[mode], above=True)
