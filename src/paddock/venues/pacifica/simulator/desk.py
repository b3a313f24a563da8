"""Answers signed requests: finds the operation of a path, verifies who asks, does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from paddock.venues.pacifica.codec.operations import Draft
from paddock.venues.pacifica.codec.verification import Authentic, Fault, authenticate, verifies
from paddock.venues.pacifica.simulator import said, settings, trading
from paddock.venues.pacifica.simulator.allowances import CALL, CANCEL
from paddock.venues.pacifica.simulator.answers import (
    NO_ACCOUNT,
    NOT_AUTHORIZED,
    UNREADABLE,
    UNSUPPORTED,
    VERIFICATION,
    Answer,
    bad,
)
from paddock.venues.pacifica.simulator.members import Member
from paddock.venues.pacifica.simulator.trading import NotTaken
from paddock.venues.pacifica.simulator.venue import Venue

BATCH_PATH: Final = "/orders/batch"
SUBACCOUNT_PATH: Final = "/account/subaccount/create"
BAD_BATCH: Final = bad("Invalid batch operation parameters")

Run = Callable[[Venue, Member, Any], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """`signed_as`: the type that is signed. `bumped`: the speed bump holds it, unless its `tif` says otherwise."""

    signed_as: str
    shape: type[BaseModel]
    run: Run
    cost: int = CALL
    bumped: bool = False


def _refuse(_: Venue, __: Member, ___: said.Anything) -> Answer:
    """Nobody moves money here."""
    return UNSUPPORTED


OPERATIONS: Final[Mapping[str, Operation]] = {
    "/orders/create": Operation("create_order", said.Create, trading.create, bumped=True),
    "/orders/create_market": Operation("create_market_order", said.CreateMarket, trading.create_market, bumped=True),
    "/orders/stop/create": Operation("create_stop_order", said.CreateStop, trading.create_stop),
    "/positions/tpsl": Operation("set_position_tpsl", said.SetLevels, trading.set_levels),
    "/orders/edit": Operation("edit_order", said.Edit, trading.edit),
    "/orders/cancel": Operation("cancel_order", said.ByRef, trading.cancel, CANCEL),
    "/orders/stop/cancel": Operation("cancel_stop_order", said.ByRef, trading.cancel_stop, CANCEL),
    "/orders/cancel_all": Operation("cancel_all_orders", said.CancelAll, trading.cancel_all, CANCEL),
    "/orders/twap/create": Operation("create_twap_order", said.CreateTwap, trading.create_twap),
    "/orders/twap/cancel": Operation("cancel_twap_order", said.ByRef, trading.cancel_twap, CANCEL),
    "/account/leverage": Operation("update_leverage", said.SetLeverage, settings.set_leverage),
    "/account/margin": Operation("update_margin_mode", said.SetMarginMode, settings.set_margin_mode),
    "/positions/add_isolated_margin": Operation("add_isolated_margin", said.AddMargin, settings.add_margin),
    "/agent/bind": Operation("bind_agent_wallet", said.Agent, settings.bind_agent),
    "/agent/revoke": Operation("revoke_agent_wallet", said.Agent, settings.revoke_agent),
    "/agent/list": Operation("list_agent_wallets", said.Empty, settings.list_agents),
    "/agent/revoke_all": Operation("revoke_all_agent_wallets", said.Empty, settings.revoke_all_agents),
    "/account/builder_codes/approve": Operation("approve_builder_code", said.ApproveBuilder, settings.approve_builder),
    "/account/builder_codes/revoke": Operation("revoke_builder_code", said.RevokeBuilder, settings.revoke_builder),
    "/account/api_keys/create": Operation("create_api_key", said.Empty, settings.create_key),
    "/account/api_keys": Operation("list_api_keys", said.Empty, settings.list_keys),
    "/account/api_keys/revoke": Operation("revoke_api_key", said.RevokeKey, settings.revoke_key),
    "/agent/ip_whitelist/list": Operation("list_agent_ip_whitelist", said.Anything, _refuse),
    "/agent/ip_whitelist/add": Operation("add_agent_whitelisted_ip", said.Anything, _refuse),
    "/agent/ip_whitelist/remove": Operation("remove_agent_whitelisted_ip", said.Anything, _refuse),
    "/agent/ip_whitelist/toggle": Operation("set_agent_ip_whitelist_enabled", said.Anything, _refuse),
    "/account/withdraw": Operation("withdraw", said.Anything, _refuse),
    "/account/spot_asset/withdraw": Operation("withdraw_spot_asset", said.Anything, _refuse),
    "/account/subaccount/list": Operation("list_subaccounts", said.Anything, _refuse),
    "/account/subaccount/transfer": Operation("transfer_funds", said.Anything, _refuse),
    "/account/subaccount/spot_asset/transfer": Operation("subaccount_spot_transfer", said.Anything, _refuse),
    "/account/settings/auto_lend_disabled": Operation("set_auto_lend_disabled", said.Anything, _refuse),
    "/account/settings/spot": Operation("update_account_spot_settings", said.Anything, _refuse),
    "/lake/create": Operation("create_lake", said.Anything, _refuse),
    "/lake/deposit": Operation("deposit_to_lake", said.Anything, _refuse),
    "/lake/withdraw": Operation("withdraw_from_lake", said.Anything, _refuse),
}
_IN_BATCH: Final = {
    "Create": "/orders/create",
    "CreateMarket": "/orders/create_market",
    "Cancel": "/orders/cancel",
    "Edit": "/orders/edit",
    "SetPositionTpsl": "/positions/tpsl",
    "CancelStopOrder": "/orders/stop/cancel",
}
_UNBUMPED: Final = frozenset({"ALO", "TOB"})


def knows(path: str) -> bool:
    return path in OPERATIONS or path in {BATCH_PATH, SUBACCOUNT_PATH}


def cost(path: str) -> int:
    """In tenths of a credit."""
    return OPERATIONS[path].cost if path in OPERATIONS else CALL


def bumped(path: str, body: Mapping[str, Any]) -> bool:
    """Whether the speed bump holds a request; a batch, if it holds any of its own."""
    if path == BATCH_PATH:
        actions = body.get("actions")
        rows = [row for row in actions if isinstance(row, dict)] if isinstance(actions, list) else []
        return any(bumped(_IN_BATCH.get(str(row.get("type")), ""), row.get("data") or {}) for row in rows)
    operation = OPERATIONS.get(path)
    return operation is not None and operation.bumped and body.get("tif") not in _UNBUMPED


def answer(venue: Venue, path: str, body: Mapping[str, Any], *, socket: bool = False) -> Answer:
    """Of one request, over HTTP or over the socket, where batches say more. KeyError for a path that is not known."""
    if path == BATCH_PATH:
        return _batch(venue, body, socket=socket)
    if path == SUBACCOUNT_PATH:
        return _subaccount(venue, body)
    operation = OPERATIONS[path]
    signed = authenticate(operation.signed_as, body, _time(venue, body.get("timestamp")))
    if isinstance(signed, Fault):
        return VERIFICATION if signed is Fault.VERIFICATION else bad(signed)
    member = _member(venue, signed)
    if isinstance(member, Answer):
        return member
    try:
        return operation.run(venue, member, operation.shape.model_validate(signed.draft.payload))
    except ValidationError:
        return UNREADABLE
    except NotTaken as why:
        return why.answer


def _time(venue: Venue, stamp: object) -> int:
    return venue.time_by(stamp) if type(stamp) is int else venue.wall.now_ts()


def _member(venue: Venue, signed: Authentic) -> Member | Answer:
    member = venue.members.get(signed.account)
    if member is None:
        return NO_ACCOUNT
    return NOT_AUTHORIZED if signed.agent and signed.agent not in member.agents else member


def _batch(venue: Venue, body: Mapping[str, Any], *, socket: bool) -> Answer:
    """Each element is signed by itself; one failure does not stop the rest."""
    try:
        batch = said.Batch.model_validate(body)
    except ValidationError:
        return BAD_BATCH
    show = _heard if socket else _told
    return Answer({"results": [show(answer(venue, _IN_BATCH[one.type], one.data), one) for one in batch.actions]})


def _told(answered: Answer, action: said.Action) -> dict[str, Any]:
    """An element's result over HTTP: those that get an id tell it, a refusal tells its text."""
    if not answered.ok:
        return {"success": False, "error": answered.error}
    booked = answered.data or {}
    if action.type in {"Create", "CreateMarket", "Edit"}:
        return {"success": True, "order_id": booked.get("order_id"), "error": None}
    return {"success": True}


