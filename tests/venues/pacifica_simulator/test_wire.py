"""The simulated Pacifica over real sockets: HTTP, WebSocket, limits, faults."""

from __future__ import annotations

import json

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from paddock.venues.faults import Fault
from paddock.venues.pacifica.simulator.terms import UNLIMITED, Allowed, Terms
from tests.patience import PATIENCE_S
from tests.venues.pacifica_simulator.kit import ACCOUNT, START_TS, Rest, heard, listening, make, serving, signed, uuid

ORDER = {"symbol": "BTC", "price": "60000", "amount": "0.01", "side": "bid", "tif": "GTC", "reduce_only": False}
MARKET = {"symbol": "BTC", "amount": "0.01", "side": "bid", "slippage_percent": "0.5", "reduce_only": False}
MINE = {"account": ACCOUNT}


@pytest.fixture(scope="module")
def world():
    simulator, clock = make()
    with serving(simulator) as url:
        yield simulator, clock, url


@pytest.fixture
def fresh():
    """One of one's own, for what changes its time or breaks it."""
    simulator, clock = make()
    with serving(simulator) as url:
        yield simulator, clock, url


def test_an_order_is_placed_seen_and_cancelled(world):
    simulator, _, url = world
    rest = Rest(url, simulator)
    placed = rest.post("create_order", **ORDER)
    assert placed.status_code == 200
    number = placed.json()["data"]["order_id"]
    assert placed.json() == {"success": True, "data": {"order_id": number}, "error": None, "code": None}
    [row] = rest.get("/orders", **MINE).json()["data"]
    assert (row["order_id"], row["price"], row["initial_amount"]) == (number, "60000", "0.01")
    done = rest.post("cancel_order", symbol="BTC", order_id=number)
    assert done.json() == {"success": True, "data": None, "error": None, "code": None}
    assert rest.get("/orders", **MINE).json()["data"] == []
    events = rest.get("/orders/history_by_id", order_id=number).json()["data"]
    assert [row["event_type"] for row in events] == ["cancel", "make"]


def test_a_fill_is_heard_as_it_is_read(world):
    simulator, _, url = world
    rest = Rest(url, simulator)
    sources = ("account_positions", "account_order_updates", "account_trades")
    with listening(url, *({"source": source} | MINE for source in sources)) as socket:
        assert heard(socket, "account_positions")["data"] == []
        for source in sources[1:]:
            assert heard(socket, "subscribe")["data"] == {"source": source} | MINE
        rest.post("create_market_order", client_order_id=uuid(), **MARKET)
        [trade] = heard(socket, "account_trades")["data"]
        updates = heard(socket, "account_order_updates")["data"]
        [position] = heard(socket, "account_positions")["data"]
    assert [(row["oe"], row["os"]) for row in updates] == [("make", "open"), ("fulfill_market", "filled")]
    assert [row["lp"] for row in updates] == ["0", trade["p"]] and updates[1]["p"] == trade["p"]
    assert (position["s"], position["a"], position["p"]) == ("BTC", "0.01", trade["p"])
    [row] = [row for row in rest.get("/trades/history", **MINE).json()["data"] if row["history_id"] == trade["h"]]
    assert (row["pnl"], row["fee"], row["side"]) == (trade["n"], trade["f"], "open_long")
    rest.post("create_market_order", **MARKET | {"side": "ask", "reduce_only": True})


def test_a_wrong_signature_is_answered_in_plain_text(world):
    simulator, _, url = world
    body = signed("create_order", ORDER, simulator.wall.now_ts())
    reply = httpx2.post(f"{url}/api/v1/orders/create_market", json=body | {"slippage_percent": "1"})
    assert (reply.status_code, reply.text, reply.headers["content-length"]) == (400, "Verification failed", "19")
    assert reply.headers["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def test_what_is_not_there_is_said_to_be_so(world):
    simulator, _, url = world
    rest = Rest(url, simulator)
    assert rest.get("/no/such").status_code == 404
    assert rest.http.post("/orders/create", content=b"{").status_code == 400
    unknown = rest.get("/orders/history_by_id", order_id=1)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 404)
    assert unknown.json()["error"] == "Order history not found for order ID: 1"


