"""Recorded messages with something wrong in them: reading one gives a value or an error of ours, and nothing else."""

from __future__ import annotations

import copy
import json
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import NotFound, Unknown
from paddock.venues.hyperliquid.codec.frames import frame
from paddock.venues.hyperliquid.codec.instruments import Dex, all_perps
from paddock.venues.hyperliquid.codec.orders import Part
from paddock.venues.hyperliquid.codec.replies import acknowledged, cancelled, placed, twap
from tests.venues.hyperliquid import recorded
from tests.venues.hyperliquid.recorded import cassette, load, needs_recordings, payload
from tests.venues.hyperliquid.test_recordings import LIVE, NAUTILUS, READERS, listing

CASSETTES = [
    *("get_all_mids", "get_candles_snapshot", "get_funding_history[None]", "get_l2_snapshot", "get_open_orders"),
    *("get_user_fills", "get_user_state", "portfolio", "user_funding_history_without_end_time", "delegator_history"),
    *("user_role", "user_vault_equities"),
]
TWAP_STATE = {
    "coin": "ETH",
    "executedSz": "0.1",
    "minutes": 30,
    "reduceOnly": True,
    "side": "A",
    "sz": "0.5",
    "timestamp": 1,
}
FRAMES = [
    {"channel": "user", "data": {"nonUserCancel": [{"coin": "ETH", "oid": 6}]}},
    {"channel": "user", "data": {"funding": {"time": 1, "coin": "ETH", "usdc": "-1.5"}}},
    {"channel": "twapStates", "data": {"dex": "", "user": "0x", "states": [[4, TWAP_STATE]]}},
    {
        "channel": "userTwapHistory",
        "data": {"user": "0x", "history": [{"time": 5, "state": TWAP_STATE, "status": {"status": "finished"}}]},
    },
    {"channel": "spotState", "data": {"user": "0x", "spotState": {"balances": []}}},
    {"channel": "post", "data": {"id": 1, "response": {"type": "info", "payload": {"type": "x", "data": {}}}}},
    {"channel": "error", "data": 'Already subscribed: {"type":"trades","coin":"X"}'},
]


def trimmed(value):
    """At most three of each list: what goes wrong in a long one goes wrong in a short one."""
    if isinstance(value, dict):
        return {key: trimmed(inner) for key, inner in list(value.items())[:30]}
    return [trimmed(inner) for inner in value[:3]] if isinstance(value, list) else value


@cache
def corpus() -> list[tuple[str, object]]:
    pairs = [pair for name in CASSETTES for pair in cassette(name)]
    found = [(pair["request"]["type"], pair["response"]) for pair in pairs]
    found += [(kind, load(f"nautilus_test_data/{name}.json")) for name, kind in NAUTILUS.items()]
    kinds = {name: name.removeprefix("info_").partition("_")[0] for name in LIVE if name.startswith("info_")}
    found += [(kind, payload(name)) for name, kind in kinds.items()]
    found += [("frame", payload(name)) for name in LIVE if name.startswith("ws_") and name != "ws_bbo_empty_book"]
    found += [("exchange", reply) for reply in payload("exchange_and_error_replies").values() if "status" in reply]
    found += [("frame", one) for one in FRAMES]
    return [(kind, trimmed(message)) for kind, message in found]


GARBAGE = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(
        ["", "NaN", "1e999", "-1", "0", "9" * 40, "0.123456789123", "𝟙", [], {}, [[]], {"a": 1}, ["1", "2"]]
    )
)


def places(value, path=()):
    """The path to everything in a message."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


@st.composite
def mutations(draw):
    kind, whole = draw(st.sampled_from(corpus()))
    message = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(places(message))))
        if not path:
            return kind, draw(GARBAGE)
        holder = message
        for key in path[:-1]:
            holder = holder[key]
        if draw(st.booleans()):
            holder[path[-1]] = draw(GARBAGE)
        else:
            del holder[path[-1]]
    return kind, message


@needs_recordings
@given(mutations())
def test_a_recorded_message_with_something_wrong_is_read_or_refused(mutation):
    kind, message = mutation
    for read in asked(kind):
        try:
            read(message)
        except (Unknown, NotFound) as error:
            assert len(error.seen) < 3_000


def asked(kind: str):
    """The readers of a message as they are called: what was asked for is known, whatever the answer says."""
    if kind in ("l2Book", "bbo"):
        return [lambda m: frame(json.dumps({"channel": kind, "data": m}), listing())]
    if kind == "allPerpMetas":
        return [lambda m: all_perps(m, [Dex(str(n), n) for n in range(3)])]
    if kind == "exchange":
        parts = [Part(0, "", listing()["ETH"], 1000)]
        return [lambda m: placed(m, parts), lambda m: cancelled(m, 1), twap, acknowledged]
    return [READERS[kind]]


@needs_recordings
def test_every_recorded_message_is_read_before_anything_is_wrong_with_it():
    for kind, message in corpus():
        for read in asked(kind) if kind != "exchange" else ():
            read(copy.deepcopy(message))


@given(st.text() | st.binary() | st.recursive(GARBAGE, lambda inner: st.lists(inner, max_size=3)).map(repr))
def test_a_frame_of_anything_is_unclear_or_a_value(text):
    try:
        frame(text, recorded.listing())
    except Unknown:
        return
