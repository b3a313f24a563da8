"""Values that tests of the journal start from."""

from __future__ import annotations

from dataclasses import replace

from paddock.journal.facts import FillBooked, FundingBooked, OrderIntended
from paddock.journal.intents import Action, Intent, intent_id


def intent(decision: int, leg: int = 0, **changed) -> Intent:
    """A leg that places an order, of run r1 on account a1."""
    name = intent_id("r1", decision, leg)
    made = Intent(
        name,
        "r1",
        "a1",
        decision,
        leg,
        Action.PLACE,
        name,
        {"symbol": "BTC", "lots": 5, "px": 0.1},
        decided_ts=1000,
        expires_ts=31_000,
    )
    return replace(made, **changed)


def intended(number: int, **changed) -> OrderIntended:
    made = OrderIntended("r1", "a1", f"i{number}", number, 0, "BTC", 0, 1, 10, 0.0, False, 0)
    return replace(made, **changed)


def fill(name: str, ts: int, side: int, lots: int, px: float, **changed) -> FillBooked:
    made = FillBooked("r1", "a1", name, "i1", "paper", "BTC", 2, 3, 0, side, lots, px, 100, False, ts)
    return replace(made, **changed)


def funding(name: str, ts: int, amount: int, **changed) -> FundingBooked:
    return replace(FundingBooked("r1", "a1", name, "paper", "BTC", 2, 3, amount, ts), **changed)
