"""The log: one line an event on stderr, JSON or for people, with every secret taken out before it is written."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
SECRET_KEY = re.compile(r"token|secret|passw|authorization|cookie|private_?key|signature|credential", re.IGNORECASE)
URL_PASSWORD = re.compile(r"(\w+://[^/\s:@]*:)[^/\s@]+@")
BEARER = re.compile(r"(bearer\s+)\S+", re.IGNORECASE)
SHORTEST = 8  # a known secret shorter than this would blot out ordinary words


@dataclass(frozen=True, slots=True)
class Redaction:
    """Takes out the values of keys that name secrets, the secrets that are known, and those that look like one."""

    known: tuple[str, ...]

    def __call__(self, _logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        return {key: self._value(key, value) for key, value in event.items()}

    def _value(self, key: str, value: object) -> object:
        if SECRET_KEY.search(key):
            return HIDDEN
        if isinstance(value, Mapping):
            return {str(name): self._value(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value("", inner) for inner in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))

    def text(self, text: str) -> str:
        for secret in self.known:
            text = text.replace(secret, HIDDEN)
        return BEARER.sub(rf"\1{HIDDEN}", URL_PASSWORD.sub(rf"\1{HIDDEN}@", text))


def configure(*, as_json: bool, secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Send what structlog and the standard library log to stderr, in one shape. `secrets` never appear in it."""
    redaction = Redaction(tuple(sorted({text for text in secrets if len(text) >= SHORTEST}, key=len, reverse=True)))
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redaction,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)  # who asked for what is measured and journalled, not logged line by line
    logging.getLogger("alembic").setLevel(logging.WARNING)
