"""Our client ids and the venue's: 32 hex digits, which the venue writes with `0x` before them."""

from __future__ import annotations

import re
from typing import Final

from paddock.core.errors import Code, Invalid

_ours: Final = re.compile(r"[0-9a-f]{32}").fullmatch
_venues: Final = re.compile(r"0x[0-9a-fA-F]{32}").fullmatch


def cloid(client_id: str) -> str:
    """The venue's id for one of ours; raises Invalid (value) for one that no intent has."""
    if _ours(client_id) is None:
        raise Invalid(Code.VALUE, f"{client_id!r:.60} is no client id", seen=client_id[:60], rule="32 hex digits")
    return "0x" + client_id


def is_number(order_id: str) -> bool:
    """Whether it is the venue's own number of an order, and no client id."""
    return order_id.isdecimal() and _ours(order_id) is None


def client_id_of(said: object) -> str:
    """Our id for one of the venue's; empty where an order has none, or something that is no id of anybody's."""
    return said[2:].lower() if isinstance(said, str) and _venues(said) else ""
