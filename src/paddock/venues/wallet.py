"""Whom does a broker trade for?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wallet:
    """An account of ours: `address` is whose money it is, `agent` that of the key which signs for it (both `0x…`).

    `cross`: positions share the account's margin, where the market allows that.
    """

    account_id: str
    address: str
    agent: str
    cross: bool = True
