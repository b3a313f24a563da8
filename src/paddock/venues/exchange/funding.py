"""What do positions pay each other? Premium samples through the interval, one rate at its end."""

from __future__ import annotations

from fractions import Fraction

from paddock.venues.exchange.accounts import EXCHANGE, Holding
from paddock.venues.exchange.events import Funded, FundingSet
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.rules import FundingRule
from paddock.venues.exchange.state import State
from paddock.venues.exchange.units import PREMIUM_ONE, RATE_ONE, scaled, truncated


def impact(market: Market, sign: int) -> Fraction:
    """The average price of selling (+1: into the bids) or buying (-1) the impact value; 0 for a book too thin."""
    contract = market.contract
    return market.book.side(sign).average_px(contract.tick_lots(contract.impact_value))


def premium(market: Market) -> int:
    """(max(impact bid - oracle, 0) - max(oracle - impact ask, 0)) / oracle as of now, in 1e-12."""
    oracle, bid, ask = market.oracle, impact(market, +1), impact(market, -1)
    if not oracle:
        return 0
    above = max(bid - oracle, Fraction(0))
    below = max(oracle - ask, Fraction(0)) if ask else Fraction(0)
    return int((above - below) * PREMIUM_ONE / oracle)


def sample(state: State, up_to_ts: int) -> None:
    """Take the samples due up to then. Books did not change since the last call, so that all of them are equal."""
    number = up_to_ts // state.rules.funding.sample_ms
    for market in state.markets.values():
        count = number - market.sampled
        if count > 0 and market.oracle:
            market.premiums += premium(market) * count
            market.samples += count
        market.sampled = number


def rate(rule: FundingRule, average: int) -> int:
    """The rate (1e-10) that an average premium (1e-12) gives, cut towards zero to the rule's decimals."""
    nudge = max(-rule.clamp, min(rule.clamp, rule.interest - average))
    exact = truncated(average + nudge, rule.parts)
    capped = max(-rule.cap, min(rule.cap, exact))
    cut: int = PREMIUM_ONE // 10**rule.decimals
    return truncated(capped, cut) * cut * RATE_ONE // PREMIUM_ONE


def running_rate(rule: FundingRule, market: Market) -> int:
    """What the rate would be if the interval ended now."""
    return rate(rule, _average(market))


def settle(state: State) -> None:
    """End the interval: set every contract's rate, and book what its positions pay at the oracle's price."""
    rule = state.rules.funding
    for market in state.markets.values():
        if not market.samples:
            continue
        average = _average(market)
        market.rate = rate(rule, average)
        _tell_rate(state, market, average)
        dust = sum(_pay(state, market, holding) for holding in list(market.holders.values()))
        state.account(EXCHANGE).balance -= dust
        market.premiums = market.samples = 0


def _average(market: Market) -> int:
    return truncated(market.premiums, market.samples) if market.samples else premium(market)


def _pay(state: State, market: Market, holding: Holding) -> int:
    """Book one position's payment; what it received."""
    size = market.contract.micros(abs(holding.lots) * market.oracle)
    paid = scaled(size if holding.lots > 0 else -size, market.rate, state.rules.funding.rounding)
    account = holding.account
    if holding.isolated:
        holding.margin -= paid
    else:
        account.balance -= paid
    holding.funding += paid
    holding.funding_since_open += paid
    holding.funding_since_change += paid
    if not account.house:
        state.moved[holding] = None
        state.suspects[account] = None
        state.tell(
            Funded(
                state.next_seq(),
                state.now_ts,
                account.account_id,
                market.contract.symbol,
                holding.lots,
                market.rate,
                market.oracle,
                -paid,
                market.samples,
            )
        )
    return -paid


def _tell_rate(state: State, market: Market, average: int) -> None:
    state.tell(
        FundingSet(
            state.next_seq(),
            state.now_ts,
            market.contract.symbol,
            market.rate,
            average,
            market.samples,
            market.oracle,
            int(impact(market, +1)),
            int(impact(market, -1)),
        )
    )
