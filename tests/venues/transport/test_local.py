"""A simulator is at a port of this machine: its address is a user's word, and a server must not be sent elsewhere."""

from __future__ import annotations

import pytest

from paddock.core.errors import Invalid
from paddock.venues.hyperliquid.networks import simulator
from paddock.venues.transport.address import local


@pytest.mark.parametrize("url", ["http://127.0.0.1:8410", "http://localhost:8410/", "http://[::1]:8410"])
def test_a_port_of_this_machine_is_taken(url):
    assert local(url) == url.rstrip("/")
    assert simulator(url).socket == f"ws{url.rstrip('/')[4:]}/ws"


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.5:443",
        "https://127.0.0.1:8410",
        "http://127.0.0.1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:9200/x",
        "http://169.254.169.254:80",
        "http://127.0.0.1:8410/?q=1",
        "http://me:secret@127.0.0.1:8410",
        "http://127.0.0.1.example.com:80",
        "file:///etc/passwd",
        "127.0.0.1:8410",
        "",
    ],
)
def test_anything_else_is_refused(url):
    with pytest.raises(Invalid) as caught:
        simulator(url)
    assert "secret" not in str(caught.value.message)
