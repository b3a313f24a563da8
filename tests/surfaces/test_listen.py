"""Where the API listens, and where it does not without a word."""

import socket

import pytest

from paddock.core.errors import Code, PaddockError
from paddock.surfaces.listen import Address, listening


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_guard(host):
    assert Address(host).local
    if host != "::1" or socket.has_ipv6:
        with listening(Address(host, 0), guarded=False, allow_remote=False) as opened:
            assert opened.getsockname()[1] > 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_beyond_this_machine_needs_a_guard_or_a_word(host):
    with pytest.raises(PaddockError) as caught:
        listening(Address(host, 0), guarded=False, allow_remote=False)
    assert (caught.value.code, caught.value.exit_code) == (Code.EXPOSED, 1)


@pytest.mark.parametrize("word", [{"guarded": True, "allow_remote": False}, {"guarded": False, "allow_remote": True}])
def test_either_opens_it(word):
    with listening(Address("0.0.0.0", 0), **word) as opened:
        assert opened.getsockname()[0] == "0.0.0.0"


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PaddockError) as caught:
            listening(Address(port=port), guarded=False, allow_remote=False)
    assert (caught.value.code, caught.value.exit_code) == (Code.PORT_IN_USE, 1)
    assert str(port) in caught.value.message


@pytest.mark.parametrize("address", [Address("192.0.2.7", 0), Address(port=65536), Address("no such host", 0)])
def test_an_address_that_is_none_is_named(address):
    with pytest.raises(PaddockError) as caught:
        listening(address, guarded=True, allow_remote=True)
    assert caught.value.code == Code.USAGE


def test_an_address_of_six_has_brackets_in_a_url():
    assert Address("::1", 1).url == "http://[::1]:1"
