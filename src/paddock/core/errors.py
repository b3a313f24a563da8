"""The exception tree, split by what the caller may do next.

    PaddockError
    ├── Invalid        mend the input and try again
    │   └── NotFound   the named thing does not exist
    ├── Refused        a venue or a rule said no
    ├── Unknown        it may have happened: look before acting again
    │   └── TimedOut   no answer came in time
    └── Unavailable    try again later
        └── NotRunning nothing answers there

Every error names the value seen, the rule it broke and the nearest valid alternative, and serialises to one shape.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable error codes; each is documented in docs/errors.md."""

    INTERNAL = "internal"
    USAGE = "usage"
    SETTINGS = "settings"
    MACHINE = "machine"
    NOT_RUNNING = "not_running"
    TIMEOUT = "timeout"
    PORT_IN_USE = "serve.port_in_use"
    EXPOSED = "serve.exposed"
    ALREADY_RUNNING = "serve.already_running"
    GETTING_READY = "serve.getting_ready"
    # asking over the network
    ACCESS_ANONYMOUS = "access.anonymous"
    ACCESS_ORIGIN = "access.origin"
    ACCESS_SCOPE = "access.scope"
    ACCESS_SIGN_IN = "access.sign_in"
    REQUEST = "request"
    REQUEST_CLOSED = "request.closed"
    REQUEST_HOST = "request.host"
    REQUEST_KEY = "request.key"
    REQUEST_METHOD = "request.method"
    REQUEST_PATH = "request.path"
    REQUEST_RATE = "request.rate"
    REQUEST_SIZE = "request.size"
    REQUEST_TIME = "request.time"
    TOKEN_NOT_FOUND = "token.not_found"
    BACKTEST_NOT_FOUND = "backtest.not_found"
    BACKTEST_NOT_DONE = "backtest.not_done"
    BACKTEST_QUEUE = "backtest.queue"
    # data
    DATA_NOT_FOUND = "data.not_found"
    DATA_UNREADABLE = "data.unreadable"
    DATA_COLUMNS = "data.columns"
    DATA_IMPOSSIBLE = "data.impossible"
    DATA_COVERAGE = "data.coverage"
    DATA_INTERVAL = "data.interval"
    DATA_SYMBOL = "data.symbol"
    DATA_VENUE = "data.venue"
    DATA_RANGE = "data.range"
    DATA_EMPTY = "data.empty"
    # values
    VALUE = "value"
    NUMBER = "value.number"
    INSTRUMENT = "value.instrument"
    FEATURE = "value.feature"
    ORDER_TRANSITION = "order.transition"
    FILL = "fill"
    FILL_CONFLICT = "fill.conflict"
    # strategy documents
    STRATEGY_NOT_FOUND = "strategy.not_found"
    STRATEGY_BLOCK = "strategy.block"
    STRATEGY_INVALID = "strategy.invalid"
    STRATEGY_JSON = "strategy.json"
    STRATEGY_PYTHON = "strategy.python"
    # running
    ACCOUNT = "run.account"
    RUN_COSTS = "run.costs"
    RUN_RANGE = "run.range"
    RUN_STATE = "run.state"
    RUN_EXPLAIN = "run.explain"
    # the journal
    DATABASE_URL = "database.url"
    DATABASE_NOT_FOUND = "database.not_found"
    DATABASE_BUSY = "database.busy"
    DATABASE_DISK = "database.disk"
    DATABASE_LOST = "database.lost"
    DATABASE_DAMAGED = "database.damaged"
    DATABASE_VERSION = "database.version"
    FENCED = "database.fenced"
    INTENT_CONFLICT = "intent.conflict"
    LEDGER = "ledger.unbalanced"
    LEDGER_CONFLICT = "ledger.conflict"
    JOB_NOT_FOUND = "job.not_found"
    JOB_SCHEDULE = "job.schedule"
    BACKUP = "journal.backup"
    # living bots
    BOT_NAME = "bot.name"
    BOT_IN_USE = "bot.in_use"
    RUN_NOT_FOUND = "run.not_found"
    RUN_NOT_READY = "run.not_ready"
    RUN_LIFECYCLE = "run.lifecycle"
    FEED_NOT_FOUND = "feed.not_found"
    FEED_CHANGED = "feed.changed"
    KILL_ENGAGED = "kill.engaged"
    KILL_NOT_ENGAGED = "kill.not_engaged"
    # trading at a venue
    VENUE_REFUSED = "venue.refused"
    VENUE_UNAVAILABLE = "venue.unavailable"
    VENUE_UNCLEAR = "venue.unclear"
    LIVE_CHECKLIST = "live.checklist"
    LIVE_NOT_FOUND = "live.not_found"
    LIVE_OFF = "live.off"
    LIVE_POLICY = "live.policy"
    LIVE_SIGNATURE = "live.signature"
    LIVE_STATE = "live.state"
    SIGNER_KEY = "signer.key"
    SIGNER_POLICY = "signer.policy"
    SIGNER_REQUEST = "signer.request"
    SIGNER_UNAVAILABLE = "signer.unavailable"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    `where` is a path in the user's own terms ("nodes.low.params.period"); `seen` is the value as given; `rule` is what
    it broke; `suggestion` is the nearest valid alternative, empty when there is none.
    """

    code: str
    where: str
    seen: str
    rule: str
    suggestion: str = ""
    severity: str = "error"

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "where": self.where,
            "seen": self.seen,
            "rule": self.rule,
            "suggestion": self.suggestion,
            "severity": self.severity,
        }

    def __str__(self) -> str:
        tail = f" ({self.suggestion})" if self.suggestion else ""
        seen = f": saw {self.seen}" if self.seen else ""
        return f"{self.where}{seen}; {self.rule}{tail}"


class PaddockError(Exception):
    """Base of all errors that a user may see."""

    kind = "error"
    exit_code = 1

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        seen: object = "",
        rule: str = "",
        suggestion: str = "",
        where: str = "",
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.seen = str(seen)
        self.rule = rule
        self.suggestion = suggestion
        self.where = where
        self.problems = tuple(problems)

    def as_dict(self) -> dict[str, object]:
        """The one error shape of every surface."""
        return {
            "error": {
                "kind": self.kind,
                "code": str(self.code),
                "message": self.message,
                "where": self.where,
                "seen": self.seen,
                "rule": self.rule,
                "suggestion": self.suggestion,
                "problems": [p.as_dict() for p in self.problems],
            }
        }


class Invalid(PaddockError):
    """The input breaks a rule; mend it."""

    kind = "invalid"
    exit_code = 4


class NotFound(Invalid):
    """The named thing does not exist."""

    kind = "not_found"
    exit_code = 2


class Refused(PaddockError):
    """A venue or a rule said no."""

    kind = "refused"


class Unknown(PaddockError):
    """It may have happened; look before acting again."""

    kind = "unknown"


class TimedOut(Unknown):
    """No answer came in time."""

    exit_code = 5


class Unavailable(PaddockError):
    """Not now; later."""

    kind = "unavailable"


class NotRunning(Unavailable):
    """Nothing answers there: it has to be started first."""

    exit_code = 3


def nearest(word: str, choices: Iterable[str]) -> str:
    """`did you mean "x"?` for the closest choice, whatever its case, or an empty string when nothing is close."""
    folded = {choice.casefold(): choice for choice in choices}
    match = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[match[0]]}"?' if match else ""
