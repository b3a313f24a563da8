"""How fast is it, and how fast are others at the same work, in the same minute on the same machine?"""

from pathlib import Path

from paddock.surfaces import kernel_cache

ROOT = Path(__file__).resolve().parent.parent

kernel_cache.use(ROOT / ".cache")  # before any module of the benchmark imports numba
