"""In which order the actions of one decision happen."""

from __future__ import annotations

from collections.abc import Iterable

from paddock.strategy.brackets import FIELDS
from paddock.strategy.program import Action


def firing_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """By kind: cancels, exits, protection, leverage, entries. Within a kind the given order stays.

    The rules of a graph are in this order already, so a Python strategy that returns the same actions does the same.
    """
    return tuple(sorted(actions, key=lambda action: action.kind))


def content_key(action: Action) -> tuple[float, ...]:
    """Everything an action says but its symbol, as numbers; long before short."""
    return (
        -action.side,
        action.size.mode,
        action.size.value,
        action.leverage,
        action.order,
        action.px,
        action.offset_pct,
        action.tif,
        action.expire_ms,
        action.duration_ms,
        action.bound_pct,
        *(getattr(action.protection, name) for name in FIELDS),
        action.cancel,
    )