def _heard(answered: Answer, action: said.Action) -> dict[str, Any]:
    """The same over the socket, which names the order."""
    if not answered.ok:
        return {"success": False, "error": answered.error}
    booked, asked = answered.data or {}, action.data
    named = {"client_order_id": asked["client_order_id"]} if asked.get("client_order_id") else {}
    return {
        "success": True,
        "order_id": booked.get("order_id", asked.get("order_id")),
        **named,
        "symbol": asked.get("symbol"),
    }


def _subaccount(venue: Venue, body: Mapping[str, Any]) -> Answer:
    """Both signatures are checked; then it is refused, as whatever would hold money elsewhere."""
    try:
        two = said.TwoStep.model_validate(body)
    except ValidationError:
        return UNREADABLE
    first = Draft("subaccount_initiate", {"account": two.main_account}, two.timestamp, two.expiry_window)
    second = Draft("subaccount_confirm", {"signature": two.sub_signature}, two.timestamp, two.expiry_window)
    if not two.timestamp <= _time(venue, two.timestamp) <= two.timestamp + two.expiry_window:
        return bad(Fault.MESSAGE)
    good = verifies(two.subaccount, two.sub_signature, first.message) and verifies(
        two.main_account, two.main_signature, second.message
    )
    return UNSUPPORTED if good else VERIFICATION
