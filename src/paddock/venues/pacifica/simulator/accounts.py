"""An account as the venue shows it: money, positions, settings.

The balance is cash with the margins of isolated positions, so that equity is balance and unrealised profit [?].
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from paddock.venues.exchange import Exchange
from paddock.venues.exchange.units import DAY_MS
from paddock.venues.exchange.views import AccountView, PositionView
from paddock.venues.pacifica.simulator.listing import Coin, Listing
from paddock.venues.pacifica.simulator.members import Member
from paddock.venues.pacifica.simulator.numbers import decimal, fee_rate, px_near, usd
from paddock.venues.pacifica.simulator.terms import FEE_TIERS

Row = dict[str, Any]


def balance(view: AccountView) -> int:
    """Micro-dollars."""
    return view.balance + sum(held.margin for held in view.positions)


def margin_used(view: AccountView) -> int:
    """Initial margin of cross positions and open orders, and what isolated positions are worth with theirs."""
    return view.reserved + sum(held.margin_used for held in view.positions if held.isolated)


def account(exchange: Exchange, member: Member) -> Row:
    """`/account`."""
    view, fees = exchange.account(member.address), exchange.fees(member.address)
    orders = exchange.open_orders(member.address)
    stops = sum(order.asked.trigger is not None for order in orders)
    return {
        "balance": usd(balance(view)),
        "fee_level": fee_level(exchange, member.address),
        "maker_fee": fee_rate(fees.maker),
        "taker_fee": fee_rate(fees.taker),
        "account_equity": usd(view.equity),
        "cross_account_equity": usd(view.cross_equity),
        "spot_collateral": "0",
        "spot_market_value": "0",
        "spot_balances": [],
        "available_to_spend": usd(max(view.cross_equity - view.reserved, 0)),
        "available_to_withdraw": usd(view.withdrawable),
        "pending_balance": "0",
        "pending_interest": "0",
        "total_margin_used": usd(margin_used(view)),
        "cross_mmr": usd(view.maintenance),
        "positions_count": len(view.positions),
        "orders_count": len(orders) - stops,
        "stop_orders_count": stops,
        "updated_at": exchange.now_ts,
    }


def account_lettered(exchange: Exchange, member: Member) -> Row:
    """The channel `account_info`."""
    row = account(exchange, member)
    return {
        "ae": row["account_equity"],
        "as": row["available_to_spend"],
        "aw": row["available_to_withdraw"],
        "b": row["balance"],
        "f": row["fee_level"],
        "mu": row["total_margin_used"],
        "cm": row["cross_mmr"],
        "oc": row["orders_count"],
        "pb": row["pending_balance"],
        "pc": row["positions_count"],
        "sc": row["stop_orders_count"],
        "t": row["updated_at"],
    }


def positions(exchange: Exchange, listing: Listing, address: str) -> list[Row]:
    """`/positions`."""
    view = exchange.account(address)
    return [_position(held, view.cross_equity, listing) for held in view.positions]


def positions_lettered(exchange: Exchange, listing: Listing, address: str) -> list[Row]:
    """The channel `account_positions`: all of them."""
    return [
        {
            "s": row["symbol"],
            "d": row["side"],
            "a": row["amount"],
            "p": row["entry_price"],
            "m": row["margin"],
            "f": row["funding"],
            "i": row["isolated"],
            "l": row["liquidation_price"],
            "t": row["updated_at"],
        }
        for row in positions(exchange, listing, address)
    ]


def settings(exchange: Exchange, member: Member) -> list[Row]:
    """Rows of `/account/settings`: only symbols that were set."""
    rows: list[Row] = []
    for symbol, (created_ts, updated_ts) in member.settings_ts.items():
        held = exchange.position(member.address, symbol)
        rows.append(
            {
                "symbol": symbol,
                "isolated": held.isolated,
                "leverage": held.leverage,
                "created_at": created_ts,
                "updated_at": updated_ts,
            }
        )
    return rows


def fee_level(exchange: Exchange, address: str) -> int:
    """By what traded in the last 14 whole days."""
    today = exchange.now_ts // DAY_MS
    volume = sum(value for day, value in exchange.fees(address).days if today - 14 <= day < today)
    return max(level for level, tier in enumerate(FEE_TIERS) if volume >= tier.volume)


def _position(held: PositionView, cross_equity: int, listing: Listing) -> Row:
    coin = listing[held.symbol]
    behind = held.margin + held.unrealised if held.isolated else cross_equity
    return {
        "symbol": held.symbol,
        "side": "bid" if held.lots > 0 else "ask",
        "amount": decimal(abs(held.lots), coin.qty_decimals),
        "entry_price": px_near(held.entry),
        "margin": usd(held.margin) if held.isolated else "0",
        "funding": usd(-held.funding_since_open),
        "isolated": held.isolated,
        "liquidation_price": px_near(_liquidation_px(held, coin, behind)),
        "created_at": held.opened_ts,
        "updated_at": held.changed_ts,
    }


def _liquidation_px(held: PositionView, coin: Coin, behind: int) -> Fraction:
    """In ticks, as the venue shows it: behind a cross position stands all of the cross equity, as was measured.

    What other positions need is not taken off, so that the exchange's own price may come sooner.
    """
    side = 1 if held.lots > 0 else -1
    distance = coin.contract.tick_lots(behind) / abs(held.lots)
    return (held.mark - side * distance) / (1 - side * Fraction(1, 2 * held.max_leverage))
