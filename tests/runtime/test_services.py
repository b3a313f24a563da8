"""Bots, accounts and runs as their owners steer them: what is kept, what is refused, and what others may not see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import insert, select, update

from paddock.core.errors import Invalid, NotFound, Refused
from paddock.core.money import MICROS
from paddock.core.seams import CountingIds, ManualClock
from paddock.journal.database import Database
from paddock.journal.events import read
from paddock.journal.kinds import EventKind
from paddock.journal.ledger import balance
from paddock.runtime.accounts import Accounts
from paddock.runtime.blocks import Block, BlockReason, raise_blocks, standing
from paddock.runtime.bots import Bots
from paddock.runtime.kill import DeadMan, Kills, account_scope, engaged
from paddock.runtime.lifecycle import KillAction, RunState, StopMode, Wanted
from paddock.runtime.paper import PAPER
from paddock.runtime.runs import Runs, shard_of
from paddock.runtime.tables import accounts, feeds, runs
from paddock.strategy.templates import find_template

NOW = 1_700_000_000_000
SYMBOLS = ("A", "B", "C")


class House:
    """Every service on one database, and a feed that a worker once kept."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, ManualClock(NOW)
        ids = CountingIds("id")
        self.bots = Bots(database, self.clock, ids)
        self.accounts = Accounts(database, self.clock, ids)
        self.runs = Runs(database, self.clock, ids)
        self.kills = Kills(database, self.clock)
        self.add_feed("test-1h", "test", "1h")

    def add_feed(self, name: str, venue: str, interval: str) -> None:
        values = {"feed": name, "venue": venue, "interval": interval, "symbols": list(SYMBOLS), "source": "test"}
        times = {"anchor_ts": NOW, "begin_ts": NOW, "last_ts": NOW}
        with self.database.write() as conn:
            conn.execute(insert(feeds).values(**values, **times))

    def events(self, stream: str) -> list[EventKind]:
        with self.database.read() as conn:
            return [event.kind for event in read(conn, streams=[stream], limit=100)]


def document(name: str = "sma-crossover", **scope: object) -> dict:
    raw = find_template(name).document()
    return raw | {"scope": {"venue": "test", "interval": "1h", "symbols": list(SYMBOLS)} | scope}


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_a_bot_is_made_shown_renamed_and_put_away(house: House) -> None:
    bot = house.bots.create("ada", "  Crossing ", document())
    assert (bot.name, bot.version) == ("Crossing", 1)
    assert house.bots.get("ada", bot.bot_id) == bot
    house.clock.advance(5)
    renamed = house.bots.change("ada", bot.bot_id, name="Other")
    assert (renamed.name, renamed.version, renamed.changed_ts) == ("Other", 1, NOW + 5)
    house.bots.delete("ada", bot.bot_id)
    with pytest.raises(NotFound):
        house.bots.get("ada", bot.bot_id)
    assert house.bots.list("ada").items == ()
    assert house.events(f"bot:{bot.bot_id}") == [EventKind.BOT_CREATED, EventKind.BOT_CHANGED, EventKind.BOT_DELETED]


def test_another_strategy_is_another_version_and_the_same_is_none(house: House) -> None:
    bot = house.bots.create("ada", "bot", document())
    assert house.bots.change("ada", bot.bot_id, document=document()).version == 1
    assert house.bots.change("ada", bot.bot_id, document=document("breakout")).version == 2
    newest, first = house.bots.versions("ada", bot.bot_id)
    assert (newest.version, first.version) == (2, 1)
    assert newest.strategy_hash != first.strategy_hash
    assert house.bots.version("ada", bot.bot_id, 1) == first
    assert house.events(f"bot:{bot.bot_id}") == [EventKind.BOT_CREATED, EventKind.BOT_CHANGED]
    with pytest.raises(NotFound, match="version 3"):
        house.bots.version("ada", bot.bot_id, 3)


def test_a_clone_begins_with_the_newest_version(house: House) -> None:
    bot = house.bots.create("ada", "bot", document())
    house.bots.change("ada", bot.bot_id, document=document("breakout"))
    clone = house.bots.clone("ada", bot.bot_id, "twin")
    assert clone.version == 1
    assert house.bots.version("ada", clone.bot_id).document == house.bots.version("ada", bot.bot_id).document


