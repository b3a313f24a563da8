"""A small exchange for tests: one contract whose tick is a dollar and whose lot is one coin."""

from dataclasses import replace

from paddock.core.orders import Side
from paddock.core.seams import SeededRandom
from paddock.venues.exchange import Contract, Exchange, Request, Rules, Tif, Trigger, TriggerKind
from paddock.venues.exchange.events import Traded
from paddock.venues.exchange.units import USD

BUY, SELL = Side.BUY, Side.SELL
COIN = Contract("COIN", px_decimals=0, qty_decimals=0, max_leverage=10)
FREE = Rules().fee_tiers[0].__class__(0, 0, 0)
NO_FEES = Rules(fee_tiers=(FREE,))
START_TS = 1_700_000_000_000 // 3_600_000 * 3_600_000
RICH = 10**9 * USD


def make(rules=NO_FEES, contract=COIN, mark=100, deposits=(("ann", RICH), ("bob", RICH), ("cy", RICH))):
    exchange = Exchange(rules, [contract], START_TS, SeededRandom(7))
    for account, amount in deposits:
        exchange.deposit(account, amount)
    exchange.set_prices(contract.symbol, mark)
    return exchange


def ask(account, side, lots, px=0, tif=Tif.GTC, **more):
    more.setdefault("market", px == 0)
    return Request(account, more.pop("symbol", "COIN"), side, lots, px, tif, **more)


def closing(account, side, kind, px, lots=0, **more):
    """A reduce-only market trigger; without lots it closes the whole position."""
    trigger = Trigger(kind, px, whole_position=not lots)
    return ask(account, side, lots, 0, trigger=trigger, reduce_only=True, **more)


def stop(account, side, px, lots=0, **more):
    return closing(account, side, TriggerKind.STOP, px, lots, **more)


def take(account, side, px, lots=0, **more):
    return closing(account, side, TriggerKind.TAKE, px, lots, **more)


def trades(exchange, after_seq=0):
    return [event for event in exchange.events(after_seq) if isinstance(event, Traded)]


def told(exchange, kind, after_seq=0):
    return [event for event in exchange.events(after_seq) if isinstance(event, kind)]


def changes(exchange, order):
    """What was told of an order, as words."""
    return [
        str(event.change) + (f":{event.reason}" if event.reason else "")
        for event in exchange.events()
        if getattr(event, "order_id", None) == order.order_id and hasattr(event, "change")
    ]


def lots(exchange, account, symbol="COIN"):
    return exchange.position(account, symbol).lots


def money(exchange):
    """What all accounts hold less what their positions cost: what was put in."""
    total = 0
    for account in exchange.accounts():
        view = exchange.account(account)
        total += view.balance + sum(held.margin - held.cost for held in view.positions)
    return total


def with_rules(**changed):
    return replace(NO_FEES, **changed)
