"""May this request be answered? From where, how often, who asks, how often, with which scope, in this order."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from paddock.core.errors import Code, Refused
from paddock.surfaces.http import users
from paddock.surfaces.http.credentials import Sort, matches, parse
from paddock.surfaces.http.origin import require_host, require_origin
from paddock.surfaces.http.rates import Buckets, site_of
from paddock.surfaces.http.scopes import ALL, LOCAL_USER, Caller, Scope
from paddock.surfaces.http.services import Services

COOKIE = "paddock_session"
LOCAL = Caller(LOCAL_USER, ALL, "local", users.NEVER)


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks of its caller: a scope, or nothing at all (None).

    `private`: its bodies hold secrets, which are neither kept for a repeated request nor shown in an error. `once`: an
    Idempotency-Key is honoured.
    """

    scope: Scope | None
    private: bool = False
    once: bool = True


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as a request shows it, of whatever worth."""

    text: str = field(repr=False)
    by_cookie: bool


class Gate:
    """One for each application."""

    def __init__(self, services: Services) -> None:
        limits = services.settings.limits
        self._services = services
        self._addresses = Buckets(limits.address, services.timer)
        self._callers = Buckets(limits.caller, services.timer)
        self._strangers = Buckets(limits.anonymous, services.timer)

    async def admit(self, request: Request, access: Access) -> Caller | None:
        """The caller, None for a stranger on a route that is open to all.

        Raises Invalid (request.host), Unavailable (request.rate), Refused (access.*).
        """
        settings = self._services.settings
        require_host(request, settings.hosts)
        site = site_of(request.client.host if request.client else "")
        self._addresses.take(site)  # or who shows wrong credentials has all of them looked up
        caller = await self._caller(request)
        if caller is None:
            self._strangers.take(site)
        else:
            self._callers.take(caller.user_id)
        if not request.headers.get("authorization"):
            require_origin(request, settings.origins, by_cookie=caller is not None and caller.by_cookie)
        if access.scope is None:
            return caller
        if caller is None:
            raise _anonymous()
        caller.require(access.scope)
        return caller

    def admit_visitor(self, request: Request) -> None:
        """For what is the same for everybody. Raises Invalid (request.host), Unavailable (request.rate)."""
        require_host(request, self._services.settings.hosts)
        self._addresses.take(site_of(request.client.host if request.client else ""))

    async def _caller(self, request: Request) -> Caller | None:
        shown = credential_of(request)
        return None if shown is None else await run_in_threadpool(self.find, shown)

    def find(self, credential: Credential) -> Caller | None:
        """Whose credential this is. A session comes by cookie, a token in the header, never the other way."""
        text, by_cookie = credential.text, credential.by_cookie
        shown = parse(text)
        if shown is None:
            local = matches(text, self._services.settings.local_digest)
            return LOCAL if local and not by_cookie else None
        if (shown.sort is Sort.SESSION) is not by_cookie:
            return None
        with self._services.database.read() as conn:
            return users.caller_by(conn, shown, self._services.clock.now_ts())


def credential_of(request: Request) -> Credential | None:
    """What the request shows; the header goes before the cookie."""
    bearer = _bearer(request)
    if bearer is not None:
        return Credential(bearer, by_cookie=False)
    cookie = request.cookies.get(COOKIE)
    return None if cookie is None else Credential(cookie, by_cookie=True)


def _bearer(request: Request) -> str | None:
    """What the Authorization header shows, empty when it is of another kind; None without one."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    kind, _, text = header.partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def _anonymous() -> Refused:
    return Refused(
        Code.ACCESS_ANONYMOUS,
        "who are you?",
        where="authorization",
        rule="a request carries a token or a session that is known and has not expired",
        suggestion="send Authorization: Bearer <token>, or sign in",
    )
