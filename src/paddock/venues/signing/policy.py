"""What may an agent's key sign? Pure rules over typed requests; a refusal names the value, the rule, the nearest valid.

What takes risk away is not held up: cancellations always pass, and what can only reduce a position passes the caps and
the list of symbols.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from typing import Final

from paddock.core.errors import Code, Invalid, Refused, nearest
from paddock.core.instrument import Instrument, InstrumentKind
from paddock.core.money import MICROS, Usd
from paddock.core.orders import OrderKind
from paddock.venues.broker import Placement
from paddock.venues.signing.operations import Cancel, CancelById, Leverage, MarginMode, Operation, Place

ANY_SYMBOL: Final = "*"
MOST_SYMBOLS: Final = 500
MOST_USD: Final = 1_000_000_000 * MICROS
MOST_LEVERAGE: Final = 100
MOST_AT_ONCE: Final = 200  # orders or cancellations in one request
MOST_LOTS: Final = 2**53
VALID_MS: Final = 600_000  # the longest time that a signature may be good for
NONCE_MS: Final = 86_400_000  # how far a nonce may be from now
UNBOUND: Final = Decimal("1.05")  # times its reference, what an order without a bound may trade at

_REDUCING: Final = frozenset({OrderKind.STOP, OrderKind.TAKE})
_KINDS: Final = _REDUCING | {OrderKind.MARKET, OrderKind.LIMIT, OrderKind.TWAP}


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of one key. Amounts in micro-dollars of notional, for an order and for a day (UTC).

    `symbols` are perps by the venue's names; `*` alone is every perp.
    """

    symbols: tuple[str, ...]
    order_usd: int
    day_usd: int
    max_leverage: int

    def allows(self, symbol: str) -> bool:
        return self.symbols == (ANY_SYMBOL,) or symbol in self.symbols


def checked(policy: Policy) -> Policy:
    """The policy with its symbols sorted. Raises Invalid (live.policy) for limits that are none."""
    symbols = tuple(sorted(set(policy.symbols)))
    if not 0 < len(symbols) <= MOST_SYMBOLS or (ANY_SYMBOL in symbols and len(symbols) > 1):
        seen = ", ".join(symbols[:5]) or "none"
        rule = f'a policy names 1 to {MOST_SYMBOLS} symbols, or "{ANY_SYMBOL}" alone for all'
        raise _no_policy("symbols", seen, rule, "name what the bots trade")
    for name in ("order_usd", "day_usd"):
        value = getattr(policy, name)
        if not 0 < value <= MOST_USD:
            near = str(Usd(min(max(value, MICROS), MOST_USD)))
            raise _no_policy(name, Usd(value), f"a cap is above 0 and at most {Usd(MOST_USD)} USD", near)
    if policy.day_usd < policy.order_usd:
        raise _no_policy("day_usd", Usd(policy.day_usd), "a day takes at least one order", str(Usd(policy.order_usd)))
    if not 1 <= policy.max_leverage <= MOST_LEVERAGE:
        near = str(min(max(policy.max_leverage, 1), MOST_LEVERAGE))
        raise _no_policy("max_leverage", policy.max_leverage, f"leverage is from 1 to {MOST_LEVERAGE}", near)
    return replace(policy, symbols=symbols)


def require_allowed(
    policy: Policy, operation: Operation, instruments: Mapping[str, Instrument], *, closing: bool = False
) -> int:
    """The notional, in micro-dollars, of what the request could open. Raises Refused (signer.policy) if it may not.

    The day's cap is another question: `require_day`. `closing`: only what takes risk away is allowed.
    """
    match operation:
        case Place(orders, ref_px):
            return _notionals(policy, [(each, ref_px.get(each.symbol, 0.0)) for each in orders], instruments, closing)
        case Cancel(cancellations):
            _require_count("cancellations", len(cancellations))
            for each in cancellations:
                _perp(each.symbol, instruments)
        case CancelById(symbol, ids, _):
            _require_count("cancellations", len(ids))
            _perp(symbol, instruments)
        case Leverage(symbol, leverage, _):
            _require_open(closing)
            _require_symbol(policy, symbol)
            _perp(symbol, instruments)
            _require_leverage(policy, leverage)
        case MarginMode(symbol, _):
            _require_open(closing)
            _require_symbol(policy, symbol)
            _perp(symbol, instruments)
        case _:
            pass  # the dead-man's switch opens nothing
    return 0


def require_day(policy: Policy, spent: int, notional: int) -> None:
    """Raises Refused (signer.policy) when `notional` more would go beyond the day's cap; what opens nothing passes."""
    if notional and spent + notional > policy.day_usd:
        raise _refused(
            "the day's notional is used up",
            "day_usd",
            f"{Usd(notional)} USD after {Usd(spent)} USD",
            f"all orders of a day (UTC) have a notional of at most {Usd(policy.day_usd)} USD",
            f"{Usd(max(policy.day_usd - spent, 0))} USD are left",
        )


