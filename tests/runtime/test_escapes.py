"""Ways out of the sandbox, each tried: what user code may not reach, it does not reach."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from paddock.core.errors import Invalid
from paddock.runtime.box import MODULES
from paddock.runtime.confine import CALLS
from paddock.runtime.sandbox import Sandbox
from tests.project import DOCS
from tests.runtime.boxes import Close, started, strategy

CANARY = "CANARY-4f1d-of-the-environment"


@pytest.fixture(scope="module")
def walls() -> frozenset[str]:
    with started(strategy("pass")) as box:
        return box.walls


@pytest.fixture(autouse=True)
def _only_behind_the_filter(walls: frozenset[str]) -> None:
    if CALLS not in walls:
        pytest.skip("this machine's kernel cannot filter calls; docs/sandbox.md says what is then left open")


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A secret in our environment and in a file that anybody may read."""
    path = tmp_path_factory.mktemp("house") / "token"
    path.write_text(CANARY, encoding="utf-8")
    path.chmod(0o644)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PADDOCK_SECRET", CANARY)
        yield path


@pytest.fixture(scope="module")
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


# Each returns what it found; finding nothing, it raises. FILE, PARENT, PORT and CHANNEL are filled in.
READS = {
    "open": "return open(FILE).read()",
    "io": "import io\nreturn io.open(FILE).read()",
    "_io": "import _io\nreturn _io.FileIO(FILE).read()",
    "os.open": "import os\nreturn os.read(os.open(FILE, 0), 99)",
    "posix": "import posix\nreturn posix.read(posix.open(FILE, 0), 99)",
    "a loader": "import sys\nreturn sys.modules['importlib._bootstrap_external'].FileLoader('x', FILE).get_data(FILE)",
    "a loader of ours": "import json\nreturn json.__loader__.get_data(FILE)",
    "subclasses": """
for cls in object.__subclasses__():
    if cls.__name__ == 'FileLoader':
        return cls('x', FILE).get_data(FILE)
raise LookupError
""",
    "builtins of a frame": "import sys\nreturn sys._getframe().f_builtins['open'](FILE).read()",
    "builtins of a function": "return market_type.feature.__globals__['__builtins__']['open'](FILE).read()",
    "exec": "found = {}\nexec('x = open(FILE).read()', {'FILE': FILE}, found)\nreturn found['x']",
    "compile": "return eval(compile('open(f).read()', '', 'eval'), {'f': FILE})",
    "linecache": "import linecache\nreturn linecache.getline(FILE, 1) or 1 / 0",
    "numpy": "import numpy\nreturn numpy.fromfile(FILE, 'u1').tobytes()",
    "mmap": "import mmap\nreturn mmap.mmap(-1, 10)",
    "its own environment": "import os\nreturn os.environ.get('PADDOCK_SECRET') or 1 / 0",
    "the environment behind proc": "return open('/proc/self/environ').read()",
    "our environment": "return open('/proc/%d/environ' % PARENT).read()",
    "our memory": "return open('/proc/%d/mem' % PARENT, 'rb')",
    "our descriptors": "import os\nreturn os.listdir('/proc/%d/fd' % PARENT)",
    "a listing": "import os\nreturn os.listdir('/')",
    "scandir": "import os\nreturn list(os.scandir('/'))",
    "does it exist": "import os\nreturn os.stat(FILE)",
    "access": "import os\nreturn os.access(FILE, os.R_OK) or 1 / 0",
    "a link": "import os\nreturn os.readlink('/proc/self/cwd')",
    "where it is": "import os\nreturn os.getcwd()",
    "inherited descriptors": """
import os
for n in range(3, 64):
    if n != CHANNEL:
        try:
            return os.read(n, 1)
        except OSError:
            pass
raise LookupError
""",
    "an import of a module that is not allowed": "import socket\nreturn socket",
    "an import by hand": "import importlib\nreturn importlib.import_module('subprocess')",
    "an import from a path": "import sys\nsys.path.insert(0, FILE.rpartition('/')[0])\nimport token2\nreturn token2",
    "ctypes": "import ctypes\nreturn ctypes.CDLL(None).open(FILE.encode(), 0) + 1 or 1 / 0",
    "ctypes that was loaded": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).open(FILE.encode(), 0)
return found if found >= 0 else 1 / 0
""",
}
ACTS = {
    "write a file": "return open(FILE, 'w').write('x')",
    "append": "return open(FILE, 'a').write('x')",
    "make a file beside it": "import os\nreturn os.open(FILE + '2', os.O_CREAT | os.O_WRONLY)",
    "remove it": "import os\nreturn os.unlink(FILE)",
    "rename it": "import os\nreturn os.rename(FILE, FILE + '2')",
    "link it": "import os\nreturn os.symlink(FILE, FILE + '2')",
    "make a folder": "import os\nreturn os.mkdir(FILE + '2')",
    "change its rights": "import os\nreturn os.chmod(FILE, 0)",
    "truncate it": "import os\nreturn os.truncate(FILE, 0)",
    "a shell": "import os\nreturn 1 / 0 if os.system('echo x > ' + FILE) else 'ran'",
    "exec a program": "import os\nreturn os.execv('/bin/sh', ['sh', '-c', 'echo x > ' + FILE])",
    "spawn": "import os\nreturn os.posix_spawn('/bin/true', ['true'], {})",
    "_posixsubprocess": "import _posixsubprocess\nreturn _posixsubprocess",
    "fork": "import os\nreturn os.fork()",
    "a thread": "import _thread\nreturn _thread.start_new_thread(print, ())",
    "kill us": "import os\nreturn os.kill(PARENT, 9)",
    "ask whether we live": "import os\nreturn os.kill(PARENT, 0)",
    "kill everybody": "import os\nreturn os.kill(-1, 9)",
    "kill the group": "import os\nreturn os.killpg(0, 9)",
    "leave the session": "import os\nreturn os.setsid()",
    "an alarm": "import _signal\nreturn _signal.alarm(1) != 2**32 - 1 or 1 / 0",
    "raise the limits": "import resource\nreturn resource.setrlimit(resource.RLIMIT_NOFILE, (999, 999))",
    "become root": "import os\nreturn os.setuid(0)",
    "change the root": "import os\nreturn os.chroot('/')",
    "a socket": "import _socket\nreturn _socket.socket().connect(('127.0.0.1', PORT))",
    "a pipe": "import os\nreturn os.pipe()",
    "a terminal": "import os\nreturn os.openpty()",
    "memory as a file": "import os\nreturn os.memfd_create('x')",
    "a copy of the channel": "import os\nreturn os.dup(CHANNEL)",
    "be nice no more": "import os\nreturn os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "see the scheduler": "import os\nreturn os.sched_setaffinity(0, {0})",
    "a socket by number": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).socket(2, 1, 0)
return found if found >= 0 else 1 / 0
""",
    "another machine's calls": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).syscall(0x40000000 + 2, FILE.encode(), 0)
