"""Every block: what it means, what it accepts, what it says of itself."""

import json

import pytest

from paddock.core.errors import NotFound
from paddock.market import features
from paddock.strategy.blocks.base import ActionBlock, At, Condition, block_params, documentation
from paddock.strategy.blocks.catalogue import CATALOGUE, NAMES, find, look_up, make_block
from paddock.strategy.blocks.kinds import Number
from paddock.strategy.blocks.logic import Logic
from paddock.strategy.expr import Const, Op, StateField, Test
from paddock.strategy.handbook import FAMILIES, block_text, overview, reads
from paddock.strategy.limits import MAX_PERIOD
from paddock.strategy.rules.scope import features_of
from paddock.strategy.schema import block_schema

AT = At("BTC", "1h", ("BTC",))
EVERY = pytest.mark.parametrize("cls", CATALOGUE.values(), ids=list(CATALOGUE))


def made(name, **params):
    block, problems = make_block(name, params, "nodes.x")
    assert problems == [], problems
    return block


def refused(name, **params):
    block, problems = make_block(name, params, "nodes.x")
    assert block is None
    return problems


def lowered(name, **params):
    """The expression of a condition as text: easy to read in a failure."""
    return text(made(name, **params).lower(AT))


SIGNS = {Op.GT: ">", Op.LT: "<", Op.GE: ">=", Op.LE: "<=", Op.CROSS_ABOVE: "x>", Op.CROSS_BELOW: "x<"}


def text(expr):
    if isinstance(expr, Test):
        return f"{side(expr.left)} {SIGNS[expr.op]} {side(expr.right)}"
    kind = type(expr).__name__.lower()
    if kind == "literal":
        return str(expr.value)
    parts = expr.parts if hasattr(expr, "parts") else (expr.part,)
    return f"{kind}({', '.join(text(part) for part in parts)})"


def side(value):
    if isinstance(value, Const):
        return f"{value.value:g}"
    if hasattr(value, "field"):
        return value.field.name.lower() + ("" if value.symbol == "BTC" else f"@{value.symbol}")
    params = f"({','.join(f'{p:g}' for p in value.params)})" if value.params else ""
    place = "" if value.symbol == "BTC" else f"@{value.symbol}"
    return value.name + params + place + ("" if value.interval == "1h" else f"/{value.interval}")


