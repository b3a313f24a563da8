"""How the kernel's parts are compiled.

The kernel is written as small functions over named tuples of arrays. Numba would count references to every array at
every call, which costs fifty times the work itself; nothing here allocates, so reference counting is off, and the parts
are merged into the one entry point. Callers own every array for as long as a call lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config, njit

F = TypeVar("F", bound=Callable[..., object])

# Numba's own cache does not notice a change in a part that was merged into another file's function. So compiled code is
# kept only where whoever starts the program named a place for this state of the sources (surfaces.kernel_cache).
CACHE = bool(getattr(config, "CACHE_DIR", ""))

# `_nrt` is Numba's own name for reference counting; its annotations do not list it.
KERNEL: dict[str, Any] = {"cache": CACHE, "_nrt": False, "error_model": "numpy"}
LEAF: dict[str, Any] = {**KERNEL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
PART: dict[str, Any] = {**LEAF, "forceinline": True}


def part(function: F) -> F:
    """Compile a part of the kernel, to be merged into its caller; Python cannot call it, which saves much compiling."""
    return cast(F, njit(**PART)(function))


def leaf(function: F) -> F:
    """Compile a loop that parts call: once, where merging it into every caller would only take compiling."""
    return cast(F, njit(**LEAF)(function))


def entry_point(function: F) -> F:
    """Compile a function that Python calls."""
    return cast(F, njit(**KERNEL, nogil=True)(function))


def column_pass(function: F) -> F:
    """Compile a pass over whole columns, which may allocate and runs without the interpreter's lock."""
    return cast(F, njit(cache=CACHE, nogil=True, error_model="numpy")(function))
