"""What happened, kept as the venue tells it: fills, orders, payments, money moved; and what is news of the last step.

Rows are made once, when their event comes; the venue shows only so many of them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from paddock.venues.exchange import Exchange
from paddock.venues.exchange.events import (
    CancelReason,
    Change,
    Event,
    Funded,
    FundingSet,
    Liquidated,
    OrderChanged,
    Traded,
    TwapChanged,
)
from paddock.venues.exchange.units import DAY_MS
from paddock.venues.hyperliquid.simulator import fills, markets, orders, twaps
from paddock.venues.hyperliquid.simulator.candles import Candles
from paddock.venues.hyperliquid.simulator.fills import NO_HASH, hour_stamp
from paddock.venues.hyperliquid.simulator.listing import Listing
from paddock.venues.hyperliquid.simulator.numbers import decimal, usd

MOST_REACHABLE: Final = 10_000
MOST_TRADES: Final = 10

Row = dict[str, Any]


@dataclass(slots=True)
class Log:
    """Of one account, oldest first."""

    fills: deque[Row] = field(default_factory=lambda: deque(maxlen=MOST_REACHABLE))
    orders: dict[int, None] = field(default_factory=dict)  # ids, the last to change last
    fundings: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    twaps: list[Row] = field(default_factory=list)
    days: dict[int, list[int]] = field(default_factory=dict)  # of each UTC day: value taken, value made


@dataclass(slots=True)
class News:
    """Rows of one step: by account, trades by coin."""

    orders: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    fills: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    fundings: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    ledger: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    twaps: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    cancelled: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    liquidations: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    trades: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))


class Records:
    def __init__(self, exchange: Exchange, listing: Listing, candles: Candles) -> None:
        self._exchange, self._listing, self._candles = exchange, listing, candles
        self._logs: dict[str, Log] = defaultdict(Log)
        self._news = News()
        self._lids = 0
        self.trades: dict[str, deque[Row]] = defaultdict(lambda: deque(maxlen=MOST_TRADES))
        self.rates: dict[str, list[Row]] = defaultdict(list)

    def of(self, user: str) -> Log:
        return self._logs[user]

    def take_news(self) -> News:
        """What came since it was last asked for."""
        news, self._news = self._news, News()
        return news

    def write_ledger(self, user: str, delta: Row) -> None:
        """Money that moved, in the words of `userNonFundingLedgerUpdates`."""
        log, now_ts = self._logs[user], self._exchange.now_ts
        row = {"time": now_ts, "hash": fills.tx_hash("ledger", user, len(log.ledger)), "delta": delta}
        log.ledger.append(row)
        self._news.ledger[user].append(row)

    def write_fill(self, user: str, row: Row) -> None:
        """A fill, whether or not it happened."""
        self._logs[user].fills.append(row)
        self._news.fills[user].append(row)

    def repeat_fundings(self, user: str) -> None:
        """Tell of the payments of the newest hour once more."""
        told = self._logs[user].fundings
        again = [row for row in told if row["time"] == told[-1]["time"]]
        told += again
        self._news.fundings[user] += again

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
            elif isinstance(event, Liquidated):
                self._liquidation(event)
            elif isinstance(event, TwapChanged):
                self._twap(event)
        self._write_liquidations(events)

    def _trade(self, event: Traded) -> None:
        coin = self._listing[event.symbol]
        row = fills.public(event, coin)
        self.trades[coin.name].append(row)
        self._news.trades[coin.name].append(row)
        self._candles.add(coin.name, event.ts, event.px, event.lots, event.value)
        for party in (event.maker, event.taker):
            if party.account.startswith("0x"):
                isolated = self._exchange.position(party.account, coin.name).isolated
                order = self._exchange.order(party.order_id)
                note = "" if order is None else order.asked.note
                self.write_fill(party.account, fills.own(event, party, coin, isolated=isolated, note=note))
                day = self._logs[party.account].days.setdefault(event.ts // DAY_MS, [0, 0])
                day[party.maker] += event.value

    def _order(self, event: OrderChanged) -> None:
        order = self._exchange.order(event.order_id)
        if order is None or not event.account.startswith("0x"):
            return
        coin = self._listing[event.symbol]
        log = self._logs[event.account]
        log.orders.pop(event.order_id, None)
        log.orders[event.order_id] = None
        row = orders.changed(event, order, coin)
        if row is not None:
            self._news.orders[event.account].append(row)
        asked = event.reason in {None, CancelReason.USER, CancelReason.MODIFIED, CancelReason.NO_MATCH}
        if event.change is Change.CANCELLED and not asked:
            self._news.cancelled[event.account].append({"coin": coin.name, "oid": event.order_id})

    def _funding(self, event: Funded) -> None:
        if event.account.startswith("0x"):
            row = fills.funding(event, self._listing[event.symbol])
            self._logs[event.account].fundings.append(row)
            self._news.fundings[event.account].append(row)

    def _rate(self, event: FundingSet) -> None:
        coin = self._listing[event.symbol]
        if not coin.delisted:
            row = markets.rate_of_hour(coin, hour_stamp(event.ts), event.rate, event.premium)
            self.rates[coin.name].append(row)

    def _liquidation(self, event: Liquidated) -> None:
        self._lids += 1
        told = {
            "lid": self._lids,
            "liquidator": fills.address("backstop"),
            "liquidated_user": event.account,
            "liquidated_ntl_pos": usd(event.value),
            "liquidated_account_value": usd(event.equity),
        }
        self._news.liquidations[event.account].append(told)

    def _write_liquidations(self, events: Sequence[Event]) -> None:
        """What each liquidation began with is told by the first trades that it set off."""
        begun = [event for event in events if isinstance(event, Liquidated)]
        trades = [event for event in events if isinstance(event, Traded) and event.liquidated]
        for event in begun:
            held: dict[str, int] = {}
            for trade in trades:
                party = trade.maker if trade.maker.account == event.account else trade.taker
                if trade.liquidated == event.account and event.symbol in {"", trade.symbol}:
                    held.setdefault(trade.symbol, party.start_lots)
            delta = {
                "type": "liquidation",
                "liquidatedNtlPos": usd(event.value),
                "accountValue": usd(event.equity),
                "leverageType": "Isolated" if event.symbol else "Cross",
                "liquidatedPositions": [
                    {"coin": symbol, "szi": decimal(lots, self._listing[symbol].sz_decimals)}
                    for symbol, lots in held.items()
                ],
            }
            self.write_ledger(event.account, delta)

    def _twap(self, event: TwapChanged) -> None:
        twap = self._exchange.twap(event.twap_id)
        if twap is not None:
            coin = self._listing[event.symbol]
            row = twaps.told(event, twap, coin)
            self._logs[event.account].twaps.append(row)
            self._news.twaps[event.account].append(row)


def funding_row(row: Row) -> Row:
    """A payment as `/info` tells it."""
    delta = {"type": "funding"} | {name: value for name, value in row.items() if name != "time"}
    return {"time": row["time"], "hash": NO_HASH, "delta": delta}
