"""What a sandbox and the process in it say to each other: frames of JSON, each with its length before it.

Floats travel as the shortest text that gives the same float back; what is not known is NaN on both sides.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from paddock.strategy.expr import StateField
from paddock.strategy.program import Action
from paddock.strategy.view import Declared, Observation

HEAD = struct.Struct(">I")
FIELDS = tuple(StateField)


def frame(message: Mapping[str, object]) -> bytes:
    body = json.dumps(message, separators=(",", ":")).encode()
    return HEAD.pack(len(body)) + body


def seen_as_json(
    seen: Observation, scope: Sequence[str], declared: Sequence[Declared]
) -> dict[str, dict[str, list[float]]]:
    """All that a strategy of `scope` may look at, by symbol: features now and at the bar before, and the position."""
    shown = {}
    for symbol in seen.present:
        if symbol in scope:
            features = [one.of(symbol) for one in declared]
            shown[symbol] = {
                "now": [seen.value(feature) for feature in features],
                "before": [seen.before(symbol, feature) for feature in features],
                "state": [seen.state(symbol, field) for field in FIELDS],
            }
    return shown


def action_as_json(action: Action) -> dict[str, Any]:
    return {
        "kind": int(action.kind),
        "symbol": action.symbol,
        "side": int(action.side),
        "size": {"mode": int(action.size.mode), "value": action.size.value},
        "leverage": action.leverage,
        "order": int(action.order),
        "px": action.px,
        "offset_pct": action.offset_pct,
        "tif": int(action.tif),
        "expire_ms": action.expire_ms,
        "duration_ms": action.duration_ms,
        "bound_pct": action.bound_pct,
        "protection": {
            "stop_loss_pct": action.protection.stop_loss_pct,
            "stop_loss_px": action.protection.stop_loss_px,
            "take_profit_pct": action.protection.take_profit_pct,
            "take_profit_px": action.protection.take_profit_px,
            "trailing_stop_pct": action.protection.trailing_stop_pct,
        },
        "cancel": int(action.cancel),
    }
