"""The signer in its own process: what comes in, what it may not do, how it ends, and that it comes back."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from paddock.core.errors import Code, Invalid, Refused, Unavailable
from paddock.runtime.confine import CALLS, LIMITS
from paddock.runtime.signer.client import MOST_STARTS, Keeping, SignerProcess
from paddock.runtime.signer.process import Unfinished, frames
from paddock.venues.signing.grant import Network
from paddock.venues.signing.operations import Cancel, Order
from paddock.venues.signing.wire import HEAD, MOST_ASKED, frame
from tests.patience import PATIENCE_S
from tests.project import ROOT
from tests.venues.signing.given import LISTINGS, asked, cancellation, order, place, wanted

CANARY = "canary-7c1f-environment"


class Seconds:
    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def now() -> int:
    return time.time_ns() // 1_000_000


def ordered(lots: int = 1, nonce: int = 0, **changes) -> Order:
    sent = nonce or now()
    stamps = {"sent_ts": sent, "expires_ts": sent + 30_000}
    return place(order(lots=lots, **stamps, **changes), nonce=sent, expires_ts=sent + 30_000)


def cancelled() -> Order:
    stamps = {"sent_ts": now(), "expires_ts": now() + 30_000}
    return asked(Cancel((cancellation(**stamps),)), nonce=stamps["sent_ts"], expires_ts=stamps["expires_ts"])


def ready(signer: SignerProcess, **changes):
    signer.list_markets("hyperliquid", Network.TESTNET, LISTINGS["hyperliquid"])
    sealed = signer.make(wanted(**changes))
    signer.open(sealed, closing=False)
    return sealed


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    os.environ["PADDOCK_CANARY"] = CANARY
    with SignerProcess(Keeping.in_home(tmp_path_factory.mktemp("home")), Seconds()) as signer:
        ready(signer)
        yield signer
    del os.environ["PADDOCK_CANARY"]


def pid_of(signer: SignerProcess) -> int:
    assert signer._process is not None
    return signer._process.pid


def kill(signer: SignerProcess) -> None:
    assert signer._process is not None
    os.kill(pid_of(signer), signal.SIGKILL)
    signer._process.wait()


def test_it_signs_behind_its_walls(lasting):
    (request,) = lasting.sign(ordered())
    assert request.body["action"]["orders"][0]["s"] == "0.00001"
    if sys.platform == "linux":
        assert {LIMITS, CALLS} <= lasting.walls


def test_it_refuses_as_its_vault_does(lasting):
    with pytest.raises(Refused) as caught:
        lasting.sign(ordered(lots=10**6))
    assert (caught.value.code, caught.value.where) == (Code.SIGNER_POLICY, "order_usd")


def test_master_keys_that_change_beside_it_are_known_to_it(tmp_path):
    """`paddock live rotate` beside a process that only answers: what that seals afterwards opens for the worker."""
    keeping = Keeping.in_home(tmp_path)
    with SignerProcess(keeping, Seconds(), counts=False) as web:
        before = web.make(wanted())
        for ring in ("new key", "current key alone"):
            with SignerProcess(keeping, Seconds(), ring=ring) as rotating:
                before = rotating.rewrap(before)
        after = web.make(wanted(account_id="account-2"))
    with SignerProcess(keeping, Seconds()) as worker:
        for sealed in (before, after):
            worker.open(sealed, closing=False)
            worker.self_test(sealed.grant.account_id)


def test_many_threads_ask_it_at_once(lasting):
    signed: list[str] = []

    def sign(first: int) -> None:
        for n in range(20):
            (request,) = lasting.sign(ordered(nonce=now() - first * 100 - n))
            signed.append(request.body["signature"]["r"])

    threads = [threading.Thread(target=sign, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signed) == len(set(signed)) == 80


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a process in /proc")
def test_nothing_of_our_environment_and_no_other_descriptor_is_in_it(lasting):
    process = Path(f"/proc/{pid_of(lasting)}")
    try:
        environment = (process / "environ").read_bytes()
    except PermissionError:
        pytest.skip("nobody may look into it")
    assert CANARY.encode() not in environment and b"PATH=" not in environment
    opened = [str(each.readlink()) for each in (process / "fd").iterdir()]
    assert {name.partition(":")[0].rpartition("/")[2] for name in opened} == {"null", "signer.tally", "socket"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells of a process in /proc")
def test_no_other_process_of_the_user_may_look_into_it(lasting):
    """What is not dumpable belongs to root in /proc, whoever started it."""
    assert Path(f"/proc/{pid_of(lasting)}/mem").stat().st_uid == 0
    status = Path(f"/proc/{pid_of(lasting)}/status").read_text()
    assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status


HOSTILE = {
    "nothing": frame(b""),
    "no JSON": frame(b"\x00" * 99),
    "a digest": frame(b'{"do":"sign","digest":"' + b"00" * 32 + b'"}'),
    "deep": frame(b"[" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_frame_gets_an_error_and_the_next_order_its_signature(lasting, name):
    before = pid_of(lasting)
    lasting._socket.sendall(HOSTILE[name])
    (size,) = HEAD.unpack(lasting._exactly(HEAD.size))
    assert b'"signer.request"' in lasting._exactly(size)
    assert lasting.sign(ordered()) and pid_of(lasting) == before


def test_a_frame_beyond_all_bounds_ends_it_and_it_comes_back(lasting):
    before = pid_of(lasting)
    lasting._socket.sendall(HEAD.pack(MOST_ASKED + 1))
    (size,) = HEAD.unpack(lasting._exactly(HEAD.size))
    assert b"no frame" in lasting._exactly(size)
    assert lasting.sign(ordered()) and pid_of(lasting) != before


@pytest.mark.parametrize("sent", [b"\x00", b"\x00\x00\x00\x09", b'\x00\x00\x00\x09{"do":'])
def test_a_frame_that_stops_in_its_middle_is_given_up(sent):
    ours, theirs = socket.socketpair()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", 0, 1_000))
    ours.sendall(sent)
    with pytest.raises(Unfinished):
        next(frames(theirs.fileno()))
    ours.close()
    theirs.close()


def test_what_ends_in_between_ends_the_reading():
    ours, theirs = socket.socketpair()
    ours.sendall(frame(b"one") + frame(b"two"))
    ours.close()
    assert list(frames(theirs.fileno())) == [b"one", b"two"]
    theirs.close()


def test_one_that_was_killed_comes_back_knowing_all_and_having_counted(tmp_path):
    with SignerProcess(Keeping.in_home(tmp_path), Seconds()) as signer:
        ready(signer)
        for n in range(5):
            signer.sign(ordered(lots=16_666, nonce=now() + n))
        spent = signer.look()["account-1"]["spent"]
        kill(signer)
        assert signer.sign(ordered(lots=200, reduce_only=True))
        assert signer.look()["account-1"]["spent"] == spent == 5 * 16_666 * 600_000
        with pytest.raises(Refused) as caught:
            signer.sign(ordered(lots=200))
        assert caught.value.where == "day_usd"


def test_one_that_keeps_ending_is_left_alone_for_a_minute(tmp_path):
    seconds = Seconds()
    with SignerProcess(Keeping.in_home(tmp_path), seconds) as signer:
        signer.look()
        for _ in range(MOST_STARTS - 1):
            kill(signer)
            signer.look()
        kill(signer)
        with pytest.raises(Unavailable) as caught:
            signer.look()
        assert caught.value.code is Code.SIGNER_UNAVAILABLE
        seconds.now = 61.0
        assert signer.look() == {}


def test_a_key_that_was_revoked_signs_nothing_after_any_restart(tmp_path):
    with SignerProcess(Keeping.in_home(tmp_path), Seconds()) as signer:
        sealed = ready(signer)
        signer.revoke(sealed.grant)
        for restart in (lambda: None, lambda: kill(signer), signer.stop):
            restart()
            with pytest.raises(Refused) as caught:
                signer.sign(place(order(reduce_only=True)))
            assert caught.value.code is Code.LIVE_OFF
            with pytest.raises(Refused) as caught:
                signer.open(sealed, closing=True)
            assert caught.value.code is Code.SIGNER_KEY


def test_an_account_that_was_closed_stays_closed_after_a_restart(tmp_path):
    with SignerProcess(Keeping.in_home(tmp_path), Seconds()) as signer:
        sealed = ready(signer)
        signer.open(sealed, closing=True)
        kill(signer)
        with pytest.raises(Refused, match="switched off"):
            signer.sign(ordered())
        signer.sign(cancelled())
        signer.close("account-1")
        assert signer.opened() == frozenset()
        kill(signer)
        with pytest.raises(Refused) as caught:
            signer.sign(ordered())
        assert caught.value.code is Code.LIVE_OFF


def test_master_keys_may_come_from_elsewhere_than_the_file(tmp_path):
    keys = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    keeping = Keeping.in_home(tmp_path, keys)
    with SignerProcess(keeping, Seconds()) as signer:
        ready(signer)
    assert not keeping.key_file.exists()
    assert keys not in repr(keeping) + repr(signer) + repr({name: repr(value) for name, value in vars(signer).items()})


def test_files_that_cannot_be_used_are_told(tmp_path):
    keeping = Keeping.in_home(tmp_path)
    keeping.key_file.write_text("x")
    keeping.key_file.chmod(0o644)
    with SignerProcess(keeping, Seconds()) as signer:
        with pytest.raises(Invalid, match="others may read"):
            signer.look()
        keeping.key_file.unlink()
        assert signer.look() == {}
    with SignerProcess(Keeping.in_home(tmp_path / "nowhere"), Seconds()) as signer, pytest.raises(Unavailable):
        signer.look()


PARENT = """
import sys, pathlib
from paddock.runtime.signer.client import Keeping, SignerProcess
signer = SignerProcess(Keeping.in_home(pathlib.Path(sys.argv[1])), lambda: 0.0)
signer.look()
print(signer._process.pid, flush=True)
sys.stdin.read()
"""


def test_it_dies_with_its_parent(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with parent:
        signer = int(parent.stdout.readline())
        ending = os.pidfd_open(signer)
        parent.kill()
    assert select.select([ending], [], [], PATIENCE_S)[0], "the signer lives on"
    os.close(ending)
