"""A slow consumer loses old news of the market, knows it, and loses nothing of its account (fault P10)."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.heard import Gap
from paddock.venues.transport.frames import Data, Delivery, Keep
from paddock.venues.transport.inbox import Inbox

from .harness import in_no_time, later


def book(key: str, number: int) -> Data[int]:
    return Data(key, number, Keep.LATEST, slot="book")


def trade(key: str, number: int) -> Data[int]:
    return Data(key, number, Keep.EACH)


def fill(number: int) -> Data[int]:
    return Data("fills", number)


def drained(inbox: Inbox[int]) -> list[tuple[str, int | str]]:
    """All that waits: by key, a number or the word gap."""

    async def take() -> list[Delivery[int]]:
        return [delivery for _ in range(len(inbox)) if (delivery := await inbox.get())]

    return [(d.key, "gap" if isinstance(d.message, Gap) else d.message) for d in asyncio.run(take())]


def test_a_newer_book_takes_the_place_of_a_waiting_one():
    inbox: Inbox[int] = Inbox(10)
    for data in (book("BTC", 1), book("ETH", 1), fill(1), book("BTC", 2), book("BTC", 3)):
        inbox.put(data, 0)
    assert drained(inbox) == [("BTC", 3), ("ETH", 1), ("fills", 1)]
    inbox.put(book("BTC", 4), 0)
    assert drained(inbox) == [("BTC", 4)]


def test_candles_of_two_bars_are_both_kept():
    inbox: Inbox[int] = Inbox(10)
    for number, slot in ((1, "12:00"), (2, "12:00"), (3, "12:01")):
        inbox.put(Data("candles", number, Keep.LATEST, slot), 0)
    assert drained(inbox) == [("candles", 2), ("candles", 3)]


def test_trades_that_do_not_fit_become_one_gap_before_those_that_stay():
    inbox: Inbox[int] = Inbox(3)
    for number in range(1, 7):
        inbox.put(trade("BTC", number), number)
    assert drained(inbox) == [("BTC", "gap"), ("BTC", 4), ("BTC", 5), ("BTC", 6)]
    inbox.put(trade("BTC", 7), 7)
    assert drained(inbox) == [("BTC", 7)]


def test_the_market_makes_room_for_the_account():
    inbox: Inbox[int] = Inbox(2)
    for data in (trade("BTC", 1), book("ETH", 1), fill(1), fill(2), fill(3)):
        inbox.put(data, 0)
    assert drained(inbox) == [("BTC", "gap"), ("ETH", "gap"), ("fills", 1), ("fills", 2), ("fills", 3)]


def test_what_comes_after_a_gap_stays_behind_it():
    inbox: Inbox[int] = Inbox(10)
    inbox.put(book("BTC", 1), 0)
    inbox.gap("BTC", "it was lost", 0)
    inbox.gap("BTC", "and again", 0)
    inbox.put(book("BTC", 2), 0)
    inbox.gap("BTC", "later", 0)
    assert drained(inbox) == [("BTC", 1), ("BTC", "gap"), ("BTC", 2), ("BTC", "gap")]


@in_no_time
async def test_when_only_the_account_waits_the_socket_has_to_wait():
    inbox: Inbox[int] = Inbox(2)
    for number in (1, 2):
        await inbox.room()
        inbox.put(fill(number), 0)
    waiting = asyncio.create_task(inbox.room())
    await later(1)
    assert not waiting.done()
    assert (await inbox.get()).message == 1
    await waiting


@in_no_time
async def test_a_consumer_waits_for_news_and_hears_of_the_end_after_them():
    inbox: Inbox[int] = Inbox(2)
    waiting = asyncio.create_task(inbox.get())
    await later(1)
    inbox.put(fill(1), 77)
    assert await waiting == Delivery("fills", 1, 77)
    inbox.put(fill(2), 78)
    inbox.close()
    assert [await inbox.get(), await inbox.get(), await inbox.get()] == [Delivery("fills", 2, 78), None, None]


@in_no_time
async def test_a_defect_ends_the_consumer_too():
    inbox: Inbox[int] = Inbox(2)
    inbox.close(KeyError("defect"))
    with pytest.raises(KeyError):
        await inbox.get()


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([Keep.ALL, Keep.EACH, Keep.LATEST]), st.sampled_from("abc")),
        st.tuples(st.sampled_from(["get", "gap"]), st.sampled_from("abc")),
    ),
    max_size=120,
)


@given(ACTIONS, st.integers(1, 6))
def test_nothing_is_lost_without_a_word(actions, most):
    """Whatever comes and goes: the account whole and in order, the market in order, its newest known or a Gap said."""
    inbox: Inbox[int] = Inbox(most)
    put: dict[str, list[int]] = {}
    got: dict[str, list[int | str]] = {}

    async def play() -> None:
        for number, (what, name) in enumerate(actions):
            if what == "get":
                if len(inbox):
                    note(await inbox.get())
            elif what == "gap":
                inbox.gap(f"each {name}", "because", 0)
            else:
                put.setdefault(f"{what} {name}", []).append(number)
                inbox.put(Data(f"{what} {name}", number, what, slot="one"), number)
                account = sum(len(numbers) for key, numbers in put.items() if key.startswith("all"))
                assert len(inbox) <= 2 * (most + 10) + account
        while len(inbox):
            note(await inbox.get())

    def note(delivery: Delivery[int]) -> None:
        message = delivery.message
        got.setdefault(delivery.key, []).append("gap" if isinstance(message, Gap) else message)

    asyncio.run(play())
    for key, numbers in put.items():
        heard = [number for number in got.get(key, []) if number != "gap"]
        assert heard == sorted(heard)
        if key.startswith("all"):
            assert heard == numbers
        elif key.startswith("latest"):
            assert got[key][-1] in (numbers[-1], "gap")
        else:
            _each_is_heard_or_a_gap_stands_for_it(numbers, got[key])


def _each_is_heard_or_a_gap_stands_for_it(numbers: list[int], got: list[int | str]) -> None:
    missing = False
    position = 0
    for heard in got:
        if heard == "gap":
            missing = True
            continue
        while numbers[position] != heard:
            assert missing, f"{numbers[position]} is missing without a word in {got}"
            position += 1
        position, missing = position + 1, False
    assert position == len(numbers) or missing
