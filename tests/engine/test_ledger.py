"""The kernel's bookkeeping is that of `core.position`: its fills, folded exactly, give its own trades."""

from fractions import Fraction

from paddock.core.fills import Fill
from paddock.core.grid import Price, Qty
from paddock.core.instrument import Instrument
from paddock.core.money import Usd
from paddock.core.orders import Side
from paddock.core.position import Holding, fold
from paddock.core.rounding import nearest_exact
from paddock.engine.backtest import backtest
from paddock.engine.log import Run
from tests.oracle.generate import random_case


def folded(run: Run, symbol: int) -> Holding:
    """The fills of one symbol as values of core; their place in the log stands for time."""
    instrument = run.tape.instruments[symbol]
    fills = [
        Fill(
            fill_id=f"{place:06d}",
            order_id=str(row["order"]),
            venue_ts=place,
            side=Side(int(row["side"])),
            qty=Qty(int(row["lots"]), instrument),
            px=Price(ticks(float(row["px"]), instrument), instrument),
            fee=Usd(int(row["fee"])),
        )
        for place, row in enumerate(run.fills)
        if row["symbol"] == symbol
    ]
    return fold(instrument, fills)


def ticks(px: float, instrument: Instrument) -> int:
    return nearest_exact(Fraction(px) * 10**instrument.px_decimals)


def test_folding_the_fills_gives_the_trades():
    closures = 0
    for seed in range(60):
        case = random_case(seed, bars=120)
        run = backtest(case.program, case.tape, start_usd=case.start_usd, costs=case.costs)
        for symbol, name in enumerate(run.tape.symbols):
            holding = folded(run, symbol)
            rows = run.trades[run.trades["symbol"] == symbol]
            booked = [(int(r["side"]), int(r["lots"]), int(r["realised"]), int(r["fees"])) for r in rows]
            exact = [(int(c.side), c.qty.lots, c.realised.micros, c.fees.micros) for c in holding.closures]
            assert booked == exact, f"seed {seed}"
            left = sum(p.side * p.lots for p in run.positions if p.symbol == name)
            assert holding.position.qty.lots == left, f"seed {seed}"
            closures += len(exact)
    assert closures > 500
