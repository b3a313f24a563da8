"""What does a TWAP send next? Slices at fixed times, larger when earlier ones found nobody."""

from __future__ import annotations

from paddock.venues.exchange import entering, prices
from paddock.venues.exchange.accounts import Account
from paddock.venues.exchange.events import TwapChanged, TwapSliced, TwapState
from paddock.venues.exchange.markets import Market
from paddock.venues.exchange.refusals import Refusal, Refused
from paddock.venues.exchange.requests import Request, Tif, TwapRequest
from paddock.venues.exchange.state import State
from paddock.venues.exchange.timers import Due
from paddock.venues.exchange.twap import Twap

_MINUTE_MS = 60_000


def submit(state: State, asked: TwapRequest) -> Twap | Refused:
    """Start it, and send the first slice."""
    market, account = state.markets[asked.symbol], state.account(asked.account)
    refused = _refuse(state, asked, account, market)
    if refused is not None:
        return refused
    state.last_twap_id += 1
    slices = asked.duration_ms // state.rules.twap.interval_ms + 1
    twap = Twap(state.last_twap_id, asked, account, market, slices, state.now_ts, state.now_ts)
    state.twaps[twap.twap_id] = twap
    _change(state, twap, TwapState.RUNNING)
    send_next(state, twap)
    return twap


def send_next(state: State, twap: Twap) -> None:
    """Send the slice that is due, and set the time of the one after it."""
    if not twap.running:
        return
    twap.sent += 1
    lots = _slice(state, twap)
    if twap.asked.reduce_only and not _reducible(twap):
        _change(state, twap, TwapState.ENDED)
        return
    if lots:
        _send(state, twap, lots)
    if twap.filled == twap.asked.lots or twap.sent == twap.slices:
        _change(state, twap, TwapState.FINISHED)
    else:
        state.timers.add(state.now_ts + state.rules.twap.interval_ms, Due.TWAP, twap.twap_id)


def cancel(state: State, twap: Twap) -> None:
    _change(state, twap, TwapState.CANCELLED)


def end_all(state: State, account: Account, market: Market | None) -> None:
    """End what runs of an account, or of one market of it."""
    for twap in state.twaps.values():
        if twap.running and twap.account is account and (market is None or twap.market is market):
            _change(state, twap, TwapState.ENDED)


def _refuse(state: State, asked: TwapRequest, account: Account, market: Market) -> Refused | None:
    rule, contract = state.rules.twap, market.contract
    if asked.lots <= 0:
        return Refused(Refusal.ZERO_SIZE, asked.lots)
    if asked.lots % contract.lot:
        return Refused(Refusal.LOT, asked.lots, contract.lot)
    if asked.duration_ms < rule.min_ms:
        return Refused(Refusal.TWAP_DURATION, asked.duration_ms, rule.min_ms)
    if rule.max_ms and asked.duration_ms > rule.max_ms:
        return Refused(Refusal.TWAP_DURATION, asked.duration_ms, rule.max_ms)
    if market.halted:
        return Refused(Refusal.HALTED)
    if not market.mark:
        return Refused(Refusal.NO_PRICE)
    least = rule.min_value * max(asked.duration_ms // _MINUTE_MS, 1)
    value = contract.micros(asked.lots * market.mark)
    if value < least:
        return Refused(Refusal.TWAP_MIN_VALUE, value, least)
    lots = state.holding(account, market).lots
    if asked.reduce_only and int(asked.side) * lots >= 0:
        return Refused(Refusal.REDUCE_ONLY, lots)
    return None


def _slice(state: State, twap: Twap) -> int:
    """What the schedule lacks by now, at most a few slices' worth; the last slice asks for all that is left."""
    asked, lot = twap.asked, twap.market.contract.lot
    even = -(-asked.lots // twap.slices // lot) * lot
    target = asked.lots * twap.sent // twap.slices // lot * lot if twap.sent < twap.slices else asked.lots
    lots = min(target - twap.filled, even * state.rules.twap.catch_up)
    if asked.randomised and twap.sent < twap.slices:
        lots = lots * (80 + state.random.below(41)) // 100 // lot * lot
    return max(min(lots, asked.lots - twap.filled), 0)


def _reducible(twap: Twap) -> bool:
    holding = twap.account.holdings[twap.asked.symbol]
    return int(twap.asked.side) * holding.lots < 0


def _send(state: State, twap: Twap, lots: int) -> None:
    asked = twap.asked
    worst = prices.bound(twap.market, int(asked.side), asked.slippage or state.rules.twap.slippage)
    request = Request(
        asked.account,
        asked.symbol,
        asked.side,
        lots,
        worst,
        Tif.IOC,
        market=True,
        reduce_only=asked.reduce_only,
        builder=asked.builder,
    )
    order = entering.enter(state, request, twap.twap_id)
    twap.filled += order.filled
    twap.value += order.value
    twap.changed_ts = state.now_ts
    state.tell(
        TwapSliced(
            state.next_seq(),
            state.now_ts,
            asked.account,
            asked.symbol,
            twap.twap_id,
            order.order_id,
            lots,
            order.filled,
        )
    )


def _change(state: State, twap: Twap, to: TwapState) -> None:
    twap.state, twap.changed_ts = to, state.now_ts
    asked = twap.asked
    state.tell(
        TwapChanged(
            state.next_seq(), state.now_ts, asked.account, asked.symbol, twap.twap_id, to, twap.filled, twap.value
        )
    )
