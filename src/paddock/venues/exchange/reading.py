"""Pictures of what the exchange holds."""

from __future__ import annotations

from fractions import Fraction

from paddock.venues.exchange import fees, funding, margin
from paddock.venues.exchange.accounts import Account, Holding
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import divided_up
from paddock.venues.exchange.views import AccountView, Depth, FeesView, MarketView, PositionView


def position(holding: Holding) -> PositionView:
    market = holding.market
    contract, value = market.contract, holding.value
    size = abs(holding.lots)
    return PositionView(
        symbol=contract.symbol,
        lots=holding.lots,
        cost=holding.cost,
        entry=contract.tick_lots(abs(holding.cost)) / size if size else Fraction(0),
        mark=market.mark,
        value=value,
        unrealised=holding.unrealised,
        leverage=holding.leverage,
        isolated=holding.isolated,
        margin=holding.margin,
        margin_used=margin.used(holding),
        maintenance=contract.maintenance(value),
        liquidation_px=margin.liquidation_px(holding),
        max_leverage=contract.largest_leverage(value),
        funding=holding.funding,
        funding_since_open=holding.funding_since_open,
        funding_since_change=holding.funding_since_change,
        opened_ts=holding.opened_ts,
        changed_ts=holding.changed_ts,
    )


def account(state: State, account: Account) -> AccountView:
    crossed = margin.cross_positions(account)
    held = [holding for holding in account.active.values() if holding.lots]
    return AccountView(
        account=account.account_id,
        balance=account.balance,
        equity=margin.equity(account),
        cross_equity=margin.cross_equity(account),
        value=sum(holding.value for holding in held),
        cross_value=sum(holding.value for holding in crossed),
        margin_used=sum(margin.used(holding) for holding in held),
        cross_margin_used=sum(divided_up(holding.value, holding.leverage) for holding in crossed),
        reserved=margin.reserved(account),
        maintenance=margin.maintenance(account),
        withdrawable=margin.withdrawable(account, state.rules.withdraw_share),
        positions=tuple(position(holding) for holding in held),
    )


def market(state: State, market: Market) -> MarketView:
    book = market.book
    return MarketView(
        symbol=market.contract.symbol,
        mark=market.mark,
        oracle=market.oracle,
        last=market.last,
        bid=book.bids.best_px(),
        ask=book.asks.best_px(),
        mid=book.mid(),
        impact_bid=funding.impact(market, +1),
        impact_ask=funding.impact(market, -1),
        premium=funding.premium(market),
        rate=market.rate,
        next_rate=funding.running_rate(state.rules.funding, market),
        open_interest=market.open_lots,
    )


def depth(market: Market, levels: int, step: int) -> Depth:
    book = market.book
    return Depth(market.contract.symbol, book.bids.depth(levels, step), book.asks.depth(levels, step), book.sequence)


def fee_rates(state: State, account: Account) -> FeesView:
    rates = fees.rates(state, account)
    return FeesView(rates.maker, rates.taker, account.volume, tuple(account.volumes.items()))
