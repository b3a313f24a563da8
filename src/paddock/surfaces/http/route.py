"""Routes that cannot exist without saying what they ask of their caller."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from structlog.contextvars import bind_contextvars

from paddock.core.errors import PaddockError, Unknown
from paddock.runtime.accounts import PAPER
from paddock.surfaces.http import idempotency
from paddock.surfaces.http.gate import Access, Gate
from paddock.surfaces.http.models.base import ErrorDocument
from paddock.surfaces.http.origin import SAFE_METHODS
from paddock.surfaces.http.scopes import Caller, Scope
from paddock.surfaces.http.services import Services

API: Final = "/api/v1"
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

ERRORS: Final = {
    400: "The request breaks a rule.",
    401: "No credential that is known.",
    403: "The credential may not do this.",
    404: "There is no such thing of yours.",
    409: "A rule says no, or it may have happened already.",
    413: "The body is too large.",
    429: "Too many requests.",
    503: "Not now; later.",
}
_ACCESS: Final = "paddock_access"
_ERROR: Final = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorDocument.__name__}"}}}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in: who asks, and what there is to answer with."""

    services: Services
    caller: Caller

    def require_account(self, account_id: str) -> None:
        """Raises NotFound for an account that is not the caller's, Refused where real money takes the scope live."""
        account = self.services.accounts.get(self.caller.user_id, account_id)
        self.caller.require(Scope.PAPER if account.venue == PAPER else Scope.LIVE)


async def _asked(request: Request) -> Asked:
    return Asked(request.app.state.services, request.state.caller)


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Ask = Annotated[Asked, Depends(_asked)]
Given = Annotated[Services, Depends(_services)]


class GuardedRoute(APIRoute):
    """A route whose endpoint declared its access; TypeError for any other."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        access = getattr(endpoint, _ACCESS, None)
        if not isinstance(access, Access):
            raise TypeError(f"{path} does not say what it asks of its caller")
        self.access = access
        super().__init__(path, endpoint, **options)

    @property
    def private(self) -> bool:
        return self.access.private

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            gate: Gate = request.app.state.gate
            caller = await gate.admit(request, self.access)
            request.state.caller = caller
            if caller is None:
                return await answer(request)
            bind_contextvars(user_id=caller.user_id)
            return await (_once(request, caller, answer) if _keyed(request.method, self.access) else answer(request))

        return guarded


def _keyed(method: str, access: Access) -> bool:
    """Whether an Idempotency-Key is honoured."""
    return access.once and access.scope is not None and not access.private and method not in SAFE_METHODS


async def _once(request: Request, caller: Caller, answer: Handler) -> Response:
    """The answer, or the one that the same key got before.

    After an error the key may be used again where nothing happened; what was written before it keeps the key.
    """
    services: Services = request.app.state.services
    key = await idempotency.key_of(request, caller.user_id)
    if key is None:
        return await answer(request)
    before = await run_in_threadpool(idempotency.begin, services, key)
    if before is not None:
        return before
    deed = idempotency.watch()
    try:
        response = await answer(request)
    except (PaddockError, RequestValidationError, HTTPException) as error:
        if not (deed.committed or isinstance(error, Unknown)):
            await run_in_threadpool(idempotency.forget, services, key)
        raise
    await run_in_threadpool(idempotency.finish, services, key, response.status_code, bytes(response.body))
    return response


@dataclass(frozen=True, slots=True)
class Declared:
    """A route before it is a part of an application."""

    method: str
    path: str
    endpoint: Callable[..., Any]
    name: str
    tag: str
    access: Access
    status: int
    response_class: type[Response] | None

    def mount(self, app: FastAPI, *, path: str = "", documented: bool = True) -> None:
        """Under its own path, or under another one."""
        app.router.routes.append(_route(self, path or self.path, documented))


@cache
def _route(declared: Declared, path: str, documented: bool) -> BaseRoute:
    """It holds nothing of an application; to build all of them for each takes a quarter of a second."""
    options: dict[str, Any] = {} if declared.response_class is None else {"response_class": declared.response_class}
    router = APIRouter(route_class=GuardedRoute)
    router.add_api_route(
        path,
        declared.endpoint,
        methods=[declared.method],
        operation_id=declared.name,
        tags=[declared.tag],
        status_code=declared.status,
        responses=_errors(declared),
        openapi_extra=_extra(declared),
        include_in_schema=documented,
        **options,
    )
    return router.routes[0]


class Routes:
    """The routes of one resource under one prefix; nothing is registered before `mount`."""

    def __init__(self, tag: str, prefix: str = API) -> None:
        self.tag = tag
        self._prefix = prefix
        self.declared: list[Declared] = []

    def get(
        self, path: str, name: str, scope: Scope | None, *, response_class: type[Response] | None = None
    ) -> Callable[[Endpoint], Endpoint]:
        """`name` is the operation's in OpenAPI; `scope` None lets everybody in."""
        return self._declare("GET", path, name, Access(scope), 200, response_class)

    def post(
        self, path: str, name: str, scope: Scope | None, *, status: int = 200, private: bool = False, once: bool = True
    ) -> Callable[[Endpoint], Endpoint]:
        return self._declare("POST", path, name, Access(scope, private, once), status, None)

    def patch(self, path: str, name: str, scope: Scope) -> Callable[[Endpoint], Endpoint]:
        return self._declare("PATCH", path, name, Access(scope), 200, None)

    def delete(self, path: str, name: str, scope: Scope | None) -> Callable[[Endpoint], Endpoint]:
        return self._declare("DELETE", path, name, Access(scope), 204, None)

    def _declare(
        self, method: str, path: str, name: str, access: Access, status: int, response_class: type[Response] | None
    ) -> Callable[[Endpoint], Endpoint]:
        def declared(endpoint: Endpoint) -> Endpoint:
            setattr(endpoint, _ACCESS, access)
            self.declared.append(
                Declared(method, self._prefix + path, endpoint, name, self.tag, access, status, response_class)
            )
            return endpoint

        return declared

    def mount(self, app: FastAPI) -> None:
        for each in self.declared:
            each.mount(app)


def _errors(declared: Declared) -> dict[int | str, dict[str, Any]]:
    access, writes = declared.access, declared.method not in SAFE_METHODS
    statuses = {
        400: True,
        401: access.scope is not None or access.private,
        403: access.scope is not None or writes,
        404: "{" in declared.path or writes,
        409: writes,
        413: True,
        429: True,
        503: True,
    }
    # FastAPI would say that errors come as what the route's answers come as.
    error: dict[str, Any] = {"model": ErrorDocument} if declared.response_class is None else {"content": _ERROR}
    documented: dict[int | str, dict[str, Any]] = {
        status: error | {"description": ERRORS[status]} for status, there in statuses.items() if there
    }
    return documented | {"default": error | {"description": "Any other failure."}}


def _extra(declared: Declared) -> dict[str, Any]:
    access = declared.access
    extra: dict[str, Any] = {"x-scope": str(access.scope) if access.scope else "none"}
    extra["security"] = [] if access.scope is None else [{"bearer": []}, {"session": []}]
    if _keyed(declared.method, access):
        extra["parameters"] = [
            {
                "name": idempotency.HEADER,
                "in": "header",
                "required": False,
                "description": "Asked twice under one key, it happens once.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
            }
        ]
    return extra
