"""May this account be connected, and so?"""

from __future__ import annotations

from sqlalchemy import Connection as Conn

from paddock.core.errors import Code, Invalid
from paddock.runtime.accounts import Account, account_of
from paddock.runtime.live.rows import Connection, newest
from paddock.runtime.live.states import LIVING, wrong_state
from paddock.runtime.live.wish import Wish


def free(conn: Conn, owner: str, wish: Wish) -> Account:
    """An account of the venue without a living connection. Raises Invalid (data.venue, value), Refused (live.state)."""
    account = account_of(conn, owner, wish.account_id)
    if account.venue != wish.venue:
        raise Invalid(
            Code.DATA_VENUE,
            f"this is an account of {account.venue}",
            where="account_id",
            seen=account.venue,
            rule="an account belongs to one venue",
            suggestion="connect a new account: name it instead",
        )
    before = newest(conn, wish.account_id)
    if before is not None and before.status in LIVING:
        raise wrong_state(before.status, "an account has one connection at a time")
    if before is not None and _elsewhere(before, wish):
        raise Invalid(
            Code.VALUE,
            "this account has its money elsewhere",
            where="account_id",
            seen=f"{wish.network} {wish.main}".strip(),
            rule=f"the books of an account are of one address: {before.grant.network} {before.grant.main}",
            suggestion="connect a new account: name it instead",
        )
    return account


def _elsewhere(before: Connection, wish: Wish) -> bool:
    was = (before.grant.network, before.url, before.grant.main.lower())
    return was != (wish.network, wish.url, wish.main.lower())
