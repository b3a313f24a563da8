"""Sign-in with Privy: an access token, a JWT signed with ES256 by the key of the application."""

from __future__ import annotations

import hashlib
from typing import Final

from paddock.surfaces.http.services import SignIn
from paddock.surfaces.http.signin.proof import Proof, refused

ISSUER: Final = "privy.io"
CLAIMS: Final = ("aud", "exp", "iat", "iss", "sub")
SKEW_S: Final = 30


def prove(token: str, settings: SignIn, now_ts: int) -> Proof:
    """Raises Refused (access.sign_in)."""
    import jwt

    if not settings.privy_app_id or not settings.privy_key:
        raise refused("this server takes sign-ins by Privy", where="token")
    try:
        claims = jwt.decode(
            token,
            settings.privy_key,
            algorithms=["ES256"],
            audience=settings.privy_app_id,
            issuer=ISSUER,
            # The times are judged by our own clock, below.
            options={"require": list(CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.PyJWTError:
        raise refused("the token is Privy's, for this application, signed with ES256", where="token") from None
    issued, expires, subject = claims["iat"], claims["exp"], claims["sub"]
    if not all(isinstance(value, int) for value in (issued, expires)) or not isinstance(subject, str):
        raise refused("its claims are what they should be", where="token")
    if not issued - SKEW_S <= now_ts // 1000 < expires:
        raise refused("it is of now", where="token")
    return Proof("privy", subject, _once(token), issued=False, expires_ts=expires * 1000)


def _once(token: str) -> str:
    """What was signed, without the signature: an ECDSA signature has a second form, which must not count as new."""
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()