def test_what_is_not_valid_is_not_kept(house: House) -> None:
    with pytest.raises(Invalid, match="problem"):
        house.bots.create("ada", "bot", document() | {"nodes": []})
    assert house.bots.list("ada").items == ()


@pytest.mark.parametrize(
    ("name", "wrong", "instead"),
    [
        ("", "is empty", "my-bot"),
        (" \t ", "is empty", "my-bot"),
        ("\u200b", "cannot be shown", "my-bot"),
        ("a\nb", "cannot be shown", "ab"),
        ("x" * 81, "is too long", "x" * 80),
        ("y" * 79 + " " + "z" * 10_000, "is too long", "y" * 79),
    ],
)
def test_a_name_that_is_none_is_told_from_one_that_would_be(house: House, name: str, wrong: str, instead: str) -> None:
    with pytest.raises(Invalid, match=f"the name {wrong}: it takes 1 to 80 characters") as refused:
        house.bots.create("ada", name, document())
    assert refused.value.suggestion == f'for example "{instead}"'
    assert house.bots.create("ada", instead, document()).name == instead


@pytest.mark.parametrize(
    ("venue", "interval", "suggestion"),
    [
        ("elsewhere", "1h", "make the bot for test-1h: paddock bots create NAME STRATEGY --venue test"),
        ("test", "4h", "make the bot for test-1h: paddock bots create NAME STRATEGY --interval 1h"),
        ("elsewhere", "4h", "make the bot for test-1h: paddock bots create NAME STRATEGY --venue test --interval 1h"),
    ],
)
def test_a_market_that_nobody_brings_is_told_with_one_that_there_is(house, venue, interval, suggestion) -> None:
    bot = house.bots.create("ada", "bot", document(venue=venue, interval=interval))
    account = house.accounts.open("ada", "paper", MICROS)
    with pytest.raises(NotFound, match=f"no feed {venue}-{interval}") as missing:
        house.runs.deploy("ada", bot.bot_id, account.account_id, MICROS)
    assert missing.value.suggestion == suggestion


def test_lists_go_on_where_they_ended(house: House) -> None:
    made = sorted(house.bots.create("ada", f"bot {n}", document()).bot_id for n in range(5))
    house.bots.create("bob", "his", document())
    first = house.bots.list("ada", limit=3)
    rest = house.bots.list("ada", limit=3, after=first.next)
    assert [bot.bot_id for bot in (*first.items, *rest.items)] == made
    assert rest.next == ""


def deployed(house: House, capital: int = 1_000 * MICROS, deposit: int = 10_000 * MICROS):
    bot = house.bots.create("ada", "bot", document())
    account = house.accounts.open("ada", "paper", deposit)
    return bot, account, house.runs.deploy("ada", bot.bot_id, account.account_id, capital)


def test_a_deployment_pins_the_version_and_takes_its_capital(house: House) -> None:
    bot, account, run = deployed(house)
    house.bots.change("ada", bot.bot_id, document=document("breakout"))
    again = house.runs.get("ada", run.run_id)
    assert again == run
    assert (run.state, run.wanted, run.version, run.feed) == (RunState.DRAFT, Wanted.ACTIVE, 1, "test-1h")
    assert run.shard == shard_of(account.account_id)
    with house.database.read() as conn:
        assert balance(conn, account.account_id, "") == 9_000 * MICROS
        assert balance(conn, account.account_id, run.run_id) == 1_000 * MICROS
    newer = house.runs.deploy("ada", bot.bot_id, account.account_id, MICROS)
    assert (newer.version, newer.run_id == run.run_id) == (2, False)
    old = house.runs.deploy("ada", bot.bot_id, account.account_id, MICROS, version=1)
    assert old.strategy_hash == run.strategy_hash


