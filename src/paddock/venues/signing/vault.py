"""The signer's one object: it alone opens keys, and only for a request that the policy of its key allows.

The order of things is the safety of it: judge, write the request, count the day, and only then open the key.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from paddock.core.errors import Code, Invalid, Refused, nearest
from paddock.core.instrument import Instrument
from paddock.core.seams import Clock
from paddock.venues.approvals.base import Approvals, SignedDraft, Terms
from paddock.venues.signing.dialect import Dialect, Market
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.keystore import Entropy, KeyRing
from paddock.venues.signing.operations import Order, SignedRequest
from paddock.venues.signing.policy import Policy, checked, require_allowed, require_day, require_timely
from paddock.venues.signing.tally import DAY_MS, Tally

_REMEMBERED: Final = 4096  # requests that count once, however often they are signed


@dataclass(frozen=True, slots=True)
class Opened:
    """A key that signs, and what it is bound to. `closing`: only what takes risk away. `spent` today, micro-dollars."""

    sealed: Sealed
    bound: bytes
    closing: bool
    spent: int = 0


@dataclass(frozen=True, slots=True)
class _Listing:
    markets: Mapping[str, Market]
    instruments: Mapping[str, Instrument]


_NOWHERE: Final = _Listing({}, {})


class Vault:
    """Keys and their policies. Raises Refused (signer.key) for a key that does not open or was revoked."""

    def __init__(
        self,
        ring: KeyRing,
        tally: Tally,
        clock: Clock,
        entropy: Entropy,
        dialects: Mapping[str, Dialect],
        approvals: Mapping[str, Approvals],
    ) -> None:
        self._ring, self._tally, self._clock, self._entropy = ring, tally, clock, entropy
        self._dialects, self._approvals = dialects, approvals
        self._opened: dict[str, Opened] = {}
        self._markets: dict[tuple[str, Network], _Listing] = {}
        self._signed: OrderedDict[tuple[str, bytes], None] = OrderedDict()

    def make(self, wanted: Grant) -> Sealed:
        """A new key for `wanted`, whose agent it names. Raises Invalid (value, live.policy) for what cannot be."""
        dialect = self._dialect(wanted.venue)
        wanted = replace(wanted, main=dialect.main_address(wanted.main), policy=checked(wanted.policy))
        while True:
            secret = dialect.new_secret(self._entropy)
            grant = replace(wanted, agent=dialect.address(secret))
            if not self._tally.revoked(_name(grant)):
                return Sealed(grant, self._ring.seal(secret, grant.bound()))

    def play(self, wanted: Grant, terms: Terms) -> tuple[Sealed, list[SignedDraft]]:
        """A new key of an owner who is made up for a simulator, signs its approvals, and is forgotten.

        Raises Refused (signer.policy) at any other network: there an owner's wallet signs, and nobody else.
        """
        if wanted.network is not Network.SIMULATOR:
            raise Refused(
                Code.SIGNER_POLICY,
                "only at a simulator an owner can be made up",
                where="network",
                seen=wanted.network,
                rule="approvals are signed by the owner's own wallet",
                suggestion="name the main address, and sign the drafts with its wallet",
            )
        dialect = self._dialect(wanted.venue)
        owner = dialect.new_secret(self._entropy)
        sealed = self.make(replace(wanted, main=dialect.address(owner)))
        drafts = self._approvals[wanted.venue].drafts(sealed.grant, terms, self._clock.now_ts())
        return sealed, [SignedDraft(draft, dialect.approved(owner, bytes.fromhex(draft.exact))) for draft in drafts]

    def reseal(self, sealed: Sealed, policy: Policy) -> Sealed:
        """The same key under another policy."""
        self._require_living(sealed.grant)
        grant = replace(sealed.grant, policy=checked(policy))
        return Sealed(grant, self._ring.resealed(sealed.blob, sealed.grant.bound(), grant.bound()))

    def rewrap(self, sealed: Sealed) -> Sealed:
        """The same key under the current master key."""
        return replace(sealed, blob=self._ring.resealed(sealed.blob, sealed.grant.bound()))

    def open(self, sealed: Sealed, *, closing: bool) -> None:
        """Let a key sign from now on, for its account. The key is tried, and lies sealed again."""
        grant = sealed.grant
        self._require_living(grant)
        self._prove(sealed)
        self._opened[grant.account_id] = Opened(sealed, grant.bound(), closing)

    def close(self, account_id: str) -> None:
        """Sign nothing more for an account, until it is opened again."""
        self._opened.pop(account_id, None)

    def revoke(self, grant: Grant) -> None:
        """Sign nothing more with this key, ever, in any process of this home."""
        self._tally.revoke(_name(grant))
        opened = self._opened.get(grant.account_id)
        if opened is not None and opened.sealed.grant.agent == grant.agent:
            self.close(grant.account_id)

    def list_markets(self, venue: str, network: Network, told: object) -> None:
        """Know more markets of a venue. Raises Refused (signer.policy) where one is not what it was before."""
        dialect = self._dialect(venue)
        markets = dialect.markets(told)
        known = self._markets.get((venue, network), _NOWHERE).markets
        for symbol, market in markets.items():
            before = known.get(symbol)
            if before is not None and dialect.identity(before) != dialect.identity(market):
                raise Refused(
                    Code.SIGNER_POLICY,
                    f"{symbol} is not what it was",
                    where="markets",
                    seen=dialect.identity(market),
                    rule=f"a market keeps its number and grid: {dialect.identity(before)}",
                    suggestion="start Paddock anew if the venue really changed it",
                )
        known = {**known, **markets}
        self._markets[venue, network] = _Listing(known, {symbol: known[symbol].instrument for symbol in known})

    def self_test(self, account_id: str) -> None:
        """Whether the key of an account would sign. Raises Refused (live.off, signer.key)."""
        opened = self._of(account_id)
        self._require_living(opened.sealed.grant)
        self._prove(opened.sealed)

    def opened(self) -> frozenset[str]:
        """The accounts that are signed for."""
        return frozenset(self._opened)

    def look(self) -> dict[str, Opened]:
        """The keys that sign, by account, with what their day has come to."""
        day = self._clock.now_ts() // DAY_MS
        return {
            account_id: replace(opened, spent=self._tally.spent(_name(opened.sealed.grant), day))
            for account_id, opened in self._opened.items()
        }

    def sign(self, order: Order) -> list[SignedRequest]:
        """Raises Refused (live.off, signer.key, signer.policy) and Invalid; then nothing was signed."""
        opened = self._of(order.account_id)
        grant = opened.sealed.grant
        self._require_living(grant)
        now = self._clock.now_ts()
        if grant.network is not Network.SIMULATOR:  # which may play another time
            require_timely(order.nonce, order.expires_ts, now)
        market = self._markets.get((grant.venue, grant.network), _NOWHERE)
        notional = require_allowed(grant.policy, order.operation, market.instruments, closing=opened.closing)
        requests = self._dialect(grant.venue).unsigned(grant, order, market.markets)
        signed = [(grant.agent, request.identity) for request in requests]
        if notional and not all(each in self._signed for each in signed):
            self._count(grant, now // DAY_MS, notional)
        self._remember(signed)
        with self._ring.opened(opened.sealed.blob, opened.bound) as secret:
            return [request.signed(bytes(secret)) for request in requests]

    def _count(self, grant: Grant, day: int, notional: int) -> None:
        name = _name(grant)
        require_day(grant.policy, self._tally.spent(name, day), notional)
        self._tally.add(name, day, notional)

    def _remember(self, signed: Sequence[tuple[str, bytes]]) -> None:
        for each in signed:
            self._signed[each] = None
            self._signed.move_to_end(each)
        while len(self._signed) > _REMEMBERED:
            self._signed.popitem(last=False)

    def _of(self, account_id: str) -> Opened:
        opened = self._opened.get(account_id)
        if opened is None:
            raise Refused(
                Code.LIVE_OFF,
                "trading live is off for this account",
                where="account_id",
                seen=account_id,
                rule="the signer signs for accounts that were switched on",
                suggestion="paddock live enable ACCOUNT",
            )
        return opened

    def _require_living(self, grant: Grant) -> None:
        if self._tally.revoked(_name(grant)):
            raise Refused(
                Code.SIGNER_KEY,
                "the agent was revoked",
                where="agent",
                seen=grant.agent,
                rule="a key that was revoked signs nothing, for good",
                suggestion="connect the account anew",
            )

    def _prove(self, sealed: Sealed) -> None:
        """Whether the blob holds the key of the agent that it is said to hold."""
        grant = sealed.grant
        with self._ring.opened(sealed.blob, grant.bound()) as secret:
            address = self._dialect(grant.venue).address(bytes(secret))
        if address != grant.agent:
            raise Refused(
                Code.SIGNER_KEY,
                "the key is another agent's",
                where="agent",
                seen=address,
                rule=f"it is that of {grant.agent}",
                suggestion="connect the account anew",
            )

    def _dialect(self, venue: str) -> Dialect:
        found = self._dialects.get(venue)
        if found is None:
            raise Invalid(
                Code.VALUE,
                f"nothing is signed for {venue}",
                where="venue",
                seen=venue,
                rule=f"venues are {', '.join(self._dialects)}",
                suggestion=nearest(venue, self._dialects),
            )
        return found


def _name(grant: Grant) -> str:
    return f"{grant.venue} {grant.network} {grant.agent}"
