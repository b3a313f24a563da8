"""What a strategy does, in words."""

from paddock.strategy.english import explain, node_sentences, rule_texts
from paddock.strategy.validate import load_document

from .documents import BUY, START, document, issue_example, loaded, node, path, scope


def texts(doc):
    return [" | ".join(lines) for lines in rule_texts(doc.body, doc.scope.interval)]


def test_the_example_in_words():
    assert explain(load_document(issue_example())).splitlines()[1:] == [
        "",
        "Where: BTC on hyperliquid, at the close of each 1h bar.",
        "",
        "Risk:",
        "  - at most 3x leverage, 5 open positions and 1 entry a position",
        "",
        "What it does at each close, in this order (an order acts from the next bar on):",
        "",
        "1. Open a long position at market with $1,000 of notional at 2x leverage [buy]",
        "   protected, from the fill on, by a stop loss 2% from the average entry and a take profit 4% from the",
        "   average entry",
        "   when RSI(14) is below 30",
        "   and there is no position",
        "",
        "Nodes:",
        "  buy    open a long position at market with $1,000 of notional at 2x leverage",
        "  flat   there is no position",
        "  low    RSI(14) is below 30",
        "  start  at the close of each bar",
        "  stop   set a stop loss 2% from the average entry",
        "  take   set a take profit 4% from the average entry",
    ]


def test_ways_that_lead_to_the_same_action_are_alternatives():
    doc = loaded(
        [START, node("low", "rsi_below"), node("fall", "price_change_down", value=3), node("end", "close_position")],
        path("start", "low", "end"),
        path("start", "fall", "end"),
    )
    (text,) = texts(doc)
    assert text.startswith("Close the position at market [end] | when one of these holds:")
    assert "  - RSI(14) is below 30" in text
    assert "  - the change of the close over 5 bars is below -3%" in text


def test_not_and_nested_choices_read_as_such():
    either = node("either", "or", children=[{"type": "rsi_below"}, {"type": "sma_above"}])
    doc = loaded(
        [START, either, node("held", "has_position"), node("no", "not"), node("end", "close_position")],
        path("start", "either", "held", "no", "end"),
    )
    (text,) = texts(doc)
    assert "when RSI(14) is below 30 or the close is above its SMA(20)" in text
    assert "and not (" in text


def test_an_action_without_conditions_is_always():
    assert texts(loaded([START, BUY], path("start", "buy")))[0].endswith("| always")


def test_actions_are_told_in_the_order_in_which_they_happen():
    doc = loaded([START, BUY, node("end", "close_position")], path("start", "buy"), path("start", "end"))
    assert [text.split(" ")[0] for text in texts(doc)] == ["Close", "Open"]


def test_several_markets_and_a_universe():
    nodes, edges = [START, BUY], path("start", "buy")
    several = explain(loaded(nodes, edges, scope=scope("BTC", "ETH", "SOL")))
    assert (
        "Where: BTC, ETH and SOL on hyperliquid, at the close of each 1h bar; each market is judged by itself."
        in several
    )
    universe = {"venue": "demo", "universe": {"exclude": ["BTC"], "max_symbols": 20}, "interval": "4h"}
    assert "Where: the first 20 markets of the tape by name but BTC on demo" in explain(
        loaded(nodes, edges, scope=universe)
    )


def test_every_limit_of_the_policy_is_told():
    risk = {
        "max_order_usd": 500,
        "allocated_capital_usd": 1000,
        "cooldown_seconds": 90,
        "cooldown_after_stop_seconds": 7200,
        "position_timeout_seconds": 86_400,
        "max_drawdown_pct": 25,
        "daily_loss_pct": 8,
        "allowed_symbols": ["BTC"],
    }
    text = explain(loaded([START, BUY], path("start", "buy"), risk=risk))
    for words in ("$500", "$1,000", "90 seconds", "2 hours", "1 day", "25%", "8%", "only on BTC"):
        assert words in text


def test_waivers_and_descriptions_are_told():
    raw = document(
        [START, node("buy", "open_long")],
        path("start", "buy"),
        waivers=[{"rule": "entry_without_stop", "reason": "the desk watches it"}],
        description="What it is for.",
    )
    text = explain(load_document(raw))
    assert "Waived: entry_without_stop, because: the desk watches it" in text
    assert "\nWhat it is for.\n" in text


def test_python_says_where_to_look():
    raw = {
        "schema": "paddock/strategy@1",
        "kind": "python",
        "name": "mine",
        "scope": scope("BTC"),
        "python": {"source": "class Mine: ...", "class": "Mine"},
    }
    assert "written in Python, in the class Mine" in explain(load_document(raw))


def test_each_node_has_its_sentence():
    doc = load_document(issue_example())
    assert set(node_sentences(doc.body)) == {node.id for node in doc.body.nodes}
