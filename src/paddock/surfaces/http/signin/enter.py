"""From a proof to a session, in one transaction; each nonce and each proof counts once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, update

from paddock.journal.schema import insert_new
from paddock.surfaces.http.credentials import Minted
from paddock.surfaces.http.scopes import ALL, EVERYDAY, LOCAL_USER, Caller, Scope
from paddock.surfaces.http.services import Services
from paddock.surfaces.http.signin.proof import Proof, refused
from paddock.surfaces.http.tables import nonces
from paddock.surfaces.http.users import open_session, user_of

NONCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that was opened just now; the text of its credential goes into the cookie."""

    caller: Caller
    minted: Minted


def issue_nonce(services: Services) -> tuple[str, int]:
    """A nonce and when it expires (ms UTC)."""
    now = services.clock.now_ts()
    nonce, expires_ts = services.entropy(NONCE_BYTES).hex(), now + services.settings.limits.nonce_ms
    with services.database.write() as conn:
        conn.execute(delete(nonces).where(nonces.c.expires_ts <= now))
        conn.execute(insert(nonces), {"nonce": nonce, "spent": 0, "expires_ts": expires_ts})
    return nonce, expires_ts


def enter(services: Services, proof: Proof) -> Entered:
    """Raises Refused (access.sign_in) when the nonce is not ours, has expired, or was used."""
    now = services.clock.now_ts()
    with services.database.write() as conn:
        if not (_spend_issued(conn, proof.nonce, now) if proof.issued else _spend_shown(conn, proof)):
            raise refused("a nonce is ours, of now, and used once")
        user_id = user_of(conn, proof.method, proof.subject, now, services.ids)
        granted = ALL if proof.subject in services.settings.sign_in.admins else EVERYDAY
        return _open(services, conn, user_id, granted, now)


def enter_locally(services: Services) -> Entered:
    """A session for who has shown the local token."""
    with services.database.write() as conn:
        return _open(services, conn, LOCAL_USER, ALL, services.clock.now_ts())


def _open(services: Services, conn: Connection, user_id: str, granted: frozenset[Scope], now: int) -> Entered:
    expires_ts = now + services.settings.limits.session_ms
    minted = open_session(conn, user_id, granted, now, expires_ts, services.entropy)
    return Entered(Caller(user_id, granted, minted.id, expires_ts, by_cookie=True), minted)


def _spend_issued(conn: Connection, nonce: str, now: int) -> bool:
    fresh = (nonces.c.nonce == nonce) & (nonces.c.spent == 0) & (nonces.c.expires_ts > now)
    return conn.execute(update(nonces).where(fresh).values(spent=1)).rowcount == 1


def _spend_shown(conn: Connection, proof: Proof) -> bool:
    return insert_new(conn, nonces, [{"nonce": proof.nonce, "spent": 1, "expires_ts": proof.expires_ts}]) == 1
