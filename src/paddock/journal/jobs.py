"""Jobs: work that is queued once, done by one worker at a time, tried again when that worker dies, then given up.

A job belongs to whoever claimed it for as long as its heartbeat goes on, in the database's time. The number of the
attempt is its fence: what an earlier attempt still writes is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, Connection, Index, Row, Text, and_, func, insert, or_, select, update

from paddock.core.errors import Code, NotFound, Refused
from paddock.journal.database import Database
from paddock.journal.events import PLATFORM, Draft, append
from paddock.journal.kinds import EventKind
from paddock.journal.schema import CanonicalJson, Count, Flag, Ms, Real, one_of, table


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"  # given up after its last attempt
    CANCELED = "canceled"


jobs = table(
    "jobs",
    Column("job_id", Text, primary_key=True),
    Column("position", Count, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("payload", CanonicalJson, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Count, nullable=False),
    Column("max_attempts", Count, nullable=False),
    Column("due_ts", Ms, nullable=False),
    Column("holder", Text, nullable=False),
    Column("expires_ts", Ms, nullable=False),
    Column("progress", Real, nullable=False),
    Column("cancel", Flag, nullable=False),
    Column("result", CanonicalJson, nullable=True),
    Column("error", Text, nullable=False),
    Column("created_ts", Ms, nullable=False),
    Column("ended_ts", Ms, nullable=False),
    Index(None, "state", "due_ts"),
    Index(None, "owner", "position"),
    CheckConstraint(one_of("state", JobState), name="state"),
    CheckConstraint("attempts >= 0 AND max_attempts > 0", name="counted"),
    CheckConstraint("progress >= 0 AND progress <= 1", name="progress"),
)

ENDED: Final = frozenset({JobState.DONE, JobState.DEAD, JobState.CANCELED})
MAX_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. Times are ms UTC of the database, 0 for never; `progress` goes from 0 to 1.

    `key` is unique: the same work is queued once. `cancel`: somebody asked it to stop. `position` orders the queue.
    """

    job_id: str
    position: int
    kind: str
    key: str
    owner: str
    payload: Mapping[str, Any]
    state: JobState
    attempts: int
    max_attempts: int
    due_ts: int
    holder: str
    expires_ts: int
    progress: float
    cancel: bool
    result: Any
    error: str
    created_ts: int
    ended_ts: int


def enqueue(
    conn: Connection,
    job_id: str,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now_ts: int,
    key: str = "",
    owner: str = "",
    due_ts: int = 0,
    max_attempts: int = MAX_ATTEMPTS,
) -> Job:
    """Queue work, or give the job that already has this key; without a key it is its own."""
    known = _one(conn, jobs.c.key == (key or job_id))
    if known is not None:
        return known
    position = conn.execute(select(func.coalesce(func.max(jobs.c.position), 0) + 1)).scalar_one()
    conn.execute(
        insert(jobs).values(
            job_id=job_id,
            position=position,
            kind=kind,
            key=key or job_id,
            owner=owner,
            payload=payload,
            state=JobState.QUEUED,
            attempts=0,
            max_attempts=max_attempts,
            due_ts=due_ts,
            holder="",
            expires_ts=0,
            progress=0.0,
            cancel=False,
            error="",
            created_ts=now_ts,
            ended_ts=0,
        )
    )
    made = get(conn, job_id)
    _tell(conn, made, EventKind.JOB_QUEUED, now_ts)
    return made


def claim(database: Database, kinds: Collection[str], holder: str, ttl_ms: int) -> Job | None:
    """The oldest job of these kinds that is due, or whose worker fell silent; it is the caller's for `ttl_ms`.

    One that fell silent in its last attempt is given up instead.
    """
    with database.write() as conn:
        now = database.now_ts(conn)
        waiting = and_(jobs.c.state == JobState.QUEUED, jobs.c.due_ts <= now)
        silent = and_(jobs.c.state == JobState.RUNNING, jobs.c.expires_ts <= now)
        wanted = and_(jobs.c.kind.in_(sorted(kinds)), or_(waiting, silent))
        while (job := _one(conn, wanted)) is not None:
            if job.cancel:
                _end(conn, job, JobState.CANCELED, now, error="cancelled")
            elif job.attempts >= job.max_attempts:
                _end(conn, job, JobState.DEAD, now, error=job.error or f"its worker fell silent {job.attempts} times")
            else:
                conn.execute(
                    update(jobs)
                    .where(jobs.c.job_id == job.job_id)
                    .values(
                        state=JobState.RUNNING,
                        attempts=job.attempts + 1,
                        holder=holder,
                        expires_ts=now + ttl_ms,
                        progress=0.0,
                    )
                )
                return get(conn, job.job_id)
    return None


def require_held(conn: Connection, claimed: Job) -> None:
    """Raises Refused (database.fenced) when the job has passed on since it was claimed, or has ended."""
    now = get(conn, claimed.job_id)
    if (now.state, now.holder, now.attempts) != (JobState.RUNNING, claimed.holder, claimed.attempts):
        raise Refused(
            Code.FENCED,
            f"{claimed.holder} no longer holds job {claimed.job_id}",
            where=claimed.job_id,
            seen=f"{now.state}, attempt {now.attempts} by {now.holder or 'nobody'}",
            rule=f"only attempt {claimed.attempts} writes with it",
        )


