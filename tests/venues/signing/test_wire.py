"""Whatever comes as a request, an answer goes back: a signature for an order that is allowed, an error for the rest."""

from __future__ import annotations

import dataclasses
import json
import typing

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid, PaddockError, Refused
from paddock.venues.signing import wire
from paddock.venues.signing.answer import answered
from paddock.venues.signing.operations import Cancel, Place, ScheduleCancel
from paddock.venues.signing.wire import Kept, Make, Open, Sign, asked, outcome, requests_from, sealed_from
from tests.venues.signing.given import NOW, PX, cancellation, given, order, place, wanted
from tests.venues.signing.given import asked as request


@pytest.fixture(scope="module")
def at(tmp_path_factory):
    with given(tmp_path_factory.mktemp("wire")) as found:
        found.open()
        yield found


def told(at, body: bytes):
    return outcome(answered(at.vault, body))


VALID = asked(Sign(place(order(lots=1))))
OPEN = b'{"key":{"grant":{"owner":"ann"},"blob":"AA=="},"closing":false,"do":"open"}'


def test_an_order_goes_there_and_a_signed_request_comes_back(at):
    one = place(order())
    assert requests_from(told(at, asked(Sign(one)))) == at.vault.sign(one)


def test_a_key_goes_through_the_wire_unchanged(at):
    sealed = sealed_from(told(at, asked(Make(wanted(account_id="account-2")))))
    assert told(at, asked(Open(Kept(sealed.grant, sealed.blob), closing=True))) is None
    assert told(at, b'{"do":"look"}')["account-2"] == {"agent": sealed.grant.agent, "closing": True, "spent": 0}


def test_an_error_goes_through_the_wire_unchanged(at):
    with pytest.raises(Refused) as direct:
        at.vault.sign(place(order("ATOM")))
    with pytest.raises(Refused) as wired:
        told(at, asked(Sign(place(order("ATOM")))))
    assert wired.value.as_dict() == direct.value.as_dict()


@pytest.mark.parametrize(
    "change",
    [
        (b'"lots":1,', b'"lots":1.0,'),
        (b'"lots":1,', b'"lots":true,'),
        (b'"lots":1,', b'"lots":"1",'),
        (b'"lots":1,', b'"lots":' + b"9" * 5_000 + b","),
        (b'"lots":1,', b'"lots":1,"lots2":1,'),
        (b'"side":1', b'"side":0'),
        (b'"kind":1', b'"kind":99'),
        (b'"op":"place"', b'"op":"withdraw"'),
        (b'"op":"place"', b'"op":"place","digest":"00"'),
        (b'"do":"sign"', b'"do":"sign_digest"'),
        (b'"do":"sign"', b'"do":"sign","raw":"AAAA"'),
        (b'"nonce":', b'"nonce":0.5e1,"x":'),
        (b'"account_id":"account-1"', b'"account_id":{"$ne":null}'),
    ],
)
def test_what_is_not_exactly_a_request_is_refused_unread(at, change):
    assert change[0] in VALID
    with pytest.raises(Invalid) as caught:
        told(at, VALID.replace(*change))
    assert caught.value.code is Code.SIGNER_REQUEST


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"{}", b"[" * 100_000, b'{"do":"sign"}', b'{"do":null}', b"\xff\xfe", OPEN]
)
def test_garbage_gets_an_error(at, body):
    with pytest.raises(Invalid) as caught:
        told(at, body)
    assert caught.value.code is Code.SIGNER_REQUEST


@settings(max_examples=200)
@for_all(st.binary(max_size=300))
def test_no_bytes_whatever_are_signed(at, body):
    with pytest.raises(Invalid):
        told(at, body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from([*json.loads(VALID), "op", "orders", "ref_px", "side", "px", "bracket", "lots", "expires_ts"])


def spoiled(value, path, odd):
    """The value with what lies at a path, as far as that leads, replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return odd
    if isinstance(value, list):
        return [spoiled(value[0], path, odd), *value[1:]]
    name = path[0] if path[0] in value else next(iter(value))
    return value | {name: spoiled(value[name], path[1:], odd)}


@settings(max_examples=300)
@for_all(st.lists(WORDS, max_size=5), JSON)
def test_a_spoiled_request_is_refused_or_within_its_policy(at, path, odd):
    body = json.dumps(spoiled(json.loads(VALID), path, odd)).encode()
    try:
        found = told(at, body)
    except PaddockError as error:
        assert error.code in (Code.SIGNER_REQUEST, Code.SIGNER_POLICY, Code.LIVE_OFF, Code.VALUE, Code.NUMBER)
    else:
        assert [each.kind for each in requests_from(found)] == ["order"]


def test_an_error_never_repeats_what_was_sent(at):
    for body in (VALID.replace(b'"nonce"', b'"SECRET"'), VALID.replace(b'"lots":1,', b'"lots":"SECRET",'), b'"SECRET"'):
        assert b"SECRET" not in answered(at.vault, body).replace(b"SECRET", b"", body.count(b'"SECRET":'))


def fields_of(kind, seen: dict[str, object]) -> None:
    """All fields of a type and of those within, by name."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        for name, hint in typing.get_type_hints(kind, include_extras=True).items():
            if f"{kind.__name__}.{name}" not in seen:
                seen[f"{kind.__name__}.{name}"] = hint
                fields_of(hint, seen)
    for inner in typing.get_args(kind):
        fields_of(inner, seen)


def test_there_are_no_words_for_bytes_to_sign_or_for_moving_money():
    fields: dict[str, object] = {}
    fields_of(wire.Asked, fields)
    assert "Placement.lots" in fields and "Cancellation.client_id" in fields and len(fields) > 60
    assert [name for name, hint in fields.items() if "bytes" in str(hint)] == ["Kept.blob"]
    moving = ("withdraw", "transfer", "send", "destination", "digest", "hash", "message", "raw", "approve", "vault")
    assert [name for name in fields if any(word in name.lower() for word in moving)] == []


def test_an_account_that_is_not_open_is_refused_for_every_operation(at):
    for operation in (Place((order(),), PX), Cancel((cancellation(),)), ScheduleCancel(None)):
        with pytest.raises(Refused) as caught:
            told(at, asked(Sign(request(operation, account_id="account-9", nonce=NOW))))
        assert caught.value.code is Code.LIVE_OFF
