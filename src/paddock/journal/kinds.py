"""The one enumeration of events, each with its meaning; docs/events.md is made of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class EventKind(StrEnum):
    """Names of events: what it happened to, a dot, what happened."""

    BOT_CREATED = "bot.created"
    BOT_CHANGED = "bot.changed"
    BOT_DELETED = "bot.deleted"
    RUN_DEPLOYED = "run.deployed"
    RUN_PAUSED = "run.paused"
    RUN_RESUMED = "run.resumed"
    RUN_STOPPED = "run.stopped"
    RUN_FAILED = "run.failed"
    RUN_QUARANTINED = "run.quarantined"
    DECISION_MADE = "decision.made"
    ENTRY_REFUSED = "entry.refused"
    ORDER_INTENDED = "order.intended"
    ORDER_SENT = "order.sent"
    ORDER_OPENED = "order.opened"
    ORDER_REFUSED = "order.refused"
    ORDER_UNKNOWN = "order.unknown"
    ORDER_CANCELED = "order.canceled"
    ORDER_EXPIRED = "order.expired"
    ORDER_NEVER_LANDED = "order.never_landed"
    FILL_BOOKED = "fill.booked"
    FUNDING_BOOKED = "funding.booked"
    POSITION_CLOSED = "position.closed"
    POSITION_PROTECTED = "position.protected"
    POSITION_UNPROTECTED = "position.unprotected"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_DEPOSITED = "account.deposited"
    ACCOUNT_ALLOCATED = "account.allocated"
    ACCOUNT_RELEASED = "account.released"
    ACCOUNT_FROZEN = "account.frozen"
    ACCOUNT_RECONCILED = "account.reconciled"
    ACCOUNT_FOREIGN = "account.foreign"
    CONNECTION_DRAFTED = "connection.drafted"
    CONNECTION_SIGNED = "connection.signed"
    CONNECTION_ACTIVATED = "connection.activated"
    CONNECTION_LIMITED = "connection.limited"
    CONNECTION_REVOKED = "connection.revoked"
    CONNECTION_EXPIRED = "connection.expired"
    LIVE_ENABLED = "live.enabled"
    LIVE_DISABLED = "live.disabled"
    BAR_CORRECTED = "bar.corrected"
    BAR_LATE = "bar.late"
    FEED_STALE = "feed.stale"
    FEED_RECOVERED = "feed.recovered"
    KILL_ENGAGED = "kill.engaged"
    KILL_RELEASED = "kill.released"
    PARITY_MEASURED = "parity.measured"
    JOB_QUEUED = "job.queued"
    JOB_FINISHED = "job.finished"
    JOB_FAILED = "job.failed"


_K = EventKind
MEANING: Final[dict[EventKind, str]] = {
    _K.BOT_CREATED: "A bot was made, with its first version.",
    _K.BOT_CHANGED: "A bot was renamed, or has a new version.",
    _K.BOT_DELETED: "A bot was put away; its runs and their history stay.",
    _K.RUN_DEPLOYED: "A version of a bot was started on an account.",
    _K.RUN_PAUSED: "A run makes no more entries; exits, stops and timeouts go on.",
    _K.RUN_RESUMED: "A paused run makes entries again.",
    _K.RUN_STOPPED: "A run ended for good.",
    _K.RUN_FAILED: "A run's strategy raised an error or took too long.",
    _K.RUN_QUARANTINED: "A run's records contradict each other, and it was set aside.",
    _K.DECISION_MADE: "A run looked at a closed bar: what it wanted and why, and its equity then.",
    _K.ENTRY_REFUSED: "An entry was not admitted, or was made smaller, and by which rule.",
    _K.ORDER_INTENDED: "An order was decided on; nothing has left yet.",
    _K.ORDER_SENT: "An order is about to leave.",
    _K.ORDER_OPENED: "The venue has the order.",
    _K.ORDER_REFUSED: "The venue said no to the order.",
    _K.ORDER_UNKNOWN: "No reply proves what became of the order; it is being looked for.",
    _K.ORDER_CANCELED: "The rest of the order was cancelled.",
    _K.ORDER_EXPIRED: "The order ended by itself.",
    _K.ORDER_NEVER_LANDED: "The order had expired before it could arrive: it never existed at the venue.",
    _K.FILL_BOOKED: "Part of an order traded.",
    _K.FUNDING_BOOKED: "Funding of one interval was paid or received.",
    _K.POSITION_CLOSED: "A fill reduced or closed a position, and its profit.",
    _K.POSITION_PROTECTED: "The venue has acknowledged a position's protection, or its new levels.",
    _K.POSITION_UNPROTECTED: "A position's stop was not acknowledged in time.",
    _K.ACCOUNT_OPENED: "An account was opened.",
    _K.ACCOUNT_DEPOSITED: "Money came into an account from outside.",
    _K.ACCOUNT_ALLOCATED: "Part of an account's money was given to a run.",
    _K.ACCOUNT_RELEASED: "A run's money went back to its account.",
    _K.ACCOUNT_FROZEN: "An account makes no more entries, since its books disagree.",
    _K.ACCOUNT_RECONCILED: "An account was compared with its venue, and what was adopted.",
    _K.ACCOUNT_FOREIGN: "Orders or positions were found that no run made.",
    _K.CONNECTION_DRAFTED: "An agent's key was made for an account, and its approvals drafted for the owner to sign.",
    _K.CONNECTION_SIGNED: "The owner's wallet signed an approval, over exactly these bytes.",
    _K.CONNECTION_ACTIVATED: "The venue names the agent among those of the account.",
    _K.CONNECTION_LIMITED: "What the agent's key may sign was changed.",
    _K.CONNECTION_REVOKED: "The agent signs nothing any more, its key is destroyed, and the account's runs stop.",
    _K.CONNECTION_EXPIRED: "The approval ran out, with the same consequences.",
    _K.LIVE_ENABLED: "Trading live was switched on, after its checklist passed.",
    _K.LIVE_DISABLED: "Trading live was switched off: only exits are signed, and the account's runs are paused.",
    _K.BAR_CORRECTED: "A bar came again, different from the one that was decided on.",
    _K.BAR_LATE: "A bar came after a newer one; no decision is made on it.",
    _K.FEED_STALE: "The newest closed bar of a feed is too old to decide on.",
    _K.FEED_RECOVERED: "A stale feed moves again.",
    _K.KILL_ENGAGED: "A kill switch was pulled.",
    _K.KILL_RELEASED: "A kill switch was released.",
    _K.PARITY_MEASURED: "A run was compared with a backtest over the bars that it saw.",
    _K.JOB_QUEUED: "Work was queued.",
    _K.JOB_FINISHED: "Work was done.",
    _K.JOB_FAILED: "Work was given up after its last attempt.",
}