REASONS: dict[str, tuple[str, Callable[[House], object]]] = {
    "venue": ("scope.venue", lambda h: deploy_on(h, document(venue="elsewhere"))),
    "interval": ("scope.interval", lambda h: deploy_on(h, document("breakout", interval="4h"))),
    "symbol": ("scope.unknown_symbol", lambda h: deploy_on(h, document(symbols=["A", "Z"]))),
    "capital of the policy": (
        "risk.allocated_capital_usd",
        lambda h: deploy_on(h, document() | {"risk": {"allocated_capital_usd": 5_000}}),
    ),
    "allowed symbols": (
        "risk.allowed_symbols",
        lambda h: deploy_on(h, document(symbols=["A"]) | {"risk": {"allowed_symbols": ["A", "Z"]}}),
    ),
    "cash": ("account.cash", lambda h: deploy_on(h, document(), capital=20_000 * MICROS)),
    "no capital": ("account.capital", lambda h: deploy_on(h, document(), capital=0)),
    "frozen": ("account.frozen", lambda h: deploy_on(h, document(), frozen="the books disagree")),
    "other venue": ("account.venue", lambda h: deploy_on(h, document(), venue="kraken")),
}


def deploy_on(house: House, doc: dict, *, capital: int = 1_000 * MICROS, frozen: str = "", venue: str = "paper"):
    bot = house.bots.create("ada", "bot", doc)
    account = house.accounts.open("ada", "paper", 10_000 * MICROS)
    with house.database.write() as conn:
        where = accounts.c.account_id == account.account_id
        conn.execute(update(accounts).where(where).values(venue=venue))
        if frozen:
            raise_blocks(conn, [Block(account.account_id, "", "", BlockReason.FROZEN, frozen, NOW)])
    return house.runs.deploy("ada", bot.bot_id, account.account_id, capital, feed="test-1h")


@pytest.mark.parametrize(("code", "attempt"), REASONS.values(), ids=REASONS)
def test_what_stands_in_the_way_of_a_run_is_named(house: House, code: str, attempt: Callable[[House], object]) -> None:
    with pytest.raises(Invalid) as caught:
        attempt(house)
    assert code in [problem.code for problem in caught.value.problems]
    with house.database.read() as conn:
        assert conn.execute(select(runs)).all() == []


def test_an_account_trades_on_one_feed(house: House) -> None:
    house.add_feed("test-4h", "test", "4h")
    _, account, _ = deployed(house)
    other = house.bots.create("ada", "slow", document("breakout", interval="4h"))
    with pytest.raises(Invalid) as caught:
        house.runs.deploy("ada", other.bot_id, account.account_id, MICROS)
    assert [problem.code for problem in caught.value.problems] == ["account.feed"]


def test_no_feed_of_that_name_or_market(house: House) -> None:
    bot = house.bots.create("ada", "bot", document(venue="elsewhere"))
    account = house.accounts.open("ada", "paper", MICROS)
    for feed in (None, "nothing"):
        with pytest.raises(NotFound, match="no feed"):
            house.runs.deploy("ada", bot.bot_id, account.account_id, MICROS, feed=feed)


def test_pause_resume_and_stop_are_asked_for(house: House) -> None:
    run_id = deployed(house)[2].run_id
    assert house.runs.pause("ada", run_id).wanted is Wanted.PAUSED
    assert house.runs.resume("ada", run_id).wanted is Wanted.ACTIVE
    assert house.runs.stop("ada", run_id, StopMode.KEEP).stop_mode is StopMode.KEEP
    stopping = house.runs.stop("ada", run_id, StopMode.FLATTEN)
    assert (stopping.wanted, stopping.stop_mode, stopping.asked) == (Wanted.STOPPED, StopMode.FLATTEN, True)
    for steer in (house.runs.pause, house.runs.resume):
        with pytest.raises(Refused):
            steer("ada", run_id)
    with house.database.write() as conn:
        conn.execute(update(runs).values(state=RunState.STOPPED))
    with pytest.raises(Refused, match="stopped"):
        house.runs.stop("ada", run_id, StopMode.KEEP)


def test_a_bot_stays_while_it_runs(house: House) -> None:
    bot, _, run = deployed(house)
    with pytest.raises(Refused, match="still runs"):
        house.bots.delete("ada", bot.bot_id)
    with house.database.write() as conn:
        conn.execute(update(runs).values(state=RunState.STOPPED))
    house.bots.delete("ada", bot.bot_id)
    assert house.runs.get("ada", run.run_id).bot_id == bot.bot_id