MEANINGS = [
    ("price_above", {"value": 5}, "close > 5"),
    ("price_below", {"value": 5}, "close < 5"),
    ("price_crosses_above", {"value": 5}, "close x> 5"),
    ("price_crosses_below", {"value": 5}, "close x< 5"),
    ("price_change_pct_above", {}, "change_pct(5) > 1"),
    ("price_change_pct_below", {}, "change_pct(5) < -1"),
    ("breakout_above_recent_high", {}, "close > highest(20)"),
    ("breakout_below_recent_low", {}, "close < lowest(20)"),
    ("always_true", {}, "True"),
    ("always_false", {}, "False"),
    ("sma_above", {}, "close > sma(20)"),
    ("sma_below", {"period": 7}, "close < sma(7)"),
    ("ema_above", {}, "close > ema(20)"),
    ("ema_below", {}, "close < ema(20)"),
    ("vwap_above", {}, "close > vwap(24)"),
    ("vwap_below", {}, "close < vwap(24)"),
    ("sma_crosses_above", {}, "close x> sma(20)"),
    ("sma_crosses_above", {"fast_period": 20, "slow_period": 50}, "sma(20) x> sma(50)"),
    ("sma_crosses_below", {"fast": 5, "slow": 9}, "sma(5) x< sma(9)"),
    ("ema_crosses_above", {}, "ema(9) x> ema(21)"),
    ("ema_crosses_below", {}, "ema(9) x< ema(21)"),
    ("higher_timeframe_sma_above", {}, "close > sma(20)/4h"),
    ("higher_timeframe_sma_below", {"secondary_timeframe": "1d"}, "close < sma(20)/1d"),
    ("adx_above", {}, "adx(14) > 25"),
    ("adx_below", {}, "adx(14) < 25"),
    ("rsi_above", {}, "rsi(14) > 70"),
    ("rsi_below", {}, "rsi(14) < 30"),
    ("rsi_crosses_above", {}, "rsi(14) x> 30"),
    ("rsi_crosses_below", {}, "rsi(14) x< 70"),
    ("stochastic_above", {}, "stochastic_k(14,3,3) > 80"),
    ("stochastic_below", {}, "stochastic_k(14,3,3) < 20"),
    ("macd_above_signal", {}, "macd(12,26,9) > macd_signal(12,26,9)"),
    ("macd_below_signal", {}, "macd(12,26,9) < macd_signal(12,26,9)"),
    ("macd_crosses_above_signal", {}, "macd(12,26,9) x> macd_signal(12,26,9)"),
    ("macd_crosses_below_signal", {}, "macd(12,26,9) x< macd_signal(12,26,9)"),
    ("macd_histogram_positive", {}, "macd_histogram(12,26,9) > 0"),
    ("macd_histogram_negative", {}, "macd_histogram(12,26,9) < 0"),
    ("zscore_above", {}, "zscore(20) > 2"),
    ("zscore_below", {}, "zscore(20) < -2"),
    ("zscore_within", {}, "all(zscore(20) > -0.3, zscore(20) < 0.3)"),
    ("volatility_above", {}, "volatility_pct(20) > 1.5"),
    ("volatility_below", {}, "volatility_pct(20) < 1.5"),
    ("atr_above", {}, "atr_pct(14) > 1"),
    ("atr_below", {}, "atr_pct(14) < 1"),
    ("bollinger_above_upper", {}, "close > bollinger_upper(20,2)"),
    ("bollinger_below_lower", {}, "close < bollinger_lower(20,2)"),
    ("bollinger_squeeze", {}, "bollinger_width_pct(20,2) < 4"),
    ("volume_above", {}, "volume_24h_usd > 1e+07"),
    ("volume_below", {}, "volume_24h_usd < 1e+07"),
    ("volume_spike", {}, "volume_ratio(20) > 2"),
    ("funding_rate_above", {}, "funding_rate > 0"),
    ("funding_rate_below", {"value": -0.0001}, "funding_rate < -0.0001"),
    ("open_interest_above", {"value": 7}, "open_interest > 7"),
    ("open_interest_below", {"value": 7}, "open_interest < 7"),
    ("symbol_above_symbol", {"other": "ETH"}, "change_pct(24) > change_pct(24)@ETH"),
    ("symbol_below_symbol", {"other": "ETH", "measure": "funding_rate"}, "funding_rate < funding_rate@ETH"),
    ("time_between", {"start": "08:00", "end": "09:30"}, "all(minute_of_day >= 480, minute_of_day <= 569)"),
    (
        "time_between",
        {"start": "22:00", "end": "02:00"},
        "any(all(minute_of_day >= 1320, minute_of_day <= 1439), all(minute_of_day >= 0, minute_of_day <= 119))",
    ),
    ("weekday_is", {"days": ["sunday"]}, "all(weekday >= 6, weekday <= 6)"),
    ("has_position", {}, "any(qty > 0, qty < 0)"),
    ("no_open_position", {}, "all(qty >= 0, qty <= 0)"),
    ("position_side_is", {"side": "long"}, "qty > 0"),
    ("position_side_is", {"side": "short"}, "qty < 0"),
    ("position_pnl_above", {"value": 75}, "pnl_usd > 75"),
    ("position_pnl_below", {"value": -75}, "pnl_usd < -75"),
    ("position_pnl_pct_above", {"value": 8}, "pnl_pct > 8"),
    ("position_pnl_pct_below", {"value": -5}, "pnl_pct < -5"),
    ("position_in_profit", {}, "pnl_usd > 0"),
    ("position_in_loss", {}, "pnl_usd < 0"),
    ("position_size_above", {"value": 10}, "notional_usd > 10"),
    ("position_size_below", {"value": 10}, "notional_usd < 10"),
    ("position_duration_above", {"seconds": 60}, "duration_s > 60"),
    ("cooldown_elapsed", {}, "since_entry_s >= 60"),
    ("and", {"children": [{"type": "always_true"}, {"type": "always_false"}]}, "all(True, False)"),
    ("or", {"children": [{"type": "always_true"}, {"type": "always_false"}]}, "any(True, False)"),
    ("not", {"children": [{"type": "price_above", "params": {"value": 5}}]}, "not(close > 5)"),
]


@pytest.mark.parametrize(("name", "params", "meaning"), MEANINGS)
def test_conditions_mean_what_they_say(name, params, meaning):
    assert lowered(name, **params) == meaning


