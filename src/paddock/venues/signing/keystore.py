"""Keys at rest: AES-256-GCM under a master key, whose id is in the sealed blob, bound to what the key is for.

The master keys lie in a file that its owner alone may read, the current one first; those behind it only open what they
sealed, until it is sealed anew. A blob is: version (1 byte), id of the master key (8), nonce (12), ciphertext and tag.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from paddock.core.errors import Code, Invalid, Refused
from paddock.market.files import sync

SECRET_BYTES: Final = 32  # of a key of either kind, and of a master key
VERSION: Final = b"\x01"
_ID, _NONCE, _TAG = 8, 12, 16
_HEAD: Final = len(VERSION) + _ID + _NONCE
_OWNER_ONLY: Final = 0o600

Entropy = Callable[[int], bytes]
"""So many bytes that nobody can guess."""


class KeyRing:
    """Master keys, the current one first; it shows none of them."""

    def __init__(self, keys: Sequence[bytes], entropy: Entropy) -> None:
        """ValueError for a key that is not 32 bytes, or for none."""
        if not keys or any(len(key) != SECRET_BYTES for key in keys):
            raise ValueError("a ring holds keys of 32 bytes")
        self._ids = [_id_of(key) for key in keys]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in zip(self._ids, keys, strict=True)}
        self._entropy = entropy

    def __repr__(self) -> str:
        return f"KeyRing({self.key_id})"

    @property
    def key_id(self) -> str:
        """The id of the current key: it tells which key sealed a blob, and nothing of the key."""
        return self._ids[0].hex()

    def seal(self, secret: bytes | bytearray, bound: bytes) -> bytes:
        """The blob of a secret; only with the same `bound` it opens again."""
        head = VERSION + self._ids[0] + self._entropy(_NONCE)
        return head + self._ciphers[self._ids[0]].encrypt(head[-_NONCE:], secret, head + bound)

    @contextmanager
    def opened(self, blob: bytes, bound: bytes) -> Iterator[bytearray]:
        """The secret for as long as the block lasts; its memory is overwritten then.

        Raises Refused (signer.key) for a blob of another key or version, one that was altered, or bound otherwise.
        """
        cipher = self._ciphers.get(blob[len(VERSION) : len(VERSION) + _ID])
        if blob[:1] != VERSION or len(blob) != _HEAD + SECRET_BYTES + _TAG or cipher is None:
            raise _unusable(
                "it was sealed under another master key", "bring back the file of master keys it was made with"
            )
        secret = bytearray(SECRET_BYTES)
        try:
            cipher.decrypt_into(blob[_HEAD - _NONCE : _HEAD], blob[_HEAD:], blob[:_HEAD] + bound, secret)
            yield secret
        except InvalidTag:
            raise _unusable(
                "it was altered, or belongs to another account or policy", "connect the account anew"
            ) from None
        finally:
            secret[:] = bytes(SECRET_BYTES)

    def resealed(self, blob: bytes, bound: bytes, rebound: bytes | None = None) -> bytes:
        """The same secret under the current key, bound to `rebound` if that is given. Raises Refused (signer.key)."""
        with self.opened(blob, bound) as secret:
            return self.seal(secret, bound if rebound is None else rebound)


def sealed_under(blob: bytes) -> str:
    """The id of the master key that sealed a blob."""
    return blob[len(VERSION) : len(VERSION) + _ID].hex()


def parse_keys(text: str, where: str) -> list[bytes]:
    """Master keys from words of base64; raises Invalid (settings) without showing any of them."""
    try:
        keys = [base64.b64decode(word, altchars=b"-_", validate=True) for word in text.split()]
    except (binascii.Error, ValueError):
        keys = []
    if not keys or any(len(key) != SECRET_BYTES for key in keys):
        raise Invalid(
            Code.SETTINGS,
            "these are no master keys",
            where=where,
            seen=f"{len(text.split())} words",
            rule=f"a master key is {SECRET_BYTES} random bytes in base64",
            suggestion="bring back the right ones: what was sealed under them opens with no other",
        )
    return keys


def key_file(path: Path, entropy: Entropy) -> list[bytes]:
    """The master keys in a file, which is made with a new one where there is none.

    Raises Invalid (settings) when others may read it, or it holds no keys.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError:
        return _read(path)
    key = entropy(SECRET_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(_line(key))
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
    return [key]


def add_key(path: Path, entropy: Entropy) -> list[bytes]:
    """Put a new master key before those in the file; it seals from now on. Raises Invalid (settings)."""
    keys = [entropy(SECRET_BYTES), *key_file(path, entropy)]
    _write(path, keys)
    return keys


def drop_old_keys(path: Path) -> None:
    """Keep the current master key alone: what is still sealed under another can never be opened again."""
    _write(path, _read(path)[:1])


def _read(path: Path) -> list[bytes]:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise Invalid(
            Code.SETTINGS,
            "others may read the master keys",
            where=str(path),
            seen=f"mode {mode:03o}",
            rule="master keys are read by their owner only",
            suggestion=f"chmod 600 {path}",
        )
    return parse_keys(path.read_text(encoding="ascii", errors="replace"), str(path))


def _write(path: Path, keys: Sequence[bytes]) -> None:
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(map(_line, keys)))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def _line(key: bytes) -> bytes:
    return base64.urlsafe_b64encode(key) + b"\n"


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"paddock master key\n" + key).digest()[:_ID]


def _unusable(why: str, suggestion: str) -> Refused:
    return Refused(
        Code.SIGNER_KEY,
        f"the agent's key cannot be used: {why}",
        where="key",
        rule="a key opens for the owner, account, addresses and policy that it was sealed for",
        suggestion=suggestion,
    )
