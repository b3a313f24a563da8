"""What one bar decided, as it is written: decisions with their reasons, wants, counters and the states that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from paddock.core.time import interval_ms
from paddock.engine.told import Decided
from paddock.journal.events import Draft
from paddock.journal.facts import DecisionMade, draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.journal.schema import slices
from paddock.journal.tables import orders
from paddock.runtime.desk import OrderDesk
from paddock.runtime.kept import Kept, Member
from paddock.runtime.legs import Numbered, Share, leg_of, report_of, shares, wants_of
from paddock.runtime.reasons import because
from paddock.runtime.tables import runs
from paddock.runtime.wants import AnyWant
from paddock.strategy.expr import State, Test
from paddock.strategy.program import Action


class Record:
    """Writes one bar. `actions` are those that strategies outside took, by bot; `decided` holds what came of them."""

    def __init__(
        self,
        conn: Connection,
        kept: Kept,
        decided: Sequence[Decided],
        actions: Mapping[int, Sequence[Action]],
        closes: Mapping[str, float],
    ) -> None:
        self._conn, self._kept, self._decided, self._closes = conn, kept, decided[-1], closes
        self._actions = actions
        self._shares = {
            kept.members[bot].run.run_id: share
            for bot, share in shares(*decided).items()
            if not kept.members[bot].leaving
        }
        self._intents = self._intents_of()

    def write(self, desk: OrderDesk) -> None:
        """Write it all within the transaction."""
        kept, conn = self._kept, self._conn
        changed: dict[str, Member] = {member.run.run_id: member for member in kept.due()}
        drafts: list[Draft] = []
        wants: list[AnyWant] = []
        acted: list[Member] = []
        for member in kept.members:
            share = self._shares.get(member.run.run_id)
            if share is None and not member.refused:
                continue
            share = share or Share()
            drafts += self._refusals(member, share, changed)
            if share.acted:
                member.decision += 1
                acted.append(member)
                changed[member.run.run_id] = member
                drafts.append(self._made(member, share))
                wants += self._wants(member, share)
        record(conn, drafts)
        if acted:
            rows = [{"run": member.run.run_id, "number": member.decision} for member in acted]
            conn.execute(
                update(runs).where(runs.c.run_id == bindparam("run")).values(decision=bindparam("number")), rows
            )
        refused = desk.record(conn, wants) if wants else []
        if refused:
            kept.session.book([report_of(fact, kept.by_run[fact.run_id].bot) for fact in refused])
        kept.store(conn, changed.values())

    def _refusals(self, member: Member, share: Share, changed: dict[str, Member]) -> list[Draft]:
        """An entry that is refused again and again is told once."""
        refused = frozenset((one.symbol, one.reason.label) for one in share.refused)
        fresh = refused - member.refused
        if refused != member.refused:
            changed[member.run.run_id] = member
            member.refused = refused
        stream = f"run:{member.run.run_id}"
        return [
            Draft(stream, EventKind.ENTRY_REFUSED, self._decided.ts, {"symbol": symbol, "reason": reason})
            for symbol, reason in sorted(fresh)
        ]

    def _made(self, member: Member, share: Share) -> Draft:
        fact = DecisionMade(
            run_id=member.run.run_id,
            bar_ts=self._kept.last_ts,
            equity=int(self._decided.equity[member.bot]),
            cash=int(self._decided.cash[member.bot]),
            decision=member.decision,
            detail={"because": self._because(member, share), "refused": sorted(member.refused)},
        )
        return draft(fact, self._decided.ts)

    def _because(self, member: Member, share: Share) -> list[dict[str, Any]]:
        """The rules that fired, with each of their conditions; a reaction of the policy fires none."""
        session, bot = self._kept.session, member.bot

        def read(value: Any) -> float:
            return (
                session.position_state(bot, value.symbol, value.field)
                if isinstance(value, State)
                else session.value(value)
            )

        told: list[dict[str, Any]] = []
        for fired in share.fired:
            if bot in self._actions:
                action = self._actions[bot][fired.rule]
                told.append({"node": "", "symbol": fired.symbol, "action": action.kind.name.lower(), "conditions": []})
                continue
            rule = member.program.rules[fired.rule]

            def code(test: Test, clock: str = rule.action.symbol) -> int:
                return session.code(clock, test)

            conditions = [
                {
                    "sentence": one.sentence,
                    "verdict": one.verdict.label,
                    "values": [[name, value] for name, value in one.values],
                }
                for one in because(rule, read, code)
            ]
            told.append(
                {
                    "node": rule.node,
                    "symbol": fired.symbol,
                    "action": rule.action.kind.name.lower(),
                    "conditions": conditions,
                }
            )
        return told

    def _wants(self, member: Member, share: Share) -> list[AnyWant]:
        run = member.run
        return wants_of(
            share,
            Numbered(run.run_id, run.account_id, member.decision),
            lambda number: self._intents[run.run_id, leg_of(number)],
            lambda symbol: self._closes[symbol],
            lambda symbol: int(self._kept.session.slot(member.bot, symbol).lots),
            interval_ms(self._kept.session.interval),
        )

    def _intents_of(self) -> dict[tuple[str, int], str]:
        """The intents of the orders that this bar ended, by run and leg."""
        ended = {
            (run_id, leg_of(order.number))
            for run_id, share in self._shares.items()
            for order in share.ended
            if not order.filled
        }
        found: dict[tuple[str, int], str] = {}
        for part in slices(sorted({run_id for run_id, _ in ended})):
            legs = sorted({leg for run_id, leg in ended if run_id in part})
            wanted = select(orders.c.run_id, orders.c.leg, orders.c.intent_id).where(
                orders.c.run_id.in_(part), orders.c.leg.in_(legs)
            )
            found.update({(run_id, leg): name for run_id, leg, name in self._conn.execute(wanted)})
        return found
