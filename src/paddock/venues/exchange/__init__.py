"""Who trades with whom, at what price, and what does it cost? A perpetual-futures exchange without a wire."""

from paddock.venues.exchange.accounts import BACKSTOP, EXCHANGE
from paddock.venues.exchange.exchange import Exchange
from paddock.venues.exchange.orders import Order, Status
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.requests import Builder, PriceSource, Request, Tif, Trigger, TriggerKind, TwapRequest
from paddock.venues.exchange.rules import Contract, Rules

__all__ = [
    "BACKSTOP",
    "EXCHANGE",
    "Builder",
    "Contract",
    "Exchange",
    "Order",
    "PriceSource",
    "Refusal",
    "Refused",
    "Request",
    "Rules",
    "Status",
    "Tif",
    "Trigger",
    "TriggerKind",
    "TwapRequest",
]
