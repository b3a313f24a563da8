"""What goes wrong on purpose, as a client meets it over real sockets: what it is told, and what really happened."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.simulator.terms import Terms
from tests.patience import PATIENCE_S, until
from tests.venues.impatience import in_vain

from .kit import served
from .raw import Trader, order

SILENT_S = 0.3


@pytest.fixture(scope="module")
def venue():
    with served() as stage:
        yield stage


@pytest.fixture
def stage(venue):
    yield venue
    venue.faults.clear()


@pytest.fixture
def trader(stage):
    stage.accounts.append(None)
    return Trader(stage, 3_000 + len(stage.accounts))


def post(stage, trader):
    """An order over HTTP."""
    return requests.post(f"{stage.url}/exchange", json=body(trader), timeout=PATIENCE_S)


def post_in_vain(stage, trader):
    """One that nobody answers; until the simulator has done what it does all the same."""
    before = stage.faults.unanswered
    in_vain(f"{stage.url}/exchange", body(trader), lambda: stage.faults.unanswered > before)


def body(trader):
    return trader.body({"type": "order", "orders": [order(0, "80000", "0.01")], "grouping": "na"})


def resting(trader) -> int:
    return len(trader.stage.exchange.open_orders(trader.address))


class Heard:
    """A socket, and what comes over it."""

    def __init__(self, socket) -> None:
        self.socket = socket
        assert socket.recv(PATIENCE_S) == "Websocket connection established."

    def send(self, **message) -> None:
        self.socket.send(json.dumps(message))

    def next(self) -> dict:
        return json.loads(self.socket.recv(PATIENCE_S))

    def subscribe(self, kind: str, **about) -> None:
        self.send(method="subscribe", subscription={"type": kind, **about})
        assert self.next()["channel"] == "subscriptionResponse"


@contextmanager
def hearing(stage):
    with connect(f"ws{stage.url[4:]}/ws", open_timeout=PATIENCE_S) as socket:
        yield Heard(socket)


@pytest.mark.parametrize(
    ("fault", "booked"), [(Fault.LOST, 0), (Fault.MUTE, 1), (Fault.RESET, 0), (Fault.RESET_DONE, 1)]
)
def test_an_order_without_an_answer(stage, trader, fault, booked):
    stage.faults.add(fault, "exchange:order")
    if fault in (Fault.LOST, Fault.MUTE):
        post_in_vain(stage, trader)
    else:
        with pytest.raises(requests.ConnectionError):
            post(stage, trader)
    assert resting(trader) == booked
    assert post(stage, trader).json()["status"] == "ok"


@pytest.mark.parametrize(
    ("fault", "status", "booked"),
    [
        (Fault.ERROR, 502, 0),
        (Fault.ERROR_DONE, 502, 1),
        (Fault.GARBAGE, 200, 1),
        (Fault.TRUNCATED, 200, 1),
        (Fault.THROTTLED, 429, 0),
    ],
)
def test_an_order_with_an_answer_that_is_none(stage, trader, fault, status, booked):
    stage.faults.add(fault, "exchange:order", ms=1_500)
    answer = post(stage, trader)
    assert (answer.status_code, resting(trader)) == (status, booked)
    assert answer.headers.get("retry-after") == ("2" if fault is Fault.THROTTLED else None)
    if status == 200:
        with pytest.raises(requests.JSONDecodeError):
            answer.json()


def test_an_order_that_arrives_long_after_its_sender_gave_up(stage, trader):
    stage.faults.add(Fault.LATE, "exchange:order", ms=20_000)
    post_in_vain(stage, trader)
    stage.advance(19_999)
    assert resting(trader) == 0
    stage.advance(1)
    assert resting(trader) == 1


def test_an_order_that_arrives_after_its_last_moment_is_not_booked(stage, trader):
    action = {"type": "order", "orders": [order(0, "80000", "0.01")], "grouping": "na"}
    stage.simulator.act_late(trader.body(action, expires=stage.clock.now_ts() + 5_000), 6_000)
    stage.advance(6_000)
    assert resting(trader) == 0


def test_an_answer_that_takes_its_time(stage, trader):
    stage.faults.add(Fault.DELAY, "exchange:order", ms=1_000)
    in_vain(f"{stage.url}/exchange", body(trader), lambda: resting(trader) == 1)


def test_a_rule_lets_some_pass_strikes_so_often_and_is_over(stage, trader):
    stage.faults.add(Fault.ERROR, "exchange:*", skip=1, times=2)
    assert [post(stage, trader).status_code for _ in range(4)] == [200, 502, 502, 200]
    assert stage.faults.calls["exchange:order"] >= 4


def test_an_answer_that_says_something_else(stage):
    stage.faults.add(Fault.REWRITE, "info:allMids", change=lambda text: text.replace("84000.0", "NaN"))
    answer = requests.post(f"{stage.url}/info", json={"type": "allMids"}, timeout=PATIENCE_S)
    assert answer.json()["BTC"] == "NaN"


def test_a_fault_of_frames_is_none_of_requests(stage):
    with pytest.raises(ValueError, match="does not happen"):
        stage.faults.add(Fault.SWAP, "exchange:order")
    with pytest.raises(ValueError, match="does not happen"):
        stage.faults.add(Fault.MUTE, "frame:trades")


def test_frames_that_are_lost_doubled_and_out_of_order(stage, trader):
    with hearing(stage) as heard:
        heard.subscribe("orderUpdates", user=trader.address)
        stage.faults.add(Fault.SKIP, "frame:orderUpdates")
        stage.faults.add(Fault.TWICE, "frame:orderUpdates")
        stage.faults.add(Fault.SWAP, "frame:orderUpdates")
        sent = [post(stage, trader).json()["response"]["data"]["statuses"][0]["resting"]["oid"] for _ in range(4)]
        told = [heard.next()["data"][0]["order"]["oid"] for _ in range(4)]
    assert told == [sent[1], sent[1], sent[3], sent[2]]


def test_a_socket_that_stalls_says_nothing_and_stays_open(stage, trader):
    with hearing(stage) as heard:
        heard.subscribe("orderUpdates", user=trader.address)
        stage.faults.stalled = True
        heard.send(method="subscribe", subscription={"type": "notification", "user": trader.address})
        until(lambda: "notification" in {topic.kind for topic in stage.simulator.hub.topics})
        oid = post(stage, trader).json()["response"]["data"]["statuses"][0]["resting"]["oid"]
        stage.advance(59_000)
        stage.faults.stalled = False
        post(stage, trader)
        assert heard.next()["data"][0]["order"]["oid"] > oid
        stage.faults.stalled = True
        stage.advance(600_000)
        with pytest.raises(TimeoutError):
            heard.socket.recv(SILENT_S)


def test_sockets_are_cut_off_and_new_ones_refused(stage):
    with hearing(stage) as heard:
        stage.faults.cut_off()
        stage.simulator.step()
        with pytest.raises(ConnectionClosed):
            heard.next()
    stage.faults.refusing = True
    with pytest.raises(Exception, match=r"403|rejected|closed"), hearing(stage) as heard:
        heard.next()


def test_a_socket_to_which_nothing_is_sent_for_a_minute_is_closed(stage):
    with hearing(stage) as heard:
        stage.advance(59_000)
        heard.send(method="ping")
        assert heard.next() == {"channel": "pong"}
        stage.advance(59_999)
        heard.send(method="ping")
        assert heard.next() == {"channel": "pong"}
        stage.advance(60_000)
        with pytest.raises(ConnectionClosed):
            heard.next()


def test_too_much_asked_in_a_minute_is_answered_with_429():
    with served(Terms()) as stage:
        weighed = [
            requests.post(f"{stage.url}/info", json={"type": "meta"}, timeout=PATIENCE_S).status_code for _ in range(61)
        ]
        assert weighed == [200] * 60 + [429]
        stage.advance(1_000)
        assert requests.post(f"{stage.url}/info", json={"type": "meta"}, timeout=PATIENCE_S).status_code == 200


def test_what_is_no_question_is_answered_as_the_venue_does(stage):
    url = f"{stage.url}/info"
    for body in ({"type": "leaderboard"}, {"type": "l2Book"}, {"type": "clearinghouseState", "user": "me"}, {}):
        answer = requests.post(url, json=body, timeout=PATIENCE_S)
        assert answer.status_code == 422
        assert answer.text == "Failed to deserialize the JSON body into the target type"
    assert requests.post(url, data=b"{", timeout=PATIENCE_S).status_code == 400
    assert requests.post(url, data=b"[" * 100_000, timeout=PATIENCE_S).status_code == 400
    assert requests.post(url, data=b"1" * 2**21, timeout=PATIENCE_S).status_code == 413
    unlisted = requests.post(url, json={"type": "fundingHistory", "coin": "NONE", "startTime": 0}, timeout=PATIENCE_S)
    assert (unlisted.status_code, unlisted.text) == (500, "null")
    coarse = requests.post(url, json={"type": "l2Book", "coin": "BTC", "nSigFigs": 9}, timeout=PATIENCE_S)
    assert coarse.status_code == 500
    assert requests.post(url, json={"type": "l2Book", "coin": "NONE"}, timeout=PATIENCE_S).text == "null"
    assert requests.get(url, timeout=PATIENCE_S).status_code == 405


def test_orders_and_questions_are_posted_over_a_socket(stage, trader):
    action = {"type": "order", "orders": [order(0, "80000", "0.01")], "grouping": "na"}
    with hearing(stage) as heard:
        heard.send(method="post", id=1, request={"type": "action", "payload": trader.body(action)})
        told = heard.next()
        assert told["channel"] == "post" and told["data"]["id"] == 1
        response = told["data"]["response"]
        assert response["type"] == "action" and "resting" in response["payload"]["response"]["data"]["statuses"][0]
        heard.send(method="post", id=2, request={"type": "info", "payload": {"type": "allMids"}})
        payload = heard.next()["data"]["response"]["payload"]
        assert payload["type"] == "allMids" and payload["data"]["BTC"]
        heard.send(method="post", id=3, request={"type": "info", "payload": {"type": "leaderboard"}})
        assert heard.next()["data"]["response"]["type"] == "error"
        heard.send(method="post", id="4", request={"type": "info", "payload": {"type": "allMids"}})
        assert heard.next()["data"].startswith("Error parsing JSON into valid websocket request: ")


def test_what_is_posted_over_a_socket_meets_the_same_faults(stage, trader):
    def send(number):
        body = trader.body({"type": "order", "orders": [order(0, "80000", "0.01")], "grouping": "na"})
        heard.send(method="post", id=number, request={"type": "action", "payload": body})

    with hearing(stage) as heard:
        for fault in (Fault.MUTE, Fault.LOST, Fault.ERROR_DONE, Fault.DELAY):
            stage.faults.add(fault, "exchange:order", ms=1_000)
        for number in range(5):
            send(number)
        assert heard.next()["data"] == {"id": 2, "response": {"type": "error", "payload": "502"}}
        assert heard.next()["data"]["id"] == 4
        assert resting(trader) == 4
        stage.advance(1_000)
        assert heard.next()["data"]["id"] == 3
        stage.faults.add(Fault.RESET_DONE, "exchange:order")
        send(6)
        with pytest.raises(ConnectionClosed):
            heard.next()
    assert resting(trader) == 5


def test_what_is_wrong_on_a_socket_is_answered_as_the_venue_does(stage, trader):
    with hearing(stage) as heard:
        heard.subscribe("trades", coin="BTC")
        assert heard.next()["channel"] == "trades"
        for message, said in (
            ({"method": "subscribe", "subscription": {"type": "trades", "coin": "BTC"}}, "Already subscribed: {"),
            ({"method": "unsubscribe", "subscription": {"type": "trades", "coin": "ETH"}}, "Already unsubscribed: {"),
            ({"method": "subscribe", "subscription": {"type": "trades", "coin": "NONE"}}, "Invalid subscription {"),
            ({"method": "subscribe", "subscription": {"type": "liquidations"}}, "Error parsing JSON into valid"),
            ({"method": "shout"}, "Error parsing JSON into valid websocket request: {"),
        ):
            heard.send(**message)
            frame = heard.next()
            assert frame["channel"] == "error" and frame["data"].startswith(said), frame
        heard.send(method="unsubscribe", subscription={"type": "trades", "coin": "BTC"})
        assert heard.next()["data"]["method"] == "unsubscribe"


def test_sockets_hear_of_at_most_ten_accounts_of_one_address():
    with served(Terms()) as stage, hearing(stage) as heard:
        for number in range(10):
            heard.subscribe("orderUpdates", user=f"0x{number:040x}")
        heard.send(method="subscribe", subscription={"type": "orderUpdates", "user": f"0x{10:040x}"})
        assert heard.next() == {"channel": "error", "data": "Cannot track more than 10 total users."}
