"""What may a caller conclude when no good answer came?"""

from __future__ import annotations

from enum import StrEnum

from paddock.core.errors import Code, Unavailable, Unknown


class Does(StrEnum):
    """Whether a request changes anything at the venue; only the caller knows."""

    READ = "read"
    WRITE = "write"


class Throttled(Unavailable):
    """The venue, or our budget of it, takes no more now: nothing was booked. Try again after `retry_after_ms`."""

    def __init__(self, message: str, retry_after_ms: int) -> None:
        super().__init__(
            Code.VENUE_UNAVAILABLE,
            message,
            rule="a venue takes so many requests in a time",
            suggestion=f"try again in {retry_after_ms} ms",
        )
        self.retry_after_ms = retry_after_ms


def unavailable(message: str) -> Unavailable:
    """Nothing left this machine."""
    return Unavailable(Code.VENUE_UNAVAILABLE, message, rule="nothing was sent", suggestion="try again later")


def lost(does: Does, message: str) -> Unknown | Unavailable:
    """Something may have been sent, and no answer tells what became of it; a read can simply be tried again."""
    if does is Does.READ:
        return Unavailable(Code.VENUE_UNAVAILABLE, message, rule="no good answer came", suggestion="try again later")
    return Unknown(
        Code.VENUE_UNCLEAR,
        message,
        rule="the venue may have acted on it",
        suggestion="ask the venue what became of it before sending anything that replaces it",
    )
