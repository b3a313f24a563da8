"""Compiled code of the tests is kept beside the repository, by state of its sources, also for the commands they start."""

from __future__ import annotations

from paddock.surfaces import kernel_cache
from tests.project import ROOT

kernel_cache.use(ROOT / ".cache")
