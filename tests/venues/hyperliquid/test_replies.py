"""Replies of `/exchange`, and every word in which the venue refuses or tells where an order stands."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import PaddockError, Unknown
from paddock.core.orders import TERMINAL, OrderState
from paddock.venues.broker import Accepted, RejectCode, Rejected, Unclear
from paddock.venues.hyperliquid.codec.orders import Part, Request
from paddock.venues.hyperliquid.codec.refusals import CODES, UNCLEAR, Text, refusal, wording
from paddock.venues.hyperliquid.codec.replies import Placed, acknowledged, by_asked, cancelled, placed, twap
from paddock.venues.hyperliquid.codec.states import STATES, order_state
from tests.project import ROOT
from tests.venues.hyperliquid.recorded import listing, needs_recordings, payload

VENUE_PAGE = ROOT.parent / "shared" / "venues" / "hyperliquid.md"
needs_page = pytest.mark.skipif(not VENUE_PAGE.is_file(), reason="the venue's page (../shared/venues) is not here")


def part(n=0, lots=1000, **more) -> Part:
    return Part(n, f"{n:032x}", listing()["ETH"], lots, **more)


def ok(*statuses, kind="order"):
    return {"status": "ok", "response": {"type": kind, "data": {"statuses": list(statuses)}}}


def err(said):
    return {"status": "err", "response": said}


def test_each_order_has_its_own_status():
    statuses = [
        {"resting": {"oid": 5}},
        {"filled": {"totalSz": "0.1", "avgPx": "2000.5", "oid": 6}},
        "waitingForFill",
        "waitingForTrigger",
        {"error": "Insufficient margin to place order. asset=1"},
    ]
    found = placed(ok(*statuses), [part(n) for n in range(5)])
    assert found == [
        Placed(Accepted("5"), OrderState.OPEN),
        Placed(Accepted("6"), OrderState.FILLED, 1000, 2000.5),
        Placed(Accepted(""), OrderState.OPEN),
        Placed(Accepted(""), OrderState.OPEN),
        Placed(Rejected(RejectCode.MARGIN, "Insufficient margin to place order. asset=1"), OrderState.REFUSED),
    ]


@pytest.mark.parametrize(("immediate", "state"), [(True, OrderState.CANCELED), (False, OrderState.PARTIAL)])
def test_a_smaller_size_ends_an_immediate_order_and_leaves_another_resting(immediate, state):
    """What a resting order that crosses in part answers is not settled by our sources: this is one reading."""
    reply = ok({"filled": {"totalSz": "0.04", "avgPx": "2000", "oid": 6}})
    assert placed(reply, [part(immediate=immediate)]) == [Placed(Accepted("6"), state, 400, 2000.0)]


@pytest.mark.parametrize("text", [Text.NO_MATCH, Text.NO_LIQUIDITY])
def test_an_immediate_order_that_met_nobody_was_taken_and_ended(text):
    assert placed(ok({"error": text.value}), [part(immediate=True)]) == [Placed(Accepted(""), OrderState.CANCELED)]
    (other,) = placed(ok({"error": text.value}), [part()])
    assert isinstance(other.outcome, Rejected) and other.state is OrderState.REFUSED


@pytest.mark.parametrize(
    "reply",
    [err("Order must have minimum value of $10."), ok({"error": "Order must have minimum value of $10. asset=1"})],
)
def test_a_refusal_of_the_whole_batch_counts_for_each_order(reply):
    found = placed(reply, [part(n) for n in range(3)])
    assert [one.outcome.code for one in found] == [RejectCode.MIN_NOTIONAL] * 3
    assert {one.state for one in found} == {OrderState.REFUSED}


@pytest.mark.parametrize("statuses", [[], [{"resting": {"oid": 1}}] * 2, [{"resting": {"oid": 1}}] * 4])
def test_another_number_of_statuses_proves_nothing(statuses):
    found = placed(ok(*statuses), [part(n) for n in range(3)])
    assert all(isinstance(one.outcome, Unclear) and one.state is OrderState.UNKNOWN for one in found)
    assert all(isinstance(one, Unclear) for one in cancelled(ok(*["success"] * len(statuses)), 3))


@pytest.mark.parametrize("said", ["Invalid nonce: duplicate nonce 1700000000000", "Invalid nonce: nonce too low 5 < 6"])
def test_a_used_nonce_may_mean_that_an_earlier_copy_was_booked(said):
    (found,) = placed(err(said), [part()])
    assert found == Placed(Unclear(said), OrderState.UNKNOWN)
    assert cancelled(err(said), 2) == [Unclear(said)] * 2
    assert acknowledged(err(said)) == twap(err(said)) == Unclear(said)


def test_cancellations():
    gone = {"error": "Order was never placed, already canceled, or filled. asset=0"}
    one, two = cancelled(ok("success", gone, kind="cancel"), 2)
    assert one == Accepted("") and two.code is RejectCode.NO_SUCH_ORDER
    assert [o.code for o in cancelled(ok(gone), 2)] == [RejectCode.NO_SUCH_ORDER] * 2


def test_twaps():
    def reply(status):
        return {"status": "ok", "response": {"type": "twapOrder", "data": {"status": status}}}

    assert twap(reply({"running": {"twapId": 77738308}})) == Accepted("77738308")
    assert twap(reply("success")) == Accepted("")
    assert twap(reply({"error": "Invalid TWAP duration: 1 min(s)"})).code is RejectCode.NOT_ALLOWED
    gone = "TWAP was never placed, already canceled, or filled."
    assert twap(reply({"error": gone})).code is RejectCode.NO_SUCH_ORDER


def test_what_is_answered_with_yes_or_no():
    assert acknowledged({"status": "ok", "response": {"type": "default"}}) == Accepted("")
    assert acknowledged(err("Unable to recover signer.")).code is RejectCode.NOT_ALLOWED


@needs_recordings
def test_the_recorded_replies():
    replies = payload("exchange_and_error_replies")
    assert placed(replies["order_resting_http200"], [part()])[0].outcome == Accepted("556696349186")
    unknown = acknowledged(replies["unknown_user_http200"])
    assert unknown.code is RejectCode.NOT_ALLOWED and "0xc06d" in unknown.message
    assert isinstance(acknowledged(replies["duplicate_nonce_http200"]), Unclear)


def test_children_share_the_outcome_of_their_entry():
    parts = (part(1), part(1, child=True), part(1, child=True))
    answered = [Accepted("9"), Rejected(RejectCode.TICK, "no"), Accepted("")]
    requests = [(Request({}, 0, parts), answered), (Request({}, 0, (part(0),)), [Unclear("?")])]
    assert by_asked(requests, 3) == [Unclear("?"), Accepted("9"), Unclear("it was not answered")]


def filled_in(text: Text) -> str:
    names = [name for _, name, _, _ in string.Formatter().parse(text) if name]
    return text.format(**{name: f"{n}.5" for n, name in enumerate(names)})


@pytest.mark.parametrize("text", Text)
def test_every_wording_is_known_again_with_and_without_a_full_stop_and_a_market(text):
    said = filled_in(text)
    for shown in (said, said.rstrip("."), f"{said} asset=84", f"{said.rstrip('.')} asset=84"):
        assert wording(shown) is text
        assert refusal(shown).code is CODES[text] and refusal(shown).message == shown


def test_every_wording_has_a_meaning():
    assert set(CODES) == set(Text) and set(Text) > UNCLEAR


@needs_page
def test_the_table_holds_every_wording_of_the_venues_page():
    """Each is on its page in its own words, braces and numbers apart."""
    page = VENUE_PAGE.read_text(encoding="utf-8")
    section = re.search(r"### Error strings.*?\n(.*?)\n\n", page, re.DOTALL)[1]
    said = [one.strip() for one in section.split(" · ")]
    assert len(said) > 35
    unknown = []
    for one in said:
        shown = one.removesuffix("(cancel)").strip().rstrip(".").replace("$N", "$5").replace("0x…", "0xabc")
        if wording(shown) is None:
            unknown.append(one)
    assert unknown == []
    elsewhere = re.findall(r"`((?:Order|Price|Cannot|Attempted|Invalid nonce|Signed action)[^`]+)`", page)
    assert [one for one in elsewhere if wording(one.replace("{bid}", "1").replace(" N", " 5")) is None] == []


def test_new_words_are_a_refusal_of_some_kind():
    assert refusal("You shall not pass") == Rejected(RejectCode.OTHER, "You shall not pass")
    assert refusal("L1 error: action expired").code is RejectCode.EXPIRED


def test_who_has_no_requests_left_waits():
    said = filled_in(Text.NO_REQUESTS_LEFT)
    assert refusal(said) == Rejected(RejectCode.RATE_LIMIT, said, 10_000)


@needs_page
def test_the_table_holds_every_status_of_the_venues_page():
    page = VENUE_PAGE.read_text(encoding="utf-8")
    words = re.search(r"### Order status values\n(.*?)\. \(American", page, re.DOTALL)[1].replace("\n", " ").split(", ")
    assert len(words) > 30 and set(words) <= set(STATES)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("open", OrderState.OPEN),
        ("triggered", OrderState.OPEN),
        ("filled", OrderState.FILLED),
        ("iocCancelRejected", OrderState.CANCELED),
        ("siblingFilledCanceled", OrderState.CANCELED),
        ("perpMarginRejected", OrderState.REFUSED),
        ("somethingNewCanceled", OrderState.CANCELED),
        ("somethingNewRejected", OrderState.REFUSED),
        ("somethingNew", OrderState.UNKNOWN),
    ],
)
def test_the_words_for_where_an_order_stands(status, state):
    assert order_state(status) is state


def test_what_was_at_the_venue_before_cannot_end_as_never_taken():
    assert order_state("perpMarginRejected", rested=True) is OrderState.CANCELED
    assert {order_state(status, rested=True) for status in STATES} <= TERMINAL - {OrderState.REFUSED} | {
        OrderState.OPEN
    }


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ok", "err", "success"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["status", "response", "data", "statuses", "error", "resting", "filled", "oid", "running"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.integers(0, 3))
def test_garbage_proves_nothing_and_raises_nothing_else(garbage, count):
    for read in (
        lambda: placed(garbage, [part(n) for n in range(count)]),
        lambda: placed(ok(garbage), [part()]),
        lambda: cancelled(garbage, count),
        lambda: cancelled(ok(garbage), 1),
        lambda: twap(garbage),
        lambda: acknowledged(garbage),
    ):
        try:
            read()
        except PaddockError as error:
            assert isinstance(error, Unknown) and len(str(error.seen)) < 2_000
