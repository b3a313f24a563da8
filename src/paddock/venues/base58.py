"""Base58 as Solana writes keys and signatures: bytes in letters and digits, without the four that look alike."""

from __future__ import annotations

from typing import Final

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {char: digit for digit, char in enumerate(_ALPHABET)}
_LONGEST: Final = 90  # the text of a signature has at most 88: decoding takes the square of the length


def encode(raw: bytes) -> str:
    """The one spelling of some bytes; a leading zero byte is a leading 1."""
    number = int.from_bytes(raw, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _ALPHABET[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def decode(text: str, size: int) -> bytes:
    """Exactly `size` bytes from their one spelling; raises ValueError for any other text."""
    if not 0 < len(text) <= _LONGEST:
        raise ValueError(f"base58 of {size} bytes is not {len(text)} characters long")
    number = 0
    for char in text:
        if (digit := _DIGITS.get(char)) is None:
            raise ValueError("a character that base58 does not know")
        number = number * 58 + digit
    leading = len(text) - len(text.lstrip("1"))
    raw = bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != size:
        raise ValueError(f"{len(raw)} bytes instead of {size}")
    return raw
