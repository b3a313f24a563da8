"""What a way to sign in proves, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.errors import Code, Refused


@dataclass(frozen=True, slots=True)
class Proof:
    """Who it is (an address, or a DID), and what keeps the proof from being shown twice.

    `issued`: the nonce is one that we gave out; else it is a digest of what was shown, good until `expires_ts`, ms UTC.
    """

    method: str
    subject: str
    nonce: str
    issued: bool
    expires_ts: int


def refused(rule: str, *, where: str = "message", suggestion: str = "ask for a new nonce and sign again") -> Refused:
    """What was shown is never quoted: it may be good elsewhere."""
    return Refused(
        Code.ACCESS_SIGN_IN,
        "this does not sign you in",
        where=where,
        rule=rule,
        suggestion=suggestion,
    )
