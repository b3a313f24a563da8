"""Strategies written in Python: a class with two methods, driven bar by bar.

    from paddock.strategy.python import Strategy, equity_pct, open_long

    class Dip(Strategy):
        def init(self, market):
            self.rsi = market.feature("rsi", 14)

        def next(self, view):
            for now in view:
                rsi = now.value(self.rsi)
                if rsi is not None and rsi < 30 and now.position.is_flat:
                    yield open_long(now.symbol, equity_pct(10), stop_loss_pct=2)

This module holds no interpreter: turning a source text into a class is the business of the surfaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Protocol

from paddock.core.errors import Code, Invalid, PaddockError, nearest
from paddock.market.feature import Feature
from paddock.strategy.actions import (
    cancel_orders,
    close_position,
    equity_pct,
    margin_usd,
    notional_usd,
    open_long,
    open_short,
    place_limit_order,
    place_twap_order,
    position_pct,
    qty,
    reduce_position,
    risk_pct,
    set_stop_loss,
    set_take_profit,
    set_tpsl,
    set_trailing_stop,
    update_leverage,
)
from paddock.strategy.canonical import strategy_hash
from paddock.strategy.compiler import scope_symbols
from paddock.strategy.document import Document, PythonCode
from paddock.strategy.firing import firing_order
from paddock.strategy.program import Action, ActionKind, Program, Protection
from paddock.strategy.view import Market, Observation, View

__all__ = [
    "SOURCE_NAME",
    "Action",
    "Decider",
    "Decides",
    "Observation",
    "PythonProgram",
    "Strategy",
    "UserCode",
    "cancel_orders",
    "close_position",
    "compile_python",
    "equity_pct",
    "margin_usd",
    "notional_usd",
    "open_long",
    "open_short",
    "place_limit_order",
    "place_twap_order",
    "position_pct",
    "qty",
    "reduce_position",
    "risk_pct",
    "set_stop_loss",
    "set_take_profit",
    "set_tpsl",
    "set_trailing_stop",
    "update_leverage",
]
SOURCE_NAME = "<strategy>"  # the file name under which a strategy's source is compiled


class Strategy:
    """Base of all Python strategies. A new instance is made for every run.

    In a file of its own the class may also say its `name`, `description`, `scope`, `risk` and `waivers`, in the form
    that a document has them.
    """

    name: ClassVar[str] = ""
    description: ClassVar[str] = ""
    scope: ClassVar[dict[str, object]] = {}
    risk: ClassVar[dict[str, object]] = {}
    waivers: ClassVar[list[dict[str, object]]] = []

    def init(self, market: Market) -> None:
        """Declare the features to read and keep what `market.feature` returns."""

    def next(self, view: View) -> Iterable[Action] | None:
        """Return or yield what to do now; None is nothing."""
        raise NotImplementedError


class UserCode:
    """Around a call into a strategy: whatever it raises becomes Invalid (strategy.python) with the line it happened on.

    `doing` names the call ("init", "next").
    """

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PaddockError) and error.where.startswith("line "):
            return
        if isinstance(error, Exception | SystemExit):  # a strategy does not end the program
            raise _friendly(error, self._doing, _line_of(trace)) from None


def _line_of(trace: TracebackType | None) -> int | None:
    """The last line of the strategy's own source that the error passed through."""
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == SOURCE_NAME:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _friendly(error: Exception | SystemExit, doing: str, line: int | None) -> Invalid:
    where = doing if line is None else f"line {line}, in {doing}"
    if isinstance(error, PaddockError):
        return Invalid(
            error.code, error.message, where=where, seen=error.seen, rule=error.rule, suggestion=error.suggestion
        )
    text = " ".join(str(error).split())[:200]
    hint = "values that are not known yet are None" if isinstance(error, TypeError) and "None" in text else ""
    return Invalid(
        Code.STRATEGY_PYTHON,
        f"the strategy failed in {doing}: {type(error).__name__}{': ' if text else ''}{text}",
        where=where,
        seen=type(error).__name__,
        rule="a strategy handles what it is shown without raising",
        suggestion=hint,
    )


class Decides(Protocol):
    """One run of a Python strategy, wherever its code runs."""

    def decide(self, seen: Observation) -> tuple[Action, ...]:
        """The actions of this close in firing order. Raises Invalid (strategy.python) when the strategy fails."""
        ...


