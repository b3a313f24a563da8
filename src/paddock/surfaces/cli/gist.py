"""What an event or a decision says in few words: without names of other things, in units that people use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from paddock.core.money import MICROS
from paddock.core.orders import OrderKind, Reason, Side
from paddock.core.time import format_ts

MONEY: Final = ("capital", "cash", "equity", "fee", "fees", "funding", "amount", "cost", "exit_value", "realised")
PLAIN: Final = ("symbol", "state", "name", "note", "text")  # what they hold says what they are
FIRST: Final = ("symbol", "side", "lots", "px")
SILENT: Final = ("px_decimals", "qty_decimals", "venue", "decision", "leg", "version", "bar_ts", "owner")


def gist(payload: Mapping[str, Any]) -> str:
    """Nothing that names other things, nothing that has parts, nothing empty."""
    keys = [key for key in payload if not key.endswith("_id") and key not in (*FIRST, *SILENT)]
    said = {key: payload[key] for key in (*FIRST, *keys) if payload.get(key) not in ("", None, 0)}
    words = (_said(key, value, payload.get("qty_decimals")) for key, value in said.items())
    return ", ".join(word for word in words if word)


def _said(key: str, value: Any, qty_decimals: int | None) -> str:
    if isinstance(value, dict | list):
        return ""
    if value is True:
        return key.replace("_", " ")
    if isinstance(value, str):
        return value if key in PLAIN else f"{key} {value}"
    if key in MONEY:
        return f"{key} {Decimal(value) / MICROS:,.2f}"
    if key.endswith("_ts"):
        return f"{key.removesuffix('_ts')} {format_ts(value)}"
    if key == "lots" and qty_decimals is not None:
        return f"{Decimal(value).scaleb(-qty_decimals):f}"
    named = {"side": Side, "kind": OrderKind, "reason": Reason}.get(key)
    return named(value).name.lower().replace("_", " ") if named else f"{key} {value}"


def acts(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a decision did and what was not let in, each with its reasons: the conditions that held, but those on what
    was held already. Without a rule that fired it is the risk policy's."""
    done = [(_act(one), _held(one["conditions"])) for one in detail["because"]]
    refused = [(f"refused {symbol}", str(reason).replace("_", " ")) for symbol, reason in detail["refused"]]
    return done + refused or [("by the risk policy", "")]


def _act(one: Mapping[str, Any]) -> str:
    """Which act on what, with the place in the strategy that asked for it."""
    return f"{one['action']} {one['symbol']}" + (f" ({one['node']})" if one["node"] else "")


def _held(conditions: Sequence[Mapping[str, Any]]) -> str:
    told = (one["sentence"] for one in conditions if one["verdict"] == "passed")
    return "; ".join(sentence for sentence in told if not sentence.startswith("position of "))
