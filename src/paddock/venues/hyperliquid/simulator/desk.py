"""Answers `/exchange`: reads an action, finds who signed it, judges its number and its time, does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from paddock.core.errors import Invalid
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator import money, said, settings, trading
from paddock.venues.hyperliquid.simulator.allowances import BATCH_WEIGHT, STALE_COST
from paddock.venues.hyperliquid.simulator.answers import MALFORMED, Answer, Err, Ok
from paddock.venues.hyperliquid.simulator.signed import NotSigned, Signed, read
from paddock.venues.hyperliquid.simulator.venue import Venue

Run = Callable[[Venue, Signed, Any], Ok | Err]


@dataclass(frozen=True, slots=True)
class Action:
    """How one type of action is read and done. `items` names its list, each item of which counts for itself."""

    shape: type[said.Said]
    run: Run
    items: str = ""
    cancels: bool = False


ACTIONS: Final[Mapping[str, Action]] = {
    "order": Action(said.Place, trading.place, "orders"),
    "cancel": Action(said.Cancel, trading.cancel, "cancels", cancels=True),
    "cancelByCloid": Action(said.CancelByCloid, trading.cancel_by_cloid, "cancels", cancels=True),
    "modify": Action(said.Modify, trading.modify),
    "batchModify": Action(said.BatchModify, trading.batch_modify, "modifies"),
    "twapOrder": Action(said.PlaceTwap, trading.place_twap),
    "twapCancel": Action(said.CancelTwap, trading.cancel_twap, cancels=True),
    "scheduleCancel": Action(said.ScheduleCancel, settings.schedule_cancel, cancels=True),
    "updateLeverage": Action(said.UpdateLeverage, settings.update_leverage),
    "updateIsolatedMargin": Action(said.UpdateIsolatedMargin, settings.update_isolated_margin),
    "topUpIsolatedOnlyMargin": Action(said.TopUpIsolated, settings.top_up_isolated),
    "reserveRequestWeight": Action(said.ReserveWeight, settings.reserve_weight),
    "setReferrer": Action(said.Referrer, settings.set_referrer),
    "registerReferrer": Action(said.Referrer, settings.nothing),
    "agentSetAbstraction": Action(said.SetAbstraction, settings.set_abstraction),
    "evmUserModify": Action(said.Nothing, settings.nothing),
    "noop": Action(said.Nothing, settings.nothing),
    "createSubAccount": Action(said.CreateSub, money.create_sub),
    "subAccountTransfer": Action(said.MoveSub, money.move_sub),
    "vaultTransfer": Action(said.VaultMove, money.move_vault),
    "approveAgent": Action(said.ApproveAgent, money.approve_agent),
    "approveBuilderFee": Action(said.ApproveBuilderFee, money.approve_builder_fee),
    "usdSend": Action(said.UsdSend, money.usd_send),
    "withdraw3": Action(said.UsdSend, money.withdraw),
    "usdClassTransfer": Action(said.ClassTransfer, money.class_transfer),
    "sendAsset": Action(said.SendAsset, money.send_asset),
    "spotSend": Action(said.Nothing, money.spot_send),
    "userSetAbstraction": Action(said.UserSetAbstraction, money.user_abstraction),
}


def weight(body: Mapping[str, Any]) -> int:
    """What an action takes of an IP address's allowance."""
    action = body.get("action")
    kind = ACTIONS.get(str(action.get("type"))) if isinstance(action, dict) else None
    return 1 + (_items(kind, action) // BATCH_WEIGHT if kind is not None and isinstance(action, dict) else 0)


def answer(venue: Venue, body: Mapping[str, Any]) -> Answer:
    """Of one signed action, over HTTP or posted over the socket."""
    try:
        envelope = said.Envelope.model_validate(body)
        kind = ACTIONS.get(envelope.action.get("type", ""))
        if kind is None:
            return MALFORMED
        asked = kind.shape.model_validate(envelope.action)
        signed = read(venue, envelope)
    except (ValidationError, Invalid, TypeError):
        return MALFORMED
    except NotSigned as why:
        return Answer(value=Err(str(why)).wire)
    refused = _refuse(venue, envelope, signed, cancels=kind.cancels)
    if refused is not None:
        return Answer(value=refused.wire)
    venue.nonces.use(signed.signer, envelope.nonce)
    result = kind.run(venue, signed, asked)
    if isinstance(result, Ok):
        venue.allowances.charge(signed.user, _items(kind, envelope.action))
    venue.catch_up()
    return Answer(value=result.wire)


def _items(kind: Action, action: Mapping[str, Any]) -> int:
    listed = action.get(kind.items) if kind.items else None
    return max(len(listed), 1) if isinstance(listed, list) else 1


def _refuse(venue: Venue, envelope: said.Envelope, signed: Signed, *, cancels: bool) -> Err | None:
    """What stands against an action before it is looked at; an expired one costs, and leaves its number unused."""
    now_ts, payer = venue.time_by(envelope.nonce), signed.user
    number = venue.nonces.refuse(signed.signer, envelope.nonce, now_ts)
    if number is not None:
        return Err(number)
    if envelope.expires_after is not None and now_ts > envelope.expires_after:
        venue.allowances.charge(payer, STALE_COST)
        return Err(Text.EXPIRED.format(expires_ts=envelope.expires_after))
    volume = venue.exchange.fees(payer).volume
    spent = venue.allowances.refuse(payer, volume, venue.wall.now_ts(), cancels=cancels)
    return None if spent is None else Err(spent)
