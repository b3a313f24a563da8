"""How the kernel's parts are compiled.

The kernel is written as small functions over named tuples of arrays. Numba would count references to every array at
every call, which costs fifty times the work itself; nothing here allocates, so reference counting is off, and the parts
are merged into the one entry point. Callers own every array for as long as a call lasts.
"""

from __future__ import annotations

from numba import njit

part = njit(cache=True, _nrt=False, forceinline=True)
entry_point = njit(cache=True, _nrt=False)
