"""Built tapes as plain arrays on disk, mapped into memory instead of read.

    <home>/cache/tapes/<key>/tape.json, close.npy, …

A mapped tape is private to its process: pages that are written to are copied, so the files never change.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from paddock.core.errors import Invalid
from paddock.market import specs
from paddock.market.files import sync
from paddock.market.tape import FineBars, Tape

BUILDERS = (Path(__file__).parent, Path(__file__).parents[1] / "core")  # folders of those sources
KEPT = 32  # tapes; older ones are removed
ARRAYS = (
    *("ts", "open", "high", "low", "close", "volume"),
    *("funding_open", "funding_inside", "funding_last", "open_interest"),
)
FINE_ARRAYS = ("open", "high", "low", "start", "end")
WORDS = ("venue", "interval", "symbols", "funding_coverage", "fidelity", "source")


class TapeCache:
    """Tapes by a key that names everything they were built from."""

    def __init__(self, home: Path) -> None:
        self.root = home / "cache" / "tapes"

    def get(self, key: str) -> Tape | None:
        """The tape, or None where there is none, or none that can be read."""
        try:
            return _mapped(self._folder(key))
        except (OSError, ValueError, KeyError, TypeError, Invalid):
            return None

    def put(self, key: str, tape: Tape) -> Tape:
        """Stores the tape and returns it mapped, so that the built one can be let go.

        Where it cannot be stored (a full disk, a folder that is only read) the built one is returned.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(dir=self.root, prefix=".new-"))
        except OSError:
            return tape
        target = self._folder(key)
        try:
            _write(fresh, tape)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
            self._prune()
        except OSError:  # no room, or another process stored the same tape a moment ago
            shutil.rmtree(fresh, ignore_errors=True)
        return self.get(key) or tape

    def _folder(self, key: str) -> Path:
        return self.root / f"{rules()}-{key}"

    def _prune(self) -> None:
        now = f"{rules()}-"
        tapes = sorted(self.root.glob(f"{now}*/"), key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
        for folder in [*tapes[KEPT:], *(old for old in self.root.glob("[!.]*/") if not old.name.startswith(now))]:
            shutil.rmtree(folder, ignore_errors=True)


@cache
def rules() -> str:
    """Names the state of the sources that say what a tape is made of and how: a tape built by others is not used."""
    digest = hashlib.sha256()
    for source in sorted(path for room in BUILDERS for path in room.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _write(folder: Path, tape: Tape) -> None:
    for name in ARRAYS:
        np.save(folder / f"{name}.npy", getattr(tape, name))
    for name in FINE_ARRAYS if tape.fine else ():
        np.save(folder / f"fine_{name}.npy", getattr(tape.fine, name))
    document = {name: getattr(tape, name) for name in WORDS}
    document["instruments"] = [specs.plain(instrument) for instrument in tape.instruments]
    document["fine"] = tape.fine.interval if tape.fine else None
    (folder / "tape.json").write_text(json.dumps(document))
    for path in folder.iterdir():
        sync(path)


def _mapped(folder: Path) -> Tape:
    path = folder / "tape.json"
    document: dict[str, Any] = json.loads(path.read_text())
    fine = document.pop("fine")
    instruments = document.pop("instruments")
    return Tape(
        **{**document, "symbols": tuple(document["symbols"])},
        instruments=tuple(specs.parse(path, entry["symbol"], entry) for entry in instruments),
        fine=FineBars(fine, **{name: _array(folder / f"fine_{name}.npy") for name in FINE_ARRAYS}) if fine else None,
        **{name: _array(folder / f"{name}.npy") for name in ARRAYS},
    )


def _array(path: Path) -> Any:
    # Copy on write, and a plain ndarray: compiled code need not know that it is mapped.
    return np.asarray(np.load(path, mmap_mode="c"))
