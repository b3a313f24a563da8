"""The names of events: one enumeration, the page that shows it, and code that writes each of them."""

import re

import pytest

from paddock.core.orders import OrderState
from paddock.journal.facts import FIELDS, TYPES, FillBooked, OrderChanged, draft, fact_of
from paddock.journal.kinds import MEANING, EventKind
from paddock.journal.tables import fills
from tests.journal.given import fill, funding, intended
from tests.project import DOCS, PACKAGE, sources

PAGE = (DOCS / "events.md").read_text(encoding="utf-8")


def test_the_page_lists_each_event_once_and_no_other():
    listed = PAGE.partition("<!-- written: events -->")[2].partition("<!-- /written -->")[0]
    assert re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", listed, re.MULTILINE) == [
        (kind.value, MEANING[kind]) for kind in EventKind
    ]


def test_each_event_is_named_by_what_it_happened_to_and_what_happened():
    assert set(MEANING) == set(EventKind)
    assert [kind for kind in EventKind if not re.fullmatch(r"[a-z]+\.[a-z_]+", kind)] == []
    assert [kind for kind in EventKind if kind.name != kind.value.replace(".", "_").upper()] == []


@pytest.mark.parametrize("kind", EventKind)
def test_each_event_is_written_somewhere(kind):
    writers = [path for path in sources(PACKAGE) if path.name != "kinds.py"]
    assert any(re.search(rf"\bEventKind\.{kind.name}\b", path.read_text(encoding="utf-8")) for path in writers)


@pytest.mark.parametrize(
    "fact",
    [intended(1), fill("f1", 1, 1, 2, 0.1), funding("p1", 1, -2)]
    + [OrderChanged("r1", "i1", made) for made in (OrderState.SENT, OrderState.NEVER_LANDED)],
)
def test_a_fact_goes_through_an_event_unchanged(fact):
    assert fact_of(draft(fact, 5)) == fact


def test_a_state_that_only_fills_tell_makes_no_event():
    with pytest.raises(KeyError):
        draft(OrderChanged("r1", "i1", OrderState.FILLED), 5)


def test_the_books_know_the_columns_of_what_they_store():
    assert {column.name for column in fills.columns} == set(FIELDS[FillBooked])
    assert set(FIELDS) == set(TYPES.values())
