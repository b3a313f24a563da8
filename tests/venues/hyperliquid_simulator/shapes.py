"""The shape of JSON: which fields there are, and what kind of value each of them holds.

A string that is a number differs from another string, and one with a decimal point from one without. Values of a list
are told apart by their place where the list is a tuple (`[id, {…}]`), and are alike otherwise; objects whose keys are
coins are like lists.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

Shape = dict[str, set[str]]

_TEXTS = (
    ("decimal", re.compile(r"-?\d+\.\d+").fullmatch),
    ("digits", re.compile(r"-?\d+").fullmatch),
    ("address", re.compile(r"0x[0-9a-fA-F]{40}").fullmatch),
    ("hash", re.compile(r"0x[0-9a-fA-F]{64}").fullmatch),
)


def shape(value: Any) -> Shape:
    """The kinds of value at each path."""
    found: Shape = defaultdict(set)
    _walk(value, "", found)
    return dict(found)


def kind(value: Any) -> str:
    if isinstance(value, str):
        return next((name for name, matches in _TEXTS if matches(value)), "text")
    return {type(None): "null", bool: "bool", int: "int", float: "float", list: "list", dict: "object"}[type(value)]


def _walk(value: Any, path: str, found: Shape) -> None:
    found[path].add(kind(value))
    if isinstance(value, dict):
        by_coin = not all(key[:1].islower() for key in value) and {kind(inner) for inner in value.values()} == {
            "decimal"
        }
        for key, inner in value.items():
            _walk(inner, f"{path}.{'*' if by_coin else key}", found)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _walk(inner, f"{path}[{place}]" if _is_tuple(value, path) else f"{path}[]", found)


def _is_tuple(values: list[Any], path: str) -> bool:
    if path.endswith(".statuses"):
        return False
    kinds = {kind(inner) for inner in values}
    named = kind(values[0]) not in {"null", "object", "list"}
    return len(kinds) > 1 and (named or kinds == {"object", "list"})


def key_order(value: Any, path: str = "") -> dict[str, list[str]]:
    """The keys of the first object at each path, as they come."""
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        found[path] = list(value)
        for key, inner in value.items():
            found |= {where: keys for where, keys in key_order(inner, f"{path}.{key}").items() if where not in found}
    elif isinstance(value, list):
        for inner in value:
            found |= {where: keys for where, keys in key_order(inner, f"{path}[]").items() if where not in found}
    return found
