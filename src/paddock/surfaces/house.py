"""What every part of the process shares: one database, and the services on it."""

from __future__ import annotations

from dataclasses import dataclass

from paddock.core.seams import Clock, IdSource
from paddock.engine.costs import Costs
from paddock.journal.database import Database
from paddock.runtime.accounts import Accounts
from paddock.runtime.bots import Bots
from paddock.runtime.kill import Kills
from paddock.runtime.runs import Runs


@dataclass(frozen=True, slots=True)
class House:
    """`kills` is one object for all: a switch that was pulled here holds here, even where it could not be written."""

    database: Database
    clock: Clock
    ids: IdSource
    bots: Bots
    accounts: Accounts
    runs: Runs
    kills: Kills
    paper: Costs  # what trading at the paper venue costs


def house_on(database: Database, clock: Clock, ids: IdSource, paper: Costs | None = None) -> House:
    """`paper`: the usual costs where none are given."""
    return House(
        database,
        clock,
        ids,
        Bots(database, clock, ids),
        Accounts(database, clock, ids),
        Runs(database, clock, ids),
        Kills(database, clock),
        paper or Costs(),
    )
