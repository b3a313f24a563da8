"""Numbers that real venues showed, made again by the exchange."""

import json
from decimal import Decimal

import pytest

from paddock.core.seams import SeededRandom
from paddock.venues.exchange import Contract, Exchange, Rules
from paddock.venues.exchange.rules import FeeTier
from paddock.venues.exchange.units import USD
from tests.project import ROOT

from .kit import BUY, NO_FEES, RICH, SELL, START_TS, ask, trades

RECORDINGS = ROOT.parent / "shared" / "recordings"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings (../shared/recordings) are not here"
)


def load(name):
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))["payload"]


def units(text, decimals):
    value = Decimal(text).scaleb(decimals)
    assert value == value.to_integral_value()
    return int(value)


def micros(text):
    return units(text, 6)


@needs_recordings
def test_the_margin_sums_of_a_hyperliquid_account():
    seen = load("hyperliquid/live_2026/info_clearinghouseState.json")
    held, summary = seen["assetPositions"][0]["position"], seen["crossMarginSummary"]
    btc = Contract("BTC", px_decimals=1, qty_decimals=5, max_leverage=held["maxLeverage"], sig_figs=5)
    exchange = Exchange(NO_FEES, [btc], START_TS, SeededRandom(1))
    exchange.deposit("ann", RICH)
    exchange.deposit("bob", RICH)
    exchange.set_leverage("ann", "BTC", held["leverage"]["value"])
    entry, size = units(held["entryPx"], 1), units(held["szi"], 5)
    mark = units(held["positionValue"], 6) // size
    exchange.set_prices("BTC", entry)
    exchange.submit(ask("bob", SELL, size, entry, symbol="BTC"))
    exchange.submit(ask("ann", BUY, size, entry, symbol="BTC"))
    exchange.set_prices("BTC", mark)
    assert exchange.withdraw("ann", exchange.account("ann").equity - micros(summary["accountValue"])) is None
    view = exchange.account("ann")
    assert (view.equity, view.value) == (micros(summary["accountValue"]), micros(summary["totalNtlPos"]))
    assert view.cross_margin_used == micros(summary["totalMarginUsed"])
    assert view.equity - view.value == micros(summary["totalRawUsd"])
    assert view.withdrawable == micros(seen["withdrawable"])
    exact = Decimal(seen["crossMaintenanceMarginUsed"]) * USD
    assert exact <= view.maintenance < exact + 1


@needs_recordings
def test_a_round_trip_at_pacifica():
    frames = load("pacifica/captured_testnet_2026-06-08/market_open_and_close.json")["frames_in_order"]
    opened, closed = [frame["data"][0] for frame in frames if frame["channel"] == "account_trades"]
    btc = Contract("BTC", px_decimals=0, qty_decimals=5, max_leverage=50)
    rules = Rules(fee_tiers=(FeeTier(0, 1_500_000, 4_000_000),))
    exchange = Exchange(rules, [btc], START_TS, SeededRandom(1))
    exchange.set_house("maker")
    exchange.deposit("ann", RICH)
    exchange.set_prices("BTC", units(opened["p"], 0))
    for seen, side in ((opened, BUY), (closed, SELL)):
        other, size = SELL if side is BUY else BUY, units(seen["a"], 5)
        exchange.submit(ask("maker", other, size, units(seen["p"], 0), symbol="BTC"))
        exchange.submit(ask("ann", side, size, symbol="BTC"))
        booked = trades(exchange)[-1].taker
        assert booked.fee == micros(seen["f"])
        assert booked.realised - booked.fee == micros(seen["n"])
    assert exchange.account("ann").balance == RICH + micros(opened["n"]) + micros(closed["n"])