def test_trading_over_the_socket(world):
    simulator, _, url = world
    name = uuid()
    body = signed("create_order", ORDER | {"client_order_id": name}, simulator.wall.now_ts())
    with listening(url) as socket:
        socket.send(json.dumps({"id": "a", "params": {"create_order": body}}))
        placed = heard(socket, "create_order")
        gone = signed("cancel_order", {"symbol": "BTC", "client_order_id": name}, simulator.wall.now_ts())
        socket.send(json.dumps({"id": "b", "params": {"cancel_order": gone}}))
        cancelled = heard(socket, "cancel_order")
        socket.send(json.dumps({"id": "c", "params": {"cancel_order": gone}}))
        again = heard(socket, "cancel_order")
        socket.send(json.dumps({"id": "d", "params": {"create_order": body | {"price": "1"}}}))
        forged = heard(socket, "create_order")
        socket.send('{"method":"ping"}')
        assert heard(socket, "pong") == {"channel": "pong"}
        socket.send('{"op":"ping"}')
        assert json.loads(socket.recv(timeout=PATIENCE_S))["code"] == 400
    assert placed["code"] == 200 and placed["data"] == {"I": name, "i": placed["data"]["i"], "s": "BTC"}
    assert set(placed) == {"code", "data", "id", "type", "t", "rl"} and set(placed["rl"]) == {"r", "q", "t"}
    assert cancelled["data"] == {"I": name, "i": None, "s": "BTC"} and cancelled["id"] == "b"
    assert (again["code"], again["err"]) == (420, "Failed to cancel order")
    assert forged["code"] == 401


def test_an_answer_comes_before_what_it_set_off(world):
    simulator, _, url = world
    with listening(url, {"source": "account_order_updates"} | MINE) as socket:
        assert heard(socket, "subscribe")
        body = signed("create_order", ORDER, simulator.wall.now_ts())
        socket.send(json.dumps({"id": "a", "params": {"create_order": body}}))
        first, second = (json.loads(socket.recv(timeout=PATIENCE_S)) for _ in range(2))
    assert first["data"]["i"] == second["data"][0]["i"] and second["channel"] == "account_order_updates"


@pytest.mark.parametrize(
    "fault, code, booked",
    [(Fault.ERROR, 500, 0), (Fault.ERROR_DONE, 500, 1), (Fault.THROTTLED, 429, 0), (Fault.MUTE, None, 1)],
)
def test_faults_of_requests_over_the_socket(fresh, fault, code, booked):
    simulator, _, url = fresh
    simulator.faults.add(fault, "ws:create_order")
    with listening(url) as socket:
        socket.send(json.dumps({"id": "a", "params": {"create_order": signed("create_order", ORDER, START_TS)}}))
        socket.send('{"method":"ping"}')
        frames = [heard(socket, "create_order", "pong") for _ in range(2 if code else 1)]
    assert [frame["code"] for frame in frames if "code" in frame] == ([code] if code else [])
    assert len(simulator.exchange.open_orders(ACCOUNT)) == booked


def test_a_socket_lasts_a_day_whatever_is_said():
    assert Terms().longest_ms == 24 * 3_600_000
    simulator, clock = make(Terms(allowed=UNLIMITED, longest_ms=120_000))
    with serving(simulator) as url, listening(url) as socket, pytest.raises(ConnectionClosed):
        for _ in range(3):
            clock.advance(50_000)
            socket.send('{"method":"ping"}')
            assert heard(socket, "pong")


def test_subscriptions_of_a_channel_are_limited():
    simulator, _ = make(Terms(allowed=Allowed(0, 0, subscriptions=2)))
    with serving(simulator) as url:
        wanted = [{"source": "bbo", "symbol": symbol} for symbol in ("BTC", "ETH", "SOL")]
        with listening(url, *wanted) as socket:
            codes = [json.loads(socket.recv(timeout=PATIENCE_S)).get("code") for _ in range(5)]
    assert codes == [None] * 4 + [400]


def test_credits_are_counted_times_ten_and_run_out():
    simulator, clock = make(Terms(allowed=Allowed(ip=35, key=1000)))
    with serving(simulator) as url:
        rest = Rest(url, simulator)
        first = rest.get("/info")
        assert first.headers["ratelimit"] == '"credits";r=25;t=60'
        assert first.headers["ratelimit-policy"] == '"credits";q=35;w=60'
        number = rest.post("create_order", **ORDER).json()["data"]["order_id"]
        cancelled = rest.post("cancel_order", symbol="BTC", order_id=number)
        assert cancelled.headers["ratelimit"] == '"credits";r=10;t=60'
        assert rest.get("/info").status_code == 200
        assert rest.get("/info").status_code == 429
        assert rest.http.get("/info", headers={"PF-API-KEY": "k"}).status_code == 200
        clock.advance(60_000)
        assert rest.get("/info").status_code == 200


