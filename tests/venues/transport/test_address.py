"""Keys and orders leave encrypted, or not at all."""

from __future__ import annotations

import pytest

from paddock.core.errors import Invalid
from paddock.venues.transport.address import checked


@pytest.mark.parametrize(
    ("url", "secure", "kept"),
    [
        ("https://api.hyperliquid.xyz", "https", "https://api.hyperliquid.xyz"),
        ("https://api.pacifica.fi/api/v1/", "https", "https://api.pacifica.fi/api/v1"),
        ("wss://ws.pacifica.fi/ws", "wss", "wss://ws.pacifica.fi/ws"),
        ("http://127.0.0.1:3001", "https", "http://127.0.0.1:3001"),
        ("http://[::1]:3001", "https", "http://[::1]:3001"),
        ("ws://localhost:3001/ws", "wss", "ws://localhost:3001/ws"),
    ],
)
def test_encrypted_anywhere_and_plain_at_home(url, secure, kept):
    assert checked(url, secure) == kept


@pytest.mark.parametrize(
    "url",
    [
        "http://api.hyperliquid.xyz",
        "http://10.0.0.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://0.0.0.0",
        "http://2130706433",
        "wss://api.hyperliquid.xyz",
        "ftp://127.0.0.1",
        "https://",
        "https://user:secret@api.hyperliquid.xyz",
        "https://api.hyperliquid.xyz?key=secret",
        "api.hyperliquid.xyz",
    ],
)
def test_anything_else_is_refused_without_repeating_what_may_be_secret(url):
    with pytest.raises(Invalid) as caught:
        checked(url, "https")
    assert "secret" not in str(caught.value.as_dict())
