"""Users, and the sessions and tokens by which requests show whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select

from paddock.core.errors import Code, NotFound
from paddock.core.seams import IdSource
from paddock.journal.schema import insert_new
from paddock.surfaces.http import scopes
from paddock.surfaces.http.credentials import Entropy, Minted, Shown, Sort, digest, matches, mint
from paddock.surfaces.http.scopes import Caller, Scope
from paddock.surfaces.http.tables import sessions, tokens, users

NEVER = 0
_NOBODY = digest("")  # compared with where there is no row, so that both take as long


@dataclass(frozen=True, slots=True)
class Token:
    """`expires_ts` is ms UTC, 0 for never."""

    token_id: str
    name: str
    scopes: frozenset[Scope]
    created_ts: int
    expires_ts: int


def user_of(conn: Connection, method: str, subject: str, now_ts: int, ids: IdSource) -> str:
    """The id of whoever signs in so, who is a new user the first time."""
    known = select(users.c.user_id).where(users.c.method == method, users.c.subject == subject)
    found = conn.execute(known).scalar()
    if found is not None:
        return str(found)
    row = {"user_id": ids.next_id(), "method": method, "subject": subject, "created_ts": now_ts}
    insert_new(conn, users, [row])
    return str(conn.execute(known).scalar_one())


def open_session(
    conn: Connection, user_id: str, granted: Iterable[Scope], now_ts: int, expires_ts: int, entropy: Entropy
) -> Minted:
    """A new session; those that ended are forgotten."""
    conn.execute(delete(sessions).where(sessions.c.expires_ts <= now_ts))
    made = mint(Sort.SESSION, entropy)
    row = {
        "session_id": made.id,
        "user_id": user_id,
        "digest": made.digest,
        "scopes": scopes.to_text(granted),
        "created_ts": now_ts,
        "expires_ts": expires_ts,
    }
    conn.execute(insert(sessions), row)
    return made


def close_session(conn: Connection, session_id: str) -> None:
    """Nothing happens where there is none."""
    conn.execute(delete(sessions).where(sessions.c.session_id == session_id))


def make_token(conn: Connection, user_id: str, token: Token, minted: Minted) -> None:
    row = {
        "token_id": token.token_id,
        "user_id": user_id,
        "name": token.name,
        "digest": minted.digest,
        "scopes": scopes.to_text(token.scopes),
        "created_ts": token.created_ts,
        "expires_ts": token.expires_ts,
    }
    conn.execute(insert(tokens), row)


def list_tokens(conn: Connection, user_id: str) -> list[Token]:
    """Oldest first."""
    rows = select(tokens).where(tokens.c.user_id == user_id).order_by(tokens.c.created_ts, tokens.c.token_id)
    return [
        Token(row.token_id, row.name, scopes.from_text(row.scopes), row.created_ts, row.expires_ts)
        for row in conn.execute(rows)
    ]


def revoke_token(conn: Connection, user_id: str, token_id: str) -> None:
    """Raises NotFound (token.not_found), of another's as of none."""
    mine = delete(tokens).where(tokens.c.token_id == token_id, tokens.c.user_id == user_id)
    if not conn.execute(mine).rowcount:
        raise NotFound(Code.TOKEN_NOT_FOUND, "there is no such token", where="token_id", seen=token_id)


def caller_by(conn: Connection, shown: Shown, now_ts: int) -> Caller | None:
    """Whose credential it is; None when it is nobody's, has expired or was revoked."""
    row = _row(conn, shown)
    known = matches(shown.secret, row.digest if row is not None else _NOBODY)
    if row is None or not known or (row.expires_ts != NEVER and row.expires_ts <= now_ts):
        return None
    return Caller(row.user_id, scopes.from_text(row.scopes), shown.id, row.expires_ts, shown.sort is Sort.SESSION)


def _row(conn: Connection, shown: Shown) -> Row[Any] | None:
    kept: Table = sessions if shown.sort is Sort.SESSION else tokens
    key = kept.c.session_id if shown.sort is Sort.SESSION else kept.c.token_id
    return conn.execute(select(kept).where(key == shown.id)).first()
