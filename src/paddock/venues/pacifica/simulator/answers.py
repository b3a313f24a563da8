"""How the venue puts an answer: its envelope, its plain texts, its errors with their codes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation or a read came to. `code` is None when it went well; `more` stands beside the data."""

    data: Any = None
    status: int = 200
    error: str = ""
    code: int | None = None
    error_id: str = ""
    plain: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.error

    @property
    def body(self) -> str:
        if self.plain:
            return self.error
        said = {"success": self.ok, "data": self.data, "error": self.error or None, "code": self.code, **self.more}
        return compact(said | ({"error_id": self.error_id} if self.error_id else {}))

    @property
    def content_type(self) -> str:
        return "text/plain; charset=utf-8" if self.plain else "application/json"


DONE: Final = Answer()


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def bad(error: str, status: int = 400) -> Answer:
    """Refused before anybody looked at books: the code repeats HTTP's status."""
    return Answer(None, status, error, status)


def business(error: str, code: int, error_id: str = "") -> Answer:
    """Refused by the engine."""
    return Answer(None, 422, error, code, error_id)


VERIFICATION: Final = Answer(None, 400, "Verification failed", 400, plain=True)
NOT_AUTHORIZED: Final = bad("Agent not authorized for account")
NO_ACCOUNT: Final = Answer(None, 404, "Account not found", 1)
NO_BOOK: Final = Answer(None, 404, "Book not found", 3)
THROTTLED: Final = bad("Rate limit exceeded", 429)
FAILED: Final = bad("Internal server error", 500)
UNREADABLE: Final = bad("Invalid request body")
UNSUPPORTED: Final = business("Unsupported operation", 51)
