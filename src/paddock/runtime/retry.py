"""An exit that did not get through is tried again, as another order, until it fills or there is nothing to leave."""

from __future__ import annotations

from dataclasses import replace

from paddock.core.orders import OrderKind
from paddock.journal.intents import Action, Intent, intent_id
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.requests import placement, to_json
from paddock.runtime.wants import ROUND, derived, number_of


def try_again(kit: Kit, work: Work, intent: Intent, why: str, *, lots: int = 0) -> bool:
    """Put another order in the place of a market exit, for `lots` (0: all of it), after a wait that grows.

    False where that is not for the desk: an entry is decided anew by its run, a resting exit too.
    """
    order = placement(intent.request)
    if not order.reduce_only or order.kind is not OrderKind.MARKET:
        return False
    number = number_of(intent.leg) + 1
    leg = derived(intent.leg, number)
    next_ts = work.now + kit.policy.backoff(number % ROUND)
    name = intent_id(intent.run_id, intent.decision, leg)
    expires_ts = next_ts + kit.policy.valid_ms
    again = replace(order, client_id=name, lots=lots or order.lots, sent_ts=next_ts, expires_ts=expires_ts)
    work.intend(
        Intent(
            name,
            intent.run_id,
            intent.account_id,
            intent.decision,
            leg,
            Action.PLACE,
            name,
            to_json(again),
            work.now,
            expires_ts,
            next_ts=next_ts,
            error=why,
        ),
        reason=work.reason_of(intent),
    )
    return True
