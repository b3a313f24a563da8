"""Which number comes next? Nonces of one signer: never the same twice, growing, close to the clock in ms."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

from paddock.core.errors import Code, Unavailable
from paddock.core.seams import Clock


class NonceStore(Protocol):
    """What outlives the process: up to where the nonces of each signer have been handed out."""

    def reserve(self, signer: str, least: int, count: int) -> int:
        """The first of `count` nonces in a row, from `least` or later, that nobody was or will be given but the caller.

        Atomic among all who use the store, and durable once it returns. Unavailable when it cannot be kept.
        """
        ...


class Nonces:
    """The nonces of one signer, as of the clock or just behind the last one; for any thread.

    They are reserved in blocks of `block_ms` numbers, which the clock takes as many ms to pass: so often is the store
    written while orders flow, however many, and whoever takes the first nonce of a block waits for that. A restart, or
    another allocator of the same signer, goes on behind the reserved block; a clock that jumped back waits for nobody.
    Both make nonces that are ahead of the clock, by `lead_ms` at most.
    """

    def __init__(
        self, signer: str, store: NonceStore, clock: Clock, *, block_ms: int = 30_000, lead_ms: int = 3_600_000
    ) -> None:
        if not 0 < block_ms <= lead_ms:
            raise ValueError(f"a block of {block_ms} ms does not fit into a lead of {lead_ms} ms")
        self._signer, self._store, self._clock = signer, store, clock
        self._block_ms, self._lead_ms = block_ms, lead_ms
        self._next = self._end = 0
        self._lock = Lock()

    def take(self) -> int:
        """A nonce that this signer never had. Unavailable when it would be too far ahead of the clock."""
        with self._lock:
            now_ts = self._clock.now_ts()
            nonce = max(self._next, now_ts)
            if nonce >= self._end:
                nonce = self._store.reserve(self._signer, nonce, self._block_ms)
                self._next, self._end = nonce, nonce + self._block_ms
            if nonce > now_ts + self._lead_ms:
                raise self._ahead(nonce - now_ts)
            self._next = nonce + 1
            return nonce

    def _ahead(self, ahead_ms: int) -> Unavailable:
        return Unavailable(
            Code.VENUE_UNAVAILABLE,
            f"the next nonce of {self._signer} is {ahead_ms} ms ahead of the clock",
            seen=ahead_ms,
            rule=f"a nonce is at most {self._lead_ms} ms ahead: the clock was, or is, wrong",
            suggestion="set the machine's clock; if it is right, approve a new agent key",
        )
