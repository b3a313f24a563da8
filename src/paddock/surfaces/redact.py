"""What must never be written down: secrets are cut out of everything that is logged, by name, by form and by value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Final

HIDDEN: Final = "[redacted]"
MAX_DEPTH: Final = 8
MIN_SECRET: Final = 6  # a shorter one would cut holes into ordinary words

# A field so named is hidden whatever it holds.
_NAMES = re.compile(
    r"authorization|cookie|passw|secret|signature|private|mnemonic|seed|credential|(^|_)(token|key|jwt|nonce|digest)s?$",
    re.IGNORECASE,
)
# What looks like a secret is hidden wherever it stands.
_FORMS = re.compile(
    r"""
      \bpd[slt]_[0-9A-Za-z_-]{20,}                              # ours
    | \beyJ[\w-]{8,}\.[\w-]+\.[\w-]*                            # a JSON web token
    | \b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}
    | \b0x[0-9a-fA-F]{64,}\b                                    # a private key, or a signature
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | (?<=://)[^\s/@:]*:[^\s/@]+(?=@)                           # user and password of a URL
    """,
    re.VERBOSE | re.DOTALL,
)


class Redactor:
    """Hides secrets in values; as a structlog processor, in every field of a log entry."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= MIN_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __repr__(self) -> str:
        return "Redactor()"

    def __call__(self, _logger: object, _method: str, entry: MutableMapping[str, object]) -> dict[str, object]:
        return {name: self.field(name, value) for name, value in entry.items()}

    def field(self, name: str, value: object, depth: int = 0) -> object:
        """The value of a field as it may be shown."""
        if _NAMES.search(name):
            return HIDDEN
        return self._value(value, depth)

    def text(self, text: str) -> str:
        shown = _FORMS.sub(HIDDEN, text)
        return shown if self._known is None else self._known.sub(HIDDEN, shown)

    def _value(self, value: object, depth: int) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth >= MAX_DEPTH:
            return HIDDEN
        if isinstance(value, Mapping):
            return {str(name): self.field(str(name), inner, depth + 1) for name, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(inner, depth + 1) for inner in value]
        return self.text(value if isinstance(value, str) else str(value))
