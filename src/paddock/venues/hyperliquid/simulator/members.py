"""Who may act for whom? Accounts that were paid into, their agents, sub-accounts and the builders they approved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from paddock.venues.hyperliquid.simulator.fills import made_address

MOST_NAMED: Final = 3
MOST_NAMED_OF_SUB: Final = 2  # more for each sub-account
LONGEST_NAME: Final = 16

# No source has the venue's words for these; they are ours.
TOO_MANY_AGENTS: Final = "Too many extra agents."
NAME_TOO_LONG: Final = "Agent name too long."
AGENT_TAKEN: Final = "Extra agent already used."
AGENT_EXPIRES: Final = "Agent valid_until must be in the future."

_UNTIL: Final = " valid_until "
_NEVER_TS: Final = 2**62
_AGENT_LIFE_MS: Final = 180 * 86_400_000  # an agent that names no end lives half a year


@dataclass(slots=True)
class Agent:
    """A key that trades for an account until `until_ts`."""

    address: str
    name: str
    until_ts: int


@dataclass(slots=True)
class Member:
    """One account. `builders`: the largest fee of each, in tenths of a basis point. `spot`: its dollars there (µ)."""

    address: str
    agents: list[Agent] = field(default_factory=list)
    builders: dict[str, int] = field(default_factory=dict)
    subs: dict[str, str] = field(default_factory=dict)  # address by name
    master: str = ""
    spot: int = 0
    referrer: str = ""
    abstraction: str = "default"


class Members:
    def __init__(self) -> None:
        self._members: dict[str, Member] = {}
        self._masters: dict[str, str] = {}  # of agents

    def get(self, address: str) -> Member | None:
        return self._members.get(address)

    def welcome(self, address: str) -> Member:
        """The account of an address, made when it is paid into for the first time."""
        return self._members.setdefault(address, Member(address))

    def acting(self, signer: str, now_ts: int) -> Member | None:
        """The account that a signer acts for: its own, or the one that it is an agent of."""
        own = self._members.get(signer)
        if own is not None and not own.master:
            return own
        agent = self.agent(signer, now_ts)
        return None if agent is None else self._members[self._masters[signer]]

    def agent(self, address: str, now_ts: int) -> Agent | None:
        master = self._members.get(self._masters.get(address, ""))
        agents = [] if master is None else master.agents
        return next((one for one in agents if one.address == address and now_ts <= one.until_ts), None)

    def master_of(self, agent: str) -> str:
        return self._masters.get(agent, "")

    def approve(self, member: Member, address: str, said_name: str, now_ts: int) -> str | None:
        """Let an agent trade; one without a name, or of the same name, takes another's place. Why not, or None."""
        name, until_ts = _named(said_name, now_ts)
        if len(name) > LONGEST_NAME:
            return NAME_TOO_LONG
        if until_ts <= now_ts:
            return AGENT_EXPIRES
        if address in self._members or self._masters.get(address, member.address) != member.address:
            return AGENT_TAKEN
        others = [one for one in member.agents if one.name != name and one.until_ts >= now_ts]
        most = MOST_NAMED + MOST_NAMED_OF_SUB * len(member.subs)
        if name and sum(bool(one.name) for one in others) >= most:
            return TOO_MANY_AGENTS
        for gone in {one.address for one in member.agents} - {one.address for one in others}:
            del self._masters[gone]
        member.agents = [*(one for one in others if one.address != address), Agent(address, name, until_ts)]
        self._masters[address] = member.address
        return None

    def revoke(self, address: str) -> None:
        """End an agent; nothing happens where there is none."""
        master = self._members.get(self._masters.pop(address, ""))
        if master is not None:
            master.agents = [one for one in master.agents if one.address != address]

    def add_sub(self, member: Member, name: str) -> Member:
        """A sub-account: nobody's key signs for it but its master's and its agents'."""
        sub = self.welcome(made_address("sub", member.address, name))
        sub.master = member.address
        member.subs[name] = sub.address
        return sub


def _named(said: str, now_ts: int) -> tuple[str, int]:
    """The name of an agent, and its end where the name says one."""
    name, _, until = said.partition(_UNTIL)
    if until.isascii() and until.isdigit():
        return name, int(until)
    return said, now_ts + _AGENT_LIFE_MS if said else _NEVER_TS
