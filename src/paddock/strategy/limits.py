"""How large a strategy may be. Everything beyond is refused before any work is done on it."""

from __future__ import annotations

MAX_DOCUMENT_BYTES = 262_144
MAX_JSON_DEPTH = 32
MAX_JSON_VALUES = 30_000  # of a document that does not come as text
MAX_NODES = 300
MAX_EDGES = 1_000
MAX_DEPTH = 100  # nodes on the longest path
MAX_SYMBOLS = 500
MAX_COST = 5_000  # tests in all guards of one symbol, shared parts counted once a use
MAX_TOTAL_COST = 250_000  # the same over all symbols
MAX_PERIOD = 5_000  # bars of one indicator parameter
MAX_LOOKBACK = 600_000  # bars of the scope's interval that one feature looks back
MAX_CHILDREN = 32
MAX_PROBLEMS = 50  # reported in full; the rest are counted
MAX_NAME = 100
MAX_TEXT = 2_000
MAX_SOURCE = 131_072