def require_timely(nonce: int, expires_ts: int, now_ts: int) -> None:
    """A signature is of now, and soon worth nothing. Raises Refused (signer.policy)."""
    if not now_ts < expires_ts <= now_ts + VALID_MS:
        rule = f"a request expires after now ({now_ts}) and within {VALID_MS} ms"
        raise _refused("it does not expire soon", "expires_ts", expires_ts, rule, str(now_ts + VALID_MS))
    if abs(nonce - now_ts) >= NONCE_MS:
        rule = f"a nonce is a time within {NONCE_MS} ms of now ({now_ts})"
        raise _refused("the nonce is of another time", "nonce", nonce, rule, str(now_ts))


def _notionals(
    policy: Policy, orders: Sequence[tuple[Placement, float]], instruments: Mapping[str, Instrument], closing: bool
) -> int:
    _require_count("orders", len(orders))
    total = 0
    for order, ref_px in orders:
        instrument = _perp(order.symbol, instruments)
        _require_sane(order)
        if order.reduce_only or order.kind in _REDUCING:
            continue
        _require_open(closing)
        _require_symbol(policy, order.symbol)
        _require_leverage(policy, order.leverage)
        notional = _notional(order, instrument, ref_px)
        if notional > policy.order_usd:
            raise _refused(
                "the order is too large",
                "order_usd",
                f"{Usd(notional)} USD of {order.symbol}",
                f"an order has a notional of at most {Usd(policy.order_usd)} USD",
                f"{order.lots * policy.order_usd // notional} lots",
            )
        total += notional
    return total


def _notional(order: Placement, instrument: Instrument, ref_px: float) -> int:
    """Rounded up, at the worst price that is named; where a venue puts a bound of its own, at that if it is worse."""
    if not (math.isfinite(ref_px) and ref_px > 0):
        raise _refused(
            "its size cannot be judged",
            "ref_px",
            ref_px,
            f"an order that may open something names the price of {order.symbol} that it was judged at",
            "the mid or mark of the book",
        )
    worst = Decimal(repr(max(order.px, order.bound_px, ref_px)))
    if order.kind is OrderKind.TWAP or (order.kind is OrderKind.MARKET and not order.bound_px):
        worst = max(worst, Decimal(repr(ref_px)) * UNBOUND)
    exact = Decimal(order.lots) * worst * MICROS
    return int(exact.scaleb(-instrument.qty_decimals).to_integral_value(ROUND_CEILING))


def _require_sane(order: Placement) -> None:
    """Numbers that are numbers, and kinds that a venue has."""
    bracket = order.bracket
    percents = (order.pct, bracket.stop_pct, bracket.trail_pct, bracket.take_pct)
    prices = (order.px, order.bound_px, bracket.stop_px, bracket.take_px, *percents)
    bad = next((px for px in prices if not (math.isfinite(px) and px >= 0)), None)
    if bad is not None:
        raise _refused("a price is none", "px", bad, "prices are finite and not below 0", "0, where there is none")
    if order.kind not in _KINDS:
        words = ", ".join(kind.name.lower() for kind in sorted(_KINDS))
        raise _refused("no venue has such an order", "kind", order.kind.name.lower(), f"an order is one of {words}", "")
    if not 0 < order.lots <= MOST_LOTS:
        near = str(min(max(order.lots, 1), MOST_LOTS))
        raise _refused("the quantity is none", "lots", order.lots, f"an order has 1 to {MOST_LOTS} lots", near)


def _require_count(what: str, count: int) -> None:
    if not 0 < count <= MOST_AT_ONCE:
        near = str(min(max(count, 1), MOST_AT_ONCE))
        raise _refused(f"not so many {what}", what, count, f"a request has 1 to {MOST_AT_ONCE} {what}", near)


def _require_symbol(policy: Policy, symbol: str) -> None:
    if not policy.allows(symbol):
        rule = f"the key trades {', '.join(policy.symbols[:10])}{' …' if len(policy.symbols) > 10 else ''}"
        near = nearest(symbol, policy.symbols) or policy.symbols[0]
        raise _refused(f"{symbol} is not allowed", "symbols", symbol, rule, near)


def _perp(symbol: str, instruments: Mapping[str, Instrument]) -> Instrument:
    found = instruments.get(symbol)
    if found is None or found.kind is not InstrumentKind.PERP:
        near = nearest(symbol, instruments)
        raise _refused(
            f"{symbol} is no perp of the venue", "symbol", symbol, "requests are for perps that it lists", near
        )
    return found


def _require_leverage(policy: Policy, leverage: float) -> None:
    if not 1 <= leverage <= policy.max_leverage:  # NaN is neither
        near = str(policy.max_leverage if leverage > policy.max_leverage else 1)
        rule = f"leverage is from 1 to {policy.max_leverage}"
        raise _refused("the leverage is not allowed", "max_leverage", leverage, rule, near)


def _require_open(closing: bool) -> None:
    if closing:
        raise _refused(
            "trading live is switched off",
            "live",
            "a request that is not for an exit",
            "while it is off, only cancellations and what reduces a position are signed",
            "switch it on again: paddock live enable",
        )


def _refused(message: str, where: str, seen: object, rule: str, suggestion: str) -> Refused:
    return Refused(Code.SIGNER_POLICY, message, where=where, seen=seen, rule=rule, suggestion=suggestion)


def _no_policy(where: str, seen: object, rule: str, suggestion: str) -> Invalid:
    where = f"policy.{where}"
    return Invalid(Code.LIVE_POLICY, "this is no policy", where=where, seen=seen, rule=rule, suggestion=suggestion)
