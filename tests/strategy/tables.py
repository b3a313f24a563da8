"""Tables of the documentation that are made from the strategy room."""

from paddock.strategy import limits as bounds
from paddock.strategy.handbook import blocks_markdown, params_markdown
from paddock.strategy.risk import Risk
from paddock.strategy.templates import TEMPLATES

LIMITS = {
    "MAX_DOCUMENT_BYTES": "bytes of a document",
    "MAX_JSON_DEPTH": "objects and lists inside each other",
    "MAX_NODES": "nodes",
    "MAX_EDGES": "edges",
    "MAX_DEPTH": "nodes on a path",
    "MAX_SYMBOLS": "symbols of a scope",
    "MAX_PERIOD": "bars of one parameter",
    "MAX_LOOKBACK": "bars of the scope that one condition looks back",
    "MAX_COST": "tests in the guards of all actions, for one symbol",
    "MAX_TOTAL_COST": "tests in the guards of all actions, over all symbols",
}


def table(*rows):
    first, *rest = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([first, "|---" * len(rows[0]) + "|", *rest])


def blocks():
    return blocks_markdown()


def risk():
    return params_markdown(Risk)


def limits():
    return table(("at most", "of"), *((f"{getattr(bounds, name):,}", words) for name, words in LIMITS.items()))


def templates():
    return table(("name", "what it does"), *((f"`{t.name}`", t.description) for t in TEMPLATES.values()))