def test_every_condition_has_its_meaning_written_down():
    conditions = {name for name, cls in CATALOGUE.items() if issubclass(cls, Condition)}
    assert {name for name, _, _ in MEANINGS} == conditions


@EVERY
def test_a_block_describes_itself(cls):
    assert documentation(cls).endswith(".")
    assert len(documentation(cls)) > 10
    assert cls.family in FAMILIES
    assert cls.title
    sentence = cls().sentence()
    assert sentence
    assert not sentence.endswith(".")
    for param in block_params(cls):
        assert param.doc
        assert param.name in block_text(cls)
    assert f"  {cls.type} " in overview() + " "


@EVERY
def test_defaults_are_within_bounds_and_read_back(cls):
    block = cls()
    again, problems = make_block(cls.type, block.canonical(), "nodes.x")
    assert problems == []
    assert again == block
    assert json.loads(json.dumps(block.canonical())) == block.canonical()


@EVERY
def test_every_number_is_bounded_and_refused_beyond(cls):
    for param in block_params(cls):
        if not isinstance(param.kind, Number):
            continue
        for bad in (param.kind.high * 2 + 1, -(10**13), True, "14", None, [1]):
            problems = refused(cls.type, **{param.name: bad})
            assert problems[0].where.startswith("nodes.x.params.")
            assert problems[0].code == "parameter.value"


@EVERY
def test_every_unknown_parameter_is_refused(cls):
    (problem,) = refused(cls.type, nonsense=1)
    assert (problem.code, problem.where) == ("parameter.unknown", "nodes.x.params.nonsense")


@EVERY
def test_the_form_of_a_block_is_plain_json(cls):
    form = block_schema(cls)
    assert json.loads(json.dumps(form)) == form
    assert [p["name"] for p in form["params"]] == [p.name for p in block_params(cls)]


@EVERY
def test_what_it_reads_exists(cls):
    block = cls()
    if isinstance(block, Condition) and not isinstance(block, Logic):
        for feature in features_of(block.lower(AT)):
            features.validate(feature)
        fields = {f"position {field.name.lower()}" for field in StateField}
        assert set(reads(cls)) <= fields | set(features.FEATURES)


@pytest.mark.parametrize("name", [name for name, cls in CATALOGUE.items() if issubclass(cls, Condition)])
def test_the_longest_lookbacks_are_what_features_allow(name):
    cls = CATALOGUE[name]
    periods = {p.name: p.kind.high for p in block_params(cls) if p.unit == "bars" and p.name != "fast_period"}
    block = made(name, **periods)
    if not isinstance(block, Logic):
        for feature in features_of(block.lower(AT)):
            features.validate(feature)


def test_periods_have_a_sane_maximum():
    assert "use 5000" in refused("sma_above", period=10**9)[0].suggestion
    assert MAX_PERIOD == 5000


def test_an_explicit_symbol_and_interval_are_read():
    assert lowered("rsi_below", symbol="ETH-PERP", timeframe="4h") == "rsi(14)@ETH/4h < 30"
    assert lowered("has_position", symbol="ETH") == "any(qty@ETH > 0, qty@ETH < 0)"


def test_names_of_symbols_keep_their_case():
    assert made("rsi_below", symbol="kPEPE").symbol == "kPEPE"


