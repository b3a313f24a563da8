"""Signing in and out."""

from __future__ import annotations

from starlette.responses import Response

from paddock.surfaces.http.credentials import matches
from paddock.surfaces.http.gate import COOKIE
from paddock.surfaces.http.models.access import NonceModel, SessionModel, Signed, SignInModel, TokenShown
from paddock.surfaces.http.route import Ask, Given, Routes
from paddock.surfaces.http.scopes import Caller, Scope
from paddock.surfaces.http.services import Services
from paddock.surfaces.http.signin import ethereum, privy, solana
from paddock.surfaces.http.signin.enter import Entered, enter, enter_locally, issue_nonce
from paddock.surfaces.http.signin.proof import refused
from paddock.surfaces.http.users import close_session

routes = Routes("session")


@routes.get("/signin", "getSignIn", None)
def ways(services: Given) -> SignInModel:
    """Who may sign in besides the holder of the local token: what a page may offer."""
    settings = services.settings.sign_in
    return SignInModel(
        domains=sorted(settings.domains),
        ethereum_chains=sorted(settings.ethereum_chains),
        solana_chains=sorted(settings.solana_chains),
        privy_app_id=settings.privy_app_id if settings.privy_key else "",
    )


@routes.post("/signin/nonce", "issueNonce", None, status=201, private=True)
def issue(services: Given) -> NonceModel:
    """A nonce to sign in with, good once and for some minutes."""
    nonce, expires_ts = issue_nonce(services)
    settings = services.settings.sign_in
    return NonceModel(
        nonce=nonce,
        expires_ts=expires_ts,
        domains=sorted(settings.domains),
        ethereum_chains=sorted(settings.ethereum_chains),
        solana_chains=sorted(settings.solana_chains),
    )


@routes.post("/signin/ethereum", "signInWithEthereum", None, status=201, private=True)
def with_ethereum(services: Given, signed: Signed, response: Response) -> SessionModel:
    """By an EIP-4361 message that an Ethereum account signed."""
    settings, now = services.settings, services.clock.now_ts()
    proof = ethereum.prove(signed.message, signed.signature, settings.sign_in, now, settings.limits.nonce_ms)
    return _entered(services, enter(services, proof), response)


@routes.post("/signin/solana", "signInWithSolana", None, status=201, private=True)
def with_solana(services: Given, signed: Signed, response: Response) -> SessionModel:
    """By a message that a Solana account signed."""
    settings, now = services.settings, services.clock.now_ts()
    proof = solana.prove(signed.message, signed.signature, settings.sign_in, now, settings.limits.nonce_ms)
    return _entered(services, enter(services, proof), response)


@routes.post("/signin/privy", "signInWithPrivy", None, status=201, private=True)
def with_privy(services: Given, shown: TokenShown, response: Response) -> SessionModel:
    """By an access token of Privy, which counts once."""
    proof = privy.prove(shown.token, services.settings.sign_in, services.clock.now_ts())
    return _entered(services, enter(services, proof), response)


@routes.post("/session", "openSession", None, status=201, private=True)
def open_(services: Given, shown: TokenShown, response: Response) -> SessionModel:
    """A browser's session, for whoever holds the local token."""
    if not matches(shown.token, services.settings.local_digest):
        raise refused(
            "it is the local token, which the server tells at its first start",
            where="token",
            suggestion="it is in the file token of the server's home folder",
        )
    return _entered(services, enter_locally(services), response)


@routes.get("/session", "getSession", Scope.READ)
def get(ask: Ask) -> SessionModel:
    """Who I am, and what I may do."""
    return _model(ask.caller)


@routes.delete("/session", "closeSession", Scope.READ)
def close(ask: Ask, response: Response) -> None:
    """Sign out: the session is forgotten here, and by the browser."""
    if ask.caller.by_cookie:
        with ask.services.database.write() as conn:
            close_session(conn, ask.caller.credential_id)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=ask.services.settings.secure)


def _entered(services: Services, entered: Entered, response: Response) -> SessionModel:
    seconds = (entered.caller.expires_ts - services.clock.now_ts()) // 1000
    response.set_cookie(
        COOKIE,
        entered.minted.text,
        max_age=seconds,
        path="/",
        secure=services.settings.secure,
        httponly=True,
        samesite="strict",
    )
    return _model(entered.caller)


def _model(caller: Caller) -> SessionModel:
    return SessionModel(user_id=caller.user_id, scopes=sorted(caller.scopes), expires_ts=caller.expires_ts or None)
