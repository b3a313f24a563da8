"""What stands for and against trading at Hyperliquid now? Only asked, by who has no key; each finding has its mend."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from paddock.core.errors import PaddockError
from paddock.core.money import MICROS
from paddock.core.seams import Clock
from paddock.core.time import format_ts
from paddock.runtime.live.gateway import Finding
from paddock.venues.hyperliquid import public
from paddock.venues.hyperliquid.codec import account, info, standing
from paddock.venues.hyperliquid.codec.instruments import MIN_NOTIONAL_USD, Listing
from paddock.venues.hyperliquid.gateway import Gateway
from paddock.venues.hyperliquid.networks import ALLOWANCES
from paddock.venues.transport.lost import Throttled

SKEW_MS: Final = 2_000
FEW_REQUESTS: Final = 500
_OWN_MONEY: Final = ("default", "disabled")  # an account's perps have money of their own
_WEIGHT: Final = ALLOWANCES[0].burst + ALLOWANCES[0].refill
_SAMPLE: Final = "BTC"


def findings(
    gateway: Gateway, wall: Clock, main: str = "", agent: str = "", builder: str = "", builder_fee: int = 0
) -> Iterator[Finding]:
    """Of the venue, and of the account of the address `main`, its `agent`, and the `builder` that its orders pay (in
    tenths of a basis point), where they are named.

    Nothing is raised for a venue that does not answer: that is a finding, and the last one.
    """
    try:
        yield from _venue(gateway, wall)
        if main:
            yield from _account(gateway, wall, main, agent)
        if builder:
            yield _paid(standing.max_builder_fee(_ask(gateway, info.max_builder_fee(main, builder))), builder_fee)
    except Throttled as error:
        yield Finding("requests", False, error.message, _REQUESTS, "end what else asks from here, wait a minute")
    except PaddockError as error:
        mend = "see that this machine reaches it: network, proxy, --url"
        yield Finding("reach", False, error.message, "the venue answers what anybody may ask", mend)


_REQUESTS: Final = f"{_WEIGHT:,} of weight a minute, for all programs at this address of the network"


def _venue(gateway: Gateway, wall: Clock) -> Iterator[Finding]:
    asked_ts = wall.now_ts()
    status = standing.status(_ask(gateway, info.exchange_status()))
    heard_ts = wall.now_ts()
    yield Finding("reach", True, f"answered in {heard_ts - asked_ts} ms", "the venue answers what anybody may ask")
    yield _clock(status.venue_ts - (asked_ts + heard_ts) // 2, (heard_ts - asked_ts) // 2)
    yield _special(status.special)
    listing = gateway.read(gateway.client.listed())
    yield _listed(listing)
    yield _minimum(listing, gateway.read(public.mids(gateway.client)).px)
    yield Finding("requests", True, "none was refused", _REQUESTS)


def _clock(skew_ms: int, doubt_ms: int) -> Finding:
    rule = f"this machine's clock is within {SKEW_MS:,} ms of the venue's: orders expire by it"
    seen = f"{abs(skew_ms):,} ms {'behind' if skew_ms > 0 else 'ahead'}"
    passed = abs(skew_ms) <= SKEW_MS + doubt_ms
    return Finding("clock", passed, seen, rule, "" if passed else "run a time service: timedatectl set-ntp true")


def _special(special: Any) -> Finding:
    passed = not special
    seen = "nothing out of the ordinary" if passed else str(special)[:200]
    mend = "" if passed else "wait until the venue says nothing special any more"
    return Finding("venue", passed, seen, "the venue is in its ordinary state", mend)


def _listed(listing: Listing) -> Finding:
    delisted = sum(market.delisted for market in listing.markets.values())
    seen = f"{len(listing.markets) - delisted} perps trade, {delisted} are delisted"
    passed = len(listing.markets) > delisted
    mend = "" if passed else "see that the address is that of the venue's API"
    return Finding("listing", passed, seen, "perps are listed", mend)


def _minimum(listing: Listing, mids: Any) -> Finding:
    seen = f"{MIN_NOTIONAL_USD} USD"
    market, mid = listing.get(_SAMPLE), mids.get(_SAMPLE)
    if market is not None and mid is not None:
        seen += f"; the smallest step of {_SAMPLE} is {mid / 10**market.instrument.qty_decimals:.2f} USD"
    return Finding("smallest order", True, seen, "an order that opens is worth at least that much")


def _account(gateway: Gateway, wall: Clock, main: str, agent: str) -> Iterator[Finding]:
    role = standing.role(_ask(gateway, info.role(main)))
    yield _kind(role, main)
    yield from _agents(gateway, wall, main, agent)
    yield _pooled(standing.abstraction(_ask(gateway, info.abstraction(main))))
    listing = gateway.read(gateway.client.listed())
    worth = account.account(_ask(gateway, info.account(main)), listing)
    isolated = sum(not held.cross for held in worth.held)
    seen = f"{len(worth.held) - isolated} positions cross, {isolated} isolated"
    yield Finding("positions", True, seen, "Paddock sets a symbol's margin mode before it opens there")
    yield _balance(worth)
    yield _allowed(standing.allowance(_ask(gateway, info.rate_limit(main))))


def _kind(role: standing.Role, main: str) -> Finding:
    rule = "the account is the address whose money it is, and the venue knows it"
    if role.role == "agent":
        return Finding("account", False, f"{main} is an agent of {role.owner}", rule, f"name {role.owner} instead")
    if role.role == "missing":
        return Finding("account", False, f"the venue does not know {main}", rule, "deposit USDC from that address")
    return Finding("account", True, role.role, rule)


def _agents(gateway: Gateway, wall: Clock, main: str, agent: str) -> Iterator[Finding]:
    named = standing.agents(_ask(gateway, info.agents(main)))
    rule = "an agent signs for the account: it may trade, and never withdraw"
    if not agent:
        seen = ", ".join(one.name for one in named) or "none with a name"
        yield Finding("agent", True, seen, rule)
        return
    mend = "sign the approval of the agent with the wallet of the account: paddock live drafts"
    role = standing.role(_ask(gateway, info.role(agent)))
    if role.role != "agent" or role.owner != main.lower():
        yield Finding("agent", False, f"{agent} is no agent of {main}", rule, mend)
        return
    until_ts = next((one.valid_until_ts for one in named if one.address.lower() == agent.lower()), 0)
    if until_ts and until_ts <= wall.now_ts():
        yield Finding("agent", False, f"approved until {format_ts(until_ts)}", rule, mend)
        return
    yield Finding("agent", True, f"approved{f' until {format_ts(until_ts)}' if until_ts else ''}", rule)


def _paid(approved: int, builder_fee: int) -> Finding:
    passed = approved >= builder_fee
    mend = "" if passed else "sign the approval of the builder with the wallet of the account: paddock live drafts"
    rule = f"the account approved what its orders pay to their builder, {builder_fee} tenths of a basis point"
    return Finding("builder", passed, f"{approved} tenths of a basis point are approved", rule, mend)


def _pooled(word: str) -> Finding:
    passed = word in _OWN_MONEY
    mend = "" if passed else "set the account to keep perps and spot apart, in the venue's own interface"
    rule = "perps have money of their own: what the venue shows as their worth is all that stands behind them"
    return Finding("margin", passed, word, rule, mend)


def _balance(worth: account.Account) -> Finding:
    passed = worth.withdrawable >= MIN_NOTIONAL_USD * MICROS
    seen = f"worth {worth.equity / MICROS:,.2f} USD, {worth.withdrawable / MICROS:,.2f} of it free"
    mend = "" if passed else "move USDC to the account's perps, or close something"
    return Finding("balance", passed, seen, f"{MIN_NOTIONAL_USD} USD are free, the smallest order", mend)


def _allowed(allowance: standing.Allowance) -> Finding:
    passed = allowance.left >= FEW_REQUESTS
    seen = f"{allowance.left:,} of {allowance.cap + allowance.surplus:,} actions are left"
    mend = "" if passed else "trade with orders that take: each dollar traded allows one action more"
    return Finding("actions", passed, seen, f"at least {FEW_REQUESTS} actions of the account are left", mend)


def _ask(gateway: Gateway, query: info.Query) -> Any:
    return gateway.read(gateway.client.ask(query))
