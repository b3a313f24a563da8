"""What the simulation is worth: without any one of the rules that keep money whole, it fails, and says by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from paddock.core.errors import PaddockError
from paddock.journal import fences, intents
from paddock.journal.intents import Action
from paddock.runtime import dispatch, fills, protection
from paddock.venues.broker import Capabilities
from tests.simulation import simulate as simulation
from tests.simulation.options import Options, options_of
from tests.simulation.simulate import fast_folder, play

SEEDS = range(1, 21)
BARS = 12
PLAIN = Capabilities(relative_brackets=False, attached_brackets=False, dedups=True, netting=False)
UNSURE = replace(PLAIN, dedups=False)


@dataclass(frozen=True)
class Mutation:
    """`code` in the place of what `where` names takes a rule out; under these faults some seed `tells` of it: in one of
    these words, the empty one standing for whatever is wrong.
    """

    where: tuple[Any, str]
    code: Callable[..., Any]
    tells: tuple[str, ...]
    rates: dict[str, int]
    kinds: tuple[str, ...] = ("market", "closing")
    capabilities: Capabilities = PLAIN

    def options(self, seed: int) -> Options:
        chosen = {"rates": self.rates, "kinds": self.kinds, "capabilities": self.capabilities, "skew_ms": 0}
        return replace(options_of(seed, BARS), **chosen)


def send_and_then_mark(kit, fence) -> None:
    """What leaves is marked when the answers are written, not before."""
    with kit.work(fence) as work:
        leaving = dispatch._leaving(kit, work)
    if not leaving:
        return
    answers = [
        dispatch._ask(kit, kit.brokers[name], name, batch) for name, batch in dispatch.by_account(leaving).items()
    ]
    with kit.work(fence) as work:
        marked = {intent.intent_id: intent for intent in dispatch._mark(work, leaving)}
        work.know(intents.get(work.conn, [one.client_id for one in leaving if one.action is Action.CANCEL]))
        work.know(marked)
        for batch, outcomes in answers:
            for intent, outcome in zip(batch, outcomes, strict=True):
                dispatch.answer(kit, work, marked[intent.intent_id], outcome)


def cancel_and_then_place(guard, kind, side, px) -> None:
    """The old stop goes at once, whether or not the new one is there."""
    there = [intent for intent in guard._orders.levels if intent.request["kind"] == kind]
    right = [intent for intent in there if px > 0.0 and protection._is_at(intent, px, abs(guard._lots))]
    for intent in there:
        if intent not in right:
            guard._cancel(intent)
    if px > 0.0 and not right:
        guard._place(kind, side, px, protection._LEVELS[kind])


MUTATIONS = {
    "a fill counts once": Mutation(
        (fills, "_stored"), lambda *_: {}, tells=("believes in", "is quarantined"), rates={"repeat": 200}
    ),
    "an old fence is refused": Mutation((fences, "check"), lambda *_: None, tells=("",), rates={"nap": 20}),
    "what leaves is marked before": Mutation(
        (dispatch, "send"),
        send_and_then_mark,
        tells=("was booked 2 times",),
        rates={"unheard": 300, "stall": 600},
        capabilities=UNSURE,
    ),
    "the new stop is there before the old one goes": Mutation(
        (protection._Guard, "_move"),
        cancel_and_then_place,
        tells=("was the last stop of",),
        rates={"thin": 900},
        kinds=("limit", "market"),
    ),
}


def found(options: Options) -> str:
    """What the simulation has to say, in words; also an error that nothing in the program expects."""
    with fast_folder() as folder:
        try:
            return "; ".join(play(options, folder).broken)
        except (PaddockError, DBAPIError) as error:
            return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("rule", MUTATIONS)
def test_the_simulation_fails_without_the_rule_that(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    simulation.be_quiet()
    mutation = MUTATIONS[rule]
    for seed in SEEDS:
        options = mutation.options(seed)
        with monkeypatch.context() as without:
            without.setattr(*mutation.where, mutation.code)
            noticed = found(options)
        if noticed and any(sign in noticed for sign in mutation.tells):
            assert found(options) == "", f"seed {seed} fails with the rule, too"
            return
    raise AssertionError(f"no seed tells that this does not hold any more: {rule}")
