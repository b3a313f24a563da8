"""Where may we connect to? Encrypted to anywhere, plain to this machine alone (a simulator)."""

from __future__ import annotations

import ssl
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx2

from paddock.core.errors import Code, Invalid


def checked(url: str, secure: str) -> str:
    """`url` without a slash at its end. Invalid unless its scheme is `secure` ("https", "wss"), or the same without
    encryption at a loopback host; and with a user, a query or a fragment.
    """
    parts = urlsplit(url)
    plain = secure.removesuffix("s")
    allowed = parts.scheme == secure or (parts.scheme == plain and _loopback(parts.hostname or ""))
    if not (allowed and parts.hostname) or parts.username is not None or parts.query or parts.fragment:
        raise Invalid(
            Code.VALUE,
            f"{parts.scheme}://{parts.hostname} is no address of a venue",
            seen=f"{parts.scheme}://{parts.hostname}",
            rule=f"{secure}:// with host and path; {plain}:// only at 127.0.0.1, ::1 or localhost",
            suggestion=f"{secure}://{parts.hostname}" if parts.hostname else "",
        )
    return url.rstrip("/")


@cache
def verifying() -> ssl.SSLContext:
    """TLS that trusts what the machine trusts, whatever the environment's variables say."""
    return httpx2.create_ssl_context(trust_env=False)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
