"""Sending what is in the outbox, and reading the answers: open, refused, or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update

from paddock.core.errors import Unavailable, Unknown
from paddock.core.orders import TERMINAL, OrderState
from paddock.journal import intents
from paddock.journal.facts import OrderChanged
from paddock.journal.fences import Fence
from paddock.journal.intents import Action, Intent, outbox
from paddock.runtime.desk_kit import Kit, Work, by_account
from paddock.runtime.lifecycle import Wanted
from paddock.runtime.record import cancel
from paddock.runtime.requests import cancellation, placement
from paddock.runtime.retry import try_again
from paddock.runtime.tables import runs
from paddock.runtime.wants import derived, number_of
from paddock.venues.broker import Accepted, Broker, Outcome, RejectCode, Rejected, Unclear
from paddock.venues.sending import later
from paddock.venues.transport.lost import Throttled

_AGAIN = frozenset({RejectCode.HALTED, RejectCode.RATE_LIMIT, RejectCode.EXPIRED})  # an exit is worth another try


def send(kit: Kit, fence: Fence | None) -> None:
    """Send what may leave now, cancellations and exits first; every answer is durable when this returns.

    Before anything leaves it is marked as sent, in a transaction that checks the fence. Raises what the database
    raises; nothing that a venue does.
    """
    with kit.database.read() as conn:
        waiting = select(outbox.c.intent_id).where(outbox.c.account_id.in_(sorted(kit.brokers))).limit(1)
        if conn.execute(waiting).first() is None:
            return
    with kit.work(fence) as work:
        leaving = _mark(work, _leaving(kit, work))
    if not leaving:
        return
    answers = [_ask(kit, kit.brokers[account], account, batch) for account, batch in by_account(leaving).items()]
    with kit.work(fence) as work:
        for batch, outcomes in answers:
            work.know(intents.get(work.conn, [i.client_id for i in batch if i.action is Action.CANCEL]))
            work.know({intent.intent_id: intent for intent in batch})
            for intent, outcome in zip(batch, outcomes, strict=True):
                answer(kit, work, intent, outcome)


def _leaving(kit: Kit, work: Work) -> list[Intent]:
    """What is due, less what time has overtaken, what exceeds the budget or would not arrive; the urgent first."""
    ready = set(kit.patience.ready(kit.brokers, work.now))
    due = intents.due(work.conn, sorted(kit.brokers), work.now)
    targets = intents.get(work.conn, [intent.client_id for intent in due if intent.action is Action.CANCEL])
    work.know({intent.intent_id: intent for intent in due} | targets)
    copies = [one for one in due if one.action is Action.PLACE and one.state is OrderState.UNKNOWN]
    given_up = intents.given_up(work.conn, [one.client_id for one in copies])
    leaving = []
    for intent in sorted(due, key=_urgency):
        current = work.intent(intent.intent_id) or intent
        if current.state in TERMINAL or _overtaken(kit, work, current):
            continue
        if intent in copies and intent.client_id in given_up:
            work.keep(intent, next_ts=work.now, not_found=intent.not_found, error=intent.error)
            continue
        if intent.account_id in ready and kit.patience.admits(intent.account_id, work.now, urgent=_urgency(intent) < 2):
            leaving.append(intent)
    return leaving


def _urgency(intent: Intent) -> int:
    """Cancellations, then what reduces, then entries. What replaces a stop still goes before the old one's end: that
    waits for it in the outbox."""
    if intent.action is Action.CANCEL:
        return 0
    return 1 if intent.request.get("reduce_only") else 2


def _overtaken(kit: Kit, work: Work, intent: Intent) -> bool:
    """Settle what has no use any more; True when it must not leave."""
    if intent.action is Action.CANCEL:
        target = work.intent(intent.client_id)
        if target is not None and target.state in TERMINAL:
            work.change(intent, OrderState.CANCELED, why="the order had ended")
            return True
        if work.now >= intent.expires_ts:
            work.change(intent, OrderState.EXPIRED, why="it did not leave in time")
            if target is not None:
                cancel(kit, work, target, intent.decision, derived(intent.leg, number_of(intent.leg) + 1))
            return True
        return False
    if work.now < intent.expires_ts:
        return False
    if intent.state is OrderState.UNKNOWN:
        work.keep(intent, next_ts=work.now, error=intent.error)  # the resolve loop has the last word
        return True
    again = try_again(kit, work, intent, "it did not leave in time")
    work.change(intent, OrderState.EXPIRED, why="it did not leave in time", silent=again)
    return True


def _mark(work: Work, leaving: Sequence[Intent]) -> list[Intent]:
    """The intents as they are once marked: sent, or still unknown when it is another copy that leaves."""
    intents.mark_sent(work.conn, [intent.intent_id for intent in leaving], work.now)
    marked = []
    for intent in leaving:
        if intent.action is Action.PLACE and intent.state is OrderState.PENDING:
            work.tell(OrderChanged(intent.run_id, intent.intent_id, OrderState.SENT))
        state = OrderState.SENT if intent.state is OrderState.PENDING else intent.state
        marked.append(replace(intent, state=state, sent_ts=work.now, attempts=intent.attempts + 1))
    return marked


def _ask(kit: Kit, broker: Broker, account_id: str, batch: list[Intent]) -> tuple[list[Intent], list[Outcome | None]]:
    """The answers to one account's requests; None for what provably never left.

    What was too early waits by itself: there may be allowance for what is more urgent.
    """
    cancels = [intent for intent in batch if intent.action is Action.CANCEL]
    places = [intent for intent in batch if intent.action is Action.PLACE]
    outcomes: list[Outcome | None] = []
    now, failed = kit.clock.now_ts(), False
    for part in (cancels, places):
        try:
            if failed or not part:
                replies: Sequence[Outcome | None] = [None] * len(part)
            elif part is cancels:
                replies = broker.cancel([cancellation(intent.request) for intent in part])
            else:
                replies = broker.place([placement(intent.request) for intent in part])
        except Throttled as why:
            replies = [later(why)] * len(part)
        except Unavailable:
            replies, failed = [None] * len(part), True
        except Unknown as error:
            replies = [Unclear(error.message)] * len(part)
        if len(replies) != len(part):
            replies = [Unclear(f"{len(replies)} answers to {len(part)} requests")] * len(part)
        outcomes += replies
    if failed:
        kit.patience.failed(account_id, now)
    else:
        kit.patience.answered(account_id)
    return [*cancels, *places], outcomes


def answer(kit: Kit, work: Work, intent: Intent, outcome: Outcome | None) -> None:
    """What an answer means for an intent that was sent; None: it never left."""
    if intent.action is Action.CANCEL:
        _answer_cancel(kit, work, intent, outcome)
    elif intent.state is OrderState.UNKNOWN:
        _answer_again(kit, work, intent, outcome)
    elif isinstance(outcome, Accepted):
        work.change(intent, OrderState.OPEN, venue_order_id=outcome.venue_order_id)
    elif isinstance(outcome, Unclear) or (isinstance(outcome, Rejected) and outcome.code is RejectCode.DUPLICATE):
        why = outcome.reason if isinstance(outcome, Unclear) else "the venue has an order of this id"
        work.change(intent, OrderState.UNKNOWN, next_ts=work.now + kit.policy.backoff(1), why=why)
    elif outcome is None or outcome.code is RejectCode.RATE_LIMIT:
        wait = max(kit.policy.backoff(intent.attempts), outcome.retry_after_ms if outcome else 0)
        next_ts = min(work.now + wait, intent.expires_ts)
        work.change(intent, OrderState.PENDING, next_ts=next_ts, why="it never left")
    else:
        why = f"{outcome.code} {outcome.message}".strip()
        again = outcome.code in _AGAIN and try_again(kit, work, intent, why)
        work.change(intent, OrderState.REFUSED, why=why, silent=again)
        if outcome.code is RejectCode.NOT_ALLOWED and not intent.request.get("reduce_only"):
            _pause(work, intent, why)


def _pause(work: Work, intent: Intent, why: str) -> None:
    """What is not allowed now is not allowed at the next bar either: its run waits until a person has looked."""
    pausing = update(runs).where(runs.c.run_id == intent.run_id, runs.c.wanted == Wanted.ACTIVE)
    work.conn.execute(pausing.values(wanted=Wanted.PAUSED, asked=1, reason=f"an entry was refused: {why}"))


def _answer_again(kit: Kit, work: Work, intent: Intent, outcome: Outcome | None) -> None:
    """Only a yes tells anything: a refusal of the second copy does not prove that the first is not on its way."""
    if isinstance(outcome, Accepted):
        work.change(intent, OrderState.OPEN, venue_order_id=outcome.venue_order_id)
    else:
        wait = kit.policy.backoff(intent.attempts)
        work.keep(intent, next_ts=work.now + wait, not_found=intent.not_found, error=intent.error)


def _answer_cancel(kit: Kit, work: Work, intent: Intent, outcome: Outcome | None) -> None:
    """A cancellation is done when the order cannot work any more; asking twice harms nobody."""
    target = work.intent(intent.client_id)
    gone = isinstance(outcome, Accepted) or (isinstance(outcome, Rejected) and outcome.code is RejectCode.NO_SUCH_ORDER)
    if gone and (target is None or target.state not in intents.UNRESOLVED):
        work.change(intent, OrderState.CANCELED)
        return
    # Also when the venue knows no such order, but the order itself may still arrive.
    wait = kit.policy.backoff(intent.attempts)
    if isinstance(outcome, Rejected):
        wait = max(wait, outcome.retry_after_ms)
    if intent.state is OrderState.SENT:
        work.change(intent, OrderState.PENDING, next_ts=work.now + wait)
    else:
        work.keep(intent, next_ts=work.now + wait)
