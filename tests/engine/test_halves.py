"""The venue's half and the bot's half of a bar, joined by plain calls, are the backtest: row for row, bit for bit.

And the bot's half books whatever a venue may report.
"""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.core.errors import Invalid
from paddock.core.orders import OrderKind, Reason, Refusal, Side
from paddock.engine.backtest import backtest
from paddock.engine.carried import LAYOUT
from paddock.engine.costs import Costs
from paddock.engine.live import LiveSession
from paddock.engine.log import Run
from paddock.engine.scripted import backtest_python
from paddock.engine.state import NO_ORDER
from paddock.engine.told import Booked, EndReport, FillReport, FundingReport
from paddock.market.align import truncate
from paddock.market.feature import Feature
from paddock.market.growing import Bar
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.document import PythonCode
from paddock.strategy.expr import StateField
from paddock.strategy.program import (
    Action,
    ActionKind,
    CancelScope,
    OrderType,
    Program,
    Protection,
    RiskPolicy,
    Size,
    SizeMode,
)
from paddock.strategy.python import PythonProgram, compile_python
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document
from tests.engine.halves import Bridge, bar_at, first_difference
from tests.engine.market import SYMBOLS, market
from tests.engine.twins import TWINS
from tests.oracle.generate import Case, random_case
from tests.oracle.scenarios import SCENARIOS

USD = 1_000_000
START = Decimal(10_000)
HARSH = Costs(impact=0.7, participation_pct=5.0, slippage_bps=4.0, latency_ms=20_000.0)


def template(name: str) -> Program:
    document = load_document(find_template(name).document())
    return compile_strategy(rescope(document, symbols=SYMBOLS), SYMBOLS)


def joined(case: Case) -> tuple[Bridge, Run]:
    bridge = Bridge([case.program], case.tape, case.costs, case.start_usd, case.window[0])
    bridge.run(case.window[1])
    return bridge, backtest(case.program, case.tape, start_usd=case.start_usd, costs=case.costs, window=case.window)


@pytest.mark.parametrize("costs", [Costs(), HARSH], ids=["usual", "harsh"])
def test_every_template_on_a_rough_market(costs: Costs) -> None:
    """Holes, funding, finer bars, several symbols; all templates live in one session and one venue."""
    tape, programs = market(), [template(name) for name in TEMPLATES]
    bridge = Bridge(programs, tape, costs, START, 100)
    bridge.run(tape.bars)
    for bot, program in enumerate(programs):
        run = backtest(program, tape, start_usd=START, costs=costs, window=(100, tape.bars))
        assert first_difference(bridge, bot, run) == ""
    assert sum(len(trades) for trades in bridge.trades) > 100


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_random_programs_on_random_tapes(first: int) -> None:
    seen = set()
    for seed in range(first, first + 40):
        bridge, run = joined(random_case(seed))
        assert first_difference(bridge, 0, run) == "", f"random_case({seed})"
        seen |= set(run.orders["reason"].tolist())
    assert seen >= {Reason.ENTRY, Reason.STOP_LOSS, Reason.TAKE_PROFIT, Reason.TRAILING_STOP}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_was_worked_out_by_hand(scenario) -> None:
    tape, program = scenario.tape(), scenario.program()
    case = Case(0, program, tape, scenario.costs, scenario.start_usd, (0, tape.bars))
    bridge, run = joined(case)
    assert first_difference(bridge, 0, run) == ""


class LiveObservation:
    """What a Python strategy may know at the last close of a session."""

    def __init__(self, live: LiveSession, program: PythonProgram) -> None:
        self.live, self.program = live, program
        self.close_ts, self.present = 0, ()
        self.now = dict.fromkeys(program.features, np.nan)
        self.earlier = dict(self.now)

    def move(self, bar: Bar) -> None:
        closes = dict(zip(self.live.symbols, bar.close.tolist(), strict=True))
        self.close_ts = bar.ts + 3_600_000
        self.present = tuple(symbol for symbol in self.program.program.symbols if closes[symbol] == closes[symbol])
        for feature in self.program.features:
            if feature.symbol in self.present:
                self.earlier[feature], self.now[feature] = self.now[feature], self.live.value(feature)

    def value(self, feature: Feature) -> float:
        return self.live.value(feature)

    def before(self, symbol: str, feature: Feature) -> float:
        return self.earlier[feature]

    def state(self, symbol: str, field: StateField) -> float:
        return self.live.position_state(0, symbol, field)


