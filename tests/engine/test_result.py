"""The result document: its shape, its exact decimals, its warnings, and a hash of orders that means what it says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from paddock.core.instrument import Instrument
from paddock.core.orders import Reason, Refusal
from paddock.core.time import DAY_MS
from paddock.engine import caveats
from paddock.engine.costs import Costs
from paddock.engine.log import FILL, ORDER, REFUSAL, OpenPosition, Run
from paddock.engine.metrics import measure
from paddock.engine.orders_hash import orders_hash
from paddock.engine.result import SCHEMA, day_ends, document, px_text, qty_text, usd
from tests.engine.runs import START_TS, USD, market_orders, replace, run, tape, trades_of

# --- the shape --------------------------------------------------------------------------------------------------------

Dollars = Annotated[str, Field(pattern=r"^-?\d+\.\d{2,6}$")]
Number = Annotated[str, Field(pattern=r"^-?\d+(\.\d*[1-9])?$")]
Ms = Annotated[int, Field(ge=0)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SideName = Literal["long", "short"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MetricModel(Strict):
    value: int | float | Dollars | None
    unit: str
    basis: Annotated[str, Field(min_length=3)]
    n: Annotated[int, Field(ge=0)]
    reason: str | None = None


class CoverageModel(Strict):
    ratio: float
    bars: int
    expected: int
    first_ts: Ms
    last_ts: Ms
    longest_gap_bars: int


class TapeModel(Strict):
    venue: str
    symbols: list[str]
    interval: str
    start_ts: Ms | None
    end_ts: Ms | None
    bars: int
    coverage: dict[str, CoverageModel]
    funding_coverage: float | None
    fidelity: str
    source: str


class FeesModel(Strict):
    taker_bps: float
    maker_bps: float


class CostsModel(Strict):
    fees: dict[str, FeesModel]
    slippage_bps: float
    impact: float
    latency_ms: float
    funding: bool
    participation_pct: float | None
    touch: bool
    off: list[Literal["taker_fee", "maker_fee", "slippage", "funding"]]


class AccountModel(Strict):
    start_usd: Dollars
    end_usd: Dollars


class DrawdownModel(Strict):
    pct: float
    peak_ts: Ms
    trough_ts: Ms
    recovered_ts: Ms | None


class WarningModel(Strict):
    code: str
    message: str


class TradeModel(Strict):
    symbol: str
    side: SideName
    qty: Number
    entry_ts: Ms
    entry_px: Number
    exit_ts: Ms
    exit_px: Number
    fees_usd: Dollars
    funding_usd: Dollars
    pnl_usd: Dollars
    exit_reason: str


class FillModel(Strict):
    ts: Ms
    qty: Number
    px: Number
    fee_usd: Dollars
    maker: bool


class OrderModel(Strict):
    ts: Ms
    symbol: str
    kind: Literal["market", "limit", "twap", "stop", "take", "trail", "liquidation"]
    side: Literal["buy", "sell"]
    reason: str
    tif: Literal["gtc", "ioc", "alo"]
    state: Literal["working", "filled", "canceled", "expired"]
    qty: Number
    filled_qty: Number
    px: Number | None
    leverage: float
    capped: bool
    fills: list[FillModel]


class RefusalModel(Strict):
    symbol: str
    reason: str
    count: int
    first_ts: Ms
    last_ts: Ms


class PointModel(Strict):
    ts: Ms
    usd: Dollars


class PositionModel(Strict):
    symbol: str
    side: SideName
    qty: Number
    entry_ts: Ms
    entry_px: Number
    unrealised_usd: Dollars
    stop_px: Number | None
    take_px: Number | None


class ResultModel(Strict):
    schema_: Annotated[Literal["paddock/result@1"], Field(alias="schema")]
    strategy_hash: Hash
    strategy_name: str
    orders_hash: Hash
    tape: TapeModel
    costs: CostsModel
    account: AccountModel
    metrics: dict[str, MetricModel]
    worst_drawdown: DrawdownModel | None
    warnings: list[WarningModel]
    trades: list[TradeModel]
    orders: list[OrderModel]
    refusals: list[RefusalModel]
    equity: list[PointModel]
    open_positions: list[PositionModel]


def full_run() -> Run:
    """A run with something in every part of the document."""
    symbols = ["BTC", "ETH"]
    orders, fills = market_orders(8, symbols=[0, 0, 1, 1, 0, 0, 1, 1])
    orders["px"][2], orders["filled"][7], orders["state"][7] = 99.5, 4_000, 0
    refusals = np.zeros(5, REFUSAL)
    refusals["ts"] = START_TS + np.arange(5)
    refusals["symbol"] = [0, 1, 1, 0, 1]
    refusals["reason"] = [Refusal.COOLDOWN, Refusal.COOLDOWN, Refusal.CAPPED, Refusal.COOLDOWN, Refusal.COOLDOWN]
    equity = [10_000 * USD + step * 1_500_001 for step in (0, 3, -4, 2, 5, 9, 7, 8) * 6]
    made = run(equity, trades_of([5_000_001, -USD, 0, 2 * USD], symbols=[0, 1, 0, 1]), on=tape(symbols))
    position = OpenPosition("ETH", -1, 12_345, START_TS, 101.25, -1_230_000, 103.0, 0.0)
    return replace(made, orders=orders, fills=fills, refusals=refusals, positions=(position,), bars_ambiguous=2)


@pytest.mark.parametrize("make", [full_run, lambda: run([10_000 * USD] * 3), lambda: run([], on=tape())])
def test_the_document_has_the_published_shape_and_survives_json(make: Any) -> None:
    doc = document(make())
    ResultModel.model_validate(doc)
    assert json.loads(json.dumps(doc, allow_nan=False)) == doc
    assert doc["schema"] == SCHEMA


def test_the_document_says_what_the_run_did() -> None:
    doc = document(full_run())
    assert doc["account"] == {"start_usd": "10000.00", "end_usd": "10012.000008"}
    first = doc["trades"][0]
    assert first == {
        "symbol": "BTC",
        "side": "long",
        "qty": "1",
        "entry_ts": START_TS,
        "entry_px": "100",
        "exit_ts": START_TS + 3_600_000,
        "exit_px": "105",
        "fees_usd": "0.00",
        "funding_usd": "0.00",
        "pnl_usd": "5.000001",
        "exit_reason": "close_position",
    }
    assert doc["tape"]["start_ts"] == START_TS
    assert doc["tape"]["end_ts"] == START_TS + 2 * DAY_MS
    assert [point["ts"] for point in doc["equity"]] == [START_TS + DAY_MS, START_TS + 2 * DAY_MS]
    assert doc["metrics"]["net_pnl_usd"]["value"] == "12.000008"
    assert doc["open_positions"][0]["qty"] == "1.2345"
    assert doc["open_positions"][0]["take_px"] is None
    assert doc["orders"][2]["px"] == "99.5"
    assert doc["orders"][0]["px"] is None
    assert doc["orders"][7]["filled_qty"] == "0.4"
    assert [len(order["fills"]) for order in doc["orders"]] == [1] * 8
    counts = {(r["symbol"], r["reason"]): r["count"] for r in doc["refusals"]}
    assert counts == {("BTC", "cooldown"): 2, ("ETH", "cooldown"): 2, ("ETH", "capped"): 1}


def test_trades_are_sorted_by_exit_then_entry() -> None:
    trades = trades_of([1, 2, 3, 4], symbols=[1, 0, 1, 0])
    trades["exit_ts"] = START_TS + np.array([9, 5, 9, 5])
    trades["entry_ts"] = START_TS + np.array([2, 1, 1, 0])
    doc = document(run([10_000 * USD] * 4, trades, on=tape(["BTC", "ETH"], bars=4)))
    assert [t["pnl_usd"] for t in doc["trades"]] == ["0.000004", "0.000002", "0.000003", "0.000001"]


# --- decimals ---------------------------------------------------------------------------------------------------------


@given(st.integers(-(10**17), 10**17))
def test_dollars_are_exact(micro: int) -> None:
    assert Decimal(usd(micro)) == Decimal(micro).scaleb(-6)


@given(st.integers(0, 10**15), st.integers(0, 14))
def test_quantities_are_exact(lots: int, decimals: int) -> None:
    instrument = Instrument("v", "S", qty_decimals=decimals)
    text = qty_text(instrument, lots)
    assert Decimal(text) == instrument.qty(lots)
    assert "E" not in text


@given(st.integers(1, 10**13), st.integers(0, 8))
def test_prices_on_the_grid_are_exact(ticks: int, decimals: int) -> None:
    instrument = Instrument("v", "S", px_decimals=decimals)
    assert Decimal(px_text(instrument, ticks / 10**decimals)) == Decimal(ticks).scaleb(-decimals)


def test_an_average_between_ticks_keeps_more_decimals() -> None:
    assert px_text(Instrument("v", "S", px_decimals=1), 100.25) == "100.25"


def test_day_ends() -> None:
    ts = np.array([0, 5, DAY_MS - 1, DAY_MS, 3 * DAY_MS], np.int64)
    assert day_ends(ts).tolist() == [2, 3, 4]
    assert day_ends(ts[:0]).tolist() == []


# --- the hash of orders -----------------------------------------------------------------------------------------------


def with_orders(symbols: list[str], rows: list[int], px: float = 100.0) -> Run:
    orders, fills = market_orders(len(rows), symbols=rows, px=px)
    return run([10_000 * USD] * 10, on=tape(symbols, bars=10), orders=orders, fills=fills)


def test_other_symbols_on_the_tape_do_not_change_the_hash() -> None:
    alone = with_orders(["BTC", "ETH"], [0, 0, 1, 1])
    among = with_orders(["ADA", "BTC", "DOT", "ETH", "XRP"], [1, 1, 3, 3])
    assert orders_hash(alone) == orders_hash(among)
    assert orders_hash(alone) != orders_hash(with_orders(["BTC", "SOL"], [0, 0, 1, 1]))


@given(st.permutations(range(12)))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_does_not_change_the_hash(order: list[int]) -> None:
    made = with_orders(["BTC", "ETH"], [0, 1] * 6)
    made.orders["ts"] //= 10**9  # many in the same bar
    where = np.argsort(order)
    fills = made.fills[list(order)].copy()
    fills["order"] = where[fills["order"]]
    assert orders_hash(replace(made, orders=made.orders[list(order)], fills=fills)) == orders_hash(made)


CHANGES: list[tuple[str, str, object]] = [
    ("orders", "ts", 1),
    ("orders", "kind", 1),
    ("orders", "side", -1),
    ("orders", "lots", 9_999),
    ("orders", "px", 99.99),
    ("orders", "filled", 1),
    ("orders", "reason", int(Reason.TIMEOUT)),
    ("orders", "state", 2),
    ("fills", "ts", 1),
    ("fills", "lots", 9_999),
    ("fills", "px", 100.01),
    ("fills", "side", -1),
]


@pytest.mark.parametrize(("rows", "field", "value"), CHANGES)
def test_whatever_matters_changes_the_hash(rows: str, field: str, value: object) -> None:
    made = with_orders(["BTC"], [0] * 4)
    before = orders_hash(made)
    getattr(made, rows)[field][0] = value
    assert orders_hash(made) != before


@pytest.mark.parametrize("field", ["bar", "bot", "leverage", "capped", "tif"])
def test_what_does_not_matter_does_not(field: str) -> None:
    made = with_orders(["BTC"], [0] * 4)
    before = orders_hash(made)
    made.orders[field] += 1
    made.fills["fee"] += 1
    assert orders_hash(made) == before
    assert ORDER.names is not None
    assert FILL.names is not None


def test_the_lot_is_part_of_the_hash() -> None:
    made = with_orders(["BTC"], [0] * 4)
    coarse = replace(made.tape, instruments=(Instrument("hyperliquid", "BTC", px_decimals=2, qty_decimals=2),))
    assert orders_hash(replace(made, tape=coarse)) != orders_hash(made)


# --- warnings ---------------------------------------------------------------------------------------------------------


def codes(made: Run) -> set[str]:
    return {w["code"] for w in document(made)["warnings"]}


def test_costs_switched_off_are_named() -> None:
    bare = run([10_000 * USD], costs=Costs(taker_bps=0, maker_bps=0, slippage_bps=0, funding=False))
    doc = document(bare)
    assert doc["costs"]["off"] == ["taker_fee", "maker_fee", "slippage", "funding"]
    assert "costs_off" in codes(bare)
    assert document(run([10_000 * USD]))["costs"]["off"] == []
    assert document(run([10_000 * USD], costs=Costs(slippage_bps=0, impact=0.8)))["costs"]["off"] == []


def test_fees_are_stated_as_used() -> None:
    assert document(run([10_000 * USD]))["costs"]["fees"]["BTC"] == {"taker_bps": 4.5, "maker_bps": 1.5}
    mine = document(run([10_000 * USD], costs=Costs(taker_bps=7.0)))["costs"]["fees"]["BTC"]
    assert mine == {"taker_bps": 7.0, "maker_bps": 1.5}


def test_warnings() -> None:
    equity = [10_000 * USD] * 3
    assert "no_trades" in codes(run(equity))
    assert "few_trades" in codes(run(equity, trades_of([USD] * 29)))
    assert "few_trades" not in codes(run(equity, trades_of([USD] * 30)))
    assert "concentrated_profit" in codes(run(equity, trades_of([10 * USD, -USD, -USD])))
    assert "concentrated_profit" not in codes(run(equity, trades_of([10 * USD, 10 * USD, -USD])))
    assert {"ambiguous_bars", "open_positions"} <= codes(full_run())
    liquidated = trades_of([-USD])
    liquidated["reason"] = Reason.LIQUIDATION
    assert "liquidations" in codes(run(equity, liquidated))
    halted = trades_of([-USD])
    halted["reason"] = Reason.DRAWDOWN
    assert "drawdown_halt" in codes(run(equity, halted))


def test_warnings_about_the_tape() -> None:
    plain = tape(bars=3)
    assert "no_funding_data" in codes(run([10_000 * USD] * 3))
    assert "no_funding_data" not in codes(run([10_000 * USD] * 3, costs=Costs(funding=False)))
    assert "funding_coverage" in codes(run([10_000 * USD] * 3, on=replace(plain, funding_coverage=0.5)))
    generated = replace(plain, fidelity="generated demo, 1h bars")
    assert "generated_data" in codes(run([10_000 * USD] * 3, on=generated))
    thin = replace(plain, ts=np.array([0, 2, 3]) * 3_600_000)
    assert "coverage" in codes(run([10_000 * USD] * 3, on=thin))
    assert not {"coverage", "generated_data", "funding_coverage"} & codes(run([10_000 * USD] * 3))


def test_a_short_record_is_said_to_be_short() -> None:
    rng = np.random.default_rng(2)
    equity = np.rint(10_000 * USD * np.cumprod(1 + rng.normal(0.001, 0.02, 60))).astype(int)
    weak = run(equity.tolist(), interval="1d")
    needed = document(weak)["metrics"]["track_record_needed_days"]["value"]
    assert (needed is not None and needed > 60) == ("short_record" in codes(weak))
    steady = np.rint(10_000 * USD * np.cumprod(1 + rng.normal(0.01, 0.01, 60))).astype(int)
    assert "short_record" not in codes(run(steady.tolist(), interval="1d"))


# --- the page that describes it ---------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "backtest.md"


def keys_of(model: type[BaseModel]) -> set[str]:
    """Every key that a document of this model may have, at any depth."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        parts = [field.annotation, *get_args(field.annotation)]
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                found |= keys_of(part)
    return found


def test_every_key_figure_and_warning_is_described() -> None:
    named = set(re.findall(r"[`\"]([a-z_]+)[`\"]", PAGE.read_text(encoding="utf-8")))
    figures = set(measure(run([10_000 * USD])).figures)
    source = (Path(caveats.__file__)).read_text(encoding="utf-8")
    warnings = set(re.findall(r'yield \(?\s*"([a-z_]+)"', source))
    assert len(warnings) >= 13
    assert (keys_of(ResultModel) | figures | warnings) - named == set()
