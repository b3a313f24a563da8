"""Questions to the venue: how they are put, and what they take from the allowance."""

from __future__ import annotations

import inspect
import re

import pytest

from paddock.core.errors import Invalid
from paddock.venues.hyperliquid.codec import info
from tests.venues.hyperliquid.test_replies import VENUE_PAGE, needs_page

USER = "0x" + "Ab" * 20
GIVEN = {
    **dict.fromkeys(("user", "builder"), USER),
    **{"symbol": "ETH", "interval": "1h", "start_ts": 1, "end_ts": 2, "ref": 5},
}
QUESTIONS = {
    name: ask
    for name, ask in inspect.getmembers(info, inspect.isfunction)
    if ask.__module__ == info.__name__ and not name.startswith(("_", "weight"))
}


def asked(name: str) -> dict:
    parameters = inspect.signature(QUESTIONS[name]).parameters
    return QUESTIONS[name](**{p: GIVEN[p] for p, about in parameters.items() if about.default is about.empty})


@needs_page
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_on_the_venues_page(name):
    page = VENUE_PAGE.read_text(encoding="utf-8")
    query = asked(name)
    assert re.search(rf"`{query['type']}`", page), query["type"]
    assert query.get("user", USER.lower()) == USER.lower()


def test_questions_are_distinct():
    types = [asked(name)["type"] for name in QUESTIONS]
    assert len(set(types)) == len(types) > 30


def test_a_dex_and_an_end_are_named_only_where_there_is_one():
    assert info.account(USER) == {"type": "clearinghouseState", "user": USER.lower()}
    assert info.account(USER, "xyz")["dex"] == "xyz"
    assert info.fills(USER, 5) == {"type": "userFillsByTime", "user": USER.lower(), "startTime": 5}
    assert info.book("ETH", 5, 2) == {"type": "l2Book", "coin": "ETH", "nSigFigs": 5, "mantissa": 2}


def test_an_account_is_an_address():
    with pytest.raises(Invalid):
        info.fills("me", 1)


@pytest.mark.parametrize(
    ("query", "weight"),
    [
        (info.book("X"), 2),
        (info.account(USER), 2),
        (info.order_status(USER, 1), 2),
        (info.role(USER), 60),
        (info.meta(), 20),
    ],
)
def test_what_a_question_takes(query, weight):
    assert info.weight(query) == weight


def test_what_its_rows_take():
    assert [info.weight_of_rows(info.fills(USER, 1), rows) for rows in (0, 19, 20, 2000)] == [0, 0, 1, 100]
    assert info.weight_of_rows(info.candles("X", "1h", 1, 2), 5000) == 83
