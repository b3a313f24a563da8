"""What stands for and against trading at Pacifica now? Only asked, by who has no key; each finding has its mend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from paddock.core.errors import PaddockError
from paddock.core.money import MICROS
from paddock.runtime.live.gateway import Finding
from paddock.venues.pacifica import public
from paddock.venues.pacifica.codec import account, answers, queries
from paddock.venues.pacifica.codec.account import BuilderApproval
from paddock.venues.pacifica.codec.instruments import Listing
from paddock.venues.pacifica.codec.markets import Ticker
from paddock.venues.pacifica.gateway import Gateway
from paddock.venues.pacifica.leverage import EARLY_MS
from paddock.venues.pacifica.networks import CALL
from paddock.venues.transport.lost import Throttled

LEAST_USD: Final = 10
FEW_CREDITS: Final = 10
_TENTHS: Final = 100_000  # of a basis point, in the whole
_SAMPLE: Final = "BTC"
_REQUESTS: Final = "100 credits a minute, for all programs at this address of the network"


def findings(
    gateway: Gateway, main: str = "", *, agent: bool | None = None, builder: str = "", builder_fee: int = 0
) -> Iterator[Finding]:
    """Of the venue, the account of the address `main`, and the `builder` that its orders pay (in tenths of a basis
    point), where they are named. `agent`: whether the venue takes what the account's agent signs, where that was tried:
    whom an account lets trade it tells to its owner alone.

    Nothing is raised for a venue that does not answer: that is a finding, and the last one.
    """
    try:
        yield from _venue(gateway)
        if main:
            yield from _account(gateway, main, agent=agent)
        if builder:
            approved = account.builder_approvals(gateway.read(gateway.client.data(queries.builder_approvals(main))))
            yield _paid(approved, builder, builder_fee)
    except Throttled as error:
        yield Finding("requests", False, error.message, _REQUESTS, "end what else asks from here, wait a minute")
    except PaddockError as error:
        mend = "see that this machine reaches it: network, proxy, --url"
        yield Finding("reach", False, error.message, "the venue answers what anybody may ask", mend)


def _venue(gateway: Gateway) -> Iterator[Finding]:
    clock = gateway.client.clock
    asked_ts = clock.now_ts()
    dated = gateway.read(gateway.client.dated())
    took_ms = clock.now_ts() - asked_ts
    yield Finding("reach", True, f"answered in {took_ms} ms", "the venue answers what anybody may ask")
    if dated is not None:
        yield _clock(dated.venue_ts - dated.ours_ts, dated.doubt_ms)
    listing = gateway.read(gateway.client.listed())
    yield _listed(listing)
    yield _minimum(listing, gateway.read(public.tickers(gateway.client)))
    yield _requests(gateway)


def _clock(skew_ms: int, doubt_ms: int) -> Finding:
    rule = f"this machine's clock is within {EARLY_MS:,} ms of the venue's: orders begin and expire by it"
    seen = f"{abs(skew_ms):,} ms {'behind' if skew_ms > 0 else 'ahead'}, give or take {doubt_ms:,}"
    passed = abs(skew_ms) <= EARLY_MS + doubt_ms
    return Finding("clock", passed, seen, rule, "" if passed else "run a time service: timedatectl set-ntp true")


def _listed(listing: Listing) -> Finding:
    passed = bool(listing.markets)
    mend = "" if passed else "see that the address is that of the venue's API"
    return Finding("listing", passed, f"{len(listing.markets)} markets are listed", "markets are listed", mend)


def _minimum(listing: Listing, tickers: tuple[Ticker, ...]) -> Finding:
    market, px = listing.markets.get(_SAMPLE), {each.symbol: each.mark_px for each in tickers}.get(_SAMPLE)
    seen = f"{LEAST_USD} USD"
    if market is not None and px is not None:
        seen = f"{market.instrument.min_notional_usd} USD; the smallest step of {_SAMPLE} is"
        seen += f" {px * float(market.lot):.2f} USD"
    return Finding("smallest order", True, seen, "an order that opens is worth at least that much")


def _requests(gateway: Gateway) -> Finding:
    left = gateway.client.left // CALL
    mend = "" if left >= FEW_CREDITS else "end what else asks from here, wait a minute"
    return Finding("requests", left >= FEW_CREDITS, f"{left} may leave at once", _REQUESTS, mend)


def _account(gateway: Gateway, main: str, *, agent: bool | None) -> Iterator[Finding]:
    said = gateway.read(gateway.client.ask(queries.account(main)))
    rule = "the account is the address whose money it is, and the venue knows it"
    if said.status == answers.NOT_FOUND:
        yield Finding("account", False, f"the venue does not know {main}", rule, "deposit USDC from that address")
        return
    worth = account.account(answers.payload(said))
    yield Finding("account", True, f"fee level {worth.fee_level}", rule)
    if agent is not None:
        yield _agent(passed=agent)
    data = gateway.read(gateway.client.data(queries.positions(main)))
    held = gateway.read(gateway.client.known(data, account.positions))
    isolated = sum(each.isolated for each in held)
    seen = f"{len(held) - isolated} positions cross, {isolated} isolated"
    yield Finding("positions", True, seen, "Paddock sets a symbol's margin mode before it opens there")
    yield _balance(worth)


def _agent(*, passed: bool) -> Finding:
    rule = "the venue takes what the agent signs for the account"
    mend = "" if passed else "sign the approval of the agent with the wallet of the account: paddock live drafts"
    return Finding("agent", passed, "bound" if passed else "not bound", rule, mend)


def _balance(worth: account.Account) -> Finding:
    passed = worth.available >= LEAST_USD * MICROS
    seen = f"worth {worth.equity / MICROS:,.2f} USD, {worth.available / MICROS:,.2f} of it free"
    mend = "" if passed else "deposit USDC, or close something"
    return Finding("balance", passed, seen, f"{LEAST_USD} USD are free, the smallest order", mend)


def _paid(approved: Sequence[BuilderApproval], builder: str, builder_fee: int) -> Finding:
    rates = [each.max_fee_rate for each in approved if each.code == builder]
    passed = any(rate is None or rate * _TENTHS >= builder_fee for rate in rates)
    seen = f"approved up to {rates[0]}" if rates and rates[0] is not None else "approved" if rates else "not approved"
    rule = f"the account approved {builder} for {builder_fee} tenths of a basis point"
    mend = "" if passed else "sign the approval of the builder with the wallet of the account: paddock live drafts"
    return Finding("builder", passed, seen, rule, mend)
