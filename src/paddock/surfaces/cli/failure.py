"""How a failure looks on the command line: the same facts as lines for people or as the one JSON shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from paddock.core.errors import Code, PaddockError, Problem, Unavailable

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
LONGEST = 2000  # characters of one line of a failure
BROKEN_PIPE = 1  # as Python and Rich have it


def human(error: PaddockError) -> str:
    """Lines for a terminal: what happened, what was seen, the rule, what to try, each problem."""
    return "\n".join(_lines(error))


def _lines(error: PaddockError) -> Iterator[str]:
    yield f"error: {plain(error.message)} [{error.code}]"
    for label, text in (
        ("where", error.where),
        ("saw", error.seen),
        ("rule", error.rule),
        ("try", error.suggestion),
    ):
        if text:
            yield f"  {label}: {plain(text)}"
    for problem in _further(error):
        yield f"  - {plain(str(problem))}"


def _further(error: PaddockError) -> Sequence[Problem]:
    """Its problems, but one that is alone and was told already."""
    told = (error.where, error.seen, error.rule)
    alone = [(one.where, one.seen, one.rule) for one in error.problems] == [told]
    return [] if alone and error.problems[0].suggestion in ("", error.suggestion) else error.problems


def plain(text: str) -> str:
    """Text that a terminal shows and never obeys: on one line, control codes escaped, cut where it is very long."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: LONGEST + 1])
    return shown if len(text) <= LONGEST else f"{shown[:LONGEST]}…"


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
