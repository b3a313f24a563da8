"""For every block of the catalogue strategies in which its decisions show: made from its declaration, not by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from paddock.core.errors import Invalid
from paddock.market.feature import Feature
from paddock.market.features import FeatureStore
from paddock.market.tape import Tape
from paddock.strategy.blocks.base import At, Block, Condition, block_params
from paddock.strategy.blocks.catalogue import CATALOGUE, make_block
from paddock.strategy.blocks.kinds import Choice, Clock, Flag, Interval, Label, Number, SizeKind, Symbol, Weekdays
from paddock.strategy.blocks.logic import Children, Logic, Trigger
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.expr import All, Any, Const, Expr, Not, State, StateField, Test
from paddock.strategy.program import Program, SizeMode
from paddock.strategy.validate import load_document
from tests.engine.market import SYMBOLS
from tests.strategy.documents import document, node, path

Params = dict[str, object]
CONDITIONS = tuple(name for name, cls in CATALOGUE.items() if issubclass(cls, Condition))
ACTIONS = tuple(name for name, cls in CATALOGUE.items() if not issubclass(cls, Condition | Trigger))
SIZES = {
    SizeMode.NOTIONAL_USD: 700,
    SizeMode.MARGIN_USD: 400,
    SizeMode.EQUITY_PCT: 12,
    SizeMode.RISK_PCT: 0.5,
    SizeMode.QTY: 3,
    SizeMode.POSITION_PCT: 40,
}
NUMBERS = {"%": 2, "x": 3, "seconds": 14_400, "price": 100, "bars": 30}
LEVELS = {
    StateField.PNL_USD: 2,
    StateField.PNL_PCT: 0.3,
    StateField.NOTIONAL_USD: 690,
    StateField.DURATION_S: 4 * 3600,
    StateField.SINCE_ENTRY_S: 4 * 3600,
}
SIZE = {"mode": "notional_usd", "value": 700}
CHILD = {"type": "price_change_pct_above", "params": {"period": 2, "value": 0.3}}


def variants(name: str, tape: Tape) -> list[Params]:
    """Parameters under which the block says something on this tape; each differs from the first in one of them."""
    cls = CATALOGUE[name]
    first = _first(cls, tape)
    others = (first | {p.name: value} for p in block_params(cls) for value in _others(p.kind, p.unit))
    found = [params for params in chain([first], others) if make_block(name, params, "")[0] is not None]
    return [params for n, params in enumerate(found) if params not in found[:n]]


def _first(cls: type[Block], tape: Tape) -> Params:
    """What must be given (another market, times, children, a stop of an entry), and levels that are often crossed."""
    kinds = {p.name: p.kind for p in block_params(cls)}
    params: Params = {}
    for name, kind in kinds.items():
        if isinstance(kind, Symbol) and not kind.any_symbol:
            params[name] = SYMBOLS[0]
        elif isinstance(kind, Children):
            params[name] = [CHILD]
        elif isinstance(kind, Clock):
            params[name] = "17:00" if params else "08:00"
    if {"size", "stop_loss_pct"} <= kinds.keys():
        params |= {"size": SIZE, "stop_loss_pct": 3}
    tuned = params | _levels(cls, params, tape)
    return tuned if make_block(cls.type, tuned, "")[0] is not None else params


def _others(kind: object, unit: str) -> Iterator[object]:
    if isinstance(kind, Symbol):
        yield SYMBOLS[1]
    elif isinstance(kind, Interval):
        yield "4h"
    elif isinstance(kind, Choice):
        yield from kind.words
    elif isinstance(kind, Flag):
        yield from (True, False)
    elif isinstance(kind, Label):
        yield "tag"
    elif isinstance(kind, Weekdays):
        yield ["mon", "thu"]
    elif isinstance(kind, SizeKind):
        yield from ({"mode": mode.name.lower(), "value": SIZES[mode]} for mode in kind.modes)
    elif isinstance(kind, Number) and unit in NUMBERS:
        yield NUMBERS[unit]


def _levels(cls: type[Block], params: Params, tape: Tape) -> Params:
    """The parameters that a feature or a state is compared with, at the middle of what is seen of it."""
    block, _ = make_block(cls.type, params, "")
    if not isinstance(block, Condition) or isinstance(block, Logic):
        return {}
    levels: Params = {}
    for test in comparisons(block.lower(At(SYMBOLS[1], tape.interval, SYMBOLS))):
        level = _middle(test.left, tape)
        if isinstance(test.right, Const) and level is not None:
            levels |= {name: level for name in _numbers(cls) if getattr(block, name) == test.right.value}
    return levels


def _numbers(cls: type[Block]) -> list[str]:
    return [p.name for p in block_params(cls) if isinstance(p.kind, Number) and p.unit != "bars"]


def _middle(value: object, tape: Tape) -> float | None:
    if isinstance(value, State):
        return LEVELS.get(value.field)
    return float(np.nanmedian(FeatureStore(tape).column(value))) if isinstance(value, Feature) else None


def comparisons(expr: Expr) -> Iterator[Test]:
    if isinstance(expr, Test):
        yield expr
    elif isinstance(expr, All | Any):
        yield from chain.from_iterable(map(comparisons, expr.parts))
    elif isinstance(expr, Not):
        yield from comparisons(expr.part)


def condition_program(name: str, params: Params) -> Program:
    """Sells short where the condition holds, and trims whatever is held; now and then something buys."""
    nodes = [
        node("start", "trigger"),
        node("probe", name, **params),
        node("sell", "open_short", size=SIZE, leverage=2, stop_loss_pct=2, take_profit_pct=1.5),
        node("trim", "reduce_position", pct=30),
        node("dip", "price_change_pct_below", period=3, value=-0.5),
        node("buy", "open_long", size=SIZE, stop_loss_pct=2.5, trailing_stop_pct=2),
    ]
    return _compiled(nodes, path("start", "probe", "sell"), path("probe", "trim"), path("start", "dip", "buy"))


def action_program(name: str | None, params: Params) -> Program | None:
    """Positions and orders of many kinds come and go, and the action meddles; None where it may not stand there.

    Without a name: what happens when it does not meddle.
    """
    nodes = [
        node("start", "trigger"),
        node("dip", "price_change_pct_below", period=3, value=-0.5),
        node("buy", "open_long", size=SIZE, leverage=2, stop_loss_pct=6),
        node("fall", "rsi_crosses_below", period=6, value=45),
        node("ask", "place_limit_order", side="short", size=SIZE, offset_pct=0.6, stop_loss_pct=5, take_profit_pct=4),
        node("calm", "rsi_crosses_above", period=6, value=50),
        node("slices", "place_twap_order", side="long", size=SIZE, duration_seconds=28_800, trailing_stop_pct=6),
        node("rest", "place_limit_order", side="short", reduce_only=True, size={"mode": "qty", "value": 2}, price=112),
    ]
    paths = [path("start", "dip", "buy"), path("start", "fall", "ask"), path("start", "calm", "slices")]
    paths.append(path("dip", "rest"))
    if name is not None:
        nodes += [node("often", "price_change_pct_above", period=2, value=0.4), node("probe", name, **params)]
        paths.append(path("start", "often", "probe"))
    try:
        return _compiled(nodes, *paths)
    except Invalid:
        return None


def _compiled(nodes: list[dict[str, object]], *paths: list[dict[str, object]]) -> Program:
    scope = {"venue": "test", "symbols": list(SYMBOLS), "interval": "1h"}
    risk = {"max_entries": 2, "max_order_usd": 5000}
    return compile_strategy(load_document(document(nodes, *paths, scope=scope, risk=risk)), SYMBOLS)
