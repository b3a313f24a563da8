"""Sign-in, sessions and tokens on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from paddock.surfaces.http.models.base import Answered, Name, Sent, Ts
from paddock.surfaces.http.scopes import Scope


class TokenShown(Sent):
    token: Annotated[str, Field(min_length=1, max_length=4_096)]


class Signed(Sent):
    """A message as the wallet showed it, and its signature: 65 bytes of hex (Ethereum), or base58 (Solana)."""

    message: Annotated[str, Field(min_length=1, max_length=4_096)]
    signature: Annotated[str, Field(min_length=1, max_length=200)]


class NonceModel(Answered):
    """`domains` and chains are those that a message may name."""

    nonce: str
    expires_ts: Ts
    domains: list[str]
    ethereum_chains: list[int]
    solana_chains: list[str]


class SignInModel(Answered):
    """Wallets sign in on pages of `domains`, with one of the chains: nowhere where there are no domains.

    `privy_app_id` is the application whose Privy tokens sign in, empty where none do.
    """

    domains: list[str]
    ethereum_chains: list[int]
    solana_chains: list[str]
    privy_app_id: str


class SessionModel(Answered):
    """`expires_ts` is null for a credential that does not expire."""

    user_id: str
    scopes: list[Scope]
    expires_ts: Ts | None


class TokenWanted(Sent):
    """`scopes` are at most the caller's own."""

    name: Name
    scopes: Annotated[list[Annotated[Scope, Field(strict=False)]], Field(min_length=1, max_length=4)]
    expires_ts: Ts | None = None


class TokenModel(Answered):
    token_id: str
    name: str
    scopes: list[Scope]
    created_ts: Ts
    expires_ts: Ts | None


class TokenMade(TokenModel):
    """`token` is shown this once."""

    token: str
