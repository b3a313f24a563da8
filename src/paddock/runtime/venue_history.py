"""Feeds of venues as the database keeps them: where each is heard, and its history, which is the same for ever.

The history is kept bar by bar when the feed is begun. So it does not depend on what a venue still remembers, or on what
the lake of some machine holds: features count from the same bar wherever the feed is taken up again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, insert, select

from paddock.core.errors import Code, Invalid, NotFound
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.market.growing import Bar
from paddock.market.tape import Tape
from paddock.runtime.feeds import VENUE_ITSELF, FeedRecord, feed_record
from paddock.runtime.place import Place
from paddock.runtime.seen import PAGE, bar_at, extended, unpacked, write_bar
from paddock.runtime.tables import runs, seen_bars, venue_feeds
from paddock.runtime.watching import registered
from paddock.venues.signing.grant import Network

_COLUMNS: Final = (
    *("open", "high", "low", "close", "volume"),
    *("funding_open", "funding_inside", "funding_last"),
)


def begin(conn: Connection, name: str, place: Place, history: Tape) -> None:
    """Keep a new feed with its history. Raises Invalid (feed.changed) where there is another one of that name."""
    history = _lasting(history)
    registered(conn, name, history)
    instruments = [asdict(one) | {"min_notional_usd": str(one.min_notional_usd)} for one in history.instruments]
    row = {"feed": name, "network": place.network, "url": place.url, "instruments": instruments}
    conn.execute(insert(venue_feeds).values(row))
    for n in range(history.bars):
        write_bar(conn, name, bar_at(history, n))


def place_of(conn: Connection, record: FeedRecord) -> Place | None:
    """Where a feed is heard; None for one that is no venue's."""
    c = venue_feeds.c
    row = conn.execute(select(c.network, c.url).where(c.feed == record.feed)).one_or_none()
    return None if row is None else Place(record.venue, Network(row.network), row.url)


def still_needed(conn: Connection) -> list[FeedRecord]:
    """Feeds of venues with runs that are not over."""
    wanted = select(venue_feeds.c.feed).join(runs, runs.c.feed == venue_feeds.c.feed).where(runs.c.settled == 0)
    return [feed_record(conn, name) for name in sorted(set(conn.execute(wanted).scalars()))]


def require_same(conn: Connection, record: FeedRecord, place: Place, interval: str, symbols: Sequence[str]) -> None:
    """Raises Invalid (feed.changed) where a feed is asked for in another way than it was begun."""
    known = place_of(conn, record)
    was = (known, record.interval, record.symbols)
    seen = (place, interval, tuple(sorted(symbols)))
    for where, old, new in zip(("place", "interval", "symbols"), was, seen, strict=True):
        if old != new:
            raise Invalid(
                Code.FEED_CHANGED,
                f"the feed {record.feed} is not the one that its runs began on",
                where=where,
                seen=_words(new),
                rule=f"its {where} is {_words(old)} for ever: what its runs decided depends on it",
                suggestion=f"give the new one another name: --feed {record.feed}-2=…",
            )


def require_same_grid(name: str, begun: Sequence[Instrument], listed: Callable[[str], Instrument]) -> None:
    """Raises Invalid (feed.changed) where the venue has another lot or tick than when the feed began: numbers of lots
    would mean other quantities there. What the venue does not list any more cannot be traded."""
    for was in begun:
        try:
            now = listed(was.symbol)
        except NotFound:
            continue
        for where in ("lot", "tick"):
            old, new = f"{getattr(was, where):f}", f"{getattr(now, where):f}"
            if old != new:
                raise Invalid(
                    Code.FEED_CHANGED,
                    f"the {where} of {was.symbol} is {new} at the venue, and {old} on the feed {name}",
                    where=f"{was.symbol}.{where}",
                    seen=new,
                    rule=f"a feed keeps the grid that it began with, {old}: its runs count in it",
                    suggestion=f"close at the venue what its runs hold, stop them, and begin anew: --feed {name}-2=…",
                )


def history_of(conn: Connection, record: FeedRecord) -> Tape:
    """The history that a feed of a venue was begun with."""
    told = conn.execute(select(venue_feeds.c.instruments).where(venue_feeds.c.feed == record.feed)).scalar_one()
    c = seen_bars.c
    kept = select(c.ts, c.columns).where(c.feed == record.feed, c.ts <= record.begin_ts).order_by(c.ts)
    rows = [(ts, columns) for ts, columns in conn.execute(kept)]
    pages = [rows[start : start + PAGE] for start in range(1, len(rows), PAGE)]
    tape = extended(_one_bar(record, told, unpacked(*rows[0])), len(rows) - 1, pages)
    return replace(tape, funding_coverage=float(np.mean(~np.isnan(tape.funding_last))))


def _lasting(tape: Tape) -> Tape:
    """A tape as the history of a venue's feed: bars, and funding also where none is known yet."""
    none, unknown = np.zeros_like(tape.close), np.full_like(tape.close, np.nan)
    told = tape.funding_open.shape[1] > 0
    return replace(
        tape,
        fine=None,
        open_interest=np.empty((len(tape.symbols), 0)),
        funding_open=tape.funding_open if told else none,
        funding_inside=tape.funding_inside if told else none,
        funding_last=tape.funding_last if told else unknown,
        source=VENUE_ITSELF,
    )


def _one_bar(record: FeedRecord, instruments: Sequence[dict[str, Any]], bar: Bar) -> Tape:
    columns = {name: getattr(bar, name)[:, None].copy() for name in _COLUMNS}
    return Tape(
        venue=record.venue,
        interval=record.interval,
        symbols=record.symbols,
        instruments=tuple(_instrument(one) for one in instruments),
        ts=np.array([bar.ts], np.int64),
        **columns,
        open_interest=np.empty((len(record.symbols), 0)),
        fine=None,
        funding_coverage=0.0,
        fidelity=f"{record.interval} bars",
        source=record.source,
    )


def _instrument(told: dict[str, Any]) -> Instrument:
    kept = {"kind": InstrumentKind(told["kind"]), "min_notional_usd": Decimal(told["min_notional_usd"])}
    return Instrument(**told | kept)


def _words(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
