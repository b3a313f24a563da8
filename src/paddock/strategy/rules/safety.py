"""Rules that keep money safe: every entry has a stop, sizes and leverage fit the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from paddock.core.errors import Problem
from paddock.strategy import brackets
from paddock.strategy.blocks.base import ActionBlock, Block
from paddock.strategy.blocks.exits import UpdateLeverage
from paddock.strategy.blocks.kinds import ANY_SYMBOL, num
from paddock.strategy.blocks.phrases import usd
from paddock.strategy.program import Protection, Size, SizeMode
from paddock.strategy.rules.base import Subject, problem, warning

NO_STOP = "entry_without_stop"


def safety(subject: Subject) -> Iterator[Problem]:
    for node, block in subject.blocks.items():
        if node in subject.reached and isinstance(block, ActionBlock):
            yield from _policy(subject, node, block)
    if not subject.shape.in_cycle:
        yield from _protection(subject)


def _protection(subject: Subject) -> Iterator[Problem]:
    """What is behind the entries; a cycle has no behind."""
    waived = any(waiver.rule == NO_STOP for waiver in subject.waivers)
    shape = subject.shape.within(subject.reached)
    behind = brackets.behind_entries(shape, subject.blocks)
    naked = 0
    for entry, names in brackets.brackets_of(shape, subject.blocks).items():
        block = subject.blocks[entry]
        assert isinstance(block, ActionBlock)
        levels = _levels(block, [subject.blocks[name] for name in names])
        protection = brackets.merge(levels)
        if not _has_stop(protection):
            naked += 1
            if not waived:
                yield _no_stop(entry, behind)
        yield from _entry(entry, block, levels, protection)
    if waived and not naked and None not in subject.blocks.values():
        yield warning("waiver.unused", "", NO_STOP, "every entry has a stop", "remove the waiver", at="waivers")
    yield from _conditional(behind)


def _levels(entry: ActionBlock, behind: Sequence[Block | None]) -> list[Protection]:
    """The entry's own levels and those that are its whatever symbol it trades."""
    own = [
        block
        for block in behind
        if isinstance(block, ActionBlock) and brackets.symbol_of(block) in (ANY_SYMBOL, brackets.symbol_of(entry))
    ]
    return [block.sets for block in (entry, *own) if block.sets is not None]


def _has_stop(protection: Protection) -> bool:
    return bool(protection.stop_loss_pct or protection.stop_loss_px or protection.trailing_stop_pct)


def _no_stop(entry: str, behind: Mapping[str, brackets.Behind]) -> Problem:
    rule = "every entry has a stop loss or a trailing stop behind it, with nothing but actions between"
    conditional = next((name for name in sorted(behind) if entry in behind[name].tested), "")
    if conditional:
        mend = f"connect {conditional} directly behind {entry}: conditions belong before the entry"
    else:
        mend = f"connect a set_stop_loss behind {entry}, or waive {NO_STOP} with a reason"
    return problem(NO_STOP, entry, "no stop", rule, mend)


def _conditional(behind: Mapping[str, brackets.Behind]) -> Iterator[Problem]:
    for protection in sorted(behind):
        for entry in behind[protection].tested[:1]:
            rule = f"no condition stands between an entry and its protection ({entry} leads here through one)"
            mend = f"connect {protection} directly behind {entry}, or lead to it from the trigger on a path of its own"
            yield problem("bracket.condition", protection, "", rule, mend)


def _entry(node: str, block: ActionBlock, levels: list[Protection], protection: Protection) -> Iterator[Problem]:
    for kind in brackets.clashes(levels):
        yield problem(
            "bracket.twice", node, f"two values for the {kind}", f"an entry has one {kind}", "keep one of them"
        )
    size = block.order_size
    if (
        size is not None
        and size.mode is SizeMode.RISK_PCT
        and not (protection.stop_loss_pct or protection.stop_loss_px)
    ):
        rule = "risk_pct sizes a position by the distance to its stop loss, so the entry needs one"
        yield problem(
            "size.risk_without_stop", node, "no stop loss", rule, "add a set_stop_loss, or size by notional_usd"
        )
    leverage = getattr(block, "leverage", 1.0)
    if leverage > 1 and protection.stop_loss_pct >= 100 / leverage:
        rule = f"at {num(leverage)}x a fall of {num(100 / leverage)}% or less liquidates the position before its stop"
        mend = f"use a stop nearer than {num(100 / leverage)}%, or less leverage"
        yield warning("bracket.beyond_liquidation", node, f"a stop at {num(protection.stop_loss_pct)}%", rule, mend)


def _policy(subject: Subject, node: str, block: ActionBlock) -> Iterator[Problem]:
    if not (block.is_entry or isinstance(block, UpdateLeverage)):
        return
    risk = subject.risk
    leverage = getattr(block, "leverage", 1.0)
    if leverage > risk.max_leverage:
        rule = f"the risk policy allows a leverage of {num(risk.max_leverage)}"
        mend = f"use {num(risk.max_leverage)}, or raise risk.max_leverage"
        yield problem("risk.leverage", f"{node}.params.leverage", num(leverage), rule, mend)
    size = block.order_size
    notional = None if size is None else _notional(size, leverage)
    if notional is None:
        return
    if risk.max_order_usd is not None and notional > risk.max_order_usd:
        rule = f"the risk policy caps an entry at {usd(risk.max_order_usd)} of notional; this one is made smaller"
        yield warning("risk.max_order_usd", node, usd(notional), rule, "lower the size, or raise risk.max_order_usd")
    capital = risk.allocated_capital_usd
    if capital is not None and notional / leverage > capital:
        rule = f"the bot's capital is {usd(capital)}; an entry with more margin is made smaller"
        yield warning("risk.capital", node, f"{usd(notional / leverage)} of margin", rule, "lower the size")


def _notional(size: Size, leverage: float) -> float | None:
    """Where it is known before a price is."""
    if size.mode is SizeMode.NOTIONAL_USD:
        return size.value
    return size.value * leverage if size.mode is SizeMode.MARGIN_USD else None
