"""API tokens: for programs, with no more scopes than whoever makes them."""

from __future__ import annotations

from paddock.core.errors import Code, Invalid, Refused
from paddock.surfaces.http import users
from paddock.surfaces.http.credentials import Sort, mint
from paddock.surfaces.http.gate import LOCAL
from paddock.surfaces.http.models.access import TokenMade, TokenModel, TokenWanted
from paddock.surfaces.http.models.base import InPath, Listed
from paddock.surfaces.http.route import Ask, Routes
from paddock.surfaces.http.scopes import Scope

routes = Routes("tokens")


@routes.get("/tokens", "listTokens", Scope.READ)
def list_(ask: Ask) -> Listed[TokenModel]:
    """Mine, oldest first; never their secrets."""
    with ask.services.database.read() as conn:
        found = users.list_tokens(conn, ask.caller.user_id)
    return Listed(items=[_model(token) for token in found])


@routes.post("/tokens", "createToken", Scope.READ, status=201, private=True)
def create(ask: Ask, wanted: TokenWanted) -> TokenMade:
    """A new token, shown this once. It carries scopes of mine only, and may expire. A token makes no tokens."""
    if not (ask.caller.by_cookie or ask.caller == LOCAL):
        raise Refused(Code.ACCESS_SCOPE, "a token makes no tokens", where="authorization", suggestion="sign in")
    now = ask.services.clock.now_ts()
    for scope in wanted.scopes:
        ask.caller.require(scope)
    if wanted.expires_ts is not None and wanted.expires_ts <= now:
        raise Invalid(
            Code.REQUEST,
            "the token would have expired already",
            where="body.expires_ts",
            rule=f"after {now}, in ms UTC",
        )
    minted = mint(Sort.TOKEN, ask.services.entropy)
    token = users.Token(minted.id, wanted.name, frozenset(wanted.scopes), now, wanted.expires_ts or users.NEVER)
    with ask.services.database.write() as conn:
        users.make_token(conn, ask.caller.user_id, token, minted)
    return TokenMade(token=minted.text, **_model(token).model_dump())


@routes.delete("/tokens/{token_id}", "revokeToken", Scope.READ)
def revoke(ask: Ask, token_id: InPath) -> None:
    """It opens nothing from now on."""
    with ask.services.database.write() as conn:
        users.revoke_token(conn, ask.caller.user_id, token_id)


def _model(token: users.Token) -> TokenModel:
    return TokenModel(
        token_id=token.token_id,
        name=token.name,
        scopes=sorted(token.scopes),
        created_ts=token.created_ts,
        expires_ts=token.expires_ts or None,
    )
