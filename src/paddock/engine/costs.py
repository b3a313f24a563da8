"""What trading costs: fees, slippage, impact, latency, funding. A result names the usual ones that are off."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.errors import Code, Invalid

DEFAULT_SLIPPAGE_BPS = 2.0


@dataclass(frozen=True, slots=True)
class Costs:
    """`None` fees mean the instrument's own. `impact` is Y of the square-root law (0: none), see docs/engine.md.

    `participation_pct` caps the share of a bar's volume that one slot may take (None: no cap). `touch` lets a resting
    limit order fill when price only touches it. `latency_ms` is how long an order is on its way after its decision.
    """

    taker_bps: float | None = None
    maker_bps: float | None = None
    slippage_bps: float = DEFAULT_SLIPPAGE_BPS
    impact: float = 0.0
    funding: bool = True
    participation_pct: float | None = None
    touch: bool = False
    latency_ms: float = 0.0

    def __post_init__(self) -> None:
        bounds = {
            "taker_bps": (-10.0, 1000.0),
            "maker_bps": (-10.0, 1000.0),
            "slippage_bps": (0.0, 1000.0),
            "impact": (0.0, 100.0),
            "participation_pct": (0.0001, 100.0),
            "latency_ms": (0.0, 60_000.0),
        }
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise Invalid(
                    Code.RUN_COSTS,
                    f"{name} {value} is out of range",
                    where=name,
                    seen=value,
                    rule=f"{name} lies between {low:g} and {high:g}",
                )
