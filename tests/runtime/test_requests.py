"""What is kept of a request is exactly the request: what is sent again after a restart are the same bytes."""

from __future__ import annotations

import json
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from paddock.core.orders import OrderKind, Side, Tif
from paddock.journal.intents import intent_id
from paddock.journal.schema import canonical_json
from paddock.runtime.requests import cancellation, placement, to_json
from paddock.runtime.wants import ROUND, derived, number_of, origin
from paddock.venues.broker import Bracket, Cancellation, Placement

VALUES = {
    "str": st.text(max_size=8),
    "int": st.integers(-(2**62), 2**62),
    "float": st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),  # no minus zero
    "bool": st.booleans(),
    "OrderKind": st.sampled_from(OrderKind),
    "Side": st.sampled_from(Side),
    "Tif": st.sampled_from(Tif),
}


def made(kind):
    return st.builds(kind, **{field.name: VALUES[field.type] for field in fields(kind) if field.type in VALUES})


def stored(request):
    return json.loads(canonical_json(to_json(request)))


@given(made(Placement), made(Bracket))
def test_a_placement_comes_back_as_it_was(order, bracket):
    order = Placement(**{field.name: getattr(order, field.name) for field in fields(Placement)} | {"bracket": bracket})
    again = placement(stored(order))
    assert (
        again == order
        and repr(again) == repr(order)
        and canonical_json(to_json(again)) == canonical_json(to_json(order))
    )


@given(made(Cancellation))
def test_a_cancellation_comes_back_as_it_was(asked):
    assert cancellation(stored(asked)) == asked


@given(st.integers(0, 10**6), st.integers(1, ROUND * 1000))
def test_a_derived_leg_knows_where_it_comes_from(leg, number):
    made = derived(leg, number)
    assert (origin(made), number_of(made)) == (leg, number) and derived(made, number + 1) == derived(leg, number + 1)
    assert made < 2**63 and number_of(leg) == 0 and origin(leg) == leg


def test_ids_differ_by_run_decision_and_leg_and_by_nothing_else():
    legs = [
        (run, decision, leg)
        for run in ("a", "b")
        for decision in range(20)
        for leg in (0, 1, derived(0, 1), derived(0, 2))
    ]
    assert len({intent_id(*leg) for leg in legs}) == len(legs)
    assert intent_id("a", 1, 2) == intent_id("a", 1, 2)
