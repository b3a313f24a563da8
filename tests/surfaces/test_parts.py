"""Parts of a process begin and end together, in time, whatever one of them does."""

from __future__ import annotations

import os
import signal
import threading
from threading import Event

import pytest
from structlog.testing import capture_logs

from paddock.surfaces.parts import Ending, Part, run_together, until_signalled
from tests.patience import PATIENCE_S


def waiting(ended: list[str], name: str) -> Part:
    def run(stop: Event) -> None:
        stop.wait()
        ended.append(name)

    return Part(name, run)


def test_all_end_when_they_are_told():
    stop, ended = Event(), []
    threading.Timer(0.05, stop.set).start()
    assert run_together([waiting(ended, "a"), waiting(ended, "b")], stop, within_s=PATIENCE_S) == Ending((), ())
    assert sorted(ended) == ["a", "b"]


def test_a_part_that_fails_ends_the_others_and_the_process_says_so(caplog):
    def fail(_stop: Event) -> None:
        raise ValueError("out of order")

    stop, ended = Event(), []
    assert run_together([waiting(ended, "a"), Part("b", fail)], stop, within_s=PATIENCE_S) == Ending(("b",), ())
    assert ended == ["a"]


def test_what_nothing_depends_on_fails_alone_and_is_started_again(monkeypatch):
    monkeypatch.setattr("paddock.surfaces.parts.AGAIN_S", 0.001)
    stop, ended, tries = Event(), [], []

    def fail(stop: Event) -> None:
        tries.append(1)
        if len(tries) == 30:
            stop.set()
        raise ValueError("out of order" if len(tries) < 20 else "otherwise")

    with capture_logs() as logged:
        parts = [waiting(ended, "a"), Part("b", fail, vital=False)]
        assert run_together(parts, stop, within_s=PATIENCE_S) == Ending((), ())
    assert ended == ["a"]
    assert len(tries) == 30
    assert [(one["log_level"], one["part"]) for one in logged] == [("error", "b")] * 2


def test_a_part_that_does_not_end_is_left_behind():
    stop, released = Event(), Event()
    stop.set()
    stuck = Part("stuck", lambda _stop: released.wait(PATIENCE_S))
    assert run_together([stuck], stop, within_s=0.05) == Ending((), ("stuck",))
    released.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_handlers_are_as_before(number):
    stop, ended = Event(), []
    before = signal.getsignal(number)
    with until_signalled(stop):
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        assert run_together([waiting(ended, "a")], stop, within_s=PATIENCE_S) == Ending((), ())
    assert signal.getsignal(number) is before
