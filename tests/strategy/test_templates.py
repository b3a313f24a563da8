"""Every template is a strategy as it stands, wherever it is taken."""

import pytest

from paddock.core.errors import NotFound
from paddock.strategy.canonical import canonical, strategy_hash
from paddock.strategy.compiler import compile_strategy
from paddock.strategy.english import explain
from paddock.strategy.program import ActionKind, OrderType
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import TEMPLATES, find_template
from paddock.strategy.validate import load_document, validate

EVERY = pytest.mark.parametrize("name", TEMPLATES)


@EVERY
def test_it_is_valid_without_a_warning(name):
    assert validate(find_template(name).document()).problems == ()


@EVERY
def test_it_trades_each_symbol_of_its_scope_with_a_stop(name):
    program = compile_strategy(load_document(find_template(name).document()))
    entries = [rule.action for rule in program.rules if rule.action.kind is ActionKind.ENTER]
    assert {action.symbol for action in entries} == set(program.symbols) == {"BTC", "ETH", "SOL"}
    assert all(action.protection.stop_loss_pct for action in entries)
    assert all(action.leverage <= program.risk.max_leverage for action in entries)


@EVERY
@pytest.mark.parametrize("interval", ["1m", "5m", "1h"])
def test_it_can_be_taken_elsewhere(name, interval):
    doc = rescope(load_document(find_template(name).document()), symbols=["*"], interval=interval, venue="demo")
    program = compile_strategy(doc, ["AAA", "BBB"])
    assert (program.symbols, program.interval, program.venue) == (("AAA", "BBB"), interval, "demo")


@EVERY
def test_its_canonical_form_is_the_same_strategy(name):
    doc = load_document(find_template(name).document())
    assert strategy_hash(load_document(canonical(doc))) == strategy_hash(doc)


@EVERY
def test_it_explains_itself(name):
    template = find_template(name)
    doc = load_document(template.document())
    text = explain(doc)
    assert text.startswith(f"{template.title}  (graph, version {strategy_hash(doc)[:12]})\n")
    assert all(f"  {node.id}" in text for node in doc.body.nodes)
    assert "stop loss" in text


def test_names_and_contents_agree():
    orders = {
        name: {
            rule.action.order
            for rule in compile_strategy(load_document(find_template(name).document())).rules
            if rule.action.kind is ActionKind.ENTER
        }
        for name in TEMPLATES
    }
    assert orders.pop("twap-trend") == {OrderType.TWAP}
    assert orders.pop("maker-reclaim") == {OrderType.LIMIT}
    assert set().union(*orders.values()) == {OrderType.MARKET}


def test_finding_one():
    assert find_template("RSI_mean_reversion").name == "rsi-mean-reversion"
    with pytest.raises(NotFound) as caught:
        find_template("momentun")
    assert caught.value.suggestion == 'did you mean "momentum"?'


def test_a_copy_may_be_changed():
    document = find_template("breakout").document()
    document["nodes"].clear()
    assert find_template("breakout").document()["nodes"]
