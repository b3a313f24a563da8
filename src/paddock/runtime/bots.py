"""Bots: who owns which strategy, in which versions. A version never changes; a bot points at its newest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from paddock.core.errors import Code, Invalid, NotFound, Refused
from paddock.core.seams import Clock, IdSource
from paddock.journal.database import Database
from paddock.journal.events import Draft
from paddock.journal.kinds import EventKind
from paddock.journal.projections import record
from paddock.runtime.lifecycle import RunState
from paddock.runtime.page import Page, at_most, page_of
from paddock.runtime.tables import bot_versions, bots, runs
from paddock.strategy.canonical import canonical, strategy_hash
from paddock.strategy.document import Document
from paddock.strategy.validate import Report, load_document, validate

MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot as its owner knows it; `version` is its newest. Times are ms UTC."""

    bot_id: str
    owner: str
    name: str
    version: int
    created_ts: int
    changed_ts: int


@dataclass(frozen=True, slots=True)
class Version:
    """One strategy that a bot had: `document` is its canonical form, `strategy_hash` the hash of that."""

    bot_id: str
    version: int
    strategy_hash: str
    document: Mapping[str, object]
    created_ts: int


class Bots:
    """Creates, shows and changes bots. Whatever belongs to another owner does not exist (NotFound run.not_found)."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database, self._clock, self._ids = database, clock, ids

    def create(self, owner: str, name: str, document: object) -> Bot:
        """A bot with `document` (JSON text or plain values) as its first version.

        Raises Invalid (strategy.*) with all problems of the document, (bot.name) for a name that is none.
        """
        strategy, name = load_document(document), checked_name(name)
        now = self._clock.now_ts()
        bot = Bot(self._ids.next_id(), owner, name, 1, now, now)
        with self._database.write() as conn:
            conn.execute(insert(bots).values(**_row(bot), deleted_ts=None))
            _add_version(conn, bot, strategy, now)
            self._tell(conn, EventKind.BOT_CREATED, bot, strategy)
        return bot

    def list(self, owner: str, *, after: str = "", limit: int = 100) -> Page[Bot]:
        """The owner's bots by id."""
        limit = at_most(limit)
        wanted = select(*_COLUMNS).where(bots.c.owner == owner, bots.c.deleted_ts.is_(None), bots.c.bot_id > after)
        with self._database.read() as conn:
            rows = conn.execute(wanted.order_by(bots.c.bot_id).limit(limit + 1)).all()
        found = [Bot(*row) for row in rows]
        return page_of(found, [bot.bot_id for bot in found], limit)

    def get(self, owner: str, bot_id: str) -> Bot:
        with self._database.read() as conn:
            return bot_of(conn, owner, bot_id)

    def change(self, owner: str, bot_id: str, *, name: str | None = None, document: object = None) -> Bot:
        """Another name, or a new version; the strategy that it already has adds none. Runs keep what they pinned."""
        strategy = None if document is None else load_document(document)
        name = None if name is None else checked_name(name)
        now = self._clock.now_ts()
        with self._database.write() as conn:
            bot = bot_of(conn, owner, bot_id)
            newest = version_of(conn, bot, bot.version)
            fresh = strategy is not None and strategy_hash(strategy) != newest.strategy_hash
            version = bot.version + 1 if fresh else bot.version
            changed = Bot(bot_id, owner, name or bot.name, version, bot.created_ts, now)
            if (changed.name, changed.version) == (bot.name, bot.version):
                return bot
            conn.execute(update(bots).where(bots.c.bot_id == bot_id).values(**_row(changed)))
            if fresh and strategy is not None:
                _add_version(conn, changed, strategy, now)
            self._tell(conn, EventKind.BOT_CHANGED, changed, strategy if fresh else None)
        return changed

    def clone(self, owner: str, bot_id: str, name: str) -> Bot:
        """A new bot with the newest version of another one as its first."""
        with self._database.read() as conn:
            bot = bot_of(conn, owner, bot_id)
            newest = version_of(conn, bot, bot.version)
        return self.create(owner, name, dict(newest.document))

    def versions(self, owner: str, bot_id: str) -> tuple[Version, ...]:
        """All versions, the newest first."""
        with self._database.read() as conn:
            bot_of(conn, owner, bot_id)
            wanted = select(*_VERSION_COLUMNS).where(bot_versions.c.bot_id == bot_id)
            rows = conn.execute(wanted.order_by(bot_versions.c.version.desc())).all()
        return tuple(Version(*row) for row in rows)

    def version(self, owner: str, bot_id: str, version: int | None = None) -> Version:
        """One version, by default the newest; raises NotFound (run.not_found) for one that never was."""
        with self._database.read() as conn:
            bot = bot_of(conn, owner, bot_id)
            return version_of(conn, bot, bot.version if version is None else version)

    def validate(self, owner: str, bot_id: str, symbols: tuple[str, ...] | None = None) -> Report:
        """What is wrong with the newest version, on a market of `symbols` where they are known."""
        return validate(dict(self.version(owner, bot_id).document), symbols)

    def delete(self, owner: str, bot_id: str) -> None:
        """Hide the bot; its record stays. Raises Refused (bot.in_use) while one of its runs is not stopped."""
        with self._database.write() as conn:
            bot = bot_of(conn, owner, bot_id)
            living = select(runs.c.run_id).where(runs.c.bot_id == bot_id, runs.c.state != RunState.STOPPED)
            run_id = conn.execute(living.limit(1)).scalar()
            if run_id is not None:
                raise Refused(
                    Code.BOT_IN_USE,
                    "the bot still runs",
                    where="bot_id",
                    seen=run_id,
                    rule="a bot can be deleted when all of its runs are stopped",
                    suggestion=f"stop run {run_id} first",
                )
            now = self._clock.now_ts()
            conn.execute(update(bots).where(bots.c.bot_id == bot_id).values(deleted_ts=now, changed_ts=now))
            self._tell(conn, EventKind.BOT_DELETED, bot, None)

    def _tell(self, conn: Connection, kind: EventKind, bot: Bot, strategy: Document | None) -> None:
        payload = {"bot_id": bot.bot_id, "owner": bot.owner, "name": bot.name, "version": bot.version}
        if strategy is not None:
            payload["strategy_hash"] = strategy_hash(strategy)
        record(conn, [Draft(f"bot:{bot.bot_id}", kind, self._clock.now_ts(), payload)])


