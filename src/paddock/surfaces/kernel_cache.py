"""Where compiled code is kept between runs: a folder named by the sources it was compiled from.

Numba notices a change in the file that a function stands in, not in the files of the functions it calls; a stale kernel
would trade by old rules. A folder for each state of the sources cannot be stale.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import paddock

VARIABLE = "NUMBA_CACHE_DIR"
COMPILED = ("core", "market", "strategy", "engine")  # constants of every pure room are compiled into the kernel
# Nothing compiled raises, and every new part of the program has codes of its own; what doubts data compiles nothing,
# and neither does what tells of strategies.
PLAIN = (
    *("core/errors.py", "market/findings.py", "market/verify.py", "market/verify_recorded.py", "market/recording.py"),
    *(f"strategy/{name}.py" for name in ("difference", "english", "handbook", "jsontext", "scripting")),
)


def use(folder: Path) -> None:
    """Keep compiled code under `folder`, unless the environment names a place already. Call before importing numba."""
    os.environ.setdefault(VARIABLE, str(folder / f"kernel-{sources_digest()}"))


def folder() -> Path:
    """Where it is kept; raises KeyError before `use`."""
    return Path(os.environ[VARIABLE])


def sources_digest() -> str:
    """Names the state of all sources that compiled code is made from."""
    root = Path(paddock.__file__).parent
    digest = hashlib.sha256()
    plain = {root / name for name in PLAIN}
    for source in sorted({path for room in COMPILED for path in (root / room).rglob("*.py")} - plain):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]
