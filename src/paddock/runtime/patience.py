"""When may the desk ask a venue again? Waits grow with each failure, and requests stay within the venue's budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from paddock.runtime.desk_policy import DeskPolicy


@dataclass(slots=True)
class Patience:
    """Per account: when it may be asked again, and the times of the requests of the last window."""

    policy: DeskPolicy
    _until: dict[str, int] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)
    _since: dict[str, int] = field(default_factory=dict)
    _sent: dict[str, deque[int]] = field(default_factory=dict)

    def ready(self, account_ids: Iterable[str], now: int) -> list[str]:
        return [account for account in account_ids if self._until.get(account, 0) <= now]

    def failed(self, account_id: str, now: int, at_least_ms: int = 0) -> int:
        """One more failure; gives when to try again."""
        self._failures[account_id] = self._failures.get(account_id, 0) + 1
        self._since.setdefault(account_id, now)
        wait = max(self.policy.backoff(self._failures[account_id]), at_least_ms)
        self._until[account_id] = now + wait
        return now + wait

    def answered(self, account_id: str) -> None:
        self._until.pop(account_id, None)
        self._failures.pop(account_id, None)
        self._since.pop(account_id, None)

    def silent(self, account_ids: Iterable[str], now: int) -> list[tuple[str, int]]:
        """Accounts whose venue has only failed for too long, and since when."""
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
