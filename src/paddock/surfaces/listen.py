"""Where the API listens: on this machine alone, unless somebody who may sign in, or an explicit word, opens it."""

from __future__ import annotations

import errno
import ipaddress
import socket
from dataclasses import dataclass

from paddock.core.errors import Code, Invalid, PaddockError, Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Address:
    host: str = "127.0.0.1"
    port: int = 8400

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def listening(address: Address, *, guarded: bool, allow_remote: bool) -> socket.socket:
    """A socket that takes connections at `address`.

    Raises Refused (serve.exposed) where other machines could reach it and neither a sign-in guards it (`guarded`) nor
    `allow_remote` was said; Unavailable (serve.port_in_use) for a port that is taken, (machine) for what the machine
    refuses; Invalid (usage) for an address that this machine does not have.
    """
    if not (address.local or guarded or allow_remote):
        raise Refused(
            Code.EXPOSED,
            "other machines could reach the API, and only the local token guards it",
            where="host",
            seen=address.host,
            rule="beyond loopback the API listens with a sign-in configured, or by an explicit word",
            suggestion="set PADDOCK_SIGN_IN_DOMAINS, or say --allow-remote; put TLS before it either way",
        )
    try:
        return socket.create_server(
            (address.host, address.port), family=socket.AF_INET6 if ":" in address.host else socket.AF_INET
        )
    except OverflowError:
        raise _no_such_address(address, "ports go from 0 to 65535") from None
    except OSError as error:
        raise _refused(address, error) from None


def _refused(address: Address, error: OSError) -> PaddockError:
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            Code.PORT_IN_USE,
            f"port {address.port} is in use",
            where="port",
            seen=f"{address.host}:{address.port}",
            rule="one program listens on a port",
            suggestion=f"--port {address.port + 1}, or end the other: paddock doctor says who answers there",
        )
    if error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0:  # below 0 are those of name resolution
        return _no_such_address(address, "the host is an address of this machine")
    return Unavailable(
        Code.MACHINE,
        f"cannot listen: {error.strerror}",
        where="port",
        seen=f"{address.host}:{address.port}",
        rule="the machine lets this user listen there; ports below 1024 are not for everybody",
        suggestion="--port 8400",
    )


def _no_such_address(address: Address, rule: str) -> Invalid:
    seen = f"{address.host}:{address.port}"
    return Invalid(Code.USAGE, f"nothing can listen at {seen}", where="host", seen=seen, rule=rule)
