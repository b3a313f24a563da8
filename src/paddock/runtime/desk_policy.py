"""How patient the order desk is. Times in ms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """`valid_ms`: a request that has not arrived by then must not be booked; `skew_ms`: how far the clocks may differ.

    An unknown order is gone when it was not found `not_found` times after both; `alert_ms` after it was sent it is
    reported again. What failed is tried again after `retry_ms`, twice that, … at most `retry_most_ms`. A position whose
    stop is not acknowledged `protect_within_ms` after it lacks one is flattened. Accounts are compared with their
    venues every `reconcile_ms`, their ledger with their books every `audit_ms`; they make no entries when their venue
    was `silent_ms` without an answer. Play money's venue forgets, as often as that, what is over for `forget_ms`.
    Requests: at most `requests` (0: any number) in any `window_ms`, of which `reserved` only for what cancels or
    reduces. Quotes older than `quote_ms`, or of two sources more than `disagree_pct` apart, stop entries.
    """

    valid_ms: int = 30_000
    skew_ms: int = 5_000
    not_found: int = 2
    retry_ms: int = 1_000
    retry_most_ms: int = 60_000
    alert_ms: int = 120_000
    protect_within_ms: int = 10_000
    reconcile_ms: int = 60_000
    silent_ms: int = 60_000
    audit_ms: int = 3_600_000
    forget_ms: int = 86_400_000
    quote_ms: int = 5_000
    disagree_pct: float = 1.0
    requests: int = 0
    window_ms: int = 60_000
    reserved: int = 0

    def backoff(self, attempts: int) -> int:
        """The wait before try `attempts` + 1 (attempts from 1)."""
        return int(min(self.retry_ms << min(attempts - 1, 30), self.retry_most_ms))
