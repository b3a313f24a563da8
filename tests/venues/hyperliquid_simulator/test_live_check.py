"""The check of the real venue, tried on the simulated one: what differs is named, and without network it skips."""

from __future__ import annotations

import json

import pytest

from paddock.venues.faults import Fault
from tests.live_check import main
from tests.venues.impatience import unhurried

from .kit import hyperliquid_simulator  # noqa: F401  a fixture

__all__ = ["unhurried"]
pytestmark = pytest.mark.usefixtures("unhurried")


def test_all_is_read_and_nothing_differs(capsys, hyperliquid_simulator):  # noqa: F811
    assert main("hyperliquid", hyperliquid_simulator.url) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert [line for line in lines if not line.startswith("✓")] == []


def test_the_first_field_that_differs_is_named(capsys, hyperliquid_simulator):  # noqa: F811
    faults = hyperliquid_simulator.faults
    faults.add(Fault.REWRITE, "info:exchangeStatus", change=lambda text: changed(text, maintenance=True))
    faults.add(Fault.REWRITE, "info:l2Book", change=lambda text: changed(text, time="soon"))
    assert main("hyperliquid", hyperliquid_simulator.url) == 1
    out = capsys.readouterr().out
    assert "! exchangeStatus: it is read, but .maintenance is new (bool)" in out
    assert "✗ l2Book: " in out


def test_a_listing_that_cannot_be_read_is_no_lack_of_network(capsys, hyperliquid_simulator):  # noqa: F811
    hyperliquid_simulator.faults.add(Fault.REWRITE, "info:meta", change=lambda text: changed(text, universe=1))
    assert main("hyperliquid", hyperliquid_simulator.url) == 1
    assert capsys.readouterr().out.startswith("✗ listing: ")


def changed(text: str, **fields) -> str:
    return json.dumps(json.loads(text) | fields)


def test_without_network_it_skips_and_says_so(capsys):
    assert main("hyperliquid", "http://127.0.0.1:9") == 0
    assert capsys.readouterr().out.startswith("skipped: hyperliquid cannot be reached from here (127.0.0.1")
