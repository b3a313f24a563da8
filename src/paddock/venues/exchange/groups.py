"""Orders that belong together: children wait for their parent's fill, and one's fill ends its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paddock.core.orders import Side
from paddock.venues.exchange import admission, entering, life
from paddock.venues.exchange.accounts import Holding
from paddock.venues.exchange.events import CancelReason
from paddock.venues.exchange.orders import Order, Status
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.requests import Request
from paddock.venues.exchange.rules import Children
from paddock.venues.exchange.state import State


@dataclass(slots=True, eq=False)
class Group:
    """Without a parent the children are triggers of a position that is already there.

    `carried`: lots that filled of earlier orders in the parent's place.
    """

    parent: Order | None
    children: list[Order]
    carried: int = 0


def submit_bracket(state: State, entry: Request, children: Sequence[Request]) -> list[Order]:
    """The entry's order, then its children's."""
    parent = life.make(state, entry)
    orders = [life.make(state, child) for child in children]
    refused = _misfit(state, orders, parent, Side(-entry.side))
    if refused is not None:
        _reject(state, [parent, *orders], refused)
        return [parent, *orders]
    refused = admission.refuse(state, parent)
    if refused is not None:
        life.reject(state, parent, refused)
        _reject(state, orders, Refused(Refusal.PARENT, parent.order_id))
        return [parent, *orders]
    parent.group = Group(parent, orders)
    life.accept(state, parent)
    for order in orders:
        order.group = parent.group
        life.accept(state, order)
        life.wait(state, order, Status.WAITING_FILL)
    if entry.trigger is not None:
        life.wait(state, parent, Status.WAITING_TRIGGER)
    else:
        entering.execute(state, parent)
    return [parent, *orders]


def submit_siblings(state: State, children: Sequence[Request]) -> list[Order]:
    """Each is refused by itself, unless one does not belong: then all are."""
    orders = [life.make(state, child) for child in children]
    misfit = _misfit(state, orders, orders[0], children[0].side) if orders else None
    group = Group(None, [])
    for order in orders:
        refused = misfit or admission.refuse(state, order)
        if refused is not None:
            life.reject(state, order, refused)
            continue
        group.children.append(order)
        order.group = group
        life.accept(state, order)
        life.wait(state, order, Status.WAITING_TRIGGER)
    return orders


def replace(state: State, old: Order, request: Request) -> Order:
    """Enter `request` in the place that `old`, already cancelled as modified, had in its group."""
    group, old.group = old.group, None
    named = old.account.client_ids
    if named.get(request.client_id) is old:
        del named[request.client_id]
    if group is None:
        return entering.enter(state, request)
    order = life.make(state, request)
    refused = admission.refuse(state, order)
    if refused is not None:
        life.reject(state, order, refused)
    else:
        life.accept(state, order)
    order.group = group
    if group.parent is old:
        group.parent = order
        group.carried += old.filled
    else:
        group.children[group.children.index(old)] = order
    if refused is not None:
        state.followed.append(order)
    elif order is not group.parent and group.parent is not None and not group.parent.ended:
        life.wait(state, order, Status.WAITING_FILL)
        state.followed.append(group.parent)
    elif request.trigger is not None:
        life.wait(state, order, Status.WAITING_TRIGGER)
    else:
        entering.execute(state, order)
    return order


def follow(state: State) -> None:
    """Do what the changes of grouped orders ask of their relatives."""
    while state.followed:
        order = state.followed.popleft()
        group = order.group
        if group is None:
            continue
        if order is group.parent:
            _follow_parent(state, order, group)
        elif order.status is Status.FILLED:
            _cancel(state, group.children, CancelReason.SIBLING_FILLED)


def leave_position(state: State, holding: Holding) -> None:
    """Cancel the triggers that belong to a position which is gone; those of an entry at work stay."""
    for order in list(holding.attached.values()):
        parent = order.group.parent if order.group is not None else None
        if order.sign * holding.lots >= 0 and (parent is None or parent.ended):
            life.cancel(state, order, CancelReason.REDUCE_ONLY)


def _misfit(state: State, children: Sequence[Order], relative: Order, side: Side) -> Refused | None:
    """The first that is not a reduce-only trigger of the relative's position on `side`, or is wrong by itself."""
    for index, order in enumerate(children):
        child = order.asked
        belongs = order.holding is relative.holding and child.side is side
        if not (belongs and child.reduce_only and child.trigger is not None):
            return Refused(Refusal.GROUP, index)
        refused = admission.malformed(state, child) or admission.refuse_account(state, order)
        if refused is not None:
            return refused
    return None


def _reject(state: State, orders: Sequence[Order], refused: Refused) -> None:
    for order in orders:
        life.reject(state, order, refused)


def _follow_parent(state: State, parent: Order, group: Group) -> None:
    if state.rules.children is Children.SCALED:
        if parent.filled or group.carried:
            for child in group.children:
                _scale(state, child, parent, group.carried)
        elif parent.ended:
            _cancel(state, group.children, CancelReason.PARENT)
    elif parent.status is Status.FILLED or (parent.filled and parent.reason is CancelReason.MARGIN):
        for child in group.children:
            _place(state, child)
    elif parent.ended:
        _cancel(state, group.children, CancelReason.PARENT)
    if parent.ended:
        state.moved[parent.holding] = None


def _scale(state: State, child: Order, parent: Order, carried: int) -> None:
    """Size a child that has not fired by the part of its parent that has filled."""
    if child.ended or child.fired:
        return
    lot = child.market.contract.lot
    lots = child.asked.lots * (carried + parent.filled) // (carried + parent.lots) // lot * lot
    if not lots and child.asked.lots:
        return
    if child.status is Status.WAITING_FILL:
        child.lots = lots
        _place(state, child)
    elif lots != child.lots:
        life.resize(state, child, lots)


def _place(state: State, child: Order) -> None:
    if child.status is Status.WAITING_FILL:
        life.wait(state, child, Status.WAITING_TRIGGER)


def _cancel(state: State, orders: Sequence[Order], reason: CancelReason) -> None:
    for order in orders:
        if not order.ended:
            life.cancel(state, order, reason)
