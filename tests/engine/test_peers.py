"""On the same signals and the same fill rule, other backtesters find the same trades and the same money.

backtesting.py sees every bar as we do, so everything must agree. vectorbt looks at a stop only from the bar after the
fill on; where price reaches it within the entry bar, the two must part, and nowhere else.
"""

from dataclasses import replace

import pytest
from bench import agreement
from bench.market import REAL, Arrays, real, synthetic, tape_of

BARS = 40_000
MARKETS = ("made", "real")
CASES = {
    "sma": agreement.sma_case,
    "rsi, stop 2 target 4": lambda arrays: agreement.rsi_case(arrays, 2, 4),
    "rsi, stop 0.4 target 0.8": lambda arrays: agreement.rsi_case(arrays, 0.4, 0.8),
}


@pytest.fixture(scope="module", params=MARKETS)
def arrays(request) -> Arrays:
    found = synthetic(BARS) if request.param == "made" else real()
    if found is None:
        pytest.skip(f"{REAL.name} is not there")
    return found.head(BARS)


@pytest.mark.parametrize("peer", agreement.PEERS)
@pytest.mark.parametrize("case", CASES)
def test_a_peer_finds_the_same_trades_and_the_same_money(arrays, case, peer):
    pytest.importorskip(peer, reason=f"{peer} comes with the bench group of dependencies: make bench")
    drawn = CASES[case](arrays)
    ours = agreement.by_paddock(drawn, arrays)
    found = agreement.compare(ours, agreement.PEERS[peer](drawn, arrays))
    tick = float(tape_of(arrays).instruments[0].tick)
    assert found.unexplained == ""
    assert found.alike > 0.7 * len(ours) > 10
    assert found.worst_px < 2 * tick, "levels are rounded to the tick, each once"
    if peer == "backtesting" or not drawn.stop:
        assert (found.alike, found.entry_bar_exits) == (len(ours), 0)
        assert found.end_usd < len(ours) * 2 * tick + 0.01


def test_a_lost_trade_is_not_taken_for_an_exit_in_the_entry_bar():
    arrays = synthetic(3_000)
    ours = agreement.by_paddock(agreement.sma_case(arrays), arrays)
    columns = ("entry_bar", "exit_bar", "side", "entry_px", "exit_px")
    without = replace(ours, **{name: getattr(ours, name)[1:] for name in columns})
    assert agreement.compare(ours, without).unexplained
    assert agreement.compare(ours, ours).unexplained == ""
