"""The check of the real venue, tried on the simulated one: what differs is named, and without network it skips."""

from __future__ import annotations

import json

import pytest

from paddock.venues.faults import Fault
from tests.live_check import main, traded
from tests.venues.impatience import unhurried
from tests.venues.pacifica_simulator.kit import serving

__all__ = ["unhurried"]


@pytest.fixture
def venue(unhurried):
    simulator = traded()
    with serving(simulator) as url:
        yield simulator, url


def changed(text: str, **fields) -> str:
    said = json.loads(text)
    rows = said["data"] if isinstance(said["data"], list) else [said["data"]]
    for row in rows:
        row.update(fields)
    return json.dumps(said)


def test_all_is_read_and_nothing_differs(capsys, venue):
    assert main("pacifica", venue[1]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8 and [line for line in lines if not line.startswith("✓")] == []


def test_the_first_field_that_differs_is_named(capsys, venue):
    simulator, url = venue
    simulator.faults.add(Fault.REWRITE, "get:/info/fees", change=lambda text: changed(text, newer=True))
    simulator.faults.add(Fault.REWRITE, "get:/book", change=lambda text: changed(text, t="soon"))
    assert main("pacifica", url) == 1
    out = capsys.readouterr().out
    assert "! /info/fees: it is read, but [].newer is more" in out and "✗ /book: " in out


def test_without_network_it_skips_and_says_so(capsys):
    assert main("pacifica", "http://127.0.0.1:9") == 0
    assert capsys.readouterr().out.startswith("skipped: pacifica cannot be reached from here (127.0.0.1")