_COLUMNS = tuple(bots.c[name] for name in Bot.__slots__)
_VERSION_COLUMNS = tuple(bot_versions.c[name] for name in Version.__slots__)


def bot_of(conn: Connection, owner: str, bot_id: str) -> Bot:
    """Raises NotFound (run.not_found) when `owner` has no such bot."""
    wanted = select(*_COLUMNS).where(bots.c.bot_id == bot_id, bots.c.owner == owner, bots.c.deleted_ts.is_(None))
    row = conn.execute(wanted).one_or_none()
    if row is None:
        raise missing("bot", bot_id)
    return Bot(*row)


def version_of(conn: Connection, bot: Bot, version: int) -> Version:
    """Raises NotFound (run.not_found) when the bot never had that version."""
    wanted = select(*_VERSION_COLUMNS).where(bot_versions.c.bot_id == bot.bot_id, bot_versions.c.version == version)
    row = conn.execute(wanted).one_or_none()
    if row is None:
        raise missing("version", str(version))
    return Version(*row)


def missing(what: str, name: str) -> NotFound:
    """What another owner has and what nobody has look the same."""
    return NotFound(
        Code.RUN_NOT_FOUND, f"there is no {what} {name}", where=f"{what}_id", seen=name, rule="it is one that you own"
    )


def checked_name(name: str) -> str:
    """A name without blanks around it; raises Invalid (bot.name)."""
    stripped = name.strip()
    if 1 <= len(stripped) <= MAX_NAME and stripped.isprintable():
        return stripped
    wrong = "is empty" if not stripped else "cannot be shown" if len(stripped) <= MAX_NAME else "is too long"
    mended = "".join(filter(str.isprintable, stripped))[:MAX_NAME].strip()
    raise Invalid(
        Code.BOT_NAME,
        f"the name {wrong}: it takes 1 to {MAX_NAME} characters that can be shown",
        where="name",
        seen=repr(name) if len(name) <= MAX_NAME else f"{len(name)} characters",
        rule=f"a name has 1 to {MAX_NAME} characters that can be shown",
        suggestion=f'for example "{mended or "my-bot"}"',
    )


def _row(bot: Bot) -> dict[str, object]:
    return {name: getattr(bot, name) for name in Bot.__slots__}


def _add_version(conn: Connection, bot: Bot, strategy: Document, now: int) -> None:
    conn.execute(
        insert(bot_versions).values(
            bot_id=bot.bot_id,
            version=bot.version,
            strategy_hash=strategy_hash(strategy),
            document=canonical(strategy),
            created_ts=now,
        )
    )
