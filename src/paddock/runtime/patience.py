"""When may the desk ask a venue again? Waits grow with each failure, and requests stay within the venue's budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from paddock.core.errors import Unavailable, Unknown
from paddock.runtime.desk_policy import DeskPolicy
from paddock.venues.transport.lost import Throttled


@dataclass(slots=True)
class _Waits:
    """Per account: until when it waits, and after how many failures in a row."""

    until: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    def over(self, account_ids: Iterable[str], now: int) -> list[str]:
        return [account for account in account_ids if self.until.get(account, 0) <= now]

    def failed(self, account_id: str, now: int, policy: DeskPolicy) -> None:
        self.failures[account_id] = self.failures.get(account_id, 0) + 1
        self.until[account_id] = now + policy.backoff(self.failures[account_id])

    def end(self, account_id: str) -> None:
        self.until.pop(account_id, None)
        self.failures.pop(account_id, None)


@dataclass(slots=True)
class Patience:
    """Per account: when requests may leave and when it may be read again, which wait for themselves alone: a history
    that cannot be read holds up no stop. And the times of the requests of the last window.
    """

    policy: DeskPolicy
    _sending: _Waits = field(default_factory=_Waits)
    _reading: _Waits = field(default_factory=_Waits)
    _since: dict[str, int] = field(default_factory=dict)
    _sent: dict[str, deque[int]] = field(default_factory=dict)

    def ready(self, account_ids: Iterable[str], now: int) -> list[str]:
        """Those that requests may leave for."""
        return self._sending.over(account_ids, now)

    def failed(self, account_id: str, now: int) -> None:
        """Nothing left."""
        self._sending.failed(account_id, now, self.policy)

    def answered(self, account_id: str) -> None:
        """Requests arrived."""
        self._sending.end(account_id)

    def readable(self, account_ids: Iterable[str], now: int) -> list[str]:
        """Those that may be read."""
        return self._reading.over(account_ids, now)

    def unread(self, account_id: str, now: int, why: Unavailable | Unknown) -> None:
        """A reading failed. One that was too early comes again when it said, however often that was."""
        self._since.setdefault(account_id, now)
        if isinstance(why, Throttled):
            self._reading.until[account_id] = now + max(why.retry_after_ms, self.policy.retry_ms)
        else:
            self._reading.failed(account_id, now, self.policy)

    def told(self, account_id: str) -> None:
        """A reading succeeded: the venue is there."""
        self._sending.end(account_id)
        self._reading.end(account_id)
        self._since.pop(account_id, None)

    def silent(self, account_ids: Iterable[str], now: int) -> list[tuple[str, int]]:
        """Accounts that could not be read for too long, and since when."""
        since = {account: self._since[account] for account in account_ids if account in self._since}
        return [(account, ts) for account, ts in sorted(since.items()) if now - ts >= self.policy.silent_ms]

    def admits(self, account_id: str, now: int, *, urgent: bool) -> bool:
        """Whether one more request fits the budget now, and if so, counts it. Urgent ones may use the reserve."""
        if self.policy.requests == 0:
            return True
        sent = self._sent.setdefault(account_id, deque())
        while sent and sent[0] <= now - self.policy.window_ms:
            sent.popleft()
        if len(sent) >= self.policy.requests - (0 if urgent else self.policy.reserved):
            return False
        sent.append(now)
        return True
