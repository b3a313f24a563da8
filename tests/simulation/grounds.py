"""The simulated venues over sockets, for tests that trade at either: what differs between the two is here alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from nacl.signing import SigningKey

from paddock.core.instrument import Instrument
from paddock.core.money import MICROS
from paddock.core.seams import Clock, ManualClock
from paddock.venues.broker import Broker
from paddock.venues.faults import Faults
from paddock.venues.hyperliquid.broker import HyperliquidBroker
from paddock.venues.hyperliquid.codec import ids as hyperliquid_ids
from paddock.venues.hyperliquid.gateway import Gateway as HyperliquidGateway
from paddock.venues.hyperliquid.simulator.listing import Coin as HyperliquidCoin
from paddock.venues.hyperliquid.simulator.server import running as running_hyperliquid
from paddock.venues.hyperliquid.simulator.simulator import Simulator as HyperliquidSimulator
from paddock.venues.hyperliquid.simulator.terms import Terms as HyperliquidTerms
from paddock.venues.notes import NoteStore
from paddock.venues.pacifica.broker import PacificaBroker
from paddock.venues.pacifica.codec import ids as pacifica_ids
from paddock.venues.pacifica.codec.signing import address_of
from paddock.venues.pacifica.gateway import Gateway as PacificaGateway
from paddock.venues.pacifica.simulator.listing import Coin as PacificaCoin
from paddock.venues.pacifica.simulator.server import running as running_pacifica
from paddock.venues.pacifica.simulator.simulator import Simulator as PacificaSimulator
from paddock.venues.pacifica.simulator.terms import UNLIMITED
from paddock.venues.pacifica.simulator.terms import Terms as PacificaTerms
from paddock.venues.signing.dialect import Dialect
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.hyperliquid import Hyperliquid as HyperliquidDialect
from paddock.venues.signing.keystore import KeyRing
from paddock.venues.signing.pacifica import Pacifica as PacificaDialect
from paddock.venues.signing.policy import Policy
from paddock.venues.signing.tally import FileTally
from paddock.venues.signing.vault import Vault
from paddock.venues.transport.nonce_stores import FileNonces
from paddock.venues.wallet import Wallet
from tests.venues.hyperliquid_broker import staged as at_hyperliquid
from tests.venues.impatience import LONG_MS, give_up, go_by
from tests.venues.pacifica_broker import staged as at_pacifica
from tests.venues.signing.given import Entropy

HOUR_MS: Final = 3_600_000
POLICY: Final = Policy(("*",), 1_000_000 * MICROS, 100_000_000 * MICROS, 20)


@dataclass(frozen=True, slots=True)
class Line:
    """How a process of ours reaches a venue; `folder` is where nonces are kept. `faults` are a simulator's in the same
    process: who knows them waits for no answer that never comes, and what may be asked goes by `clock`.
    """

    url: str
    clock: ManualClock
    folder: Path
    faults: Faults | None = None
    listens: bool = False

    def open(self, client: Any) -> None:
        """What an open client does differently."""
        if self.faults is not None:
            give_up(client, self.faults)
            go_by(client, self.clock)


class Ground(ABC):
    """One venue: its simulator, and who trades there. Symbols have a price around $100, in cents, and thousandths."""

    name: ClassVar[str]

    @abstractmethod
    def owner(self, number: int) -> str:
        """The address of an account."""

    @abstractmethod
    def instrument(self, symbol: str) -> Instrument: ...

    @abstractmethod
    def simulator(self, clock: Clock, symbols: Sequence[str]) -> Any: ...

    @abstractmethod
    def running(self, simulator: Any) -> AbstractContextManager[str]: ...

    @abstractmethod
    def admit(self, simulator: Any, owner: str, agent: str) -> None:
        """Let an agent trade for an account."""

    @abstractmethod
    def order_ids(self, simulator: Any, owner: str) -> Iterable[int]:
        """Of all orders that an account ever had."""

    @abstractmethod
    def client_id(self, named: str) -> str:
        """Our id of an order that bears this one there."""

    @abstractmethod
    def pay_twice(self, simulator: Any, owner: str) -> None:
        """Tell of the account's last funding once more, where there was one."""

    @abstractmethod
    def connected(
        self, line: Line, wallets: Sequence[Wallet], vault: Vault, notes: NoteStore
    ) -> AbstractContextManager[Broker]:
        """The broker of a process of ours."""

    @property
    @abstractmethod
    def dialect(self) -> Dialect: ...

    def vault(self, folder: Path, clock: Clock) -> tuple[Vault, FileTally]:
        """The signer of this folder."""
        tally, entropy = FileTally(folder / "tally"), Entropy(7)
        return Vault(KeyRing([entropy(32)], entropy), tally, clock, entropy, {self.name: self.dialect}, {}), tally

    def grant(self, vault: Vault, user: str, account_id: str, number: int = 0) -> Sealed:
        """Open an agent for an account; in the same order the same vault makes the same agents."""
        sealed = vault.make(Grant(user, account_id, self.name, Network.SIMULATOR, self.owner(number), "", POLICY))
        vault.open(sealed, closing=False)
        return sealed