def test_the_speed_bump_holds_what_takes_but_not_what_makes():
    simulator, clock = make(Terms(allowed=Allowed(0, 0), bump_ms=200))
    with serving(simulator) as url, listening(url) as socket:

        def ask(**changed):
            body = signed("create_order", ORDER | changed, START_TS)
            socket.send(json.dumps({"id": "a", "params": {"create_order": body}}))
            return after_all()

        def after_all():
            """The frames until what was asked before is through."""
            socket.send('{"method":"ping"}')
            return [heard(socket, "create_order", "pong").get("code", "pong")]

        assert ask(tif="ALO") == [200] and heard(socket, "pong")
        assert ask() == ["pong"]
        clock.advance(199)
        assert after_all() == ["pong"] and len(simulator.exchange.open_orders(ACCOUNT)) == 1
        clock.advance(1)
        assert heard(socket, "create_order")["code"] == 200
        assert len(simulator.exchange.open_orders(ACCOUNT)) == 2
        rest = Rest(url, simulator)
        rest.post_in_vain("create_market_order", **MARKET)
        assert rest.post("cancel_all_orders", all_symbols=True, exclude_reduce_only=False).status_code == 200


def test_a_silent_socket_is_closed(fresh):
    _, clock, url = fresh
    with listening(url) as socket:
        clock.advance(59_000)
        socket.send('{"method":"ping"}')
        assert heard(socket, "pong")
        clock.advance(59_000)
        socket.send('{"method":"ping"}')
        assert heard(socket, "pong")
        clock.advance(61_000)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=PATIENCE_S)


@pytest.mark.parametrize(
    "fault, booked",
    [
        (Fault.ERROR, 0),
        (Fault.ERROR_DONE, 1),
        (Fault.TRUNCATED, 1),
        (Fault.GARBAGE, 1),
        (Fault.THROTTLED, 0),
        (Fault.RESET, 0),
        (Fault.RESET_DONE, 1),
        (Fault.MUTE, 1),
        (Fault.LOST, 0),
    ],
)
def test_faults_of_requests(fresh, fault, booked):
    simulator, _, url = fresh
    simulator.faults.add(fault, "post:/orders/create")
    rest = Rest(url, simulator)
    if fault in {Fault.MUTE, Fault.LOST}:
        rest.post_in_vain("create_order", **ORDER)
    elif fault in {Fault.RESET, Fault.RESET_DONE}:
        with pytest.raises(httpx2.TransportError) as caught:
            rest.post("create_order", **ORDER)
        assert not isinstance(caught.value, httpx2.TimeoutException)
    else:
        reply = rest.post("create_order", **ORDER)
        unreadable = not reply.text.endswith("}")
        assert unreadable == (fault in {Fault.TRUNCATED, Fault.GARBAGE})
        assert reply.status_code == {Fault.ERROR: 500, Fault.ERROR_DONE: 500, Fault.THROTTLED: 429}.get(fault, 200)
    assert len(simulator.exchange.open_orders(ACCOUNT)) == booked
    assert rest.post("create_order", **ORDER).status_code == 200


def test_a_late_request_arrives_when_it_does(fresh):
    simulator, clock, url = fresh
    simulator.faults.add(Fault.LATE, "post:/orders/create", ms=3_000)
    Rest(url, simulator).post_in_vain("create_order", **ORDER)
    clock.advance(2_999)
    simulator.step()
    assert simulator.exchange.open_orders(ACCOUNT) == []
    clock.advance(1)
    simulator.step()
    assert len(simulator.exchange.open_orders(ACCOUNT)) == 1


def test_frames_are_lost_doubled_and_swapped(fresh):
    simulator, _, url = fresh
    rest = Rest(url, simulator)
    with listening(url, {"source": "account_order_updates"} | MINE) as socket:
        assert heard(socket, "subscribe")
        place = "frame:account_order_updates"
        simulator.faults.add(Fault.SKIP, place)
        simulator.faults.add(Fault.TWICE, place)
        simulator.faults.add(Fault.SWAP, place)
        numbers = [rest.post("create_order", **ORDER).json()["data"]["order_id"] for _ in range(4)]
        seen = [heard(socket, "account_order_updates")["data"][0]["i"] for _ in range(4)]
    assert seen == [numbers[1], numbers[1], numbers[3], numbers[2]]


def test_sockets_are_cut_off_stalled_and_refused(fresh):
    simulator, _, url = fresh
    with listening(url, {"source": "prices"}) as socket:
        assert heard(socket, "prices")
        simulator.faults.stalled = True
        socket.send('{"method":"ping"}')
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.2)
        simulator.faults.clear()
        simulator.faults.cut_off()
        with pytest.raises(ConnectionClosed):
            heard(socket, "nothing")
    simulator.faults.refusing = True
    with pytest.raises(Exception, match="403"), listening(url):
        pass
