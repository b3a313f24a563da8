"""Events in few words, in units that people use."""

import pytest

from paddock.surfaces.cli.gist import gist


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (
            {"fee": 1124328, "kind": 3, "lots": 1864, "px": 134.04, "qty_decimals": 2, "side": -1, "symbol": "SOL"},
            "SOL, sell, 18.64, px 134.04, fee 1.12, stop",
        ),
        ({"run_id": "r", "state": "open", "note": "", "venue_order_id": "v"}, "open"),
        ({"capital": 10_000_000_000, "feed": "demo-1h", "version": 1}, "capital 10,000.00, feed demo-1h"),
        ({"amount": -43554, "venue_ts": 1723410000000}, "amount -0.04, venue 2024-08-11 21:00"),
        ({"decision": 3, "detail": {"because": []}, "cash": 5}, "cash 0.00"),
        ({"reduce_only": True, "reason": 3, "leg": 1}, "reduce only, stop loss"),
        ({"reason": "kill switch: test", "from": "active"}, "reason kill switch: test, from active"),
        ({}, ""),
    ],
)
def test_it_says(payload, words):
    assert gist(payload) == words
