"""JSON text to plain values, strictly: no NaN, no infinity, no duplicate keys, no bottomless nesting."""

from __future__ import annotations

import json
import math
import re

from paddock.core.errors import Code, Invalid
from paddock.strategy.limits import MAX_DOCUMENT_BYTES, MAX_JSON_DEPTH, MAX_JSON_VALUES

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_MAX_DIGITS = 40


def loads(text: str | bytes) -> object:
    """The value of a JSON text; raises Invalid (strategy.json) naming what is wrong and where."""
    size = len(text)
    if size > MAX_DOCUMENT_BYTES:
        raise _invalid(
            "the document is too large", f"{size} bytes", f"a document has at most {MAX_DOCUMENT_BYTES} bytes"
        )
    decoded = _decode(text) if isinstance(text, bytes) else text
    _check_depth(decoded)
    try:
        return json.loads(
            decoded,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _invalid(f"not JSON: {error.msg} at {where}", where, "the document is a JSON text (RFC 8259)") from None


def check_value(value: object) -> None:
    """Hold a value that did not come from text to the same rules; raises Invalid (strategy.json)."""
    level: list[object] = [value]
    seen = 0
    for _depth in range(MAX_JSON_DEPTH + 1):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                _check_keys(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, float) and not math.isfinite(item):
                raise _invalid("a number is not finite", item, "numbers are finite")
            elif not (item is None or isinstance(item, str | int | float)):
                raise _invalid(
                    "not a JSON value",
                    type(item).__name__,
                    "values are objects, lists, texts, numbers, true, false, null",
                )
        seen += len(below)
        if seen > MAX_JSON_VALUES:
            rule = f"a document has at most {MAX_JSON_VALUES} values"
            raise _invalid("the document is too large", f"{seen} values", rule)
        if not below:
            return
        level = below
    raise _too_deep()


def _check_keys(item: dict[object, object]) -> None:
    for key in item:
        if not isinstance(key, str):
            raise _invalid("a key is not a text", key, "keys are texts")


def _decode(text: bytes) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid("not UTF-8", f"byte {error.start}", "the document is UTF-8 text") from None


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        char = match[0]
        if char in "[{":
            depth += 1
            if depth > MAX_JSON_DEPTH:
                raise _too_deep()
        elif char in "]}":
            depth -= 1


def _too_deep() -> Invalid:
    rule = f"objects and lists nest at most {MAX_JSON_DEPTH} deep"
    return _invalid("the document is nested too deep", f"more than {MAX_JSON_DEPTH} levels", rule)


def _constant(name: str) -> object:
    raise _invalid(f"{name} is not a number", name, "numbers are finite", "write the number you mean")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _invalid(f"{text[:20]} is too large a number", text[:20], "numbers are finite")
    return value


def _int(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _invalid(
            "a number has too many digits", f"{text[:12]}…", f"whole numbers have at most {_MAX_DIGITS} digits"
        )
    return int(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in made if keys.count(key) > 1)
        raise _invalid(f'the key "{twice[:60]}" is given twice', twice[:60], "the keys of an object differ")
    return made


def _invalid(message: str, seen: object, rule: str, suggestion: str = "") -> Invalid:
    return Invalid(Code.STRATEGY_JSON, message, seen=seen, rule=rule, suggestion=suggestion, where="document")
