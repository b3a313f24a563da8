"""Keys at rest: what opens a blob, what does not, and that nothing shows a key."""

from __future__ import annotations

import base64
import stat
from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from paddock.core.errors import Code, Invalid, Refused
from paddock.venues.signing.grant import Network
from paddock.venues.signing.keystore import KeyRing, add_key, drop_old_keys, key_file, parse_keys, sealed_under
from tests.venues.signing.given import POLICY, Entropy, wanted

SECRET = bytes(range(32))
GRANT = replace(wanted(), agent="0x" + "cd" * 20)


@pytest.fixture
def ring():
    entropy = Entropy()
    return KeyRing([entropy(32)], entropy)


def opens(ring: KeyRing, blob: bytes, bound: bytes) -> bytes:
    with ring.opened(blob, bound) as secret:
        return bytes(secret)


def test_a_sealed_key_opens_with_what_it_is_bound_to_and_is_wiped(ring):
    blob = ring.seal(SECRET, GRANT.bound())
    with ring.opened(blob, GRANT.bound()) as secret:
        assert bytes(secret) == SECRET
    assert secret == bytearray(32)
    assert SECRET not in blob
    assert sealed_under(blob) == ring.key_id


def test_the_same_key_is_never_sealed_twice_alike(ring):
    assert ring.seal(SECRET, b"") != ring.seal(SECRET, b"")


@pytest.mark.parametrize(
    "moved",
    [
        {"owner": "bob"},
        {"account_id": "account-2"},
        {"venue": "pacifica"},
        {"network": Network.MAINNET},
        {"main": "0x" + "00" * 20},
        {"agent": "0x" + "00" * 20},
        {"policy": replace(POLICY, day_usd=POLICY.day_usd + 1)},
        {"policy": replace(POLICY, symbols=("*",))},
        {"builder": "0x" + "11" * 20},
        {"builder_fee": 1},
    ],
)
def test_a_blob_that_is_moved_to_something_else_does_not_open(ring, moved):
    blob = ring.seal(SECRET, GRANT.bound())
    with pytest.raises(Refused) as caught:
        opens(ring, blob, replace(GRANT, **moved).bound())
    assert caught.value.code is Code.SIGNER_KEY


@for_all(st.integers(0, 68), st.integers(1, 255))
def test_a_blob_with_any_byte_changed_does_not_open(place, change):
    ring = KeyRing([bytes(32)], Entropy())
    blob = bytearray(ring.seal(SECRET, GRANT.bound()))
    blob[place] ^= change
    with pytest.raises(Refused):
        opens(ring, bytes(blob), GRANT.bound())


@for_all(st.binary(max_size=100))
def test_what_is_no_blob_does_not_open(blob):
    ring = KeyRing([bytes(32)], Entropy())
    with pytest.raises(Refused):
        opens(ring, blob, GRANT.bound())


def test_another_master_key_opens_nothing(ring):
    blob = ring.seal(SECRET, GRANT.bound())
    with pytest.raises(Refused, match="another master key"):
        opens(KeyRing([bytes(32)], Entropy()), blob, GRANT.bound())


def test_rotation_seals_anew_and_then_needs_the_old_key_no_more(tmp_path):
    path, entropy = tmp_path / "keys", Entropy()
    before = KeyRing(key_file(path, entropy), entropy)
    blob = before.seal(SECRET, GRANT.bound())
    both = KeyRing(add_key(path, entropy), entropy)
    assert both.key_id != before.key_id
    assert opens(both, blob, GRANT.bound()) == SECRET
    again = both.resealed(blob, GRANT.bound())
    assert sealed_under(again) == both.key_id
    drop_old_keys(path)
    after = KeyRing(key_file(path, entropy), entropy)
    assert opens(after, again, GRANT.bound()) == SECRET
    with pytest.raises(Refused):
        opens(after, blob, GRANT.bound())


def test_the_file_of_master_keys_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys"
    made = key_file(path, Entropy())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_file(path, Entropy(2)) == made
    add_key(path, Entropy(3))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_file(path, Entropy())[1:] == made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "keys"
    key_file(path, Entropy())
    path.chmod(mode)
    with pytest.raises(Invalid, match="others may read"):
        key_file(path, Entropy())


@pytest.mark.parametrize("text", ["", "short", "!" * 44, base64.b64encode(bytes(31)).decode()])
def test_what_is_no_master_key_is_refused_without_being_shown(text):
    with pytest.raises(Invalid) as caught:
        parse_keys(text, "here")
    assert not text or text not in repr(caught.value.as_dict())


def test_a_ring_shows_no_key(ring):
    blob = ring.seal(SECRET, b"")
    shown = repr(ring) + str(ring) + repr(vars(ring)) + repr(blob)
    for form in (Entropy()(32), SECRET):
        assert repr(form) not in shown and form.hex() not in shown
