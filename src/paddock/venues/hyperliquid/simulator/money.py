"""Actions about money and who may act for it: agents, builders, transfers, sub-accounts.

The simulator answers transfers and withdrawals as the venue would, because it stands in for the venue; nothing of
Paddock asks for one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

from paddock.venues.exchange.units import USD
from paddock.venues.hyperliquid.codec.refusals import Text
from paddock.venues.hyperliquid.simulator.answers import Err, Ok
from paddock.venues.hyperliquid.simulator.numbers import USD_DECIMALS, number, scaled, usd
from paddock.venues.hyperliquid.simulator.said import (
    ApproveAgent,
    ApproveBuilderFee,
    ClassTransfer,
    CreateSub,
    MoveSub,
    SendAsset,
    UsdSend,
    UserSetAbstraction,
    VaultMove,
)
from paddock.venues.hyperliquid.simulator.signed import Signed
from paddock.venues.hyperliquid.simulator.venue import Venue

ACTIVATION_FEE: Final = USD
WITHDRAWAL_FEE: Final = USD
MOST_FEE: Final = 1_000  # tenths of a basis point
BUILDER_VALUE: Final = 100 * USD  # what a builder's account has to be worth

# No source has the venue's words for these; they are ours.
BUILDER_POOR: Final = "Builder has insufficient balance to be approved."
FEE_TOO_HIGH: Final = "Builder fee too high."
NO_VAULT: Final = "Vault not registered: {address}"
NO_SUB: Final = "Invalid sub-account: {address}"
SUB_NAME: Final = "Invalid sub-account name."
NO_SPOT: Final = "Only USDC is held here."
NO_AMOUNT: Final = "Invalid amount."


def approve_agent(venue: Venue, signed: Signed, said: ApproveAgent) -> Ok | Err:
    gone = {agent.address for agent in signed.member.agents}
    refused = venue.members.approve(signed.member, said.agent, said.name or "", venue.wall.now_ts())
    if refused is not None:
        return Err(refused)
    for address in gone - {agent.address for agent in signed.member.agents}:
        venue.nonces.forget(address)
    return Ok()


def approve_builder_fee(venue: Venue, signed: Signed, said: ApproveBuilderFee) -> Ok | Err:
    """The rate is a percentage; 0% takes the approval back."""
    percent = number(said.rate.removesuffix("%")) or Fraction(0)
    tenths = percent * 1_000
    if tenths.denominator != 1 or tenths > MOST_FEE:
        return Err(FEE_TOO_HIGH)
    if tenths and venue.exchange.account(said.builder).equity < BUILDER_VALUE:
        return Err(BUILDER_POOR)
    signed.member.builders[said.builder] = int(tenths)
    return Ok()


def usd_send(venue: Venue, signed: Signed, said: UsdSend) -> Ok | Err:
    """To another account; its first money costs a dollar."""
    amount = scaled(said.amount, USD_DECIMALS)
    if not amount:
        return Err(NO_AMOUNT)
    fee = 0 if venue.members.get(said.destination) else ACTIVATION_FEE
    if amount + fee > venue.exchange.account(signed.user).withdrawable:
        return Err(Text.NO_FUNDS_OUT)
    venue.members.welcome(said.destination)
    venue.exchange.transfer(signed.user, said.destination, amount)
    venue.exchange.withdraw(signed.user, fee)
    delta = {
        "type": "internalTransfer",
        "usdc": usd(amount),
        "user": signed.user,
        "destination": said.destination,
        "fee": usd(fee),
    }
    _write(venue, delta, signed.user, said.destination)
    return Ok()


def withdraw(venue: Venue, signed: Signed, said: UsdSend) -> Ok | Err:
    """Out of the venue, less a dollar."""
    amount = scaled(said.amount, USD_DECIMALS)
    if not amount or amount <= WITHDRAWAL_FEE:
        return Err(NO_AMOUNT)
    if venue.exchange.withdraw(signed.user, amount) is not None:
        return Err(Text.NO_FUNDS_OUT)
    sent, fee = usd(amount - WITHDRAWAL_FEE), usd(WITHDRAWAL_FEE)
    _write(venue, {"type": "withdraw", "usdc": sent, "nonce": said.time, "fee": fee}, signed.user)
    return Ok()


def class_transfer(venue: Venue, signed: Signed, said: ClassTransfer) -> Ok | Err:
    """Between the perp and the spot side of an account, or of a sub-account that the amount names."""
    text, _, sub = said.amount.partition(" subaccount:")
    user = sub.lower() or signed.user
    member, value = venue.members.get(user), number(text)
    amount = None if value is None else scaled(value, USD_DECIMALS)
    if member is None or (sub and member.master != signed.user):
        return Err(NO_SUB.format(address=user))
    if not amount:
        return Err(NO_AMOUNT)
    if signed.member.abstraction == "unifiedAccount":
        return Err(Text.UNIFIED)
    if said.to_perp:
        if amount > member.spot:
            return Err(Text.NO_TOKENS)
        venue.exchange.deposit(user, amount)
    elif venue.exchange.withdraw(user, amount) is not None:
        return Err(Text.NO_FUNDS_OUT)
    member.spot += -amount if said.to_perp else amount
    _write(venue, {"type": "accountClassTransfer", "usdc": usd(amount), "toPerp": said.to_perp}, user)
    return Ok()


def send_asset(venue: Venue, signed: Signed, said: SendAsset) -> Ok | Err:
    """Dollars of the perp side to another account; other tokens, and other sides, nobody has here."""
    if said.token.partition(":")[0] != "USDC" or said.source_dex or said.destination_dex:
        return Err(NO_SPOT)
    return usd_send(
        venue, signed, UsdSend.model_construct(destination=said.destination, amount=said.amount, time=said.nonce)
    )


def spot_send(venue: Venue, signed: Signed, said: Any) -> Ok | Err:
    return Err(Text.NO_TOKENS)


def user_abstraction(venue: Venue, signed: Signed, said: UserSetAbstraction) -> Ok | Err:
    signed.member.abstraction = said.abstraction
    return Ok()


def create_sub(venue: Venue, signed: Signed, said: CreateSub) -> Ok | Err:
    if not 1 <= len(said.name) <= 16 or said.name in signed.member.subs:
        return Err(SUB_NAME)
    return Ok("createSubAccount", venue.members.add_sub(signed.member, said.name).address)


def move_sub(venue: Venue, signed: Signed, said: MoveSub) -> Ok | Err:
    if said.sub not in signed.member.subs.values():
        return Err(NO_SUB.format(address=said.sub))
    ends = (signed.member.address, said.sub) if said.deposit else (said.sub, signed.member.address)
    if venue.exchange.transfer(*ends, said.usd) is not None:
        return Err(Text.NO_FUNDS_OUT)
    delta = {"type": "subAccountTransfer", "usdc": usd(said.usd), "user": ends[0], "destination": ends[1]}
    _write(venue, delta, *ends)
    return Ok()


def move_vault(venue: Venue, signed: Signed, said: VaultMove) -> Ok | Err:
    """No vaults stand here."""
    return Err(NO_VAULT.format(address=said.vault))


def _write(venue: Venue, delta: dict[str, Any], *users: str) -> None:
    for user in dict.fromkeys(users):
        venue.records.write_ledger(user, delta)
