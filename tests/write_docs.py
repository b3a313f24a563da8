"""Writes the parts of the documentation that are made from the code: `.venv/bin/python -m tests.write_docs`."""

import re
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from enum import Enum
from io import StringIO

from paddock.core.orders import TERMINAL, TRANSITIONS, OrderKind, OrderState, Reason, Refusal
from paddock.journal.facts import FIELDS, TYPES
from paddock.journal.kinds import MEANING, EventKind
from paddock.runtime.live.states import CHANGES
from paddock.surfaces.cli.main import app, main

from .market import tables
from .project import DOCS
from .strategy import tables as strategy_tables
from .surfaces.http import tables as http_tables

KINDS = {
    OrderKind.MARKET: "fills at the next open",
    OrderKind.LIMIT: "rests at a price until it is traded through",
    OrderKind.TWAP: "equal slices at the opens of a duration",
    OrderKind.STOP: "leaves a losing position at a level",
    OrderKind.TAKE: "leaves a winning position at a level",
    OrderKind.TRAIL: "leaves a position that fell back from its best price",
    OrderKind.LIQUIDATION: "the venue's, when the margin is used up",
}
REASONS = {
    Reason.ENTRY: "the strategy opens or increases a position",
    Reason.CLOSE_POSITION: "the strategy closes it",
    Reason.REDUCE_POSITION: "the strategy makes it smaller",
    Reason.STOP_LOSS: "its stop was touched",
    Reason.TAKE_PROFIT: "its target was touched",
    Reason.TRAILING_STOP: "its trailing stop was touched",
    Reason.LIQUIDATION: "its margin was used up",
    Reason.TIMEOUT: "it was held as long as the risk policy allows",
    Reason.DRAWDOWN: "the bot lost as much from its peak as the risk policy allows",
}
REFUSALS = {
    Refusal.CAPPED: "made smaller to fit the largest order or the capital allocated to the bot",
    Refusal.DRAWDOWN_HALT: "the bot is halted by its drawdown limit",
    Refusal.DAILY_LOSS: "the day's loss reached its limit; entries resume on the next UTC day",
    Refusal.SYMBOL_NOT_ALLOWED: "the risk policy does not list the symbol",
    Refusal.LEVERAGE_LIMIT: "more leverage than the policy or the instrument allows",
    Refusal.ENTRY_WORKING: "an entry on this symbol is still working",
    Refusal.OPPOSITE_POSITION: "a position in the other direction is open",
    Refusal.ALREADY_IN_POSITION: "as many entries in this direction as the policy allows",
    Refusal.COOLDOWN: "too soon after the last entry on this symbol",
    Refusal.COOLDOWN_AFTER_STOP: "too soon after a losing stop on this symbol",
    Refusal.MAX_OPEN_POSITIONS: "as many open positions as the policy allows",
    Refusal.BELOW_LOT: "less than one lot",
    Refusal.BELOW_MIN_NOTIONAL: "less than the venue's smallest order",
    Refusal.INSUFFICIENT_MARGIN: "more margin than the account has free",
    Refusal.NO_STOP_DISTANCE: "a size by risk without a stop to measure it",
    Refusal.PAUSED: "the run is paused",
    Refusal.ORDER_UNKNOWN: "of an order on this symbol it is not known whether it is at the venue",
    Refusal.OPPOSITE_ON_ACCOUNT: "another run holds the other side on the same account",
    Refusal.FEED_STALE: "the newest bar is too old to decide on",
    Refusal.FROZEN: "the account is frozen until a person looked",
}


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def order_states() -> str:
    def cells(state: OrderState) -> tuple[str, ...]:
        following = [f"`{to}`" for to in OrderState if to in TRANSITIONS[state]]
        return f"`{state}`", ", ".join(following) or "nothing", "yes" if state in TERMINAL else ""

    return table(("state", "may become", "done"), map(cells, OrderState))


def meanings(header: str, members: type[Enum], words: dict) -> str:
    return table((header, "meaning"), ((f"`{member.name.lower()}`", words[member]) for member in members))


def events() -> str:
    return table(("event", "meaning"), ((f"`{kind}`", MEANING[kind]) for kind in EventKind))


def facts() -> str:
    """Payloads that the books are folded from, and what is in each."""
    payloads = {kind: ", ".join(f"`{name}`" for name in FIELDS[made]) for kind, made in TYPES.items()}
    return table(("event", "payload"), ((f"`{kind}`", names) for kind, names in payloads.items()))


def connection_states() -> str:
    return table(("from", "to", "by"), ((f"`{row.source}`", f"`{row.target}`", row.by) for row in CHANGES))


def commands() -> str:
    text = app.generate_docs(output_format="markdown", heading_level=2)
    return re.sub(r"## paddock\n.*?\*\*Commands\*\*:\n", "**Commands**:\n", text, count=1, flags=re.DOTALL).strip()


def failing(*arguments: str) -> tuple[str, str]:
    """What a command that fails prints to stdout and stderr."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        main(arguments)
    return out.getvalue(), err.getvalue()


def error_for_people() -> str:
    return f"```text\n{failing('strategy', 'explain', 'sma-crosover')[1]}```"


def error_for_programs() -> str:
    return f"```json\n{failing('backtest', 'sma-crosover', '--json')[0]}```"


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("orders.md", "order states"): order_states,
    ("orders.md", "order kinds"): lambda: meanings("kind", OrderKind, KINDS),
    ("orders.md", "order reasons"): lambda: meanings("reason", Reason, REASONS),
    ("orders.md", "refusals"): lambda: meanings("refusal", Refusal, REFUSALS),
    ("events.md", "events"): events,
    ("events.md", "facts"): facts,
    ("live.md", "connection states"): connection_states,
    ("cli.md", "commands"): commands,
    ("api.md", "routes"): http_tables.routes,
    ("api.md", "aliases"): http_tables.aliases,
    ("errors.md", "an error for people"): error_for_people,
    ("errors.md", "an error for programs"): error_for_programs,
    ("blocks.md", "blocks"): strategy_tables.blocks,
    ("strategies.md", "risk"): strategy_tables.risk,
    ("strategies.md", "limits"): strategy_tables.limits,
    ("strategies.md", "templates"): strategy_tables.templates,
    ("data.md", "findings"): tables.findings,
    ("data.md", "features"): tables.features,
}


def with_part(page: str, part: str, text: str) -> str:
    """The page with the text between the part's two markers replaced."""
    start, end = f"<!-- written: {part} -->\n", "<!-- /written -->"
    before, marker, rest = page.partition(start)
    if not marker or end not in rest:
        raise LookupError(f"no place is marked for {part}")
    return f"{before}{start}\n{text}\n\n{rest[rest.index(end) :]}"


def write() -> None:
    sys.argv[0] = "paddock"  # Cyclopts takes the words of a usage line from here
    for (name, part), render in PARTS.items():
        path = DOCS / name
        path.write_text(with_part(path.read_text(encoding="utf-8"), part, render()), encoding="utf-8")


if __name__ == "__main__":
    write()
