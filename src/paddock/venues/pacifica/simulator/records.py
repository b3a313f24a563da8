"""What happened at the venue, kept as it is asked for later, and what is new since it was last told to sockets."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from paddock.venues.exchange import BACKSTOP, EXCHANGE, Exchange, Order
from paddock.venues.exchange.events import (
    Event,
    Funded,
    FundingSet,
    LeverageChanged,
    Method,
    MoneyMoved,
    Move,
    OrderChanged,
    PositionChanged,
    Traded,
    TradeSide,
    TwapChanged,
)
from paddock.venues.exchange.maker import MAKER, TAKER
from paddock.venues.pacifica.simulator import fills, orders, twaps, words
from paddock.venues.pacifica.simulator.candles import Candles
from paddock.venues.pacifica.simulator.fills import Fill
from paddock.venues.pacifica.simulator.listing import Listing
from paddock.venues.pacifica.simulator.numbers import funding_rate, px, usd

Row = dict[str, Any]

RECENT_TRADES: Final = 100
FIRST_HISTORY_ID: Final = 641_000_001
_HOUSE: Final = frozenset({MAKER, TAKER, EXCHANGE, BACKSTOP})
_MOVES: Final = {
    Move.DEPOSIT: "deposit",
    Move.WITHDRAWAL: "withdraw",
    Move.TRANSFER: "subaccount_transfer",
    Move.BACKSTOP: "payout",
}
_TRADE_MOVES: Final = {
    Method.BOOK: "trade",
    Method.LIQUIDATION: "market_liquidation",
    Method.BACKSTOP: "backstop_liquidation",
    Method.SETTLEMENT: "adl_liquidation",
}


@dataclass(slots=True)
class Log:
    """Of one account, oldest first. `balance` in micro-dollars, with isolated margins; `paid_in` what came and left."""

    fills: list[Fill] = field(default_factory=list)
    orders: dict[int, None] = field(default_factory=dict)
    fundings: list[Row] = field(default_factory=list)
    balances: list[Row] = field(default_factory=list)
    twaps: list[Row] = field(default_factory=list)
    equity: list[Row] = field(default_factory=list)
    balance: int = 0
    paid_in: int = 0


@dataclass(slots=True)
class News:
    """By symbol or by account, in the order it happened. `settings`: symbols whose leverage or margin mode was set."""

    trades: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    fills: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    orders: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    twaps: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    settings: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    moves: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    touched: set[str] = field(default_factory=set)
    positions: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)


class Records:
    """`li` is the venue's sequence: the largest order id that anything has happened to."""

    def __init__(self, exchange: Exchange, listing: Listing, first_li: int) -> None:
        self._exchange, self._listing = exchange, listing
        self.li = first_li
        self.candles, self.marks = Candles(), Candles()
        self.trades: dict[str, deque[Row]] = defaultdict(lambda: deque(maxlen=RECENT_TRADES))
        self.rates: dict[str, list[Row]] = defaultdict(list)
        self.of_order: dict[int, list[Row]] = defaultdict(list)
        self.of_twap: dict[int, list[Row]] = defaultdict(list)
        self._logs: dict[str, Log] = defaultdict(Log)
        self._ids = count(FIRST_HISTORY_ID)
        self._last_px: dict[int, int] = {}
        self._marks: dict[str, int] = {}
        self._news = News()

    def log(self, account: str) -> Log:
        return self._logs[account]

    def news(self) -> News:
        """All since it was last asked for."""
        news, self._news = self._news, News()
        return news

    def absorb(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Traded):
                self._trade(event)
            elif isinstance(event, OrderChanged):
                self._order(event)
            elif isinstance(event, Funded):
                self._funding(event)
            elif isinstance(event, FundingSet):
                self._rate(event)
            elif isinstance(event, TwapChanged):
                self._twap(event)
            elif isinstance(event, MoneyMoved):
                self._move(event)
            elif isinstance(event, LeverageChanged):
                self._news.settings[event.account].append(event.symbol)
                self._news.touched.add(event.account)
            elif isinstance(event, PositionChanged):
                self._news.positions.add(event.account)
                self._news.touched.add(event.account)

    def look(self, accounts: Sequence[str]) -> None:
        """Note where marks and equities stand now."""
        for coin in self._listing.coins:
            mark = self._exchange.market(coin.symbol).mark
            if mark and mark != self._marks.get(coin.symbol):
                self._marks[coin.symbol] = mark
                self.marks.add(coin.symbol, self._exchange.now_ts, mark)
                self._news.marked.add(coin.symbol)
        for account in accounts:
            self._note_equity(account)

    def _trade(self, event: Traded) -> None:
        coin = self._listing[event.symbol]
        self.li = max(self.li, event.maker.order_id, event.taker.order_id)
        self._last_px[event.maker.order_id] = self._last_px[event.taker.order_id] = event.px
        self.trades[coin.symbol].appendleft(fills.public_named(event, coin))
        self._news.trades[coin.symbol].append(fills.public_lettered(event, coin, next(self._ids), self.li))
        self.candles.add(coin.symbol, event.ts, event.px, event.lots, event.value)
        for party in (event.taker, event.maker):
            if party.account in _HOUSE:
                continue
            log = self._logs[party.account]
            for fill in fills.fills(event, party, coin, self.li, self._client_id(party), self._ids):
                log.fills.append(fill)
                self._news.fills[party.account].append(fill.lettered)
                self._book(party.account, fill.pnl, _TRADE_MOVES[event.method], event.ts)

    def _client_id(self, party: TradeSide) -> str:
        twap = self._exchange.twap(party.twap_id) if party.twap_id else None
        return party.client_id if twap is None else twap.asked.client_id

    def _order(self, event: OrderChanged) -> None:
        order = self._exchange.order(event.order_id)
        if order is None or event.account in _HOUSE or not orders.is_shown(order):
            return
        self.li = max(self.li, event.order_id)
        self._news.touched.add(event.account)
        history = self.of_order[event.order_id]
        word = words.event(event, order, told=bool(history))
        if word is not None:
            self._tell_order(event, order, word)
        elif event.refused is not None:
            del self.of_order[event.order_id]

    def _tell_order(self, event: OrderChanged, order: Order, word: str) -> None:
        coin = self._listing[event.symbol]
        log = self._logs[event.account]
        log.orders.pop(event.order_id, None)
        log.orders[event.order_id] = None
        last_px = self._last_px.get(event.order_id, 0) if word.startswith("fulfill") else 0
        self.of_order[event.order_id].append(orders.happened(event, order, coin, word, next(self._ids)))
        self._news.orders[event.account].append(orders.update(event, order, coin, word, last_px, self.li))

    def _funding(self, event: Funded) -> None:
        if event.account not in _HOUSE:
            self._logs[event.account].fundings.append(
                fills.funding(event, self._listing[event.symbol], next(self._ids))
            )
            self._book(event.account, event.amount, "funding", event.ts)
            self._news.positions.add(event.account)

    def _rate(self, event: FundingSet) -> None:
        self.rates[event.symbol].append(
            {
                "oracle_price": px(event.oracle),
                "bid_impact_price": px(event.impact_bid),
                "ask_impact_price": px(event.impact_ask),
                "funding_rate": funding_rate(event.rate),
                "next_funding_rate": funding_rate(self._exchange.market(event.symbol).next_rate),
                "created_at": event.ts,
            }
        )

    def _twap(self, event: TwapChanged) -> None:
        twap = self._exchange.twap(event.twap_id)
        if twap is None:
            return
        coin = self._listing[event.symbol]
        row = twaps.happened(event, twap, coin, next(self._ids))
        self.of_twap[event.twap_id].append(row)
        self._news.twaps[event.account].append(twaps.update(event, twap, coin, self.li))
        self._news.touched.add(event.account)

    def _move(self, event: MoneyMoved) -> None:
        word = _MOVES.get(event.move)
        if word is None or event.account in _HOUSE:
            return
        if event.move is not Move.BACKSTOP:
            self._logs[event.account].paid_in += event.amount
        row = self._book(event.account, event.amount, word, event.ts)
        self._news.moves[event.account].append(row)

    def _book(self, account: str, amount: int, word: str, ts: int) -> Row:
        log = self._logs[account]
        log.balance += amount
        row = {
            "amount": usd(amount),
            "balance": usd(log.balance),
            "pending_balance": "0",
            "event_type": word,
            "created_at": ts,
        }
        log.balances.append(row)
        self._news.touched.add(account)
        return row

    def _note_equity(self, account: str) -> None:
        """One point an hour."""
        now_ts, log = self._exchange.now_ts, self._logs[account]
        hour_ts = now_ts // 3_600_000 * 3_600_000
        if log.equity and log.equity[-1]["timestamp"] >= hour_ts:
            return
        equity = self._exchange.account(account).equity
        log.equity.append({"account_equity": usd(equity), "pnl": usd(equity - log.paid_in), "timestamp": hour_ts})
