"""The price levels of an open position; docs/engine.md, "Levels"."""

from __future__ import annotations

from decimal import Decimal

from paddock.core.instrument import InstrumentKind

from .amounts import exact, px_down, px_up
from .model import Slot

HUNDRED = Decimal(100)


def set_all(slot: Slot) -> None:
    """All levels of the open position, from its average entry, its leverage and the trailing extreme."""
    held = slot.position
    assert held
    entry, protection = held.average, held.protection
    held.stop = _level(slot, -1, entry, protection.stop_loss_pct, protection.stop_loss_px)
    held.target = _level(slot, +1, entry, protection.take_profit_pct, protection.take_profit_px)
    set_liquidation(slot)
    set_trail(slot)


def set_trail(slot: Slot) -> None:
    held = slot.position
    assert held
    held.trail = _level(slot, -1, held.extreme, held.protection.trailing_stop_pct, 0.0)


def set_liquidation(slot: Slot) -> None:
    held = slot.position
    assert held
    held.liquidation = None
    if slot.instrument.kind == InstrumentKind.SPOT or (held.side > 0 and held.leverage == 1):
        return
    px = held.average * (1 - held.side / held.leverage) / (1 - held.side * exact(slot.instrument.maintenance_margin))
    held.liquidation = _on_grid(slot, -1, px)


def _level(slot: Slot, good: int, base: Decimal, pct: float, px: float) -> Decimal | None:
    """A level `pct` % from `base`, in profit (`good` = 1) or in loss (-1), or at an absolute price."""
    held = slot.position
    assert held
    if px:
        return _on_grid(slot, good, exact(float(px)))
    if pct:
        return _on_grid(slot, good, base * (1 + good * held.side * exact(float(pct)) / HUNDRED))
    return None


def _on_grid(slot: Slot, good: int, px: Decimal) -> Decimal | None:
    held = slot.position
    assert held
    if px <= 0:
        return None
    level = px_up(slot.instrument, px) if good * held.side > 0 else px_down(slot.instrument, px)
    return level if level > 0 else None
