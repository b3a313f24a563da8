"""Files that are replaced whole or not at all, and survive a power cut once the call has returned."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """`write` fills a temporary file beside `path`, which takes its place; `sync_folder` makes the new name durable."""
    temporary = path.with_name(f"{path.name}.tmp")
    write(temporary)
    _sync(temporary)
    temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """After this, the names in the folder survive a power cut."""
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
