"""Is what the simulator says shaped as what was recorded: field for field, type for type, and as numbers are spelt?"""

from __future__ import annotations

import re
from typing import Any

_number = re.compile(r"-?[0-9]+(\.[0-9]+)?").fullmatch


def shape(value: Any) -> Any:
    """A value's schema: of an object its fields, of a list that of its elements, all taken together."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        merged: Any = None
        for inner in value:
            merged = shape(inner) if merged is None else merge(merged, shape(inner))
        return [merged]
    return frozenset({_kind(value)})


def merge(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        names = [*one, *(name for name in other if name not in one)]
        return {name: merge(one.get(name, MISSING), other.get(name, MISSING)) for name in names}
    if isinstance(one, list) and isinstance(other, list):
        return [merge(one[0], other[0]) if one[0] is not None and other[0] is not None else one[0] or other[0]]
    kinds = {*_kinds(one), *_kinds(other)}
    return one if one == other else frozenset(kinds)


MISSING = frozenset({"missing"})


def differences(recorded: Any, said: Any, where: str = "") -> list[str]:
    """Where what is said has other fields or types than what was recorded; a null stands for any type."""
    if isinstance(recorded, dict) and isinstance(said, dict):
        missing = [f"{where}.{name} is missing" for name in recorded if name not in said]
        more = [f"{where}.{name} is more" for name in said if name not in recorded]
        both = [
            line
            for name in recorded
            if name in said
            for line in differences(recorded[name], said[name], f"{where}.{name}")
        ]
        return missing + more + both
    if isinstance(recorded, list) and isinstance(said, list):
        if recorded[0] is None or said[0] is None:
            return []
        return differences(recorded[0], said[0], f"{where}[]")
    if recorded == frozenset({"null"}) or said == frozenset({"null"}):
        return []
    ours, theirs = _kinds(said) - {"null"}, _kinds(recorded) - {"null"}
    return [] if ours <= theirs else [f"{where}: {sorted(ours)} where {sorted(theirs)} was recorded"]


def _kinds(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {"object"}
    return {"list"} if isinstance(value, list) else set(value)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "number text" if _number(value) else "text"
    return type(value).__name__
