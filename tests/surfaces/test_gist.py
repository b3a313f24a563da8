"""Events in few words, in units that people use."""

import pytest

from paddock.surfaces.cli.gist import acts, gist


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
        ({"text": "the feed is silent", "since_ts": 1723410000000}, "the feed is silent, since 2024-08-11 21:00"),
        ({}, ""),
    ],
)
def test_it_says(payload, words):
    assert gist(payload) == words


def condition(sentence: str, verdict: str = "passed") -> dict:
    return {"sentence": sentence, "verdict": verdict, "values": []}


def test_a_decision_says_what_it_did_and_what_held():
    above, low = condition("rsi(14) of BTC, 1h is above 70"), condition("rsi(14) of BTC, 1h is below 45", "failed")
    held = condition("position of BTC is above 0")
    enter = {"action": "enter", "symbol": "BTC", "node": "sell", "conditions": [held, above, low]}
    in_python = {"action": "close", "symbol": "ETH", "node": "", "conditions": []}
    assert acts({"because": [enter, in_python], "refused": [["SOL", "order_unknown"]]}) == [
        ("enter BTC (sell)", "rsi(14) of BTC, 1h is above 70"),
        ("close ETH", ""),
        ("refused SOL", "order unknown"),
    ]
    assert acts({"because": [], "refused": []}) == [("by the risk policy", "")]
