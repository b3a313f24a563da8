"""What may be asked of Pacifica under signature, and the exact bytes that are signed for it.

Each operation has a type, which is signed, and a path. A body holds the operation's own fields, which are signed as
`data`, beside those that only authenticate. `agent_wallet` is of the second kind where an agent signs, but of the
first where an agent is what the request is about.

Operations that take money out, or move it between accounts, are not in this table on purpose (see the package).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from paddock.venues.pacifica.codec.reading import Said, Text, Ts, decoded, one


class Op(StrEnum):
    """The operations that we ask for, by the type that is signed."""

    CREATE_ORDER = "create_order"
    CREATE_MARKET_ORDER = "create_market_order"
    CREATE_STOP_ORDER = "create_stop_order"
    SET_POSITION_TPSL = "set_position_tpsl"
    EDIT_ORDER = "edit_order"
    CANCEL_ORDER = "cancel_order"
    CANCEL_STOP_ORDER = "cancel_stop_order"
    CANCEL_ALL_ORDERS = "cancel_all_orders"
    CREATE_TWAP_ORDER = "create_twap_order"
    CANCEL_TWAP_ORDER = "cancel_twap_order"
    UPDATE_LEVERAGE = "update_leverage"
    UPDATE_MARGIN_MODE = "update_margin_mode"
    ADD_ISOLATED_MARGIN = "add_isolated_margin"
    BIND_AGENT_WALLET = "bind_agent_wallet"
    REVOKE_AGENT_WALLET = "revoke_agent_wallet"
    LIST_AGENT_WALLETS = "list_agent_wallets"
    APPROVE_BUILDER_CODE = "approve_builder_code"
    REVOKE_BUILDER_CODE = "revoke_builder_code"


PATHS: Final[Mapping[Op, str]] = {
    Op.CREATE_ORDER: "/orders/create",
    Op.CREATE_MARKET_ORDER: "/orders/create_market",
    Op.CREATE_STOP_ORDER: "/orders/stop/create",
    Op.SET_POSITION_TPSL: "/positions/tpsl",
    Op.EDIT_ORDER: "/orders/edit",
    Op.CANCEL_ORDER: "/orders/cancel",
    Op.CANCEL_STOP_ORDER: "/orders/stop/cancel",
    Op.CANCEL_ALL_ORDERS: "/orders/cancel_all",
    Op.CREATE_TWAP_ORDER: "/orders/twap/create",
    Op.CANCEL_TWAP_ORDER: "/orders/twap/cancel",
    Op.UPDATE_LEVERAGE: "/account/leverage",
    Op.UPDATE_MARGIN_MODE: "/account/margin",
    Op.ADD_ISOLATED_MARGIN: "/positions/add_isolated_margin",
    Op.BIND_AGENT_WALLET: "/agent/bind",
    Op.REVOKE_AGENT_WALLET: "/agent/revoke",
    Op.LIST_AGENT_WALLETS: "/agent/list",
    Op.APPROVE_BUILDER_CODE: "/account/builder_codes/approve",
    Op.REVOKE_BUILDER_CODE: "/account/builder_codes/revoke",
}
BATCH_PATH: Final = "/orders/batch"

# An agent is what these are about: `agent_wallet` is signed. The list holds more than we ask for, for those who verify.
ABOUT_AGENTS: Final = frozenset(
    {
        "bind_agent_wallet",
        "revoke_agent_wallet",
        "add_agent_whitelisted_ip",
        "remove_agent_whitelisted_ip",
        "set_agent_ip_whitelist_enabled",
    }
)
# What the account's own key alone may sign.
OWNERS_ONLY: Final = ABOUT_AGENTS | {
    "revoke_all_agent_wallets",
    "create_api_key",
    "list_api_keys",
    "revoke_api_key",
    "subaccount_initiate",
    "subaccount_confirm",
    "approve_builder_code",
    "revoke_builder_code",
}

_AUTHENTICATION: Final = frozenset({"account", "signature", "timestamp", "expiry_window"})


def authenticates(type_: str) -> frozenset[str]:
    """The fields of a body of this operation that are not signed."""
    return _AUTHENTICATION if type_ in ABOUT_AGENTS else _AUTHENTICATION | {"agent_wallet"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One request before it is signed: good from `timestamp` for `window_ms`, both in ms. `payload` is JSON."""

    type: str
    payload: Mapping[str, Any]
    timestamp: int
    window_ms: int

    @property
    def path(self) -> str:
        """Where it is posted. KeyError for an operation that we do not ask for."""
        return PATHS[Op(self.type)]

    @property
    def message(self) -> bytes:
        """The exact bytes to sign."""
        return canonical(self.signed)

    @property
    def signed(self) -> Mapping[str, Any]:
        """All that the signature covers."""
        return {
            "timestamp": self.timestamp,
            "expiry_window": self.window_ms,
            "type": self.type,
            "data": self.payload,
        }


def canonical(value: object, *, escape: bool = True) -> bytes:
    """Compact JSON with sorted keys at every level; other letters than ASCII as escapes, or as they are.

    Raises ValueError or RecursionError for what is no such value.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=escape)
    return text.encode()


class _Draft(Said):
    type: Text
    data: dict[str, Any]
    timestamp: Ts
    expiry_window: Annotated[int, Field(gt=0)]


def draft_of(message: bytes) -> Draft:
    """The request that somebody is to sign, from its exact bytes; raises Unknown (venue.unclear)."""
    said = one(_Draft, decoded(message), "a message to sign")
    return Draft(said.type, said.data, said.timestamp, said.expiry_window)
