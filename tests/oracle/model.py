"""The state of the oracle and the rows it leaves behind. Field names are those of paddock.engine.log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from paddock.core.instrument import Instrument
from paddock.core.orders import OrderKind, Reason, Refusal, Tif
from paddock.engine.log import WORKING
from paddock.strategy.program import Protection


@dataclass(eq=False)
class Order:
    bar: int
    ts: int
    symbol: int
    kind: OrderKind
    side: int
    reason: Reason
    lots: int
    px: Decimal = Decimal(0)
    tif: Tif = Tif.GTC
    leverage: Decimal = Decimal(1)
    capped: int = 0
    state: int = WORKING
    filled: int = 0
    # what the log does not show
    close: Decimal = Decimal(0)  # of the decision's bar
    reference_px: Decimal = Decimal(0)
    bound_pct: Decimal = Decimal(0)
    expire_ms: int = 0
    duration_ms: int = 0
    protection: Protection = field(default_factory=Protection)
    bars_seen: int = 0  # bars of its symbol at whose open it was looked at
    marketable_bar: int = -1  # last bar at whose open it was marketable

    @property
    def rest(self) -> int:
        return self.lots - self.filled


@dataclass
class Fill:
    order: int
    bar: int
    ts: int
    symbol: int
    side: int
    maker: int
    lots: int
    px: Decimal
    value: int
    fee: int


@dataclass
class Trade:
    symbol: int
    side: int
    reason: Reason
    lots: int
    entry_bar: int
    entry_ts: int
    entry_px: Decimal
    exit_bar: int
    exit_ts: int
    exit_px: Decimal
    realised: int
    fees: int
    funding: int
    pnl: int


@dataclass
class RefusalRow:
    bar: int
    ts: int
    symbol: int
    reason: Refusal


@dataclass(eq=False)
class Position:
    """One open position: what it cost, what it paid so far, and the levels that protect it (None: no such level)."""

    side: int
    entry_bar: int
    entry_ts: int
    extreme: Decimal
    lots: int = 0
    cost: int = 0
    average: Decimal = Decimal(0)  # entry price, set at each entry fill
    fees: int = 0
    funding: int = 0
    leverage: Decimal = Decimal(1)
    protection: Protection = field(default_factory=Protection)
    entries: list[int] = field(default_factory=list)  # orders that filled into it
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    liquidation: Decimal | None = None
    grown_within_bar: int = -1  # last bar in which a limit order opened or increased it after its open


@dataclass(eq=False)
class Slot:
    """The bot on one symbol."""

    index: int
    symbol: str
    instrument: Instrument
    position: Position | None = None
    entry: Order | None = None
    exit: Order | None = None
    mark: Decimal = Decimal(0)
    last_entry_ts: int | None = None  # close time of the last entry decision
    last_losing_stop_ts: int | None = None  # close time of its bar
    taken: int = 0  # lots filled in this bar under the participation cap


@dataclass
class Open:
    symbol: str
    side: int
    lots: int
    entry_ts: int
    entry_px: Decimal
    unrealised: int
    stop_px: Decimal
    take_px: Decimal


@dataclass
class OracleRun:
    """Everything that happened; money in micro-dollars, `equity` at each close of the window."""

    start_equity: int
    orders: list[Order] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    refusals: list[RefusalRow] = field(default_factory=list)
    equity: list[int] = field(default_factory=list)
    unrealised: list[int] = field(default_factory=list)
    positions: list[Open] = field(default_factory=list)
    fees: int = 0
    funding: int = 0
    realised: int = 0
    bars_exposed: int = 0
    bars_ambiguous: int = 0
    events: Counter[str] = field(default_factory=Counter)

    @property
    def cash(self) -> int:
        return self.start_equity + self.realised - self.fees + self.funding
