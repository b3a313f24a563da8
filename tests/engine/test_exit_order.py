"""Trades are listed by exit, then entry, symbol and side, in whatever order they were logged."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from paddock.engine.log import TRADE
from paddock.engine.trade_stats import in_exit_order

SMALL = st.integers(0, 3)  # so that many share an exit, an entry, a symbol


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(SMALL, SMALL, SMALL, st.sampled_from((-1, 1))), max_size=12), st.booleans())
def test_listed_as_a_plain_sort_lists_them(keys, logged_by_exit):
    if logged_by_exit:
        keys = sorted(keys, key=lambda key: key[0])
    trades = np.zeros(len(keys), TRADE)
    for row, (exit_ts, entry_ts, symbol, side) in zip(trades, keys, strict=True):
        row["exit_ts"], row["entry_ts"], row["symbol"], row["side"] = exit_ts, entry_ts, symbol, side
    trades["lots"] = np.arange(len(keys))
    listed = in_exit_order(trades)
    wanted = sorted(range(len(keys)), key=lambda n: keys[n])
    assert listed["lots"].tolist() == wanted
    assert trades["lots"].tolist() == list(range(len(keys))), "the log itself is left as it is"
