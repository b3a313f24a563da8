"""Base58 against spellings that are not ours, and there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.base58 import decode, encode

# From the draft "The Base58 Encoding Scheme" of the IETF.
KNOWN = {
    b"Hello World!": "2NEpo7TZRRrLZSi2U",
    b"The quick brown fox jumps over the lazy dog.": "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    bytes.fromhex("0000287fb4cd"): "11233QC4",
}


@pytest.mark.parametrize(("raw", "text"), KNOWN.items())
def test_spellings_are_those_of_everybody(raw, text):
    assert encode(raw) == text
    assert decode(text, len(raw)) == raw


@given(st.binary(min_size=1, max_size=64))
def test_bytes_have_one_spelling_and_come_back(raw):
    assert decode(encode(raw), len(raw)) == raw


@given(st.binary(min_size=1, max_size=64), st.integers(0, 70))
def test_another_size_is_refused(raw, size):
    if size != len(raw):
        with pytest.raises(ValueError, match="bytes"):
            decode(encode(raw), size)


@pytest.mark.parametrize("text", ["", "0", "O", "I", "l", "é", "1 1", "1" * 91, "z" * 1000])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match=r"base58|bytes"):
        decode(text, 32)