def test_a_python_strategy_acts_from_outside() -> None:
    """What it may know comes from the session, and what it wants goes through `act`."""
    tape = market()
    document = rescope(load_document(find_template("breakout").document()), symbols=SYMBOLS)
    body = PythonCode(source="", class_name=TWINS["breakout"].__name__)
    twin = compile_python(replace(document, body=body), TWINS["breakout"])
    run = backtest_python(twin, tape, start_usd=START, costs=Costs(), window=(100, tape.bars))

    bridge = Bridge([twin.program], tape, Costs(), START, 100, features=twin.features)
    decider, seen = twin.start(), LiveObservation(bridge.live, twin)
    for t in range(100, tape.bars):
        bridge.step(bar := bar_at(tape, t))
        seen.move(bar)
        actions = decider.decide(seen) if seen.present else ()
        if actions:
            decided = bridge.live.act({0: actions})
            assert len(decided.fired) == len(actions)
            bridge.take(decided)
            bridge.send(decided)
    assert first_difference(bridge, 0, run) == ""
    assert len(run.trades) > 5


def other_version(state: bytes, symbols: int) -> bytes:
    """The state as a version would have written it that did not know a field, and knew another one."""
    rows = {"slots": symbols, "working": 2 * symbols, "bots": 1, "accounts": 1}
    out, at = b"", 0
    for name, fields in json.loads(LAYOUT).items():
        read = np.frombuffer(state, [tuple(field) for field in fields], rows[name], at)
        at += read.nbytes
        written = np.zeros(rows[name], [tuple(field) for field in json.loads(OTHER_LAYOUT)[name]])
        for field in set(read.dtype.names) & set(written.dtype.names):
            written[field] = read[field]
        out += written.tobytes()
    return out


OTHER_LAYOUT = json.dumps(
    {
        name: [["novel", "<f8"], *(field for field in fields if field[0] != "taken")]
        for name, fields in json.loads(LAYOUT).items()
    }
)


@pytest.mark.parametrize("version", ["this", "another"])
def test_a_session_goes_on_from_stored_states(version: str) -> None:
    """Rebuilt every few bars in another order of bots, as when bots join and leave."""
    tape, programs = market(), [template(name) for name in ("trend-pullback", "twap-trend", "breakout")]
    bridge = Bridge(programs, tape, HARSH, START, 100)
    for t in range(100, tape.bars):
        bridge.step(bar_at(tape, t))
        if t % 7 == 0:
            states, layout = bridge.live.states([0, 1, 2]), LAYOUT
            if version == "another":
                states, layout = [other_version(state, len(SYMBOLS)) for state in states], OTHER_LAYOUT
            assert states[1] == bridge.live.states([1])[0] or version == "another"
            bridge.live = LiveSession(programs, truncate(tape, t + 1), starts=[int(START) * USD] * 3)
            bridge.live.restore([2, 0, 1], [states[2], states[0], states[1]], layout)
    for bot, program in enumerate(programs):
        run = backtest(program, tape, start_usd=START, costs=HARSH, window=(100, tape.bars))
        assert first_difference(bridge, bot, run) == ""


def test_a_bot_that_joins_leaves_the_others_as_they_are() -> None:
    tape, programs = market(), [template(name) for name in ("breakout", "twap-trend")]
    alone = LiveSession(programs[:1], truncate(tape, 300), starts=[10_000 * USD])
    alone.act({0: [ENTER]})
    both = LiveSession(programs, truncate(tape, 300), starts=[10_000 * USD, 5_000 * USD])
    both.restore([0], alone.states([0]))
    assert both.states([0]) == alone.states([0])
    assert both.equity.tolist() == [10_000 * USD, 5_000 * USD]


def test_a_state_of_other_symbols_is_refused() -> None:
    tape = market()
    wide = LiveSession([template("breakout")], truncate(tape, 200), starts=[USD])
    one = compile_strategy(rescope(load_document(find_template("breakout").document()), symbols=("A",)), ("A",))
    narrow = LiveSession([one], truncate(tape, 200), starts=[USD])
    with pytest.raises(Invalid, match="does not fit") as error:
        narrow.restore([0], wide.states([0]))
    assert error.value.code == "run.state"


# What a venue may report

ENTER = Action(
    ActionKind.ENTER, "A", side=Side.BUY, size=Size(SizeMode.QTY, 10.0), leverage=2.0,
    protection=Protection(stop_loss_pct=5.0, take_profit_pct=9.0),
)  # fmt: skip
CLOSE = Action(ActionKind.CLOSE, "A")
TS = int(market().ts[400])


def one_bot(*actions: Action) -> LiveSession:
    """A bot on A, B and C that holds nothing and did `actions` at the last close."""
    idle = Program("by hand", "ab" * 32, "test", SYMBOLS, "1h", RiskPolicy(max_leverage=20.0, max_entries=9), ())
    live = LiveSession([idle], truncate(market(), 400), starts=[10_000 * USD])
    if actions:
        live.act({0: actions})
    return live


