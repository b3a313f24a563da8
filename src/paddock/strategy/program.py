"""A compiled strategy: what the engine runs, whatever the strategy was written in.

A graph compiles to a `Program` (guarded rules in firing order); a Python strategy yields the same `Action`s bar by bar.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from paddock.core.orders import Side, Tif
from paddock.strategy.expr import Expr


class ActionKind(IntEnum):
    """In firing order: exits and cancels, then protection, then entries."""

    CANCEL = 0
    CLOSE = 1
    REDUCE = 2
    PROTECT = 3
    LEVERAGE = 4
    ENTER = 5


class OrderType(IntEnum):
    MARKET = 0
    LIMIT = 1
    TWAP = 2


class SizeMode(IntEnum):
    NOTIONAL_USD = 0
    MARGIN_USD = 1  # notional = value * leverage
    EQUITY_PCT = 2  # notional = value % of the bot's equity
    RISK_PCT = 3  # notional such that the stop loses value % of the bot's equity
    QTY = 4  # base units
    POSITION_PCT = 5  # % of the open position (reductions only)


class CancelScope(IntEnum):
    ALL = 0
    ENTRIES = 1
    EXITS = 2  # working exit orders and TWAPs; protection stays
    PROTECTION = 3


class OnDrawdown(IntEnum):
    HALT = 0  # no new entries from then on
    FLATTEN = 1  # close everything, then no new entries


@dataclass(frozen=True, slots=True)
class Size:
    mode: SizeMode
    value: float


@dataclass(frozen=True, slots=True)
class Protection:
    """Levels of a bracket; a percentage counts from the average entry, 0 means absent, a price is absolute.

    In a PROTECT action an absent level leaves what is set as it is.
    """

    stop_loss_pct: float = 0.0
    stop_loss_px: float = 0.0
    take_profit_pct: float = 0.0
    take_profit_px: float = 0.0
    trailing_stop_pct: float = 0.0


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do on one symbol.

    Fields that a kind does not use keep their defaults: `side`, `size`, `leverage`, `order`, `protection` for ENTER;
    `size` (and `order`, `side` ignored) for REDUCE; `leverage` for LEVERAGE; `cancel` for CANCEL; `protection` for
    PROTECT. `px` is a limit price; 0 means `offset_pct` from the close of the decision (positive = better for us).
    `expire_ms` 0 rests until cancelled; `bound_pct` 0 means no price bound on a market order.
    """

    kind: ActionKind
    symbol: str
    side: Side = Side.BUY
    size: Size = field(default=Size(SizeMode.NOTIONAL_USD, 0.0))
    leverage: float = 1.0
    order: OrderType = OrderType.MARKET
    px: float = 0.0
    offset_pct: float = 0.0
    tif: Tif = Tif.GTC
    expire_ms: int = 0
    duration_ms: int = 0
    bound_pct: float = 0.0
    protection: Protection = field(default=Protection())
    cancel: CancelScope = CancelScope.ALL


@dataclass(frozen=True, slots=True)
class RiskPolicy:
    """What a bot may do. `None` means no limit. Gates apply to what increases exposure; an exit is never blocked."""

    max_leverage: float = 5.0
    max_open_positions: int = 5
    max_entries: int = 1  # entries in the same direction on one symbol before it is flat again
    max_order_usd: float | None = None  # notional of one entry; a larger one is made smaller
    allocated_capital_usd: float | None = None  # sum of margins of the bot; a larger entry is made smaller
    cooldown_seconds: int = 0  # between entries on one symbol
    cooldown_after_stop_seconds: int = 0  # after a losing stop, trailing stop or liquidation on one symbol
    position_timeout_seconds: int | None = None
    max_drawdown_pct: float | None = None  # peak to trough of the bot's equity
    on_drawdown: OnDrawdown = OnDrawdown.FLATTEN
    daily_loss_pct: float | None = None  # of the equity at the start of the UTC day; no entries until the next
    allowed_symbols: tuple[str, ...] = ()  # empty: every symbol of the scope


@dataclass(frozen=True, slots=True)
class Rule:
    """Do `action` when `guard` is true. `node` is the graph node it came from."""

    action: Action
    guard: Expr
    node: str


@dataclass(frozen=True, slots=True)
class Program:
    """Rules in firing order, over `symbols` sorted by name, decided at each close of `interval`."""

    name: str
    strategy_hash: str
    venue: str
    symbols: tuple[str, ...]
    interval: str
    risk: RiskPolicy
    rules: tuple[Rule, ...]
