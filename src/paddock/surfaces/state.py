"""What the process is doing, in one document: the same over the Unix socket and over the API."""

from __future__ import annotations

from math import isnan
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, func, select

from paddock.core.money import Usd
from paddock.core.time import DAY_MS, interval_ms
from paddock.journal.database import Database
from paddock.journal.tables import decisions, equity_points
from paddock.runtime.feeds import FeedRecord, feed_records
from paddock.runtime.kill import PLATFORM, engaged
from paddock.runtime.lifecycle import KEPT
from paddock.runtime.seen import read_bars
from paddock.runtime.tables import runs

NEWEST: Final = 20  # signals that are shown


def state_of(
    database: Database, *, started_ts: int, now_ts: int, getting_ready: str, owner: str | None = None
) -> dict[str, Any]:
    """Everything worth knowing at a glance; runs and what comes of them are those of `owner`, or everybody's.

    `getting_ready` is what is done before bots can be kept going, null once they are.
    `last_tick_ms` is the open of the last bar decided on, in ms UTC of its feed; `daily_pnl` is in USD since midnight
    UTC of each run's feed; `latest_signals` holds the last decision of the newest runs that are kept.
    """
    with database.read() as conn:
        known = feed_records(conn)
        switch = next((kill for kill in engaged(conn) if kill.scope == PLATFORM), None)
        stale = [feed.feed for feed in known if feed.stale_ts is not None]
        return {
            "mode": "paper",
            "getting_ready": getting_ready or None,
            "paused": switch is not None,
            "uptime_seconds": (now_ts - started_ts) // 1000,
            "tick_count": sum(_lived(feed) for feed in known),
            "last_tick_ms": max((feed.last_ts for feed in known if _lived(feed)), default=None),
            "mid_prices": {symbol: px for feed in known for symbol, px in _closes(conn, feed).items()},
            "latest_signals": _signals(conn, owner),
            "ws_healthy": not stale,
            "risk_allowed": switch is None,
            "risk_reason": "" if switch is None else switch.reason,
            "daily_pnl": str(Usd(sum(_earned(conn, feed, owner) for feed in known))),
            "runs": _counted(conn, owner),
            "feeds": [_told(feed) for feed in known],
        }


def _lived(feed: FeedRecord) -> int:
    """Bars since the last of its history, missing ones included."""
    return (feed.last_ts - feed.begin_ts) // interval_ms(feed.interval)


def _told(feed: FeedRecord) -> dict[str, Any]:
    return {
        "feed": feed.feed,
        "venue": feed.venue,
        "interval": feed.interval,
        "bars": _lived(feed),
        "last_ts": feed.last_ts if _lived(feed) else None,
        "stale_since_ts": feed.stale_ts,
    }


def _closes(conn: Connection, feed: FeedRecord) -> dict[str, float]:
    """The last close of each symbol that has one."""
    for bar in read_bars(conn, feed.feed, feed.last_ts - 1, feed.last_ts):
        return {symbol: float(px) for symbol, px in zip(feed.symbols, bar.close, strict=True) if not isnan(px)}
    return {}


def _kept(owner: str | None) -> ColumnElement[bool]:
    kept = runs.c.state.in_(KEPT)
    return kept if owner is None else and_(kept, runs.c.owner == owner)


def _signals(conn: Connection, owner: str | None) -> list[dict[str, Any]]:
    same = and_(decisions.c.run_id == runs.c.run_id, decisions.c.decision == runs.c.decision)
    wanted = select(runs.c.run_id, decisions.c.decision, decisions.c.ts, decisions.c.detail).join(decisions, same)
    newest = wanted.where(_kept(owner)).order_by(runs.c.run_id.desc()).limit(NEWEST)
    return [dict(row) for row in conn.execute(newest).mappings()]


def _earned(conn: Connection, feed: FeedRecord, owner: str | None) -> int:
    """Micro-dollars since the last midnight of the feed."""
    midnight = feed.last_ts // DAY_MS * DAY_MS

    def equity(*, last: bool) -> ScalarSelect[int]:
        mine = (equity_points.c.run_id == runs.c.run_id, equity_points.c.ts >= midnight)
        order = equity_points.c.ts.desc() if last else equity_points.c.ts
        return select(equity_points.c.equity).where(*mine).order_by(order).limit(1).scalar_subquery()

    change = func.coalesce(func.sum(equity(last=True) - equity(last=False)), 0)
    return int(
        conn.execute(select(change).select_from(runs).where(_kept(owner), runs.c.feed == feed.feed)).scalar_one()
    )


def _counted(conn: Connection, owner: str | None) -> dict[str, int]:
    wanted = select(runs.c.state, func.count()).group_by(runs.c.state).order_by(runs.c.state)
    rows = conn.execute(wanted if owner is None else wanted.where(runs.c.owner == owner))
    return dict(rows.all())
