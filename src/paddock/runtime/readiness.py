"""May this version run there, with that money? Every reason against it at once, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from paddock.core.errors import Code, Invalid, Problem, nearest
from paddock.core.money import MICROS, Usd
from paddock.runtime.accounts import PAPER, Account, unallocated
from paddock.runtime.feeds import VENUE_ITSELF, FeedRecord
from paddock.runtime.live.gate import is_live
from paddock.runtime.live.rows import newest
from paddock.runtime.tables import runs
from paddock.runtime.venue_history import place_of
from paddock.strategy.document import Document
from paddock.strategy.validate import validate

MIN_CAPITAL, MAX_CAPITAL = MICROS, 1_000_000_000 * MICROS


def require_ready(
    conn: Connection, document: Mapping[str, object], feed: FeedRecord, account: Account, capital: int
) -> None:
    """Raises Invalid (run.not_ready) naming all problems of structure, parameters, scope, risk and account."""
    report = validate(dict(document), feed.symbols)
    problems = list(report.errors)
    if report.document is not None:
        problems += [*_scope(report.document, feed), *_risk(report.document, capital)]
    problems += _account(conn, feed, account, capital)
    if problems:
        first = problems[0]
        raise Invalid(
            Code.RUN_NOT_READY,
            f"{len(problems)} thing{'s stand' if len(problems) > 1 else ' stands'} in the way of this run",
            where=first.where,
            seen=first.seen,
            rule=first.rule,
            suggestion=first.suggestion,
            problems=problems,
        )


def _scope(document: Document, feed: FeedRecord) -> Iterator[Problem]:
    scope = document.scope
    if scope.venue != feed.venue:
        yield Problem(
            "scope.venue", "scope.venue", scope.venue, f"the feed {feed.feed} brings the market of {feed.venue}"
        )
    if scope.interval != feed.interval:
        yield Problem(
            "scope.interval", "scope.interval", scope.interval, f"the feed {feed.feed} brings {feed.interval} bars"
        )
    for symbol in document.risk.allowed_symbols:
        if symbol not in feed.symbols:
            rule = f"the feed {feed.feed} brings each symbol that is allowed"
            yield Problem("risk.allowed_symbols", "risk.allowed_symbols", symbol, rule, nearest(symbol, feed.symbols))


def _risk(document: Document, capital: int) -> Iterator[Problem]:
    allocated = document.risk.allocated_capital_usd
    if allocated is not None and allocated * MICROS > capital:
        rule = f"the policy allocates no more than the capital of the run, {Usd(capital)} USD"
        yield Problem("risk.allocated_capital_usd", "risk.allocated_capital_usd", f"{allocated:g}", rule)


def _account(conn: Connection, feed: FeedRecord, account: Account, capital: int) -> Iterator[Problem]:
    if account.frozen:
        yield Problem(
            "account.frozen",
            "account_id",
            account.account_id,
            f"an account takes runs while it is not frozen ({account.frozen})",
        )
    if account.venue not in (PAPER, feed.venue):
        yield Problem(
            "account.venue",
            "account_id",
            account.venue,
            f"an account of {feed.venue}, or one of paper, trades what the feed {feed.feed} brings",
        )
    elif account.venue != PAPER and feed.source != VENUE_ITSELF:
        yield Problem(
            "account.replay",
            "account_id",
            feed.feed,
            f"an account of {account.venue} trades on bars that the venue tells as they close, never on a replay",
            "use an account of paper",
        )
    elif account.venue != PAPER and (elsewhere := _elsewhere(conn, feed, account)):
        yield elsewhere
    elif account.venue != PAPER and not is_live(conn, account.account_id):
        yield Problem(
            "account.live",
            "account_id",
            account.account_id,
            "an account of a venue takes runs while trading live is switched on",
            f"paddock live enable {account.account_id}",
        )
    another = conn.execute(
        select(runs.c.feed)
        .where(runs.c.account_id == account.account_id, runs.c.settled == 0, runs.c.feed != feed.feed)
        .limit(1)
    ).scalar()
    if another is not None:
        rule = f"all runs of an account are on one feed; those of this one are on {another}"
        yield Problem("account.feed", "account_id", feed.feed, rule, "open another account for this one")
    if not MIN_CAPITAL <= capital <= MAX_CAPITAL:
        rule = f"capital lies between {Usd(MIN_CAPITAL)} and {Usd(MAX_CAPITAL)} USD"
        yield Problem("account.capital", "capital", str(Usd(capital)), rule)
    free = unallocated(conn, account.account_id)
    if capital > free:
        rule = "the account has the capital, and no other run has it"
        yield Problem("account.cash", "capital", str(Usd(capital)), rule, f"{Usd(free)} USD are free")


def _elsewhere(conn: Connection, feed: FeedRecord, account: Account) -> Problem | None:
    """An account of one network, on the bars of another: the prices are others there."""
    connection, place = newest(conn, account.account_id), place_of(conn, feed)
    if connection is None or place is None or place == connection.place:
        return None
    rule = f"an account trades on bars of its own network; the feed {feed.feed} is of {place}"
    return Problem("account.network", "account_id", str(connection.place), rule, "name another feed with --feed")