return found if found >= 0 else 1 / 0
""",
    "a debugger": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).ptrace(16, PARENT, 0, 0)
return found if found >= 0 else 1 / 0
""",
    "our memory by number": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).pidfd_open(PARENT, 0)
return found if found >= 0 else 1 / 0
""",
    "the filter off": """
import sys
ctypes = sys.modules['ctypes']
found = ctypes.CDLL(None).prctl(22, 0, 0, 0, 0)
return found if found >= 0 else 1 / 0
""",
}


ALL = {**READS, **ACTS}


@pytest.fixture(scope="module")
def prisoner(secret: Path, server: socket.socket) -> Iterator[Sandbox]:
    """A strategy that makes attempt `n` at time `n`, and raises with what it got."""
    known = {"FILE": str(secret), "PARENT": os.getpid(), "PORT": server.getsockname()[1]}
    before = "import sys\nimport numpy\nCHANNEL = int(sys.argv[1])\n"
    before += "".join(f"{name} = {value!r}\n" for name, value in known.items())
    for n, body in enumerate(ALL.values()):
        inner = "\n".join(f"    {line}" for line in body.strip().splitlines())
        before += f"def attempt{n}(market_type):\n{inner}\n"
    source = strategy(
        before=before,
        init="self.kind = type(market).__mro__[1]",
        next_="""
try:
    found = globals()[f'attempt{view.time}'](self.kind)
except Exception as error:
    print(error)
    return None
raise RuntimeError(f'ESCAPED with {found!r}')
""",
    )
    with started(source) as box:
        yield box


@pytest.mark.parametrize("name", ALL)
def test_s16_nothing_is_reached(name: str, prisoner: Sandbox, secret: Path, server: socket.socket) -> None:
    if not prisoner.running:
        prisoner.start()
    assert prisoner.decide(Close(list(ALL).index(name))) == ()
    assert secret.read_text(encoding="utf-8") == CANARY
    assert [path.name for path in secret.parent.iterdir()] == ["token"]
    with pytest.raises(BlockingIOError):
        server.accept()


def test_s16_the_attempts_would_succeed_without_walls(secret: Path) -> None:
    """The corpus tries what works elsewhere: here, in our own process, it does."""
    for name in ("open", "a loader of ours", "subclasses", "builtins of a frame", "numpy"):
        found: dict[str, object] = {}
        inner = "\n".join(f"    {line}" for line in READS[name].strip().splitlines())
        exec(f"FILE = {str(secret)!r}\ndef attempt():\n{inner}\nfound = attempt()", found)
        assert CANARY in str(found["found"])


def test_s16_the_environment_is_empty(secret: Path) -> None:
    with (
        started(strategy("import os\nraise RuntimeError(sorted(os.environ))")) as box,
        pytest.raises(Invalid) as raised,
    ):
        box.decide(Close())
    assert "PADDOCK_SECRET" not in raised.value.message
    assert set(raised.value.message.split("'")[1::2]) <= {"LC_CTYPE", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED"}


def test_s16_what_it_tells_cannot_command_a_terminal() -> None:
    with (
        started(strategy("raise RuntimeError('\\x1b]0;owned\\x07\\u202e' * 999)")) as box,
        pytest.raises(Invalid) as raised,
    ):
        box.decide(Close())
    assert raised.value.message.isprintable()
    assert len(raised.value.message) <= 500


@pytest.mark.parametrize("module", ["math", "statistics", "datetime", "decimal", "json", "re", "random", "numpy"])
def test_what_a_strategy_may_import_works(module: str) -> None:
    uses = {
        "math": "math.sqrt(2)",
        "statistics": "statistics.stdev([1, 2, 4])",
        "datetime": "datetime.datetime.strptime('2024-01-01', '%Y-%m-%d')",
        "decimal": "decimal.Decimal('1.1') + 1",
        "json": "json.loads('{}')",
        "re": "re.compile('a+').match('aa')",
        "random": "random.Random(1).random()",
        "numpy": "numpy.linalg.inv(numpy.random.default_rng(1).random((20, 20)))",
    }
    source = strategy(f"self.kept = str({uses[module]})\nreturn [close_position('S0')]", before=f"import {module}\n")
    with started(source) as box:
        assert len(box.decide(Close())) == 1


def test_the_documentation_lists_what_may_be_imported() -> None:
    text = (DOCS / "sandbox.md").read_text(encoding="utf-8")
    listed = re.findall(r"`([a-z]+)`", text.partition("<!-- modules -->")[2].partition("<!-- /modules -->")[0])
    assert set(listed) == MODULES
