"""A bot that lives for a few bars in a database that is thrown away, so that the engine is compiled before it counts.

Compiling takes a minute or more, once for each version; while it does, a bot would hold the journal and watch nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from paddock.core.money import MICROS
from paddock.core.seams import Clock, IdSource
from paddock.engine.costs import Costs
from paddock.engine.result import document
from paddock.journal.database import Database
from paddock.journal.upgrade import upgrade
from paddock.market.tape import Tape
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market
from paddock.runtime.runs import Run
from paddock.runtime.tell import Tell
from paddock.runtime.worker import Worker
from paddock.strategy.templates.build import equity, graph, node, path
from paddock.surfaces import kernel_cache
from paddock.surfaces.boxes import OF_ONES_OWN, boxes
from paddock.surfaces.house import House, house_on

NAME: Final = "rehearsal"
IN_PYTHON: Final = f"{NAME} in Python"  # an owner of its own
BARS: Final = 6
WARM_UP: Final = 100
COMPILING: Final = "compiling the engine (once), which takes one to three minutes"
SOURCE: Final = """
from paddock.strategy.python import Strategy, close_position, equity_pct, open_long

class InAndOut(Strategy):
    def init(self, market):
        self.average = market.feature("sma", 2)

    def next(self, view):
        for now in view:
            if now.position.is_long:
                yield close_position(now.symbol)
            elif now.value(self.average) is not None:
                yield open_long(now.symbol, equity_pct(10), 1, stop_loss_pct=5)
"""


def rehearse_once(tape: Tape, clock: Clock, ids: IdSource, on_wait: Callable[[str], None]) -> None:
    """Rehearse on the end of a tape, unless that was done with the engine as it is; `on_wait` is told before."""
    mark = kernel_cache.folder() / NAME
    if mark.exists() or tape.bars < WARM_UP + BARS:
        return
    on_wait(COMPILING)
    with TemporaryDirectory(prefix="paddock-") as folder:
        rehearse(tape, clock, ids, Path(folder))
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def rehearse(tape: Tape, clock: Clock, ids: IdSource, folder: Path) -> None:
    """Enter, protect and leave on the last bars of a tape, and tell of it, by everything that a bot needs."""
    database = Database.open(f"sqlite:///{folder}/{NAME}.db")
    upgrade(database)
    house = house_on(database, clock, ids)
    feed = feed_on(tape)
    venue = PaperVenue(database, feed.clock)
    market = Market(feed, lambda _account_id: venue, venue, Costs())
    worker = Worker(database, [market], house.kills, NAME, boxes=boxes(OF_ONES_OWN))
    run = _deployed(house, NAME, _graph(), tape)
    scripted = _deployed(house, IN_PYTHON, _python(), tape)
    for _ in range(BARS):
        worker.step()
        feed.advance()
    worker.step()
    worker.stop()
    tell = Tell(lambda _feed: feed.history(), lambda _feed: Costs(), boxes(OF_ONES_OWN))
    for lived in (house.runs.get(NAME, run.run_id), house.runs.get(IN_PYTHON, scripted.run_id)):
        with database.read() as conn, tell.told(conn, lived) as told:
            document(told.again())
            told.explain(int(tape.ts[-2]))
    database.close()


def feed_on(tape: Tape) -> TapeReplay:
    """The last bars of a tape, brought one by one."""
    return TapeReplay(NAME, tape, tape.bars - BARS)


def _graph() -> dict[str, object]:
    return graph(
        NAME,
        "In and out.",
        [
            node("start", "trigger"),
            node("flat", "no_open_position"),
            node("buy", "open_long", size=equity(10), leverage=1),
            node("stop", "set_stop_loss", stop_loss_pct=5),
            node("is_long", "position_side_is", side="long"),
            node("leave", "close_position"),
        ],
        [path("start", "flat", "buy", "stop"), path("start", "is_long", "leave")],
        {"max_leverage": 1},
    )


def _python() -> dict[str, object]:
    """The same in Python, which takes other ways through the engine."""
    document = {key: value for key, value in _graph().items() if key not in ("nodes", "edges")}
    return document | {"kind": "python", "python": {"source": SOURCE, "class": "InAndOut"}}


def _deployed(house: House, owner: str, strategy: dict[str, object], tape: Tape) -> Run:
    scope = {"venue": tape.venue, "interval": tape.interval, "symbols": list(tape.symbols[:1])}
    bot = house.bots.create(owner, NAME, strategy | {"scope": scope})
    account = house.accounts.open(owner, NAME, 1_000_000 * MICROS)
    return house.runs.deploy(owner, bot.bot_id, account.account_id, 1_000_000 * MICROS, feed=NAME)