def fill(lots: int, number: int = 0, side: Side = Side.BUY, kind: OrderKind = OrderKind.MARKET, **more) -> FillReport:
    entry = more.pop("entry", side is Side.BUY)
    values = {"px": 100.0, "fee": 45_000, "maker": False, "venue_ts": TS + 5, "within": True} | more
    return FillReport(0, "A", kind, entry, side, lots, number=number, **values)


def entered(lots: int = 1000) -> LiveSession:
    live = one_bot(ENTER)
    assert live.book([fill(lots)]).orders == []
    return live


def lots_of(live: LiveSession) -> int:
    return int(live.slot(0, "A").lots)


def test_a_stop_that_fills_in_parts_closes_in_parts() -> None:
    live = entered()
    stop = {"number": NO_ORDER, "side": Side.SELL, "kind": OrderKind.STOP, "px": 95.0}
    first = live.book([fill(300, **stop)])
    assert lots_of(live) == 700 and live.slot(0, "A").stop_px == 95.0
    second = live.book([fill(700, **stop)])
    assert lots_of(live) == 0
    assert [(o.kind, o.reason, o.lots, o.number) for o in first.orders + second.orders] == [
        (OrderKind.STOP, Reason.STOP_LOSS, 300, 1),
        (OrderKind.STOP, Reason.STOP_LOSS, 700, 2),
    ]
    assert first.fills["order"].tolist() == [1] and second.trades["reason"].tolist() == [Reason.STOP_LOSS]
    assert int(second.trades["realised"][0]) + int(first.trades["realised"][0]) == -50 * USD


def test_a_late_fill_of_a_cancelled_entry_brings_its_bracket() -> None:
    live = one_bot(ENTER)
    assert live.book([EndReport(0, "A", True, 0)]).ended[0].number == 0
    booked = live.book([fill(1000)])
    assert lots_of(live) == 1000 and booked.bare == []
    assert live.slot(0, "A").stop_px == 95.0 and booked.fills["order"].tolist() == [0]
    live.act({0: [CLOSE]})
    assert lots_of(live) == 1000


def test_a_late_fill_whose_order_is_forgotten_is_reported_as_unprotected() -> None:
    live = one_bot(ENTER)
    live.book([EndReport(0, "A", True, 0)])
    live.act({0: [ENTER]})
    booked = live.book([fill(1000, number=0)])
    assert booked.bare == [(0, "A")] and lots_of(live) == 1000 and live.slot(0, "A").stop_px == 0.0
    assert booked.fills["order"].tolist() == [0]
    live.book([fill(1000, number=1)])
    assert lots_of(live) == 2000 and live.slot(0, "A").stop_px == 95.0


def test_more_than_was_ordered_counts() -> None:
    live = entered(lots=1200)
    assert lots_of(live) == 1200 and live.slot(0, "A").stop_px == 95.0
    assert live.books.working[1].live == 0


def test_an_exit_that_fills_too_much_flips_and_the_rest_is_reported_as_unprotected() -> None:
    live = entered()
    decided = live.act({0: [CLOSE]})
    booked = live.book([fill(1300, decided.orders[0].number, Side.SELL)])
    assert lots_of(live) == -300 and booked.bare == [(0, "A")]
    assert booked.trades["lots"].tolist() == [1000]
    assert live.slot(0, "A").stop_px == 0.0 and [o.filled for o in booked.ended] == [True]


def test_a_position_that_is_gone_takes_its_exit_order_along() -> None:
    live = entered()
    limit = Action(ActionKind.REDUCE, "A", size=Size(SizeMode.POSITION_PCT, 50.0), order=OrderType.LIMIT, px=130.0)
    live.act({0: [limit]})
    booked = live.book([fill(1000, NO_ORDER, Side.SELL, OrderKind.TAKE, px=109.0)])
    assert [(order.number, order.entry, order.filled) for order in booked.ended] == [(1, False, False)]


def test_what_was_never_ours_is_booked_to_the_position_that_it_changed() -> None:
    live = entered()
    booked = live.book([fill(400, NO_ORDER, Side.SELL)])
    assert lots_of(live) == 600 and booked.fills["order"].tolist() == [NO_ORDER] and booked.orders == []
    assert booked.trades["reason"].tolist() == [Reason.REDUCE_POSITION]


def test_funding_belongs_to_the_position_or_to_cash() -> None:
    live = entered()
    live.book([FundingReport(0, "A", -3 * USD)])
    assert int(live.slot(0, "A").funding) == -3 * USD
    trades = live.book([fill(1000, NO_ORDER, Side.SELL, OrderKind.STOP, px=95.0), FundingReport(0, "A", USD)]).trades
    assert trades["funding"].tolist() == [-3 * USD] and int(live.slot(0, "A").funding) == 0
    assert int(live.equity[0]) == 10_000 * USD - 50 * USD - 90_000 - 2 * USD


