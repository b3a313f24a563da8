"""`paddock venue doctor` against the simulated venue: whatever stands against trading is found, with its mend."""

from __future__ import annotations

import json

import pytest
from hyperliquid.exchange import Exchange
from nacl.signing import SigningKey

from paddock.surfaces.cli.main import main
from paddock.surfaces.machine import SystemClock
from paddock.venues.faults import Fault
from paddock.venues.hyperliquid.simulator.terms import Terms
from paddock.venues.pacifica.codec.signing import address_of
from paddock.venues.pacifica.simulator.server import running
from paddock.venues.pacifica.simulator.simulator import Simulator as PacificaSimulator
from paddock.venues.pacifica.simulator.terms import Terms as PacificaTerms
from tests.surfaces.test_remote_commands import asked, house  # noqa: F401  fixtures
from tests.venues.hyperliquid_simulator.kit import hyperliquid_simulator, served  # noqa: F401  a fixture


@pytest.fixture
def stage(hyperliquid_simulator):  # noqa: F811
    """It lives in our time, however long a busy machine takes to ask."""
    simulator = hyperliquid_simulator.simulator
    simulator.clock = simulator.wall = simulator.venue.clock = simulator.venue.wall = SystemClock()
    return hyperliquid_simulator


@pytest.fixture
def examined(capsys, stage):
    """The findings by name, and the exit code, which says whether all of them passed."""

    def examine(*words: str, url: str = "") -> dict[str, dict]:
        code = main(["venue", "doctor", "hyperliquid", "--url", url or stage.url, "--json", *words])
        document = json.loads(capsys.readouterr().out)
        assert code == (0 if document["passed"] else 1)
        for found in document["findings"]:
            assert bool(found["mend"]) is not found["passed"], found
        return {found["name"]: found for found in document["findings"]}

    return examine


def amiss(found: dict[str, dict]) -> list[str]:
    return [name for name, one in found.items() if not one["passed"]]


def test_a_venue_that_is_well(examined):
    found = examined()
    assert list(found) == ["reach", "clock", "venue", "listing", "smallest order", "requests"]
    assert amiss(found) == []
    assert found["listing"]["seen"] == "7 perps trade, 1 are delisted"
    assert found["smallest order"]["seen"] == "10 USD; the smallest step of BTC is 0.84 USD"


@pytest.mark.parametrize(("ms", "seen"), [(60_000, "behind"), (-60_000, "ahead")])
def test_a_clock_that_is_wrong(examined, stage, ms, seen):
    stage.faults.add(Fault.REWRITE, "info:exchangeStatus", change=lambda text: later(text, ms))
    found = examined()
    assert amiss(found) == ["clock"]
    assert found["clock"]["seen"].endswith(seen)


def later(text: str, ms: int) -> str:
    said = json.loads(text)
    return json.dumps(said | {"time": said["time"] + ms})


def test_a_venue_in_an_extraordinary_state(examined, stage):
    special = {"time": stage.clock.now_ts(), "specialStatuses": ["post only"]}
    stage.faults.add(Fault.REWRITE, "info:exchangeStatus", change=lambda text: json.dumps(special))
    found = examined()
    assert amiss(found) == ["venue"] and "post only" in found["venue"]["seen"]


def test_a_venue_that_does_not_answer(examined, stage):
    assert amiss(examined(url="http://127.0.0.1:9")) == ["reach"]
    stage.faults.add(Fault.GARBAGE, "info:meta")
    assert "reach" in amiss(examined())


def test_a_venue_that_takes_no_more_questions(examined, stage):
    stage.faults.add(Fault.THROTTLED, "info:meta", ms=60_000, times=0)
    assert amiss(examined()) == ["requests"]


def test_an_account_and_its_agent(examined, stage):
    wallet = stage.account(5_000)
    found = examined("--account", wallet.address)
    assert amiss(found) == []
    assert found["balance"]["seen"] == "worth 5,000.00 USD, 5,000.00 of it free"
    assert found["agent"]["seen"] == "none with a name"
    Exchange(wallet, stage.url).approve_agent("bot")
    assert examined("--account", wallet.address)["agent"]["seen"] == "bot"


def test_an_agent_instead_of_the_account(examined, stage):
    wallet = stage.account()
    Exchange(wallet, stage.url).approve_agent("bot")
    (agent,) = stage.simulator.venue.members.get(wallet.address.lower()).agents
    found = examined("--account", agent.address)
    assert {"account", "balance"} <= set(amiss(found))
    assert found["account"]["mend"] == f"name {wallet.address.lower()} instead"


def test_an_address_that_was_never_funded(examined):
    found = examined("--account", "0x" + "ab" * 20)
    assert amiss(found) == ["account", "balance"]
    assert "deposit" in found["account"]["mend"]


