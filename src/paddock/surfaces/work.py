"""The worker as a part of the process, and what the Unix socket may ask of it."""

from __future__ import annotations

import gc
import socket
import time
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import structlog
from sqlalchemy import ColumnElement, select

from paddock.core.errors import Invalid, Refused, Unavailable, Unknown
from paddock.core.seams import Clock
from paddock.journal.tables import positions
from paddock.market.lake import Lake
from paddock.market.tape import Tape
from paddock.runtime.desk_policy import DeskPolicy
from paddock.runtime.feeds import TapeReplay
from paddock.runtime.kill import PLATFORM
from paddock.runtime.lifecycle import KillAction, RunState, StopMode, Wanted
from paddock.runtime.paper import PaperVenue
from paddock.runtime.runner import Market
from paddock.runtime.tables import runs
from paddock.runtime.tell import Tell
from paddock.runtime.worker import Worker
from paddock.surfaces.backtests import KIND, KIND_PYTHON, Backtester, backtest_part
from paddock.surfaces.boxes import OF_ONES_OWN, OF_STRANGERS, boxes, trials
from paddock.surfaces.demo_bots import ensure_demo_bots
from paddock.surfaces.histories import Histories
from paddock.surfaces.house import House
from paddock.surfaces.ipc import Door
from paddock.surfaces.machine import SystemClock
from paddock.surfaces.meter import Meter, meter_part
from paddock.surfaces.parts import Part
from paddock.surfaces.rehearsal import rehearse_once
from paddock.surfaces.replay import DEMO, Replay, ensure_demo_market, feed_of
from paddock.surfaces.start import Start
from paddock.surfaces.state import state_of
from paddock.surfaces.venue_feeds import VenueFeeds

PACE_S = 0.1  # between rounds in which nothing closed
SOCKET = "socket"  # who did it, in the journal
PAUSED = "paused over the socket"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Playing:
    """The replays that bring the bars, each with the feed that plays it, by name."""

    replays: Mapping[str, Replay]
    feeds: Mapping[str, TapeReplay]

    @property
    def fastest(self) -> float:
        """By how much time runs faster than outside, at most."""
        return max((replay.speed or 1.0 for replay in self.replays.values()), default=1.0)

    @property
    def stepped(self) -> list[TapeReplay]:
        """Those that bring a bar for each step."""
        return [self.feeds[name] for name, replay in self.replays.items() if replay.speed is None]


def playing(replays: Sequence[Replay], lake: Lake, clock: Clock, *, demo: bool) -> Playing:
    """Everything that is to be played, with `demo` the demo's market too, which is made where it is absent.

    Raises NotFound and Invalid (data.*).
    """
    if demo:
        ensure_demo_market(lake)
    wanted = {replay.name: replay for replay in (*([DEMO] if demo else []), *replays)}
    return Playing(wanted, {name: feed_of(replay, lake, clock) for name, replay in wanted.items()})


def working(
    house: House,
    lake: Lake,
    played: Playing,
    start: Start,
    *,
    demo: bool,
    strangers: bool,
    entrance: Door,
    heard: VenueFeeds | None = None,
) -> list[Part]:
    """The worker with its feeds, and the socket that answers for it, from the first moment on.

    With `demo`, the demo's bots too. `strangers` may sign in: their strategies take walls that hold them. `heard` are
    the feeds of venues, which join when they are open.
    """
    holder = f"{socket.gethostname()}:{lake.home}"  # the same after a restart: one process a home has a worker
    allowance = OF_STRANGERS if strangers else OF_ONES_OWN

    def prepared() -> Worker:
        if played.feeds or heard is not None:
            rehearse_once(_to_rehearse_on(played), house.clock, house.ids, start.wait_for)
        markets = [_on_paper(house, feed) for feed in played.feeds.values()]
        policy = in_time_of(played.fastest)
        worker = Worker(house.database, markets, house.kills, holder, policy=policy, boxes=boxes(allowance))
        if demo:
            ensure_demo_bots(house)
        return worker

    control = Supervisor(house, house.clock.now_ts(), lambda: start.doing)
    tried = trials(strangers=strangers)
    tell = Tell(Histories(house.database, lake.home), lambda _feed: house.paper, tried)
    clocks = {name: feed.clock for name, feed in played.feeds.items()}
    every = ChainMap(heard.clocks, clocks) if heard else clocks
    meters = [Meter(house.database, tell, every, scripted=scripted) for scripted in (False, True)]
    queues = [
        Backtester(house.database, lake.home, time.monotonic, holder, tried, kind) for kind in (KIND, KIND_PYTHON)
    ]
    return [
        worker_part(prepared, played, start, heard),
        *([heard.part()] if heard else []),
        *map(backtest_part, queues),
        *map(meter_part, meters),
        Part("socket", lambda stop: entrance.serve(control, stop)),
    ]


