"""Files that are replaced whole or not at all, and survive a power cut once the call has returned."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """`write` fills a temporary file beside `path`, which takes its place; `sync` of the folder keeps the new name."""
    temporary = path.with_name(f"{path.name}.tmp")
    write(temporary)
    sync(temporary)
    temporary.replace(path)


def sync(path: Path) -> None:
    """After this, the content of a file, or the names in a folder, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
