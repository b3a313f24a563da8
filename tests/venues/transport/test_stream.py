"""A socket that is lost is opened again, and whoever listened knows what may have been missed; over real sockets."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from itertools import pairwise

import pytest

from paddock.core.errors import Invalid, Unavailable, Unknown
from paddock.core.seams import ManualClock, SeededRandom
from paddock.venues.transport.backoff import Backoff
from paddock.venues.transport.budget import Allowance, Budget, Priority
from paddock.venues.transport.frames import Step, consecutive, growing
from paddock.venues.transport.lost import Does, Throttled
from paddock.venues.transport.outage import Condition, Outage
from paddock.venues.transport.stream import Pace, Stream

from .harness import LONG_MS, Still, closed_port, later, on_loop, until, venue
from .speaking import FRAMES, NOW_TS, PACE, Ears, Plain, Talk, Venue, speaking, stream, subscription, words

CANARY = "SECRET_CANARY_77aa"
BEGINS = "[it begins]"


# Hearing


@on_loop
async def test_a_subscription_begins_with_a_gap_and_goes_on_with_what_the_venue_says():
    clock = ManualClock(NOW_TS)
    async with speaking() as there, stream(there.port, clock=clock) as heard:
        heard.add(subscription("fills"))
        ears = Ears(heard)
        assert await ears.next() == ("fills", BEGINS)
        clock.advance(5)
        await there.talk.news("fills", "bought")
        delivery = await ears.delivery()
        assert (words(delivery), delivery.seen_ts) == (("fills", "bought"), NOW_TS + 5)
        assert heard.seen_ts("fills") == NOW_TS + 5


@on_loop
async def test_data_before_the_acknowledgement_begins_a_subscription_too():
    async with speaking(Venue(acknowledges=False)) as there, stream(there.port) as heard:
        heard.add(subscription("book"))
        talk = await there.talks_are(1)
        await talk.news("book", "snapshot")
        await talk.say(ack="book")
        await talk.news("book", "next")
        assert await Ears(heard).some(3) == [("book", BEGINS), ("book", "snapshot"), ("book", "next")]


@on_loop
async def test_what_is_dropped_is_unsubscribed_and_heard_no_more():
    async with speaking() as there, stream(there.port) as heard:
        heard.add(subscription("a"))
        heard.add(subscription("b"))
        heard.add(subscription("a"))
        ears = Ears(heard)
        await ears.some(2)
        heard.drop("a")
        heard.drop("never there")
        await until(lambda: {"unsub": "a"} in there.talk.frames)
        await there.talk.news("a", "late")
        await there.talk.news("b", "good")
        assert await ears.next() == ("b", "good")
        assert there.talk.subscribed == ["a", "b"]
        with pytest.raises(ValueError):
            heard.add(subscription("b", fresh_ms=1))


@on_loop
async def test_heartbeats_are_of_the_venues_kind():
    async with speaking() as there, stream(there.port):
        await until(lambda: there.talks and there.talk.frames.count({"ping": 1}) >= 3)


@on_loop
async def test_closing_says_goodbye_and_ends_the_iteration_after_what_waits():
    async with speaking() as there:
        async with stream(there.port) as heard:
            heard.add(subscription("a"))
            talk = await there.talks_are(1)
            await talk.news("a", "last")
            await until(lambda: heard.seen_ts("a"))
        assert [words(delivery) async for delivery in heard] == [("a", BEGINS), ("a", "last")]
        await talk.socket.wait_closed()
        assert talk.socket.close_code == 1000
        assert heard.outage.condition is Condition.DOWN
        assert heard.stale(NOW_TS) == {"a"}


# Losing


@on_loop
async def test_after_a_reset_everything_is_subscribed_again_with_a_gap_each():
    async with speaking() as there, stream(there.port) as heard:
        for key in ("a", "b"):
            heard.add(subscription(key))
        ears = Ears(heard)
        await ears.some(2)
        there.talk.reset()
        again = await ears.some(2)
        assert [key for key, _ in again] == ["a", "b"]
        assert all("ConnectionClosed" in reason for _, reason in again)
        assert len(there.talks) == 2
        await there.talk.news("a", "after")
        assert await ears.next() == ("a", "after")


@on_loop
async def test_a_silent_connection_is_taken_for_lost():
    """Fault V17: the socket stays open, and nothing comes, not even an answer to a heartbeat."""
    pace = Pace(heartbeat_ms=20, stall_ms=300, backoff_ms=4)
    async with speaking(Venue(answers_pings=False)) as there, stream(there.port, pace=pace) as heard:
        heard.add(subscription("a"))
        assert await Ears(heard).some(2) == [("a", BEGINS), ("a", "[it was silent for 300 ms]")]


@on_loop
async def test_answers_to_heartbeats_keep_a_quiet_connection():
    async with speaking() as there, stream(there.port, pace=Pace(heartbeat_ms=50, stall_ms=1_000)) as heard:
        heard.add(subscription("a"))
        await until(lambda: there.talks and there.talk.frames.count({"ping": 1}) > 25)
        assert len(there.talks) == 1
        assert heard.outage.condition is Condition.UP


@on_loop
async def test_a_storm_of_reconnects_is_slowed_down():
    """Fault V17: a venue that hangs up on everybody at once is not hammered."""
    seconds, tries = asyncio.get_running_loop().time, []

    async def hang_up(talk):
        tries.append(seconds())
        await talk.socket.close(1012)

    async with speaking(Venue(greeting=hang_up)) as there, stream(there.port) as heard:
        heard.add(subscription("a"))
        await until(lambda: len(tries) == 7)
        # pauses of 2–4, 4–8, 8–16 and then 16–32 ms, though each connection was opened
        pauses = [later - sooner for sooner, later in pairwise(tries)]
        assert all(pause > least / 1000 for pause, least in zip(pauses, (1, 3, 7, 15, 15, 15), strict=True))
        assert heard.outage.condition is not Condition.UP
        assert heard.outage.since_ts == NOW_TS
        assert heard.stale(NOW_TS) == {"a"}


@on_loop
async def test_new_connections_are_counted_by_the_budget():
    shut = Venue(greeting=lambda talk: talk.socket.close(1012))
    asked = Budget([Allowance("connections", burst=3, refill=1), FRAMES], asyncio.get_running_loop().time)
    async with speaking(shut) as there, stream(there.port, budget=asked):
        await until(lambda: len(shut.talks) == 3)
        await later(50)
    assert len(shut.talks) == 3


@on_loop
async def test_a_venue_that_is_down_is_tried_until_it_is_back():
    port = closed_port()
    async with stream(port) as heard:
        heard.add(subscription("a"))
        await until(lambda: "no connection" in heard.outage.reason)
        assert heard.outage.condition is Condition.DOWN
        back = Venue()
        async with speaking_at(port, back):
            assert await Ears(heard).next() == ("a", BEGINS)
            assert heard.outage == Outage(Condition.UP, NOW_TS)


def speaking_at(port: int, there: Venue):
    from websockets.asyncio.server import serve

    return serve(there.serve, "127.0.0.1", port, ping_interval=None)


@pytest.mark.parametrize(("status", "header", "closed_ms"), [(429, {"Retry-After": "9"}, 9_000), (429, {}, 1_000)])
@on_loop
async def test_a_handshake_refused_for_rate_closes_the_budget(status: int, header: dict[str, str], closed_ms: int):
    asked = Budget([Allowance("connections", 100, 6_000), FRAMES], Still())

    def refuse(connection, _request):
        response = connection.respond(HTTPStatus(status), "slow down")
        response.headers.update(header)
        return response

    async with speaking(process_request=refuse) as there, stream(there.port, budget=asked) as heard:
        await until(lambda: str(status) in heard.outage.reason)
        assert asked.closed_ms("connections") == closed_ms


@on_loop
async def test_redirects_are_not_followed():
    target = Venue()

    def redirect(connection, _request):
        response = connection.respond(HTTPStatus.TEMPORARY_REDIRECT, "")
        response.headers["Location"] = f"ws://127.0.0.1:{target.port}"
        return response

    async with speaking(target), speaking(process_request=redirect) as there, stream(there.port) as heard:
        await until(lambda: "307" in heard.outage.reason)
    assert target.talks == []


@on_loop
async def test_what_answers_no_handshake_is_no_venue():
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 smtp ready\r\n\r\n")

    async with venue(answer) as port, stream(port) as heard:
        await until(lambda: "no connection" in heard.outage.reason)


@on_loop
async def test_a_frame_that_is_too_long_ends_the_connection():
    async with speaking() as there, stream(there.port, pace=Pace(frame_bytes=1_000, backoff_ms=4)) as heard:
        heard.add(subscription("a"))
        ears = Ears(heard)
        await ears.next()
        await there.talk.news("a", "x" * 2_000)
        key, reason = await ears.next()
        assert key == "a"
        assert "1009" in reason or "too big" in reason


# Sequences


@pytest.mark.parametrize(
    ("sequence", "steps"),
    [
        (growing, {4: Step.STALE, 5: Step.STALE, 6: Step.NEXT, 9: Step.NEXT}),
        (consecutive, {4: Step.STALE, 5: Step.STALE, 6: Step.NEXT, 7: Step.JUMP}),
    ],
)
def test_where_a_number_stands_behind_five(sequence, steps):
    assert {number: sequence(5, number) for number in steps} == steps


@on_loop
async def test_a_jump_in_the_sequence_is_a_gap_before_what_jumped():
    async with speaking() as there, stream(there.port) as heard:
        heard.add(subscription("book", sequence=consecutive))
        ears = Ears(heard)
        await ears.next()
        for number in (7, 8, 11, 12):
            await there.talk.news("book", str(number), n=number)
        expected = ["7", "8", "[its sequence jumps to 11]", "11", "12"]
        assert await ears.some(5) == [("book", text) for text in expected]


@on_loop
async def test_a_snapshot_that_comes_twice_is_heard_once_and_still_fresh():
    clock = ManualClock(NOW_TS)
    async with speaking() as there, stream(there.port, clock=clock) as heard:
        heard.add(subscription("book", fresh_ms=100))
        ears = Ears(heard)
        await ears.next()
        await there.talk.news("book", "one", n=7)
        assert await ears.next() == ("book", "one")
        clock.advance(90)
        await there.talk.news("book", "one", n=7)
        await there.talk.news("book", "older", n=6)
        await until(lambda: heard.seen_ts("book") == NOW_TS + 90)
        await there.talk.news("book", "two", n=8)
        assert await ears.next() == ("book", "two")
        assert heard.stale(NOW_TS + 190) == frozenset()


@on_loop
async def test_a_sequence_begins_anew_with_each_connection():
    async with speaking() as there, stream(there.port) as heard:
        heard.add(subscription("book", sequence=consecutive))
        ears = Ears(heard)
        await ears.next()
        await there.talk.news("book", "many", n=900)
        await ears.next()
        there.talk.reset()
        await ears.next()
        await there.talk.news("book", "first", n=1)
        assert await ears.next() == ("book", "first")


# Freshness and condition


@on_loop
async def test_what_is_not_served_or_silent_too_long_is_stale():
    clock = ManualClock(NOW_TS)
    async with speaking(Venue(acknowledges=False)) as there, stream(there.port, clock=clock) as heard:
        heard.add(subscription("book", fresh_ms=1_000))
        heard.add(subscription("fills"))
        assert heard.stale(NOW_TS) == {"book", "fills"}
        talk = await there.talks_are(1)
        await talk.say(ack="fills")
        await talk.say(ack="book")
        await until(lambda: heard.outage.condition is Condition.UP)
        assert heard.stale(NOW_TS) == {"book"}  # it is served, and nothing came yet
        await talk.news("book", "one")
        await until(lambda: heard.seen_ts("book"))
        assert heard.stale(NOW_TS + 1_000) == frozenset()
        assert heard.stale(NOW_TS + 1_001) == {"book"}
        assert heard.seen_ts("nobody") == 0


@on_loop
async def test_the_condition_is_told_with_its_time_and_its_reason():
    clock = ManualClock(NOW_TS)
    async with speaking(Venue(acknowledges=False)) as there:
        heard = stream(there.port, clock=clock)
        assert heard.outage == Outage(Condition.DOWN, NOW_TS, "it was not started")
        heard.add(subscription("a"))
        heard.add(subscription("b"))
        clock.advance(10)
        async with heard:
            talk = await there.talks_are(1)
            assert heard.outage == Outage(Condition.DEGRADED, NOW_TS, "2 of 2 subscriptions are not served yet")
            clock.advance(10)
            await talk.say(ack="a")
            await until(lambda: "1 of 2" in heard.outage.reason)
            assert heard.outage.since_ts == NOW_TS
            await talk.say(ack="b")
            await until(lambda: heard.outage == Outage(Condition.UP, NOW_TS + 20))
            clock.advance(10)
            talk.reset()
            await until(lambda: heard.outage.condition is not Condition.UP)
            assert heard.outage.since_ts == NOW_TS + 30


@on_loop
async def test_a_refused_subscription_degrades_and_stays_stale():
    async with speaking(Venue(acknowledges=False)) as there, stream(there.port) as heard:
        heard.add(subscription("a"))
        talk = await there.talks_are(1)
        await talk.say(deny="a", why="too many users")
        await until(lambda: heard.outage.reason == "the venue refuses a: too many users")
        assert heard.outage.condition is Condition.DEGRADED
        assert heard.stale(NOW_TS) == {"a"}


@pytest.mark.parametrize("frame", ["<html>", '{"what":1}', b"\x00\x01"])
@on_loop
async def test_a_frame_that_nobody_can_read_is_a_gap_on_everything_and_passes(frame: str | bytes):
    async with speaking() as there, stream(there.port) as heard:
        for key in ("a", "b"):
            heard.add(subscription(key))
        ears = Ears(heard)
        await ears.some(2)
        await there.talk.socket.send(frame)
        gaps = await ears.some(2)
        assert [key for key, _ in gaps] == ["a", "b"]
        assert all("cannot be read" in reason for _, reason in gaps)
        await there.talk.news("a", "good")
        assert await ears.next() == ("a", "good")
        await until(lambda: heard.outage.condition is Condition.UP)
        assert len(there.talks) == 1


@on_loop
async def test_a_refusal_of_nothing_in_particular_is_told():
    async with speaking() as there, stream(there.port, pace=Pace(heartbeat_ms=60_000)) as heard:
        heard.add(subscription("a"))
        await Ears(heard).next()
        await there.talk.say(deny="", why="too many pending post requests")
        await until(lambda: heard.outage.reason == "the venue refuses: too many pending post requests")


@on_loop
async def test_a_defect_of_the_dialect_ends_the_iteration_as_itself():
    class Broken(Plain):
        def read(self, text):
            raise KeyError(text)

    async with speaking() as there:
        asked = Budget([], asyncio.get_running_loop().time)
        clock = ManualClock(NOW_TS)
        async with Stream(f"ws://127.0.0.1:{there.port}", Broken(), clock, SeededRandom(1), asked, pace=PACE) as heard:
            heard.add(subscription("a"))
            with pytest.raises(KeyError):
                await Ears(heard).next()
            assert heard.outage.reason == "it failed: KeyError"


# Slow consumers


@on_loop
async def test_a_slow_consumer_gets_the_newest_books_and_every_fill():
    """Fault P10."""
    async with speaking() as there, stream(there.port, pace=Pace(waiting=8)) as heard:
        for key in ("book", "trades", "fills"):
            heard.add(subscription(key))
        ears = Ears(heard)
        await ears.some(3)
        asked = asyncio.create_task(heard.ask("one", '{"do":1}', Does.READ, Priority.OPEN, LONG_MS))
        await until(lambda: {"do": 1} in there.talk.frames)
        for number in range(50):
            await there.talk.news("book", str(number), keep="latest")
            await there.talk.news("trades", str(number), keep="each")
        for number in range(6):
            await there.talk.news("fills", str(number))
        await there.talk.say(answer="one", text="that was all")
        await asked
        got = await ears.some(len(heard._inbox))
        assert [text for key, text in got if key == "fills"] == [str(number) for number in range(6)]
        assert next(text for key, text in got if key == "trades") == "[the consumer was too slow]"
        assert [text for key, text in got if key == "trades"][-1] == "49"
        assert [text for key, text in got if key == "book"][-1] in ("49", "[the consumer was too slow]")


@on_loop
async def test_fills_that_nobody_takes_hold_up_the_socket_and_none_is_lost():
    async with speaking() as there, stream(there.port, pace=Pace(waiting=5, stall_ms=250)) as heard:
        heard.add(subscription("fills"))
        ears = Ears(heard)
        await ears.next()
        said = asyncio.create_task(say_many(there.talk, 600))
        await until(lambda: len(heard._inbox) >= 5)
        await later(300)  # longer than a stall, which this is not: the venue spoke
        assert len(heard._inbox) == 5
        assert await ears.some(600) == [("fills", str(number)) for number in range(600)]
        await said


async def say_many(talk: Talk, count: int) -> None:
    for number in range(count):
        await talk.news("fills", str(number))


# Asking


@on_loop
async def test_a_request_over_the_socket_gets_its_own_answer():
    async with speaking() as there, stream(there.port) as heard:
        talk = await connected(there, heard)
        asked = [
            asyncio.create_task(heard.ask(name, f'{{"do":"{name}"}}', Does.WRITE, Priority.OPEN, LONG_MS))
            for name in ("one", "two")
        ]
        await until(lambda: {"do": "one"} in talk.frames and {"do": "two"} in talk.frames)
        for name in ("two", "one", "one", "nobody's"):
            await talk.say(answer=name, text=f"{name} done")
        assert await asyncio.gather(*asked) == ["one done", "two done"]


async def connected(there: Venue, heard: Stream[str]) -> Talk:
    heard.add(subscription("a"))
    await until(lambda: heard.outage.condition is Condition.UP and there.talks)
    return there.talk


@pytest.mark.parametrize(("does", "kind"), [(Does.WRITE, Unknown), (Does.READ, Unavailable)])
@on_loop
async def test_a_request_without_an_answer_says_what_that_means(does: Does, kind: type[Exception]):
    async with speaking() as there, stream(there.port) as heard:
        await connected(there, heard)
        with pytest.raises(kind, match="no answer within 40 ms"):
            await heard.ask("one", '{"do":1}', does, Priority.OPEN, 40)
        next_ = asyncio.create_task(heard.ask("two", '{"do":2}', does, Priority.OPEN, LONG_MS))
        for name in ("one", "two"):
            await there.talk.say(answer=name, text=f"{name} late")  # the first to nobody
        assert await next_ == "two late"


@pytest.mark.parametrize(("does", "kind"), [(Does.WRITE, Unknown), (Does.READ, Unavailable)])
@on_loop
async def test_a_request_whose_socket_is_lost_says_what_that_means(does: Does, kind: type[Exception]):
    async with speaking() as there, stream(there.port) as heard:
        talk = await connected(there, heard)
        asked = asyncio.create_task(heard.ask("one", '{"do":1}', does, Priority.OPEN, LONG_MS))
        await until(lambda: {"do": 1} in talk.frames)
        talk.reset()
        with pytest.raises(kind, match="ConnectionClosed"):
            await asked


@on_loop
async def test_a_request_that_the_end_cuts_off_is_unknown():
    async with speaking() as there:
        async with stream(there.port) as heard:
            talk = await connected(there, heard)
            asked = asyncio.create_task(heard.ask("one", '{"do":1}', Does.WRITE, Priority.OPEN, LONG_MS))
            await until(lambda: {"do": 1} in talk.frames)
        with pytest.raises(Unknown):
            await asked


@on_loop
async def test_without_a_connection_or_budget_nothing_is_sent():
    asked = Budget([Allowance("frames", 5, 1)], asyncio.get_running_loop().time)
    async with speaking() as there, stream(there.port, budget=asked, connect={}) as heard:
        talk = await connected(there, heard)
        with pytest.raises(Throttled):
            await heard.ask("one", '{"do":1}', Does.WRITE, Priority.OPEN, 40, {"frames": 4})
        assert {"do": 1} not in talk.frames
    asked.reset("frames", 5)
    with pytest.raises(Unavailable, match="down") as caught:
        await heard.ask("one", '{"do":1}', Does.WRITE, Priority.OPEN, 40)
    assert caught.value.rule == "nothing was sent"


@on_loop
async def test_an_id_is_open_once():
    async with speaking() as there, stream(there.port) as heard:
        await connected(there, heard)
        first = asyncio.create_task(heard.ask("one", '{"do":1}', Does.WRITE, Priority.OPEN, LONG_MS))
        await until(lambda: {"do": 1} in there.talk.frames)
        with pytest.raises(ValueError):
            await heard.ask("one", '{"do":2}', Does.WRITE, Priority.OPEN, LONG_MS)
        await there.talk.say(answer="one", text="done")
        assert await first == "done"


@on_loop
async def test_frames_with_signatures_reach_no_log(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    async with speaking(logger=logging.Logger("the venue's own")) as there, stream(there.port) as heard:
        await connected(there, heard)
        with pytest.raises(Unknown) as caught:
            await heard.ask("one", f'{{"signature":"{CANARY}"}}', Does.WRITE, Priority.OPEN, 40)
    assert CANARY not in caplog.text
    assert CANARY not in repr(caught.value.as_dict())


# Pauses


def test_pauses_double_up_to_a_limit_and_chance_shortens_each_by_half_at_most():
    backoff = Backoff(SeededRandom(3), 100, 1_000)
    longest = [100, 200, 400, 800, 1_000, 1_000]
    pauses = [backoff.next_ms() for _ in longest]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))
    again = Backoff(SeededRandom(3), 100, 1_000)
    assert [again.next_ms() for _ in longest] == pauses
    backoff.reset()
    assert backoff.next_ms() <= 100
    assert Backoff(SeededRandom(3), 100, 1_000, failures=10_000).next_ms() <= 1_000


@on_loop
async def test_a_connection_that_lasted_makes_the_next_pause_a_short_one():
    async with (
        speaking() as there,
        stream(there.port, pace=Pace(settled_ms=20, backoff_ms=4, backoff_most_ms=600_000)) as heard,
    ):
        heard._backoff.failures = 20  # minutes
        await connected(there, heard)
        await later(30)
        there.talk.reset()
        await there.talks_are(2)


def test_a_plain_address_of_another_machine_is_refused():
    with pytest.raises(Invalid):
        Stream("ws://venue.example/ws", Plain(), ManualClock(NOW_TS), SeededRandom(1), Budget([], lambda: 0.0))