def test_a_second_end_of_an_order_and_the_end_of_another_do_nothing() -> None:
    live = one_bot(ENTER)
    assert live.book([EndReport(0, "A", True, 7)]).ended == []
    assert live.book([EndReport(0, "A", True, 0, expired=True)]).ended[0].expired
    assert live.book([EndReport(0, "A", True, 0)]).ended == []


def test_a_fill_belongs_to_the_bar_in_which_it_traded() -> None:
    live = one_bot(ENTER)
    booked = live.book([fill(1000, venue_ts=TS + 1_234_567)])
    assert booked.fills[["bar", "ts"]].tolist() == [(400, TS)]


@pytest.mark.parametrize("reason", [Refusal.PAUSED, Refusal.ORDER_UNKNOWN, Refusal.OPPOSITE_ON_ACCOUNT, Refusal.FROZEN])
def test_a_block_from_outside_stops_entries_and_nothing_else(reason: Refusal) -> None:
    """Every entry of the slot is refused with that word; exits, protection and the other slots go on."""
    tape, program = market(), template("breakout")
    free, blocked = (Bridge([program], tape, Costs(), START, 100) for _ in range(2))
    mask = np.zeros(3, np.int8)
    mask[free.live.symbols.index("A")] = reason
    for t in range(100, tape.bars):
        bar = bar_at(tape, t)
        free.step(bar)
        blocked.step(bar, mask if t >= 300 else None)
    a = SYMBOLS.index("A")
    refusals, orders = blocked.rows(0, "refusals"), blocked.rows(0, "orders")
    assert set(refusals["reason"][refusals["symbol"] == a].tolist()) >= {reason}
    assert reason not in refusals["reason"][refusals["symbol"] != a]
    assert not np.any((orders["symbol"] == a) & (orders["reason"] == Reason.ENTRY) & (orders["bar"] >= 300))
    mine = free.rows(0, "orders")
    assert np.any((mine["symbol"] == a) & (mine["reason"] == Reason.ENTRY) & (mine["bar"] >= 300))


def test_a_bar_from_the_past_is_refused() -> None:
    live = one_bot()
    with pytest.raises(Invalid, match="not later"):
        live.close(bar_at(market(), 399))


def test_memory_does_not_grow_with_what_happens() -> None:
    live = one_bot(ENTER)
    sizes = set()
    for n in range(300):
        live.book([fill(1000, number=2 * n)])
        live.act({0: [CLOSE]})
        live.book([fill(1000, 2 * n + 1, Side.SELL)])
        live.act({0: [ENTER]})
        sizes.add(tuple(len(log) for log in live._drained.logs[:4]))
    assert len(sizes) == 1 and lots_of(live) == 0


reports = st.lists(
    st.one_of(
        st.builds(
            fill,
            lots=st.integers(1, 2500),
            number=st.integers(-1, 6),
            side=st.sampled_from(Side),
            kind=st.sampled_from(OrderKind),
            entry=st.booleans(),
            px=st.integers(5_000, 20_000).map(lambda ticks: ticks / 100),
            fee=st.integers(-USD, USD),
            within=st.booleans(),
        ),
        st.builds(FundingReport, st.just(0), st.just("A"), st.integers(-USD, USD)),
        st.builds(EndReport, st.just(0), st.just("A"), st.booleans(), st.integers(-1, 6), st.booleans()),
        st.sampled_from([ENTER, CLOSE, Action(ActionKind.CANCEL, "A", cancel=CancelScope.ALL)]),
    ),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(reports)
def test_whatever_is_reported_is_booked_and_no_money_is_made_or_lost(steps: list) -> None:
    live = one_bot()
    booked: list[Booked] = []
    for step in steps:
        if isinstance(step, Action):
            live.act({0: [step]})
        else:
            booked.append(live.book([step]))
    fills = np.concatenate([news.fills for news in booked]) if booked else np.zeros(0)
    slot, account = live.slot(0, "A"), live.books.accounts[0]
    told = [step for step in steps if isinstance(step, FillReport)]
    assert int(slot.lots) == sum(report.side * report.lots for report in told)
    assert len(fills) == len(told)
    funding = sum(step.amount for step in steps if isinstance(step, FundingReport))
    paid = sum(int(fill["side"]) * int(fill["value"]) + int(fill["fee"]) for fill in fills)
    sign = 1 if slot.lots > 0 else -1
    assert int(account.cash) - sign * int(slot.cost) == 10_000 * USD - paid + funding
    assert int(slot.cost) > 0 if slot.lots else int(slot.cost) == 0
    assert int(account.open_positions) == int(slot.lots != 0)
    live.close(bar_at(market(), 400))
    assert int(live.equity[0]) == int(account.cash) + int(slot.unrealised)
