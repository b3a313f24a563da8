"""The rest of the program never holds a key: not in what it says, logs or stores, and not in its memory."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from paddock.venues import base58
from paddock.venues.pacifica.codec.signing import SigningKey, secret_of
from paddock.venues.signing.grant import Grant, Network
from paddock.venues.signing.keystore import KeyRing, parse_keys
from paddock.venues.signing.policy import Policy
from tests.project import ROOT
from tests.venues.signing.given import Entropy

LINUX = sys.platform == "linux"


@dataclass
class Looked:
    """What a program said and stored, its memory, and the keys that it worked with."""

    said: str
    stored: bytes
    memory: bytes
    secrets: list[bytes]
    masters: list[bytes]


def memory_of(pid: int) -> bytes:
    """All that a process may write to: where its data lie."""
    found = []
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if "rw" in rights and "[v" not in line:
                memory.seek(int(start, 16))
                found.append(memory.read(int(end, 16) - int(start, 16)))
    return b"\0".join(found)


def grants(home: Path) -> Iterator[tuple[bytes, bytes]]:
    """Blobs, and what they are bound to, as the database has them."""
    with sqlite3.connect(home / "paddock.db") as connection:
        connection.row_factory = sqlite3.Row
        for row in connection.execute("SELECT * FROM connections"):
            policy = json.loads(row["policy"])
            names = ("owner", "account_id", "venue", "main", "agent", "builder", "builder_fee")
            values = {name: row[name] for name in names} | {"network": Network(row["network"])}
            grant = Grant(**values, policy=Policy(**policy | {"symbols": tuple(policy["symbols"])}))
            yield row["blob"], grant.bound()


@pytest.fixture(scope="module")
def looked(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "tests.runtime.live.canary_child", str(home)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    with child:
        said = []
        while line := child.stdout.readline():
            if line == b"READY\n":
                break
            said.append(line.decode())
        assert line, "".join(said)
        try:
            memory = memory_of(child.pid) if LINUX else b""
        except PermissionError:
            memory = b""
        child.stdin.close()
    assert child.returncode == 0, "".join(said)
    masters = parse_keys((home / "master.keys").read_text(), "here")
    ring = KeyRing(masters, Entropy())
    secrets = []
    for blob, bound in grants(home):
        with ring.opened(blob, bound) as secret:
            secrets.append(bytes(secret))
    stored = b"".join(path.read_bytes() for path in home.iterdir() if path.is_file() and path.name != "master.keys")
    return Looked("".join(said), stored, memory, secrets, masters)


def forms(secret: bytes) -> list[bytes]:
    """All the ways in which a key is usually written."""
    pair = secret_of(SigningKey(secret))
    texts = [
        secret.hex(),
        secret.hex().upper(),
        base64.b64encode(secret).decode(),
        base64.urlsafe_b64encode(secret).decode(),
    ]
    texts += [
        base58.encode(secret),
        pair,
        str(int.from_bytes(secret, "big")),
        str(list(secret))[1:-1],
        repr(secret)[2:-1],
    ]
    return [secret, *(text.encode() for text in texts)]


def test_the_program_worked(looked):
    assert len(looked.secrets) == 2 and len(set(looked.secrets)) == 2
    assert "signature" in looked.said and "signer.policy" in looked.said
    assert len(looked.stored) > 100_000


@pytest.mark.parametrize("place", ["said", "stored", "memory"])
def test_no_key_is_anywhere_but_in_the_signer(looked, place):
    text = getattr(looked, place)
    text = text.encode() if isinstance(text, str) else text
    if not text:
        pytest.skip("the memory of a process cannot be read here")
    for secret in (*looked.secrets, *looked.masters):
        assert [form for form in forms(secret) if form in text] == []


def test_the_search_would_find_a_key(looked):
    """What the program does hold, it finds: the agents' addresses, which come from the same place as the keys."""
    agents = set(re.findall(r"agent='([^']+)'", looked.said))
    assert len(agents) == 2
    for text in (looked.said.encode(), looked.stored, looked.memory):
        assert not text or all(agent.encode() in text for agent in agents)