def test_an_account_whose_money_is_pooled(examined, stage):
    wallet = stage.account()
    Exchange(wallet, stage.url).user_set_abstraction(wallet.address, "unifiedAccount")
    assert amiss(examined("--account", wallet.address)) == ["margin"]


def test_an_account_without_actions_left(capsys, examined):
    with served(Terms()) as limited:
        wallet = limited.account()
        limited.simulator.venue.allowances.used(wallet.address.lower()).actions = 9_900
        found = examined("--account", wallet.address, url=limited.url)
    assert amiss(found) == ["actions"]


def test_an_account_of_the_server_also_has_its_key_tried(examined, stage, house, asked):  # noqa: F811
    limits = ("--symbols", "BTC", "--order-usd", "1000", "--day-usd", "5000", "--leverage", "3")
    wallet = stage.account()
    made = asked("live", "connect", "hyperliquid", "--main", wallet.address, "--name", "real", *limits)
    found = examined("--account", made["account_id"])
    assert amiss(found) == ["agent", "approval"]
    assert found["agent"]["seen"] == f"{made['agent']} is no agent of {made['main']}"
    assert found["key"]["passed"] and found["kill switch"]["passed"]
    assert main(["venue", "doctor", "hyperliquid", "--account", "nobody", "--url", stage.url]) == 2


def test_a_builder_is_approved_for_what_the_accounts_orders_pay(examined, stage, house, asked):  # noqa: F811
    limits = ("--symbols", "BTC", "--order-usd", "1000", "--day-usd", "5000", "--leverage", "3")
    wallet, builder = stage.account(), stage.account().address
    paid = ("--builder", builder, "--builder-fee", "20")
    made = asked("live", "connect", "hyperliquid", "--main", wallet.address, "--name", "real", *limits, *paid)
    found = examined("--account", made["account_id"])
    assert "builder" in amiss(found) and found["builder"]["seen"].startswith("0 tenths")
    Exchange(wallet, stage.url).approve_builder_fee(builder, "0.02%")
    assert examined("--account", made["account_id"])["builder"]["passed"]


def test_what_a_person_reads(capsys, stage):
    stage.faults.add(Fault.REWRITE, "info:exchangeStatus", change=lambda text: later(text, 60_000))
    assert main(["venue", "doctor", "hyperliquid", "--url", stage.url]) == 1
    out = capsys.readouterr().out
    assert "✓ reach: answered in" in out
    assert "✗ clock: " in out and "mend: run a time service" in out


def test_a_venue_that_nobody_knows(capsys):
    assert main(["venue", "doctor", "hyperliqid", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["error"]["suggestion"] == 'did you mean "hyperliquid"?'


# --- Pacifica ---


@pytest.fixture
def pacifica():
    """A simulated Pacifica that lives in our time, and its address."""
    simulator = PacificaSimulator(SystemClock(), PacificaTerms())
    with running(simulator) as url:
        yield simulator, url


@pytest.fixture
def looked_at(capsys, pacifica):
    def examine(*words: str, url: str = "") -> dict[str, dict]:
        code = main(["venue", "doctor", "pacifica", "--url", url or pacifica[1], "--json", *words])
        document = json.loads(capsys.readouterr().out)
        assert code == (0 if document["passed"] else 1)
        for found in document["findings"]:
            assert bool(found["mend"]) is not found["passed"], found
        return {found["name"]: found for found in document["findings"]}

    return examine


def test_a_pacifica_that_is_well(looked_at):
    found = looked_at()
    assert list(found) == ["reach", "clock", "listing", "smallest order", "requests"] and amiss(found) == []
    assert found["smallest order"]["seen"].startswith("10 USD; the smallest step of BTC is 0.6")


def test_a_pacifica_that_does_not_answer_or_takes_no_more_questions(looked_at, pacifica):
    assert amiss(looked_at(url="http://127.0.0.1:9")) == ["reach"]
    pacifica[0].faults.add(Fault.GARBAGE, "get:/info")
    assert "reach" in amiss(looked_at())
    pacifica[0].faults.add(Fault.THROTTLED, "get:/info", times=0)
    assert amiss(looked_at()) == ["requests"]


def test_an_address_of_pacifica(looked_at, pacifica):
    owner = address_of(SigningKey(bytes([7]) * 32))
    found = looked_at("--account", owner)
    assert amiss(found) == ["account"] and found["account"]["mend"] == "deposit USDC from that address"
    pacifica[0].deposit(owner, 5)
    assert amiss(looked_at("--account", owner)) == ["balance"]
    pacifica[0].deposit(owner, 1_000)
    found = looked_at("--account", owner)
    assert amiss(found) == [] and found["balance"]["seen"].startswith("worth 1,005.00 USD")