def _on_paper(house: House, feed: TapeReplay) -> Market:
    """A venue of play money that fills on the bars of the feed, in its time."""
    venue = PaperVenue(house.database, feed.clock)
    return Market(feed, lambda _account_id: venue, venue, house.paper)


def _to_rehearse_on(played: Playing) -> Tape:
    """Any tape will do: where nothing is played, the generated market."""
    if played.feeds:
        return next(iter(played.feeds.values())).history()
    with TemporaryDirectory(prefix="paddock-") as folder:
        lake = Lake(Path(folder))
        ensure_demo_market(lake)
        return feed_of(DEMO, lake, SystemClock()).history()


def in_time_of(speed: float) -> DeskPolicy:
    """The desk's patience by a clock that runs `speed` times as fast: as long as ever for who waits for it."""
    usual = DeskPolicy()
    waits = [item.name for item in fields(usual) if item.name.endswith("_ms")]
    return replace(usual, **{name: max(1, int(getattr(usual, name) * speed)) for name in waits})


def worker_part(prepared: Callable[[], Worker], played: Playing, start: Start, heard: VenueFeeds | None = None) -> Part:
    """Gets a worker ready, which may take minutes, and steps it."""

    def run(stop: Event) -> None:
        worker = _unless_stopped(prepared, stop)
        if worker is not None:
            start.ready()
            _step(worker, played, stop, heard)

    return Part("worker", run)


def _unless_stopped(prepared: Callable[[], Worker], stop: Event) -> Worker | None:
    """The worker, None when `stop` is set before: nothing interrupts a compiler, so that it is left behind."""
    pool = ThreadPoolExecutor(1, "start")
    made = pool.submit(prepared)
    pool.shutdown(wait=False)
    while not stop.is_set():
        if wait([made], PACE_S).done:
            return made.result()
    return None


def _step(worker: Worker, played: Playing, stop: Event, heard: VenueFeeds | None) -> None:
    playing, stepped, loads = list(played.feeds.values()), played.stepped, 0
    try:
        while not stop.is_set():
            for feed in stepped:
                feed.advance()
            for market in heard.opened() if heard else ():
                _join(worker, market)
            decided = worker.step()
            if worker.loads != loads:
                loads = worker.loads
                settle_memory()
            if not decided:
                stop.wait(PACE_S)
            for feed in [feed for feed in playing if feed.finished]:
                playing.remove(feed)
                log.info("the replay is over; its runs decide no more", feed=feed.name)
    finally:
        _release(worker)


def _join(worker: Worker, market: Market) -> None:
    """One that cannot be kept is left: what else there is goes on."""
    try:
        worker.add(market)
    except Invalid as error:
        log.error("the feed is not kept", feed=market.feed.name, code=error.code, message=error.message)


def settle_memory() -> None:
    """Runs live long: later collections leave out what there is now, which with thousands of them stops everything for
    half a second now and then."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _release(worker: Worker) -> None:
    try:
        worker.stop()
    except (Unavailable, Unknown) as error:
        log.warning("leases were not given back; they run out by themselves", code=error.code, message=error.message)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Answers for the process on its Unix socket."""

    house: House
    started_ts: int
    getting_ready: Callable[[], str]

    def state(self) -> Mapping[str, object]:
        return state_of(
            self.house.database,
            started_ts=self.started_ts,
            now_ts=self.house.clock.now_ts(),
            getting_ready=self.getting_ready(),
        )

    def pause(self) -> Mapping[str, object]:
        self.house.kills.engage(PLATFORM, PAUSED, by=SOCKET, action=KillAction.PAUSE)
        return {"paused": True}

    def resume(self) -> Mapping[str, object]:
        """Releases the switch of the platform, and resumes the runs that `pause` paused; others stay as they are."""
        self.house.kills.release(PLATFORM, by=SOCKET)
        paused = (runs.c.wanted == Wanted.PAUSED) & runs.c.reason.endswith(PAUSED)
        resumed = [run_id for owner, run_id in self._found(paused) if self._resumes(owner, run_id)]
        return {"paused": False, "runs": resumed}

    def emergency_close(self, symbol: str) -> Mapping[str, object]:
        """Flattens and stops every run that holds the symbol."""
        holders = select(positions.c.run_id).where(positions.c.symbol == symbol, positions.c.qty != 0)
        found = self._found(runs.c.run_id.in_(holders) & (runs.c.state != RunState.STOPPED))
        for owner, run_id in found:
            self.house.runs.stop(owner, run_id, StopMode.FLATTEN)
        return {"symbol": symbol, "runs": [run_id for _, run_id in found]}

    def _found(self, which: ColumnElement[bool]) -> Sequence[tuple[str, str]]:
        """Owner and id of runs."""
        with self.house.database.read() as conn:
            wanted = select(runs.c.owner, runs.c.run_id).where(which).order_by(runs.c.run_id)
            return conn.execute(wanted).all()

    def _resumes(self, owner: str, run_id: str) -> bool:
        try:
            self.house.runs.resume(owner, run_id)
        except Refused:  # another switch covers it
            return False
        return True
