"""How a failure looks on the command line: the same facts as lines for people or as the one JSON shape."""

from __future__ import annotations

import json
from collections.abc import Iterator

from paddock.core.errors import Code, PaddockError, Unavailable

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BROKEN_PIPE = 1  # as Python and Rich have it


def human(error: PaddockError) -> str:
    """Lines for a terminal: what happened, what was seen, the rule, what to try, each problem."""
    return "\n".join(_lines(error))


def _lines(error: PaddockError) -> Iterator[str]:
    yield f"error: {error.message} [{error.code}]"
    for label, text in (
        ("where", error.where),
        ("saw", error.seen),
        ("rule", error.rule),
        ("try", error.suggestion),
    ):
        if text:
            yield f"  {label}: {text}"
    for problem in error.problems:
        yield f"  - {problem}"


def document(error: PaddockError) -> str:
    """The one error shape, as JSON."""
    return json.dumps(error.as_dict(), indent=2)


def of_machine(error: OSError) -> PaddockError:
    """What the machine refused (disk full, no permission) as an error that a user may see."""
    return Unavailable(
        Code.MACHINE,
        error.strerror or str(error),
        where=str(error.filename or ""),
        rule="the files that a command names must be readable, its outputs writable",
    )


def of_bug(error: Exception, hint: str) -> PaddockError:
    """Anything that nobody foresaw."""
    text = " ".join(str(error).split())
    return PaddockError(
        Code.INTERNAL, f"internal error, this is a bug: {type(error).__name__}: {text}"[:300], suggestion=hint
    )
