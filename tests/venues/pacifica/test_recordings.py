"""Every recorded message is read, whatever is done to it raises one kind of error, and its money adds up."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import PaddockError
from tests.venues.pacifica.catalogue import cases, reader
from tests.venues.pacifica.recorded import RECORDINGS, needs_recordings

pytestmark = needs_recordings
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["-1", "0", "1e5", "NaN", "0.000000000000000001", "9" * 31, "BTC", "bid", "cancelled"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


def test_every_recorded_message_is_read():
    named = {case.name.partition("#")[0] for case in cases()}
    assert named == {path.relative_to(RECORDINGS).as_posix() for path in RECORDINGS.rglob("*.json")}
    for case in cases():
        case.read(case.value)


def test_a_message_that_nobody_knows_is_missed():
    for strange in ({"a": 1}, {"symbol": "BTC", "price": "1"}, [{"a": 1}], {"success": True, "data": [{"a": 1}]}):
        with pytest.raises(KeyError):
            reader(strange)


@given(st.data())
def test_whatever_is_done_to_a_message_raises_one_kind_of_error(data):
    case = data.draw(st.sampled_from(cases()))
    value = mutated(data, case.value)
    try:
        case.read(value)
    except PaddockError:
        return


def mutated(data: st.DataObject, value: Any) -> Any:
    """The value with some of its parts replaced, or left out."""
    value = copy.deepcopy(value)
    for _ in range(data.draw(st.integers(1, 3))):
        paths = list(walk(value))
        path = data.draw(st.sampled_from(paths))
        if not path:
            value = data.draw(VALUES)
            continue
        holder = value
        for step in path[:-1]:
            holder = holder[step]
        if data.draw(st.booleans()):
            holder[path[-1]] = data.draw(VALUES)
        else:
            del holder[path[-1]]
    return value


def walk(value: Any, path: tuple = ()):
    yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from walk(inner, (*path, step))
