"""Addresses and signatures against eth-account, which shares no code with ours."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from coincurve import PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.evm import ORDER, address_of, checksummed, keccak256, message_digest, signed, signer
from tests.wallets import Account, encode_defunct

KEYS = st.integers(1, ORDER - 1).map(lambda secret: secret.to_bytes(32, "big"))


def test_keccak_is_that_of_ethereum():
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize(
    "address", ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"]
)
def test_an_address_has_the_case_of_eip_55(address):
    assert checksummed(bytes.fromhex(address[2:])) == address


@given(KEYS, st.text(max_size=200))
def test_signatures_are_those_of_eth_account_and_tell_their_signer(secret, text):
    key, other = PrivateKey(secret), Account.from_key(secret)
    made = signed(key, message_digest(text))
    assert made == bytes(other.sign_message(encode_defunct(text=text)).signature)
    assert signer(message_digest(text), made) == address_of(key.public_key) == other.address


@given(st.binary(max_size=70))
def test_what_is_no_signature_is_an_error_or_somebody_elses(raw):
    with contextlib.suppress(ValueError):
        assert signer(bytes(32), raw) != Account.from_key("0x" + "11" * 32).address


def test_no_library_of_ours_raises_the_recursion_limit():
    """With it raised, a deeply nested JSON text ends the process instead of being refused."""
    found = subprocess.run([sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False)
    assert (found.stdout, found.returncode) == ("1000\n", 0), found.stderr


IMPORT_ALL = """
import importlib, pkgutil, sys, paddock
for module in pkgutil.walk_packages(paddock.__path__, "paddock."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(sys.getrecursionlimit())
"""
