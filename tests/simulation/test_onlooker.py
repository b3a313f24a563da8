"""The onlooker at a simulated venue tells a stop that went too early from one that went in time."""

from __future__ import annotations

import pytest

from paddock.venues.exchange import Exchange
from tests.simulation.onlooker import Onlooker
from tests.venues.exchange.kit import BUY, SELL, ask, make, stop, take


@pytest.fixture
def exchange() -> Exchange:
    made = make()
    made.submit(ask("cy", BUY, 1_000, 99))
    made.submit(ask("cy", SELL, 1_000, 101))
    return made


def bared(exchange: Exchange) -> list[str]:
    onlooker = Onlooker(exchange)
    onlooker.hear(exchange.events())
    return onlooker.bared


def test_a_stop_that_moves_is_there_before_the_old_one_goes(exchange: Exchange) -> None:
    exchange.submit(ask("ann", BUY, 5))
    old = exchange.submit(stop("ann", SELL, 90, 5))
    exchange.submit(stop("ann", SELL, 95, 5))
    exchange.cancel("ann", old.order_id)
    assert bared(exchange) == []


@pytest.mark.parametrize("entered_with_it", [False, True])
def test_a_stop_that_goes_first_leaves_the_position_bare(exchange: Exchange, entered_with_it: bool) -> None:
    entry, level, target = ask("ann", BUY, 5), stop("ann", SELL, 90, 5), take("ann", SELL, 110, 5)
    if entered_with_it:
        _, old, _ = exchange.submit_bracket(entry, [level, target])
    else:
        exchange.submit(entry)
        old = exchange.submit(level)
        exchange.submit(target)
    exchange.cancel("ann", old.order_id)
    exchange.submit(stop("ann", SELL, 95, 5))
    assert bared(exchange) == [f"{old.order_id} was the last stop of 5 lots of COIN"]


def test_a_stop_of_an_earlier_position_protects_none(exchange: Exchange) -> None:
    """Nor is one missed that another account has, or that goes when the position is gone."""
    exchange.submit(ask("ann", BUY, 5))
    forgotten = exchange.submit(stop("ann", SELL, 90, 5))
    exchange.submit(ask("ann", SELL, 5))
    exchange.submit(ask("ann", BUY, 3))
    exchange.submit(stop("bob", SELL, 90, 5))
    exchange.cancel("ann", forgotten.order_id)
    own = exchange.submit(stop("ann", SELL, 90, 3))
    exchange.submit(ask("ann", SELL, 3))
    exchange.cancel("ann", own.order_id)
    assert bared(exchange) == []
