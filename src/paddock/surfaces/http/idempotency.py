"""A write that is asked for twice under one key happens once, and is answered the same both times."""

from __future__ import annotations

import hashlib
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update
from starlette.requests import Request
from starlette.responses import Response

from paddock.core.errors import Code, Invalid, Refused, Unknown
from paddock.surfaces.http.services import MINUTE_MS, Services
from paddock.surfaces.http.tables import idempotency

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
PATIENCE_MS: Final = MINUTE_MS  # no answer takes longer: what began before was cut off
_KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
_RUNNING: Final = 0


@dataclass(frozen=True, slots=True)
class Key:
    """A user's own name for one request; `digest` is that of everything that was asked for."""

    user_id: str
    key: str
    digest: str


@dataclass(slots=True)
class Deed:
    """What a request has done so far, also in the threads that work for it."""

    committed: bool = False


_DEED: Final[ContextVar[Deed | None]] = ContextVar("deed", default=None)


def watch() -> Deed:
    """The deed of the request that is answered in this context, from now on."""
    deed = Deed()
    _DEED.set(deed)
    return deed


def note_commit() -> None:
    """Called after each commit of the database, where it was made."""
    deed = _DEED.get()
    if deed is not None:
        deed.committed = True


async def key_of(request: Request, user_id: str) -> Key | None:
    """Raises Invalid (request) for a key of no use."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Invalid(Code.REQUEST, f"no use as an {HEADER}", where=HEADER, rule="1 to 128 visible ASCII characters")
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Key(user_id, key, hashlib.sha256(asked + await request.body()).hexdigest())


def begin(services: Services, key: Key) -> Response | None:
    """The answer that this key got before; None when it is new, and now reserved.

    Raises Refused (request.key) when it stands for another request or one still being answered, Unknown (request.key)
    when the answer was cut off.
    """
    now = services.clock.now_ts()
    mine = (idempotency.c.user_id == key.user_id) & (idempotency.c.key == key.key)
    with services.database.write() as conn:
        conn.execute(delete(idempotency).where(idempotency.c.expires_ts <= now))
        row = conn.execute(select(idempotency).where(mine)).first()
        if row is None:
            fresh = {"user_id": key.user_id, "key": key.key, "digest": key.digest, "status": _RUNNING, "body": ""}
            conn.execute(
                insert(idempotency), fresh | {"created_ts": now, "expires_ts": now + services.settings.limits.key_ms}
            )
            return None
    if row.digest != key.digest:
        raise Refused(
            Code.REQUEST_KEY,
            "this key stands for another request",
            where=HEADER,
            seen=key.key,
            rule="a key names one request: the same path and the same body",
            suggestion="use a new key for a new request",
        )
    if row.status == _RUNNING:
        raise _unfinished(key, cut_off=now - row.created_ts > PATIENCE_MS)
    return Response(row.body, row.status, {REPLAYED: "true"}, media_type="application/json")


def finish(services: Services, key: Key, status: int, body: bytes) -> None:
    """Keep what was answered."""
    mine = (idempotency.c.user_id == key.user_id) & (idempotency.c.key == key.key)
    with services.database.write() as conn:
        conn.execute(update(idempotency).where(mine).values(status=status, body=body.decode()))


def forget(services: Services, key: Key) -> None:
    """Nothing happened: the key may be used again."""
    mine = (idempotency.c.user_id == key.user_id) & (idempotency.c.key == key.key)
    with services.database.write() as conn:
        conn.execute(delete(idempotency).where(mine))


def _unfinished(key: Key, *, cut_off: bool) -> Refused | Unknown:
    if cut_off:
        return Unknown(
            Code.REQUEST_KEY,
            "the request was cut off and may have happened",
            where=HEADER,
            seen=key.key,
            rule="a request that was cut off is not repeated by itself",
            suggestion="look what is there, then ask with a new key",
        )
    return Refused(
        Code.REQUEST_KEY, "the request is still being answered", where=HEADER, seen=key.key, suggestion="ask again soon"
    )
