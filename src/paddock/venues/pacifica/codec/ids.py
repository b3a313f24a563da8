"""Our client ids as the venue takes them: full UUIDs. One reads back into the other, so that no map is to be kept."""

from __future__ import annotations

import re
from typing import Final

from paddock.core.errors import Code, Invalid

_ours: Final = re.compile(r"([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})").fullmatch
_uuid: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


def cloid(client_id: str) -> str:
    """The UUID of a client id of 32 hex digits; raises Invalid (value) for any other."""
    found = _ours(client_id)
    if found is None:
        raise Invalid(
            Code.VALUE,
            f"{client_id[:70]!r} cannot name an order at Pacifica",
            where="client_id",
            seen=client_id[:70],
            rule="a client id is 32 lower-case hex digits",
        )
    return "-".join(found.groups())


def is_number(order_id: str) -> bool:
    """Whether it is the venue's own number of an order, and no client id."""
    return order_id.isdecimal() and _ours(order_id) is None


def client_id_of(uuid: str | None) -> str:
    """The client id in a UUID of the venue; "" where nobody named the order, or in another form than ours."""
    return uuid.replace("-", "") if uuid and _uuid(uuid) else ""
