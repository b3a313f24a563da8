"""Requests to a venue as they are kept: what is read back is exactly what was written, so that it can be sent again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, TypeVar

from paddock.core.orders import OrderKind, Side, Tif
from paddock.venues.broker import NO_BRACKET, Bracket, Cancellation, Placement

T = TypeVar("T", Placement, Cancellation, Bracket)

_DEFAULTS: Final = {
    kind: {field.name: field.default for field in fields(kind)} for kind in (Placement, Cancellation, Bracket)
}


def to_json(request: T) -> dict[str, Any]:
    """Its fields that differ from their defaults, as plain JSON values."""
    values: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(request)].items():
        value = getattr(request, name)
        if value != default:
            values[name] = to_json(value) if type(value) is Bracket else value
    return values


def placement(values: Mapping[str, Any]) -> Placement:
    """The placement that `to_json` wrote."""
    parsed = dict(values)
    parsed["kind"], parsed["side"] = OrderKind(parsed["kind"]), Side(parsed["side"])
    parsed["tif"] = Tif(parsed.get("tif", Tif.GTC))
    parsed["bracket"] = Bracket(**parsed["bracket"]) if "bracket" in parsed else NO_BRACKET
    return Placement(**parsed)


def cancellation(values: Mapping[str, Any]) -> Cancellation:
    return Cancellation(**values)
