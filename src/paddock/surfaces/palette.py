"""What does a builder need to offer a block, and to tell of a node? Forms, words, the part each plays in a graph."""

from __future__ import annotations

from typing import Any, Final

from paddock.strategy.blocks.base import ActionBlock, Block, block_params, documentation
from paddock.strategy.blocks.kinds import WEEKDAYS, Choice, Kind, Symbol, Weekdays
from paddock.strategy.blocks.logic import Logic, Trigger
from paddock.strategy.blocks.params import Param
from paddock.strategy.reader import read
from paddock.strategy.risk import Risk
from paddock.strategy.schema import block_schema

TRIGGER: Final = "trigger"
LOGIC: Final = "logic"
CONDITION: Final = "condition"
ACTION: Final = "action"
POLICY: Final = "policy"


def offered(block: type[Block]) -> dict[str, Any]:
    """The block's schema with its documentation, its role, and what each parameter may be chosen from."""
    return block_schema(block) | {
        "doc": documentation(block),
        "role": role_of(block),
        "params": [param.form() | _choosing(param) for param in block_params(block)],
    }


def role_of(block: type[Block]) -> str:
    if issubclass(block, Risk):
        return POLICY
    if issubclass(block, Trigger):
        return TRIGGER
    if issubclass(block, Logic):
        return LOGIC
    return ACTION if issubclass(block, ActionBlock) else CONDITION


def _choosing(param: Param) -> dict[str, Any]:
    """`choices` are the words to show, without other spellings of them; `chooses` says that markets are offered."""
    return {"choices": _choices(param.kind), "chooses": "symbol" if isinstance(param.kind, Symbol) else None}


def _choices(kind: Kind) -> list[str] | None:
    if isinstance(kind, Choice):
        return list(kind.words)
    return list(WEEKDAYS) if isinstance(kind, Weekdays) else None


def sentences(raw: object) -> dict[str, str]:
    """What each node of a document says that can be read, by its id; `raw` is a JSON value that was validated."""
    return {node.id: node.block.sentence() for node in read(raw).nodes if node.block is not None}
