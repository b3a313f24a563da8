"""What became of a request: only a venue that said no has refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.core.errors import PaddockError, Unavailable, Unknown
from paddock.venues.broker import Accepted, RejectCode, Rejected, Unclear
from paddock.venues.pacifica.codec import socket_replies
from paddock.venues.pacifica.codec.allowance import Allowance, allowance
from paddock.venues.pacifica.codec.answers import Answer, answer, payload
from paddock.venues.pacifica.codec.outcomes import outcome, outcomes, socket_outcome, socket_outcomes
from paddock.venues.pacifica.codec.refusals import refusal
from tests.venues.pacifica.recorded import TESTNET, load, needs_recordings
from tests.venues.pacifica.recorded import payload as recorded

LEFT = {"RateLimit": '"credits";r=970;t=23', "ratelimit-policy": '"credits";q=1000;w=60'}
WHOLE = {"success": True, "data": {"order_id": 336542009}, "error": None, "code": None}


def said(text: str, code: int | None = None, **more) -> str:
    return json.dumps({"success": False, "data": None, "error": text, "code": code, **more})


@pytest.mark.parametrize(
    ("body", "order_id"),
    [
        (WHOLE, "336542009"),
        ({"order_id": 12345}, "12345"),
        ({"success": True}, ""),
        ({"success": True, "data": None, "error": None, "code": None}, ""),
        ({"success": True, "data": {"success": True, "error": None}, "error": None, "code": None}, ""),
        ({"cancelled_count": 5}, ""),
    ],
)
def test_an_order_is_accepted_in_the_envelope_and_bare(body, order_id):
    assert outcome(200, {}, json.dumps(body)) == Accepted(order_id)


@needs_recordings
def test_the_recorded_orders_were_accepted_and_the_recorded_refusal_is_one():
    both = recorded(f"{TESTNET}/market_open_and_close")
    assert outcome(200, {}, json.dumps(both["rest_open_response"])) == Accepted("336542009")
    refused = recorded(f"{TESTNET}/rest_verification_failed")
    args = refused["http_status"], refused["headers"], refused["body_text"]
    assert outcome(*args) == Rejected(RejectCode.NOT_ALLOWED, "Verification failed")
    assert allowance(refused["headers"]) == Allowance(left=970, quota=1000, reset_ms=23_000)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408, 301, 302, 0, 100])
@pytest.mark.parametrize(
    "body", [said("Invalid tick size", 52), said("Order not found", 6), "Internal server error", "", json.dumps(WHOLE)]
)
def test_no_answer_of_the_5xx_kind_proves_anything(status, body):
    """Not even one about a wrong tick, which this venue was seen to give as a 500."""
    assert isinstance(outcome(status, {}, body), Unclear)
    assert all(isinstance(one, Unclear) for one in outcomes(status, {}, body, [False, True]))


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "OK", '"done"', '{"success":tr', "[1]", "7", '{"success":"yes"}', '{"data":{"order_id":"x"}}'],
)
def test_a_success_that_cannot_be_read_proves_nothing(body):
    assert isinstance(outcome(200, {}, body), Unclear)
    assert isinstance(outcomes(200, {}, body, [False])[0], Unclear)


@pytest.mark.parametrize("status", [200, 400, 422])
def test_an_internal_error_in_an_envelope_proves_nothing(status):
    for text in (said("Internal server error", 500), said("Internal server error", 0), said("oh", 500)):
        assert isinstance(outcome(status, {}, text), Unclear)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Verification failed", None, RejectCode.NOT_ALLOWED),
        ("Verification failed: signature does not match signer and canonical payload.", 400, RejectCode.NOT_ALLOWED),
        ("Invalid signature", None, RejectCode.NOT_ALLOWED),
        ("Invalid signature format", None, RejectCode.NOT_ALLOWED),
        ("Invalid public key", None, RejectCode.NOT_ALLOWED),
        ("Invalid message", None, RejectCode.EXPIRED),
        ("Agent not authorized for account", 400, RejectCode.NOT_ALLOWED),
        ("7v5… is unauthorized to sign on behalf of Gma…", None, RejectCode.NOT_ALLOWED),
        ("Beta access required. Signer must redeem a valid beta code.", 403, RejectCode.NOT_ALLOWED),
        ("Account not whitelisted", None, RejectCode.NOT_ALLOWED),
        ("Order amount too low for <account>: 7.81140 < 10", 0, RejectCode.MIN_NOTIONAL),
        ("Order amount too high", 8, RejectCode.OTHER),
        ("Take profit stop price 159.5741 is not a multiple of tick size 0.01", 400, RejectCode.TICK),
        ("Order amount 0.123456 is not a multiple of lot size 0.01", 400, RejectCode.LOT),
        ("INVALID_TICK_LEVEL", 4, RejectCode.TICK),
        ("INSUFFICIENT_BALANCE", 4, RejectCode.MARGIN),
        ("Insufficient balance", 5, RejectCode.MARGIN),
        ("ORDER_NOT_FOUND", 5, RejectCode.NO_SUCH_ORDER),
        ("Stop order not found", 400, RejectCode.NO_SUCH_ORDER),
        ("Failed to cancel order", 420, RejectCode.NO_SUCH_ORDER),
        ("Position not found", 400, RejectCode.REDUCE_ONLY),
        ("No position for reduce-only order", 23, RejectCode.REDUCE_ONLY),
        ("Invalid leverage", 400, RejectCode.LEVERAGE),
        ("DUPLICATE_CLIENT_ORDER_ID", 36, RejectCode.DUPLICATE),
        ("Post only order would cross", None, RejectCode.POST_ONLY),
        ("Trading disabled", 38, RejectCode.HALTED),
        ("Too many requests", 429, RejectCode.RATE_LIMIT),
        ("something new", 52, RejectCode.TICK),
        ("something new", 59, RejectCode.LOT),
        ("something new", 5, RejectCode.MARGIN),
        ("something new", 36, RejectCode.DUPLICATE),
        ("something new", 28, RejectCode.MARGIN),
        ("something new", 12345, RejectCode.OTHER),
        ("something new", None, RejectCode.OTHER),
    ],
)
def test_refusals_are_known_by_their_words_and_else_by_their_numbers(text, code, expected):
    assert outcome(422, {}, said(text, code)) == Rejected(expected, text)
    assert outcome(200, {}, said(text, code)) == Rejected(expected, text)
    if code is None:
        assert outcome(400, {}, text) == outcome(400, {}, json.dumps(text)) == Rejected(expected, text)


def test_a_number_that_changed_its_meaning_is_read_as_fits_the_request():
    assert refusal("?", 5).code is RejectCode.MARGIN
    assert refusal("?", 5, cancelling=True).code is RejectCode.NO_SUCH_ORDER
    assert refusal("?", None, status=404).code is RejectCode.OTHER
    assert refusal("?", None, status=404, cancelling=True).code is RejectCode.NO_SUCH_ORDER
    assert refusal("?", None, status=409).code is RejectCode.DUPLICATE
    assert refusal("Order not found", 4, status=404).code is RejectCode.NO_SUCH_ORDER


def test_who_asks_too_often_is_told_how_long_to_wait():
    assert outcome(429, LEFT, "Too many requests") == Rejected(RejectCode.RATE_LIMIT, "Too many requests", 23_000)
    assert outcome(429, {}, "") == Rejected(RejectCode.RATE_LIMIT, "HTTP 429", 0)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (LEFT, Allowance(970, 1000, 23_000)),
        ({"ratelimit": '"credits";r=5;t=1'}, Allowance(5, 0, 1_000)),
        ({}, None),
        ({"ratelimit": "r=5"}, None),
        ({"ratelimit": '"credits";r=-5;t=1'}, None),
    ],
)
def test_what_is_left_comes_in_tenths_of_a_credit(headers, expected):
    assert allowance(headers) == expected


def test_each_request_of_a_batch_has_its_own_outcome():
    results = [
        {"success": True, "order_id": 470506, "error": None},
        {"success": True},
        {"success": False, "error": "Order not found"},
        {"success": False, "error": "Internal server error"},
        {"success": False},
    ]
    body = json.dumps({"success": True, "data": {"results": results}, "error": None, "code": None})
    assert outcomes(200, {}, body, [False, True, True, False, False]) == [
        Accepted("470506"),
        Accepted(""),
        Rejected(RejectCode.NO_SUCH_ORDER, "Order not found"),
        Unclear("Internal server error"),
        Rejected(RejectCode.OTHER, "it did not succeed"),
    ]
    assert all(isinstance(one, Unclear) for one in outcomes(200, {}, body, [False] * 4))
    refused = outcomes(400, {}, json.dumps({"error": "Invalid batch operation parameters", "code": 400}), [False, True])
    assert refused == [Rejected(RejectCode.OTHER, "Invalid batch operation parameters")] * 2


# --- sockets ---


def heard(code=200, **more):
    return socket_replies.reply({"code": code, "id": "1", "type": "create_order", "t": 5, **more})


def test_a_socket_answers_with_the_order_and_what_is_left():
    reply = heard(data={"I": "u", "i": 645953, "s": "BTC"}, rl={"r": 975, "q": 1000, "t": 56})
    assert (reply.request_id, reply.type, reply.venue_ts) == ("1", "create_order", 5)
    assert reply.left == Allowance(975, 1000, 56_000)
    assert socket_outcome(reply) == Accepted("645953")
    assert socket_outcome(heard(data={"I": "u", "i": None, "s": "BTC"}), cancelling=True) == Accepted("")


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        (420, "Failed to cancel order", Rejected(RejectCode.NO_SUCH_ORDER, "Failed to cancel order")),
        (401, None, Rejected(RejectCode.NOT_ALLOWED, "code 401")),
        (402, None, Rejected(RejectCode.NOT_ALLOWED, "code 402")),
        (400, "Invalid JSON", Rejected(RejectCode.OTHER, "Invalid JSON")),
        (500, "Invalid tick size", Unclear("Invalid tick size")),
        (420, "Internal server error", Unclear("Internal server error")),
        (200, "Order not found", Rejected(RejectCode.NO_SUCH_ORDER, "Order not found")),
    ],
)
def test_a_socket_refuses_by_its_own_codes(code, text, expected):
    assert socket_outcome(heard(code, err=text), cancelling=True) == expected


def test_a_socket_that_is_asked_too_often_says_how_long_to_wait():
    reply = heard(429, err="Rate limit", rl={"r": 0, "q": 1000, "t": 9})
    assert socket_outcome(reply) == Rejected(RejectCode.RATE_LIMIT, "Rate limit", 9_000)


def test_a_batch_over_a_socket():
    reply = heard(data={"results": [{"success": True, "order_id": 7}, {"success": True}]})
    assert socket_outcomes(reply, [False, True]) == [Accepted("7"), Accepted("")]
    assert socket_outcomes(heard(420, err="Order not found"), [True]) == [
        Rejected(RejectCode.NO_SUCH_ORDER, "Order not found")
    ]
    assert isinstance(socket_outcomes(heard(), [True])[0], Unclear)


def test_a_request_goes_over_the_socket_under_its_operation():
    assert socket_replies.request("1", "create_order", {"a": 1}) == {"id": "1", "params": {"create_order": {"a": 1}}}


# --- reads ---


def test_a_page_tells_where_the_next_one_is():
    page = {"success": True, "data": [], "next_cursor": "11114Lz77", "has_more": True, "last_order_id": 11733762600}
    assert answer(200, json.dumps(page)) == Answer(200, [], cursor="11114Lz77", last_order_id=11733762600)
    assert answer(200, json.dumps(page | {"has_more": False})).cursor == ""


def test_a_read_that_failed_is_one_for_later_and_a_reply_that_is_none_is_unknown():
    with pytest.raises(Unavailable, match="Account not found"):
        payload(answer(422, said("Account not found", 1)))
    with pytest.raises(Unavailable):
        payload(answer(503, "<html>"))
    for text in ("<html>", '"text"', "{", '{"success": 1}', '{"a": NaN}', "[" * 10**5):
        with pytest.raises(Unknown):
            answer(200, text)
    missing = answer(404, said("Order history not found for order ID: 7", 404))
    assert (missing.ok, missing.code, missing.status) == (False, 404, 404)


def test_bare_data_is_read_as_it_is():
    assert payload(answer(200, "[1]")) == [1]
    assert payload(answer(200, b'{"s":"BTC"}')) == {"s": "BTC"}


@given(st.integers(0, 600), st.text(max_size=20) | st.sampled_from([json.dumps(WHOLE), said("Order not found", 6)]))
def test_whatever_comes_back_has_an_outcome_and_only_a_venue_that_said_no_refused(status, body):
    found = outcome(status, {}, body)
    assert isinstance(found, Accepted | Rejected | Unclear)
    if isinstance(found, Rejected):
        assert 400 <= status < 500 or 200 <= status < 300
    if isinstance(found, Accepted):
        assert 200 <= status < 300
    try:
        answer(status, body)
    except PaddockError:
        assert 200 <= status < 300 or body.startswith("{")


@needs_recordings
def test_the_samples_of_others_that_failed_are_read_as_failures():
    failed = [
        one["sample"]
        for name in ("ccxt_comment_samples.json", "docs_json_examples.json")
        for one in load(name)["samples"]
        if type(one["sample"]) is dict and one["sample"].get("error")
    ]
    assert len(failed) >= 12
    for sample in failed:
        found = outcome(sample["code"] if (sample["code"] or 0) >= 400 else 400, {}, json.dumps(sample))
        assert isinstance(found, Unclear if sample["code"] == 500 else Rejected)
