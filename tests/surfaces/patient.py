"""`paddock` for a busy machine: it waits as long as tests do, where a person would have been told that it is late.

python -m tests.surfaces.patient <command of paddock>

It asks Pacifica as much as it likes: the simulator's minute, in which so much may be asked, is a moment of ours.
"""

from __future__ import annotations

import sys
from dataclasses import replace

from paddock.surfaces import serve, venues
from paddock.surfaces.cli.main import main
from paddock.venues.pacifica import client as pacifica
from tests.patience import PATIENCE_S

if __name__ == "__main__":
    serve.END_WITHIN_S = venues.WAIT_S = PATIENCE_S
    given = pacifica.Client.__init__.__kwdefaults__
    given["allowances"] = tuple(replace(one, burst=100_000_000) for one in given["allowances"])
    given["wait_ms"] = round(PATIENCE_S * 1000)
    sys.exit(main())
