"""From what runs want to intents that are durable: the last look before an order exists."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select, update

from paddock.core.orders import TERMINAL, OrderKind, OrderState, Reason, Side, Tif
from paddock.journal import intents
from paddock.journal.intents import Action, Intent, intent_id
from paddock.journal.kinds import EventKind
from paddock.journal.schema import insert_new
from paddock.runtime.desk_kit import Kit, Work
from paddock.runtime.desk_tables import desk_levels
from paddock.runtime.exposure import Exposure
from paddock.runtime.levels import stop_px, take_px
from paddock.runtime.quotes import unfit
from paddock.runtime.requests import to_json
from paddock.runtime.wants import (
    ROUND,
    STOP_LEG,
    TAKE_LEG,
    TRAIL_LEG,
    AnyWant,
    CancelWant,
    Ended,
    ProtectWant,
    Want,
    derived,
    number_of,
    origin,
    role_of,
)
from paddock.venues.broker import NO_BRACKET, Bracket, Cancellation, Capabilities, Placement
from paddock.venues.limits import breach


class Recorder:
    """Turns the wants of one batch into intents of one transaction, in their order."""

    def __init__(self, kit: Kit, work: Work, wants: Sequence[AnyWant]) -> None:
        self._kit, self._work = kit, work
        targets = [want.intent_id for want in wants if isinstance(want, CancelWant)]
        self._targets = intents.get(work.conn, targets)
        work.know(self._targets)
        netting = {account for account, broker in kit.brokers.items() if broker.capabilities.netting}
        entries = [want for want in wants if isinstance(want, Want) and want.account_id in netting]
        self._exposure = Exposure(work.conn, {want.account_id for want in entries if not want.reduce_only})

    def take(self, want: AnyWant) -> None:
        match want:
            case Want():
                self._order(want)
            case CancelWant():
                self._cancel(want)
            case ProtectWant():
                self._protect(want)

    def _order(self, want: Want) -> None:
        capabilities = self._kit.brokers[want.account_id].capabilities
        order = self._placement(want, capabilities)
        if why := self._unfit(want, order):
            self._refuse(want, order, why)
            return
        self._exposure.add(want)
        entry = self._intent(want, order.client_id, want.leg, order)
        self._work.intend(entry, int(want.reason))
        if order.bracket.stop_client_id and not capabilities.relative_brackets:
            self._carry(want, entry, order)

    def _unfit(self, want: Want, order: Placement) -> str:
        """Why the order must not leave; empty when it may."""
        instrument = self._kit.instruments.get(want.symbol)
        if instrument is None:
            return "symbol_not_traded"
        if not want.reduce_only and not (math.isfinite(want.ref_px) and want.ref_px > 0.0):
            return "price"
        if refused := breach(order, instrument, want.ref_px):
            return str(refused.code)
        if want.reduce_only:
            return ""
        if self._exposure.opposes(want):
            return "opposite_on_account"
        quotes = self._kit.quotes(want.account_id, want.symbol)
        return unfit(quotes, self._work.now, self._kit.policy)

    def _refuse(self, want: Want, order: Placement, why: str) -> None:
        role = role_of(want.kind, reduce_only=want.reduce_only)
        self._work.note(
            f"run:{want.run_id}",
            EventKind.ENTRY_REFUSED if not want.reduce_only else EventKind.ORDER_REFUSED,
            decision=want.decision,
            leg=want.leg,
            symbol=want.symbol,
            reason=why,
        )
        self._work.facts.append(
            Ended(
                want.run_id,
                want.account_id,
                want.symbol,
                role,
                order.client_id,
                want.decision,
                want.leg,
                OrderState.REFUSED,
                why,
            )
        )

    def _placement(self, want: Want, capabilities: Capabilities) -> Placement:
        now = self._work.now
        return Placement(
            client_id=intent_id(want.run_id, want.decision, want.leg),
            account_id=want.account_id,
            book=want.run_id,
            symbol=want.symbol,
            kind=want.kind,
            side=want.side,
            lots=want.lots,
            sent_ts=now,
            expires_ts=now + self._kit.policy.valid_ms,
            px=want.px,
            tif=want.tif,
            reduce_only=want.reduce_only,
            leverage=want.leverage,
            bound_px=want.bound_px,
            slices=want.slices,
            slice_ms=want.slice_ms,
            cancel_ts=want.cancel_ts,
            bracket=self._bracket(want, capabilities),
        )

    def _bracket(self, want: Want, capabilities: Capabilities) -> Bracket:
        """The bracket as it leaves. Levels without a client id stay here: the desk places them after the first fill."""
        bracket = want.bracket
        attached = capabilities.attached_brackets and want.kind is not OrderKind.TWAP  # no venue's TWAP carries levels
        if bracket == NO_BRACKET or not (capabilities.relative_brackets or attached):
            return bracket
        if not capabilities.relative_brackets:
            instrument, average = self._kit.instruments[want.symbol], want.px or want.ref_px
            bracket = replace(
                bracket,
                stop_px=stop_px(bracket, instrument, want.side, average),
                take_px=take_px(bracket, instrument, want.side, average),
            )
        stops = bracket.stop_pct or bracket.stop_px or bracket.trail_pct
        takes = bracket.take_pct or bracket.take_px
        return replace(
            bracket,
            stop_client_id=intent_id(want.run_id, want.decision, derived(want.leg, STOP_LEG)) if stops else "",
            take_client_id=intent_id(want.run_id, want.decision, derived(want.leg, TAKE_LEG)) if takes else "",
        )

    def _carry(self, want: Want, entry: Intent, order: Placement) -> None:
        """Levels that travel with their entry are orders of their own, which wait for its first fill."""
        bracket = order.bracket
        carried = [
            (bracket.stop_client_id, OrderKind.STOP, bracket.stop_px, STOP_LEG, Reason.STOP_LOSS),
            (bracket.take_client_id, OrderKind.TAKE, bracket.take_px, TAKE_LEG, Reason.TAKE_PROFIT),
        ]
        for client_id, kind, px, number, reason in carried:
            if client_id:
                level = replace(
                    order,
                    client_id=client_id,
                    kind=kind,
                    side=Side(-order.side),
                    px=px,
                    tif=Tif.GTC,
                    reduce_only=True,
                    bound_px=0.0,
                    slices=1,
                    cancel_ts=0,
                    bracket=NO_BRACKET,
                )
                child = self._intent(want, client_id, derived(want.leg, number), level)
                self._work.intend(replace(child, parent=entry.intent_id), int(reason))

    def _intent(self, want: Want | ProtectWant, client_id: str, leg: int, order: Placement) -> Intent:
        return Intent(
            client_id,
            want.run_id,
            want.account_id,
            want.decision,
            leg,
            Action.PLACE,
            client_id,
            to_json(order),
            self._work.now,
            order.expires_ts,
        )

    def _cancel(self, want: CancelWant) -> None:
        target = self._work.intent(want.intent_id)
        if target is None:
            return
        if target.state in TERMINAL:
            target = self._successor(target)
        if target is not None:
            cancel(self._kit, self._work, target, want.decision, want.leg, known=want.known)

    def _successor(self, target: Intent) -> Intent | None:
        """The desk's own try in the place of an exit that failed, while it works."""
        first = derived(target.leg, 0)
        table = intents.intents
        wanted = select(table.c.intent_id).where(
            table.c.run_id == target.run_id,
            table.c.decision == target.decision,
            table.c.leg > first,
            table.c.leg < derived(target.leg + 1, 0),
            table.c.parent == "",
            table.c.action == Action.PLACE,
            table.c.state.not_in(sorted(TERMINAL)),
        )
        found = intents.get(self._work.conn, list(self._work.conn.execute(wanted).scalars()))
        return next(iter(found.values()), None)

    def _protect(self, want: ProtectWant) -> None:
        if self._kit.brokers[want.account_id].capabilities.relative_brackets:
            self._relative(want)
            return
        guard(self._work, want.account_id, want.run_id, want.symbol, want.decision, want.leg, want.bracket)

    def _relative(self, want: ProtectWant) -> None:
        bracket, now = want.bracket, self._work.now
        wanted = {
            OrderKind.STOP: (bracket.stop_pct, bracket.stop_px, STOP_LEG, Reason.STOP_LOSS),
            OrderKind.TAKE: (bracket.take_pct, bracket.take_px, TAKE_LEG, Reason.TAKE_PROFIT),
            OrderKind.TRAIL: (bracket.trail_pct, 0.0, TRAIL_LEG, Reason.TRAILING_STOP),
        }
        for kind in sorted(want.changed):
            pct, px, number, reason = wanted[kind]
            leg = derived(want.leg, number)
            client_id = intent_id(want.run_id, want.decision, leg)
            order = Placement(
                client_id=client_id,
                account_id=want.account_id,
                book=want.run_id,
                symbol=want.symbol,
                kind=kind,
                side=Side(-want.side),
                lots=want.lots,
                sent_ts=now,
                expires_ts=now + self._kit.policy.valid_ms,
                px=px,
                pct=pct,
                reduce_only=True,
            )
            self._work.intend(self._intent(want, client_id, leg, order), int(reason))


