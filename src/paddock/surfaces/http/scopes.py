"""What a caller may do: scopes that a route asks for and a credential carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from paddock.core.errors import Code, Refused

LOCAL_USER = "local"


class Scope(StrEnum):
    """None includes another: a credential carries exactly what it was given."""

    READ = "read"
    PAPER = "paper"
    LIVE = "live"
    ADMIN = "admin"


ALL = frozenset(Scope)
EVERYDAY = ALL - {Scope.ADMIN}


def to_text(scopes: Iterable[Scope]) -> str:
    return " ".join(sorted(scopes))


def from_text(text: str) -> frozenset[Scope]:
    return frozenset(Scope(word) for word in text.split())


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `credential_id` names the session or token, `expires_ts` (ms UTC, 0 never) is when it ends.

    `by_cookie`: a browser sent the credential by itself, so that the request may not be its user's wish.
    """

    user_id: str
    scopes: frozenset[Scope]
    credential_id: str
    expires_ts: int
    by_cookie: bool = False

    def require(self, scope: Scope) -> None:
        """Raises Refused (access.scope) when the credential does not carry it."""
        if scope not in self.scopes:
            raise Refused(
                Code.ACCESS_SCOPE,
                f'this needs the scope "{scope}"',
                where="authorization",
                seen=to_text(self.scopes) or "no scope",
                rule="a credential may do what its scopes name, and nothing else",
                suggestion=f'use a token with the scope "{scope}"',
            )
