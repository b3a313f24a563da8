"""How the venue puts an answer: what an action came to, and what goes back over HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

_NONE: Final = object()
PAGE: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
UNREADABLE: Final = "Failed to deserialize the JSON body into the target type"


@dataclass(frozen=True, slots=True)
class Ok:
    """An action was taken; `data` is what the reply holds besides its type."""

    kind: str = "default"
    data: Any = _NONE

    @property
    def wire(self) -> dict[str, Any]:
        said = {"type": self.kind} | ({} if self.data is _NONE else {"data": self.data})
        return {"status": "ok", "response": said}


@dataclass(frozen=True, slots=True)
class Err:
    """It was refused as a whole, and cost nothing."""

    text: str

    @property
    def wire(self) -> dict[str, Any]:
        return {"status": "err", "response": self.text}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON of `value`, or a `text`. `rows` of a list weigh on the asker's allowance."""

    status: int = 200
    value: Any = None
    text: str = ""
    retry_after_s: int = 0

    @property
    def body(self) -> str:
        return self.text or compact(self.value)

    @property
    def content_type(self) -> str:
        if self.text is PAGE:
            return "text/html"
        return "text/plain; charset=utf-8" if self.text else "application/json"

    @property
    def headers(self) -> dict[str, str]:
        return {"retry-after": str(self.retry_after_s)} if self.retry_after_s else {}

    @property
    def rows(self) -> int:
        return len(self.value) if isinstance(self.value, list) else 0


MALFORMED: Final = Answer(422, text=UNREADABLE)
FAILED: Final = Answer(500)
THROTTLED: Final = Answer(429)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
