"""Unknown orders are looked for until there is evidence: the venue shows them, or they provably never landed."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.errors import Unavailable, Unknown
from paddock.core.orders import TERMINAL, OrderState
from paddock.journal import intents
from paddock.journal.facts import OrderChanged
from paddock.journal.fences import Fence
from paddock.journal.intents import Action, Intent
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.record import cancel
from paddock.runtime.retry import try_again
from paddock.runtime.wants import derived, number_of
from paddock.venues.broker import VenueOrder


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The venue did not say."""


Seen = VenueOrder | NoAnswer | None


def resolve(kit: Kit, fence: Fence | None) -> None:
    """Ask once for each unknown order whose time has come, and write down what that proves.

    What was marked as sent by a worker that died is unknown too. An order that is not found waits until its request
    has expired (where the venue deduplicates it is sent again, byte for byte, in the meantime). One that somebody asked
    to end is neither sent again nor tried again: it would be there after all.
    """
    now, accounts = kit.clock.now_ts(), sorted(kit.brokers)
    with kit.database.read() as conn:
        questions = [one for one in intents.unresolved(conn, accounts) if one.next_ts <= now]
    if not questions:
        return
    seen = {one.intent_id: find(kit, one) for one in questions if one.action is Action.PLACE}
    with kit.work(fence) as work:
        work.know(intents.get(work.conn, [name for one in questions for name in (one.intent_id, one.client_id)]))
        given_up = intents.given_up(work.conn, [one.client_id for one in questions if one.action is Action.PLACE])
        for question in questions:
            if question.state is OrderState.SENT:
                work.change(question, OrderState.UNKNOWN, why="it was about to leave when its worker stopped")
            intent = work.intent(question.intent_id) or question
            if intent.action is Action.CANCEL:
                _settle_cancel(kit, work, intent)
            else:
                _conclude(kit, work, intent, seen[intent.intent_id], wanted=intent.client_id not in given_up)


def find(kit: Kit, intent: Intent) -> Seen:
    """The order as the venue has it now, if it answers."""
    account_id, now = intent.account_id, kit.clock.now_ts()
    if not kit.patience.readable([account_id], now):
        return NoAnswer()
    try:
        found = kit.brokers[account_id].find(account_id, intent.client_id)
    except (Unavailable, Unknown) as why:
        kit.patience.unread(account_id, now, why)
        return NoAnswer()
    kit.patience.told(account_id)
    return found


def _conclude(kit: Kit, work: Work, intent: Intent, seen: Seen, *, wanted: bool) -> None:
    """What an answer proves about an unknown order."""
    policy = kit.policy
    proven_ts = intent.expires_ts + policy.skew_ms
    if isinstance(seen, VenueOrder):
        work.change(intent, seen.state, venue_order_id=seen.venue_order_id)
    elif isinstance(seen, NoAnswer):
        _wait(work, intent, work.now + policy.backoff(1), policy.alert_ms)
    elif work.now >= proven_ts and intent.not_found + 1 >= policy.not_found:
        why = f"not found {policy.not_found} times after it had expired"
        again = wanted and try_again(kit, work, intent, why)
        work.change(intent, OrderState.NEVER_LANDED, why=why, silent=again)
    elif work.now >= proven_ts:
        work.keep(intent, next_ts=work.now + policy.retry_ms, not_found=intent.not_found + 1, error=intent.error)
    elif wanted and kit.brokers[intent.account_id].capabilities.dedups and work.now < intent.expires_ts:
        work.keep(intent, next_ts=work.now, error=intent.error)
        work.queue(intent.intent_id)
    else:
        # The longer it is missing, the less often it is asked for; but once more when it can no longer arrive.
        wait = min(max(work.now - intent.sent_ts, policy.retry_ms), policy.retry_most_ms)
        _wait(work, intent, min(work.now + wait, proven_ts), policy.alert_ms)


def _wait(work: Work, intent: Intent, next_ts: int, alert_ms: int) -> None:
    """Ask again later; once, when it has lasted too long, say so."""
    note = f"unknown for more than {alert_ms} ms"
    if work.now - intent.sent_ts >= alert_ms and intent.error != note:
        work.tell(OrderChanged(intent.run_id, intent.intent_id, OrderState.UNKNOWN, note=note))
        work.keep(intent, next_ts=next_ts, not_found=intent.not_found, error=note)
    else:
        work.keep(intent, next_ts=next_ts, not_found=intent.not_found, error=intent.error)


def _settle_cancel(kit: Kit, work: Work, intent: Intent) -> None:
    """To cancel twice harms nobody, so a cancellation is simply sent again until its order has ended."""
    target = work.intent(intent.client_id)
    if target is None or target.state in TERMINAL:
        work.change(intent, OrderState.CANCELED, why="the order had ended")
    elif work.now < intent.expires_ts:
        work.keep(intent, next_ts=work.now)
        work.queue(intent.intent_id)
    else:
        work.change(intent, OrderState.EXPIRED, why="no answer in time")
        cancel(kit, work, target, intent.decision, derived(intent.leg, number_of(intent.leg) + 1))