class Hyperliquid(Ground):
    name = "hyperliquid"

    @property
    def dialect(self) -> Dialect:
        return HyperliquidDialect()

    def owner(self, number: int) -> str:
        return "0x" + f"{0xAB + number:02x}" * 20

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(self.name, symbol, px_decimals=3, qty_decimals=3, sig_figs=5, max_leverage=20)

    def simulator(self, clock: Clock, symbols: Sequence[str]) -> HyperliquidSimulator:
        coins = tuple(HyperliquidCoin(symbol, 3, 20, "100") for symbol in symbols)
        return HyperliquidSimulator(clock, HyperliquidTerms(coins=coins, allowed=at_hyperliquid.GENEROUS))

    def running(self, simulator: HyperliquidSimulator) -> AbstractContextManager[str]:
        return running_hyperliquid(simulator)

    def admit(self, simulator: HyperliquidSimulator, owner: str, agent: str) -> None:
        with simulator.acting() as venue:
            assert venue.members.approve(venue.members.get(owner), agent, "", venue.clock.now_ts()) is None

    def order_ids(self, simulator: HyperliquidSimulator, owner: str) -> Iterable[int]:
        return simulator.venue.records.of(owner).orders

    def client_id(self, named: str) -> str:
        return hyperliquid_ids.client_id_of(named)

    def pay_twice(self, simulator: HyperliquidSimulator, owner: str) -> None:
        with simulator.acting() as venue:
            if venue.records.of(owner).fundings:
                venue.records.repeat_fundings(owner)

    @contextmanager
    def connected(self, line: Line, wallets: Sequence[Wallet], vault: Vault, notes: NoteStore) -> Iterator[Broker]:
        with HyperliquidGateway(at_hyperliquid.client(line.url, line.clock, wait_ms=LONG_MS)) as gateway:
            line.open(gateway.client)
            nonces = FileNonces(line.folder / "nonces")
            yield HyperliquidBroker(gateway, wallets, vault, nonces, notes, listens=line.listens, poll_ms=0)


class Pacifica(Ground):
    name = "pacifica"

    @property
    def dialect(self) -> Dialect:
        return PacificaDialect()

    def owner(self, number: int) -> str:
        return address_of(SigningKey(bytes([7 + number]) * 32))

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(self.name, symbol, px_decimals=2, qty_decimals=3, max_leverage=20)

    def simulator(self, clock: Clock, symbols: Sequence[str]) -> PacificaSimulator:
        coins = tuple(PacificaCoin(symbol, "0.01", "0.001", 20, "100") for symbol in symbols)
        terms = PacificaTerms(coins=coins, allowed=UNLIMITED, silent_ms=HOUR_MS)
        return PacificaSimulator(clock, terms)

    def running(self, simulator: PacificaSimulator) -> AbstractContextManager[str]:
        return running_pacifica(simulator)

    def admit(self, simulator: PacificaSimulator, owner: str, agent: str) -> None:
        simulator.bind(owner, agent)

    def order_ids(self, simulator: PacificaSimulator, owner: str) -> Iterable[int]:
        return simulator.venue.records.log(owner).orders

    def client_id(self, named: str) -> str:
        return pacifica_ids.client_id_of(named)

    def pay_twice(self, simulator: PacificaSimulator, owner: str) -> None:
        with simulator.lock:
            if simulator.venue.records.log(owner).fundings:
                simulator.repeat_funding(owner)

    @contextmanager
    def connected(self, line: Line, wallets: Sequence[Wallet], vault: Vault, notes: NoteStore) -> Iterator[Broker]:
        with PacificaGateway(at_pacifica.client(line.url, line.clock, wait_ms=LONG_MS)) as gateway:
            line.open(gateway.client)
            yield PacificaBroker(gateway, wallets, vault, notes, listens=line.listens, poll_ms=0)


GROUNDS: Final[Mapping[str, Ground]] = {ground.name: ground for ground in (Hyperliquid(), Pacifica())}
