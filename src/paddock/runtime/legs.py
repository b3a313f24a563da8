"""From what a bar decided to what each run wants of the order desk: the legs of its decision, in order.

The order with the kernel's number `n` is leg `2 n`; whatever else a decision wants takes odd legs. So a leg names its
order in the run's books, whenever a fill of it comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from paddock.core.orders import OrderKind, OrderState, Side
from paddock.engine.state import NO_ORDER
from paddock.engine.told import (
    Decided,
    EndedOrder,
    EndReport,
    FillReport,
    Fired,
    FundingReport,
    Levels,
    Leverage,
    NewOrder,
    Refused,
    VenueReport,
)
from paddock.runtime.wants import AnyWant, Booked, CancelWant, Ended, Fact, Funded, ProtectWant, Role, Want
from paddock.venues.broker import SLICE_MS, Bracket

_KINDS = {
    Role.ENTRY: OrderKind.MARKET,  # which of an entry's kinds it was makes no difference to the books
    Role.EXIT: OrderKind.MARKET,
    Role.STOP: OrderKind.STOP,
    Role.TAKE: OrderKind.TAKE,
    Role.TRAIL: OrderKind.TRAIL,
    Role.LIQUIDATION: OrderKind.LIQUIDATION,
}


def leg_of(number: int) -> int:
    """The leg of the kernel's order `number`."""
    return 2 * number


def number_of(leg: int) -> int:
    """The kernel's order behind a leg; NO_ORDER for a leg that is no order of the kernel's."""
    return leg // 2 if leg >= 0 and leg % 2 == 0 else NO_ORDER


@dataclass(slots=True)
class Share:
    """One bot's part of what was decided at a bar."""

    fired: list[Fired] = field(default_factory=list)
    ended: list[EndedOrder] = field(default_factory=list)
    orders: list[NewOrder] = field(default_factory=list)
    levels: list[Levels] = field(default_factory=list)
    leverages: list[Leverage] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def acted(self) -> bool:
        """Whether there is anything to do; an entry that was refused is nothing."""
        return bool(self.orders or self.ended or self.levels or self.leverages)


def shares(*all_decided: Decided) -> dict[int, Share]:
    """What was decided, by bot; bots that decided nothing are not there."""
    found: defaultdict[int, Share] = defaultdict(Share)
    for decided in all_decided:
        for name in Share.__slots__:
            for one in getattr(decided, name):
                getattr(found[one.bot], name).append(one)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Numbered:
    """A decision of one run: who made it, and its number."""

    run_id: str
    account_id: str
    decision: int


def wants_of(
    share: Share,
    by: Numbered,
    intent_of: Callable[[int], str],
    close_of: Callable[[str], float],
    held: Callable[[str], int],
    bar_ms: int,
) -> list[AnyWant]:
    """Cancels first, then levels, then orders.

    `intent_of` gives the intent of an earlier order by its number, `close_of` a symbol's close, `held` its signed lots.
    A slice of a TWAP lasts a bar, `bar_ms`.
    """
    odd = iter(range(1, 2 * (len(share.ended) + len(share.levels)), 2))
    who = (by.run_id, by.account_id, by.decision)
    wants: list[AnyWant] = [
        CancelWant(*who, next(odd), order.symbol, intent_of(order.number)) for order in share.ended if not order.filled
    ]
    for levels in share.levels:
        lots = held(levels.symbol)
        if lots:
            wants.append(_protect(levels, who, next(odd), lots))
    return wants + [_want(order, who, close_of(order.symbol), bar_ms) for order in share.orders if order.live]


def _want(order: NewOrder, who: tuple[str, str, int], close: float, bar_ms: int) -> Want:
    return Want(
        *who,
        leg=leg_of(order.number),
        symbol=order.symbol,
        kind=order.kind,
        side=order.side,
        lots=order.lots,
        reason=order.reason,
        ref_px=order.px or close,
        px=order.px,
        tif=order.tif,
        reduce_only=not order.entry,
        leverage=order.leverage,
        bound_px=order.bound_px,
        slices=order.slices,
        slice_ms=bar_ms if order.kind is OrderKind.TWAP else SLICE_MS,
        cancel_ts=order.expire_ts,
        bracket=Bracket(
            stop_pct=order.stop_pct,
            stop_px=order.stop_px,
            trail_pct=order.trail_pct,
            take_pct=order.take_pct,
            take_px=order.take_px,
        ),
    )


def _protect(levels: Levels, who: tuple[str, str, int], leg: int, lots: int) -> ProtectWant:
    changed = {OrderKind.STOP: levels.stop, OrderKind.TAKE: levels.take, OrderKind.TRAIL: levels.trail}
    return ProtectWant(
        *who,
        leg=leg,
        symbol=levels.symbol,
        side=Side.BUY if lots > 0 else Side.SELL,
        lots=abs(lots),
        bracket=Bracket(
            stop_pct=levels.stop_pct,
            stop_px=levels.stop_px,
            trail_pct=levels.trail_pct,
            take_pct=levels.take_pct,
            take_px=levels.take_px,
        ),
        changed=frozenset(kind for kind, moved in changed.items() if moved),
    )


def report_of(fact: Fact, bot: int) -> VenueReport:
    """What the desk reports of a run, as its bot is told."""
    match fact:
        case Booked():
            ours = fact.role in (Role.ENTRY, Role.EXIT)
            return FillReport(
                bot=bot,
                symbol=fact.symbol,
                kind=_KINDS[fact.role],
                entry=fact.role is Role.ENTRY,
                side=fact.side,
                lots=fact.lots,
                px=fact.px,
                fee=fact.fee,
                maker=fact.maker,
                venue_ts=fact.venue_ts,
                number=number_of(fact.leg) if ours else NO_ORDER,
                within=fact.within,
            )
        case Funded():
            return FundingReport(bot, fact.symbol, fact.amount)
        case Ended():
            expired = fact.state is OrderState.EXPIRED
            return EndReport(bot, fact.symbol, fact.role is Role.ENTRY, number_of(fact.leg), expired)


def ends(facts: Iterable[Fact]) -> list[Ended]:
    """Those facts that end an order of the kernel's."""
    return [fact for fact in facts if isinstance(fact, Ended) and number_of(fact.leg) != NO_ORDER]
