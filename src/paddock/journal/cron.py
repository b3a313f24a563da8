"""Schedules: a cron expression queues a job at each of its times, once, whoever looks and however often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cronsim import CronSim, CronSimError
from sqlalchemy import Column, Connection, Text, select

from paddock.core.errors import Code, Invalid
from paddock.journal.jobs import Job, enqueue
from paddock.journal.schema import Ms, table, upsert

schedules = table(
    "schedules",
    Column("name", Text, primary_key=True),
    Column("looked_ts", Ms, nullable=False),
    clustered=True,
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job of `kind` at each time of a cron expression, in UTC."""

    name: str
    expression: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def fire(conn: Connection, wanted: Sequence[Schedule], now_ts: int) -> list[Job]:
    """Queue what came due since somebody last looked: of several missed times the newest alone.

    A schedule that nobody looked at before starts now. Raises Invalid (job.schedule) for an expression that is none.
    """
    names = [schedule.name for schedule in wanted]
    rows = conn.execute(select(schedules).where(schedules.c.name.in_(names)))
    looked = {row.name: row.looked_ts for row in rows}
    made = []
    for schedule in wanted:
        last = last_time(schedule.expression, now_ts)
        if last > looked.get(schedule.name, now_ts):
            key = f"cron:{schedule.name}:{last}"
            made.append(enqueue(conn, key, schedule.kind, schedule.payload, now_ts=now_ts, key=key))
    upsert(conn, schedules, [{"name": name, "looked_ts": max(now_ts, looked.get(name, 0))} for name in names])
    return made


def last_time(expression: str, now_ts: int) -> int:
    """The newest time of a cron expression at or before `now_ts` (ms UTC). Raises Invalid (job.schedule)."""
    after = datetime.fromtimestamp(now_ts // 1000, UTC) + timedelta(seconds=1)
    try:
        found = next(CronSim(expression, after, reverse=True))
    except (CronSimError, StopIteration):
        raise Invalid(
            Code.JOB_SCHEDULE,
            f'"{expression}" names no times',
            seen=expression,
            rule="a schedule is a cron expression: minute, hour, day, month, weekday",
            suggestion="for example 0 0 * * * for midnight UTC",
        ) from None
    return int(found.timestamp()) * 1000