def test_what_others_have_looks_like_what_nobody_has(house: House) -> None:
    bot, account, run = deployed(house)

    def told(ask: Callable[[str], object], real: str) -> None:
        with pytest.raises(NotFound) as others:
            ask(real)
        with pytest.raises(NotFound) as nobodys:
            ask("nothing")
        assert str(others.value.as_dict()).replace(real, "nothing") == str(nobodys.value.as_dict())

    for ask in (
        lambda name: house.bots.get("bob", name),
        lambda name: house.bots.change("bob", name, name="mine"),
        lambda name: house.bots.clone("bob", name, "mine"),
        lambda name: house.bots.versions("bob", name),
        lambda name: house.bots.validate("bob", name),
        lambda name: house.bots.delete("bob", name),
        lambda name: house.runs.deploy("bob", name, account.account_id, MICROS),
    ):
        told(ask, bot.bot_id)
    told(lambda name: house.accounts.get("bob", name), account.account_id)
    told(lambda name: house.accounts.deposit("bob", name, MICROS), account.account_id)
    mine = house.bots.create("bob", "mine", document())
    told(lambda name: house.runs.deploy("bob", mine.bot_id, name, MICROS), account.account_id)
    for steer in (house.runs.get, house.runs.pause, house.runs.resume):
        told(lambda name, steer=steer: steer("bob", name), run.run_id)
    told(lambda name: house.runs.stop("bob", name, StopMode.KEEP), run.run_id)
    assert house.runs.list("bob").items == ()


def test_only_play_money_is_deposited(house: House) -> None:
    account = house.accounts.open("ada", "paper")
    for amount in (0, -1, 10**18):
        with pytest.raises(Invalid):
            house.accounts.deposit("ada", account.account_id, amount)
    real = house.accounts.open("ada", "real", venue="kraken")
    with pytest.raises(Invalid):
        house.accounts.deposit("ada", real.account_id, MICROS)


def test_nothing_is_started_under_a_kill_switch(house: House) -> None:
    bot, account, run = deployed(house)
    house.runs.pause("ada", run.run_id)
    house.kills.engage(account_scope(account.account_id), "enough", by="ada")
    for attempt in (
        lambda: house.runs.deploy("ada", bot.bot_id, account.account_id, MICROS),
        lambda: house.runs.resume("ada", run.run_id),
    ):
        with pytest.raises(Refused, match="enough"):
            attempt()
    house.kills.release(account_scope(account.account_id), by="ada")
    assert house.runs.resume("ada", run.run_id).wanted is Wanted.ACTIVE
    with pytest.raises(NotFound):
        house.kills.release(account_scope(account.account_id), by="ada")
    kinds = house.events(f"account:{account.account_id}")
    assert kinds[-2:] == [EventKind.KILL_ENGAGED, EventKind.KILL_RELEASED]


def test_a_pulled_switch_is_known_to_every_process(house: House) -> None:
    house.kills.engage("platform", "night", by="ada", action=KillAction.PAUSE, foreign=True)
    other = Kills(house.database, house.clock)
    assert other.engaged() == ()
    other.refresh()
    (kill,) = other.engaged()
    assert (kill.scope, kill.action, kill.foreign, kill.by) == ("platform", KillAction.PAUSE, True, "ada")
    assert kill.covers("any account")
    with house.database.read() as conn:
        assert engaged(conn) == (kill,)


def test_the_dead_man_is_missed_by_the_databases_time(house: House) -> None:
    man = DeadMan(house.database)

    def overdue() -> list[str]:
        with house.database.read() as conn:
            return list(man.overdue(conn))

    assert overdue() == []
    man.arm(-1)
    assert overdue() == ["operator"]
    man.arm(1_000_000)
    assert overdue() == []
    man.touch()
    man.arm(-1)
    man.disarm()
    assert overdue() == []


def test_who_has_looked_lets_entries_go_on(house: House) -> None:
    account = house.accounts.open("ada", "paper").account_id
    with house.database.write() as conn:
        reasons = (BlockReason.UNEXPECTED, BlockReason.FROZEN)
        raise_blocks(conn, [Block(account, "", "A", reason, "odd", NOW) for reason in reasons])
    assert house.accounts.get("ada", account).frozen == "odd"
    with pytest.raises(NotFound):
        house.accounts.lift("bob", account)
    house.accounts.lift("ada", account)
    with house.database.read() as conn:
        assert [block.reason for block in standing(conn, {account: PAPER})] == [BlockReason.FROZEN]