def heartbeat(database: Database, claimed: Job, ttl_ms: int, progress: float = 0.0) -> Job:
    """Hold a claimed job for `ttl_ms` from now and say how far it is; `cancel` of the answer says to stop.

    Raises Refused (database.fenced).
    """
    with database.write() as conn:
        require_held(conn, claimed)
        conn.execute(
            update(jobs)
            .where(jobs.c.job_id == claimed.job_id)
            .values(expires_ts=database.now_ts(conn) + ttl_ms, progress=progress)
        )
        return get(conn, claimed.job_id)


def finish(conn: Connection, claimed: Job, result: object, now_ts: int) -> None:
    """End a claimed job, in the transaction that writes what it did. Raises Refused (database.fenced)."""
    require_held(conn, claimed)
    _end(conn, claimed, JobState.DONE, now_ts, result=result, progress=1.0)


def fail(conn: Connection, claimed: Job, error: str, now_ts: int, *, retry_ms: int | None) -> None:
    """Try a claimed job again in `retry_ms`, or give it up: without `retry_ms`, or after its last attempt.

    Raises Refused (database.fenced).
    """
    require_held(conn, claimed)
    if retry_ms is None or claimed.attempts >= claimed.max_attempts:
        _end(conn, claimed, JobState.DEAD, now_ts, error=error)
    else:
        again = {"state": JobState.QUEUED, "holder": "", "expires_ts": 0, "due_ts": now_ts + retry_ms, "error": error}
        conn.execute(update(jobs).where(jobs.c.job_id == claimed.job_id).values(again))


def give_back(conn: Connection, claimed: Job, now_ts: int) -> None:
    """Let the next who asks do a claimed job at once; this attempt does not count. Raises Refused (database.fenced)."""
    require_held(conn, claimed)
    waits = {"state": JobState.QUEUED, "holder": "", "expires_ts": 0, "due_ts": now_ts, "progress": 0.0}
    uncounted = {"attempts": claimed.attempts - 1}
    conn.execute(update(jobs).where(jobs.c.job_id == claimed.job_id).values(waits | uncounted))


def canceled(conn: Connection, claimed: Job, now_ts: int) -> None:
    """The worker's answer to being asked to stop. Raises Refused (database.fenced)."""
    require_held(conn, claimed)
    _end(conn, claimed, JobState.CANCELED, now_ts, error="cancelled")


def cancel(conn: Connection, job_id: str, now_ts: int) -> Job:
    """Ask a job to stop: one that waits ends at once, one that runs when its worker sees it, one that ended stays.

    Raises NotFound (job.not_found).
    """
    job = get(conn, job_id)
    if job.state is JobState.QUEUED:
        _end(conn, job, JobState.CANCELED, now_ts, error="cancelled")
    elif job.state is JobState.RUNNING:
        conn.execute(update(jobs).where(jobs.c.job_id == job_id).values(cancel=True))
    return get(conn, job_id)


def get(conn: Connection, job_id: str) -> Job:
    """Raises NotFound (job.not_found)."""
    found = _one(conn, jobs.c.job_id == job_id)
    if found is None:
        raise NotFound(Code.JOB_NOT_FOUND, f'there is no job "{job_id}"', seen=job_id, rule="a job is named by its id")
    return found


def listed(
    conn: Connection, *, owner: str | None = None, states: Collection[JobState] = (), before: int = 0, limit: int
) -> list[Job]:
    """Jobs of an owner, or of all, in these states, or any; newest first, from below position `before` (0: the end)."""
    wanted = select(jobs).order_by(jobs.c.position.desc()).limit(limit)
    if owner is not None:
        wanted = wanted.where(jobs.c.owner == owner)
    if states:
        wanted = wanted.where(jobs.c.state.in_(sorted(states)))
    if before:
        wanted = wanted.where(jobs.c.position < before)
    return [_job(row) for row in conn.execute(wanted)]


def _one(conn: Connection, condition: Any) -> Job | None:
    row = conn.execute(select(jobs).where(condition).order_by(jobs.c.position).limit(1)).first()
    return _job(row) if row else None


def _job(row: Row[Any]) -> Job:
    return Job(**row._asdict() | {"state": JobState(row.state)})


def _end(
    conn: Connection,
    job: Job,
    state: JobState,
    now_ts: int,
    *,
    error: str = "",
    result: object = None,
    progress: float | None = None,
) -> None:
    conn.execute(
        update(jobs)
        .where(jobs.c.job_id == job.job_id)
        .values(
            state=state,
            expires_ts=0,
            error=error,
            result=result,
            progress=job.progress if progress is None else progress,
            ended_ts=now_ts,
        )
    )
    _tell(conn, job, EventKind.JOB_FINISHED if state is JobState.DONE else EventKind.JOB_FAILED, now_ts, error)


def _tell(conn: Connection, job: Job, kind: EventKind, now_ts: int, error: str = "") -> None:
    stream = f"user:{job.owner}" if job.owner else PLATFORM
    payload = {"job_id": job.job_id, "kind": job.kind, "attempts": job.attempts}
    append(conn, [Draft(stream, kind, now_ts, payload | ({"error": error} if error else {}))])