@pytest.mark.parametrize(
    ("name", "params", "where"),
    [
        ("ema_crosses_above", {"fast_period": 21, "slow_period": 21}, "slow_period"),
        ("sma_crosses_above", {"fast_period": 50, "slow_period": 20}, "slow_period"),
        ("macd_above_signal", {"fast": 26, "slow": 26}, "slow_period"),
        ("time_between", {"start": "08:00", "end": "08:00"}, "start"),
        ("time_between", {"start": "25:00"}, "start"),
        ("weekday_is", {"days": []}, "days"),
        ("weekday_is", {"days": ["someday"]}, "days"),
        ("symbol_above_symbol", {"symbol": "ETH", "other": "ETH"}, "other"),
        ("symbol_above_symbol", {"other": "*"}, "other"),
        ("position_side_is", {"side": "up"}, "side"),
        ("rsi_below", {"interval": "7q"}, "interval"),
        ("rsi_below", {"symbol": "no spaces"}, "symbol"),
        ("open_long", {"size": {"mode": "notional_usd", "value": -5}}, "size.value"),
        ("open_long", {"size": {"mode": "notional", "value": 5}}, "size.mode"),
        ("open_long", {"size": {"mode": "qty"}}, "size"),
        ("open_long", {"size": 100}, "size"),
        ("open_long", {"size": {"mode": "position_pct", "value": 5}}, "size.mode"),
        ("open_long", {"leverage": 1000}, "leverage"),
        ("open_long", {"stop_loss_pct": 100}, "stop_loss_pct"),
        ("place_limit_order", {"price": 5, "offset_pct": 1}, "offset_pct"),
        ("place_limit_order", {"tif": "fok"}, "tif"),
        ("place_limit_order", {"client_order_id": "a b"}, "client_order_id"),
        ("place_market_order", {"reduce_only": True, "stop_loss_pct": 1}, "stop_loss_pct"),
        ("place_market_order", {"reduce_only": True, "size": {"mode": "risk_pct", "value": 1}}, "size"),
        ("set_stop_loss", {"stop_loss_pct": 0}, "stop_loss_pct"),
        ("set_stop_loss", {"stop_loss_pct": 1, "price": 5}, "price"),
        ("set_take_profit", {"take_profit_pct": 1, "price": 5}, "price"),
        ("set_tpsl", {"stop_loss_pct": 0, "take_profit_pct": 0}, "stop_loss_pct"),
        ("set_trailing_stop", {"trailing_stop_pct": 0}, "trailing_stop_pct"),
        ("reduce_position", {"pct": 101}, "pct"),
        ("cooldown_elapsed", {"minutes": -1}, "minutes"),
        ("price_change_up", {"value": 0}, "value"),
        ("price_change_down", {"value": -2}, "value"),
        ("not", {"children": [{"type": "always_true"}] * 2}, "children"),
        ("and", {"children": [{"type": "open_long"}]}, "children.0"),
        ("and", {"children": [{"type": "rsi_belo"}]}, "children.0.type"),
        ("and", {"children": ["low", 5]}, "children.0"),
        ("and", {"children": [{"type": "always_true", "param": {}}]}, "children.0.param"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_stands(name, params, where):
    assert next(problem.where for problem in refused(name, **params)) == f"nodes.x.params.{where}"


def test_a_parameter_given_under_two_names_is_refused():
    (problem,) = refused("open_long", size={"mode": "qty", "value": 1}, size_usd=5)
    assert problem.code == "parameter.twice"


def action(name, **params):
    (one,) = made(name, **params).lower(AT)
    return one.action


def test_a_price_replaces_the_default_percentage():
    assert action("set_stop_loss").protection.stop_loss_pct == 2
    priced = action("set_stop_loss", price=95).protection
    assert (priced.stop_loss_pct, priced.stop_loss_px) == (0, 95)


def test_terms_of_orders():
    limit = action("place_limit_order", side="sell", price=100, tif="post_only", expire_seconds=60)
    assert (limit.side, limit.order.name, limit.px, limit.tif.name, limit.expire_ms) == (
        -1,
        "LIMIT",
        100,
        "ALO",
        60_000,
    )
    twap = action("place_twap_order", duration_seconds=600)
    assert (twap.order.name, twap.duration_ms) == ("TWAP", 600_000)
    assert action("place_market_order").bound_pct == 0.5
    assert action("open_long").bound_pct == 0
    assert action("reduce_position", pct=25).size.value == 25


def test_action_blocks_have_sentences_with_their_numbers():
    sentence = made("open_long", size_usd=1500, leverage=3, stop_loss_pct=2, take_profit_pct=4).sentence()
    assert sentence == (
        "open a long position at market with $1,500 of notional at 3x leverage, with a stop loss 2% from the average "
        "entry and a take profit 4% from the average entry"
    )
    assert made("rsi_below", symbol="ETH", interval="4h").sentence() == "ETH's RSI(14) on 4h is below 30"


def test_looking_up_a_block_that_is_not_there():
    assert look_up("trailing_stop").type == "set_trailing_stop"
    with pytest.raises(NotFound) as caught:
        look_up("rsi_belwo")
    assert caught.value.suggestion == 'did you mean "rsi_below"?'


def test_names_are_unique():
    assert len(NAMES) == len(CATALOGUE) + sum(len(cls.aliases) for cls in CATALOGUE.values())
    assert all(find(name) for name in NAMES)
    assert all(issubclass(cls, Condition | ActionBlock) or cls.type == "trigger" for cls in CATALOGUE.values())