@dataclass(frozen=True, slots=True)
class PythonProgram:
    """A Python strategy ready to run: `program` has everything but rules, `features` are the columns it may read.

    It acts on `scope`; `program.symbols` also holds symbols that it only reads. `start` makes a fresh instance for one
    run. All columns are held while it runs: `most_values` bounds them together, None does not.
    """

    program: Program
    scope: tuple[str, ...]
    features: tuple[Feature, ...]
    start: Callable[[], Decides]
    most_values: int | None = None


class Decider:
    """One run of a Python strategy; the engine calls `decide` at each close, in order."""

    def __init__(self, strategy: Strategy, scope: tuple[str, ...], *, stop_waived: bool) -> None:
        self._strategy = strategy
        self._scope = scope
        self._stop_waived = stop_waived

    def decide(self, seen: Observation) -> tuple[Action, ...]:
        """The actions of this close in firing order; an action on a symbol without this bar is left out.

        Raises Invalid (strategy.python) when the strategy fails or returns what is not an action of its scope.
        """
        with UserCode("next"):
            returned = self._strategy.next(View(seen, self._scope))
            actions = [] if returned is None else list(_iterable(returned))
        return in_order(actions, self._scope, seen.present, stop_waived=self._stop_waived)


def in_order(
    actions: Sequence[Action], scope: tuple[str, ...], present: tuple[str, ...], *, stop_waived: bool
) -> tuple[Action, ...]:
    """`actions` in firing order, less those on a symbol that is not `present`.

    Raises Invalid (strategy.python) for what is not an action of the `scope` with a stop.
    """
    for action in actions:
        _check(action, scope, stop_waived)
    return firing_order(action for action in actions if action.symbol in present)


def _check(action: object, scope: tuple[str, ...], stop_waived: bool) -> None:
    if not isinstance(action, Action):
        raise _not_actions(action)
    if action.symbol not in scope:
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"{action.symbol} is not in the scope",
            where="next",
            seen=action.symbol,
            rule="an action trades a symbol of the scope",
            suggestion=nearest(action.symbol, scope),
        )
    if action.kind is ActionKind.ENTER and not stop_waived and not _has_stop(action.protection):
        raise Invalid(
            Code.STRATEGY_PYTHON,
            f"an entry on {action.symbol} has no stop",
            where="next",
            seen="no stop",
            rule="every entry has a stop loss or a trailing stop",
            suggestion="give stop_loss_pct, or waive entry_without_stop with a reason",
        )


def _iterable(returned: object) -> Iterable[Action]:
    if isinstance(returned, Iterable):
        return returned
    raise _not_actions(returned)


def _not_actions(seen: object) -> Invalid:
    return Invalid(
        Code.STRATEGY_PYTHON,
        "next returned something that is no action",
        where="next",
        seen=type(seen).__name__,
        rule="next returns a list of actions, yields them, or returns nothing",
        suggestion="for example [open_long(symbol, equity_pct(10), stop_loss_pct=2)]",
    )


def _has_stop(levels: Protection) -> bool:
    return bool(levels.stop_loss_pct or levels.stop_loss_px or levels.trailing_stop_pct)


def compile_python(
    document: Document, make: Callable[[], Strategy], symbols: Sequence[str] | None = None
) -> PythonProgram:
    """The program of a Python document whose class is `make`; `symbols` are those of the tape.

    Raises Invalid (strategy.invalid) for a scope that the tape lacks, (strategy.python) when `init` fails.
    """
    assert isinstance(document.body, PythonCode)
    scope = scope_symbols(document.scope, symbols)
    market = Market(scope, document.scope.interval)
    initialised(make, market)
    features = market.declared()

    def start() -> Decider:
        strategy = initialised(make, Market(scope, document.scope.interval))
        return Decider(strategy, scope, stop_waived=stop_waived(document))

    return PythonProgram(program_of(document, scope, features), scope, features, start)


def program_of(document: Document, scope: tuple[str, ...], features: Sequence[Feature]) -> Program:
    """All of a Python strategy that is not Python: it trades `scope` and reads `features`."""
    return Program(
        name=document.name,
        strategy_hash=strategy_hash(document),
        venue=document.scope.venue,
        symbols=tuple(sorted({*scope, *(feature.symbol for feature in features)})),
        interval=document.scope.interval,
        risk=document.risk,
        rules=(),
    )


def stop_waived(document: Document) -> bool:
    """Whether its author set aside that every entry has a stop."""
    return any(waiver.rule == "entry_without_stop" for waiver in document.waivers)


def initialised(make: Callable[[], Strategy], market: Market) -> Strategy:
    """A new strategy that declared to `market` what it reads; raises Invalid (strategy.python) when `init` fails."""
    with UserCode("init"):
        strategy = make()
        strategy.init(market)
    return strategy
