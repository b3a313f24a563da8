"""Backtest: one program on one account over a tape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from paddock.core.errors import Code, Invalid
from paddock.engine.costs import Costs
from paddock.engine.log import OpenPosition, Run
from paddock.engine.pack import start_cash
from paddock.engine.session import Session
from paddock.engine.signals import PackedRules, pack_rules, signals_of, tests_of
from paddock.engine.state import Decisions
from paddock.market.features import FeatureStore, PassingFeatures
from paddock.market.tape import Tape
from paddock.strategy.program import Program

# What is looked at once: enough to be quick, few enough to stay in the cache.
BLOCK = 1 << 17  # bars, at most
BLOCK_CODES = 1 << 21  # bars times rules
MOST_EXACT = 2**53  # micro-dollars: beyond, a float no longer holds every integer
Progress = Callable[[int, int], None]


def backtest(
    program: Program,
    tape: Tape,
    *,
    start_usd: Decimal,
    costs: Costs,
    window: tuple[int, int] | None = None,
    store: FeatureStore | None = None,
    progress: Progress | None = None,
    threads: int = 1,
) -> Run:
    """Run `program` over rows `window` (half open; all by default) of `tape` on an account of `start_usd`.

    Features come from `store` (by default none is kept), always computed from the tape's first bar.
    `progress(done, total)` is called with bars as they are run. Features and signals are found on `threads` threads.
    Raises Invalid for a window or cash out of range.
    """
    begin, end = check_window(window, tape)
    rules = pack_rules([program])
    session = Session([program], tape, costs, [start_cash(start_usd)], [0], begin, end)

    def report(_: int, row: int) -> None:
        if progress is not None:
            progress(row - begin, end - begin)

    run_rules(rules, store or PassingFeatures(tape), session, report, threads)
    return finished(program, tape, costs, session, start_cash(start_usd))


def run_rules(
    rules: PackedRules,
    store: FeatureStore,
    session: Session,
    after_block: Callable[[int, int], None],
    threads: int = 1,
) -> None:
    """Carry `session` to its end with the signals of `rules`, calling `after_block(first row, row after the last)`."""
    start, block = session.at, block_of(rules)
    blocks = range(start, session.end, block)
    tests = tests_of(rules, store, start, session.end, threads)

    def signals(begin: int) -> Decisions:
        return signals_of(rules, tests, start, store, begin, min(begin + block, session.end))

    for begin, decisions in zip(blocks, one_ahead(signals, blocks, threads), strict=True):
        until = min(begin + block, session.end)
        session.run(decisions, until)
        after_block(begin, until)


def block_of(rules: PackedRules) -> int:
    """Bars whose signals are found at once."""
    return min(BLOCK, max(BLOCK_CODES // max(len(rules.actions), 1), 1))


def one_ahead(find: Callable[[int], Decisions], blocks: range, threads: int) -> Iterator[Decisions]:
    """`find` of every block in turn; with several threads the next is found while the one before is in use."""
    if threads == 1 or len(blocks) < 2:
        yield from map(find, blocks)
        return
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(find, blocks[0])
        for begin in blocks[1:]:
            found, coming = coming.result(), pool.submit(find, begin)
            yield found
        yield coming.result()


def check_window(window: tuple[int, int] | None, tape: Tape) -> tuple[int, int]:
    """The rows to run; raises Invalid (run.range) when they are none or not on the tape."""
    begin, end = (0, tape.bars) if window is None else window
    if not 0 <= begin < end <= tape.bars:
        raise Invalid(
            Code.RUN_RANGE,
            "there is no bar to run over",
            where="window",
            seen=f"rows {begin} to {end}",
            rule=f"a window is a non-empty range within the tape's {tape.bars} rows",
        )
    return begin, end


def finished(program: Program, tape: Tape, costs: Costs, session: Session, start_equity: int) -> Run:
    """What `session` (one bot, one account) leaves behind.

    Raises Invalid (run.account) when money outgrew the ledger.
    """
    account = session.books.accounts[0]
    most = max(abs(int(session.equity[0].max(initial=0))), abs(int(session.equity[0].min(initial=0))))
    if most > MOST_EXACT:
        raise Invalid(
            Code.ACCOUNT,
            "the account outgrew what the ledger counts exactly",
            where="equity",
            seen=f"{most // 1_000_000} USD",
            rule=f"equity stays within {MOST_EXACT // 1_000_000} USD either way",
            suggestion="look at the prices: `paddock data verify` names what cannot be",
        )
    return Run(
        program=program,
        tape=tape,
        costs=costs,
        start=session.begin,
        end=session.end,
        start_equity=start_equity,
        cash=int(account.cash),
        equity=session.equity[0],
        orders=session.orders,
        fills=session.fills,
        trades=session.trades,
        refusals=session.refusals,
        positions=open_positions(session, tape),
        fees=int(account.fees),
        funding=int(account.funding),
        realised=int(account.realised),
        bars_exposed=int(account.bars_exposed),
        bars_ambiguous=int(account.bars_ambiguous),
    )


def open_positions(session: Session, tape: Tape) -> tuple[OpenPosition, ...]:
    return tuple(
        OpenPosition(
            symbol=tape.symbols[slot["symbol"]],
            side=1 if slot["lots"] > 0 else -1,
            lots=int(abs(slot["lots"])),
            entry_ts=int(slot["entry_ts"]),
            entry_px=float(slot["entry_px"]),
            unrealised=int(slot["unrealised"]),
            stop_px=float(slot["stop_px"]),
            take_px=float(slot["take_px"]),
        )
        for slot in session.books.slots[session.books.slots["lots"] != 0]
    )