def cancel(
    kit: Kit, work: Work, target: Intent, decision: int, leg: int, *, after: str = "", known: bool = True
) -> None:
    """End a working order: at once where it has not left, else by asking the venue (once intent `after` is there).

    `known`: the books need not be told of an end at once.
    """
    if target.state is OrderState.PENDING and not target.parent:
        work.change(target, OrderState.CANCELED, why="it had not left yet", silent=known)
        return
    name = intent_id(target.run_id, decision, leg)
    expires_ts = work.now + kit.policy.valid_ms
    symbol = str(target.request["symbol"])
    asked = Cancellation(target.client_id, target.account_id, symbol, work.now, expires_ts)
    work.intend(
        Intent(
            name,
            target.run_id,
            target.account_id,
            decision,
            leg,
            Action.CANCEL,
            target.client_id,
            to_json(asked),
            work.now,
            expires_ts,
            after=after,
        ),
        reason=-1,
    )


def guard(work: Work, account_id: str, run_id: str, symbol: str, decision: int, leg: int, bracket: Bracket) -> None:
    """From now on a run's position is to have these levels; their orders are legs derived from `leg`."""
    row = {"account_id": account_id, "run_id": run_id, "symbol": symbol}
    changed = {"decision": decision, "leg": leg, "number": 0, "bracket": to_json(bracket)}
    insert_new(work.conn, desk_levels, [row | changed | {"bare_ts": 0}])
    mine = [desk_levels.c[name] == value for name, value in row.items()]
    work.conn.execute(update(desk_levels).where(*mine).values(changed))


def guard_surplus(work: Work, entry: Intent) -> None:
    """A fill beyond an entry's size may open a position again that was left: it gets the levels of its entry.

    Where a position is guarded already nothing changes. Legs that the desk used for the entry are not used again.
    """
    order, leg, placed = work.order(entry), origin(entry.leg), intents.intents.c
    family = (placed.leg >= derived(leg, 0), placed.leg < derived(leg + 1, 0))
    used = select(func.max(placed.leg)).where(placed.run_id == entry.run_id, placed.decision == entry.decision, *family)
    last = work.conn.execute(used).scalar_one()
    row = {
        "account_id": entry.account_id,
        "run_id": entry.run_id,
        "symbol": order.symbol,
        "decision": entry.decision,
        "leg": leg,
        "number": 0 if last is None else number_of(last) // ROUND * ROUND,
        "bracket": to_json(order.bracket),
        "bare_ts": 0,
    }
    insert_new(work.conn, desk_levels, [row])
