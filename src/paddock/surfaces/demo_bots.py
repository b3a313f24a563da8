"""Three bots to watch: templates on the generated market, on one account of play money."""

from __future__ import annotations

from typing import Final

from paddock.core.money import MICROS
from paddock.runtime.runs import Run
from paddock.strategy.canonical import canonical, strategy_hash
from paddock.strategy.document import Document
from paddock.strategy.rescope import rescope
from paddock.strategy.templates import find_template
from paddock.strategy.validate import load_document
from paddock.surfaces.house import House
from paddock.surfaces.http.scopes import LOCAL_USER
from paddock.surfaces.replay import DEMO

TEMPLATES: Final = ("sma-crossover", "rsi-mean-reversion", "breakout")
ACCOUNT: Final = "demo"
CAPITAL: Final = 10_000 * MICROS


def ensure_demo_bots(house: House) -> list[Run]:
    """The demo's runs, each made where there is none yet; what a person stopped, renamed or deleted stays so.

    Whatever an interrupted call made is found again: the account and the bots by name, the runs by what they run.
    Raises NotFound (feed.not_found) before a worker brought the demo's feed.
    """
    accounts = {account.name: account for account in house.accounts.list(LOCAL_USER).items}
    account = accounts.get(ACCOUNT) or house.accounts.open(LOCAL_USER, ACCOUNT, len(TEMPLATES) * CAPITAL)
    bots = {bot.name: bot for bot in house.bots.list(LOCAL_USER).items}
    runs = {run.strategy_hash: run for run in house.runs.list(LOCAL_USER).items if run.account_id == account.account_id}
    for name in TEMPLATES:
        strategy = _strategy(name)
        known = strategy_hash(strategy)
        if known not in runs:
            bot = bots.get(name) or house.bots.create(LOCAL_USER, name, canonical(strategy))
            runs[known] = house.runs.deploy(LOCAL_USER, bot.bot_id, account.account_id, CAPITAL, feed=DEMO.name)
    return list(runs.values())


def _strategy(template: str) -> Document:
    return rescope(load_document(find_template(template).document()), venue=DEMO.venue)
