"""Where may we connect to? Encrypted to anywhere, plain to this machine alone (a simulator)."""

from __future__ import annotations

import ssl
from functools import cache
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

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


def local(url: str) -> str:
    """`url` without a slash at its end. Invalid unless it names a port of this machine and nothing more: who may name a
    simulator must not be able to make a server ask whatever else it can reach.
    """
    parts = urlsplit(checked(url, "https"))
    if parts.scheme != "http" or not _has_port(parts) or parts.path.strip("/"):
        raise Invalid(
            Code.VALUE,
            f"{parts.scheme}://{parts.hostname} is no address of a simulator",
            seen=f"{parts.scheme}://{parts.netloc}{parts.path}"[:100],
            rule="a simulator answers at a port of this machine, without a path",
            suggestion="http://127.0.0.1:8410",
        )
    return url.rstrip("/")


@cache
def verifying() -> ssl.SSLContext:
    """TLS that trusts what the machine trusts, whatever the environment's variables say."""
    return httpx2.create_ssl_context(trust_env=False)


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port is not None
    except ValueError:
        return False


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
