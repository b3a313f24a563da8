"""Buckets are exact, none takes what is kept for others, none starves, and a ban is asked about a few times only."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paddock.venues.transport.bucket import Bucket
from paddock.venues.transport.budget import Allowance, Budget, Priority, Reserves
from paddock.venues.transport.lost import Throttled

from .harness import in_no_time, jumping, later

IP = Allowance("ip", burst=100, refill=600, reserves=Reserves(cancel=10, close=10, open=20))  # 10 a second
ADDRESS = Allowance("address", burst=10, refill=6)  # 1 in ten seconds
HOUR_MS = 3_600_000


def budget(*allowances: Allowance) -> Budget:
    return Budget(allowances or (IP,), jumping().time)


def now_ms() -> int:
    return round((jumping().time() - 1_000) * 1000)


class Takers:
    """Requests that wait, and when each was let go."""

    def __init__(self, asked: Budget) -> None:
        self.budget, self.went, self.tasks = asked, {}, []

    def ask(self, name: str, charges: dict[str, int], priority: Priority, wait_ms: int = HOUR_MS) -> None:
        self.tasks.append(asyncio.create_task(self._take(name, charges, priority, wait_ms)))

    async def _take(self, name: str, charges: dict[str, int], priority: Priority, wait_ms: int) -> None:
        await self.budget.take(charges, priority, wait_ms)
        self.went[name] = now_ms()

    async def all(self) -> dict[str, int]:
        await asyncio.gather(*self.tasks)
        return self.went


@given(
    burst=st.integers(5, 60),
    refill=st.integers(1, 100),
    asked=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 5), st.sampled_from(sorted(Priority))), max_size=60),
)
def test_no_window_sees_more_than_the_burst_and_what_came_back_and_reserves_stay(burst, refill, asked):
    allowance = Allowance("b", burst, refill, per_ms=1_000, reserves=Reserves(1, 1, 2))
    bucket, now, taken = Bucket(allowance, 0), 0, []
    for pause_ms, weight, priority in asked:
        now += pause_ms
        if bucket.wait_ms(weight, priority, now) == 0:
            bucket.take(weight, now)
            taken.append((now, weight))
            assert bucket.left(now) >= allowance.reserves.untouched(priority)
    for since, _ in taken:
        assert sum(weight for at, weight in taken if since <= at < since + 1_000) <= burst + refill


@given(st.integers(1, 50), st.integers(1, 700), st.integers(0, 90), st.sampled_from(sorted(Priority)))
def test_a_wait_is_neither_too_short_nor_too_long(burst, refill, weight, priority):
    bucket = Bucket(Allowance("b", burst + 100, refill), 0)
    bucket.take(bucket.left(0), 0)
    wait_ms = bucket.wait_ms(weight, priority, 0)
    assert bucket.wait_ms(weight, priority, wait_ms) == 0
    assert wait_ms == 0 or bucket.wait_ms(weight, priority, wait_ms - 1) > 0


def test_a_wait_that_is_no_whole_number_of_ms_is_rounded_up():
    bucket = Bucket(Allowance("b", 10, refill=7, per_ms=1_000), 0)
    bucket.take(10, 0)
    assert bucket.wait_ms(1, Priority.READ, 0) == 143
    assert [bucket.wait_ms(1, Priority.READ, now_ms) for now_ms in (142, 143)] == [1, 0]


def test_after_a_refusal_a_bucket_holds_what_came_back_since():
    bucket = Bucket(IP, 0)
    bucket.throttle(2_000, 0)
    assert bucket.left(2_000) == 20


def test_a_bucket_fills_no_further_than_its_burst():
    bucket = Bucket(IP, 0)
    assert (bucket.left(0), bucket.left(HOUR_MS)) == (100, 100)
    bucket.take(100, HOUR_MS)
    assert [bucket.left(HOUR_MS + ms) for ms in (0, 99, 100, 1_000, 600_000)] == [0, 0, 1, 10, 100]


@pytest.mark.parametrize("given_", [{"refill": 0}, {"per_ms": 0}, {"burst": 40}, {"reserves": Reserves(cancel=-1)}])
def test_an_allowance_that_allows_nothing_is_an_error(given_):
    with pytest.raises(ValueError):
        Allowance(**{"bucket": "ip", "burst": 100, "refill": 1, "reserves": Reserves(10, 10, 20), **given_})


@in_no_time
async def test_what_is_there_goes_at_once_and_the_rest_waits_for_it_exactly():
    takers = Takers(budget(Allowance("ip", 100, 600)))
    for name in ("first", "second", "third"):
        takers.ask(name, {"ip": 50}, Priority.READ)
    assert await takers.all() == {"first": 0, "second": 0, "third": 5_000}


@in_no_time
async def test_each_priority_leaves_what_is_kept_for_those_above():
    asked = budget()
    for priority, weight in ((Priority.READ, 60), (Priority.OPEN, 20), (Priority.CLOSE, 10), (Priority.CANCEL, 10)):
        await asked.take({"ip": weight}, priority, 0)
        with pytest.raises(Throttled):
            await asked.take({"ip": 1}, priority, 0)
    assert asked.left("ip") == 0
    assert Priority.STOP is Priority.CANCEL


@in_no_time
async def test_a_cancel_goes_before_all_that_waited_longer():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    takers = Takers(asked)
    for name in ("read", "open", "close", "cancel"):
        takers.ask(name, {"ip": 10}, Priority[name.upper()])
        await later(1)
    assert list(await takers.all()) == ["cancel", "close", "open", "read"]


@in_no_time
async def test_what_is_past_goes_after_all_and_leaves_what_is_kept_for_readings():
    asked = budget(Allowance("ip", 100, 600, reserves=Reserves(read=30)))
    await asked.take({"ip": 70}, Priority.HISTORY, 0)
    with pytest.raises(Throttled):
        await asked.take({"ip": 1}, Priority.HISTORY, 0)
    await asked.take({"ip": 30}, Priority.READ, 0)
    takers = Takers(asked)
    for name in ("history", "read"):
        takers.ask(name, {"ip": 10}, Priority[name.upper()])
        await later(1)
    assert list(await takers.all()) == ["read", "history"]


@in_no_time
async def test_a_heavy_request_is_not_overtaken_by_light_ones_for_ever():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    takers = Takers(asked)
    takers.ask("heavy", {"ip": 90}, Priority.READ)
    for number in range(5):
        await later(1)
        takers.ask(f"light {number}", {"ip": 1}, Priority.READ)
    went = await takers.all()
    assert list(went) == ["heavy", *(f"light {number}" for number in range(5))]
    assert went["heavy"] in (9_000, 9_001)  # the loop counts in seconds, with a fraction


@in_no_time
async def test_who_waits_for_one_address_holds_up_nobody_of_another():
    asked = budget(IP, ADDRESS, Allowance("other", 10, 6))
    await asked.take({"address": 10}, Priority.OPEN, 0)
    takers = Takers(asked)
    takers.ask("poor", {"ip": 1, "address": 1}, Priority.OPEN)
    await later(1)
    takers.ask("rich", {"ip": 1, "other": 1}, Priority.OPEN)
    went = await takers.all()
    assert went["rich"] == 1
    assert went["poor"] == 10_000


@in_no_time
async def test_several_buckets_give_all_or_nothing():
    asked = budget(IP, ADDRESS)
    await asked.take({"address": 10}, Priority.OPEN, 0)
    with pytest.raises(Throttled):
        await asked.take({"ip": 5, "address": 1}, Priority.OPEN, 1_000)
    assert asked.left("ip") == 100


@in_no_time
async def test_what_cannot_be_in_time_is_told_at_once_and_says_when_it_can():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    with pytest.raises(Throttled) as caught:
        await asked.take({"ip": 50}, Priority.READ, 4_999)
    assert (now_ms(), caught.value.retry_after_ms) == (0, 5_000)


@in_no_time
async def test_who_is_behind_others_waits_until_its_deadline_and_then_holds_up_nobody():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    takers = Takers(asked)
    takers.ask("first", {"ip": 80}, Priority.CANCEL)
    await later(0)
    with pytest.raises(Throttled):
        await asked.take({"ip": 30}, Priority.READ, 4_000)
    assert now_ms() == 4_000
    takers.ask("last", {"ip": 10}, Priority.READ)
    assert await takers.all() == {"first": 8_000, "last": 9_000}


@in_no_time
async def test_who_gives_up_holds_up_nobody():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    takers = Takers(asked)
    takers.ask("heavy", {"ip": 100}, Priority.CANCEL)
    takers.ask("light", {"ip": 1}, Priority.READ)
    await later(0)
    takers.tasks.pop(0).cancel()
    assert await takers.all() == {"light": 100}


@in_no_time
async def test_what_never_fits_is_an_error_and_not_a_wait():
    for charges in ({"ip": 61}, {"ip": -1}):
        with pytest.raises(ValueError):
            await budget().take(charges, Priority.READ, HOUR_MS)
    await budget().take({"ip": 100}, Priority.CANCEL, 0)


@in_no_time
async def test_the_venues_count_lowers_ours_and_only_a_reset_raises_it():
    asked = budget(ADDRESS)
    asked.observe("address", 4)
    asked.observe("address", 9)
    assert asked.left("address") == 4
    asked.reset("address", 5_000)
    assert asked.left("address") == 5_000
    await later(60_000)
    assert asked.left("address") == 5_000
    asked.observe("address", -3)
    assert asked.left("address") == 0


@in_no_time
async def test_a_reset_lets_go_who_waited():
    asked = budget(ADDRESS)
    asked.observe("address", 0)
    takers = Takers(asked)
    takers.ask("one", {"address": 5}, Priority.OPEN)
    await later(7)
    asked.reset("address", 5)
    assert await takers.all() == {"one": 7}


@in_no_time
async def test_a_bucket_is_added_once():
    asked = budget(IP)
    asked.add(ADDRESS)
    await asked.take({"address": 10}, Priority.OPEN, 0)
    asked.add(ADDRESS)
    assert asked.left("address") == 0
    with pytest.raises(ValueError):
        asked.add(Allowance("address", 11, 6))


@in_no_time
async def test_a_refusal_closes_its_buckets_for_the_time_it_says_to_every_priority():
    asked = budget(IP, ADDRESS)
    asked.throttle(["ip"], 7_000)
    assert asked.closed_ms("ip") == 7_000
    with pytest.raises(Throttled) as caught:
        await asked.take({"ip": 1}, Priority.CANCEL, 6_999)
    assert caught.value.retry_after_ms == 7_000
    await asked.take({"address": 1}, Priority.READ, 0)
    await asked.take({"ip": 1}, Priority.CANCEL, 7_000)
    assert now_ms() == 7_000


@in_no_time
async def test_refusals_without_a_time_double_the_pause_until_an_answer_comes():
    asked, pauses = budget(), []
    for _ in range(12):
        asked.throttle(["ip"], None)
        pauses.append(asked.closed_ms("ip"))
        asked.answered(["ip"])  # it left before the refusal, and says nothing of what comes
        await later(pauses[-1])
    assert pauses == [1_000 * min(2**n, 300) for n in range(12)]
    asked.answered(["ip"])
    asked.throttle(["ip"], None)
    assert asked.closed_ms("ip") == 1_000


@in_no_time
async def test_ten_refusals_of_requests_that_left_together_count_as_one():
    asked = budget()
    for _ in range(10):
        asked.throttle(["ip"], 500)
    assert asked.closed_ms("ip") == 1_000


@in_no_time
async def test_no_venue_keeps_us_out_for_longer_than_a_day():
    asked = budget()
    asked.throttle(["ip"], 10**15)
    assert asked.closed_ms("ip") == 86_400_000


async def banned_calls(asked: Budget, callers: int, told_ms: int | None) -> list[int]:
    """When requests leave for a venue that refuses each of them for an hour."""
    calls: list[int] = []

    async def caller() -> None:
        while now_ms() < HOUR_MS:
            try:
                await asked.take({"ip": 1}, Priority.CANCEL, 30_000)
            except Throttled as error:
                await later(min(error.retry_after_ms, HOUR_MS))
                continue
            calls.append(now_ms())
            await later(50)
            asked.throttle(["ip"], told_ms)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return calls


@pytest.mark.parametrize(("told_ms", "most"), [(None, 20), (600_000, 7)])
@in_no_time
async def test_a_ban_is_asked_about_a_few_times_an_hour_without_spinning(told_ms: int | None, most: int):
    """Fault V12: each time it opens, no more leave than the first 50 ms allow."""
    calls = await banned_calls(budget(Allowance("ip", 1, 60)), 5, told_ms)
    assert 3 <= len(calls) <= most
    assert jumping().jump.turns < 2_000


@in_no_time
async def test_waiting_spends_no_turns():
    asked = budget(Allowance("ip", 100, 600))
    await asked.take({"ip": 100}, Priority.READ, 0)
    takers = Takers(asked)
    for number in range(100):
        takers.ask(str(number), {"ip": 100}, Priority.READ)
    await takers.all()
    assert now_ms() == 1_000_000
    assert jumping().jump.turns < 1_000


def test_reserves_add_up_from_above():
    kept = Reserves(cancel=1, close=2, open=4, read=8)
    assert [kept.untouched(priority) for priority in sorted(Priority)] == [0, 1, 3, 7, 15]
