"""Markets, accounts, orders and trades, by HTTP and over the socket."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal

import pytest

from paddock.core.errors import NotFound, Unknown
from paddock.core.orders import TRANSITIONS, OrderKind, OrderState, Side
from paddock.core.time import INTERVALS
from paddock.venues.broker import OrderUpdate, VenueFill, VenueFunding, VenueOrder, VenuePosition
from paddock.venues.heard import Best, Book, Candle, Level, Mids, Rate, Trade
from paddock.venues.pacifica.codec import account, frames, histories, markets, queries
from paddock.venues.pacifica.codec.account import MarginSetting
from paddock.venues.pacifica.codec.frames import PING, Source, Subscribed, Subscription, Unheard, frame
from paddock.venues.pacifica.codec.instruments import Rates
from paddock.venues.pacifica.codec.socket_replies import SocketReply
from paddock.venues.pacifica.codec.states import KINDS, STATES, TRADE_SIDES, state_of
from tests.venues.pacifica.catalogue import cases, markets_of
from tests.venues.pacifica.recorded import (
    CLIENT_ID,
    MAINNET,
    NOW,
    TESTNET,
    UUID,
    few,
    fine,
    load,
    needs_recordings,
    payload,
)

CANDLE = {"t": NOW, "T": NOW + 60_000, "s": "SOL", "i": "1m", "o": "157.3", "c": "157.32", "h": "157.4", "l": "157.2"}
CANDLE |= {"v": "1.22", "n": 8}
ORDER = {
    "order_id": 315979358,
    "client_order_id": UUID,
    "symbol": "BTC",
    "side": "ask",
    "price": "60000",
    "initial_amount": "0.01",
    "filled_amount": "0",
    "cancelled_amount": "0",
    "stop_price": None,
    "order_type": "limit",
    "stop_parent_order_id": None,
    "reduce_only": False,
    "created_at": NOW,
    "updated_at": NOW + 1,
}
UPDATE = {
    "i": 7,
    "I": UUID,
    "s": "BTC",
    "d": "bid",
    "p": "0",
    "ip": "60000",
    "a": "0.01",
    "f": "0",
    "oe": "make",
    "os": "open",
    "ot": "limit",
    "sp": None,
    "si": None,
    "r": False,
    "ct": NOW,
    "ut": NOW + 1,
    "li": 9,
}
TRADE = {
    "history_id": 5,
    "order_id": 7,
    "client_order_id": UUID,
    "symbol": "BTC",
    "amount": "0.01",
    "price": "60000",
    "entry_price": "59000",
    "fee": "0.24",
    "pnl": "9.76",
    "event_type": "fulfill_taker",
    "side": "close_long",
    "cause": "normal",
    "created_at": NOW,
}


def said(channel: str, data=None, **more) -> frames.Frame:
    return frame(json.dumps({"channel": channel, "data": data, **more}), few())


# --- markets ---


@needs_recordings
def test_prices_tell_mids_and_rates():
    rows = markets.tickers(payload(f"{MAINNET}/rest_info_prices")["data"])
    by_symbol = {row.symbol: row for row in rows}
    hynix = by_symbol["SKHYNIX"]
    assert (hynix.mark_px, hynix.oracle_px, hynix.mid) == (1150.9, 1145.590166, 1150.85)
    assert markets.rate(hynix) == Rate("SKHYNIX", -0.00053931, 1787151691191, 1150.9, 1145.590166)
    assert hynix.next_funding == 0.00040681 and hynix.volume_24h_usd == Decimal("5382125.73948")
    assert markets.mids(rows) == Mids({row.symbol: row.mid for row in rows}, 1787151691191)
    assert markets.mids([]) == Mids({})


@needs_recordings
def test_the_recorded_fees_are_those_of_the_venues_page():
    levels = markets.fee_levels(payload(f"{MAINNET}/rest_info_fees")["data"])
    assert [level.level for level in levels] == list(range(8))
    assert levels[0].rates == Rates(Decimal("0.00015"), Decimal("0.0004"))
    assert levels[7].rates == Rates(Decimal(0), Decimal("0.00028"))


@needs_recordings
def test_every_recorded_candle_ends_where_the_next_one_opens():
    found = [row for case in cases() for row in candles_of(case.value)]
    assert len(found) >= 5
    for row in found:
        assert row["T"] == row["t"] + INTERVALS[row["i"]]


def candles_of(value):
    if isinstance(value, dict) and {"t", "T", "o"} <= value.keys():
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from candles_of(inner)


def test_a_candle():
    assert markets.candles([CANDLE]) == (Candle("SOL", "1m", NOW, 157.3, 157.4, 157.2, 157.32, 1.22, 8),)
    assert markets.candles([CANDLE | {"i": "1w", "T": NOW + 7 * 86_400_000}])[0].interval == "1w"
    for change in ({"T": NOW}, {"T": NOW + 120_000}, {"o": "0"}, {"v": "-1"}, {"n": -1}, {"t": None}):
        with pytest.raises(Unknown):
            markets.candles([CANDLE | change])


@needs_recordings
def test_the_recorded_book():
    (_, recorded, *_) = payload(f"{TESTNET}/ws_public_book")
    found = frame(json.dumps(recorded), few())
    assert (found.source, found.sequence) == (Source.BOOK, 336537312)
    (book,) = found.messages
    assert isinstance(book, Book) and (book.symbol, book.venue_ts, book.sequence) == ("BTC", 1780919437182, 336537312)
    assert len(book.bids) == len(book.asks) == 10
    assert (book.bids[0], book.asks[0]) == (Level(63515.0, 15744, 1), Level(63529.0, 13874, 1))
    assert [level.px for level in book.bids] == sorted((level.px for level in book.bids), reverse=True)
    with pytest.raises(Unknown):
        markets.book(recorded["data"] | {"l": [[], [], []]}, few())
    assert [level.px for level in book.asks] == sorted(level.px for level in book.asks)


@needs_recordings
def test_recorded_counts_do_not_fall_but_stand_still_while_the_news_goes_on():
    found = [frame(json.dumps(one), few()) for one in payload(f"{TESTNET}/ws_bbo_part1")]
    counts = [one.sequence for one in found]
    assert counts == sorted(counts) and len(set(counts)) < len(counts)
    same = [one.messages[0] for one in found if one.sequence == 336537413]
    assert len(same) == 2 and same[0] != same[1]
    assert found[0].messages[0] == Best(
        "BTC", Level(63509.0, 7873), Level(63529.0, 13874), 1780919440980, sequence=336537380
    )


@pytest.mark.parametrize("empty", [{"b": None, "B": None}, {"b": "0", "B": "0"}, {"b": "100", "B": "0"}])
def test_a_side_without_orders_is_none(empty):
    best = said("bbo", {"s": "BTC", "a": "60001", "A": "1", "t": NOW} | empty).messages[0]
    assert best == Best("BTC", None, Level(60001.0, 100_000), NOW)


@needs_recordings
def test_a_recorded_trade_has_the_aggressors_side():
    traded, pong = payload(f"{TESTNET}/ws_trades_and_pong")
    found = frame(json.dumps(traded), few())
    assert found.messages == (Trade("BTC", "68790314", Side.BUY, 63508.0, 1, 1780919457443),)
    assert found.sequence == 336537664
    assert frame(json.dumps(pong), few()) == frames.Pong()


def test_a_trade_by_http_says_whose_side_it_tells():
    row = {"event_type": "fulfill_taker", "price": "60000", "amount": "0.1", "side": "close_long", "cause": "normal"}
    row |= {"created_at": NOW}
    taken, made = markets.recent_trades([row, row | {"event_type": "fulfill_maker"}], "BTC", few())
    assert taken == Trade("BTC", "", Side.SELL, 60_000.0, 10_000, NOW)
    assert made.side is Side.BUY


# --- accounts ---


@needs_recordings
def test_the_recorded_account_is_the_venues_to_the_micro_dollar():
    found = account.account(payload(f"{TESTNET}/rest_account")["data"])
    assert (found.equity, found.balance, found.spot_value) == (674_334_224, 7_957_268, 666_376_956)
    assert (found.cross_equity, found.spot_collateral, found.available) == (541_058_832, 533_101_565, 541_058_832)
    assert found.rates == Rates(Decimal("0.00015"), Decimal("0.0004")) and found.venue_ts == 1780919421270


def test_an_account_is_an_object_or_a_list_of_one_or_letters_on_a_socket():
    named = {
        "balance": "2000.000000",
        "account_equity": "2150.250001",
        "available_to_spend": "1800.75",
        "pending_balance": "0",
        "total_margin_used": "349.5",
        "cross_mmr": "420.69",
        "fee_level": 1,
        "positions_count": 2,
        "orders_count": 3,
        "stop_orders_count": 4,
        "updated_at": NOW,
    }
    letters = dict(zip(["b", "ae", "as", "pb", "mu", "cm", "f", "pc", "oc", "sc", "t"], named.values(), strict=True))
    found = account.account(named)
    assert found == account.account([named]) == said("account_info", letters).account
    assert (found.equity, found.margin_used, found.cross_maintenance) == (2_150_250_001, 349_500_000, 420_690_000)
    assert (found.fee_level, found.positions, found.orders, found.stop_orders) == (1, 2, 3, 4)
    assert found.cross_equity is None and found.rates is None
    for wrong in ([], [named, named], {}, named | {"balance": 2000}, named | {"balance": "1e3"}):
        with pytest.raises(Unknown):
            account.account(wrong)


@needs_recordings
def test_the_recorded_positions_tell_a_liquidation_price_below_zero_or_none():
    rows = payload(f"{MAINNET}/rest_positions")["data"]
    found = account.positions(rows, markets_of(rows))
    assert [position.liquidation_px for position in found] == [float(row["liquidation_price"]) for row in rows]
    assert all(position.liquidation_px < 0 < position.lots and not position.isolated for position in found)
    assert found[0].held == VenuePosition("AAVE", 1_136_000, 92.264016) and found[0].funding == -2_559_265
    fresh = payload(f"{TESTNET}/market_open_and_close")["rest_positions_after_open"]["data"]
    (tiny,) = account.positions(fresh, few())
    assert tiny.liquidation_px is None and tiny.held == VenuePosition("BTC", 20, 63441.0)


def test_a_short_has_negative_lots_and_a_socket_tells_the_same():
    letters = {"s": "BTC", "d": "ask", "a": "0.01", "p": "60000.5", "m": "12", "f": "-0.5", "i": True, "l": "70000"}
    found = said("account_positions", [letters | {"t": NOW}], li=5)
    (position,) = found.positions
    assert (position.lots, position.margin, position.funding, position.isolated) == (-1000, 12_000_000, -500_000, True)
    assert (position.liquidation_px, position.entry_px, found.sequence) == (70_000.0, 60_000.5, 5)
    assert said("account_positions", [], li=6) == frames.PositionsNow((), 6)


def test_settings_come_in_two_shapes():
    row = {"symbol": "WLFI", "isolated": False, "leverage": 5, "created_at": 1, "updated_at": 2}
    expected = (MarginSetting("WLFI", False, 5),)
    assert account.settings([row]) == expected
    newer = {"auto_lend_disabled": None, "margin_settings": [row], "spot_settings": []}
    assert account.settings(newer) == expected
    assert account.settings([]) == ()
    for wrong in ({}, None, [row | {"leverage": "5"}]):
        with pytest.raises(Unknown):
            account.settings(wrong)


def test_funding_is_paid_or_received_once_by_its_id():
    row = {"history_id": 2287920, "symbol": "BTC", "side": "ask", "amount": "0.01", "payout": "2.617479"}
    row |= {"rate": "0.0000125", "created_at": NOW}
    (paid,) = account.funding_paid([row], few())
    assert (paid.lots, paid.rate) == (-1000, 0.0000125)
    assert paid.event == VenueFunding("2287920", "", "BTC", 2_617_479, NOW)


def test_what_else_an_account_tells():
    change = {"amount": "-1.5", "balance": "8.5", "pending_balance": "0", "event_type": "trade", "created_at": NOW}
    assert account.balance_changes([change]) == (account.BalanceChange(-1_500_000, 8_500_000, 0, "trade", NOW),)
    point = {"account_equity": "61046.308885", "pnl": "-9297.553505", "timestamp": NOW}
    assert account.equity_points([point]) == (account.EquityPoint(61_046_308_885, -9_297_553_505, NOW),)
    assert account.agents({"agent_wallets": ["a", "b"]}) == ("a", "b")
    assert account.builder_approvals([{"builder_code": "X", "max_fee_rate": "0.001"}, {"builder_code": "Y"}]) == (
        account.BuilderApproval("X", Decimal("0.001")),
        account.BuilderApproval("Y", None),
    )


# --- orders and trades ---


def test_an_order_that_rests():
    (row,) = histories.orders([ORDER], few())
    assert row.seen == VenueOrder(
        CLIENT_ID, "315979358", "", "BTC", OrderKind.LIMIT, Side.SELL, 1000, 0, OrderState.OPEN, 60_000.0, False
    )
    (part,) = histories.orders([ORDER | {"filled_amount": "0.004", "client_order_id": None}], few())
    assert (part.state, part.filled, part.client_id) == (OrderState.PARTIAL, 400, "")
    stop = {"order_type": "stop_loss_market", "stop_price": "55000", "price": "0", "reduce_only": True}
    (level,) = histories.orders([ORDER | stop | {"stop_parent_order_id": 12}], few())
    assert (level.kind, level.px, level.parent_id, level.reduce_only) == (OrderKind.STOP, 55_000.0, 12, True)


def test_an_order_of_the_past():
    past = {"initial_price": "60000", "average_filled_price": "59999", "amount": "0.01", "order_status": "cancelled"}
    past = {name: value for name, value in ORDER.items() if name not in ("price", "initial_amount")} | past
    (row,) = histories.orders([past | {"reason": "reduce only"}], few())
    assert row.update == OrderUpdate(CLIENT_ID, OrderState.CANCELED, NOW + 1, "reduce only")
    assert row.px == 60_000.0
    (row,) = histories.orders([past | {"reason": "expired"}], few())
    assert row.update == OrderUpdate(CLIENT_ID, OrderState.EXPIRED, NOW + 1, "expired")
    (row,) = histories.orders([past | {"order_status": "rejected", "reason": "post_only_rejected"}], few())
    assert row.state is OrderState.CANCELED


@pytest.mark.parametrize(
    ("event", "status", "state"),
    [
        ("make", "open", OrderState.OPEN),
        ("stop_created", "open", OrderState.OPEN),
        ("adjust", "partially_filled", OrderState.PARTIAL),
        ("fulfill_limit", "partially_filled", OrderState.PARTIAL),
        ("fulfill_limit", "filled", OrderState.FILLED),
        ("fulfill_market", "filled", OrderState.FILLED),
        ("stop_triggered", "open", OrderState.OPEN),
        ("cancel", "cancelled", OrderState.CANCELED),
        ("force_cancel", "cancelled", OrderState.CANCELED),
        ("expired", "cancelled", OrderState.EXPIRED),
        ("post_only_rejected", "rejected", OrderState.CANCELED),
        ("self_trade_prevented", "cancelled", OrderState.CANCELED),
        ("something_new", "filled", OrderState.FILLED),
        ("", "rejected", OrderState.CANCELED),
    ],
)
def test_an_event_tells_where_an_order_stands(event, status, state):
    found = said("account_order_updates", [UPDATE | {"oe": event, "os": status}])
    assert found.sequence == 9 and found.source is Source.ACCOUNT_ORDER_UPDATES
    (row,) = found.events
    assert row.update == OrderUpdate(CLIENT_ID, state, NOW + 1, event)
    assert state is OrderState.OPEN or state in TRANSITIONS[OrderState.OPEN]


def test_every_word_for_a_state_leads_somewhere_from_open():
    assert set(STATES.values()) <= {OrderState.OPEN} | TRANSITIONS[OrderState.OPEN]
    for word in ("", "canceled", "done", "OPEN"):
        with pytest.raises(Unknown):
            state_of(word)
    with pytest.raises(Unknown):
        histories.orders([ORDER | {"order_type": "iceberg"}], few())
    assert set(KINDS.values()) == {OrderKind.LIMIT, OrderKind.MARKET, OrderKind.STOP, OrderKind.TAKE}


def test_open_orders_on_a_socket_and_the_events_of_one_order_oldest_first():
    row = {"I": None, "a": "29580", "c": "0", "d": "bid", "f": "0", "i": 560509, "p": "0.27046", "ot": "limit"}
    row |= {"ro": False, "s": "XLM", "sp": None, "st": None, "t": NOW}
    found = frame(json.dumps({"channel": "account_orders", "data": [row]}), fine("XLM"))
    assert isinstance(found, frames.OpenOrders)
    assert (found.orders[0].px, found.orders[0].state, found.orders[0].client_id) == (0.27046, OrderState.OPEN, "")
    event = {name: value for name, value in ORDER.items() if name != "updated_at"}
    newest = event | {"history_id": 9, "event_type": "cancel", "order_status": "cancelled"}
    oldest = event | {"history_id": 8, "event_type": "make", "order_status": "open"}
    states = [row.state for row in histories.order_events([newest, oldest], few())]
    assert states == [OrderState.OPEN, OrderState.CANCELED]


@needs_recordings
def test_the_recorded_market_order_opens_and_closes_a_position():
    recorded = payload(f"{TESTNET}/market_open_and_close")["frames_in_order"]
    heard = [frame(json.dumps(one), few()) for one in recorded]
    assert [one.subscription.source for one in heard if isinstance(one, Subscribed)] == [
        "account_positions",
        "account_order_updates",
        "account_trades",
    ]
    held = [[p.lots for p in one.positions] for one in heard if isinstance(one, frames.PositionsNow)]
    assert held == [[], [20], []]
    updates = [row.update for one in heard if isinstance(one, frames.OrderEvents) for row in one.events]
    assert [update.state for update in updates] == [OrderState.OPEN, OrderState.FILLED] * 2
    trades = [row for one in heard if isinstance(one, frames.AccountTrades) for row in one.trades]
    assert trades[0].fill(OrderKind.MARKET) == VenueFill(
        fill_id="68790424",
        client_id="26350e1072a44de1b1f85bc671dd561b",
        book="",
        symbol="BTC",
        kind=OrderKind.MARKET,
        side=Side.BUY,
        lots=20,
        px=63441.0,
        fee=5_075,
        maker=False,
        venue_ts=1780919672102,
    )
    assert (trades[0].opens, trades[0].pnl, trades[0].gross_pnl) == (True, -5_075, 0)
    assert (trades[1].opens, trades[1].side, trades[1].gross_pnl) == (False, Side.SELL, -1_600)


@pytest.mark.parametrize("side", TRADE_SIDES)
def test_a_trade_opens_or_closes_and_buys_or_sells(side):
    (row,) = histories.trades([TRADE | {"side": side}], few())
    assert row.opens == side.startswith("open") and (row.side is Side.BUY) == (side in ("open_long", "close_short"))


@pytest.mark.parametrize("cause", ["market_liquidation", "backstop_liquidation", "settlement", "something_new"])
def test_what_the_venue_closes_is_a_liquidation_and_nobodys_order(cause):
    (row,) = histories.trades([TRADE | {"cause": cause}], few())
    fill = row.fill(OrderKind.MARKET)
    assert (fill.kind, fill.client_id, row.forced) == (OrderKind.LIQUIDATION, "", True)


def test_fees_with_eight_decimals_go_to_the_nearest():
    (row,) = histories.trades([TRADE | {"fee": "0.00501618", "pnl": "-0.00501618"}], few())
    assert (row.fee, row.gross_pnl) == (5_016, 0)


def test_a_twap_by_the_names_that_clients_look_for():
    row = {"order_id": 5, "client_order_id": UUID, "symbol": "BTC", "side": "bid", "total_amount": "0.01"}
    row |= {"filled_amount": "0.002", "reduce_only": False, "created_at": NOW}
    (twap,) = histories.twaps([row], few())
    assert (twap.kind, twap.lots, twap.filled, twap.state) == (OrderKind.TWAP, 1000, 200, OrderState.PARTIAL)
    event = {**UPDATE, "oe": "twap_triggered", "os": "partially_filled"}
    found = said("account_twap_order_updates", [event])
    assert (found.source, found.events[0].state) == (Source.ACCOUNT_TWAP_ORDER_UPDATES, OrderState.PARTIAL)
    assert said("account_twap_orders", []) == frames.OpenOrders(Source.ACCOUNT_TWAP_ORDERS, ())


# --- the socket ---


def test_every_source_has_a_reader():
    for source in Source:
        with contextlib.suppress(Unknown):  # what it carries is no list
            assert not isinstance(said(source, []), Unheard), source


def test_frames_that_nobody_knows_are_values():
    found = said("rfq", {"a": "b" * 10_000})
    assert isinstance(found, Unheard) and found.channel == "rfq" and len(found.text) < 500
    assert said("account_loans", None) == Unheard("account_loans", "None")


def test_subscriptions_are_asked_for_and_acknowledged():
    book = Subscription(Source.BOOK, symbol="BTC", agg_level=1)
    params = {"source": "book", "symbol": "BTC", "agg_level": 1}
    assert book.subscribe == {"method": "subscribe", "params": params}
    assert book.unsubscribe == {"method": "unsubscribe", "params": params}
    assert said("subscribe", params) == Subscribed(book, on=True)
    assert said("unsubscribe", params) == Subscribed(book, on=False)
    candle = Subscription(Source.CANDLE, symbol="SOL", interval="1m")
    assert candle.params == {"source": "candle", "symbol": "SOL", "interval": "1m"}
    assert json.loads(PING) == {"method": "ping"}


@needs_recordings
def test_the_subscriptions_of_the_documents_are_ours():
    asked = [
        one["sample"]
        for one in load("docs_json_examples.json")["samples"]
        if type(one["sample"]) is dict and one["sample"].get("method") == "subscribe"
    ]
    assert len(asked) >= 8
    for sample in asked:
        assert Subscription(**sample["params"]).subscribe == sample


def test_what_was_set_and_which_candle_it_is():
    assert said("account_margin", {"u": "a", "s": "BTC", "i": True, "t": NOW}) == frames.MarginModeSet("BTC", True, NOW)
    for leverage in (12, "12"):
        said_ = said("account_leverage", {"u": "a", "s": "BTC", "l": leverage, "t": NOW})
        assert said_ == frames.LeverageSet("BTC", 12, NOW)
    assert said("mark_price_candle", CANDLE).source is Source.MARK_PRICE_CANDLE
    assert said("candle", CANDLE).messages == markets.candles([CANDLE])


def test_an_answer_to_a_request_is_one_also_without_an_id():
    found = frame('{"code":400,"err":"Invalid request"}', few())
    assert found == SocketReply("", "", 400, "Invalid request")
    found = frame('{"code":200,"data":{"cancelled_count":10},"id":"b","t":5,"type":"cancel_all_orders"}', few())
    assert found.ok and found.data == {"cancelled_count": 10}


def test_a_market_that_is_not_listed_asks_for_a_newer_listing():
    for call in (
        lambda: said("bbo", {"s": "NEW", "t": NOW}),
        lambda: histories.orders([ORDER | {"symbol": "NEW"}], few()),
        lambda: markets.recent_trades([], "NEW", few()),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '"a"', "{}", '{"channel":5}', '{"code":"200"}', b"\xff", "[" * 10**5]
)
def test_a_frame_that_is_none_is_unknown(text):
    with pytest.raises(Unknown):
        frame(text, few())


def test_reads_are_asked_for_by_path_and_query():
    a = {"account": "a"}
    for query, path, params in (
        (queries.info(), "/info", {}),
        (queries.prices(), "/info/prices", {}),
        (queries.fees(), "/info/fees", {}),
        (queries.book("BTC", 10), "/book", {"symbol": "BTC", "agg_level": "10"}),
        (queries.recent_trades("BTC"), "/trades", {"symbol": "BTC"}),
        (
            queries.funding_rates("BTC", 50, "c"),
            "/funding_rate/history",
            {"symbol": "BTC", "limit": "50", "cursor": "c"},
        ),
        (queries.account("a"), "/account", a),
        (queries.settings("a"), "/account/settings", a),
        (queries.positions("a"), "/positions", a),
        (queries.open_orders("a"), "/orders", a),
        (queries.order_history("a", 5), "/orders/history", a | {"limit": "5"}),
        (queries.order_events(7), "/orders/history_by_id", {"order_id": "7"}),
        (queries.trades("a", 5, start_ts=9), "/trades/history", a | {"limit": "5", "start_time": "9"}),
        (queries.funding_paid("a", 5), "/funding/history", a | {"limit": "5"}),
        (queries.balance_changes("a", 5), "/account/balance/history", a | {"limit": "5"}),
        (queries.equity_points("a", "7d"), "/portfolio", a | {"time_range": "7d"}),
        (queries.open_twaps("a"), "/orders/twap", a),
        (queries.twap_history("a", 5), "/orders/twap/history", a | {"limit": "5"}),
        (queries.twap_events(7), "/orders/twap/history_by_id", {"order_id": "7"}),
        (queries.builder_approvals("a"), "/account/builder_codes/approvals", a),
    ):
        assert (query.path, query.params) == (path, params)
    bars = queries.candles("BTC", "1m", 1, 2)
    assert (bars.path, bars.heavy) == ("/kline", True)
    assert bars.params == {"symbol": "BTC", "interval": "1m", "start_time": "1", "end_time": "2"}
    assert queries.candles("BTC", "1m", 1, 2, mark=True).path == "/kline/mark"
    assert not queries.info().heavy and queries.trades("a", 5).heavy
