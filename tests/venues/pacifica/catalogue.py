"""Every recorded message with the function of the codec that reads it; one that nobody knows is an error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from paddock.venues.pacifica.codec import account, answers, frames, histories, markets, outcomes, socket_replies
from paddock.venues.pacifica.codec.allowance import Left
from paddock.venues.pacifica.codec.frames import PING, Subscription, Unheard, frame
from paddock.venues.pacifica.codec.instruments import Listing, listing
from paddock.venues.pacifica.codec.operations import Op, canonical, draft_of
from paddock.venues.pacifica.codec.reading import one
from paddock.venues.pacifica.codec.verification import Fault, authenticate
from tests.venues.pacifica.recorded import RECORDINGS, fine, load

Read = Callable[[Any], object]

CHANNELS = {*frames.Source, "pong", "subscribe"}
# What a request was answered with, beside an order's id; and data that we never ask for: the envelope is read alone.
DONE = {"success", "order_id", "cancelled_count", "results", "error"}
NEVER_ASKED = {"subaccounts", "api_key"}


@dataclass(frozen=True)
class Case:
    """`read(value)` reads a message, and asserts what has to be so of one that was recorded."""

    name: str
    read: Read
    value: Any


@cache
def cases() -> tuple[Case, ...]:
    return tuple(case for path in sorted(RECORDINGS.rglob("*.json")) for case in _file(path))


def _file(path) -> Iterator[Case]:
    name = path.relative_to(RECORDINGS).as_posix()
    loaded = load(name)
    if name == "signing_vectors.json":
        messages = [vector["request_body"] for vector in loaded["vectors"]]
    elif name == "third_party_signing_fixture.json":
        messages = [{**loaded["payload"]["header"], "data": loaded["payload"]["payload"]}]
    elif name.endswith("market_open_and_close.json"):
        parts = dict(loaded["payload"])
        messages = [*parts.pop("subscriptions"), *parts.pop("frames_in_order"), *parts.values()]
    elif "samples" in loaded:
        messages = [sample["sample"] for sample in loaded["samples"]]
    else:
        messages = loaded["payload"] if type(loaded["payload"]) is list else [loaded["payload"]]
    for number, message in enumerate(messages):
        yield Case(f"{name}#{number}", reader(message), message)


def reader(message: Any) -> Read:
    """The function that reads messages like this one, by its shape. Raises KeyError where there is none."""
    if type(message) is dict:
        for keys, read in _MESSAGES:
            if keys <= message.keys():
                return read
        if not message.keys() <= DONE and message.keys().isdisjoint({"success", "error", "data"}):
            return _bare(message)
        return _reply(message)
    return _bare(message)


def _bare(message: Any) -> Read:
    """Rows without an envelope: one, a list of them, or (as ccxt holds them) some under names."""
    if type(message) is list:
        return _data(message)
    if message and all(type(row) is dict for row in message.values()):
        read = _data(list(message.values()))
        return lambda rows: read(list(rows.values()) if type(rows) is dict else rows)
    read = _data([message])
    return lambda row: read([row])


def _data(rows: list[Any]) -> Read:
    row = rows[0]
    for keys, parse, knows_markets in _ROWS:
        if keys <= row.keys():
            return _knowing(parse) if knows_markets else parse
    raise KeyError(sorted(row))


def _knowing(parse: Callable[[Any, Listing], object]) -> Read:
    return lambda data: parse(data, markets_of(data))


def _reply(message: dict) -> Read:
    """An envelope, the answer to a request, or an error; its data is read by the shape that it has here."""
    data = message.get("data")
    inner: Read | None = None
    if type(data) is list and data:
        inner = _data(data)
    elif type(data) is dict and not data.keys() <= DONE | NEVER_ASKED:
        inner = reader(data)

    def read(sent: Any) -> object:
        text, status = json.dumps(sent), 400 if type(sent) is dict and sent.get("error") else 200
        outcomes.outcome(status, {}, text)
        outcomes.outcomes(status, {}, text, [False, True])
        reply = answers.answer(status, text)
        return inner(answers.payload(reply)) if inner else reply

    return read


def markets_of(sample: Any) -> Listing:
    """Markets for all symbols of a message."""
    return fine(*sorted(set(_symbols(sample))))


def _symbols(value: Any) -> Iterator[str]:
    if type(value) is dict:
        yield from (value[key] for key in ("symbol", "s") if type(value.get(key)) is str)
    for inner in value.values() if type(value) is dict else value if type(value) is list else []:
        yield from _symbols(inner)


# --- requests ---


def _message(message: Any) -> object:
    try:
        return draft_of(canonical(message))
    except ValueError:
        return None  # what JSON cannot say never comes


def _body(body: Any) -> object:
    """Examples abbreviate addresses and signatures; no other fault is theirs."""
    if type(body) is not dict or type(body.get("timestamp")) is not int:
        return None
    judged = authenticate(Op.CREATE_ORDER, body, body["timestamp"])
    assert isinstance(judged, Fault) or judged.account == body["account"]
    return judged


def _actions(body: Any) -> object:
    actions = body.get("actions") if type(body) is dict else None
    return [_body(action.get("data")) for action in actions if type(action) is dict] if type(actions) is list else None


def _socket_request(sent: Any) -> object:
    params = sent.get("params") if type(sent) is dict else None
    if type(params) is not dict or len(params) != 1:
        return None
    ((operation, body),) = params.items()
    return socket_replies.request(sent.get("id"), operation, body), _body(body)


def _subscription(sent: Any) -> object:
    params = sent.get("params") if type(sent) is dict else None
    names = {"source", "symbol", "account", "interval", "agg_level"}
    if type(params) is not dict or not {"source"} <= params.keys() <= names:
        return json.loads(PING)
    return Subscription(**params).subscribe


# --- what comes back ---


def _frame(sent: Any) -> object:
    heard = frame(json.dumps(sent), markets_of(sent))
    assert sent.get("channel") not in CHANNELS or not isinstance(heard, Unheard)
    return heard


def _refused(recorded: Any) -> object:
    if type(recorded) is not dict or type(recorded.get("body_text")) is not str:
        return None
    headers = recorded.get("headers")
    named = headers.items() if type(headers) is dict else ()
    texts = {name: value for name, value in named if type(value) is str}
    status = recorded.get("http_status")
    return outcomes.outcome(status if type(status) is int else 0, texts, recorded["body_text"])


def _left(row: Any) -> object:
    return one(Left, row.get("rl") if type(row) is dict else row, "what is left")


def _whose(data: Any) -> object:
    return markets.recent_trades(data, "BTC", fine("BTC"))


_MESSAGES: tuple[tuple[set[str], Read], ...] = (
    ({"method"}, _subscription),
    ({"channel"}, _frame),
    ({"id", "params"}, _socket_request),
    ({"type", "data", "timestamp", "expiry_window"}, _message),
    ({"actions"}, _actions),
    ({"main_signature"}, lambda body: body),  # of two keys: no request of ours
    ({"signature"}, _body),
    ({"id", "code", "type"}, socket_replies.reply),
    ({"rl"}, _left),
    ({"http_status", "body_text"}, _refused),
)
_ROWS: tuple[tuple[set[str], Callable[..., object], bool], ...] = (
    ({"type", "data"}, lambda actions: _actions({"actions": actions}), False),
    ({"tick_size"}, listing, False),
    ({"mark", "oracle"}, markets.tickers, False),
    ({"maker_fee_rate"}, markets.fee_levels, False),
    ({"T", "o"}, markets.candles, False),
    ({"l", "s", "t"}, lambda data, known: [markets.book(row, known) for row in data], True),
    ({"oracle_price", "funding_rate"}, lambda data: markets.rates(data, "BTC"), False),
    ({"account_equity", "balance"}, account.account, False),
    ({"account_equity", "pnl"}, account.equity_points, False),
    ({"isolated", "leverage"}, account.settings, False),
    ({"entry_price", "margin"}, account.positions, True),
    ({"history_id", "payout"}, account.funding_paid, True),
    ({"history_id", "pnl"}, histories.trades, True),
    ({"history_id", "order_type"}, histories.order_events, True),
    ({"order_type"}, histories.orders, True),
    ({"balance", "event_type"}, account.balance_changes, False),
    ({"event_type", "price", "cause"}, _whose, False),
    ({"h", "tc", "d"}, markets.trades, True),
)
